"""When users last signed in: a table with the dates, or Graph JSON of users with signInActivity.

Never takes a date that can't be read for "never"; a file that states no sign-ins is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from licentia.domain.instants import Instant
from licentia.domain.reasons import BadInput
from licentia.importing.encoding import Source, TextSource, find_encoding
from licentia.importing.graph_rows import entries, read_entries
from licentia.importing.json_values import starts_as_json
from licentia.importing.names import OBJECT_ID, USER
from licentia.importing.rows import FactFile, RowError, SignInRow
from licentia.importing.seen import Seen
from licentia.importing.sheets import Cells, Sheet, columns_seen, names_of, read_rows, read_sheet
from licentia.importing.values import CellError, names_user, object_id, user_name
from licentia.wire.graph_users import SIGN_IN_MOMENTS, SIGN_IN_PROPERTY, guid, last_sign_in, text_of

MOMENTS: Final = ("interactive", "non_interactive", "successful")
"""What a file may state, in the order of SIGN_IN_MOMENTS."""


def read_sign_ins(source: Source) -> FactFile[SignInRow]:
    """The sign-ins of a file; `fields` says which of `MOMENTS` it states.

    BadInput `no_sign_in_column` or `no_user_column` (`columns` seen), `bad_json`, those of `read_sheet` and of
    `find_encoding`.
    """
    text = find_encoding(source)
    return _from_json(text) if starts_as_json(text) else _from_csv(text)


# ---- a table


def _from_csv(source: TextSource) -> FactFile[SignInRow]:
    sheet = read_sheet(source, "sign_ins")
    stated = frozenset(name for name in MOMENTS if sheet.has(name))
    key = USER if sheet.has(USER) else OBJECT_ID
    if not sheet.has(key):
        raise BadInput("no_user_column", columns=columns_seen(sheet.header))
    if not stated:
        raise BadInput("no_sign_in_column", columns=columns_seen(sheet.header))
    sheet = replace(sheet, key=key, reads_key=names_user)
    return FactFile("sign-ins-csv", sheet.header, stated, lambda: _csv_rows(sheet))


def _csv_rows(sheet: Sheet) -> Iterator[SignInRow | RowError]:
    users, ids = Seen(), Seen()

    def row(line: int, cells: Cells) -> SignInRow:
        identifier = object_id(cells.text(OBJECT_ID))
        name = None if identifier and not cells.text(USER) else user_name(cells.text(USER))
        moments = [at for field in MOMENTS if (at := _moment(cells, field)) is not None]
        return once(SignInRow(line, name, identifier, max(moments, default=None)), users, ids)

    return read_rows(sheet, row)


def _moment(cells: Cells, field: str) -> Instant | None:
    if cells.text(field).casefold() in names_of("sign_ins").words["sign_in"]:
        return None
    found = cells.instant(field)
    # Some exports write the year 1 for "never".
    return None if found is None or found <= 0 else found


def once(row: SignInRow, users: Seen, ids: Seen) -> SignInRow:
    """The row, kept in mind; CellError `duplicate_user` (`first_line`, `user`) when its user came before."""
    for key, seen in ((row.user_principal_name, users), (row.object_id, ids)):
        first = None if key is None else seen.first_line(key.casefold())
        if first is not None:
            raise CellError("duplicate_user", first_line=first, user=key)
    if row.user_principal_name is not None:
        users.add(row.user_principal_name.casefold(), row.line)
    if row.object_id is not None:
        ids.add(row.object_id, row.line)
    return row


# ---- Graph JSON


def _from_json(source: TextSource) -> FactFile[SignInRow]:
    """Graph leaves signInActivity out for a user who never signed in, so it is enough that one user has it."""
    stated: set[str] = set()
    columns: dict[str, None] = {}
    for entry in entries(source):
        if isinstance(entry, Mapping):
            columns.update(dict.fromkeys(entry) if len(columns) < 50 else {})
            activity = entry.get(SIGN_IN_PROPERTY)
            stated.update(activity if isinstance(activity, Mapping) else ())
    if not stated.intersection(SIGN_IN_MOMENTS):
        raise BadInput("no_sign_in_column", columns=columns_seen(tuple(columns)))
    fields = frozenset(field for field, name in zip(MOMENTS, SIGN_IN_MOMENTS, strict=True) if name in stated)
    return FactFile("sign-ins-json", ("json",), fields, lambda: _json_rows(source))


def _json_rows(source: TextSource) -> Iterator[SignInRow | RowError]:
    users, ids = Seen(), Seen()

    def row(number: int, entry: Mapping[str, Any]) -> SignInRow:
        identifier = None if not entry.get("id") else guid(entry["id"], "id")
        name = text_of(entry, "userPrincipalName")
        if name or identifier is None:
            name = user_name(name or "")
        return once(SignInRow(number, name or None, identifier, last_sign_in(entry.get(SIGN_IN_PROPERTY))), users, ids)

    return read_entries(source, row)
