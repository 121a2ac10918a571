"""Home: what needs a decision and in which order, mailboxes by day, what was saved and what can be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from licentia.changes import advance, record, subscriptions
from licentia.domain.facts import AssignmentState
from licentia.domain.instants import DAY
from licentia.domain.subscriptions import BillingAccount, Subscription, add_months, foreseen
from licentia.store import clock
from web_desk import Desk
from world_store import E3, E5, OWNER, World, by_group, crowd, direct, person, tenant_rows

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
NOTHING = "Nothing needs attention."


def lately(count: int, **more: Any) -> list[Any]:
    """People with E3 who signed in a day ago and used something then."""
    day = clock.machine_now() - DAY
    return crowd(count, last_sign_in_at=day, **more)


def owner(make_world: Make, people: list[Any], *some: Subscription) -> World:
    """People, and the organization's subscriptions of E3."""
    return make_world(replace(tenant_rows(people), subscriptions=tuple((None, one) for one in some)))


def bought(seats: int, days_ago: int, **how: Any) -> Subscription:
    """A yearly subscription of E3 bought so many days ago."""
    now = clock.machine_now()
    known: dict[str, Any] = {
        "account": BillingAccount.MCA,
        "term_months": 12,
        "started_at": now - days_ago * DAY,
        "renews_at": add_months(now - days_ago * DAY, 12),
        "recurring": True,
        "read_at": now,
    }
    return foreseen(Subscription(0, f"ref-{seats}-{days_ago}", E3, seats=seats, **(known | how)), now)


def later(world: World, days: int) -> None:
    """So many days pass in the tenant."""
    advance.set_clock(world.tenant, clock.tenant_now(world.tenant) + days * DAY, OWNER)


# ---- mailboxes by day


def test_mailboxes_that_end_are_drawn_and_listed_by_day(make_world: Make) -> None:
    """A bar per day of SVG attributes, hidden from who listens; the table says the same; this week is marked."""
    world = make_world(lately(5))
    desk = Desk(world)
    shown = desk.text("/")
    assert "No mailbox is in its grace period." in shown
    assert "Show as table" not in shown
    world.unassign(1, 2)
    later(world, 10)
    world.unassign(3)
    later(world, 15)
    source = desk.source("/")
    assert 'style="' not in source
    assert re.search(r'<svg class="histogram days"[^>]*aria-hidden="true"', source)
    assert (source.count('<rect class="gone"'), source.count('<rect class="within"')) == (1, 1)
    shown = desk.text("/")
    assert re.search(r"Mailboxes deleted in 30 days 3 ", shown)
    rows = re.findall(r"(\w{3} \d+ \w{3} \d{4}) (This week )?(\d+)(?= )", shown.partition("Show as table")[2])
    assert [(mark.strip(), n) for _date, mark, n in rows[:2]] == [("This week", "2"), ("", "1")]
    assert 'href="/grace-periods"' in source
    dutch = Desk(world, language="nl").text("/")
    assert "Als tabel tonen" in dutch
    assert "Postvakken die binnen 30 dagen verdwijnen" in dutch


def test_nothing_to_do_names_the_next_end(make_world: Make) -> None:
    """Without a decision the page says when the first mailbox goes, or that none is in its grace period."""
    world = make_world(lately(2), seats={E3: 2})
    desk = Desk(world)
    assert f"{NOTHING} No mailbox is in its grace period." in desk.text("/")
    world.plant("UPDATE pool SET capacity = 1 WHERE tenant_id = %(tenant)s")
    world.unassign(1)
    assert re.search(NOTHING + r" The next mailbox is deleted for good on \w{3} \d", desk.text("/"))


# ---- what needs attention


def facts(desk: Desk, address: str = "/") -> list[str]:
    """The headings, in order."""
    part = desk.source(address).partition('<ul class="att">')[2].partition("</ul>")[0]
    return re.findall(r"<h3>(.*?)</h3>", part)


def full(make_world: Make) -> World:
    """One of everything."""
    people = [*lately(4), person(5, (replace(by_group(E5)[0], state=AssignmentState.ERROR, error="CountViolation"),))]
    people += [person(6, direct(E3), last_sign_in_at=1_600_000_000_000_000)]
    world = owner(make_world, people, bought(9, 330))
    world.unassign(1)
    later(world, 25)
    return world


