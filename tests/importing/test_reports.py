"""Microsoft's usage reports: known by their columns, read by name, refused whole when names are concealed."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licentia.domain.facts import MailboxKind
from licentia.domain.instants import from_iso
from licentia.domain.reasons import BadInput
from licentia.importing.reports import read_usage_report
from licentia.importing.rows import FactFile, RowError, UsageRow

SERVICES = ("Exchange", "OneDrive", "SharePoint", "Skype For Business", "Yammer", "Teams")
ACTIVE = ",".join(
    ["Report Refresh Date", "User Principal Name", "Display Name", "Is Deleted", "Deleted Date"]
    + [f"Has {name} License" for name in SERVICES]
    + [f"{name} Last Activity Date" for name in SERVICES]
    + [f"{name} License Assign Date" for name in SERVICES]
    + ["Assigned Products"]
)
MAILBOX = (
    "Report Refresh Date,User Principal Name,Display Name,Is Deleted,Deleted Date,Created Date,Last Activity Date,"
    "Item Count,Storage Used (Byte),Issue Warning Quota (Byte),Prohibit Send Quota (Byte),"
    "Prohibit Send/Receive Quota (Byte),Deleted Item Count,Deleted Item Size (Byte),Deleted Item Quota (Byte),"
    "Has Archive,Recipient Type,Report Period"
)
DRIVE = (
    "Report Refresh Date,Site Id,Site URL,Owner Display Name,Is Deleted,Last Activity Date,File Count,"
    "Active File Count,Storage Used (Byte),Storage Allocated (Byte),Owner Principal Name,Report Period"
)
HIDDEN = "554630B7593DDE8E04F27933A965D5B2"
SEEN = from_iso("2026-11-20")


def opened(text: str | bytes) -> FactFile[UsageRow]:
    content = text if isinstance(text, bytes) else text.encode()
    return read_usage_report(lambda: io.BytesIO(content))


def read(*lines: str) -> list[UsageRow | RowError]:
    return list(opened("\n".join(lines) + "\n").rows())


def active(name: str, *dates: str, deleted: str = "False", seen: str = "2026-11-20") -> str:
    """A row of the activity report with these services' dates."""
    moments = [*dates, *[""] * (len(SERVICES) - len(dates))]
    return ",".join([seen, name, "Somebody", deleted, "", *["True"] * 6, *moments, *[""] * 6, "OFFICE 365 E3"])


def mailbox(name: str, size: str = "5368709120", archive: str = "False", kind: str = "UserMailbox") -> str:
    """A row of the mailbox report."""
    return f"2026-11-20,{name},Somebody,False,,2020-01-02,2026-11-19,12,{size},1,2,3,4,5,6,{archive},{kind},30"


# ---- which report


@pytest.mark.parametrize(
    ("header", "form", "fields"),
    [
        (ACTIVE, "activity-report", {"last_activity_at"}),
        (MAILBOX, "mailbox-report", {"size_bytes", "has_archive", "mailbox_kind"}),
        (DRIVE, "onedrive-report", {"size_bytes"}),
    ],
)
def test_a_report_is_known_by_its_columns_in_any_order(header: str, form: str, fields: set[str]) -> None:
    """With a mark or without, turned round, and with columns nobody has seen before."""
    turned = ",".join(reversed(header.split(",")))
    for text in (header, "\ufeff" + header, turned, header + ",Another Column", f"sep=,\n{header}"):
        found = opened(text)
        assert (found.form, set(found.fields)) == (form, fields)


@pytest.mark.parametrize(
    "header",
    [
        "Report Refresh Date,User Principal Name,Last Activity Date",
        DRIVE + ",Root Web Template",
        ACTIVE.replace("Report Refresh Date,", ""),
        MAILBOX.replace("User Principal Name,", ""),
        "User principal name,Licenses",
    ],
)
def test_another_table_is_no_usage_report(header: str) -> None:
    """SharePoint sites, a report without its date, one without users: the error names the columns seen."""
    with pytest.raises(BadInput, match="unknown_report") as caught:
        opened(header + "\n")
    assert caught.value.details["columns"] == tuple(header.split(","))[:50]


