"""Plain text tables and sentences that fit a screen. Text in, text out; no sentence and no rule is here."""

from __future__ import annotations

import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Sequence

LEAST_ROOM = 24
"""A last column narrower than this is left to the screen to break."""


def table(header: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> str:
    """Columns two blanks apart, as wide as their widest cell; `right` columns are aligned to the right.

    On a screen a last column that does not fit is broken over lines; in a pipe a row is always one line.
    """
    lines = [list(header), *[list(row) for row in rows]]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    if sys.stdout.isatty():
        room = shutil.get_terminal_size().columns - sum(widths[:-1]) - 2 * (len(widths) - 1)
        if LEAST_ROOM <= room < widths[-1]:
            lines = [part for line in lines for part in _broken(line, room)]
            widths[-1] = room
    return "\n".join(_line(line, widths, right) for line in lines)


def fitted(text: str) -> str:
    """One sentence as lines that fit the screen; in a pipe it stays one line."""
    if not sys.stdout.isatty():
        return text
    return "\n".join(textwrap.wrap(text, shutil.get_terminal_size().columns)) or text


def _broken(cells: list[str], room: int) -> list[list[str]]:
    parts = textwrap.wrap(cells[-1], room) or [""]
    blanks = [""] * (len(cells) - 1)
    return [[*(blanks if i else cells[:-1]), part] for i, part in enumerate(parts)]


def _line(cells: list[str], widths: list[int], right: frozenset[int]) -> str:
    padded = []
    for i, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        blank = " " * (width - _width(cell))
        padded.append(blank + cell if i in right else cell + blank)
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(ch) else 2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)
