"""Your products, a product's groups and subscriptions, and assigning: pages, refusals, changes and their undo, by role."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from center_desk import Admin
from licentia.domain.permissions import Role
from licentia.domain.subscriptions import (
    SubscriptionState,
)
from licentia.store.lists import subscriptions as list_of
from subscription_desk import (
    LIST,
    PREPAID,
    RESELLER,
    TRIAL,
    at,
    bought,
    buyers,
    first,
    last_plan,
    owner,
    undo,
)
from world_store import AUDIO, E3, PLANNER, SWAY_PLAN, World, crowd, direct, person, tenant_rows

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
ASSIGN = f"/billing/licenses/{E3}/assign"


@pytest.mark.parametrize(
    ("language", "said"), [("en", ("Customer Agreement", "Active")), ("nl", ("Klantovereenkomst", "Actief"))]
)
def test_every_page_is_there(make_world: Make, language: str, said: tuple[str, str]) -> None:
    """The list with one row per subscription, one subscription, and each box; another number is 404."""
    world = owner(make_world, 3, bought(5), bought(8))
    admin = Admin(world, language=language)
    page = admin.get(LIST)
    assert page.count(f'href="{LIST}/') == 3  # two rows and the order list
    assert all(text in page for text in (said[1], "Microsoft 365 E3"))
    assert said[1] in admin.get(at(world))
    for box in ("licenses", "licenses?seats=4", "recurring?on=0", "cancel"):
        admin.get(at(world, box))
    admin.get(f"{LIST}?kind=self-service")
    admin.get(f"{LIST}?product={E3}")
    admin.get(f"{LIST}?product={PLANNER}", 404)
    admin.get(f"{LIST}/999", 404)
    admin.get(at(world, "recurring?on=2"), 404)
    assert "5 + 8 = 13" in admin.get(f"/billing/licenses/{E3}?tab=subscriptions")


def test_subscriptions_are_paged_in_both_directions(make_world: Make) -> None:
    """By number, forward and back."""
    world = owner(make_world, 1, *(bought(n) for n in (2, 3, 4)))

    def page(after: int | None = None, before: int | None = None) -> list_of.Listing:
        return list_of.listing(world.tenant, after=after, before=before, top=2, bought=False, product_id=None)

    one = page()
    two = page(after=one.next_id)
    assert [len(one.rows), len(two.rows), one.previous_id, two.next_id] == [2, 1, None, None]
    assert page(before=two.previous_id).rows == one.rows
    assert list_of.listing(world.tenant, after=None, before=None, top=2, bought=True, product_id=None).rows == []


def test_licenses_are_removed_at_once_and_undone(make_world: Make) -> None:
    """Inside the window: the total is lower now, the page says until when, and Undo buys them back."""
    world = owner(make_world, 3, bought(10, days_ago=2))
    admin = Admin(world)
    box = admin.get(at(world, "licenses?seats=4"))
    assert "From 10 to 4 seats, now." in box
    assert re.search(r"Safe minimum</dt><dd>3<", box)
    assert admin.post(at(world, "licenses"), {"seats": "4"}) == at(world)
    assert first(world).seats == 4
    assert "Seats changed" in admin.get(at(world))
    undo(admin)
    assert first(world).seats == 10


def test_outside_the_window_licenses_go_at_the_renewal(make_world: Make) -> None:
    """The date is said; the total of today stays; Undo takes the choice back."""
    world = owner(make_world, 3, bought(10))
    admin = Admin(world)
    assert "at the renewal on" in admin.get(at(world, "licenses?seats=4"))
    admin.post(at(world, "licenses"), {"seats": "4"})
    assert (first(world).seats, first(world).renewal_seats) == (10, 4)
    undo(admin)
    assert first(world).renewal_seats is None


def test_the_cost_follows_the_number(make_world: Make) -> None:
    """What it costs now, and then; without a price, that it is not known and why."""
    world = owner(make_world, 3, bought(10, days_ago=2))
    admin = Admin(world)
    assert "Cost now: Not known: nobody has stated a price." in admin.get(at(world, "licenses"))
    world.plant(
        "UPDATE subscription SET price = '10', currency = 'EUR' WHERE tenant_id = %(tenant)s AND id = %(id)s",
        id=first(world).id,
    )
    block = admin.get(at(world, "licenses?seats=4"), **{"HX-Target": "effect"})
    assert "<html" not in block
    assert "Cost now: €100.00 per month." in block
    assert "New cost: €40.00 per month." in block
    assert "Saves €60.00 per month from now." in block


@pytest.mark.parametrize(
    ("how", "seats", "english", "dutch"),
    [
        ({}, "2", "This subscription needs at least 3 seats.", "Dit abonnement heeft minstens 3 licenties nodig."),
        ({"account": RESELLER}, "4", "was bought from a partner", "is bij een partner gekocht"),
        ({"account": PREPAID}, "4", "can't be removed. Renew with a smaller key", "Verleng met een kleinere sleutel"),
        ({"account": TRIAL}, "4", "The seats of a trial can't be changed", "Koop eerst het abonnement"),
        (
            {"credit_check_until": 4_000_000_000_000_000},
            "4",
            "A credit check is pending",
            "Er loopt een kredietcontrole",
        ),
        ({"recurring": False}, "4", "Recurring billing is off", "De terugkerende facturering is uit"),
        ({"state": SubscriptionState.WARNING}, "4", "is not active", "is niet actief"),
        ({}, "10", "It is so already", "Dat is al zo"),
        ({}, "many", "many is no number of seats", "many is geen aantal licenties"),
        ({}, "0", "0 is no number of seats", "0 is geen aantal licenties"),
    ],
)
def test_why_licenses_cannot_be_removed_is_said(
    make_world: Make, how: dict[str, Any], seats: str, english: str, dutch: str
) -> None:
    """With the rule's sentence, in the reader's language, and nothing is changed."""
    world = owner(make_world, 3, bought(10, **how))
    before = first(world)
    for language, said in (("en", english), ("nl", dutch)):
        admin = Admin(world, language=language)
        shown = admin.get(at(world, f"licenses?seats={seats}"))
        assert (said in shown) is (seats != "10")  # as it is now nothing is refused before somebody saves
        status = 422 if seats in ("many", "0") else 409
        assert said in admin.post(at(world, "licenses"), {"seats": seats}, status)
    assert first(world) == before


def test_recurring_billing_is_switched_and_undone(make_world: Make) -> None:
    """Off and on again, each shown first; what it is already is refused."""
    world = owner(make_world, 3, bought(10))
    admin = Admin(world)
    assert "Recurring billing is off" in admin.get(at(world, "recurring?on=0"))
    admin.post(at(world, "recurring"), {"on": "0"})
    assert first(world).recurring is False
    assert "It is so already" in admin.post(at(world, "recurring"), {"on": "0"}, 409)
    undo(admin)
    assert first(world).recurring is True


def test_a_subscription_is_canceled(make_world: Make) -> None:
    """Inside its window at once, which nothing undoes; later only recurring billing goes off, which can be undone."""
    world = owner(make_world, 3, bought(10))
    admin = Admin(world)
    admin.post(at(world, "cancel"))
    assert (first(world).recurring, first(world).state) == (False, SubscriptionState.ENABLED)
    undo(admin)
    assert first(world).recurring is True
    fresh = make_world(replace(tenant_rows(crowd(1), name="Fabrikam"), subscriptions=((None, bought(4, days_ago=1)),)))
    other = Admin(fresh, Role.BILLING)
    assert "its users lose access" in other.get(at(fresh, "cancel"))
    other.post(at(fresh, "cancel"))
    assert first(fresh).state is SubscriptionState.SUSPENDED
    plan = last_plan(fresh)
    assert "what it did is for good" in other.get(other.post(f"/plans/{plan}/undo"), 409)


def test_undo_after_a_later_change_is_refused(make_world: Make) -> None:
    """It names the plan, and changes nothing."""
    world = owner(make_world, 3, bought(10, days_ago=2))
    admin = Admin(world)
    admin.post(at(world, "licenses"), {"seats": "6"})
    plan = last_plan(world)
    admin.post(at(world, "licenses"), {"seats": "5"})
    assert "was changed after plan" in admin.get(f"/billing/undo/{plan}", 409)
    admin.post(f"/billing/undo/{plan}", {}, 409)
    assert first(world).seats == 5


def test_the_banner_offers_undo_only_where_there_is_one(make_world: Make) -> None:
    """A change of seats has its Undo on every page; a new group has none."""
    world = owner(make_world, 3, bought(10, days_ago=2))
    admin = Admin(world)
    admin.post(at(world, "licenses"), {"seats": "6"})
    assert f'action="/plans/{last_plan(world)}/undo"' in admin.get("/")
    admin.post("/groups/new", {"name": "Sales", "kind": "security"})
    page = admin.get("/")
    assert "Create group Sales" in page
    assert "/undo" not in page


def test_the_order_list_is_for_a_spreadsheet(make_world: Make) -> None:
    """One line per subscription of a reseller with seats to spare."""
    world = owner(make_world, 3, bought(10, account=RESELLER))
    rows = list(csv.reader(io.StringIO(Admin(world).get(f"{LIST}/order.csv").removeprefix("\ufeff"))))
    assert rows[0][3:5] == ["Seats now", "Seats wanted"]
    assert [row[3:5] for row in rows[1:]] == [["10", "3"]]


@pytest.mark.parametrize(
    ("language", "needs"),
    [
        ("en", "Needs one of these roles: Global Administrator, Billing Administrator"),
        ("nl", "Vereist een van deze rollen: Globale beheerder, Factureringsbeheerder"),
    ],
)
def test_only_billing_changes_subscriptions(make_world: Make, language: str, needs: str) -> None:
    """A License Administrator sees the pages, locked with the roles that may; forms are 403. Billing may, and may not assign."""
    world = buyers(make_world)
    one = Admin(world, Role.LICENSE, language)
    for page in (at(world), at(world, "takeover")):
        assert needs in one.get(page)
    for action in ("licenses", "recurring", "cancel", "takeover"):
        one.post(at(world, action), {"seats": "3", "on": "0"}, 403)
    billing = Admin(world, Role.BILLING, language)
    assert needs not in billing.get(at(world, "takeover"))
    billing.get(ASSIGN, 403)


def test_a_purchase_is_taken_over_and_its_users_keep_the_product(make_world: Make) -> None:
    """The name is typed first; then the plan shows it, and the organization's licenses take their place."""
    world = buyers(make_world)
    admin = Admin(world, Role.BILLING)
    page = admin.get(at(world, "takeover"))
    assert "10 licenses of the organization are free; 3 needed at most." in page
    assert "p00001@contoso.example" in page
    name = re.search(r"<h1>([^<]+)</h1>", admin.get(at(world)))
    assert name
    plan = admin.plan(at(world, "takeover"), {"how": "move", "name": name[1]})
    assert admin.apply(plan)["verified"] == 3
    assert world.consumed(PLANNER) == 3
    assert first(world).state is SubscriptionState.DELETED
    assert "/undo" not in admin.get(f"/plans/{plan}")
    admin.get(at(world, "takeover"), 400)