def test_a_report_of_before_2026_lacks_archive_and_type() -> None:
    """What has no column is not stated."""
    old = MAILBOX.replace(",Deleted Item Quota (Byte),Has Archive,Recipient Type", "")
    row = "2026-11-20,anna@contoso.example,Anna,False,,2020-01-02,2026-11-19,12,1000,1,2,3,4,5,30"
    found = opened(f"{old}\n{row}\n")
    assert found.fields == {"size_bytes"}
    assert list(found.rows()) == [UsageRow(2, "anna@contoso.example", SEEN, size_bytes=1000)]


# ---- what it states


def test_the_last_activity_is_the_latest_of_all_services() -> None:
    """None at all is a fact too: nothing within what the report looks back on."""
    rows = read(ACTIVE, active("anna@contoso.example", "2026-11-01", "", "2026-11-18"), active("bram@contoso.example"))
    assert rows == [
        UsageRow(2, "anna@contoso.example", SEEN, last_activity_at=from_iso("2026-11-18")),
        UsageRow(3, "bram@contoso.example", SEEN),
    ]


def test_a_service_with_another_name_counts_too() -> None:
    """Yammer has been renamed before."""
    header = ACTIVE.replace("Yammer Last", "Viva Engage Last")
    [row] = read(header, active("anna@contoso.example", "", "", "", "", "2026-11-17"))
    assert isinstance(row, UsageRow)
    assert row.last_activity_at == from_iso("2026-11-17")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("UserMailbox", MailboxKind.USER),
        ("User", MailboxKind.USER),
        ("SharedMailbox", MailboxKind.SHARED),
        ("shared", MailboxKind.SHARED),
        ("RoomMailbox", MailboxKind.ROOM),
        ("EquipmentMailbox", MailboxKind.EQUIPMENT),
        ("GroupMailbox", None),
        ("Unknown", None),
        ("", None),
    ],
)
def test_a_recipient_type_is_a_kind_of_mailbox_or_nothing(text: str, kind: MailboxKind | None) -> None:
    """A type that we do not know says nothing of the kind; it is no error."""
    assert read(MAILBOX, mailbox("anna@contoso.example", kind=text)) == [
        UsageRow(2, "anna@contoso.example", SEEN, False, None, 5_368_709_120, False, kind)
    ]


def test_yes_and_no_are_true_and_false() -> None:
    """Both spellings have been seen; an empty cell states nothing."""
    found = [
        row.has_archive if isinstance(row, UsageRow) else row.code
        for row in read(
            MAILBOX,
            mailbox("a@contoso.example", archive="Yes"),
            mailbox("b@contoso.example", archive="True"),
            mailbox("c@contoso.example", archive="No"),
            mailbox("d@contoso.example", archive=""),
            mailbox("e@contoso.example", archive="perhaps"),
        )
    ]
    assert found == [True, True, False, None, "bad_value"]


def test_a_drive_belongs_to_its_owner() -> None:
    """The owner's principal name, not the display name."""
    row = "2026-11-20,,https://contoso/personal/anna,Anna,False,2026-11-19,7,3,1073741824,2,Anna@contoso.example,30"
    assert read(DRIVE, row) == [UsageRow(2, "Anna@contoso.example", SEEN, size_bytes=1_073_741_824)]


def test_deleted_rows_state_nothing_whatever_their_name() -> None:
    """The same name may follow as a living account."""
    rows = read(
        ACTIVE,
        active("", deleted="True"),
        active("anna@contoso.example", "2026-01-01", deleted="Yes"),
        active("anna@contoso.example", "2026-11-01"),
    )
    assert [(row.is_deleted, row.last_activity_at) for row in rows if isinstance(row, UsageRow)] == [
        (True, None),
        (True, None),
        (False, from_iso("2026-11-01")),
    ]


# ---- what is wrong with it


@pytest.mark.parametrize("name", [HIDDEN, HIDDEN.lower(), HIDDEN + HIDDEN])
@pytest.mark.parametrize("header", [ACTIVE, MAILBOX, DRIVE])
def test_concealed_names_refuse_the_whole_file(name: str, header: str) -> None:
    """Not row by row: the setting hides everybody, so no row can be joined."""
    row = {
        ACTIVE: active(name),
        MAILBOX: mailbox(name),
        DRIVE: f"2026-11-20,,,{HIDDEN},False,,7,3,10,20,{name},30",
    }[header]
    good = {ACTIVE: active("a@contoso.example"), MAILBOX: mailbox("a@contoso.example"), DRIVE: ""}[header]
    file = opened(f"{header}\n{good}\n{row}\n")
    with pytest.raises(BadInput, match="concealed_names") as caught:
        list(file.rows())
    assert caught.value.details == {"line": 3, "text": name}


