"""Subscriptions and money as plain values: life cycles, seats up and down, savings; each rule by its number."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from licentia.domain import living, rulebook, savings, seats, subscriptions
from licentia.domain.instants import DAY, Instant, from_iso, to_iso
from licentia.domain.money import Money, amount_of, currency_of, total
from licentia.domain.reasons import BadInput
from licentia.domain.savings import order, saving
from licentia.domain.seats import Acts, Ruling, Verdict, When, may_cancel, may_resize, may_set_recurring
from licentia.domain.subscriptions import (
    Addition,
    Around,
    BillingAccount,
    Event,
    EventKind,
    Offer,
    Subscription,
    SubscriptionState,
    add_months,
    foreseen,
    life,
    next_event,
    step,
)

START = from_iso("2026-03-10T09:30:00Z")
END = from_iso("2027-03-10T09:30:00Z")
NOW = from_iso("2026-06-01T12:00:00Z")
MCA, MOSA, RESELLER, PREPAID, TRIAL, NOBODY_SAID = BillingAccount
STANDARD, ENTERPRISE, VOLUME, OPEN, NO_OFFER = Offer
ENABLED, WARNING, SUSPENDED, LOCKED, DELETED = SubscriptionState
ALONE = Around(0, 0)
E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
EUR_38 = Money(Decimal("37.78"), "EUR")


def bought(**how: Any) -> Subscription:
    """A yearly subscription of 13 seats, in the middle of its term unless told otherwise."""
    known: dict[str, Any] = {
        "account": MCA,
        "seats": 13,
        "term_months": 12,
        "started_at": START,
        "renews_at": END,
        "recurring": True,
    }
    return foreseen(Subscription(1, "ref", E3, **(known | how)), how.get("started_at") or START)


def lived(subscription: Subscription, around: Around = ALONE, most: int = 10) -> list[tuple[str, str, int]]:
    """(what, when, seats) of everything that happens by itself, at most so many."""
    found: list[tuple[str, str, int]] = []
    while next_event(subscription) and len(found) < most:
        subscription, event = step(subscription, around)
        found.append((event.kind.value, to_iso(event.at), subscription.seats))
    return found


def days(*counts: int) -> list[str]:
    """The instants so many days after the end of the term."""
    return [to_iso(END + n * DAY) for n in counts]


# ---- the life cycle (licensing facts 4.1)


@pytest.mark.parametrize(
    ("account", "offer", "months", "rule", "kinds", "after"),
    [
        (MCA, STANDARD, 12, "R-100", ["expire", "suspend", "delete"], (0, 30, 120)),
        (MCA, STANDARD, 1, "R-100", ["expire", "suspend", "delete"], (0, 30, 120)),
        (MCA, STANDARD, 36, "R-100", ["expire", "suspend", "delete"], (0, 30, 120)),
        (MCA, STANDARD, None, "R-100", ["expire", "suspend", "delete"], (0, 30, 120)),
        (MOSA, STANDARD, 12, "R-100", ["expire", "suspend", "delete"], (0, 30, 120)),
        (PREPAID, STANDARD, 12, "R-100", ["expire", "suspend", "delete"], (0, 30, 120)),
        (MCA, ENTERPRISE, 1, "R-100", ["expire", "suspend", "delete"], (0, 30, 120)),
        (MCA, ENTERPRISE, 12, "R-100", ["expire", "suspend", "delete"], (0, 30, 120)),
        (MCA, ENTERPRISE, 13, "R-101", ["expire", "suspend", "delete"], (0, 90, 180)),
        (MCA, ENTERPRISE, 36, "R-101", ["expire", "suspend", "delete"], (0, 90, 180)),
        (MCA, VOLUME, 36, "R-102", ["suspend", "lock", "delete"], (0, 90, 150)),
        (MCA, OPEN, 24, "R-100", ["expire", "suspend", "delete"], (0, 30, 120)),
        (TRIAL, STANDARD, 1, "R-104", ["expire", "delete"], (0, 30)),
    ],
)
def test_a_subscription_that_is_not_renewed_ends_in_stages(
    account: BillingAccount, offer: Offer, months: int | None, rule: str, kinds: list[str], after: tuple[int, ...]
) -> None:
    """R-100, R-101, R-102, R-104: each stage begins the stated number of days after the end of the term."""
    found = life(account, offer, months)
    assert found is not None
    assert found.rule == rule
    happened = lived(bought(account=account, offer=offer, term_months=months, recurring=False))
    assert [(kind, at) for kind, at, _ in happened] == list(zip(kinds, days(*after), strict=True))


@pytest.mark.parametrize("account", [RESELLER, NOBODY_SAID])
@pytest.mark.parametrize("offer", Offer)
@pytest.mark.parametrize("recurring", [True, False, None])
def test_a_resellers_subscription_promises_no_date(
    account: BillingAccount, offer: Offer, recurring: bool | None
) -> None:
    """R-105: the partner has a life cycle of its own, and nobody knows an unstated account's: nothing is foreseen."""
    subscription = bought(account=account, offer=offer, recurring=recurring)
    assert life(account, offer, 12) is None
    assert subscription.next_at is None
    assert next_event(subscription) is None