def test_a_purchase_is_canceled_with_its_users_consequences(make_world: Make) -> None:
    """The plan says who loses it; then nobody has it."""
    world = buyers(make_world)
    admin = Admin(world)
    name = re.search(r"<h1>([^<]+)</h1>", admin.get(at(world)))
    assert name
    plan = admin.plan(at(world, "takeover"), {"how": "cancel", "name": name[1]})
    assert "Persoon 00002" in admin.get(f"/plans/{plan}")
    admin.apply(plan)
    assert {key for key in world.sources() if key[1] == PLANNER} == set()


@pytest.mark.parametrize(
    ("language", "choose", "typed", "own"),
    [
        ("en", "Choose Move users", "Type the name exactly", "is the organization's own subscription"),
        ("nl", "Kies Gebruikers verplaatsen", "Typ de naam precies", "is een abonnement van de organisatie zelf"),
    ],
)
def test_a_take_over_wants_a_choice_and_the_name(
    make_world: Make, language: str, choose: str, typed: str, own: str
) -> None:
    """Without either nothing is made; the organization's own subscription can't be taken over."""
    world = buyers(make_world)
    admin = Admin(world, language=language)
    assert choose in admin.post(at(world, "takeover"), {"name": "x"}, 422)
    assert typed in admin.post(at(world, "takeover"), {"how": "move", "name": "x"}, 422)
    assert world.rows("SELECT id FROM plan WHERE tenant_id = %(tenant)s") == []
    other = make_world(replace(tenant_rows(crowd(1), name="Fabrikam"), subscriptions=((None, bought(4)),)))
    assert own in Admin(other, Role.BILLING, language).get(at(other, "takeover"), 400)


