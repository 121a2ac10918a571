"""Who holds a lease: a name for this process, and whether the process that a name stands for has died on this machine.

Reads /proc only, and signals nothing. Where it cannot tell, the process counts as alive and its lease runs out.
"""

from __future__ import annotations

import os
import socket
import uuid
from pathlib import Path

PROC = Path("/proc")
_PARTS = 5
_STATE, _STARTED = 0, 19
"""Of the fields of /proc/PID/stat after the name of the program, which may hold blanks."""
_DEAD = frozenset("ZXx")


def new_owner() -> str:
    """A name for this process's leases that no other has: host, its boot, the process, when it began, and chance."""
    pid = os.getpid()
    return "/".join((_host(), _boot(), str(pid), _began(pid) or "-", uuid.uuid4().hex[:8]))


def is_gone(owner: str) -> bool:
    """Whether the process of this name ran on this machine, since its last start, and is no more.

    A process number is used again: the moment at which the process began must be the same too.
    """
    parts = owner.split("/")
    if len(parts) != _PARTS or "-" in parts[1:4] or parts[:2] != [_host(), _boot()] or _boot() == "-":
        return False
    return _began(int(parts[2])) != parts[3]


def _host() -> str:
    return socket.gethostname().replace("/", "_")


def _boot() -> str:
    """This start of the machine, and the space in which process numbers count; '-' where nobody can say."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        space = os.stat(PROC / "self/ns/pid").st_ino
    except OSError:
        return "-"
    return f"{boot.replace('-', '')[:12]}.{space}"


def _began(pid: int) -> str | None:
    """When the process began, in ticks since the machine started; None when it is dead or not there."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[_STATE] in _DEAD else fields[_STARTED]
