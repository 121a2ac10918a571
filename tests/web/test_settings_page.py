"""Settings: how pages look, and the tenant's limits, prices, roles and never list, each behind its own door."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from licentia.changes import operators
from licentia.domain.permissions import Role
from licentia.store.lists import never, subscriptions, tenants
from licentia.store.lists import operators as operator_list
from web_desk import Desk, words
from world_store import E3, OWNER, World, crowd

pytest_plugins = ["world_fixtures"]

Make = Callable[..., World]
LIMITS = {
    "confirm_above": "30",
    "limit_percent": "40",
    "limit_users": "600",
    "approve_above": "100",
    "inactive_days": "45",
}


def test_theme_and_density_are_kept_in_cookies(make_world: Make) -> None:
    """On every page from here on; the usual ones need none."""
    desk = Desk(make_world(crowd(1)))
    assert "data-theme" not in desk.source("/")
    desk.post("/settings/look", theme="dark", density="compact")
    assert '<html lang="en" data-theme="dark" data-density="compact">' in desk.source("/plans")
    desk.post("/settings/look", theme="system", density="comfortable")
    assert "data-theme" not in desk.source("/")
    desk.post("/settings/look", theme='"><script>', density="x" * 9_000)
    desk.client.cookies["licentia_theme"] = "hostile"
    assert "data-theme" not in desk.source("/")


def test_limits_are_the_tenants(make_world: Make) -> None:
    """An empty number of approval means that no plan needs one."""
    world = make_world(crowd(1))
    desk = Desk(world)
    desk.post("/settings/limits", **LIMITS)
    kept = tenants.settings(world.tenant)
    assert [kept[name] for name in LIMITS] == [30, 40, 600, 100, 45]
    desk.post("/settings/limits", **(LIMITS | {"approve_above": " "}))
    assert tenants.settings(world.tenant)["approve_above"] is None
    assert world.journal("tenant.set")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("confirm_above", "-1", "Typed number above is a whole number from 0 to 10,000."),
        ("limit_percent", "101", "Share of a product is a whole number from 1 to 100."),
        ("limit_users", "", "Number of users is a whole number from 1 to 10,000,000."),
        ("approve_above", "9" * 30, "Second approver above is a whole number from 1 to 10,000,000."),
        ("confirm_above", "١٢", "Typed number above is a whole number"),
    ],
)
def test_a_number_that_is_none_changes_nothing(make_world: Make, name: str, value: str, said: str) -> None:
    """The page says which field, and what was typed stays."""
    world = make_world(crowd(1))
    before = tenants.settings(world.tenant)
    answer = Desk(world).post("/settings/limits", **(LIMITS | {name: value}))
    assert answer.status_code == 400
    assert said in words(answer)
    assert f'value="{value}"' in answer.content.decode()
    assert tenants.settings(world.tenant) == before


def test_prices_per_product_and_currency(make_world: Make) -> None:
    """The tenant's own, and list prices where it has none; an amount that can be read in two ways is refused."""
    world = make_world(crowd(1))
    desk = Desk(world, Role.BILLING)
    assert "Microsoft 365 E3 Not known" in desk.text("/settings")
    price = {"product": E3, "currency": "eur", "term": "12"}
    assert desk.post("/settings/prices", amount="31,40", **price).status_code == 302
    assert subscriptions.prices(world.tenant)[E3].price.amount == Decimal("31.40")
    assert "Microsoft 365 E3 €31.40 12 months Your own" in desk.text("/settings")
    for amount in ("1.234", "", "-3", "1e9"):
        answer = desk.post("/settings/prices", amount=amount, **price)
        assert answer.status_code == 400
        assert "is not an amount that can be read in one way" in words(answer)
    assert desk.post("/settings/prices", amount="3", product="x", currency="EUR", term="12").status_code == 400
    assert desk.post("/settings/prices", amount="3", product=E3, currency="EURO", term="12").status_code == 400
    desk.post("/settings/prices/list")
    kept = subscriptions.prices(world.tenant)
    assert kept[E3].is_own
    assert any(not row.is_own for row in kept.values())


def test_roles_are_given_and_taken_away(make_world: Make) -> None:
    """The last Global Administrator can't leave others without one; nobody gives a role to a stranger."""
    world = make_world(crowd(1))
    desk = Desk(world)
    operators.add_operator("anna@desk.example", "Anna", OWNER)
    desk.post("/settings/roles", operator="anna@desk.example", role="license")
    found = operator_list.find("anna@desk.example")
    assert found is not None
    assert found.roles_in(world.tenant) == {"license"}
    answer = desk.post("/settings/roles/revoke", operator=desk.name, role="global")
    assert answer.status_code == 409
    assert "is the last Global Administrator" in words(answer)
    answer = desk.post("/settings/roles", operator="\x00nobody", role="license")
    assert answer.status_code == 400
    assert "No operator is called nobody." in words(answer)
    assert desk.post("/settings/roles", operator="anna@desk.example", role="king").status_code == 400
    desk.post("/settings/roles/revoke", operator="anna@desk.example", role="license")
    assert operator_list.members(world.tenant) == [operator_list.find(desk.name)]


def test_the_never_list_grows_and_shrinks(make_world: Make) -> None:
    """Users and groups, each with a reason."""
    world = make_world(crowd(2))
    desk = Desk(world)
    desk.post("/settings/never", kind="user", name="P00001@contoso.example", reason="Director")
    desk.post("/settings/never", kind="group", name="Alle medewerkers", reason="Everybody")
    listed = {(row.object_kind, row.name, row.reason) for row in never.every(world.tenant)}
    assert listed == {("user", "p00001@contoso.example", "Director"), ("group", "Alle medewerkers", "Everybody")}
    for fields in (
        {"kind": "user", "name": "nobody", "reason": "x"},
        {"kind": "group", "name": "no such", "reason": "x"},
        {"kind": "user", "name": "p00002@contoso.example", "reason": " \x00 "},
    ):
        answer = desk.post("/settings/never", **fields)
        assert answer.status_code == 400
        assert f'value="{fields["name"]}"' in answer.content.decode()
    for row in never.every(world.tenant):
        desk.post("/settings/never/remove", kind=row.object_kind, id=row.object_id)
    assert desk.post("/settings/never/remove", kind="user", id="x").status_code == 400
    assert "The never list is empty." in desk.text("/settings")


@pytest.mark.parametrize("role", [Role.GLOBAL_READER, Role.LICENSE, Role.BILLING])
def test_what_a_role_may_not_change_is_locked_with_the_role_named(make_world: Make, role: Role) -> None:
    """And refused when the form is sent all the same."""
    world = make_world(crowd(1))
    desk = Desk(world, role)
    page = desk.source("/settings")
    assert page.count("Needs Global Administrator") == 3
    assert ("Needs Billing Administrator" in page) == (role is not Role.BILLING)
    assert desk.post("/settings/limits", **LIMITS).status_code == 403
    assert desk.post("/settings/roles", operator=desk.name, role="global").status_code == 403
    assert desk.post("/settings/never", kind="user", name="p00001@contoso.example", reason="x").status_code == 403
    assert desk.post("/settings/look", theme="dark", density="compact").status_code == 302