def test_take_over_is_linked_from_the_product_and_the_user(make_world: Make) -> None:
    """Both lead to the product's purchases among Your products."""
    world = buyers(make_world, seats=None)
    admin = Admin(world)
    link = f"{LIST}?kind=self-service&product={PLANNER}"
    page = admin.get(link)
    assert "Persoon 00001" in page
    assert link in admin.get(f"/users/active/10000000-0000-4000-8000-{2:012d}")


# ---- assigning


def test_licenses_are_assigned_by_a_plan_and_undone(make_world: Make) -> None:
    """Pasted users get the product with services off; Undo takes it back."""
    world = make_world([person(1), person(2)], seats={E3: 5})
    admin = Admin(world)
    page = admin.get(ASSIGN)
    assert "5 of 5 available" in page
    on = [part.split('"')[0] for part in page.split('name="on" value="')[1:]]
    fields = {"names": "p00001@contoso.example\np00002@contoso.example", "services": "1", "do": "go"}
    plan = admin.plan(ASSIGN, fields | {"on": [one for one in on if one != SWAY_PLAN]})
    admin.apply(plan)
    assert {value[1] for value in world.sources().values()} == {SWAY_PLAN}
    assert "3 of 5 available" in admin.get(ASSIGN)
    admin.undo(plan)
    assert world.sources() == {}


