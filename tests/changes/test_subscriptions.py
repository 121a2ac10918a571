"""Subscriptions through the doors: seats, recurring billing, the tenant's own time, prices, savings, and who may."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from licentia import worker
from licentia.changes import advance, prices, record
from licentia.changes import subscriptions as doors
from licentia.changes import undo as undoing
from licentia.domain.instants import DAY, Instant
from licentia.domain.intents import Assign, Resize, Unassign, Undo, from_text, to_text
from licentia.domain.money import Money
from licentia.domain.permissions import ROLE_CAPABILITIES, Actor, ActorKind, Capability, Role
from licentia.domain.reasons import BadInput, NotPermitted, Refused
from licentia.domain.seats import Ruling, When
from licentia.domain.subscription_fields import fields_of, from_fields
from licentia.domain.subscriptions import (
    Addition,
    BillingAccount,
    Offer,
    Subscription,
    SubscriptionState,
    add_months,
    foreseen,
)
from licentia.importing.demo import demo_tenant
from licentia.importing.prices import PriceRow as FileRow
from licentia.store import clock
from licentia.store.lists import agenda
from licentia.store.lists import subscriptions as list_of
from world_store import AUDIO, E3, OWNER, PLANNER, World, by_group, crowd, digest, direct, person, tenant_rows, watched

if TYPE_CHECKING:
    from database import Store

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
MCA, MOSA, RESELLER, PREPAID, TRIAL = list(BillingAccount)[:5]


def bought(seats: int, days_ago: int = 100, sku: str = E3, now: Instant | None = None, **how: Any) -> Subscription:
    """A yearly subscription bought so many days ago."""
    moment = clock.machine_now() if now is None else now
    known: dict[str, Any] = {
        "account": MCA,
        "term_months": 12,
        "started_at": moment - days_ago * DAY,
        "renews_at": add_months(moment - days_ago * DAY, how.get("term_months") or 12),
        "recurring": True,
        "read_at": moment,
    }
    return foreseen(Subscription(0, f"ref-{seats}-{days_ago}-{sku[:4]}", sku, seats=seats, **(known | how)), moment)


@pytest.fixture
def subscribed(make_world: Make) -> Callable[..., World]:
    """A world of people with E3, and these subscriptions."""

    def make(people: int, *some: Subscription, purchases: tuple[str | None, ...] = ()) -> World:
        rows = tenant_rows(crowd(people))
        refs = purchases or (None,) * len(some)
        return make_world(replace(rows, subscriptions=tuple(zip(refs, some, strict=True))))

    return make


Subscribed = Callable[..., World]


def all_of(world: World) -> list[Subscription]:
    """The tenant's subscriptions, by number."""
    return [row.subscription for row in list_of.page(world.tenant)]


def seats_of(world: World, sku: str = E3, purchase: int = 0) -> tuple[int | None, int]:
    """(owned, assigned) of a product's pool."""
    pool = list_of.pools(world.tenant, [world.product(sku)])[world.product(sku), purchase]
    return pool.capacity, pool.consumed


def happened(world: World) -> list[tuple[str, int, int]]:
    """(kind, at, number) of the journal's rows about subscriptions."""
    found = world.rows(
        "SELECT kind, at, object_id FROM journal WHERE tenant_id = %(tenant)s AND object_kind = 'subscription' ORDER BY seq"
    )
    return [(kind, at, number) for kind, at, number in found]


def actor(role: Role, world: World) -> Actor:
    """Somebody with this role in the tenant."""
    return Actor(ActorKind.OPERATOR, "x", "X", world.tenant, ROLE_CAPABILITIES[role])


# ---- seats of a product


def test_five_and_eight_are_thirteen(subscribed: Subscribed) -> None:
    """The pool of a product is all of its subscriptions added up."""
    world = subscribed(3, bought(5), bought(8))
    assert seats_of(world) == (13, 3)
    assert seats_of(world, AUDIO) == (100_000, 0)


