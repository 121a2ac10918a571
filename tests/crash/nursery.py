"""Orders scenes from `child.py` and watches what becomes of the processes: their words, their end, their signals.

Runs no scene itself and opens no database.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCES = HERE.parents[1] / "src"
PATIENCE = 60.0
SHORT_LEASE = {"LICENTIA_LEASE_SECONDS": "0.05"}
KILLED = -signal.SIGKILL


class Child:
    """A process at a scene."""

    def __init__(self, nursery: Nursery, pid: int, out: Path) -> None:
        self._nursery = nursery
        self.pid = pid
        self._out = out
        self._status: int | None = None

    def said(self) -> list[Any]:
        """What it has said so far; a line cut off by its death is left out."""
        text = self._out.read_text() if self._out.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def wait_for_words(self, n: int) -> None:
        """Returns when it has said `n` things or more."""
        until = time.monotonic() + PATIENCE
        while len(self.said()) < n:
            assert self.poll() is None, f"it ended early: {self.said()} {self._nursery.errors()}"
            assert time.monotonic() < until, self.said()
            time.sleep(0.005)

    def wait_until_stopped(self) -> None:
        """Returns when SIGSTOP holds it."""
        until = time.monotonic() + PATIENCE
        while _run_state(self.pid) != "T":
            assert self.poll() is None, f"it ended early: {self.said()} {self._nursery.errors()}"
            assert time.monotonic() < until
            time.sleep(0.005)

    def signal(self, number: int) -> None:
        """It gets this signal; one that has ended gets none."""
        if self.poll() is None:
            os.kill(self.pid, number)  # not reaped before `poll` said so, hence still its own number

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it lives."""
        if self._status is None:
            self._status = self._nursery.ask({"wait": self.pid})
        return self._status

    def wait(self) -> int:
        """Its exit status, negative for a signal."""
        until = time.monotonic() + PATIENCE
        pause = 0.002
        while (status := self.poll()) is None:
            assert time.monotonic() < until, f"still running: {self.said()}"
            time.sleep(pause)
            pause = min(pause * 1.3, 0.02)
        return status

    def waits(self, seconds: float) -> bool:
        """Whether it still lives after so many seconds."""
        time.sleep(seconds)
        return self.poll() is None

    def end(self) -> dict[str, Any]:
        """What it said last, after a good end."""
        status = self.wait()
        assert status == 0, f"exit status {status}: {self.said()} {self._nursery.errors()}"
        last: dict[str, Any] = self.said()[-1]
        return last

    def result(self) -> Any:
        """The scene's result, after a good end."""
        return self.end()["result"]

    def refusal(self) -> dict[str, str]:
        """Why the scene was refused: `refused` is the code, `said` the database's own words."""
        status = self.wait()
        assert status == 3, f"exit status {status}: {self.said()} {self._nursery.errors()}"
        last: dict[str, str] = self.said()[-1]
        return last


class Nursery:
    """One Python with everything loaded, which forks a process for each scene."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = itertools.count()
        self._errors = folder / "errors"
        with self._errors.open("wb") as errors:
            self._parent = subprocess.Popen(
                [sys.executable, str(HERE / "child.py")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=os.environ | {"PYTHONPATH": str(SOURCES), "LICENTIA_HOME": str(folder / "nobody")},
            )
        assert self._answer() == "ready", self.errors()

    def ask(self, order: Mapping[str, Any]) -> Any:
        """The answer to an order."""
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps(order) + "\n")
        self._parent.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._parent.stdout is not None
        line = self._parent.stdout.readline()
        return json.loads(line) if line else None

    def errors(self) -> str:
        """The end of what all its processes wrote to their error output."""
        return self._errors.read_text(errors="replace")[-2_000:]

    def start(self, env: Mapping[str, str], scene: str, order: Mapping[str, Any] | None = None, **args: Any) -> Child:
        """A process that plays this scene; `order` holds the trap, the chunk size, limits and rights."""
        out = self._folder / f"out-{next(self._count)}"
        kept = {name: env[name] for name in env if name.startswith("LICENTIA_")}
        whole = {"scene": scene, "args": args, "env": SHORT_LEASE | kept, "out": str(out)} | dict(order or {})
        return Child(self, self.ask(whole), out)

    def play(self, env: Mapping[str, str], scene: str, **args: Any) -> Any:
        """The result of a scene that nothing disturbs."""
        return self.start(env, scene, **args).result()

    def close(self) -> None:
        """Ends the Python that forks."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.close()
        self._parent.wait(PATIENCE)
        self._parent.stdout.close()


def _run_state(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return ""


@contextlib.contextmanager
def nursery(folder: Path) -> Iterator[Nursery]:
    """A nursery that works in `folder`."""
    made = Nursery(folder)
    try:
        yield made
    finally:
        made.close()


def sound(state: Mapping[str, Any]) -> None:
    """Asserts that the journal is whole, the check finds nothing, and the database is well."""
    assert state["chain"] == [None, ""]
    assert state["check"] == []
    assert state["integrity"] == []


def same(state: Mapping[str, Any], wanted: Mapping[str, Any], where: object) -> None:
    """Asserts that two end states are equal; names the parts that are not, and the first rows that differ."""
    for part, rows in wanted.items():
        if state[part] != rows:
            more = [row for row in state[part] if row not in rows][:3]
            less = [row for row in rows if row not in state[part]][:3]
            raise AssertionError(
                f"{where}: {part} differs ({len(state[part])} for {len(rows)} rows): unexpected {more}, missing {less}"
            )
