"""Which keys a file has had already, and on which line: a table of fingerprints, 12 bytes a slot.

Never keeps a key itself, so a million users cost tens of megabytes, not hundreds.
"""

from __future__ import annotations

from array import array
from typing import Final

_FULLEST: Final = 0.6
_MASK: Final = (1 << 64) - 1


class Seen:
    """First lines by key. Keys count as equal when their 64-bit hashes are: once in 30 million big files."""

    def __init__(self) -> None:
        self._used = 0
        self._make(1 << 12)

    def first_line(self, key: str) -> int | None:
        """The line the key was added with; None when it was not."""
        slot = self._slot((hash(key) & _MASK) or 1)
        return self._lines[slot] if self._marks[slot] else None

    def add(self, key: str, line: int) -> None:
        """Keep the line of a key that is not there yet."""
        if self._used > self._limit:
            self._grow()
        mark = (hash(key) & _MASK) or 1
        slot = self._slot(mark)
        self._marks[slot] = mark
        self._lines[slot] = line
        self._used += 1

    def _slot(self, mark: int) -> int:
        """Where the mark is, or the free slot where it belongs."""
        marks, last = self._marks, self._last
        slot = mark & last
        while (held := marks[slot]) and held != mark:
            slot = (slot + 1) & last
        return slot

    def _make(self, size: int) -> None:
        self._last = size - 1
        self._limit = int(size * _FULLEST)
        self._marks = array("Q", bytes(8 * size))
        self._lines = array("I", bytes(4 * size))

    def _grow(self) -> None:
        marks, lines = self._marks, self._lines
        self._make(2 * len(marks))
        for mark, line in zip(marks, lines, strict=True):
            if mark:
                slot = self._slot(mark)
                self._marks[slot] = mark
                self._lines[slot] = line