@pytest.mark.parametrize(
    ("state", "seats"),
    [
        (SubscriptionState.ENABLED, 13),
        (SubscriptionState.WARNING, 13),
        (SubscriptionState.SUSPENDED, 5),
        (SubscriptionState.LOCKED_OUT, 5),
        (SubscriptionState.DELETED, 5),
    ],
)
def test_only_enabled_and_expired_seats_count(subscribed: Subscribed, state: SubscriptionState, seats: int) -> None:
    """R-109: what is Disabled can't be assigned."""
    world = subscribed(1, bought(5), replace(bought(8), state=state))
    assert seats_of(world) == (seats, 1)


def test_a_subscription_comes_back_from_the_store_as_it_went_in(subscribed: Subscribed) -> None:
    """Every field, also those that are not known; and from the journal's text."""
    full = bought(
        8,
        account=MOSA,
        offer=Offer.ENTERPRISE,
        renewal_seats=7,
        credit_check_until=5,
        over_since=6,
        price=Money(Decimal("31.40"), "USD"),
        additions=(Addition(7, 2), Addition(9, 1)),
    )
    bare = replace(full, ref="bare", term_months=None, started_at=None, renews_at=None, next_at=None, recurring=None)
    bare = replace(bare, account=BillingAccount.UNKNOWN, price=None, additions=(), renewal_seats=None)
    world = subscribed(1, full, bare)
    assert all_of(world) == [replace(full, id=1), replace(bare, id=2)]
    for one in all_of(world):
        assert from_fields(one.id, json.loads(json.dumps(fields_of(one)))) == one


# ---- seats up and down


def test_inside_the_window_seats_go_now(subscribed: Subscribed) -> None:
    """R-111: the pool has fewer at once; a plan header and one journal row say who did it."""
    world = subscribed(3, bought(5, 2), bought(8))
    done = doors.resize(world.tenant, 1, 3, world.actor)
    assert (done.verdict.when, done.verdict.ruling, done.fewer) == (When.NOW, Ruling.WINDOW, 2)
    assert seats_of(world) == (11, 3)
    assert done.plan_id is not None
    plan = world.header(done.plan_id)
    assert (plan["state"], bool(plan["is_inline"]), plan["verb"]) == ("applied", True, "resize")
    assert from_text(plan["intent"]) == Resize(1, E3, 3)
    [(_, number, before, after)] = world.journal("subscription.resize")
    assert (number, json.loads(before)["seats"], json.loads(after)["seats"]) == (1, 5, 3)


def test_outside_the_window_seats_wait_for_the_renewal(subscribed: Subscribed) -> None:
    """R-113: the pool keeps them until then, and then has fewer."""
    world = subscribed(3, bought(5), bought(8))
    done = doors.resize(world.tenant, 2, 4, world.actor)
    assert (done.verdict.when, done.verdict.at) == (When.AT_RENEWAL, all_of(world)[1].renews_at)
    assert seats_of(world) == (13, 3)
    assert [one.renewal_seats for one in all_of(world)] == [None, 4]
    assert [kind for kind, _, _ in happened(world)] == ["subscription.schedule"]
    renews = all_of(world)[1].renews_at
    assert renews is not None
    advance.set_clock(world.tenant, renews, world.actor)
    assert seats_of(world) == (9, 3)
    assert happened(world)[-1] == ("subscription.renew", renews, 2)


def test_the_decision_for_the_renewal_can_be_taken_back(subscribed: Subscribed) -> None:
    """R-110: to the number there is now."""
    world = subscribed(3, bought(13))
    doors.resize(world.tenant, 1, 9, world.actor)
    assert doors.resize(world.tenant, 1, 13, world.actor).verdict.ruling is Ruling.KEEP
    assert all_of(world)[0].renewal_seats is None


def test_added_seats_can_be_assigned_at_once_and_go_again_for_seven_days(subscribed: Subscribed) -> None:
    """R-110, R-112: only those."""
    world = subscribed(5, bought(5))
    doors.resize(world.tenant, 1, 8, world.actor)
    assert seats_of(world) == (8, 5)
    assert [one.seats for one in all_of(world)[0].additions] == [3]
    assert doors.resize(world.tenant, 1, 6, world.actor).verdict.ruling is Ruling.ADDITION_WINDOW
    assert [one.seats for one in all_of(world)[0].additions] == [1]
    advance.set_clock(world.tenant, clock.tenant_now(world.tenant) + 7 * DAY, world.actor)
    assert doors.resize(world.tenant, 1, 5, world.actor).verdict.when is When.AT_RENEWAL


