"""A list of users to work on: one user principal name or object id a line, or a CSV with such a column.

Never looks a user up; two lines may name the same one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from licentia.domain.reasons import BadInput
from licentia.importing.csv_users import Table, no_user_column, read_table
from licentia.importing.encoding import Source, TextSource, find_encoding
from licentia.importing.names import OBJECT_ID, USER
from licentia.importing.records import Lines
from licentia.importing.rows import RowError
from licentia.importing.values import CellError, object_id, user_name
from licentia.wire.graph_users import is_guid

_CLOSERS: Final = " \t\r\n,;"


@dataclass(frozen=True, slots=True)
class UserId:
    """One user named on one line: a user principal name as written, or an object id in lower case."""

    line: int
    text: str
    is_object_id: bool


def read_user_list(source: Source) -> Iterator[UserId | RowError]:
    """The users of a list, and the lines that name none, in order; blank lines and # comments left out.

    A CSV is one whose first line has a known user or object id column; of both, the user name counts where
    it is filled. BadInput as `read_user_file`, raised at the first step.
    """
    text_source = find_encoding(source)
    table = _table(text_source)
    if table is None:
        yield from _plain(text_source)
        return
    for record in table.records():
        if record.cells[0].lstrip().startswith("#"):
            continue
        yield table.error(record) if record.error else _from_cells(table, record.line, record.cells)


def _table(source: TextSource) -> Table | None:
    """The table, when the first line is a header with a user; None for a plain list."""
    with source.open() as text:
        first = _first_line(Lines(text))
    if isinstance(_identifier(1, first.strip(_CLOSERS)), UserId):
        return None
    table = read_table(source)
    if USER in table.columns or OBJECT_ID in table.columns:
        return table
    if len(table.header) > 1:
        raise no_user_column(table.header)
    return None


def _first_line(lines: Lines) -> str:
    for line in lines:
        if lines.too_long:
            raise BadInput("line_too_long", line=lines.number)
        if line.strip() and not line.lstrip().startswith("#"):
            return line
    raise BadInput("empty_file")


def _from_cells(table: Table, line: int, cells: tuple[str, ...]) -> UserId | RowError:
    for field in (USER, OBJECT_ID):
        text = cells[table.columns[field]].strip() if field in table.columns else ""
        if text:
            return _identifier(line, text, cells)
    return RowError(line, "no_user_name", {}, cells)


def _plain(source: TextSource) -> Iterator[UserId | RowError]:
    with source.open() as text:
        lines = Lines(text)
        for line in lines:
            is_cut = bool(lines.too_long)
            lines.mark()
            bare = line.strip(_CLOSERS)
            if is_cut:
                yield RowError(lines.number, "line_too_long", {}, (bare,))
            elif bare and not bare.startswith("#"):
                yield _identifier(lines.number, bare.strip('"').strip(), (line.strip("\r\n"),))


def _identifier(line: int, text: str, cells: tuple[str, ...] = ()) -> UserId | RowError:
    try:
        if is_guid(text.lower()):
            return UserId(line, object_id(text) or "", True)
        return UserId(line, user_name(text), False)
    except CellError as bad:
        return RowError(line, bad.code, bad.details, cells)
