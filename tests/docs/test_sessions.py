"""What README and manuals show as a session is what the command line really answers, in the document's own language.

A `console` block holds commands after "$ " and their answers; a block named `csv NAME` is a file that later commands
read. Each document is run from its beginning in a store of its own. LICENTIA_GOLDEN=write writes the answers anew.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
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


class Place:
    """A folder with a store, the files of the document, and `licentia` on the path."""

    def __init__(self, folder: Path, language: str) -> None:
        self.folder = folder / "work"
        self.folder.mkdir()
        programs = folder / "bin"
        programs.mkdir()
        program = programs / "licentia"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from licentia.cli import main; main()" "$@"\n')
        program.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LICENTIA_", "LC_", "LANG"))}
        self.environment = kept | {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "LICENTIA_HOME": str(folder / "store"),
            "LICENTIA_LANG": language,
            "LC_ALL": "C.UTF-8",
            "LOGNAME": "admin",
        }

    def answer(self, command: str) -> str:
        """What the command prints, errors after the rest."""
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert "Traceback" not in done.stderr, f"$ {command}\n{done.stderr}"
        return done.stdout + done.stderr


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
def test_a_shown_session_is_real(name: str, tmp_path: Path) -> None:
    """Every command of the document, run in order, answers what the document shows."""
    path = ROOT / name
    place = Place(tmp_path, DOCUMENTS[name])
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
            if settled(real) != settled(shown):
                wrong.append(f"$ {command}\n{real}")
            parts.append(f"$ {command}\n" + "".join(f"{line.rstrip()}\n" for line in real.strip("\n").splitlines()))
        return "```console\n" + "\n".join(parts) + "```"

    text = BLOCK.sub(rewritten, path.read_text(encoding="utf-8"))
    if write:
        path.write_text(text, encoding="utf-8")
        return
    assert not wrong, f"{name} shows something else; LICENTIA_GOLDEN=write writes it anew:\n" + "\n".join(wrong)
