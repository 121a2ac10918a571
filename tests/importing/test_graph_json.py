"""Users from Graph JSON in its several wrappings."""

from __future__ import annotations

import io
import json
from functools import partial
from typing import Any

import pytest

from licentia.domain.catalog import load
from licentia.domain.facts import AssignmentState, SourceKind
from licentia.domain.reasons import BadInput
from licentia.importing.rows import Family, LicenseRow, RowError, UserFile, UserRow
from licentia.importing.userfile import read_user_file

E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
UNKNOWN_SKU = "00000000-0000-0000-0000-00000000abcd"
PLAN = "efb87545-963c-4e0d-99df-69c6916d9eb0"
GROUP = "0e0bae81-bda1-4e6b-b2c6-7a0a2d9d7ef1"
ANNA_ID = "6e7b768e-07e2-4810-8459-485f84f8f204"
CONTEXT = {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users"}


def state(sku: str, group: str | None = None, word: str = "Active", **more: Any) -> dict[str, Any]:
    return {
        "skuId": sku,
        "assignedByGroup": group,
        "disabledPlans": [],
        "state": word,
        "error": "None",
    } | more


ANNA: dict[str, Any] = {
    "id": ANNA_ID,
    "userPrincipalName": "anna@contoso.com",
    "displayName": "Anna",
    "accountEnabled": False,
    "usageLocation": "NL",
    "userType": "Member",
    "department": None,
    "createdDateTime": "2023-04-05T08:15:00Z",
    "onPremisesSyncEnabled": False,
    "signInActivity": {"lastSignInDateTime": "2024-01-01T00:00:00Z"},
    "assignedLicenses": [{"skuId": E3, "disabledPlans": []}],
    "licenseAssignmentStates": [
        state(E3, lastUpdatedDateTime="2023-05-01T00:00:00Z", disabledPlans=[PLAN.upper()]),
        state(E3, GROUP),
        state(UNKNOWN_SKU, GROUP, "Error", error="CountViolation"),
    ],
}
BRAM: dict[str, Any] = {"userPrincipalName": "bram@contoso.com", "assignedLicenses": []}


def opened(text: str) -> UserFile:
    return read_user_file(lambda: io.BytesIO(text.encode()), load())


def rows(text: str) -> list[UserRow | RowError]:
    return list(opened(text).rows())


def errors(*entries: object) -> list[tuple[int, str, dict[str, object]]]:
    found = rows(json.dumps({"value": entries}))
    return [(row.line, row.code, row.details) for row in found if isinstance(row, RowError)]


def test_an_answer_of_graph_is_understood() -> None:
    """Paths are known; an entry in error keeps its state; a product no table knows is kept by its GUID."""
    file = opened(json.dumps({**CONTEXT, "value": [ANNA, BRAM]}))
    anna, bram = file.rows()
    assert file.form == "graph-json"
    assert file.paths_known
    assert file.families == {Family.ACCOUNT, Family.LICENSES, Family.SIGN_IN}
    assert file.fields == {
        "user_principal_name", "object_id", "display_name", "account_enabled", "usage_location", "user_type",
        "department", "created_at", "is_synced", "last_sign_in_at", "licenses",
    }  # fmt: skip
    assert anna == UserRow(
        line=1,
        user_principal_name="anna@contoso.com",
        object_id=ANNA_ID,
        display_name="Anna",
        account_enabled=False,
        usage_location="NL",
        user_type="Member",
        created_at=1_680_682_500_000_000,
        is_synced=False,
        last_sign_in_at=1_704_067_200_000_000,
        licenses=(
            LicenseRow(E3, SourceKind.DIRECT, None, frozenset({PLAN}), since=1_682_899_200_000_000),
            LicenseRow(E3, SourceKind.GROUP, GROUP),
            LicenseRow(UNKNOWN_SKU, SourceKind.GROUP, GROUP, state=AssignmentState.ERROR, error="CountViolation"),
        ),
    )
    assert bram == UserRow(line=2, user_principal_name="bram@contoso.com")


PAGES = [{**CONTEXT, "value": [ANNA]}, {"value": [BRAM], "@odata.nextLink": "x"}]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([ANNA, BRAM]),
        json.dumps({"value": [ANNA, BRAM]}, indent=2),
        json.dumps({"@odata.count": 2, "value": [ANNA, BRAM], "@odata.nextLink": "https://x"}),
        json.dumps({"count": 2, "value": [ANNA, BRAM]}),
        f"{json.dumps(ANNA)}\n{json.dumps(BRAM)}\n",
        f"{json.dumps(CONTEXT | ANNA)}\r\n\r\n{json.dumps(CONTEXT | BRAM)}",
        "\n".join(json.dumps(page) for page in PAGES),
        "\n".join(json.dumps(page, indent=1) for page in PAGES),
        json.dumps([ANNA]) + json.dumps([]) + json.dumps(BRAM),
    ],
)
def test_every_wrapping_gives_the_same_users(text: str) -> None:
    """An answer, several pages, a list, one object a line: rows count users from 1."""
    found = rows(text)
    assert found == rows(json.dumps({"value": [ANNA, BRAM]}))
    assert [row.line for row in found] == [1, 2]


def test_encodings_of_json() -> None:
    """PowerShell writes UTF-16; a mark may stand in front."""
    text = json.dumps([ANNA | {"displayName": "Zoë"}], ensure_ascii=False)
    for encoding in ("utf-16", "utf-16-le", "utf-8-sig"):
        [row] = read_user_file(partial(io.BytesIO, text.encode(encoding)), load()).rows()
        assert isinstance(row, UserRow)
        assert row.display_name == "Zoë"