def test_a_name_with_hexadecimal_digits_is_no_concealed_one() -> None:
    """A domain makes it a user's name."""
    [row] = read(MAILBOX, mailbox(f"{HIDDEN}@contoso.example"))
    assert isinstance(row, UsageRow)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (active("anna@contoso.example", seen=""), "bad_value"),
        (active("anna@contoso.example", seen="4/5/2026"), "bad_value"),
        (active("anna@contoso.example", "4/5/2026"), "bad_value"),
        (active("anna@contoso.example", "yesterday"), "bad_value"),
        (active("anna@contoso.example", deleted="gone"), "bad_value"),
        (active("anna"), "bad_user_name"),
        (active(""), "no_user_name"),
        (active("anna@contoso.example") + ",more", "wrong_column_count"),
        ("2026-11-20,anna@contoso.example", "wrong_column_count"),
    ],
)
def test_a_bad_row_has_its_reason_and_the_next_is_read(row: str, code: str) -> None:
    """A date of which day and month can't be told apart is no date, not nothing."""
    first, second = read(ACTIVE, row, active("bram@contoso.example"))
    assert isinstance(first, RowError)
    assert (first.code, first.line) == (code, 2)
    assert isinstance(second, UsageRow)


@pytest.mark.parametrize("size", ["-1", "1.5", "1,5", "12 MB", "²", "9" * 19])
def test_a_size_is_a_whole_number(size: str) -> None:
    """Of no sign, and no longer than a store keeps."""
    [row] = read(MAILBOX, mailbox("anna@contoso.example", size=f'"{size}"'))
    assert isinstance(row, RowError)
    assert row.details == {"column": "Storage Used (Byte)", "text": size}


def test_a_user_stands_in_a_report_once() -> None:
    """In any letter case; the second row says where the first is."""
    rows = read(MAILBOX, mailbox("anna@contoso.example"), mailbox("ANNA@contoso.example", size="1"))
    assert isinstance(rows[1], RowError)
    assert (rows[1].code, rows[1].details["first_line"]) == ("duplicate_user", 2)


def test_a_stray_quote_costs_one_row() -> None:
    """Not the rows after it."""
    rows = read(MAILBOX, mailbox("a@contoso.example").replace("Somebody", '"Some'), mailbox("b@contoso.example"))
    assert [row.code if isinstance(row, RowError) else row.user_principal_name for row in rows] == [
        "bad_quoting",
        "b@contoso.example",
    ]


@given(st.binary(max_size=200))
def test_whatever_follows_the_header_is_rows_errors_or_one_sentence(rest: bytes) -> None:
    """Never a crash: zero characters, halves of letters, quotes."""
    code, rows = "", list[UsageRow | RowError]()
    try:
        rows = list(opened(MAILBOX.encode() + b"\n" + rest).rows())
    except BadInput as refused:
        code = refused.code
    assert code in {"", "unknown_report", "not_text", "concealed_names", "bad_quoting", "duplicate_column"}
    assert all(isinstance(row, UsageRow | RowError) for row in rows)


def test_memory_does_not_grow_with_the_report() -> None:
    """Three million bytes of rows, read within a third of it."""

    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self._parts: Iterator[bytes] = (
                (mailbox(f"user{n}@contoso.example") + "\n").encode() for n in range(30_000)
            )
            self._rest = (MAILBOX + "\n").encode()

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            self._rest = self._rest or next(self._parts, b"")
            size = min(len(buffer), len(self._rest))
            buffer[:size] = self._rest[:size]
            self._rest = self._rest[size:]
            return size

    file = read_usage_report(lambda: cast(BinaryIO, io.BufferedReader(Stream())))
    tracemalloc.start()
    try:
        assert sum(isinstance(row, UsageRow) for row in file.rows()) == 30_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000
