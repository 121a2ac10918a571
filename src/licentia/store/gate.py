"""The one write gate of a SQLite store: an advisory lock on a file, taken before every write transaction.

It orders our own processes; a foreign program that locks the database is met by SQLite's own timeout. It never
guards reads, and it holds nothing across transactions.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable

POLL_SECONDS = 0.001
COURTESY_SECONDS = 0.004


class GateTimeout(Exception):
    """Another process of ours kept the store longer than the bound."""


class GateUnusable(OSError):
    """The lock file cannot be opened: no rights, a read-only or full disk. Nothing was waited for."""


class Gate:
    """A lock file and, beside it, a file that waiters hold shared so that a bulk writer can see and let them in.

    Why the second file: a bulk writer takes the lock again within microseconds of releasing it, and a waiter that
    polls would starve.
    """

    wait_seconds = 60.0
    notice_after = 2.0

    def __init__(self, path: str) -> None:
        self._path = path
        self._held: int | None = None
        self.on_wait: Callable[[], None] | None = None

    @property
    def is_held(self) -> bool:
        """Whether this connection holds the gate now."""
        return self._held is not None

    def acquire(self) -> None:
        """Returns holding the lock; GateTimeout after `wait_seconds`, GateUnusable at once. Taking it twice is one lock."""
        if self._held is not None:
            return
        self._let_waiters_in()
        handle = _open(self._path)
        try:
            if not _try_lock(handle, fcntl.LOCK_EX):
                self._wait(handle)
        except BaseException:
            os.close(handle)
            raise
        self._held = handle

    def release(self) -> None:
        """Gives the lock back; nothing when it is not held."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _wait(self, handle: int) -> None:
        begin = time.monotonic()
        told = False
        waiting = _open(self._path + ".wait")
        fcntl.flock(waiting, fcntl.LOCK_SH)
        try:
            while not _try_lock(handle, fcntl.LOCK_EX):
                waited = time.monotonic() - begin
                if waited > self.wait_seconds:
                    raise GateTimeout
                if waited > self.notice_after and not told and self.on_wait:
                    self.on_wait()
                    told = True
                time.sleep(POLL_SECONDS)
        finally:
            os.close(waiting)

    def _let_waiters_in(self) -> None:
        waiting = _open(self._path + ".wait")
        try:
            if not _try_lock(waiting, fcntl.LOCK_EX):
                time.sleep(COURTESY_SECONDS)
        finally:
            os.close(waiting)


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise GateUnusable(error.errno, error.strerror, path) from error


def _try_lock(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
