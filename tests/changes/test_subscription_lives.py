"""Every row of LF 4.1 and every cell of 4.2 through the doors: the tenant's clock walks each life, to the second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine

from licentia.changes import advance
from licentia.changes import subscriptions as doors
from licentia.domain.facts import SourceKind
from licentia.domain.instants import DAY, SECOND, Instant, from_iso, to_datetime
from licentia.domain.intents import (
    Assign,
    CancelSubscription,
    Resize,
    SetRecurring,
    SubscriptionIntent,
)
from licentia.domain.reasons import Refused
from licentia.domain.seats import Ruling, Verdict, When
from licentia.domain.subscriptions import (
    BillingAccount,
    Offer,
    Subscription,
    SubscriptionState,
    add_months,
    foreseen,
    resolve_by,
)
from licentia.importing.rows import (
    TenantRows,
)
from licentia.store import clock
from licentia.store.lists import subscriptions as subscription_list
from world_store import (
    E3,
    World,
    direct,
    person,
    tenant_rows,
)

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]

NOW = from_iso("2026-11-25T13:05:09Z")


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    """The machine's clock stands still; a tenant's own time moves only by its own clock."""
    with time_machine.travel(to_datetime(NOW), tick=False):
        yield


# ---- 4.1: lives of subscriptions

MCA, MOSA, RESELLER, PREPAID, TRIAL, NOBODY_SAID = list(BillingAccount)
STANDARD, ENTERPRISE, VOLUME, OPEN, NO_OFFER = list(Offer)
ENABLED, WARNING, SUSPENDED, LOCKED, DELETED = list(SubscriptionState)
WEEK = 7 * DAY
SEATS = 13
HOLDERS = 3


def bought(**how: Any) -> Subscription:
    """Thirteen seats of E3 on a yearly Customer Agreement that began now, unless told otherwise."""
    months = how.get("term_months", 12)
    known: dict[str, Any] = {"account": MCA, "term_months": 12, "recurring": True, "read_at": NOW, "started_at": NOW}
    known["renews_at"] = add_months(NOW, months or 12)
    return foreseen(Subscription(0, "ref-e3", E3, **({"seats": SEATS} | known | how)), NOW)


def owning(one: Subscription, country: str = "NL") -> TenantRows:
    """A tenant of twelve people, of whom three have E3, with this subscription of it."""
    people = [person(n, direct(E3) if n <= HOLDERS else ()) for n in range(1, SEATS)]
    return replace(tenant_rows(people), subscriptions=((None, one),), country=country)


def present(world: World) -> Subscription:
    """The subscription as it is."""
    return subscription_list.page(world.tenant)[0].subscription


def seats_of(world: World) -> tuple[int | None, int]:
    """(owned, assigned) of E3."""
    pool = subscription_list.pools(world.tenant, [world.product(E3)])[world.product(E3), 0]
    return pool.capacity, pool.consumed


def happened(world: World) -> list[tuple[str, int]]:
    """(kind, at) of what the journal says of the subscription."""
    found = world.rows(
        "SELECT kind, at FROM journal WHERE tenant_id = %(tenant)s AND object_kind = 'subscription' ORDER BY seq"
    )
    return [(kind.removeprefix("subscription."), at) for kind, at in found]


def at(world: World, instant: Instant) -> None:
    """It is then."""
    if instant > clock.tenant_now(world.tenant):
        advance.set_clock(world.tenant, instant, world.actor)
    assert clock.tenant_now(world.tenant) == instant


def ruling(world: World, intent: SubscriptionIntent) -> Verdict:
    """What is said of an intent, which the door then does or refuses by the same ruling."""
    said = doors.consider(world.tenant, intent)
    if said.verdict.is_possible:
        assert doors.change(world.tenant, intent, world.actor).after == said.after == present(world)
        return said.verdict
    before, told = present(world), happened(world)
    with pytest.raises(Refused, match="subscription_rule") as refused:
        doors.change(world.tenant, intent, world.actor)
    assert refused.value.details["ruling"] == said.verdict.ruling
    assert (present(world), happened(world)) == (before, told)
    return said.verdict


ORDINARY = ((0, WARNING), (30, SUSPENDED), (120, DELETED))
MULTI_YEAR = ((0, WARNING), (90, SUSPENDED), (180, DELETED))
AGREEMENT = ((0, SUSPENDED), (90, LOCKED), (150, DELETED))
LAPSED = ((0, WARNING), (30, DELETED))
FIRST_ONLY = ((0, WARNING),)
NEVER: tuple[tuple[int, SubscriptionState], ...] = ()
NAMES = {WARNING: "expire", SUSPENDED: "suspend", LOCKED: "lock", DELETED: "delete"}

LIVES = [
    pytest.param({"term_months": 1}, ORDINARY, id="4.1 direct, a month: 30 + 90"),
    pytest.param({}, ORDINARY, id="4.1 direct, a year: 30 + 90"),
    pytest.param({"term_months": 36}, ORDINARY, id="4.1 direct, three years: 30 + 90"),
    pytest.param({"term_months": None}, ORDINARY, id="4.1 direct, any term: 30 + 90"),
    pytest.param({"account": MOSA}, ORDINARY, id="4.1 direct, Online Subscription Agreement: 30 + 90"),
    pytest.param({"account": PREPAID}, ORDINARY, id="4.1 direct, prepaid key: 30 + 90"),
    pytest.param({"offer": ENTERPRISE, "term_months": 1}, ORDINARY, id="4.1 enterprise, a month: 30 + 90"),
    pytest.param({"offer": ENTERPRISE}, ORDINARY, id="4.1 enterprise, a year: 30 + 90"),
    pytest.param({"offer": ENTERPRISE, "term_months": 36}, MULTI_YEAR, id="4.1 enterprise, three years: 90 + 90"),
    pytest.param(
        {"offer": ENTERPRISE, "term_months": None}, FIRST_ONLY, id="4.1 enterprise, unknown term: its end only"
    ),
    pytest.param({"offer": VOLUME}, AGREEMENT, id="4.1 volume: 90 + 60, stops at once"),
    pytest.param({"offer": VOLUME, "term_months": 36}, AGREEMENT, id="4.1 volume, three years: 90 + 60"),
    pytest.param({"offer": OPEN}, ORDINARY, id="4.1 Open: 30 + 90"),
    pytest.param({"account": RESELLER}, NEVER, id="4.1 partner: its own life, nothing promised"),
    pytest.param({"account": NOBODY_SAID}, NEVER, id="4.1 unknown account: nothing promised"),
    pytest.param({"offer": NO_OFFER}, NEVER, id="4.1 unknown offer: nothing promised"),
    pytest.param({"account": TRIAL, "term_months": 1}, LAPSED, id="4.1 trial that lapses: 30, no 90"),
]


@pytest.mark.parametrize(("how", "life"), LIVES)
def test_a_subscription_that_is_not_renewed(
    make_world: Make, how: dict[str, Any], life: tuple[tuple[int, SubscriptionState], ...]
) -> None:
    """LF 4.1, 2.6: each state from its very second; assignable only while Enabled or Expired; nobody loses a license."""
    world = make_world(owning(bought(recurring=False, **how)))
    end = present(world).renews_at
    assert end is not None
    before, assigned = ENABLED, HOLDERS
    for days, state in life:
        at(world, end + days * DAY - SECOND)
        assert present(world).state is before
        at(world, end + days * DAY)
        assert (present(world).state, happened(world)[-1]) == (state, (NAMES[state], end + days * DAY))
        before = state
        assert ruling(world, Resize(1, E3, 20)).ruling is Ruling.NOT_ACTIVE
        assert ruling(world, CancelSubscription(1, E3)).ruling is Ruling.NOT_ACTIVE
        assert ruling(world, SetRecurring(1, E3, on=False)).ruling is Ruling.NOT_ACTIVE
        if state is WARNING:
            assigned += 1
            world.inline(Assign(E3), assigned)
        else:
            with pytest.raises(Refused, match="no_seats"):
                world.inline(Assign(E3), assigned + 1)
        assert seats_of(world) == (SEATS if state is WARNING else 0, assigned)
    at(world, end + 1_000 * DAY)
    assert (present(world).state, present(world).next_at) == (before, None)
    assert [one for one, _ in happened(world)] == [NAMES[state] for _, state in life]
    assert len([key for key in world.sources() if key[0] == 1 and key[2] == SourceKind.DIRECT]) == 1


@pytest.mark.parametrize(
    ("how", "state", "days", "expected"),
    [
        pytest.param({}, WARNING, 30, Ruling.REACTIVATE, id="4.1 Expired: reactivated"),
        pytest.param({}, SUSPENDED, 120, Ruling.REACTIVATE, id="4.1 Disabled: reactivated"),
        pytest.param({"account": MOSA}, SUSPENDED, 120, Ruling.REACTIVATE, id="4.1 Disabled, MOSA: reactivated"),
        pytest.param({"offer": VOLUME}, LOCKED, 150, Ruling.REACTIVATE, id="4.1 Inactive, volume: reactivated"),
        pytest.param({"account": TRIAL}, WARNING, 30, Ruling.BUY_FIRST, id="4.1 trial that lapsed: buy first"),
        pytest.param({"account": PREPAID}, SUSPENDED, 120, Ruling.BUY_FIRST, id="4.1 prepaid that ended: buy first"),
    ],
)
def test_until_it_is_deleted_it_comes_back(
    make_world: Make, how: dict[str, Any], state: SubscriptionState, days: int, expected: Ruling
) -> None:
    """LF 4.1: in the last second of a stage still; from deletion on never, and with it its seats."""
    world = make_world(owning(bought(recurring=False, **how)))
    end = present(world).renews_at or 0
    at(world, end + days * DAY - SECOND)
    assert present(world).state is state
    assert ruling(world, SetRecurring(1, E3, on=True)).ruling is expected
    if expected is Ruling.REACTIVATE:
        one = present(world)
        assert (one.state, one.recurring, one.renews_at) == (ENABLED, True, add_months(end + days * DAY - SECOND, 12))
        assert seats_of(world) == (SEATS, HOLDERS)
        doors.set_recurring(world.tenant, 1, world.actor, on=False)
        at(world, (one.renews_at or 0) + 400 * DAY)
    else:
        at(world, end + 400 * DAY)
    assert present(world).state is DELETED
    assert ruling(world, SetRecurring(1, E3, on=True)).ruling is Ruling.NOT_ACTIVE


RENEWALS = [
    pytest.param({"term_months": 1}, "renew", MCA, id="4.1 a month renews"),
    pytest.param({}, "renew", MCA, id="4.1 a year renews"),
    pytest.param({"term_months": 36}, "renew", MCA, id="4.1 three years renew"),
    pytest.param({"account": MOSA}, "renew", MOSA, id="4.1 MOSA renews"),
    pytest.param({"offer": ENTERPRISE, "term_months": 36}, "renew", MCA, id="4.1 enterprise renews"),
    pytest.param({"offer": NO_OFFER}, "renew", MCA, id="4.1 unknown offer renews"),
    pytest.param({"account": TRIAL, "term_months": 1}, "convert", MCA, id="4.1 trial converts to paid"),
    pytest.param({"account": RESELLER}, None, RESELLER, id="4.1 partner: not known whether it renews"),
    pytest.param({"recurring": None}, None, MCA, id="4.1 recurring billing not known: not known whether it renews"),
]


@pytest.mark.parametrize(("how", "kind", "account"), RENEWALS)
def test_a_subscription_that_is_renewed(
    make_world: Make, how: dict[str, Any], kind: str | None, account: BillingAccount
) -> None:
    """LF 4.1: in the second of its end the term begins again; its seats are never away."""
    world = make_world(owning(bought(**how)))
    end = present(world).renews_at or 0
    at(world, end - SECOND)
    assert happened(world) == []
    at(world, end)
    assert happened(world) == ([] if kind is None else [(kind, end)])
    one = present(world)
    assert (one.state, one.account, seats_of(world)) == (ENABLED, account, (SEATS, HOLDERS))
    assert one.renews_at == (end if kind is None else add_months(end, one.term_months or 0))


@pytest.mark.parametrize(
    ("how", "days"),
    [
        pytest.param({"term_months": 1}, 0, id="4.1 canceled in its window: a month"),
        pytest.param({}, 6, id="4.1 canceled in its window: a year"),
        pytest.param({"offer": ENTERPRISE, "term_months": 36}, 6, id="4.1 canceled in its window: enterprise"),
        pytest.param({"account": MOSA}, 100, id="4.1 canceled at any time: MOSA"),
    ],
)
def test_canceled_it_skips_expired(make_world: Make, how: dict[str, Any], days: int) -> None:
    """LF 4.1: Disabled in that second, deleted ninety days later to the second."""
    world = make_world(owning(bought(**how)))
    at(world, NOW + days * DAY)
    assert ruling(world, CancelSubscription(1, E3)).when is When.NOW
    assert (present(world).state, seats_of(world)) == (SUSPENDED, (0, HOLDERS))
    gone = NOW + (days + 90) * DAY
    at(world, gone - SECOND)
    assert present(world).state is SUSPENDED
    at(world, gone)
    assert (present(world).state, happened(world)) == (DELETED, [("cancel", NOW + days * DAY), ("delete", gone)])


# ---- 4.2: seats up and down

MORE, FEWER, FEWEST = Resize(1, E3, 20), Resize(1, E3, 10), Resize(1, E3, HOLDERS - 1)
MORE_LATER, FEWER_LATER = Resize(1, E3, 20, at_renewal=True), Resize(1, E3, 10, at_renewal=True)
CANCEL, OFF, ON = CancelSubscription(1, E3), SetRecurring(1, E3, on=False), SetRecurring(1, E3, on=True)
YEAR = add_months(NOW, 12)
LAST = WEEK - SECOND

CELLS = [
    pytest.param({}, 0, MORE, (When.NOW, Ruling.ADD), id="4.2 MCA add: at the start"),
    pytest.param({}, 100 * DAY, MORE, (When.NOW, Ruling.ADD), id="4.2 MCA add: at any time"),
    pytest.param({"recurring": False}, 100 * DAY, MORE, (When.NOW, Ruling.ADD), id="4.2 MCA add: recurring billing off"),
    pytest.param({"recurring": None}, 0, MORE, (When.NOW, Ruling.ADD), id="4.2 MCA add: recurring billing not known"),
    pytest.param({}, 100 * DAY, MORE_LATER, (When.AT_RENEWAL, Ruling.AT_RENEWAL), id="4.2 MCA add: for the renewal"),
    pytest.param({"recurring": False}, 0, MORE_LATER, (When.NEVER, Ruling.RECURRING_OFF),
                 id="4.2 MCA add: for the renewal, recurring billing off"),
    pytest.param({}, 0, FEWER, (When.NOW, Ruling.WINDOW), id="4.2 MCA remove: at the start"),
    pytest.param({}, LAST, FEWER, (When.NOW, Ruling.WINDOW), id="4.2 MCA remove: the last second of seven days"),
    pytest.param({}, WEEK, FEWER, (When.AT_RENEWAL, Ruling.AT_RENEWAL), id="4.2 MCA remove: after seven days"),
    pytest.param({}, YEAR - NOW, FEWER, (When.NOW, Ruling.WINDOW), id="4.2 MCA remove: in the second of the renewal"),
    pytest.param({}, YEAR - NOW + LAST, FEWER, (When.NOW, Ruling.WINDOW), id="4.2 MCA remove: seven days after the renewal"),
    pytest.param({}, YEAR - NOW + WEEK, FEWER, (When.AT_RENEWAL, Ruling.AT_RENEWAL),
                 id="4.2 MCA remove: the next renewal's"),
    pytest.param({"recurring": False}, 0, FEWER, (When.NEVER, Ruling.RECURRING_OFF),
                 id="4.2 MCA remove: in the window, recurring billing off"),
    pytest.param({"recurring": None}, 0, FEWER, (When.UNKNOWN, Ruling.RECURRING_UNKNOWN),
                 id="4.2 MCA remove: in the window, recurring billing not known"),
    pytest.param({}, 0, FEWER_LATER, (When.AT_RENEWAL, Ruling.AT_RENEWAL), id="4.2 MCA remove: scheduled inside the window"),
    pytest.param({}, 0, FEWEST, (When.NEVER, Ruling.ASSIGNED), id="4.2 MCA remove: below what is assigned"),
    pytest.param({}, WEEK, FEWEST, (When.NEVER, Ruling.ASSIGNED), id="4.2 MCA remove: below, at the renewal"),
    pytest.param({}, 0, CANCEL, (When.NOW, Ruling.CANCEL), id="4.2 MCA cancel: at the start"),
    pytest.param({}, LAST, CANCEL, (When.NOW, Ruling.CANCEL), id="4.2 MCA cancel: the last second of seven days"),
    pytest.param({}, WEEK, CANCEL, (When.AT_RENEWAL, Ruling.CANCEL_AT_END), id="4.2 MCA cancel: only recurring billing"),
    pytest.param({}, YEAR - NOW + LAST, CANCEL, (When.NOW, Ruling.CANCEL), id="4.2 MCA cancel: seven days after the renewal"),
    pytest.param({}, YEAR - NOW + WEEK, CANCEL, (When.AT_RENEWAL, Ruling.CANCEL_AT_END),
                 id="4.2 MCA cancel: after those only recurring billing"),
    pytest.param({"recurring": False}, WEEK, CANCEL, (When.NEVER, Ruling.ALREADY), id="4.2 MCA cancel: it ends already"),
    pytest.param({}, 100 * DAY, OFF, (When.NOW, Ruling.RECURRING), id="4.2 MCA: recurring billing off at any time"),
    pytest.param({"recurring": False}, 100 * DAY, ON, (When.NOW, Ruling.RECURRING), id="4.2 MCA: recurring billing on again"),
    pytest.param({"account": MOSA}, 0, MORE, (When.NOW, Ruling.ANY_TIME), id="4.2 MOSA add: at the start"),
    pytest.param({"account": MOSA}, 100 * DAY, MORE, (When.NOW, Ruling.ANY_TIME), id="4.2 MOSA add: at any time"),
    pytest.param({"account": MOSA}, 0, FEWER, (When.NOW, Ruling.ANY_TIME), id="4.2 MOSA remove: at the start"),
    pytest.param({"account": MOSA}, 100 * DAY, FEWER, (When.NOW, Ruling.ANY_TIME), id="4.2 MOSA remove: at any time"),
    pytest.param({"account": MOSA, "recurring": False}, 100 * DAY, FEWER, (When.NOW, Ruling.ANY_TIME),
                 id="4.2 MOSA remove: recurring billing off"),
    pytest.param({"account": MOSA}, 0, FEWEST, (When.NEVER, Ruling.ASSIGNED), id="4.2 MOSA remove: below what is assigned"),
    pytest.param({"account": MOSA}, 100 * DAY, CANCEL, (When.NOW, Ruling.CANCEL_ANY_TIME), id="4.2 MOSA cancel: at any time"),
    pytest.param({"account": MOSA, "seats": 25}, 0, CANCEL, (When.NOW, Ruling.CANCEL_ANY_TIME), id="4.2 MOSA cancel: 25 seats"),
    pytest.param({"account": MOSA, "seats": 26}, 0, CANCEL, (When.NEVER, Ruling.TOO_MANY_SEATS),
                 id="4.2 MOSA cancel: 26 seats, reduce first"),
    pytest.param({"account": RESELLER}, 100 * DAY, MORE, (When.ASK, Ruling.PARTNER), id="4.2 partner add: ask"),
    pytest.param({"account": RESELLER}, 0, FEWER, (When.ASK, Ruling.PARTNER), id="4.2 partner remove: ask"),
    pytest.param({"account": RESELLER}, 0, CANCEL, (When.ASK, Ruling.PARTNER), id="4.2 partner cancel: ask"),
    pytest.param({"account": RESELLER}, 0, OFF, (When.ASK, Ruling.PARTNER), id="4.2 partner recurring billing: ask"),
    pytest.param({"account": PREPAID}, 0, MORE, (When.NEVER, Ruling.NEW_KEY), id="4.2 prepaid add: a new key"),
    pytest.param({"account": PREPAID}, 0, FEWER, (When.NEVER, Ruling.SMALLER_KEY), id="4.2 prepaid remove: a smaller key"),
    pytest.param({"account": PREPAID}, 0, FEWER_LATER, (When.NEVER, Ruling.SMALLER_KEY), id="4.2 prepaid remove: at renewal"),
    pytest.param({"account": PREPAID}, 0, CANCEL, (When.NEVER, Ruling.SMALLER_KEY), id="4.2 prepaid cancel: not possible"),
    pytest.param({"account": PREPAID}, 0, OFF, (When.NEVER, Ruling.NEW_KEY), id="4.2 prepaid recurring billing: a new key"),
    pytest.param({"account": TRIAL}, 0, MORE, (When.NEVER, Ruling.BUY_FIRST), id="4.2 trial add: buy first"),
    pytest.param({"account": TRIAL}, 0, FEWER, (When.NEVER, Ruling.BUY_FIRST), id="4.2 trial remove: not possible"),
    pytest.param({"account": TRIAL}, 0, CANCEL, (When.AT_RENEWAL, Ruling.CANCEL_AT_END),
                 id="4.2 trial cancel: recurring billing off"),
    pytest.param({"account": TRIAL}, 0, OFF, (When.NOW, Ruling.RECURRING), id="4.2 trial: recurring billing off"),
    pytest.param({"account": NOBODY_SAID}, 0, MORE, (When.UNKNOWN, Ruling.ACCOUNT_UNKNOWN), id="4.2 not stated add"),
    pytest.param({"account": NOBODY_SAID}, 0, FEWER, (When.UNKNOWN, Ruling.ACCOUNT_UNKNOWN), id="4.2 not stated remove"),
    pytest.param({"account": NOBODY_SAID}, 0, CANCEL, (When.UNKNOWN, Ruling.ACCOUNT_UNKNOWN), id="4.2 not stated cancel"),
    pytest.param({"account": NOBODY_SAID}, 0, OFF, (When.UNKNOWN, Ruling.ACCOUNT_UNKNOWN), id="4.2 not stated recurring"),
]  # fmt: skip


@pytest.mark.parametrize(("how", "offset", "intent", "expected"), CELLS)
def test_seats_up_and_down(
    make_world: Make, how: dict[str, Any], offset: Instant, intent: SubscriptionIntent, expected: tuple[When, Ruling]
) -> None:
    """LF 4.2: shown, and then done or refused by the door, at the very second; the pool follows at once or at the renewal."""
    world = make_world(owning(bought(**how)))
    at(world, NOW + offset)
    owned = seats_of(world)[0]
    verdict = ruling(world, intent)
    assert (verdict.when, verdict.ruling) == expected
    if not verdict.is_possible or not isinstance(intent, Resize):
        return
    now, later = (intent.seats, intent.seats) if verdict.when is When.NOW else (owned, intent.seats)
    assert seats_of(world) == (now, HOLDERS)
    if present(world).recurring:
        at(world, present(world).renews_at or 0)
        assert seats_of(world) == (later, HOLDERS)


@pytest.mark.parametrize(
    ("country", "days"),
    [pytest.param("NL", 7, id="4.2 partner: seven days"), pytest.param("CL", 10, id="4.2 partner: ten in Chile")],
)
def test_how_long_a_partner_can_help_now(make_world: Make, country: str, days: int) -> None:
    """LF 4.2: until that second; from then on at the renewal."""
    world = make_world(owning(bought(account=RESELLER), country))
    until = NOW + days * DAY
    for instant, expected in ((until - SECOND, until), (until, None)):
        at(world, instant)
        for intent in (FEWER, CANCEL):
            verdict = ruling(world, intent)
            assert (verdict.at, verdict.until) == (YEAR, expected)


def test_only_seats_added_in_mid_term_go_in_their_own_window(make_world: Make) -> None:
    """LF 4.2: to the second; more than those wait for the renewal."""
    world = make_world(owning(bought()))
    at(world, NOW + 100 * DAY)
    ruling(world, MORE)
    at(world, NOW + 100 * DAY + LAST)
    assert doors.consider(world.tenant, Resize(1, E3, SEATS - 1)).verdict.when is When.AT_RENEWAL
    assert ruling(world, Resize(1, E3, SEATS + 1)).ruling is Ruling.ADDITION_WINDOW
    at(world, NOW + 100 * DAY + WEEK)
    assert ruling(world, Resize(1, E3, SEATS)).when is When.AT_RENEWAL


@pytest.mark.parametrize("account", [MCA, MOSA], ids=["4.2 credit check: MCA", "4.2 credit check: MOSA"])
@pytest.mark.parametrize("intent", [MORE, FEWER, CANCEL], ids=["add", "remove", "cancel"])
def test_while_a_credit_check_is_pending(make_world: Make, account: BillingAccount, intent: SubscriptionIntent) -> None:
    """LF 4.2: two days, to the second."""
    until = NOW + 2 * DAY
    world = make_world(owning(bought(account=account, credit_check_until=until)))
    at(world, until - SECOND)
    verdict = ruling(world, intent)
    assert (verdict.when, verdict.ruling, verdict.at) == (When.LATER, Ruling.CREDIT_CHECK, until)
    at(world, until)
    assert ruling(world, intent).when is When.NOW


# ---- 4.3: more assigned than owned


def test_over_assigned_for_ninety_days_and_after(make_world: Make) -> None:
    """LF 4.3: the subscription does not expire and nobody is interrupted; when resolved, the days end."""
    world = make_world(owning(bought()))
    for person_id in range(4, 9):
        world.inline(Assign(E3), person_id)
    at(world, NOW + WEEK)
    ruling(world, Resize(1, E3, 8))
    for person_id in (9, 10):
        world.inline(Assign(E3), person_id)
    at(world, YEAR)
    assert (seats_of(world), resolve_by(present(world))) == ((8, 10), YEAR + 90 * DAY)
    for instant in (YEAR + 90 * DAY - SECOND, YEAR + 90 * DAY, YEAR + 91 * DAY):
        at(world, instant)
        assert (present(world).state, seats_of(world), len(world.sources())) == (ENABLED, (8, 10), 10)
    world.unassign(9, 10)
    at(world, add_months(YEAR, 12))
    assert (resolve_by(present(world)), seats_of(world)) == (None, (8, 8))
