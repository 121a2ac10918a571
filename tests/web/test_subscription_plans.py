"""The page of a plan that changed a subscription: what it changed, from when, what it is worth; of a take-over, what goes."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from center_desk import Admin
from licentia.domain.money import Money
from licentia.store import clock
from licentia.store.lists import plans
from licentia.words.text import Text
from subscription_desk import at, bought, buyers, owner
from world_store import World

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]


def says(page: str) -> str:
    """The text of a page, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def newest(world: World) -> str:
    """The address of the newest plan."""
    return f"/plans/{plans.latest(world.tenant, 1, None, inline=True)[0]['id']}"


@pytest.mark.parametrize(
    ("language", "total", "saves", "took"),
    [
        ("en", "Total licenses 10 6", "Saves €40.00 per month from", "It took effect on"),
        ("nl", "Totaal aantal licenties 10 6", "Bespaart € 40,00 per maand vanaf", "Dit is ingegaan op"),
    ],
)
def test_fewer_licenses_now(make_world: Make, language: str, total: str, saves: str, took: str) -> None:
    """From and to, what it saves from which day; no zeros of users that it does not have."""
    world = owner(make_world, 3, bought(10, days_ago=1, price=Money(Decimal(10), "EUR")))
    admin = Admin(world, language=language)
    admin.post(at(world, "licenses"), {"seats": "6"})
    page = says(admin.get(newest(world)))
    today = Text(language, "Europe/Amsterdam").date(clock.tenant_now(world.tenant))
    assert total in page
    assert f"{saves} {today}" in page.replace("\u00a0", " ")
    assert took in page
    assert "Users in plan" not in page
    assert "Gebruikers in het plan" not in page
    assert "No end date" not in page


def test_fewer_licenses_from_the_renewal(make_world: Make) -> None:
    """The total stays until then; without a price the rule says why no amount is there."""
    world = owner(make_world, 3, bought(10))
    admin = Admin(world)
    admin.post(at(world, "licenses"), {"seats": "6"})
    page = says(admin.get(newest(world)))
    assert "From the renewal on 10 6" in page
    assert "It takes effect at the renewal on" in page
    assert "Total licenses" not in page
    assert "R-124" in page


def test_recurring_billing_and_its_undo(make_world: Make) -> None:
    """On becomes off, what happens next is said; the plan that undid it shows the way back."""
    world = owner(make_world, 3, bought(10))
    admin = Admin(world)
    admin.post(at(world, "recurring"), {"on": "0"})
    page = says(admin.get(newest(world)))
    assert "Recurring billing On Off" in page
    assert "It expires on" in page
    admin.post(admin.post(f"{newest(world)}/undo"))
    assert "Recurring billing Off On" in says(admin.get(newest(world)))


def test_canceled_at_once(make_world: Make) -> None:
    """The state before and after."""
    world = owner(make_world, 3, bought(10, days_ago=1))
    Admin(world).post(at(world, "cancel"))
    page = says(Admin(world).get(newest(world)))
    assert "Status Active Disabled" in page


def test_a_take_over_says_what_goes(make_world: Make) -> None:
    """How many licenses the purchase has, who bought it, how many users it has; after it too."""
    world = buyers(make_world)
    admin = Admin(world)
    number = world.rows("SELECT id FROM subscription WHERE tenant_id = %(tenant)s AND purchase_id > 0")[0][0]
    address = f"/billing/products/{number}/takeover"
    name = re.search(r"Type (.+?) to confirm", says(admin.get(address)))
    assert name is not None
    plan = admin.plan(address, {"how": "move", "name": name[1]})
    for moment in ("before", "after"):
        page = says(admin.get(f"/plans/{plan}"))
        assert "Self-service purchase" in page
        assert "The purchase: 5 licenses. 3 users have it." in page
        assert "A take-over can't be undone." in page
        if moment == "before":
            admin.apply(plan)
