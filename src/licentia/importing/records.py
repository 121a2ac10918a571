"""Text to records: lines of bounded length, the delimiter, and CSV records with their line numbers.

Never lets one bad line or stray quote swallow the lines after it, and never holds more than one record.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TextIO

from licentia.domain.reasons import BadInput
from licentia.importing.names import known_columns

LONGEST_LINE: Final = 1 << 20
"""Characters of one physical line; what is longer is an error of that line."""
_DELIMITERS: Final = (",", ";", "\t", "|")
_LINE_ENDS: Final = ("\n", "\r")
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the line it begins on and its cells, or the error code why it could not be split."""

    line: int
    cells: tuple[str, ...]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What the top of a CSV says: its delimiter and its header as it stands."""

    delimiter: str
    header: tuple[str, ...]


class Lines:
    """The physical lines of a text, numbered from 1. Those taken can be put back, all but the first."""

    __slots__ = ("_back", "_read", "number", "taken", "too_long")

    def __init__(self, text: TextIO) -> None:
        self._read = text.readline
        self._back: deque[tuple[str, bool]] = deque()
        self.number = 0
        """The number of the line last taken."""
        self.taken: list[str] = []
        """The lines taken since the mark."""
        self.too_long: set[int] = set()
        """Which of the lines taken since the mark, by number, are cut: over the bound."""

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        self.number += 1
        if self._back:
            line, is_cut = self._back.popleft()
            if is_cut:
                self.too_long.add(self.number)
        else:
            line = self._read(LONGEST_LINE)
            if not line:
                self.number -= 1
                raise StopIteration
            if len(line) == LONGEST_LINE and not line.endswith(_LINE_ENDS):
                line = self._cut(line)
        self.taken.append(line)
        return line

    def mark(self) -> None:
        """Forget the lines taken so far: the next record begins here."""
        self.taken.clear()
        if self.too_long:
            self.too_long.clear()

    def keep_first(self) -> str:
        """Put back every line taken since the mark but the first, which comes back as text."""
        first = self.number - len(self.taken) + 1
        for number in range(self.number, first, -1):
            self._back.appendleft((self.taken.pop(), number in self.too_long))
        self.too_long.intersection_update({first})
        self.number = first
        return self.taken[0]

    def _cut(self, line: str) -> str:
        """The beginning of a line over the bound; the rest of it is passed by."""
        self.too_long.add(self.number)
        rest = line
        while rest and not rest.endswith(_LINE_ENDS):
            rest = self._read(LONGEST_LINE)
        return line[:_SHOWN] + "\n"


def read_top(lines: Lines) -> Layout | None:
    """The layout of a CSV, `lines` left on the first record after its header; None when there is no text.

    Skips blank lines, `sep=;` as Excel writes it, `#TYPE` as PowerShell does, and other remarks.
    BadInput `line_too_long` or `bad_quoting` (`line`) when the header cannot be read.
    """
    stated: str | None = None
    for line in lines:
        if lines.too_long:
            raise BadInput("line_too_long", line=lines.number)
        lines.mark()
        bare = line.strip("\r\n")
        if bare[:4].casefold() == "sep=" and len(bare) == 5:
            stated = bare[4]
        elif bare.strip() and not _is_remark(line):
            return _layout(line, lines, stated)
    return None


def _layout(line: str, lines: Lines, stated: str | None) -> Layout:
    """The header that begins on `line`; it may go on over the next lines inside quotes."""
    delimiter = stated or find_delimiter(line)
    rest = _chain_first(line, lines)
    try:
        header = next(csv.reader(rest, delimiter=delimiter))
    except csv.Error:
        raise BadInput("bad_quoting", line=lines.number) from None
    lines.mark()
    return Layout(delimiter, tuple(header))


def _is_remark(line: str) -> bool:
    return line.lstrip().startswith("#") and not known_columns(split_line(line, find_delimiter(line)))


def find_delimiter(line: str) -> str:
    """The delimiter that finds the most known columns in a header, then the most cells; a comma in doubt."""

    def weight(delimiter: str) -> tuple[int, int]:
        cells = split_line(line, delimiter)
        return known_columns(cells), len(cells)

    return max(_DELIMITERS, key=weight)


def split_line(line: str, delimiter: str) -> list[str]:
    """The cells of one physical line by itself, whatever its quotes; one cell when it cannot be split."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return [line]


def read_records(lines: Lines, delimiter: str, looks_whole: Callable[[Sequence[str]], bool]) -> Iterator[Record]:
    """Every record after the header, blank lines and rows of empty cells left out.

    A record that cannot be split (`bad_quoting`, `line_too_long`) costs its first line only. `looks_whole`
    says whether the cells of one line make a row by themselves: a quoted cell over several lines that holds
    such a line was opened by a stray quote.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.mark()
        problem: csv.Error | None = None
        cells: list[str] = []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as caught:
            problem = caught
        if problem is not None or lines.too_long or (len(lines.taken) > 1 and _swallows(lines, delimiter, looks_whole)):
            yield _broken(lines, problem)
        elif any(cells) and any(cell.strip() for cell in cells):
            yield Record(lines.number - len(lines.taken) + 1, tuple(cells))


def _broken(lines: Lines, problem: csv.Error | None) -> Record:
    """The error of the line a record began on; the lines after it are put back."""
    was_one_line = len(lines.taken) == 1
    first = lines.keep_first()
    is_long = bool(lines.too_long) or (was_one_line and "field limit" in str(problem))
    return Record(lines.number, (first.strip("\r\n"),), "line_too_long" if is_long else "bad_quoting")


def _swallows(lines: Lines, delimiter: str, looks_whole: Callable[[Sequence[str]], bool]) -> bool:
    return any(looks_whole(split_line(line, delimiter)) for line in lines.taken[1:])


def _chain_first(first: str, others: Lines) -> Iterator[str]:
    yield first
    yield from others