def test_an_enterprise_term_of_unknown_length_expires_and_then_nobody_knows() -> None:
    """R-100 or R-101: which of them is not known, so the end of the stage is not known (I-7)."""
    assert lived(bought(offer=ENTERPRISE, term_months=None, recurring=False)) == [("expire", to_iso(END), 13)]


def test_an_unstated_offer_has_no_stages() -> None:
    """I-7: it renews where it is known to renew; how it would end is not known."""
    assert next_event(bought(offer=NO_OFFER, recurring=False)) is None
    assert lived(bought(offer=NO_OFFER), most=1) == [("renew", to_iso(END), 13)]


@pytest.mark.parametrize("offer", [STANDARD, ENTERPRISE, VOLUME, OPEN])
def test_only_the_volume_stages_stop_the_service_at_once(offer: Offer) -> None:
    """R-102, R-109: Expired is assignable, what follows is not."""
    after, _ = step(bought(offer=offer, recurring=False), ALONE)
    assert after.is_assignable is (offer is not VOLUME)
    assert not replace(after, state=SUSPENDED).is_assignable
    assert not replace(after, state=LOCKED).is_assignable
    assert not replace(after, state=DELETED).is_assignable


def test_a_renewal_begins_the_term_again_with_the_seats_chosen() -> None:
    """R-106: seats, start, end; what waited is done and additions are ordinary seats."""
    before = bought(renewal_seats=8, additions=(Addition(NOW, 2),))
    after, event = step(before, ALONE)
    assert event == Event(EventKind.RENEW, END)
    assert (after.seats, after.renewal_seats, after.additions, after.state) == (8, None, (), ENABLED)
    assert (after.started_at, after.renews_at) == (END, from_iso("2028-03-10T09:30:00Z"))
    assert after.next_at == after.renews_at
    assert [at[:10] for _, at, _ in lived(after, most=2)] == ["2028-03-10", "2029-03-10"]


def test_a_trial_becomes_a_paid_subscription() -> None:
    """R-104: unless recurring billing is off."""
    after, event = step(bought(account=TRIAL, term_months=1), ALONE)
    assert event.kind is EventKind.CONVERT
    assert (after.account, after.started_at, after.renews_at) == (MCA, END, from_iso("2027-04-10T09:30:00Z"))


def test_a_renewal_into_a_term_of_unknown_length_has_no_next_date() -> None:
    """R-106: it is renewed once; when again, nobody knows."""
    assert lived(bought(term_months=None)) == [("renew", to_iso(END), 13)]


@pytest.mark.parametrize("unknown", [{"recurring": None}, {"renews_at": None}])
def test_what_is_not_known_does_not_happen(unknown: dict[str, Any]) -> None:
    """I-7: without a date, or without knowing whether it renews, nothing is foreseen."""
    assert next_event(bought(**unknown)) is None


def test_an_end_that_has_passed_says_that_the_facts_are_old() -> None:
    """Read as enabled after its end of term: nobody knows what became of it."""
    assert foreseen(bought(), END).next_at is None
    assert foreseen(bought(), END - 1).next_at == END


def test_a_stage_keeps_the_date_stated_with_it() -> None:
    """Read as expired with its next date: from there the stages follow (R-100)."""
    read = foreseen(replace(bought(), state=WARNING, next_at=NOW + 5 * DAY), NOW)
    assert lived(read) == [("suspend", to_iso(NOW + 5 * DAY), 13), ("delete", to_iso(NOW + 95 * DAY), 13)]
    assert foreseen(replace(read, next_at=None), NOW).next_at is None
    assert foreseen(replace(read, state=LOCKED), NOW).next_at is None


