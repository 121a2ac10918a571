"""Subscriptions from Graph, from "Your products" and from a plain table; what is not stated stays unknown."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from licentia.domain.catalog import load
from licentia.domain.instants import from_iso
from licentia.domain.reasons import BadInput
from licentia.importing.rows import FactFile, ProductRow, RowError, SubscriptionRow
from licentia.importing.subscriptions_file import Row, read_subscriptions

E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
FIRST = "665b32d1-0000-4000-8000-000000000001"
SECOND = "665b32d1-0000-4000-8000-000000000002"
ACTIVE: dict[str, Any] = {
    "id": FIRST.upper(),
    "commerceSubscriptionId": SECOND,
    "skuId": E3.upper(),
    "skuPartNumber": "SPE_E3",
    "createdDateTime": "2025-12-01T00:00:00Z",
    "isTrial": False,
    "status": "Enabled",
    "totalLicenses": 5,
    "nextLifecycleDateTime": "2026-12-01T00:00:00Z",
    "ownerType": "User",
}
SKU: dict[str, Any] = {
    "skuId": E3,
    "appliesTo": "User",
    "capabilityStatus": "Enabled",
    "consumedUnits": 14,
    "prepaidUnits": {"enabled": 10, "warning": 3, "suspended": 2, "lockedOut": 0},
    "servicePlans": [],
}
OWN = "product,seats,account,term,renews,recurring,price,currency"


def opened(text: str) -> FactFile[Row]:
    return read_subscriptions(lambda: io.BytesIO(text.encode()), load())


def read(*lines: str) -> list[Row | RowError]:
    return list(opened("\n".join(lines) + "\n").rows())


def of_json(*entries: Any) -> list[Row | RowError]:
    return list(opened(json.dumps({"value": entries})).rows())


# ---- Graph


def test_a_graph_subscription() -> None:
    """An active one's next event is its renewal. Its owner being a user says nothing: an ordinary purchase has one too."""
    assert of_json(ACTIVE) == [
        SubscriptionRow(
            line=1,
            sku_id=E3,
            seats=5,
            ref=FIRST,
            state="enabled",
            started_at=from_iso("2025-12-01"),
            renews_at=from_iso("2026-12-01"),
            next_at=from_iso("2026-12-01"),
        )
    ]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Warning", "warning"),
        ("Suspended", "suspended"),
        ("LockedOut", "locked_out"),
        ("Deleted", "deleted"),
    ],
)
def test_a_subscription_on_its_way_out_does_not_renew(status: str, state: str) -> None:
    """The date is that of its next state."""
    [row] = of_json(ACTIVE | {"status": status})
    assert isinstance(row, SubscriptionRow)
    assert (row.state, row.renews_at, row.next_at) == (state, None, from_iso("2026-12-01"))


def test_a_trial_is_a_trial() -> None:
    """Graph says so; what kind of account bought it, it does not."""
    [row] = of_json(ACTIVE | {"isTrial": True})
    assert isinstance(row, SubscriptionRow)
    assert row.account == "trial"


def test_the_other_id_serves_where_the_first_is_missing() -> None:
    """Both are unique."""
    entry = {name: value for name, value in ACTIVE.items() if name != "id"}
    [row] = of_json(entry)
    assert isinstance(row, SubscriptionRow)
    assert row.ref == SECOND


def test_a_products_totals() -> None:
    """Assignable is enabled plus warning; what Microsoft counts as assigned is kept to compare."""
    assert of_json(SKU) == [ProductRow(1, E3, "User", 13, 14)]
    assert of_json({"skuId": E3, "appliesTo": "company", "consumedUnits": 1}) == [ProductRow(1, E3, "Company", None, 1)]


def test_both_answers_may_stand_in_one_file() -> None:
    """One after the other."""
    text = json.dumps({"value": [ACTIVE]}) + json.dumps({"value": [SKU]})
    assert [type(row) for row in opened(text).rows()] == [SubscriptionRow, ProductRow]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (ACTIVE | {"id": "x"}, "bad_object_id"),
        (ACTIVE | {"status": "Paused"}, "bad_value"),
        (ACTIVE | {"status": None}, "bad_value"),
        (ACTIVE | {"totalLicenses": -1}, "bad_value"),
        (ACTIVE | {"totalLicenses": True}, "bad_value"),
        (ACTIVE | {"totalLicenses": None}, "bad_value"),
        (ACTIVE | {"nextLifecycleDateTime": "soon"}, "bad_value"),
        (ACTIVE | {"skuId": "SPE_E3"}, "bad_value"),
        (SKU | {"prepaidUnits": 4}, "bad_value"),
        (SKU | {"appliesTo": "Device"}, "bad_value"),
        ({"displayName": "Sales"}, "not_a_subscription"),
    ],
)
def test_a_bad_object_has_its_reason_and_the_next_is_read(entry: dict[str, Any], code: str) -> None:
    """Nothing is guessed."""
    first, second = of_json(entry, ACTIVE | {"id": SECOND})
    assert isinstance(first, RowError)
    assert first.code == code
    assert isinstance(second, SubscriptionRow)