def test_a_search_counts_down_the_free_seats(make_world: Make) -> None:
    """Who is checked stays checked, and the counter says what is left."""
    world = make_world([person(1), person(2)], seats={E3: 5})
    admin = Admin(world)
    page = admin.post(ASSIGN, {"q": "00002", "user": world.user(1), "do": "find"}, 200)
    assert "Chosen: 1 user; then 4 left." in page
    assert "p00001@contoso.example" in page
    assert "Persoon 00002" in page


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Only 2 of 3 can be assigned. Buy 1, take back 1, or leave 1 out."),
        ("nl", "Slechts 2 van de 3 kunnen worden toegewezen. Koop er 1, haal er 1 terug of laat er 1 weg."),
    ],
)
def test_too_few_seats_are_said_and_nobody_is_left_out_silently(make_world: Make, language: str, said: str) -> None:
    """Who has the product already needs no seat; leaving out the last of the list is a button."""
    world = make_world([person(1, direct(E3)), person(2), person(3), person(4)], seats={E3: 3})
    admin = Admin(world, language=language)
    names = "\n".join(f"p{n:05d}@contoso.example" for n in (1, 2, 3, 4))
    page = admin.post(ASSIGN, {"names": names, "do": "go"}, 409)
    assert said in page
    assert f"{LIST}?product={E3}" in page
    assert world.rows("SELECT id FROM plan WHERE tenant_id = %(tenant)s") == []
    plan = admin.plan(ASSIGN, {"names": names, "do": "leave_out"})
    admin.apply(plan)
    assert {key[0] for key in world.sources()} == {world.user(n) for n in (1, 2, 3)}


def test_assigning_is_refused_where_it_makes_no_sense(make_world: Make) -> None:
    """A product the tenant lacks is 404; nobody named, or no seat at all, is said; a reader is 403."""
    world = make_world([person(1)], seats={E3: 0})
    admin = Admin(world)
    admin.get(f"/billing/licenses/{PLANNER}/assign", 404)
    assert "Choose users first" in admin.post(ASSIGN, {"do": "go"}, 422)
    fields = {"names": "p00001@contoso.example", "do": "go"}
    assert "Only 0 of 1 can be assigned." in admin.post(ASSIGN, fields, 409)
    admin.post(ASSIGN, fields | {"do": "leave_out"}, 409)
    assert "p00001@contoso.example" in admin.post(ASSIGN, fields | {"user": "x"}, 422), "what was typed is lost"
    Admin(world, Role.GLOBAL_READER).get(ASSIGN, 403)
    assert "Needs one of these roles: Global Administrator, License Administrator, User Administrator" in Admin(
        world, Role.GLOBAL_READER
    ).get(f"/billing/licenses/{E3}")
    assert world.product(AUDIO)


def test_hostile_input_is_a_sentence(make_world: Make) -> None:
    """NUL, huge numbers, a doubled form: never 500, and nothing is changed twice."""
    world = owner(make_world, 3, bought(10, days_ago=2))
    admin = Admin(world)
    admin.get(f"{LIST}?product=%00", 404)
    admin.get(f"{LIST}?after=x&before=99999999999999999999")
    admin.get(f"{LIST}/{'9' * 30}", 404)
    for seats in ("", "\x00", "-1", "9" * 40, "1e3", "٣"):
        admin.post(at(world, "licenses"), {"seats": seats or " "}, 422)
    admin.post(at(world, "licenses"), {"seats": "4"})
    assert "It is so already" in admin.post(at(world, "licenses"), {"seats": "4"}, 409)
    admin.get(f"/plans/{last_plan(world)}")
    admin.get("/billing/undo/999", 404)
    assert first(world).seats == 4
