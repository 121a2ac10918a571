"""Reclaim: what each finder finds, what it can't know, what is worth what, saved finders, and the way to a plan."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from licentia.changes import prices, record
from licentia.domain.facts import MailboxKind, SourceKind
from licentia.domain.finders import FinderKind
from licentia.domain.instants import DAY
from licentia.domain.money import Money
from licentia.domain.permissions import Role
from licentia.importing.rows import HoldKind, LicenseRow, MailboxRow, PurchaseRow, UserRow
from licentia.store import clock
from licentia.store.lists import finders, plans
from licentia.store.lists.found import NEVER, NOT_KNOWN, days_since, takeable
from licentia.web import histogram
from licentia.web.views import reclaim
from web_desk import Desk, words
from world_store import E3, E5, OWNER, World, by_group, crowd, direct, person

pytest_plugins = ["world_fixtures"]

Make = Callable[..., World]


def blocked(count: int) -> list[UserRow]:
    """People who may not sign in and hold E3 directly."""
    return [person(n, direct(E3), account_enabled=False) for n in range(1, count + 1)]


@pytest.mark.parametrize("kind", list(FinderKind))
def test_every_finder_has_its_page_in_both_languages(make_world: Make, kind: FinderKind) -> None:
    """With its rule, also where it finds nobody."""
    world = make_world(crowd(2))
    for language, nothing in (("en", "No unused licenses found"), ("nl", "Geen ongebruikte licenties gevonden")):
        answer = Desk(world, language=language).get("/reclaim", kind=kind.value)
        assert answer.status_code == 200
        found = words(answer)
        assert " R-1" in found
        assert nothing in found or "p00001@contoso.example" in found


def test_who_is_found_is_listed_counted_and_planned(make_world: Make) -> None:
    """The plan is for whom the page shows, and nothing has changed yet."""
    world = make_world([*blocked(3), *[person(n, direct(E3)) for n in (8, 9)]])
    desk = Desk(world)
    found = desk.text("/reclaim", kind="blocked")
    assert "Users found 3 Licenses assigned directly 3 Seats that come free 3" in found
    assert "Make plan for 3" in found
    assert "Persoon 00003" in found
    assert "Persoon 00008" not in found
    answer = desk.post("/reclaim/plan", kind="blocked")
    [plan] = plans.latest(world.tenant, 5, None, inline=False)
    assert (answer.status_code, answer["Location"]) == (302, f"/plans/{plan['id']}")
    assert (plan["state"], plan["users"], plan["ready"], plan["actor_name"]) == ("draft", 3, 3, desk.name)
    assert world.consumed() == 5


def test_money_is_said_where_a_price_is_known_and_never_invented(make_world: Make) -> None:
    """Seats without a price are counted beside it; a license that a group gives too frees no seat."""
    both = [person(n, (*direct(E3), *by_group(E3)), account_enabled=False) for n in (7, 8)]
    people = [*blocked(2), person(5, direct(E5), account_enabled=False)]
    world = make_world([*people, *both], seats={E3: 10, E5: 10})
    desk = Desk(world)
    before = desk.text("/reclaim", kind="blocked")
    assert "Per month, once the seats are removed - price of 3 seats not known" in before
    prices.set_price(world.tenant, E3, Money(Decimal("31.40"), "EUR"), OWNER)
    after = desk.text("/reclaim", kind="blocked")
    assert "Licenses assigned directly 5 Seats that come free 3" in after
    assert "€62.80 price of 1 seat not known" in after


def test_a_duplicate_frees_no_seat_and_is_planned_per_product(make_world: Make) -> None:
    """Each product in a plan of its own, with its own button."""
    people = [person(n, (*direct(E3), *by_group(E3))) for n in (1, 2)]
    world = make_world([*people, person(3, direct(E3))])
    desk = Desk(world)
    found = desk.text("/reclaim", kind="duplicate")
    assert "Microsoft 365 E3 No seat comes free. 2 0 Make plan for 2" in found
    assert desk.post("/reclaim/plan", kind="duplicate").status_code == 400
    desk.post("/reclaim/plan", kind="duplicate", product=E3)
    [plan] = plans.latest(world.tenant, 5, None, inline=False)
    assert plan["ready"] == 2


def test_what_could_not_be_known_is_said_with_the_reason(make_copy: Callable[..., World]) -> None:
    """Such users are counted, not listed, and in no plan."""
    world = make_copy([person(1, direct(E3), account_enabled=None), person(2, direct(E3), account_enabled=False)])
    desk = Desk(world)
    found = desk.text("/reclaim", kind="blocked")
    assert "1 user: nobody has read whether sign-in is blocked." in found
    assert "Make plan for 1" in found


def test_more_than_are_counted_is_said_and_nothing_is_made_up(
    make_world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No total, no money and no picture; the plan counts."""
    world = make_world(blocked(7))
    monkeypatch.setattr(finders, "CAP", 5)
    monkeypatch.setattr(reclaim, "CAP", 5)
    desk = Desk(world)
    found = desk.text("/reclaim", kind="blocked")
    assert "Not counted above 5 users. The plan counts them." in found
    assert "Make plan for" not in found
    assert '<svg class="histogram"' not in desk.source("/reclaim", kind="blocked")
    desk.post("/reclaim/plan", kind="blocked")
    assert plans.latest(world.tenant, 5, None, inline=False)[0]["ready"] == 7


