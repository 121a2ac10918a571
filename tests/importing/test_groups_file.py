"""Groups and their members: Entra's exports, plain tables, Graph JSON; only what a file states."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from licentia.domain.catalog import load
from licentia.domain.facts import SourceKind
from licentia.domain.reasons import BadInput
from licentia.importing.groups_file import read_groups, read_members
from licentia.importing.rows import FactFile, GroupFacts, LicenseRow, MemberKind, MemberRow, RowError
from licentia.wire.graph_groups import RULE_NOT_STATED

E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
PLAN = "efb87545-963c-4e0d-99df-69c6916d9eb0"
SALES = "0e0bae81-bda1-4e6b-b2c6-7a0a2d9d7ef1"
STAFF = "0e0bae81-bda1-4e6b-b2c6-7a0a2d9d7ef2"
ANNA = "6e7b768e-07e2-4810-8459-485f84f8f204"


def groups(text: str) -> FactFile[GroupFacts]:
    return read_groups(lambda: io.BytesIO(text.encode()), load())


def members(text: str) -> FactFile[MemberRow]:
    return read_members(lambda: io.BytesIO(text.encode()))


def group_rows(*lines: str) -> list[GroupFacts | RowError]:
    return list(groups("\n".join(lines) + "\n").rows())


def member_rows(*lines: str) -> list[MemberRow | RowError]:
    return list(members("\n".join(lines) + "\n").rows())


def of_json(*entries: Any) -> GroupFacts | RowError:
    """The first group of an answer with these."""
    return next(iter(groups(json.dumps({"@odata.context": "x", "value": entries})).rows()))


# ---- groups from a table


@pytest.mark.parametrize(
    ("cells", "kind", "rule"),
    [
        ("Security,Assigned,", "security", ""),
        ("Microsoft 365,Dynamic,", "microsoft365", RULE_NOT_STATED),
        ('Microsoft 365,Dynamic,"user.department -eq ""Sales"""', "microsoft365", 'user.department -eq "Sales"'),
        ("Mail-enabled security,Assigned,", "mail_security", ""),
        ("Distribution,Assigned,", "distribution", ""),
        ("Beveiliging,Toegewezen,", "security", ""),
        (",,", None, None),
        (",,user.country -eq NL", None, "user.country -eq NL"),
    ],
)
def test_the_admin_centers_words_say_kind_and_membership(cells: str, kind: str | None, rule: str | None) -> None:
    """Dynamic without a rule is dynamic all the same; an empty cell states nothing."""
    [row] = group_rows("Object ID,Display name,Group type,Membership type,Membership rule", f"{SALES},Sales,{cells}")
    assert row == GroupFacts(2, SALES, "Sales", kind, rule)


@pytest.mark.parametrize(
    ("types", "mail", "security", "kind", "rule"),
    [
        ("Unified", "True", "False", "microsoft365", ""),
        ('"Unified,DynamicMembership"', "True", "True", "microsoft365", RULE_NOT_STATED),
        ("DynamicMembership", "False", "True", "security", RULE_NOT_STATED),
        ("", "False", "True", "security", ""),
        ("", "True", "True", "mail_security", ""),
        ("", "True", "False", "distribution", ""),
        ("", "", "", None, ""),
    ],
)
def test_graphs_own_names_as_columns_are_read_as_graph_means_them(
    types: str, mail: str, security: str, kind: str | None, rule: str
) -> None:
    """An empty list of types is a fact: neither a Microsoft 365 group nor dynamic."""
    [row] = group_rows(
        "id,displayName,groupTypes,mailEnabled,securityEnabled", f"{SALES},Sales,{types},{mail},{security}"
    )
    assert row == GroupFacts(2, SALES, "Sales", kind, rule)


@pytest.mark.parametrize(
    ("header", "cell", "synced"),
    [
        ("Source", "Cloud", False),
        ("Source", "Windows Server AD", True),
        ("Bron", "On-premises", True),
        ("Source", "", None),
        ("onPremisesSyncEnabled", "True", True),
        ("onPremisesSyncEnabled", "", None),
    ],
)
def test_where_a_group_comes_from(header: str, cell: str, synced: bool | None) -> None:
    """By Entra's source, or by Graph's property."""
    [row] = group_rows(f"Object ID,Display name,{header}", f"{SALES},Sales,{cell}")
    assert isinstance(row, GroupFacts)
    assert row.is_synced is synced