def test_the_order_is_that_of_what_can_be_undone_last(make_world: Make) -> None:
    """Mailboxes, unused licenses, renewals, errors in groups."""
    world = full(make_world)
    found = facts(Desk(world))
    assert len(found) == 4
    assert found[0] == "1 mailbox is deleted for good this week"
    assert found[1] == "1 user with licenses has not signed in for 90 days"
    assert re.fullmatch(r"Microsoft 365 E3 renews in \d+ days", found[2])
    assert found[3] == "1 license error in groups"
    shown = Desk(world).text("/")
    assert re.search(r"9 seats, 5 of them not assigned\. Choose the new number before \w{3} \d", shown)


def test_a_number_chosen_for_the_renewal_is_a_decision(make_world: Make) -> None:
    """Who chose fewer seats, or switched recurring billing off, is not asked again."""
    world = owner(make_world, lately(4), bought(9, 330))
    desk = Desk(world)
    assert any("renews in" in fact for fact in facts(desk))
    number = subscriptions.look(world.tenant, 1).subscription.id
    subscriptions.resize(world.tenant, number, 4, OWNER, at_renewal=True)
    assert facts(desk) == []


def test_at_most_five_and_the_rest_behind_a_link(make_world: Make) -> None:
    """Five are shown; the link names how many there are and has an address of its own."""
    some = [replace(bought(2, 330 + n), ref=f"ref{n}") for n in range(7)]
    desk = Desk(owner(make_world, lately(1), *some))
    assert len(facts(desk)) == 5
    assert "All 7" in desk.text("/")
    assert len(facts(desk, "/?all")) == 7
    assert "All 7" not in desk.text("/?all")


def test_days_without_use_are_the_tenants(make_world: Make) -> None:
    """The setting decides who counts as unused."""
    now = clock.machine_now()
    away = {"last_sign_in_at": now - 50 * DAY}
    world = make_world([person(1, direct(E3), **away), *lately(2)[1:]], seats={E3: 2})
    desk = Desk(world)
    assert facts(desk) == []
    record.set_tenant(world.tenant, OWNER, {"inactive_days": 40})
    assert facts(desk) == ["1 user with licenses has not signed in for 40 days"]


# ---- what was saved


def test_saved_is_what_took_effect(make_world: Make) -> None:
    """Unassigning saves nothing; seats that went do, and an undo takes it back. Prices nobody knows are said."""
    world = owner(make_world, lately(4), bought(9, 3))
    desk = Desk(world)
    world.unassign(1)
    assert "No seat has been removed this year." in desk.text("/")
    assert "nobody has stated what they cost" in desk.text("/")
    made = subscriptions.resize(world.tenant, 1, 5, OWNER)
    shown = desk.text("/")
    assert "Saved this year Not known 4 seats removed, price of 4 seats not known" in shown
    world.plant(
        "INSERT INTO price (tenant_id, sku_id, amount, currency, source) VALUES (%(tenant)s, %(sku)s, '10.5', 'EUR', 'own')",
        sku=E3,
    )
    shown = desk.text("/")
    assert "Saved this year €42.00 per month 4 seats removed" in shown
    assert "€21.00 per month can still be saved" in shown
    assert "€ 42,00 per maand" in Desk(world, language="nl").text("/").replace("\u00a0", " ")
    assert made.plan_id is not None
    subscriptions.undo(world.tenant, made.plan_id, OWNER)
    assert "No seat has been removed this year." in desk.text("/")


def test_last_year_is_not_this_year(make_world: Make) -> None:
    """A change counts in the year in which it took effect."""
    world = owner(make_world, lately(4), bought(9, 3))
    subscriptions.resize(world.tenant, 1, 5, OWNER)
    later(world, 366)
    assert "No seat has been removed this year." in Desk(world).text("/")


def test_a_copy_saves_nothing(make_copy: Make) -> None:
    """Seats of a copy stay paid for in the real tenant."""
    desk = Desk(make_copy([person(1, direct(E3))]))
    assert "This tenant is a copy." in desk.text("/")


@pytest.mark.parametrize("users", [2, 40])
def test_home_takes_as_many_statements_for_many(make_world: Make, users: int) -> None:
    """Statements do not grow with the users who are unused."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    old = {"last_sign_in_at": 1_600_000_000_000_000}
    desk = Desk(make_world(crowd(users, **old)))
    desk.get("/")
    with CaptureQueriesContext(connection) as seen:
        desk.get("/")
    assert len(seen) == 32