def test_pages_follow_each_other(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second page begins where the first ended."""
    monkeypatch.setattr(reclaim, "TOP", 2)
    desk = Desk(make_world(blocked(3)))
    first = desk.source("/reclaim", kind="blocked")
    following = first.split('<a class="btn s" href="')[1].split('"')[0].replace("&amp;", "&")
    answer = desk.get(f"/reclaim{following}")
    assert "3 to 3 of 3" in words(answer)
    assert "Persoon 00003" in words(answer)
    assert "Persoon 00002" not in words(answer)


def test_the_picture_and_its_table_say_the_same(make_world: Make) -> None:
    """Days since the last sign-in, never, and not known; each user once."""
    bars = histogram.bars({0: 1, 30: 2, 31: 3, 91: 4, 400: 5, NEVER: 6, NOT_KNOWN: 7}, 90)
    assert [bar.users for bar in bars] == ["3", "3", "0", "4", "0", "5", "6", "7"]
    assert [bar.color for bar in bars] == ["within", "within", "past", "past", "past", "past", "past", "unsure"]
    assert [bar.color for bar in histogram.bars({45: 1}, 45)][:3] == ["within", "past", "past"]
    assert max(bar.height for bar in bars) == histogram.TALL
    assert all(bar.y + bar.height == histogram.FLOOR for bar in bars)
    world = make_world([person(n, direct(E3)) for n in (1, 2, 3)])
    now = clock.tenant_now(world.tenant)
    for n, at in ((1, now - 40 * DAY), (2, now + DAY)):
        world.plant(
            "UPDATE users SET last_sign_in_at = %(at)s WHERE tenant_id = %(tenant)s AND id = %(u)s",
            at=at,
            u=world.user(n),
        )
    ids = [world.user(n) for n in (1, 2, 3)]
    assert days_since(world.tenant, ids, now, is_copy=False) == {40: 1, 0: 1, NEVER: 1}


def test_what_can_be_taken_is_what_the_plan_takes(make_world: Make) -> None:
    """Per product, direct licenses only; the seats that come free are the plan's."""
    people = [
        person(1, (*direct(E3, E5), *by_group(E3)), account_enabled=False),
        person(2, direct(E5), account_enabled=False),
        person(3, by_group(E3), account_enabled=False),
    ]
    ref = "20000000-0000-4000-8000-000000000001"
    bought = LicenseRow(E5, SourceKind.PURCHASE, ref)
    people.append(person(4, (*direct(E5), bought), account_enabled=False))
    people.append(person(5, direct(E5), account_enabled=False))
    purchase = PurchaseRow(ref, E5, 3, "p00004@contoso.example", 1_750_000_000_000_000)
    world = make_world(people, purchases=(purchase,))
    record.add_never(world.tenant, "user", world.user(5), "Blijft", OWNER)
    now = clock.tenant_now(world.tenant)
    wanted = reclaim.search("blocked", {})
    found = takeable(world.tenant, wanted, now, finders.hits(world.tenant, wanted, now))
    assert {(one.sku_id, one.licenses, one.seats) for one in found} == {(E3, 1, 0), (E5, 3, 3)}
    desk = Desk(world)
    desk.post("/reclaim/plan", kind="blocked")
    [plan] = plans.latest(world.tenant, 5, None, inline=False)
    taken = {one.sku_id: one.users for one in plans.takings(world.tenant, plan["id"])}
    freed = {one.sku_id: -one.needed for one in plans.seat_balances(world.tenant, plan["id"]) if one.needed}
    assert taken == {E3: 1, E5: 3}
    assert freed == {E5: 3}


def test_finders_are_saved_run_and_forgotten(make_world: Make) -> None:
    """The saved one leads to the same search."""
    desk = Desk(make_world(blocked(2)))
    desk.post("/reclaim/save", kind="inactive", days="45", product=E3, name="E3, 45")
    page = desk.source("/reclaim")
    assert f'href="?kind=inactive&amp;days=45&amp;product={E3}"' in page
    assert desk.post("/reclaim/save", kind="inactive", name="e3, 45").status_code == 400
    assert desk.post("/reclaim/save", kind="inactive", name="blocked").status_code == 400
    assert desk.post("/reclaim/forget", name="\x00").status_code == 400
    desk.post("/reclaim/forget", name="E3, 45")
    assert "E3, 45" not in desk.source("/reclaim")


def test_who_may_not_sees_the_role_beside_the_locked_button(make_world: Make) -> None:
    """And is refused when the form is sent all the same."""
    desk = Desk(make_world(blocked(2)), Role.GLOBAL_READER)
    page = desk.source("/reclaim", kind="blocked")
    assert 'disabled aria-describedby="needs-assign">Make plan for 2' in page
    assert "Needs one of these roles: Global Administrator, License Administrator, User Administrator" in page
    assert desk.post("/reclaim/plan", kind="blocked").status_code == 403
    assert desk.post("/reclaim/save", kind="blocked", name="x").status_code == 403


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"kind": "nonsense"}, 400),
        ({"kind": "blocked", "days": "9"}, 400),
        ({"days": "0"}, 400),
        ({"days": "9" * 40}, 400),
        ({"days": "x"}, 400),
        ({"product": "nothing"}, 404),
        ({"after": "%%%", "first": "-1"}, 200),
        ({"product": "", "days": ""}, 200),
    ],
)
def test_a_hostile_address_gets_a_sentence(make_world: Make, query: dict[str, str], status: int) -> None:
    """Never an error of ours."""
    assert Desk(make_world(crowd(1))).get("/reclaim", **query).status_code == status