def test_canceled_inside_its_window_it_skips_expired() -> None:
    """R-108: Disabled at once, deleted 90 days later."""
    after = subscriptions.canceled(bought(), START + DAY)
    assert (after.state, after.recurring) == (SUSPENDED, False)
    assert lived(after) == [("delete", to_iso(START + 91 * DAY), 13)]


@pytest.mark.parametrize("on", [True, False])
def test_recurring_billing_decides_what_the_end_of_the_term_is(on: bool) -> None:
    """R-106: on, it renews; off, it expires; seats chosen for the renewal wait for one until the term ends."""
    changed = subscriptions.with_recurring(bought(recurring=not on, renewal_seats=9), on)
    event = next_event(changed)
    assert event is not None
    assert (event.kind, event.at) == (EventKind.RENEW if on else EventKind.EXPIRE, END)
    assert changed.renewal_seats == 9
    after, _ = step(changed, ALONE)
    assert (after.seats, after.renewal_seats) == ((9, None) if on else (13, None))


def test_a_reactivated_subscription_begins_a_new_term() -> None:
    """R-109: from the instant of reactivation (our choice)."""
    expired, _ = step(bought(recurring=False), ALONE)
    again = subscriptions.reactivated(expired, END + 10 * DAY)
    assert (again.state, again.recurring, again.started_at) == (ENABLED, True, END + 10 * DAY)
    assert again.renews_at == again.next_at == add_months(END + 10 * DAY, 12)


@pytest.mark.parametrize(
    ("since", "months", "then"),
    [("2026-01-31", 1, "2026-02-28"), ("2028-02-29", 12, "2029-02-28"), ("2026-11-30", 3, "2027-02-28")],
)
def test_a_month_ends_at_its_last_day(since: str, months: int, then: str) -> None:
    """The same day, or the last one of a shorter month."""
    assert add_months(from_iso(f"{since}T10:00:00Z"), months) == from_iso(f"{then}T10:00:00Z")


# ---- over-assignment (4.3)


def test_renewed_with_fewer_seats_than_assigned_there_are_ninety_days() -> None:
    """R-121: consumed may exceed what is owned; nothing else happens to anybody."""
    after, _ = step(bought(renewal_seats=8), Around(consumed=10, other_seats=0))
    assert after.over_since == END
    assert subscriptions.resolve_by(after) == END + 90 * DAY
    assert subscriptions.resolve_by(step(bought(renewal_seats=8), Around(8, 0))[0]) is None
    assert subscriptions.resolve_by(step(bought(renewal_seats=8), Around(10, 5))[0]) is None


def test_the_ninety_days_do_not_begin_again_while_it_is_still_over() -> None:
    """R-121: a monthly term renews meanwhile; resolved once, a later one begins anew."""
    first, _ = step(bought(term_months=1, renewal_seats=8), Around(10, 0))
    second, _ = step(first, Around(10, 0))
    assert second.over_since == END
    resolved, _ = step(second, Around(8, 0))
    assert resolved.over_since is None
    again, event = step(replace(second, renewal_seats=5), Around(8, 0))
    assert again.over_since == event.at > END


# ---- several subscriptions in their order


def test_subscriptions_live_in_the_order_of_their_instants() -> None:
    """Each event at its own instant, by number at the same one; what one gives up decides whether another is over."""
    five = replace(bought(seats=5, renewal_seats=2), id=1)
    eight = replace(bought(seats=8, term_months=6, renews_at=END - 30 * DAY), id=2)
    eight = foreseen(eight, START)
    found = living.live([eight, five], {(E3, 0): 11}, END + 200 * DAY, 100)
    assert [(one.after.id, one.event.kind.value, one.event.at) for one in found] == [
        (2, "renew", END - 30 * DAY),
        (1, "renew", END),
        (2, "renew", add_months(END - 30 * DAY, 6)),
    ]
    assert [one.after.over_since for one in found] == [None, END, add_months(END - 30 * DAY, 6)]
    assert living.live([eight, five], {}, END + 200 * DAY, 2) == living.live([five, eight], {}, END, 9)
    assert living.live([eight, five], {}, END - 30 * DAY - 1, 9) == []


def test_only_the_same_pool_is_around_a_subscription() -> None:
    """A purchase has seats of its own; a disabled one has none; at the renewal the smaller number counts."""
    one = replace(bought(seats=5), id=1)
    others = [
        one,
        replace(bought(seats=8, renewal_seats=6), id=2),
        replace(bought(seats=7), id=3, purchase_id=4),
        replace(bought(seats=9), id=4, state=SUSPENDED),
        replace(bought(seats=4, renewal_seats=40), id=5),
    ]
    assert living.around(one, others, 11) == (Around(11, 12), 10)


