"""The command line for tests: run in this process on a test's store, in a process of its own, or before a pretended person.

Only runs and reads what came back; no expectation about Licentia is here.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from database import Store

MAIN = "from licentia.cli import main; main()"
NOON = 1_795_431_600_000_000
"""Monday 23 November 2026, 12:00 in Amsterdam."""


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document it printed."""
        return json.loads(self.out)

    @property
    def both(self) -> str:
        """What it said, errors last."""
        return self.out + self.err


class CommandLine:
    """The command line on a store. `run` stays in this process; `process` is a real one; `person` sits at a terminal."""

    def __init__(self, store: Store, patch: pytest.MonkeyPatch) -> None:
        self.store = store
        self._patch = patch

    def run(self, *words: str, lang: str = "en", stdin: str | bytes = "") -> Said:
        """The command in this process; help texts stay in the language of the first import."""
        from licentia.cli import i18n, root
        from licentia.words import language

        before, spoken = os.environ.get("LANGUAGE"), language.current()
        i18n.use(lang)
        content = stdin if isinstance(stdin, bytes) else stdin.encode()
        out, err = io.StringIO(), io.StringIO()
        self._patch.setattr(sys, "argv", ["licentia", *words])
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = root.run()
        finally:
            if before is None:
                os.environ.pop("LANGUAGE", None)
            else:
                os.environ["LANGUAGE"] = before
            language.use(spoken)
        return Said(status, out.getvalue(), err.getvalue())

    def ok(self, *words: str, lang: str = "en") -> Said:
        """The same, for a command that must end well."""
        said = self.run(*words, lang=lang)
        assert said.status == 0, said
        return said

    def process(self, *words: str, stdin: str = "") -> Said:
        """The command in a process of its own, its output in pipes."""
        return in_process(self.store.env, *words, stdin=stdin)

    def person(self, *words: str) -> Person:
        """The command in a process of its own, before a terminal."""
        return Person(self.store.env, *words)


def in_process(env: Mapping[str, str], *words: str, stdin: str = "", code: str = MAIN) -> Said:
    """`licentia WORDS` in a process of its own."""
    argv = [sys.executable, "-c", code, *words]
    done = subprocess.run(argv, env=dict(env), input=stdin, text=True, capture_output=True, timeout=60, check=False)
    return Said(done.returncode, done.stdout, done.stderr)


class Person:
    """Somebody at a terminal of 100 columns: reads until a question, types, reads to the end."""

    def __init__(self, env: Mapping[str, str], *words: str) -> None:
        self._master, end = pty.openpty()
        everything = dict(env) | {"COLUMNS": "100", "LINES": "40"}
        argv = [sys.executable, "-c", MAIN, *words]
        self._process = subprocess.Popen(
            argv, env=everything, stdin=end, stdout=end, stderr=end, start_new_session=True, close_fds=True
        )
        os.close(end)
        self.seen = ""

    def sees(self, text: str) -> str:
        """Everything so far, once `text` has appeared."""
        limit = time.monotonic() + 30
        while text not in self.seen:
            assert time.monotonic() < limit, self.seen
            if not self._read():
                break
        assert text in self.seen, self.seen
        return self.seen

    def types(self, text: str) -> None:
        """The keys are pressed."""
        os.write(self._master, text.encode())

    def interrupts(self) -> None:
        """Ctrl-C, as the terminal would send it; again when the first came between the question and its read."""
        for _ in range(5):
            self._process.send_signal(2)
            limit = time.monotonic() + 2
            while self._process.poll() is None and time.monotonic() < limit:
                self._read()
            if self._process.poll() is not None:
                return

    def leaves(self) -> Said:
        """The end: what was seen and how it ended."""
        limit = time.monotonic() + 30
        while self._read():
            assert time.monotonic() < limit, self.seen
        os.close(self._master)
        return Said(self._process.wait(30), self.seen, "")

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], 0.2)
        if not ready:
            ended = self._process.poll() is not None
            # What it wrote between the look at the terminal and its end is still there.
            return not ended or bool(select.select([self._master], [], [], 0)[0])
        try:
            piece = os.read(self._master, 65_536)
        except OSError:  # how Linux says that the other end is closed
            return False
        self.seen += piece.decode(errors="replace").replace("\r\n", "\n")
        return bool(piece)


def stand_still(patch: pytest.MonkeyPatch, actor: str = "anna") -> None:
    """In this process it is NOON, and `actor` acts."""
    from licentia.store import clock

    patch.setattr(clock, "machine_now", lambda: NOON)
    patch.setenv("LOGNAME", actor)