@pytest.mark.parametrize(
    ("how", "seats", "ruling"),
    [
        ({"account": RESELLER}, 12, "partner"),
        ({"account": PREPAID}, 12, "smaller_key"),
        ({"account": PREPAID}, 14, "new_key"),
        ({"account": TRIAL}, 14, "buy_first"),
        ({"account": BillingAccount.UNKNOWN}, 12, "account_unknown"),
        ({"account": MOSA}, 2, "assigned"),
        ({"days_ago": 1}, 2, "assigned"),
        ({"recurring": False}, 12, "recurring_off"),
        ({"recurring": None}, 12, "recurring_unknown"),
        ({"renews_at": None}, 12, "renewal_unknown"),
        ({"credit_check_until": 1 << 60}, 14, "credit_check"),
        ({"state": SubscriptionState.WARNING}, 14, "not_active"),
        ({}, 13, "already"),
    ],
)
def test_what_the_rules_refuse_changes_nothing(
    subscribed: Subscribed, how: dict[str, Any], seats: int, ruling: str
) -> None:
    """R-109 to R-120: refused with the ruling; nothing is written."""
    world = subscribed(3, bought(13, **how))
    before = all_of(world)
    with pytest.raises(Refused, match="subscription_rule") as refused:
        doors.resize(world.tenant, 1, seats, world.actor)
    assert refused.value.details["ruling"] == ruling
    assert all_of(world) == before
    assert happened(world) == []


@pytest.mark.parametrize("seats", [0, -1, 10_000_001])
def test_a_subscription_has_at_least_one_seat(subscribed: Subscribed, seats: int) -> None:
    """None at all is canceling."""
    world = subscribed(1, bought(13))
    with pytest.raises(BadInput, match="bad_seats"):
        doors.resize(world.tenant, 1, seats, world.actor)


def test_an_unknown_subscription_is_bad_input(subscribed: Subscribed) -> None:
    """By number or by Microsoft's id."""
    world = subscribed(1, bought(13))
    with pytest.raises(BadInput, match="unknown_subscription"):
        doors.resize(world.tenant, 9, 3, world.actor)
    assert list_of.named(world.tenant, "ref-13-100-05E9") is not None
    assert list_of.named(world.tenant, "1") == list_of.named(world.tenant, " ref-13-100-05e9 ")
    assert list_of.named(world.tenant, "2") is None


def test_a_preview_says_what_the_door_then_does(subscribed: Subscribed) -> None:
    """I-2: one computation; the preview writes nothing."""
    world = subscribed(3, bought(13, 2, price=Money(Decimal("30"), "EUR")))
    seen = doors.consider(world.tenant, Resize(1, E3, 10))
    assert (seen.fewer, seen.per_month, seen.plan_id) == (3, Money(Decimal("90"), "EUR"), None)
    assert happened(world) == []
    done = doors.resize(world.tenant, 1, 10, world.actor)
    assert done.after == seen.after == all_of(world)[0]