def test_licenses_without_paths_have_an_unknown_path() -> None:
    """assignedLicenses alone never becomes "direct"."""
    file = opened(json.dumps([{**BRAM, "assignedLicenses": [{"skuId": E3.upper(), "disabledPlans": [PLAN]}]}]))
    [row] = file.rows()
    assert not file.paths_known
    assert isinstance(row, UserRow)
    assert row.licenses == (LicenseRow(E3, SourceKind.UNKNOWN, None, frozenset({PLAN})),)


def test_a_held_product_without_a_path_keeps_an_unknown_one() -> None:
    """What assignedLicenses has and the states do not explain is not lost."""
    user = ANNA | {"licenseAssignmentStates": [state(UNKNOWN_SKU)]}
    [row] = rows(json.dumps([user]))
    assert isinstance(row, UserRow)
    assert row.licenses == (LicenseRow(UNKNOWN_SKU, SourceKind.DIRECT), LicenseRow(E3, SourceKind.UNKNOWN))


def test_absent_never_means_remove() -> None:
    """A user without license properties in a file that has them is an error, not a user without any."""
    assert errors(ANNA, {"userPrincipalName": "carla@contoso.com"}) == [
        (2, "missing_property", {"name": "licenseAssignmentStates"})
    ]
    file = opened(json.dumps([{"userPrincipalName": "carla@contoso.com"}]))
    assert file.families == {Family.ACCOUNT}
    assert [row.licenses for row in file.rows() if isinstance(row, UserRow)] == [()]


def test_never_signed_in_is_a_fact_only_where_sign_ins_are_stated() -> None:
    """Graph leaves signInActivity out for who never signed in; in a file without it nothing is stated."""
    assert Family.SIGN_IN in opened(json.dumps([ANNA, BRAM])).families
    assert Family.SIGN_IN not in opened(json.dumps([BRAM])).families


def test_bad_users_cost_themselves_only() -> None:
    """Each comes with its number and reason; the users around it stand."""
    entries: list[object] = [
        ANNA,
        {"assignedLicenses": []},
        BRAM | {"userPrincipalName": "x"},
        BRAM | {"userPrincipalName": "0123456789abcdef0123456789abcdef"},
        BRAM | {"id": "7"},
        BRAM | {"accountEnabled": "yes"},
        BRAM | {"deletedDateTime": "2024-01-01T00:00:00Z"},
        BRAM | {"userPrincipalName": "other@contoso.com", "id": ANNA_ID.upper()},
        BRAM | {"userPrincipalName": "ANNA@contoso.com"},
        "anna@contoso.com",
        BRAM,
    ]
    assert errors(*entries) == [
        (2, "no_user_name", {}),
        (3, "bad_user_name", {"text": "x"}),
        (4, "concealed_name", {"text": "0123456789abcdef0123456789abcdef"}),
        (5, "bad_object_id", {"text": "7"}),
        (6, "bad_value", {"column": "accountEnabled", "text": "yes"}),
        (7, "deleted_user", {"text": "2024-01-01T00:00:00Z"}),
        (8, "duplicate_user", {"first_line": 1, "user": "other@contoso.com"}),
        (9, "duplicate_user", {"first_line": 1, "user": "ANNA@contoso.com"}),
        (10, "bad_value", {"column": "value", "text": "anna@contoso.com"}),
    ]
    found = rows(json.dumps(entries))
    assert isinstance(found[-1], UserRow)
    bad = found[1]
    assert isinstance(bad, RowError)
    assert bad.cells == ('{"assignedLicenses":[]}',)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"value":[{"userPrincipalName":"a@b.c"}', 1, 40),
        ('{"value":[\n{"userPrincipalName":"a@b.c"},\n]}', 3, 1),
        ('[{"userPrincipalName":"a@b.c"} {}]', 1, 32),
        ('{"userPrincipalName":"a@b.c"}\n{"userPrincipalName"', 2, 21),
        ('[{"userPrincipalName":"a@b.c"}]\nthe end', 2, 1),
        ('{"value" 1}', 1, 10),
        ("[" * 100_000, 1, 2),
        ("{", 1, 2),
        ("[1", 1, 3),
    ],
)
def test_broken_json_is_refused_before_any_row(text: str, line: int, column: int) -> None:
    """The place is given as an editor counts it."""
    with pytest.raises(BadInput) as caught:
        opened(text)
    assert caught.value.code == "bad_json"
    assert (caught.value.details["line"], caught.value.details["column"]) == (line, column)
    assert caught.value.details["detail"]


def test_broken_json_deep_in_a_long_file() -> None:
    """The scan gives up after a bound, not at the end, and counts lines across its chunks."""
    good = "".join(f'{{"userPrincipalName":"u{n}@b.c"}}\n' for n in range(30_000))
    with pytest.raises(BadInput) as caught:
        opened(good + '{"userPrincipalName":}\n' + good)
    assert (caught.value.details["line"], caught.value.details["column"]) == (30_001, 22)


def test_no_user_at_all() -> None:
    """An empty answer is a file of no users; objects that are no users are refused with what they have."""
    assert rows('{"value":[]}') == []
    assert rows("[]") == []
    with pytest.raises(BadInput) as caught:
        opened('{"error":{"code":"x"}}')
    assert (caught.value.code, caught.value.details) == ("no_user_column", {"columns": ("error",)})


def test_a_long_answer_on_one_line() -> None:
    """Chunks end anywhere: inside names, numbers and escapes."""
    user = ANNA | {"id": None}
    entries = [user | {"userPrincipalName": f"u{n}@b.c", "displayName": "é\n" * (n % 50)} for n in range(2_000)]
    found = rows(json.dumps({"value": entries}))
    assert len(found) == 2_000
    assert all(isinstance(row, UserRow) and len(row.licenses) == 3 for row in found)
