"""Users from CSV: the admin center's "Export users" file, and any table with a user principal name column.

Never states a fact whose column is missing, nor a license path: these files have none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from licentia.domain.catalog import Catalog
from licentia.domain.reasons import BadInput
from licentia.importing.encoding import TextSource
from licentia.importing.licenses import LicenseCells
from licentia.importing.names import OBJECT_ID, USER, find_columns, words
from licentia.importing.records import Lines, Record, read_records, read_top
from licentia.importing.rows import Family, RowError, UserFile, UserRow
from licentia.importing.seen import Seen
from licentia.importing.values import (
    CellError,
    answer,
    location,
    moment,
    names_user,
    object_id,
    plain,
    user_name,
    user_type,
)
from licentia.wire.graph_users import shown

_BLOCK: Final = "block_credential"
_ENABLED: Final = "account_enabled"
_LICENSES: Final = "licenses"
_DELETED: Final = "deleted_at"
_SHOWN_COLUMNS: Final = 50

Reader = Callable[[str, str], Any]
"""Cell and column header to a value; CellError when the cell states nothing readable."""


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV whose top is understood: where each field's column stands."""

    source: TextSource
    delimiter: str
    header: tuple[str, ...]
    columns: Mapping[str, int]

    def records(self) -> Iterator[Record]:
        """The records after the header, those of another width as `wrong_column_count`."""
        with self.source.open() as text:
            lines = Lines(text)
            read_top(lines)
            for record in read_records(lines, self.delimiter, self.is_row):
                yield record if record.error else self._fitted(record)

    def is_row(self, cells: Sequence[str]) -> bool:
        """Whether the cells of one line make a row by themselves."""
        user = self.columns.get(USER, self.columns.get(OBJECT_ID, 0))
        return len(cells) == len(self.header) and names_user(cells[user])

    def _fitted(self, record: Record) -> Record:
        """The record; extra cells may be there as long as they are empty."""
        cells, width = record.cells, len(self.header)
        if len(cells) == width:
            return record
        if len(cells) < width or any(cell.strip() for cell in cells[width:]):
            return Record(record.line, cells, "wrong_column_count")
        return Record(record.line, cells[:width])

    def error(self, record: Record) -> RowError:
        """The row error of a record that has one."""
        details: dict[str, object] = {}
        if record.error == "wrong_column_count":
            details = {"expected": len(self.header), "found": len(record.cells)}
        return RowError(record.line, record.error or "", details, record.cells)


def read_table(source: TextSource) -> Table:
    """The CSV's delimiter, header and columns.

    BadInput `empty_file`, `duplicate_column` (`name`), `line_too_long` or `bad_quoting` (`line`).
    """
    with source.open() as text:
        layout = read_top(Lines(text))
    if layout is None:
        raise BadInput("empty_file")
    return Table(source, layout.delimiter, layout.header, find_columns(layout.header))


def read_csv_users(source: TextSource, catalog: Catalog, owned: Collection[str] = ()) -> UserFile:
    """The CSV as a user file; BadInput `no_user_column` (`columns` seen), and those of `read_table`."""
    table = read_table(source)
    columns = table.columns
    if USER not in columns:
        raise no_user_column(table.header)
    is_export = _BLOCK in columns and _LICENSES in columns
    fields = {_ENABLED if field == _BLOCK else field for field in columns} - {_DELETED}
    families = {Family.ACCOUNT} | ({Family.LICENSES} if _LICENSES in columns else set())
    return UserFile(
        form="users-csv" if is_export else "plain-csv",
        header=table.header,
        fields=frozenset(fields),
        families=frozenset(families),
        paths_known=False,
        rows=lambda: _rows(table, LicenseCells(catalog, owned)),
    )


def no_user_column(header: Iterable[str]) -> BadInput:
    """The error for a header that names no user, with the columns that it does name."""
    return BadInput("no_user_column", columns=tuple(map(shown, islice(header, _SHOWN_COLUMNS))))


def _rows(table: Table, licenses: LicenseCells) -> Iterator[UserRow | RowError]:
    users, ids = Seen(), Seen()
    readers = _readers(table, licenses)
    name = table.columns[USER]
    for record in table.records():
        if record.error:
            yield table.error(record)
            continue
        cells = record.cells
        try:
            facts = {field: read(cells[index], column) for field, index, column, read in readers}
            facts.pop(_DELETED, None)
            row = UserRow(line=record.line, user_principal_name=user_name(cells[name]), **facts)
            yield without_doubles(row, users, ids)
        except CellError as bad:
            yield RowError(record.line, bad.code, bad.details, cells)


def without_doubles(row: UserRow, users: Seen, ids: Seen) -> UserRow:
    """The row, kept in mind; CellError `duplicate_user` (`first_line`, `user`) when either came before."""
    name = row.user_principal_name.casefold()
    first = users.first_line(name)
    if first is None and row.object_id is not None:
        first = ids.first_line(row.object_id)
    if first is not None:
        raise CellError("duplicate_user", first_line=first, user=row.user_principal_name)
    users.add(name, row.line)
    if row.object_id is not None:
        ids.add(row.object_id, row.line)
    return row


def _readers(table: Table, licenses: LicenseCells) -> list[tuple[str, int, str, Reader]]:
    """Field, position, header and reader of every known column but the user's."""
    by_field: dict[str, Reader] = {**_READERS, _LICENSES: lambda cell, _column: licenses.read(cell)}
    columns = dict(table.columns)
    del columns[USER]
    if _ENABLED in columns:
        columns.pop(_BLOCK, None)
    return [
        (_ENABLED if field == _BLOCK else field, index, table.header[index].strip(), by_field[field])
        for field, index in columns.items()
    ]


def _not_deleted(cell: str, _column: str) -> None:
    if cell.strip():
        raise CellError("deleted_user", text=shown(cell))


@lru_cache(maxsize=1_024)
def _enabled(cell: str, column: str) -> bool | None:
    return answer(cell, column, words().enabled)


@lru_cache(maxsize=1_024)
def _unblocked(cell: str, column: str) -> bool | None:
    return answer(cell, column, words().unblocked)


@lru_cache(maxsize=1_024)
def _truth(cell: str, column: str) -> bool | None:
    return answer(cell, column, words().truths)


# The same few words stand in these columns a million times over.
_READERS: Final[Mapping[str, Reader]] = {
    OBJECT_ID: lambda cell, _column: object_id(cell),
    "display_name": plain,
    "department": lru_cache(maxsize=1_024)(plain),
    _ENABLED: _enabled,
    _BLOCK: _unblocked,
    "usage_location": lru_cache(maxsize=1_024)(location),
    "user_type": lru_cache(maxsize=1_024)(user_type),
    "created_at": moment,
    "is_synced": _truth,
    _DELETED: _not_deleted,
}
