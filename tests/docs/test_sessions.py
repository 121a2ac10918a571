"""What README and manuals show as a session is what the command line really answers, in the document's own language.

A `console` block holds commands after "$ " and their answers; a block named `csv NAME` is a file that later commands
read. Each document is run from its beginning in a store of its own. LICENTIA_GOLDEN=write writes the answers anew.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = {"README.md": "en", "docs/manual.en.md": "en", "docs/manual.nl.md": "nl"}
BLOCK = re.compile(r"^```(?P<kind>console|csv \S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)

DATE = re.compile(
    r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|ma|di|wo|do|vr|za|zo) \d{1,2} [A-Za-z]{3}\.? \d{4}(?: \d\d:\d\d)?"
    r"|\b\d{4}-\d\d-\d\dT[0-9:]+Z"
)
HASH = re.compile(r"\b[0-9a-f]{64}\b")


def settled(answer: str) -> list[str]:
    """An answer without what differs from day to day: dates, hashes, the room between columns."""
    text = HASH.sub("HASH", DATE.sub("DATE", answer))
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


MOMENT = 1_795_617_420.0
"""Wednesday 25 November 2026, 15:37 in Amsterdam: who has not signed in for 90 days is another question every hour."""

SERVER = """
import importlib, json, os, sys

import time_machine

time_machine.travel(MOMENT, tick=True).start()
from licentia.cli import i18n

i18n.choose([])
os.environ["DJANGO_SETTINGS_MODULE"] = "licentia.store.settings"
import django

django.setup()
from licentia.cli import main, root
from licentia.domain import catalog, rulebook

for module, _text in root.COMMANDS.values():
    importlib.import_module(module)
catalog.load(), rulebook.load()

for line in sys.stdin:
    child = os.fork()
    if not child:
        for number, name in enumerate(("/dev/null", "out", "err")):
            os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), number)
        sys.argv = json.loads(line)
        try:
            main()
        except SystemExit:
            sys.stdout.flush()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    print(flush=True)
"""
"""Imports everything once and answers each command in a fork: a process of its own, without the start."""


class Place:
    """A folder with a store and the files of the document, and a process that answers commands there."""

    def __init__(self, folder: Path, language: str) -> None:
        self.folder = folder / "work"
        self.folder.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LICENTIA_", "LC_", "LANG"))}
        ours = {"HOME": str(folder / "store"), "LANG": language}
        self._server = subprocess.Popen(
            [sys.executable, "-c", SERVER.replace("MOMENT", str(MOMENT))],
            cwd=self.folder,
            env=kept | {f"LICENTIA_{name}": value for name, value in ours.items()} | {"LOGNAME": "admin"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def answer(self, command: str) -> str:
        """What `licentia …` prints, errors after the rest; what is in the file of `cat …`."""
        words = shlex.split(command)
        if words[0] == "cat":
            return (self.folder / words[1]).read_text(encoding="utf-8-sig")
        assert self._server.stdin
        assert self._server.stdout
        print(json.dumps(words), file=self._server.stdin, flush=True)
        assert self._server.stdout.readline() == "\n", f"$ {command}: the process that answers has ended"
        said = [(self.folder / name).read_text(encoding="utf-8") for name in ("out", "err")]
        assert "Traceback" not in said[1], f"$ {command}\n{said[1]}"
        return "".join(said)

    def close(self) -> None:
        """Ends the process."""
        self._server.communicate()


@pytest.fixture
def place(name: str, tmp_path: Path) -> Iterator[Place]:
    """A place for the document."""
    made = Place(tmp_path, DOCUMENTS[name])
    yield made
    made.close()


def answers(block: str) -> list[tuple[str, str]]:
    """(command, answer) pairs of a console block."""
    pairs: list[tuple[str, str]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            pairs.append((line[2:], ""))
        else:
            command, text = pairs[-1]
            pairs[-1] = (command, f"{text}{line}\n")
    return pairs


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_shown_session_is_real(name: str, place: Place) -> None:
    """Every command of the document, run in order, answers what the document shows."""
    path = ROOT / name
    write = os.environ.get("LICENTIA_GOLDEN") == "write"
    wrong: list[str] = []

    def rewritten(found: re.Match[str]) -> str:
        kind, text = found["kind"], found["text"]
        if kind != "console":
            (place.folder / kind.split()[1]).write_text(text, encoding="utf-8")
            return found[0]
        parts = []
        for command, shown in answers(text):
            real = place.answer(command)
            if settled(real) == settled(shown):
                real = shown
            else:
                wrong.append(f"$ {command}\n{real}")
            parts.append(f"$ {command}\n" + "".join(f"{line.rstrip()}\n" for line in real.strip("\n").splitlines()))
        return "```console\n" + "\n".join(parts) + "```"

    text = BLOCK.sub(rewritten, path.read_text(encoding="utf-8"))
    if write:
        path.write_text(text, encoding="utf-8")
        return
    assert not wrong, f"{name} shows something else; LICENTIA_GOLDEN=write writes it anew:\n" + "\n".join(wrong)