def test_licenses_are_stated_only_by_a_column_of_their_own() -> None:
    """An empty cell under it says: none."""
    with_column = group_rows("Object ID,Licenses", f"{SALES},Microsoft 365 E3", f"{STAFF},")
    assert [row.licenses for row in with_column if isinstance(row, GroupFacts)] == [
        (LicenseRow(E3, SourceKind.UNKNOWN),),
        (),
    ]
    [without] = group_rows("Object ID,Display name", f"{SALES},Sales")
    assert isinstance(without, GroupFacts)
    assert without.licenses is None


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",Sales,Security", "no_group_id"),
        ("sales,Sales,Security", "bad_object_id"),
        (f"{SALES},Sales,Club", "bad_value"),
        (f"{SALES},Sales", "wrong_column_count"),
        (f"{SALES},Sa\x00les,Security", "bad_value"),
    ],
)
def test_a_bad_group_has_its_reason(row: str, code: str) -> None:
    """And costs no other."""
    first, second = group_rows("Object ID,Display name,Group type", row, f"{STAFF},Staff,Security")
    assert isinstance(first, RowError)
    assert first.code == code
    assert isinstance(second, GroupFacts)


def test_a_group_stands_in_a_file_once() -> None:
    """In any letter case."""
    rows = group_rows("Object ID,Display name", f"{SALES},Sales", f"{SALES.upper()},Sales")
    assert isinstance(rows[1], RowError)
    assert (rows[1].code, rows[1].details) == ("duplicate_group", {"first_line": 2})


@pytest.mark.parametrize(
    "text", ["Display name,Mail\nSales,s@x.nl\n", '[{"colour": "red"}]', "User,Group\na@b.nl,Sales\n"]
)
def test_a_file_without_group_ids_is_no_file_of_groups(text: str) -> None:
    """Names alone can't be told from those of other things."""
    with pytest.raises(BadInput, match="no_group_column"):
        groups(text)


# ---- groups from Graph


def test_a_graph_group_with_everything() -> None:
    """Its kind, rule, source, licenses with what is switched off."""
    entry = {
        "id": SALES.upper(),
        "displayName": "Sales",
        "groupTypes": ["DynamicMembership"],
        "membershipRule": 'user.department -eq "Sales"',
        "mailEnabled": False,
        "securityEnabled": True,
        "onPremisesSyncEnabled": None,
        "assignedLicenses": [{"skuId": E3.upper(), "disabledPlans": [PLAN]}],
    }
    license_row = LicenseRow(E3, SourceKind.GROUP, SALES, frozenset({PLAN}))
    assert of_json(entry) == GroupFacts(
        1, SALES, "Sales", "security", 'user.department -eq "Sales"', False, (license_row,)
    )


@pytest.mark.parametrize(
    ("entry", "kind", "rule", "synced"),
    [
        ({}, None, None, None),
        ({"groupTypes": ["Unified"], "onPremisesSyncEnabled": True}, "microsoft365", "", True),
        ({"groupTypes": ["DynamicMembership", "Unified"]}, "microsoft365", RULE_NOT_STATED, None),
        ({"mailEnabled": True, "securityEnabled": True}, None, None, None),
        ({"mailEnabled": False, "securityEnabled": True}, "security", None, None),
        ({"groupTypes": [], "mailEnabled": True, "securityEnabled": True}, "mail_security", "", None),
        ({"groupTypes": [], "mailEnabled": True, "securityEnabled": False}, "distribution", "", None),
        ({"membershipRule": None}, None, "", None),
        ({"membershipRule": "x"}, None, "x", None),
    ],
)
def test_a_graph_group_states_what_it_has(
    entry: dict[str, Any], kind: str | None, rule: str | None, synced: bool | None
) -> None:
    """A mail-enabled group of unknown types may be a Microsoft 365 group: its kind is not known."""
    assert of_json({"id": SALES, "displayName": "Sales"} | entry) == GroupFacts(1, SALES, "Sales", kind, rule, synced)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"id": "x", "displayName": "S"}, "bad_object_id"),
        ({"displayName": "S"}, "bad_object_id"),
        ({"id": SALES, "displayName": "S", "groupTypes": "Unified"}, "bad_value"),
        ({"id": SALES, "displayName": "S", "assignedLicenses": [1]}, "bad_value"),
        ({"id": SALES, "displayName": "S", "mailEnabled": "yes"}, "bad_value"),
        ({"id": SALES, "displayName": "S", "deletedDateTime": "2026-01-01T00:00:00Z"}, "deleted_group"),
        ({"id": SALES, "displayName": "S", "userPrincipalName": "s@x.nl"}, "not_a_group"),
        ("text", "bad_value"),
    ],
)
def test_a_bad_graph_group_has_its_reason(entry: Any, code: str) -> None:
    """Its cells are the object as it stood."""
    first, second = groups(json.dumps([entry, {"id": STAFF, "displayName": "Staff"}])).rows()
    assert isinstance(first, RowError)
    assert (first.code, first.line, first.cells) == (code, 1, (json.dumps(entry, separators=(",", ":")),))
    assert isinstance(second, GroupFacts)


# ---- members from a table