# ---- seats up and down (4.2)


def asked(subscription: Subscription, wanted: int, now: Instant = NOW, **how: Any) -> Verdict:
    """What is said of so many seats; ten of the thirteen are assigned."""
    return may_resize(subscription, wanted, how.pop("around", Around(10, 0)), now, **how)


DAY_3, DAY_7 = START + 3 * DAY, START + 7 * DAY


@pytest.mark.parametrize(
    ("rule", "how", "wanted", "now", "expected"),
    [
        ("R-110", {}, 20, NOW, (When.NOW, Ruling.ADD, None, None, None)),
        ("R-110", {"recurring": False}, 20, NOW, (When.NOW, Ruling.ADD, None, None, None)),
        ("R-110", {"renewal_seats": 11}, 13, NOW, (When.NOW, Ruling.KEEP, None, None, None)),
        ("R-106", {}, 13, NOW, (When.NEVER, Ruling.ALREADY, None, None, None)),
        ("R-111", {}, 11, START, (When.NOW, Ruling.WINDOW, None, DAY_7, None)),
        ("R-111", {}, 11, DAY_7 - 1, (When.NOW, Ruling.WINDOW, None, DAY_7, None)),
        ("R-113", {}, 11, DAY_7, (When.AT_RENEWAL, Ruling.AT_RENEWAL, END, None, None)),
        ("R-113", {}, 11, NOW, (When.AT_RENEWAL, Ruling.AT_RENEWAL, END, None, None)),
        ("R-113", {"recurring": False}, 11, DAY_3, (When.NEVER, Ruling.RECURRING_OFF, END, None, None)),
        ("R-113", {"recurring": None}, 11, DAY_3, (When.UNKNOWN, Ruling.RECURRING_UNKNOWN, None, None, None)),
        ("R-113", {"renews_at": None}, 11, NOW, (When.UNKNOWN, Ruling.RENEWAL_UNKNOWN, None, None, None)),
        ("R-113", {"started_at": None}, 11, NOW, (When.AT_RENEWAL, Ruling.AT_RENEWAL, END, None, None)),
        ("R-114", {"account": MOSA}, 20, NOW, (When.NOW, Ruling.ANY_TIME, None, None, None)),
        ("R-114", {"account": MOSA}, 11, NOW, (When.NOW, Ruling.ANY_TIME, None, None, None)),
        ("R-114", {"account": MOSA, "recurring": False}, 11, NOW, (When.NOW, Ruling.ANY_TIME, None, None, None)),
        ("R-116", {"account": RESELLER}, 20, NOW, (When.ASK, Ruling.PARTNER, END, None, None)),
        ("R-116", {"account": RESELLER}, 11, NOW, (When.ASK, Ruling.PARTNER, END, None, None)),
        ("R-116", {"account": RESELLER}, 11, DAY_3, (When.ASK, Ruling.PARTNER, END, DAY_7, None)),
        ("R-116", {"account": RESELLER, "renews_at": None}, 11, NOW, (When.ASK, Ruling.PARTNER, None, None, None)),
        ("R-117", {"account": PREPAID}, 20, NOW, (When.NEVER, Ruling.NEW_KEY, None, None, None)),
        ("R-117", {"account": PREPAID}, 11, NOW, (When.NEVER, Ruling.SMALLER_KEY, END, None, None)),
        ("R-118", {"account": TRIAL}, 20, NOW, (When.NEVER, Ruling.BUY_FIRST, None, None, None)),
        ("R-118", {"account": TRIAL}, 11, NOW, (When.NEVER, Ruling.BUY_FIRST, None, None, None)),
        ("R-119", {}, 9, DAY_3, (When.NEVER, Ruling.ASSIGNED, None, None, 10)),
        ("R-119", {}, 9, NOW, (When.NEVER, Ruling.ASSIGNED, None, None, 10)),
        ("R-119", {"account": MOSA}, 9, NOW, (When.NEVER, Ruling.ASSIGNED, None, None, 10)),
        ("R-120", {"credit_check_until": NOW + DAY}, 20, NOW, (When.LATER, Ruling.CREDIT_CHECK, NOW + DAY, None, None)),
        ("R-120", {"credit_check_until": NOW + DAY}, 11, NOW, (When.LATER, Ruling.CREDIT_CHECK, NOW + DAY, None, None)),
        ("R-110", {"credit_check_until": NOW}, 20, NOW, (When.NOW, Ruling.ADD, None, None, None)),
        ("R-122", {"purchase_id": 3}, 11, NOW, (When.ASK, Ruling.SELF_SERVICE, None, None, None)),
        ("R-107", {"account": NOBODY_SAID}, 11, NOW, (When.UNKNOWN, Ruling.ACCOUNT_UNKNOWN, None, None, None)),
        ("R-109", {"state": WARNING}, 20, NOW, (When.NEVER, Ruling.NOT_ACTIVE, None, None, None)),
        ("R-109", {"state": SUSPENDED}, 11, NOW, (When.NEVER, Ruling.NOT_ACTIVE, None, None, None)),
    ],
)
def test_seats_up_and_down(
    rule: str, how: dict[str, Any], wanted: int, now: Instant, expected: tuple[Any, ...]
) -> None:
    """R-109 to R-122: now, at the renewal, later, by somebody else, or never; from when, until when, at least what."""
    verdict = asked(bought(**how), wanted, now)
    assert (verdict.when, verdict.ruling, verdict.at, verdict.until, verdict.least) == expected
    assert verdict.rule == rule
    assert rule in rulebook.load().by_id


