"""Microsoft's usage reports: who was active, how large mailboxes and drives are; known by their columns.

Never takes a concealed name for a user: one such name refuses the whole file. A column that is not there states nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from licentia.domain.facts import MailboxKind
from licentia.domain.instants import Instant
from licentia.domain.reasons import BadInput
from licentia.importing.encoding import Source, find_encoding
from licentia.importing.names import USER, folded
from licentia.importing.rows import FactFile, Report, RowError, UsageRow
from licentia.importing.seen import Seen
from licentia.importing.sheets import Cells, Sheet, columns_seen, names_of, read_rows, read_sheet
from licentia.importing.values import CellError, moment, names_user, user_name
from licentia.wire.graph_users import shown

_CONCEALED: Final = re.compile(r"(?:[0-9a-fA-F]{32}){1,2}")
_ACTIVITY: Final = folded("Last Activity Date")
OWNER: Final = "owner"

_FIELDS: Final = {
    Report.ACTIVITY: ("last_activity_at",),
    Report.MAILBOX: ("size_bytes", "has_archive", "mailbox_kind"),
    Report.DRIVE: ("size_bytes",),
}


def read_usage_report(source: Source) -> FactFile[UsageRow]:
    """The report, recognized by its column names in any order.

    BadInput `unknown_report` (`columns` seen), those of `read_sheet` and of `find_encoding`. Reading the rows
    raises BadInput `concealed_names` (`line`, `text`) at the first concealed user.
    """
    sheet = read_sheet(find_encoding(source), "usage")
    report = _report(sheet)
    user = OWNER if report is Report.DRIVE else USER
    sheet = replace(sheet, key=user, reads_key=names_user)
    activities = _activity_columns(sheet) if report is Report.ACTIVITY else ()
    stated = {"last_activity_at"} if activities else {name for name in _FIELDS[report] if sheet.has(name)}
    return FactFile(
        form=report.value,
        header=sheet.header,
        fields=frozenset(stated),
        rows=lambda: _rows(sheet, user, partial(_READ[report], activities)),
    )


def _report(sheet: Sheet) -> Report:
    """Which report has these columns; one of the others has other columns beside them."""
    if sheet.has("read_at"):
        if sheet.has(USER) and _activity_columns(sheet):
            return Report.ACTIVITY
        if sheet.has(USER) and sheet.has("size_bytes") and sheet.has("item_count"):
            return Report.MAILBOX
        # A report on SharePoint sites is alike, and states what kind of site each is.
        if sheet.has(OWNER) and sheet.has("size_bytes") and sheet.has("file_count") and not sheet.has("site_kind"):
            return Report.DRIVE
    raise BadInput("unknown_report", columns=columns_seen(sheet.header))


def _activity_columns(sheet: Sheet) -> tuple[int, ...]:
    """The columns of the services' last activities: each begins with the service's name."""
    names = map(folded, sheet.header)
    return tuple(i for i, name in enumerate(names) if name.endswith(_ACTIVITY) and name != _ACTIVITY)


def _rows(sheet: Sheet, user: str, read: Callable[[UsageRow, Cells], UsageRow]) -> Iterator[UsageRow | RowError]:
    users = Seen()

    def row(line: int, cells: Cells) -> UsageRow:
        name = cells.text(user)
        if _CONCEALED.fullmatch(name):
            raise BadInput("concealed_names", line=line, text=shown(name))
        read_at = cells.instant("read_at")
        if read_at is None:
            raise cells.bad("read_at")
        deleted = bool(cells.truth("is_deleted"))
        found = UsageRow(line=line, user_principal_name=name, read_at=read_at, is_deleted=deleted)
        # The account or site of a deleted user is of nobody any more: its row states nothing, whatever its name.
        return found if deleted else _once(read(replace(found, user_principal_name=user_name(name)), cells), users)

    return read_rows(sheet, row)


def _once(row: UsageRow, users: Seen) -> UsageRow:
    name = row.user_principal_name.casefold()
    first = users.first_line(name)
    if first is not None:
        raise CellError("duplicate_user", first_line=first, user=row.user_principal_name)
    users.add(name, row.line)
    return row


def _activity(columns: tuple[int, ...], row: UsageRow, cells: Cells) -> UsageRow:
    moments = [at for index in columns if (at := _moment(cells, index)) is not None]
    return replace(row, last_activity_at=max(moments, default=None))


def _moment(cells: Cells, index: int) -> Instant | None:
    text, column = cells.cells[index], cells.sheet.header[index].strip()
    found = moment(text, column)
    if found is None and text.strip():
        raise CellError("bad_value", column=column, text=shown(text))
    return found


def _mailbox(_columns: tuple[int, ...], row: UsageRow, cells: Cells) -> UsageRow:
    # A type that is none of ours (a group's, a linked mailbox) states nothing.
    kind = names_of("usage").words["mailbox_kind"].get(cells.text("mailbox_kind").casefold())
    return replace(
        row,
        size_bytes=cells.number("size_bytes"),
        has_archive=cells.truth("has_archive"),
        mailbox_kind=None if kind is None else MailboxKind(kind),
    )


def _drive(_columns: tuple[int, ...], row: UsageRow, cells: Cells) -> UsageRow:
    return replace(row, size_bytes=cells.number("size_bytes"))


_READ: Final = {Report.ACTIVITY: _activity, Report.MAILBOX: _mailbox, Report.DRIVE: _drive}