def test_a_file_of_one_groups_members_does_not_say_which() -> None:
    """Entra's own export: the command says of which group."""
    header = "id,userPrincipalName,displayName,objectType,userType,isUser,isGroup,isGuest"
    file = members(f"{header}\n{ANNA},anna@contoso.example,Anna,User,Member,TRUE,FALSE,FALSE\n")
    assert "group" not in file.fields
    assert list(file.rows()) == [MemberRow(2, "", MemberKind.USER, "anna@contoso.example", ANNA)]


def test_a_plain_table_names_groups_and_users() -> None:
    """A user by name or by object id; in Dutch too."""
    rows = member_rows("Groep;Gebruiker", "Sales;anna@contoso.example", f"{STAFF};{ANNA.upper()}")
    assert rows == [
        MemberRow(2, "Sales", MemberKind.USER, "anna@contoso.example"),
        MemberRow(3, STAFF, MemberKind.USER, None, ANNA),
    ]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Group", MemberKind.GROUP),
        ("groep", MemberKind.GROUP),
        ("Device", MemberKind.OTHER),
        ("ServicePrincipal", MemberKind.OTHER),
    ],
)
def test_a_member_that_is_no_user_is_told_apart(word: str, kind: MemberKind) -> None:
    """Whatever stands in its other columns."""
    [row] = member_rows("Group,Object ID,User principal name,Member type", f"Sales,{STAFF},,{word}")
    assert row == MemberRow(2, "Sales", kind)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",anna@contoso.example,User", "no_group_name"),
        ("Sales,,User", "no_user_name"),
        ("Sales,anna,User", "bad_user_name"),
        ("Sales,anna@contoso.example,Robot", "bad_value"),
        ("Sales", "wrong_column_count"),
        ("Sales,554630B7593DDE8E04F27933A965D5B2,User", "concealed_name"),
    ],
)
def test_a_bad_member_has_its_reason(row: str, code: str) -> None:
    """And costs no other."""
    first, second = member_rows("Group,User,Member type", row, "Sales,bram@contoso.example,User")
    assert isinstance(first, RowError)
    assert first.code == code
    assert isinstance(second, MemberRow)


def test_a_user_stands_in_a_group_once() -> None:
    """In another group it may stand again."""
    rows = member_rows("Group,User", "Sales,a@x.nl", "Staff,a@x.nl", "sales,A@x.nl")
    assert [row.code if isinstance(row, RowError) else row.group for row in rows] == [
        "Sales",
        "Staff",
        "duplicate_user",
    ]


def test_a_table_without_users_is_no_file_of_members() -> None:
    """The columns seen are named."""
    with pytest.raises(BadInput, match="no_user_column"):
        members("Group,Colour\nSales,red\n")


# ---- members from Graph


def test_answers_of_one_groups_members() -> None:
    """By their type; one without any is taken for a user. A page that is not the last is followed by the next."""
    first = {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#directoryObjects",
        "@odata.nextLink": "https://graph.microsoft.com/v1.0/groups/x/members?$skiptoken=y",
        "value": [
            {"@odata.type": "#microsoft.graph.user", "id": ANNA, "userPrincipalName": "anna@contoso.example"},
            {"@odata.type": "#microsoft.graph.group", "id": STAFF},
        ],
    }
    second = {"value": [{"@odata.type": "#microsoft.graph.device", "id": STAFF}, {"id": SALES}]}
    file = members(json.dumps(first) + "\n" + json.dumps(second))
    assert "group" not in file.fields
    assert list(file.rows()) == [
        MemberRow(1, "", MemberKind.USER, "anna@contoso.example", ANNA),
        MemberRow(2, "", MemberKind.GROUP),
        MemberRow(3, "", MemberKind.OTHER),
        MemberRow(4, "", MemberKind.USER, None, SALES),
    ]


@pytest.mark.parametrize("is_first", [True, False])
def test_a_part_of_the_members_is_refused(is_first: bool) -> None:
    """Who is on a page that is not there would leave the group."""
    answer = {"@odata.nextLink": "https://x", "value": [{"id": ANNA}]}
    pairs = answer.items() if is_first else reversed(answer.items())
    with pytest.raises(BadInput, match="more_pages"):
        members(json.dumps(dict(pairs)))


def test_groups_with_their_members() -> None:
    """Each names itself, also when it has none; a cut list is a bad row."""
    entries = [
        {"id": SALES, "members": [{"id": ANNA}]},
        {"id": STAFF, "members": []},
        {"id": ANNA, "members": [{"id": SALES}], "members@odata.nextLink": "https://x"},
        {"id": ANNA},
        {"id": ANNA, "members": "x"},
    ]
    file = members(json.dumps(entries))
    assert "group" in file.fields
    rows = list(file.rows())
    assert rows[:3] == [
        MemberRow(1, SALES, MemberKind.NOBODY),
        MemberRow(1, SALES, MemberKind.USER, None, ANNA),
        MemberRow(2, STAFF, MemberKind.NOBODY),
    ]
    assert [row.code for row in rows[3:] if isinstance(row, RowError)] == [
        "more_members",
        "missing_property",
        "bad_value",
    ]