def test_who_is_on_the_never_list_is_shown_so(make_world: Make) -> None:
    """In the list with the reason; the plan leaves them alone."""
    world = make_world(blocked(2))
    record.add_never(world.tenant, "user", world.user(1), "Director", OWNER)
    desk = Desk(world)
    assert "On the never list: Director" in desk.text("/reclaim", kind="blocked")
    desk.post("/reclaim/plan", kind="blocked")
    assert plans.latest(world.tenant, 5, None, inline=False)[0]["ready"] == 1


def test_who_is_left_out_stays_out_of_the_plan(make_world: Make) -> None:
    """First offered without new accounts, holds and shared mailboxes; the plan and a saved search keep what was chosen."""
    old = 1_600_000_000_000_000
    held = MailboxRow(MailboxKind.USER, 1_000, False, HoldKind.LITIGATION, False)
    people = [person(1, direct(E3), last_sign_in_at=old), person(2, direct(E3), last_sign_in_at=old, mailbox=held)]
    world = make_world(people)
    desk = Desk(world)
    assert "Persoon 00002" not in desk.text("/reclaim")
    assert "Persoon 00002" in desk.text("/reclaim?kind=inactive")
    source = desk.source("/reclaim")
    assert source.count('name="leave"') - source.count('type="hidden" name="leave"') == 4
    assert re.search(r"<input type=\"checkbox\" checked disabled> On the never list, always", source)
    made = desk.post("/reclaim/plan", kind="inactive", days="90", leave=["new", "hold", "shared"])["Location"]
    shown = desk.text(made)
    assert "Persoon 00001" in shown
    assert "Persoon 00002" not in shown
    desk.post("/reclaim/save", kind="inactive", days="90", leave=["hold"], name="Kept")
    assert "without: Mailbox on hold" in desk.text("/reclaim")
    assert desk.get("/reclaim?kind=duplicate&leave=new").status_code == 400
