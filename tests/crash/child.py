"""The process that is killed: plays a scene on a store and, where told, strikes itself at a commit or a statement.

`python child.py` reads orders on its input, one JSON line each, and forks a process per scene: Python and the rules
are loaded once, the database is opened only after the fork. The product has no hook for any of this.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django
import life_scenes  # beside this file
import plan_scenes
import random_scenes
import scenes
from django.db import connections
from django.db.backends.postgresql import base as _postgresql  # noqa: F401  loaded once, before any fork

from licentia.domain import catalog, rulebook
from licentia.domain.reasons import BadInput, Refused
from licentia.store.locations import database_settings
from licentia.store.sqlite import base as _sqlite  # noqa: F401
from licentia.store.writing import StoreError

Order = dict[str, Any]
SCENES = (scenes, plan_scenes, life_scenes, random_scenes)
FAILED, REFUSED = 1, 3
"""Exit status of a scene that broke, and of one that was refused with a code."""


def say(message: object) -> None:
    """One JSON line for whoever ordered the scene."""
    os.write(1, json.dumps(message).encode() + b"\n")


@dataclass
class Trap:
    """Strikes this process at the n-th commit, `before` or `after` it, or at the n-th statement."""

    at: str
    n: int
    signal: int = signal.SIGKILL
    commits: int = 0
    statements: int = 0

    def arm(self) -> None:
        """Counts from now on."""
        connection = connections["default"]
        kind: Any = type(connection)
        real = kind._commit

        def commit(self_: Any) -> Any:
            self.commits += 1
            self._strike("before", self.commits)
            result = real(self_)
            self._strike("after", self.commits)
            return result

        kind._commit = commit
        connection.execute_wrappers.append(self._statement)

    def _statement(self, execute: Callable[..., Any], *words: Any) -> Any:
        self.statements += 1
        self._strike("statement", self.statements)
        return execute(*words)

    def _strike(self, at: str, count: int) -> None:
        if at == self.at and count == self.n:
            os.kill(os.getpid(), self.signal)


def main() -> None:
    """Answers orders until the input ends: a scene with its process id, a wait with the exit status or null."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "licentia.store.settings")
    django.setup()
    catalog.load()
    rulebook.load()
    say("ready")
    for line in sys.stdin:
        order = json.loads(line)
        say(_reap(order["wait"]) if "wait" in order else _fork(order))


def _reap(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _fork(order: Order) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = FAILED
    with contextlib.suppress(SystemExit):
        try:
            status = _play(order)
        except BaseException:  # noqa: BLE001  the process ends here, whatever it was
            traceback.print_exc()
    sys.stderr.flush()
    os._exit(status)


def _play(order: Order) -> int:
    _take_streams(order["out"])
    _enter(order)
    trap = Trap(**order.get("trap", {"at": "never", "n": 0}))
    scene = next(getattr(module, order["scene"]) for module in SCENES if hasattr(module, order["scene"]))
    try:
        result = scene(scenes.Stage(say, trap.arm), **order["args"])
    except (StoreError, BadInput, Refused) as error:
        say({"refused": error.code, "said": str(error.details.get("detail", ""))})
        return REFUSED
    say({"result": result, "commits": trap.commits, "statements": trap.statements})
    connections.close_all()
    return 0


def _take_streams(out: str) -> None:
    """Output goes to the order's file; there is no input. The orders' own pipes are left alone."""
    for name, flags, number in (
        (os.devnull, os.O_RDONLY, 0),
        (out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 1),
    ):
        handle = os.open(name, flags, 0o666)
        os.dup2(handle, number)
        os.close(handle)


def _enter(order: Order) -> None:
    """The environment, the store, the sizes of chunks, and the rights of the order."""
    os.environ.update(order["env"])
    if "LICENTIA_DATABASE_URL" not in order["env"]:
        os.environ.pop("LICENTIA_DATABASE_URL", None)
    with contextlib.suppress(AttributeError):
        del connections["default"]  # its write gate knows the name it was born with
    settings = connections.settings["default"] | database_settings()
    if "timeout" in order:
        settings["OPTIONS"] = settings["OPTIONS"] | {"timeout": order["timeout"]}
    connections.settings["default"] = settings
    scenes.set_chunk(order.get("chunk", scenes.CHUNK))
    if order.get("as_nobody"):
        account = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    if "file_limit" in order:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_limit"], resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
