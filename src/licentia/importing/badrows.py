"""The rows that could not be read, as a CSV to mend and give again: line, reason, cells as they stood.

Never lets a cell be taken for a formula by a spreadsheet.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Final, TextIO

from licentia.importing.rows import RowError

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def neutral(cell: str) -> str:
    """The cell, with an apostrophe before it when a spreadsheet would take it for a formula."""
    return "'" + cell if cell.startswith(_FORMULA_STARTS) else cell


def write_bad_rows(
    rows: Iterable[tuple[RowError, str]],
    header: Sequence[str],
    stream: TextIO,
    titles: tuple[str, str] = ("Line", "Reason"),
) -> int:
    """The number of rows written, each with its line and its sentence before the original cells.

    `titles` name the first two columns in the reader's language.
    Open the stream with newline="" and, for Excel, encoding="utf-8-sig".
    """
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([*titles, *map(neutral, header)])
    count = 0
    for error, sentence in rows:
        writer.writerow([error.line, neutral(sentence), *map(neutral, error.cells)])
        count += 1
    return count