def test_only_the_seats_that_were_added_have_a_window_of_their_own() -> None:
    """R-112: three were added yesterday: three can go until six days from now, a fourth waits for the renewal."""
    yesterday = NOW - DAY
    some = bought(additions=(Addition(yesterday, 3),))
    three = asked(some, 10)
    assert (three.when, three.ruling, three.until) == (When.NOW, Ruling.ADDITION_WINDOW, yesterday + 7 * DAY)
    four = asked(some, 9, around=Around(5, 0))
    assert (four.when, four.at, four.least) == (When.AT_RENEWAL, END, 10)
    assert asked(some, 10, yesterday + 7 * DAY).when is When.AT_RENEWAL


def test_seats_taken_back_are_those_whose_window_ends_first() -> None:
    """R-112: so that the later window stays as large as it can."""
    some = bought(seats=20, additions=(Addition(NOW - 3 * DAY, 3), Addition(NOW - DAY, 4)))
    fewer = subscriptions.resized(some, 15, NOW)
    assert fewer.additions == (Addition(NOW - DAY, 2),)
    assert subscriptions.removable_now(fewer, NOW) == (2, NOW + 6 * DAY)
    young = bought(seats=20, additions=(Addition(START + DAY, 4),))
    assert subscriptions.resized(young, 10, DAY_3).additions == (Addition(START + DAY, 4),)
    assert subscriptions.resized(young, 2, DAY_3).additions == (Addition(START + DAY, 2),)


@pytest.mark.parametrize(
    ("waiting", "seats", "then"), [(9, 8, None), (9, 9, None), (9, 11, 9), (9, 20, 9), (16, 18, None), (16, 15, 16)]
)
def test_what_was_chosen_for_the_renewal_waits_unless_it_has_happened(
    waiting: int, seats: int, then: int | None
) -> None:
    """R-106: thirteen seats; a change now that goes as far does not come back at the renewal."""
    assert subscriptions.resized(bought(account=MOSA, renewal_seats=waiting), seats, NOW).renewal_seats == then


def test_seats_added_twice_at_one_instant_are_one_addition() -> None:
    """An addition is named by its instant."""
    once = subscriptions.resized(bought(), 15, NOW)
    assert subscriptions.resized(once, 18, NOW).additions == (Addition(NOW, 5),)


def test_the_floor_is_that_of_the_product_and_not_of_one_subscription() -> None:
    """R-119: 5 + 8 = 13, ten assigned: the one of eight can go to five, not to four."""
    eight = bought(account=MOSA, seats=8)
    around = Around(consumed=10, other_seats=5)
    assert asked(eight, 5, around=around).when is When.NOW
    short = asked(eight, 4, around=around)
    assert (short.ruling, short.least) == (Ruling.ASSIGNED, 5)


def test_at_the_renewal_the_others_count_with_the_seats_they_will_have() -> None:
    """R-119: what another subscription gives up at its renewal is not there any more."""
    eight = bought(seats=8)
    around = Around(consumed=10, other_seats=5)
    assert asked(eight, 5, around=around, at_renewal=True, other_next=5).when is When.AT_RENEWAL
    short = asked(eight, 5, around=around, at_renewal=True, other_next=4)
    assert (short.ruling, short.least) == (Ruling.ASSIGNED, 6)