def test_seats_of_a_self_service_purchase_are_the_buyers(make_world: Make) -> None:
    """R-122: an administrator takes it over instead; its own pool has its own seats."""
    from licentia.domain.facts import SourceKind
    from licentia.importing.rows import LicenseRow, PurchaseRow

    people = [person(1, (LicenseRow(PLANNER, SourceKind.PURCHASE, "p-1"),))]
    rows = tenant_rows(people, purchases=(PurchaseRow("p-1", PLANNER, 4, "p00001@contoso.example", 1),))
    world = make_world(replace(rows, subscriptions=(("p-1", bought(4, sku=PLANNER)), (None, bought(6, sku=PLANNER)))))
    assert (seats_of(world, PLANNER, 1), seats_of(world, PLANNER)) == ((4, 1), (6, 0))
    for act in (
        lambda: doors.resize(world.tenant, 1, 3, world.actor),
        lambda: doors.set_recurring(world.tenant, 1, world.actor, on=False),
        lambda: doors.cancel(world.tenant, 1, world.actor),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.details["ruling"] == "self_service"
    assert [row.subscription.id for row in list_of.of_purchases(world.tenant, [1])] == [1]


# ---- recurring billing, canceling


def test_recurring_billing_off_lets_it_end(subscribed: Subscribed) -> None:
    """R-100, R-106: it works until the end of the term, 30 days more, 90 days not, and is gone."""
    world = subscribed(3, bought(5), bought(8))
    doors.set_recurring(world.tenant, 2, world.actor, on=False)
    ends = all_of(world)[1].renews_at
    assert ends is not None
    for moment, state, seats in (
        (ends - DAY, "enabled", 13),
        (ends, "warning", 13),
        (ends + 30 * DAY, "suspended", 5),
        (ends + 120 * DAY, "deleted", 5),
    ):
        advance.set_clock(world.tenant, moment, world.actor)
        assert (all_of(world)[1].state, seats_of(world)[0]) == (state, seats)
    assert [(kind, at) for kind, at, number in happened(world) if number == 2][1:] == [
        ("subscription.expire", ends),
        ("subscription.suspend", ends + 30 * DAY),
        ("subscription.delete", ends + 120 * DAY),
    ]


def test_what_has_expired_can_be_reactivated_until_it_is_deleted(subscribed: Subscribed) -> None:
    """R-109: its seats count again; after deletion nothing brings it back."""
    world = subscribed(3, bought(13, recurring=False))
    ends = all_of(world)[0].renews_at
    assert ends is not None
    advance.set_clock(world.tenant, ends + 31 * DAY, world.actor)
    assert seats_of(world) == (0, 3)
    done = doors.set_recurring(world.tenant, 1, world.actor, on=True)
    assert (done.verdict.ruling, seats_of(world)) == (Ruling.REACTIVATE, (13, 3))
    assert happened(world)[-1][0] == "subscription.reactivate"
    doors.set_recurring(world.tenant, 1, world.actor, on=False)
    advance.set_clock(world.tenant, clock.tenant_now(world.tenant) + 500 * DAY, world.actor)
    with pytest.raises(Refused):
        doors.set_recurring(world.tenant, 1, world.actor, on=True)


@pytest.mark.parametrize(
    ("how", "kind", "state"),
    [
        ({"days_ago": 2}, "subscription.cancel", "suspended"),
        ({}, "subscription.recurring", "enabled"),
        ({"account": MOSA}, "subscription.cancel", "suspended"),
        ({"account": TRIAL}, "subscription.recurring", "enabled"),
    ],
)
def test_canceling(subscribed: Subscribed, how: dict[str, Any], kind: str, state: str) -> None:
    """R-103, R-108, R-114: at once inside the window, else at the end of the term; others stay untouched."""
    world = subscribed(3, bought(5), bought(8, **how))
    done = doors.cancel(world.tenant, 2, world.actor)
    assert happened(world)[-1][0] == kind
    assert [one.state for one in all_of(world)] == ["enabled", state]
    assert seats_of(world)[0] == (5 if state == "suspended" else 13)
    assert done.fewer == (8 if state == "suspended" else 0)


def test_more_than_twenty_five_seats_are_not_canceled_online(subscribed: Subscribed) -> None:
    """R-115: reduce first."""
    world = subscribed(3, bought(26, account=MOSA))
    with pytest.raises(Refused) as refused:
        doors.cancel(world.tenant, 1, world.actor)
    assert refused.value.details["ruling"] == "too_many_seats"
    doors.resize(world.tenant, 1, 25, world.actor)
    assert doors.cancel(world.tenant, 1, world.actor).verdict.when is When.NOW


# ---- over-assignment


def test_over_assigned_after_a_smaller_renewal_nobody_loses_a_license(subscribed: Subscribed) -> None:
    """R-121: ten people, eight seats: a legal state; there are 90 days, and no seat for anybody else."""
    world = subscribed(8, bought(13))
    doors.resize(world.tenant, 1, 8, world.actor)
    two = [row[0] for row in world.rows("SELECT id FROM users WHERE tenant_id = %(tenant)s ORDER BY id LIMIT 2")]
    world.unassign(*two)
    doors.resize(world.tenant, 1, 6, world.actor)
    world.assign(*two)
    renews = all_of(world)[0].renews_at
    assert renews is not None
    advance.set_clock(world.tenant, renews, world.actor)
    assert seats_of(world) == (6, 8)
    assert all_of(world)[0].over_since == renews
    assert len(world.sources()) == 8
    world.unassign(two[0])
    with pytest.raises(Refused, match="no_seats"):
        world.inline(Assign(E3), two[0])
    with pytest.raises(Refused) as refused:
        doors.resize(world.tenant, 1, 5, world.actor)
    assert (refused.value.details["ruling"], refused.value.details["least"]) == ("assigned", 6)


# ---- the tenant's own time


def test_a_jump_over_many_events_runs_each_at_its_own_instant(subscribed: Subscribed) -> None:
    """Clocks and subscriptions in one order, whatever the jump."""
    world = subscribed(2, bought(5, 360), bought(8, 350, recurring=False))
    world.inline(Unassign(E3), 1)
    start = clock.tenant_now(world.tenant)
    first, second = (one.renews_at or 0 for one in all_of(world))
    advance.set_clock(world.tenant, start + 800 * DAY, world.actor)
    found = world.rows(
        "SELECT at, kind FROM journal WHERE tenant_id = %(tenant)s AND (kind LIKE %(a)s OR object_kind = 'subscription') "
        "ORDER BY seq",
        a="clock.%",
    )
    assert [at for at, _ in found] == sorted(at for at, _ in found)
    kinds = [kind for _, kind in found]
    assert kinds.count("subscription.renew") == 3
    assert kinds.count("clock.mailbox_purge") == 1
    assert [(kind, at) for kind, at, _ in happened(world) if "renew" not in kind] == [
        ("subscription.expire", second),
        ("subscription.suspend", second + 30 * DAY),
        ("subscription.delete", second + 120 * DAY),
    ]
    assert [at for kind, at, _ in happened(world) if "renew" in kind] == [
        first,
        add_months(first, 12),
        add_months(first, 24),
    ]


def test_small_steps_end_where_one_jump_ends(subscribed: Subscribed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deterministic: by days, or at once, in batches of one or of many."""
    now = clock.machine_now()
    some = (bought(5, 20, term_months=1, now=now), bought(8, 350, recurring=False, now=now))
    world = subscribed(2, *some)
    target = clock.tenant_now(world.tenant) + 150 * DAY
    monkeypatch.setattr(advance, "BATCH", 1)
    for moment in range(target - 149 * DAY, target + 1, 30 * DAY):
        advance.set_clock(world.tenant, moment, world.actor)
    advance.set_clock(world.tenant, target, world.actor)
    slow, steps = all_of(world), happened(world)
    monkeypatch.undo()
    other = record.load_tenant(
        replace(tenant_rows(crowd(2), name="Jump"), subscriptions=tuple((None, one) for one in some)), OWNER
    )
    advance.set_clock(other, target, OWNER)
    assert [row.subscription for row in list_of.page(other)] == slow
    assert happened(replace(world, tenant=other, twin=other, first={})) == steps


def test_looking_twice_does_nothing_twice(subscribed: Subscribed) -> None:
    """What happened is stored as done in the same transaction."""
    world = subscribed(1, bought(5, 20, term_months=1))
    renews = all_of(world)[0].renews_at
    assert renews is not None
    assert advance.advance(world.tenant, renews - 1) == 0
    assert advance.advance(world.tenant, renews) == 1
    assert advance.advance(world.tenant, renews) == 0
    assert len(happened(world)) == 1


def test_a_batch_that_fails_leaves_nothing_behind(subscribed: Subscribed, monkeypatch: pytest.MonkeyPatch) -> None:
    """I-5: stopped before its end, the transaction is gone; the next look does all of it once."""
    from licentia.changes import journal

    world = subscribed(1, bought(5, 20, term_months=1))
    target = clock.tenant_now(world.tenant) + 50 * DAY

    class Killed(BaseException):
        """As by kill -9."""

    def die(*_args: object, **_words: object) -> int:
        raise Killed

    before = all_of(world)
    with monkeypatch.context() as patch:
        patch.setattr(journal, "write", die)
        with pytest.raises(Killed):
            advance.set_clock(world.tenant, target, world.actor)
    assert all_of(world) == before
    advance.set_clock(world.tenant, target, world.actor)
    assert [kind for kind, _, _ in happened(world)] == ["subscription.renew"] * 2


def test_the_worker_finds_a_tenant_whose_subscription_is_due(
    subscribed: Subscribed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the agenda, which names the next one afterwards."""
    world = subscribed(1, bought(5, 360))
    [first] = agenda.moments(world.tenant).values()
    assert worker.work_once() == 0
    real = clock.machine_now
    monkeypatch.setattr(clock, "machine_now", lambda: real() + 10 * DAY)
    assert agenda.tenants_due("subscription") == [world.tenant, world.twin]
    assert advance.catch_up(world.tenant) == 1
    assert agenda.tenants_due("subscription") == [world.twin]
    assert worker.work_once() == 1
    world.first = digest(world.twin)  # it lived too: its own time is the same
    assert agenda.moments(world.tenant) == {"subscription": add_months(first, 12)}
    assert agenda.tenants_due("subscription") == []
    assert len(happened(world)) == 1


def test_nothing_due_costs_two_statements(subscribed: Subscribed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command looks; a tenant that has nothing to do is looked at in the agenda only."""
    world = subscribed(1, bought(5))
    with watched(monkeypatch) as seen:
        assert advance.catch_up(world.tenant) == 0
    assert seen.count() == 2


def test_a_faulty_next_instant_is_forgotten(subscribed: Subscribed) -> None:
    """Nobody knows what a reseller's subscription does at it; the tenant's time goes on."""
    world = subscribed(1, bought(5, account=RESELLER))
    world.plant("UPDATE subscription SET next_at = 5 WHERE tenant_id = %(tenant)s")
    world.plant("INSERT INTO agenda (tenant_id, kind, next_at) VALUES (%(tenant)s, 'subscription', 5)")
    assert advance.advance(world.tenant) == 0
    assert all_of(world)[0].next_at is None
    assert agenda.moments(world.tenant) == {}


# ---- undoing


def test_a_resize_is_undone_by_its_opposite_where_the_rules_allow(subscribed: Subscribed) -> None:
    """Seats that came go again inside their window; the plan names the one it undoes."""
    world = subscribed(3, bought(13))
    done = doors.resize(world.tenant, 1, 16, world.actor)
    assert done.plan_id is not None
    back = doors.way_back(world.tenant, done.plan_id)
    assert back.change is not None
    assert (back.change.intent, back.change.verdict.ruling) == (Resize(1, E3, 13), Ruling.ADDITION_WINDOW)
    undone = doors.undo(world.tenant, done.plan_id, world.actor)
    assert seats_of(world) == (13, 3)
    assert undone.plan_id is not None
    assert world.header(undone.plan_id)["undo_of"] == done.plan_id


def test_a_decision_for_the_renewal_and_recurring_billing_are_undone(subscribed: Subscribed) -> None:
    """Each puts back what it changed."""
    world = subscribed(3, bought(13))
    for act in (
        lambda: doors.resize(world.tenant, 1, 9, world.actor),
        lambda: doors.resize(world.tenant, 1, 8, world.actor),
        lambda: doors.set_recurring(world.tenant, 1, world.actor, on=False),
        lambda: doors.cancel(world.tenant, 1, world.actor),
    ):
        before = all_of(world)
        plan = act().plan_id
        assert plan is not None
        doors.undo(world.tenant, plan, world.actor)
        assert all_of(world) == before


def test_what_was_changed_since_or_has_ended_is_not_undone(subscribed: Subscribed) -> None:
    """Undo never overwrites a later change, and a canceled subscription does not come back by it."""
    world = subscribed(3, bought(13, 2))
    first = doors.resize(world.tenant, 1, 16, world.actor).plan_id
    second = doors.resize(world.tenant, 1, 18, world.actor).plan_id
    assert first is not None
    assert second is not None
    with pytest.raises(Refused, match="subscription_changed_since"):
        doors.undo(world.tenant, first, world.actor)
    ended = doors.cancel(world.tenant, 1, world.actor).plan_id
    assert ended is not None
    with pytest.raises(Refused, match="no_undo"):
        doors.undo(world.tenant, ended, world.actor)
    with pytest.raises(BadInput, match="undo_no_subscription"):
        doors.way_back(world.tenant, world.unassign(1))
    with pytest.raises(BadInput, match="unknown_plan_number"):
        doors.way_back(world.tenant, 999)


def test_seats_taken_outside_the_window_come_back_only_by_buying(subscribed: Subscribed) -> None:
    """R-113: an undo asks the rules of that moment: seats that were added a week ago wait for the renewal."""
    world = subscribed(3, bought(13))
    plan = doors.resize(world.tenant, 1, 16, world.actor).plan_id
    assert plan is not None
    advance.set_clock(world.tenant, clock.tenant_now(world.tenant) + 8 * DAY, world.actor)
    assert doors.undo(world.tenant, plan, world.actor).verdict.when is When.AT_RENEWAL


def test_undoing_by_users_is_refused_with_the_way(subscribed: Subscribed) -> None:
    """No user's license was changed by it."""
    world = subscribed(3, bought(13))
    plan = doors.resize(world.tenant, 1, 16, world.actor).plan_id
    assert plan is not None
    with pytest.raises(Refused, match="undo_subscription"):
        undoing.meant(world.tenant, Undo(plan))


# ---- money


def test_unassigning_alone_saves_nothing_and_seats_that_can_go_are_dated(subscribed: Subscribed) -> None:
    """R-38, R-123: two licenses taken back; the saving begins at the renewal, or now inside the window."""
    world = subscribed(10, bought(13, price=Money(Decimal("37.78"), "EUR")))
    now = clock.tenant_now(world.tenant)
    [before] = doors.savings(world.tenant, {E3: 2, "unknown": 5}, now)
    assert [(part.when, part.at, part.seats) for part in before.parts] == [
        (When.AT_RENEWAL, all_of(world)[0].renews_at, 2)
    ]
    assert before.per_month() == (Money(Decimal("75.56"), "EUR"),)
    world.unassign(1, 2)
    assert doors.savings(world.tenant, {E3: 2}, now, done=True) == [before]
    assert seats_of(world) == (13, 8)


@pytest.mark.parametrize(("days_ago", "when"), [(6, When.NOW), (7, When.AT_RENEWAL)])
def test_money_before_and_after_the_window(subscribed: Subscribed, days_ago: int, when: When) -> None:
    """R-111, R-123: six days after the purchase it begins now, seven days after it at the renewal; no price, no amount."""
    world = subscribed(10, bought(13, days_ago))
    [whole] = doors.savings(world.tenant, {E3: 2}, clock.tenant_now(world.tenant))
    assert [(part.when, part.seats, part.per_month) for part in whole.parts] == [(when, 2, None)]


def test_a_list_price_never_overwrites_ones_own(subscribed: Subscribed) -> None:
    """Editable defaults: the contract's price stays."""
    world = subscribed(1, bought(13))
    assert prices.set_price(world.tenant, E3, Money(Decimal("31.40"), "EUR"), world.actor)
    assert not prices.set_price(world.tenant, E3, Money(Decimal("31.40"), "EUR"), world.actor)
    first = prices.import_list(world.tenant, world.actor)
    assert (first.same, first.kept_own) == (0, 1)
    assert prices.import_list(world.tenant, world.actor) == prices.Imported(0, first.written, 1)
    stated = list_of.prices(world.tenant)
    assert (stated[E3].price, stated[E3].source) == (Money(Decimal("31.40"), "EUR"), "own")
    assert {one.price.currency for one in stated.values()} == {"EUR"}
    own = prices.import_own(world.tenant, [FileRow(2, AUDIO, Money(Decimal(3), "USD"))], world.actor)
    assert own == prices.Imported(1, 0, 0)
    rows = world.journal("price.set")
    assert len(rows) == 1 + first.written + 1
    assert json.loads(rows[0][3]) == {
        "sku": E3, "amount": "31.40", "currency": "EUR", "term_months": 12, "source": "own", "as_of": ""
    }  # fmt: skip
    [whole] = doors.savings(world.tenant, {E3: 1}, clock.tenant_now(world.tenant))
    assert whole.per_month() == (Money(Decimal("31.40"), "EUR"),)


# ---- who may


@pytest.mark.parametrize("role", Role)
def test_billing_and_global_administrators_may_and_nobody_else(subscribed: Subscribed, role: Role) -> None:
    """License and User Administrators can't buy or reduce (licensing facts 4.2, 7)."""
    world = subscribed(3, bought(13, 2))
    somebody = actor(role, world)
    acts: list[Callable[[], object]] = [
        lambda: doors.resize(world.tenant, 1, 11, somebody),
        lambda: doors.set_recurring(world.tenant, 1, somebody, on=False),
        lambda: doors.undo(world.tenant, 1, somebody),
        lambda: doors.undo(world.tenant, 2, somebody),
        lambda: doors.set_recurring(world.tenant, 1, somebody, on=True),
        lambda: doors.cancel(world.tenant, 1, somebody),
        lambda: prices.set_price(world.tenant, E3, Money(Decimal(1), "EUR"), somebody),
        lambda: prices.import_list(world.tenant, somebody),
        lambda: prices.import_own(world.tenant, [], somebody),
    ]
    if role in (Role.BILLING, Role.GLOBAL):
        for act in acts[:2]:
            act()
        return
    for act in acts:
        with pytest.raises(NotPermitted) as refused:
            act()
        assert refused.value.needs in (Capability.MANAGE_SUBSCRIPTIONS, Capability.SET_PRICES)
    assert happened(world) == []


def test_intents_are_stored_and_read_back() -> None:
    """As a plan keeps them."""
    from licentia.domain.intents import CancelSubscription, SetRecurring

    for intent in (Resize(1, E3, 5, at_renewal=True), SetRecurring(1, E3, on=False), CancelSubscription(1, E3)):
        assert from_text(to_text(intent)) == intent


# ---- the demo tenant


def test_the_demo_has_every_billing_account_and_the_pools_it_had(store: Store) -> None:
    """Subscriptions add up to the stated pools; a product of two subscriptions, a purchase each of its own."""
    moment = clock.machine_now()
    rows = demo_tenant(2_000, now=moment)
    tenant = record.load_tenant(rows, OWNER)
    every = [row.subscription for row in list_of.page(tenant)]
    assert {one.account for one in every} == set(BillingAccount) - {BillingAccount.UNKNOWN}
    assert len([one for one in every if one.sku_id == E3]) == 2
    assert len([one for one in every if one.purchase_id]) == len(rows.purchases)
    assert advance.catch_up(tenant) == 0
    numbers = list_of.product_ids(tenant, [pool.sku_id for pool in rows.pools])
    pools = list_of.pools(tenant, list(numbers.values()))
    assert {pool.sku_id: pools[numbers[pool.sku_id], 0].capacity for pool in rows.pools} == {
        pool.sku_id: pool.capacity for pool in rows.pools
    }
    assert set(list_of.prices(tenant)) > {E3}
    assert all(one.next_at is None or one.next_at > moment + 14 * DAY for one in every)


def test_a_group_of_people_keeps_its_seats(make_world: Make) -> None:
    """The floor counts everybody who holds the product, also through a group (R-119)."""
    rows = replace(tenant_rows([person(1, by_group(E3)), person(2, direct(E3))]), subscriptions=((None, bought(5, 1)),))
    world = make_world(rows)
    with pytest.raises(Refused):
        doors.resize(world.tenant, 1, 1, world.actor)
    assert doors.resize(world.tenant, 1, 2, world.actor).verdict.when is When.NOW
