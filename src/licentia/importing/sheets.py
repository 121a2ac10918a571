"""Tables of facts about a tenant: which column states which field by kind of file, and rows read cell by cell.

Never goes by a column's position or guesses from its contents; all names are in fact_aliases.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Final, TypeVar

from licentia.domain.instants import Instant
from licentia.domain.reasons import BadInput
from licentia.importing.csv_users import Table
from licentia.importing.encoding import TextSource
from licentia.importing.names import find_columns, folded, words
from licentia.importing.records import Lines, read_top
from licentia.importing.rows import RowError
from licentia.importing.values import CellError, answer, moment, plain
from licentia.wire.graph_users import shown

R = TypeVar("R")
MOST_COLUMNS_SHOWN: Final = 50
_LONGEST_NUMBER: Final = 18


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one kind of file: `columns` by folded header to (field, rank), `words` by field and cell text."""

    columns: Mapping[str, tuple[str, int]]
    words: Mapping[str, Mapping[str, str]]


@cache
def names_of(kind: str) -> Names:
    """The names that files of this kind use, read once."""
    table = tomllib.loads((files("licentia.importing") / "fact_aliases.toml").read_text(encoding="utf-8"))[kind]
    columns = {
        folded(name["text"]): (column["field"], rank)
        for column in table["column"]
        for rank, name in reversed(list(enumerate(column["names"])))
    }
    spoken: dict[str, dict[str, str]] = {}
    for word in table.get("word", ()):
        spoken.setdefault(word["field"], {}).update(dict.fromkeys(word["texts"], word["value"]))
    return Names(columns, spoken)


@dataclass(frozen=True, slots=True)
class Sheet(Table):
    """A CSV whose columns are known. `reads_key` says whether a cell may be a row's key, in the column `key`."""

    kind: str
    key: str = ""
    reads_key: Callable[[str], bool] = bool

    def is_row(self, cells: Sequence[str]) -> bool:
        """Whether the cells of one line make a row by themselves."""
        return len(cells) == len(self.header) and self.reads_key(cells[self.columns[self.key]])

    def has(self, field: str) -> bool:
        """Whether the file has a column for the field."""
        return field in self.columns


def read_sheet(source: TextSource, kind: str) -> Sheet:
    """The CSV with the columns that files of this kind have; the caller says which is the key.

    BadInput `empty_file`, `duplicate_column` (`name`), `line_too_long` or `bad_quoting` (`line`).
    """
    with source.open() as text:
        layout = read_top(Lines(text))
    if layout is None:
        raise BadInput("empty_file")
    columns = find_columns(layout.header, names_of(kind).columns)
    return Sheet(source, layout.delimiter, layout.header, columns, kind)


def columns_seen(header: Sequence[str]) -> tuple[str, ...]:
    """The headers as an error may show them."""
    return tuple(map(shown, islice(header, MOST_COLUMNS_SHOWN)))


@dataclass(frozen=True, slots=True)
class Cells:
    """One row, read field by field; every reading may raise CellError."""

    sheet: Sheet
    cells: tuple[str, ...]

    def text(self, field: str) -> str:
        """The cell without outer blanks; "" where the file has no such column."""
        index = self.sheet.columns.get(field)
        return "" if index is None else self.cells[index].strip()

    def column(self, field: str) -> str:
        """The header over the field's cell."""
        return self.sheet.header[self.sheet.columns[field]].strip()

    def bad(self, field: str) -> CellError:
        """The error of a cell that is not a value of its column."""
        return CellError("bad_value", column=self.column(field), text=shown(self.text(field)))

    def stored(self, field: str) -> str | None:
        """A text that any store keeps, None for an empty cell; CellError `bad_value`."""
        return plain(self.text(field), self.column(field)) if self.sheet.has(field) else None

    def word(self, field: str) -> str | None:
        """What the cell's word means in a file of this kind, None for an empty cell; CellError `bad_value`."""
        text = self.text(field).casefold()
        if not text:
            return None
        value = names_of(self.sheet.kind).words[field].get(text)
        if value is None:
            raise self.bad(field)
        return value

    def truth(self, field: str) -> bool | None:
        """Yes or no, None for an empty cell; CellError `bad_value`."""
        return answer(self.text(field), self.column(field), words().truths) if self.sheet.has(field) else None

    def number(self, field: str) -> int | None:
        """A count without sign or fraction, None for an empty cell; CellError `bad_value`."""
        text = self.text(field)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
            raise self.bad(field)
        return int(text)

    def instant(self, field: str) -> Instant | None:
        """The instant, None for an empty cell; CellError `bad_value` also when day and month can't be told apart."""
        text = self.text(field)
        if not text:
            return None
        found = moment(text, self.column(field))
        if found is None:
            raise self.bad(field)
        return found


def read_rows(sheet: Sheet, read: Callable[[int, Cells], R]) -> Iterator[R | RowError]:
    """Each record as `read` reads it, and those that can't be read as row errors."""
    for record in sheet.records():
        if record.error:
            yield sheet.error(record)
            continue
        try:
            yield read(record.line, Cells(sheet, record.cells))
        except CellError as bad:
            yield RowError(record.line, bad.code, bad.details, record.cells)