@pytest.mark.parametrize("entry", [ACTIVE, SKU])
def test_a_subscription_or_a_total_stands_in_a_file_once(entry: dict[str, Any]) -> None:
    """The second says where the first is."""
    rows = of_json(entry, entry)
    assert isinstance(rows[1], RowError)
    assert (rows[1].code, rows[1].details) == ("duplicate_subscription", {"first_line": 1})


def test_other_json_is_no_file_of_subscriptions() -> None:
    """Nor is a part of an answer."""
    with pytest.raises(BadInput, match="no_seats_column"):
        opened('[{"displayName": "Sales"}]')
    with pytest.raises(BadInput, match="more_pages"):
        opened(json.dumps({"@odata.nextLink": "https://x", "value": [ACTIVE]}))


# ---- tables


def test_a_plain_table_states_account_term_renewal_and_price() -> None:
    """By display name, part number or id."""
    rows = read(
        OWN,
        "Microsoft 365 E3,5,MCA,12,2026-12-01,yes,36.20,EUR",
        f"{E5},8,reseller,monthly,2026-12-15,no,,",
        "SPE_E3,8,,,,,,",
    )
    assert rows == [
        SubscriptionRow(
            2,
            E3,
            5,
            account="mca",
            term_months=12,
            renews_at=from_iso("2026-12-01"),
            next_at=from_iso("2026-12-01"),
            recurring=True,
            price="36.20",
            currency="EUR",
        ),
        SubscriptionRow(
            3,
            E5,
            8,
            account="reseller",
            term_months=1,
            renews_at=from_iso("2026-12-15"),
            next_at=from_iso("2026-12-15"),
            recurring=False,
        ),
        SubscriptionRow(4, E3, 8),
    ]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Product name,Purchased quantity,Status,Subscription ID", f"Microsoft 365 E3,5,Active,{FIRST.upper()}"),
        ("Productnaam;Aangeschafte hoeveelheid;Status;Abonnements-id", f"Microsoft 365 E3;5;Actief;{FIRST}"),
    ],
)
def test_your_products_in_both_languages(header: str, row: str) -> None:
    """Extra columns are left alone."""
    assert read(header, row) == [SubscriptionRow(2, E3, 5, ref=FIRST, state="enabled")]


@pytest.mark.parametrize(
    ("text", "price"),
    [("36", "36"), ("36.20", "36.20"), ("36,20", "36.20"), ("0", "0"), ("", None)],
)
def test_a_price_has_a_point_or_a_comma(text: str, price: str | None) -> None:
    """Exactly as it stands."""
    [row] = read("product;seats;price", f"SPE_E3;1;{text}")
    assert isinstance(row, SubscriptionRow)
    assert row.price == price


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("Microsoft 366,5,,,,,,", "unknown_license"),
        ("Microsoft 365 E3+Power BI Pro,5,,,,,,", "bad_value"),
        (",5,,,,,,", "bad_value"),
        ("SPE_E3,,,,,,,", "bad_value"),
        ("SPE_E3,-5,,,,,,", "bad_value"),
        ("SPE_E3,99999999999,,,,,,", "bad_value"),
        ("SPE_E3,5,Visa,,,,,", "bad_value"),
        ("SPE_E3,5,,7,,,,", "bad_value"),
        ("SPE_E3,5,,,4/5/2026,,,", "bad_value"),
        ("SPE_E3,5,,,,perhaps,,", "bad_value"),
        ('SPE_E3,5,,,,,"1,234",', "bad_value"),
        ("SPE_E3,5,,,,,1e400,", "bad_value"),
        ("SPE_E3,5,,,,,NaN,", "bad_value"),
        ("SPE_E3,5,,,,,-1,", "bad_value"),
        ("SPE_E3,5,,,,,,euro", "bad_value"),
        ("SPE_E3,5", "wrong_column_count"),
    ],
)
def test_a_bad_row_has_its_reason(cells: str, code: str) -> None:
    """An amount that could be read in two ways is none."""
    first, second = read(OWN, cells, "SPE_E5,1,,,,,,")
    assert isinstance(first, RowError)
    assert first.code == code
    assert isinstance(second, SubscriptionRow)


def test_a_name_of_two_products_lists_them() -> None:
    """As in a file of users."""
    [row] = read(OWN, "Visio Plan 2,5,,,,,,")
    assert isinstance(row, RowError)
    assert row.code == "ambiguous_license"
    owned = "c5928f49-12ba-48f7-ada3-0d743a3601d5"
    text = f"{OWN}\nVisio Plan 2,5,,,,,,\n"
    [meant] = read_subscriptions(lambda: io.BytesIO(text.encode()), load(), [owned]).rows()
    assert isinstance(meant, SubscriptionRow)
    assert meant.sku_id == owned


def test_a_table_without_seats_is_no_file_of_subscriptions() -> None:
    """Nor one without products."""
    for header in ("Product name,Status", "Seats,Price"):
        with pytest.raises(BadInput, match="no_seats_column"):
            opened(header + "\n")