@pytest.mark.parametrize(
    ("how", "ruling"),
    [({}, Ruling.AT_RENEWAL), ({"recurring": False}, Ruling.RECURRING_OFF), ({"account": MOSA}, Ruling.AT_RENEWAL)],
)
def test_more_seats_can_be_chosen_for_the_renewal(how: dict[str, Any], ruling: Ruling) -> None:
    """R-110: with recurring billing on."""
    assert asked(bought(**how), 20, at_renewal=True).ruling is ruling


def test_a_chilean_partner_has_ten_days() -> None:
    """R-116: seven elsewhere."""
    assert asked(bought(account=RESELLER), 11, START, country="CL").until == START + 10 * DAY
    assert asked(bought(account=RESELLER), 11, START, country="NL").until == START + 7 * DAY


@pytest.mark.parametrize(
    ("rule", "how", "now", "expected"),
    [
        ("R-103", {}, DAY_3, (When.NOW, Ruling.CANCEL, None, DAY_7, None)),
        ("R-103", {}, DAY_7 - 1, (When.NOW, Ruling.CANCEL, None, DAY_7, None)),
        ("R-103", {}, DAY_7, (When.AT_RENEWAL, Ruling.CANCEL_AT_END, END, None, None)),
        ("R-103", {"additions": (Addition(NOW, 3),)}, NOW, (When.AT_RENEWAL, Ruling.CANCEL_AT_END, END, None, None)),
        ("R-115", {"account": MOSA, "seats": 25}, NOW, (When.NOW, Ruling.CANCEL_ANY_TIME, None, None, None)),
        ("R-115", {"account": MOSA, "seats": 26}, NOW, (When.NEVER, Ruling.TOO_MANY_SEATS, None, None, 25)),
        ("R-116", {"account": RESELLER}, DAY_3, (When.ASK, Ruling.PARTNER, END, DAY_7, None)),
        ("R-117", {"account": PREPAID}, DAY_3, (When.NEVER, Ruling.SMALLER_KEY, END, None, None)),
        ("R-103", {"account": TRIAL}, DAY_3, (When.AT_RENEWAL, Ruling.CANCEL_AT_END, END, None, None)),
        ("R-106", {"account": TRIAL, "recurring": False}, DAY_3, (When.NEVER, Ruling.ALREADY, END, None, None)),
        ("R-106", {"recurring": False}, NOW, (When.NEVER, Ruling.ALREADY, END, None, None)),
        ("R-120", {"credit_check_until": DAY_7}, DAY_3, (When.LATER, Ruling.CREDIT_CHECK, DAY_7, None, None)),
        ("R-122", {"purchase_id": 3}, DAY_3, (When.ASK, Ruling.SELF_SERVICE, None, None, None)),
        ("R-109", {"purchase_id": 3, "state": DELETED}, DAY_3, (When.NEVER, Ruling.NOT_ACTIVE, None, None, None)),
        ("R-109", {"state": WARNING}, DAY_3, (When.NEVER, Ruling.NOT_ACTIVE, None, None, None)),
    ],
)
def test_canceling(rule: str, how: dict[str, Any], now: Instant, expected: tuple[Any, ...]) -> None:
    """R-103, R-115 to R-117: within 7 days, with 25 seats or fewer, by the partner, or by turning off recurring billing."""
    verdict = may_cancel(bought(**how), now)
    assert (verdict.when, verdict.ruling, verdict.at, verdict.until, verdict.least) == expected
    assert verdict.rule == rule


