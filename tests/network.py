"""No test speaks to another host: unix sockets and the loopback are all there is.

Imports nothing of ours. It stays for the process: PEP 578 has no way to take a hook off.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import sys
from typing import Any


class NetworkForbiddenError(Exception):
    """A test spoke to something that is not on this machine. Not an OSError: nobody retries it."""


def _is_local(host: object) -> bool:
    if host is None or host in ("", b"", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    return False


def _watch(event: str, args: tuple[Any, ...]) -> None:
    """Sees each socket call before it is made (PEP 578), whoever makes it in this process."""
    if not event.startswith("socket."):
        return
    match event:
        case "socket.connect" | "socket.sendto" | "socket.sendmsg":
            if args[0].family not in (socket.AF_INET, socket.AF_INET6) or not args[1]:
                return
            host = args[1][0]
        case "socket.getaddrinfo" | "socket.gethostbyname":
            host = args[0]
        case _:
            return
    if not _is_local(host):
        raise NetworkForbiddenError(f"{event} to {host}")


def forbid_network() -> None:
    """From now on a call that leaves this machine raises NetworkForbiddenError."""
    sys.addaudithook(_watch)
