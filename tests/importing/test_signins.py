"""When users last signed in: the latest of what a file states; never is a fact, a missing column is none."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from licentia.domain.instants import from_iso
from licentia.domain.reasons import BadInput
from licentia.importing.rows import FactFile, RowError, SignInRow
from licentia.importing.signins import read_sign_ins

ANNA = "6e7b768e-07e2-4810-8459-485f84f8f204"
HEADER = "User principal name,Last interactive sign-in time,Last non-interactive sign-in time"
EARLY, LATE = "2026-10-01T08:00:00Z", "2026-11-02T09:30:00Z"


def opened(text: str) -> FactFile[SignInRow]:
    return read_sign_ins(lambda: io.BytesIO(text.encode()))


def read(*lines: str) -> list[SignInRow | RowError]:
    return list(opened("\n".join(lines) + "\n").rows())


def of_json(*entries: Any) -> list[SignInRow | RowError]:
    return list(opened(json.dumps({"value": entries})).rows())


# ---- a table


def test_the_latest_of_both_columns_counts() -> None:
    """Also where only one has a date."""
    rows = read(HEADER, f"a@x.nl,{EARLY},{LATE}", f"b@x.nl,{LATE},{EARLY}", f"c@x.nl,,{EARLY}", f"d@x.nl,{EARLY},")
    assert [row.last_sign_in_at for row in rows if isinstance(row, SignInRow)] == [
        from_iso(LATE),
        from_iso(LATE),
        from_iso(EARLY),
        from_iso(EARLY),
    ]


@pytest.mark.parametrize("cell", ["", "Never", "nooit", "-", "0001-01-01T00:00:00Z"])
def test_no_date_means_never(cell: str) -> None:
    """In words, as nothing, or as the year 1."""
    assert read("UPN,lastSignInDateTime", f"a@x.nl,{cell}") == [SignInRow(2, "a@x.nl", None, None)]


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("Last interactive sign-in time", "interactive"),
        ("lastSignInDateTime", "interactive"),
        ("signInActivity/lastSignInDateTime", "interactive"),
        ("signInActivity.lastNonInteractiveSignInDateTime", "non_interactive"),
        ("signInActivity.lastSuccessfulSignInDateTime", "successful"),
        ("Laatste interactieve aanmelding", "interactive"),
    ],
)
def test_columns_by_their_several_names(column: str, field: str) -> None:
    """What the file states is said with it."""
    file = opened(f"userPrincipalName,{column}\na@x.nl,{LATE}\n")
    assert file.fields == {field}
    assert list(file.rows()) == [SignInRow(2, "a@x.nl", None, from_iso(LATE))]


def test_a_user_by_object_id() -> None:
    """Alone, or beside the name."""
    assert read("id,lastSignInDateTime", f"{ANNA.upper()},") == [SignInRow(2, None, ANNA, None)]
    assert read("id,UPN,lastSignInDateTime", f"{ANNA},a@x.nl,", f"{ANNA[:-1]}0,,") == [
        SignInRow(2, "a@x.nl", ANNA, None),
        SignInRow(3, None, f"{ANNA[:-1]}0", None),
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("a@x.nl,4/5/2026,", "bad_value"),
        ("a@x.nl,yesterday,", "bad_value"),
        ("a,,", "bad_user_name"),
        (f",{EARLY},", "no_user_name"),
        ("a@x.nl", "wrong_column_count"),
        (f"B@x.nl,{EARLY},,", "duplicate_user"),
    ],
)
def test_a_bad_row_has_its_reason(row: str, code: str) -> None:
    """A date that can't be read is never taken for "never"."""
    found = read(HEADER, f"b@x.nl,{EARLY},", row, f"c@x.nl,{EARLY},")
    assert [x.code if isinstance(x, RowError) else "" for x in found] == ["", code, ""]


def test_a_table_without_sign_ins_or_users_is_refused() -> None:
    """It would say that nobody ever signed in."""
    with pytest.raises(BadInput, match="no_sign_in_column"):
        opened("User principal name,Display name\na@x.nl,A\n")
    with pytest.raises(BadInput, match="no_user_column"):
        opened("Name,Last sign-in\nA,\n")


# ---- Graph


def test_graph_users_with_their_activity() -> None:
    """Graph leaves the property out for who never signed in."""
    rows = of_json(
        {
            "id": ANNA,
            "userPrincipalName": "a@x.nl",
            "signInActivity": {"lastSignInDateTime": EARLY, "lastNonInteractiveSignInDateTime": LATE},
        },
        {"userPrincipalName": "b@x.nl"},
        {"userPrincipalName": "c@x.nl", "signInActivity": None},
        {"userPrincipalName": "d@x.nl", "signInActivity": {"lastSignInDateTime": "0001-01-01T00:00:00Z"}},
    )
    assert rows == [
        SignInRow(1, "a@x.nl", ANNA, from_iso(LATE)),
        SignInRow(2, "b@x.nl", None, None),
        SignInRow(3, "c@x.nl", None, None),
        SignInRow(4, "d@x.nl", None, None),
    ]


def test_graph_users_of_whom_none_has_the_property_state_nothing() -> None:
    """It was not asked for, or the tenant may not read it."""
    with pytest.raises(BadInput, match="no_sign_in_column"):
        opened('[{"userPrincipalName": "a@x.nl"}, {"userPrincipalName": "b@x.nl", "signInActivity": {}}]')


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"id": "x", "userPrincipalName": "a@x.nl"}, "bad_object_id"),
        ({"displayName": "A"}, "no_user_name"),
        ({"userPrincipalName": "a@x.nl", "signInActivity": "never"}, "bad_value"),
        ({"userPrincipalName": "a@x.nl", "signInActivity": {"lastSignInDateTime": "soon"}}, "bad_value"),
        (4, "bad_value"),
    ],
)
def test_a_bad_object_has_its_reason(entry: Any, code: str) -> None:
    """And costs no other."""
    good = {"userPrincipalName": "b@x.nl", "signInActivity": {"lastSignInDateTime": EARLY}}
    first, second = of_json(entry, good)
    assert isinstance(first, RowError)
    assert first.code == code
    assert isinstance(second, SignInRow)