@pytest.mark.parametrize(
    ("how", "on", "when", "ruling"),
    [
        ({}, False, When.NOW, Ruling.RECURRING),
        ({"recurring": None}, True, When.NOW, Ruling.RECURRING),
        ({}, True, When.NEVER, Ruling.ALREADY),
        ({"account": TRIAL}, False, When.NOW, Ruling.RECURRING),
        ({"account": RESELLER}, False, When.ASK, Ruling.PARTNER),
        ({"account": PREPAID, "recurring": False}, True, When.NEVER, Ruling.NEW_KEY),
        ({"purchase_id": 2}, False, When.ASK, Ruling.SELF_SERVICE),
        ({"state": WARNING}, True, When.NOW, Ruling.REACTIVATE),
        ({"state": SUSPENDED}, True, When.NOW, Ruling.REACTIVATE),
        ({"state": WARNING}, False, When.NEVER, Ruling.NOT_ACTIVE),
        ({"state": DELETED}, True, When.NEVER, Ruling.NOT_ACTIVE),
        ({"state": WARNING, "account": TRIAL}, True, When.NEVER, Ruling.BUY_FIRST),
        ({"state": WARNING, "account": RESELLER}, True, When.ASK, Ruling.PARTNER),
        ({"state": WARNING, "account": NOBODY_SAID}, True, When.UNKNOWN, Ruling.ACCOUNT_UNKNOWN),
        ({"account": NOBODY_SAID}, False, When.UNKNOWN, Ruling.ACCOUNT_UNKNOWN),
    ],
)
def test_recurring_billing(how: dict[str, Any], on: bool, when: When, ruling: Ruling) -> None:
    """R-106, R-109: on until it is deleted; a partner's, a buyer's and a key's are not ours to switch."""
    verdict = may_set_recurring(bought(**how), on, NOW)
    assert (verdict.when, verdict.ruling) == (when, ruling)


def test_who_can_do_it() -> None:
    """The partner, the buyer, nobody before something else happens, or who has the role."""
    assert asked(bought(account=RESELLER), 11).acts is Acts.PARTNER
    assert asked(bought(purchase_id=1), 11).acts is Acts.BUYER
    assert asked(bought(), 9).acts is Acts.NOBODY
    assert asked(bought(), 11).acts is Acts.BILLING


def test_every_ruling_cites_a_rule() -> None:
    """I-10."""
    assert set(seats.RULES) == set(Ruling)
    assert set(seats.RULES.values()) <= set(rulebook.load().by_id)


# ---- money


def saved(freed: int, consumed: int, *found: Subscription, price: Money | None = EUR_38, now: Instant = NOW) -> Any:
    """(when, from, seats, per month) of each part."""
    whole = saving(E3, freed, found, consumed, price, now)
    return [(p.when, p.at, p.seats, p.per_month and str(p.per_month.amount)) for p in whole.parts]


@pytest.mark.parametrize(("now", "when", "at"), [(DAY_7 - 1, When.NOW, DAY_7 - 1), (DAY_7, When.AT_RENEWAL, END)])
def test_money_before_and_after_the_seven_day_window(now: Instant, when: When, at: Instant) -> None:
    """R-111, R-123: inside it the saving begins now; after it, at the renewal, exactly."""
    assert saved(3, 10, bought(), now=now) == [(when, at, 3, "113.34")]


@pytest.mark.parametrize(
    ("how", "when", "at", "amount"),
    [
        ({"account": MOSA}, When.NOW, NOW, "113.34"),
        ({"account": MOSA, "credit_check_until": NOW + DAY}, When.LATER, NOW + DAY, "113.34"),
        ({"account": RESELLER}, When.ASK, END, "113.34"),
        ({"account": RESELLER, "renews_at": None}, When.ASK, None, "113.34"),
        ({"account": PREPAID}, When.NEVER, END, None),
        ({"account": TRIAL}, When.NEVER, END, None),
        ({"recurring": False}, When.NEVER, END, None),
        ({"recurring": None}, When.UNKNOWN, None, "113.34"),
        ({"renews_at": None}, When.UNKNOWN, None, "113.34"),
        ({"state": WARNING}, When.NEVER, None, None),
        ({"account": NOBODY_SAID}, When.UNKNOWN, None, "113.34"),
    ],
)
def test_a_saving_is_dated_by_the_account(
    how: dict[str, Any], when: When, at: Instant | None, amount: str | None
) -> None:
    """R-123: now, on a date, when the partner says so, or never."""
    assert saved(3, 10, bought(**how)) == [(when, at, 3, amount)]


def test_an_unknown_price_saves_an_unknown_amount() -> None:
    """R-124: the date is known, the amount is not."""
    assert saved(3, 10, bought(), price=None) == [(When.AT_RENEWAL, END, 3, None)]
    assert saving(E3, 3, [bought()], 10, None, NOW).per_month() == ()


def test_the_subscriptions_own_price_goes_before_the_tenants() -> None:
    """A contract is better than a list."""
    mine = bought(price=Money(Decimal("30.10"), "EUR"))
    assert saved(2, 10, mine) == [(When.AT_RENEWAL, END, 2, "60.20")]


def test_seats_that_only_make_good_for_too_few_owned_save_nothing() -> None:
    """R-119, R-121: fifteen assigned, thirteen owned: of three that come free one can go."""
    whole = saving(E3, 3, [bought()], 12, EUR_38, NOW)
    assert (whole.seats, whole.covers, [part.seats for part in whole.parts]) == (3, 2, [1])
    assert saving(E3, 2, [bought()], 13, EUR_38, NOW).parts == ()


def test_what_is_given_up_at_the_renewal_already_is_not_saved_again() -> None:
    """R-123: ten seats from the renewal on were decided before."""
    assert saved(5, 5, bought(renewal_seats=2)) == [(When.AT_RENEWAL, END, 2, "75.56")]


def test_seats_go_where_they_save_first_and_then_most() -> None:
    """Over the subscriptions of a product: now, then by date, then by asking, never last."""
    some = (
        replace(bought(account=PREPAID, seats=50), id=1),
        replace(bought(account=RESELLER, seats=4), id=2),
        replace(bought(seats=4, renews_at=END + DAY), id=3),
        replace(bought(seats=4, additions=(Addition(NOW - DAY, 1),)), id=4),
        replace(bought(account=MOSA, seats=2), id=5),
        replace(bought(account=MOSA, seats=2, price=Money(Decimal(50), "EUR")), id=6),
    )
    whole = saving(E3, 20, some, 40, EUR_38, NOW)
    assert [(part.subscription_id, part.seats, part.when) for part in whole.parts] == [
        (6, 2, When.NOW),
        (4, 1, When.NOW),
        (5, 2, When.NOW),
        (4, 3, When.AT_RENEWAL),
        (3, 4, When.AT_RENEWAL),
        (2, 4, When.ASK),
        (1, 4, When.NEVER),
    ]
    assert whole.per_month(When.NOW) == (Money(Decimal("213.34"), "EUR"),)
    assert whole.first_at == NOW


def test_without_a_subscription_nobody_knows_when() -> None:
    """How the seats were bought was never stated (I-7)."""
    assert saved(3, 10) == [(When.UNKNOWN, None, 3, "113.34")]


def test_no_seats_save_nothing() -> None:
    """Nothing came free."""
    assert saving(E3, 0, [bought()], 10, EUR_38, NOW) == savings.Saving(E3, 0, 0, ())


def test_an_order_asks_the_reseller_for_what_is_free() -> None:
    """Per subscription, the first to renew first; others' subscriptions are not the reseller's."""
    some = (
        replace(bought(account=RESELLER, seats=8, renews_at=END + DAY), id=1),
        replace(bought(account=RESELLER, seats=5), id=2),
        replace(bought(account=MOSA, seats=7), id=3),
    )
    assert [(line.subscription.id, line.seats, line.at) for line in order(some, 13, NOW)] == [
        (2, 0, END),
        (1, 6, END + DAY),
    ]
    assert [(line.subscription.id, line.seats) for line in order(some, 13, NOW, keep=5)] == [(2, 3)]
    assert order(some, 20, NOW) == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("37.78", "37.78"),
        ("37,78", "37.78"),
        ("1,184.50", "1184.50"),
        ("1.184,50", "1184.50"),
        ("0", "0"),
        ("12", "12"),
    ],
)
def test_an_amount_is_read_in_both_manners(text: str, amount: str) -> None:
    """English and Dutch; exact."""
    assert amount_of(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "-1", "1.184", "1,184", "€ 5", "1e3", "12.34.56", "NaN", "1000000000"])
def test_what_could_be_two_amounts_is_refused(text: str) -> None:
    """1.184 is a thousand or one; nobody guesses about money."""
    with pytest.raises(BadInput, match="bad_amount"):
        amount_of(text)


def test_a_currency_has_three_letters() -> None:
    """In any letter case."""
    assert currency_of(" eur ") == "EUR"
    with pytest.raises(BadInput, match="bad_currency"):
        currency_of("euro")


def test_currencies_are_never_added_up() -> None:
    """One sum per currency; cents only when shown."""
    some = [Money(Decimal("0.105"), "EUR"), Money(Decimal("1"), "USD"), Money(Decimal("0.1"), "EUR")]
    sums = total(some)
    assert sums == (Money(Decimal("0.205"), "EUR"), Money(Decimal("1"), "USD"))
    assert [one.shown() for one in sums] == [Decimal("0.21"), Decimal("1.00")]
