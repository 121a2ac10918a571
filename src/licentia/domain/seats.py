"""What may be done with the seats of a subscription: now, at its renewal, by somebody else, or never; each with its rule.

Pure values: decides, changes nothing. Who an actor is stands in `permissions`; here is only what Microsoft offers whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from licentia.domain.instants import DAY, Instant
from licentia.domain.subscriptions import (
    CANCEL_SEATS,
    PARTNER_WINDOW_DAYS,
    WINDOW_DAYS,
    Around,
    BillingAccount,
    Subscription,
    SubscriptionState,
    removable_now,
)


class When(StrEnum):
    """From when something can be done."""

    NOW = "now"
    LATER = "later"
    """From a known instant on, before the renewal."""
    AT_RENEWAL = "at_renewal"
    ASK = "ask"
    """When somebody else does it."""
    UNKNOWN = "unknown"
    NEVER = "never"


class Acts(StrEnum):
    """Who can do it."""

    BILLING = "billing"
    """A Billing or Global Administrator."""
    PARTNER = "partner"
    BUYER = "buyer"
    NOBODY = "nobody"


class Ruling(StrEnum):
    """Why the answer is as it is; one sentence each at the edge."""

    ADD = "add"
    WINDOW = "window"
    ADDITION_WINDOW = "addition_window"
    AT_RENEWAL = "at_renewal"
    ANY_TIME = "any_time"
    KEEP = "keep"
    PARTNER = "partner"
    NEW_KEY = "new_key"
    SMALLER_KEY = "smaller_key"
    BUY_FIRST = "buy_first"
    ASSIGNED = "assigned"
    CREDIT_CHECK = "credit_check"
    SELF_SERVICE = "self_service"
    RECURRING_OFF = "recurring_off"
    RECURRING_UNKNOWN = "recurring_unknown"
    RENEWAL_UNKNOWN = "renewal_unknown"
    ACCOUNT_UNKNOWN = "account_unknown"
    NOT_ACTIVE = "not_active"
    CANCEL = "cancel"
    CANCEL_AT_END = "cancel_at_end"
    CANCEL_ANY_TIME = "cancel_any_time"
    TOO_MANY_SEATS = "too_many_seats"
    RECURRING = "recurring"
    REACTIVATE = "reactivate"
    ALREADY = "already"


RULES: Mapping[Ruling, str] = {
    Ruling.ADD: "R-110",
    Ruling.WINDOW: "R-111",
    Ruling.ADDITION_WINDOW: "R-112",
    Ruling.AT_RENEWAL: "R-113",
    Ruling.ANY_TIME: "R-114",
    Ruling.KEEP: "R-110",
    Ruling.PARTNER: "R-116",
    Ruling.NEW_KEY: "R-117",
    Ruling.SMALLER_KEY: "R-117",
    Ruling.BUY_FIRST: "R-118",
    Ruling.ASSIGNED: "R-119",
    Ruling.CREDIT_CHECK: "R-120",
    Ruling.SELF_SERVICE: "R-122",
    Ruling.RECURRING_OFF: "R-113",
    Ruling.RECURRING_UNKNOWN: "R-113",
    Ruling.RENEWAL_UNKNOWN: "R-113",
    Ruling.ACCOUNT_UNKNOWN: "R-107",
    Ruling.NOT_ACTIVE: "R-109",
    Ruling.CANCEL: "R-103",
    Ruling.CANCEL_AT_END: "R-103",
    Ruling.CANCEL_ANY_TIME: "R-115",
    Ruling.TOO_MANY_SEATS: "R-115",
    Ruling.RECURRING: "R-106",
    Ruling.REACTIVATE: "R-109",
    Ruling.ALREADY: "R-106",
}
"""The rule that each ruling cites."""

_ACTS: Mapping[Ruling, Acts] = {
    Ruling.PARTNER: Acts.PARTNER,
    Ruling.SELF_SERVICE: Acts.BUYER,
    Ruling.ASSIGNED: Acts.NOBODY,
    Ruling.SMALLER_KEY: Acts.NOBODY,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether, from when and by whom. `at`: from that instant; `until`: only before that one; `least`: no fewer seats."""

    when: When
    ruling: Ruling
    at: Instant | None = None
    until: Instant | None = None
    least: int | None = None

    @property
    def rule(self) -> str:
        """The number of the rule that says so."""
        return RULES[self.ruling]

    @property
    def acts(self) -> Acts:
        """Who can do it, or has to do something first."""
        return _ACTS.get(self.ruling, Acts.BILLING)

    @property
    def is_possible(self) -> bool:
        """Whether a door may carry it out: at once, or as a decision for the renewal."""
        return self.when in (When.NOW, When.AT_RENEWAL)


def may_resize(
    subscription: Subscription,
    seats: int,
    around: Around,
    now: Instant,
    *,
    at_renewal: bool = False,
    other_next: int | None = None,
    country: str = "",
) -> Verdict:
    """Whether the subscription can have these seats. `other_next`: the pool's other seats after their own renewals.

    Unknown is never yes: where recurring billing or the renewal is not known, the answer says so (I-7).
    """
    closed = _closed(subscription, now, country)
    if closed is not None:
        return closed
    account = subscription.account
    if account is BillingAccount.PREPAID:
        return _prepaid(subscription, seats)
    if account is BillingAccount.TRIAL:
        return Verdict(When.NEVER, Ruling.BUY_FIRST)
    checked = _credit_check(subscription, now)
    if checked is not None:
        return checked
    if seats == subscription.seats:
        waiting = subscription.renewal_seats is not None
        return Verdict(When.NOW if waiting else When.NEVER, Ruling.KEEP if waiting else Ruling.ALREADY)
    if at_renewal:
        return _at_renewal(subscription, seats, around, other_next)
    if seats > subscription.seats:
        return Verdict(When.NOW, Ruling.ADD if account is BillingAccount.MCA else Ruling.ANY_TIME)
    short = _floor(subscription, seats, around.consumed - around.other_seats)
    if short is not None:
        return short
    if account is BillingAccount.MOSA:
        return Verdict(When.NOW, Ruling.ANY_TIME)
    return _fewer_mca(subscription, seats, around, now, other_next)


def _closed(subscription: Subscription, now: Instant, country: str) -> Verdict | None:
    if subscription.state is SubscriptionState.DELETED:
        return Verdict(When.NEVER, Ruling.NOT_ACTIVE)
    if subscription.purchase_id:
        return Verdict(When.ASK, Ruling.SELF_SERVICE)
    if subscription.state is not SubscriptionState.ENABLED:
        return Verdict(When.NEVER, Ruling.NOT_ACTIVE)
    if subscription.account is BillingAccount.RESELLER:
        return _partner(subscription, now, country)
    if subscription.account is BillingAccount.UNKNOWN:
        return Verdict(When.UNKNOWN, Ruling.ACCOUNT_UNKNOWN)
    return None


def _partner(subscription: Subscription, now: Instant, country: str) -> Verdict:
    """R-116: the partner decides; inside the partner's own window it says until when asking can help now."""
    ends = subscription.renews_at
    at = ends if ends is not None and ends > now else None
    if subscription.started_at is None:
        return Verdict(When.ASK, Ruling.PARTNER, at)
    until = subscription.started_at + PARTNER_WINDOW_DAYS.get(country, WINDOW_DAYS) * DAY
    return Verdict(When.ASK, Ruling.PARTNER, at, until if now < until else None)


def _prepaid(subscription: Subscription, seats: int) -> Verdict:
    if seats > subscription.seats:
        return Verdict(When.NEVER, Ruling.NEW_KEY)
    if seats == subscription.seats:
        return Verdict(When.NEVER, Ruling.ALREADY)
    return Verdict(When.NEVER, Ruling.SMALLER_KEY, subscription.renews_at)


def _credit_check(subscription: Subscription, now: Instant) -> Verdict | None:
    until = subscription.credit_check_until
    if until is None or until <= now:
        return None
    return Verdict(When.LATER, Ruling.CREDIT_CHECK, until)


def _floor(subscription: Subscription, seats: int, least: int) -> Verdict | None:
    """R-119: over all subscriptions of the product, no fewer seats than are assigned."""
    if seats >= least:
        return None
    return Verdict(When.NEVER, Ruling.ASSIGNED, least=min(least, subscription.seats))


def _at_renewal(subscription: Subscription, seats: int, around: Around, other_next: int | None) -> Verdict:
    if subscription.recurring is None:
        return Verdict(When.UNKNOWN, Ruling.RECURRING_UNKNOWN)
    if not subscription.recurring:
        return Verdict(When.NEVER, Ruling.RECURRING_OFF, subscription.renews_at)
    if subscription.renews_at is None:
        return Verdict(When.UNKNOWN, Ruling.RENEWAL_UNKNOWN)
    others = around.other_seats if other_next is None else other_next
    if seats < subscription.seats:
        short = _floor(subscription, seats, around.consumed - others)
        if short is not None:
            return short
    return Verdict(When.AT_RENEWAL, Ruling.AT_RENEWAL, subscription.renews_at)


def _fewer_mca(subscription: Subscription, seats: int, around: Around, now: Instant, other_next: int | None) -> Verdict:
    """R-111, R-112: inside a window and with recurring billing on; else R-113: at the renewal."""
    later = _at_renewal(subscription, seats, around, other_next)
    if later.ruling in (Ruling.RECURRING_UNKNOWN, Ruling.RECURRING_OFF):
        return later
    removable, until = removable_now(subscription, now)
    if subscription.seats - seats <= removable:
        whole = removable == subscription.seats
        return Verdict(When.NOW, Ruling.WINDOW if whole else Ruling.ADDITION_WINDOW, until=until)
    if removable and later.when is When.AT_RENEWAL:
        return Verdict(later.when, later.ruling, later.at, until, subscription.seats - removable)
    return later


def may_cancel(subscription: Subscription, now: Instant, *, country: str = "") -> Verdict:
    """Whether the whole subscription can be canceled, and from when it ends."""
    closed = _closed(subscription, now, country)
    if closed is not None:
        return closed
    ends = subscription.renews_at
    if subscription.account is BillingAccount.PREPAID:
        return Verdict(When.NEVER, Ruling.SMALLER_KEY, ends)
    if subscription.account is BillingAccount.TRIAL:
        return _at_end(subscription)
    checked = _credit_check(subscription, now)
    if checked is not None:
        return checked
    if subscription.account is BillingAccount.MOSA:
        if subscription.seats > CANCEL_SEATS:
            return Verdict(When.NEVER, Ruling.TOO_MANY_SEATS, least=CANCEL_SEATS)
        return Verdict(When.NOW, Ruling.CANCEL_ANY_TIME)
    start = subscription.started_at
    if start is not None and start <= now < start + WINDOW_DAYS * DAY:
        return Verdict(When.NOW, Ruling.CANCEL, until=start + WINDOW_DAYS * DAY)
    return _at_end(subscription)


def _at_end(subscription: Subscription) -> Verdict:
    """Only recurring billing can be turned off, where it is not off already."""
    if subscription.recurring is False:
        return Verdict(When.NEVER, Ruling.ALREADY, subscription.renews_at)
    return Verdict(When.AT_RENEWAL, Ruling.CANCEL_AT_END, subscription.renews_at)


def may_set_recurring(subscription: Subscription, on: bool, now: Instant, *, country: str = "") -> Verdict:
    """Whether recurring billing can be switched; on, it makes an expired or disabled subscription active again (R-109)."""
    state = subscription.state
    if not subscription.purchase_id and state is not SubscriptionState.ENABLED:
        if not on or state is SubscriptionState.DELETED:
            return Verdict(When.NEVER, Ruling.NOT_ACTIVE)
        if subscription.account is BillingAccount.RESELLER:
            return _partner(subscription, now, country)
        if subscription.account is BillingAccount.UNKNOWN:
            return Verdict(When.UNKNOWN, Ruling.ACCOUNT_UNKNOWN)
        if subscription.account in (BillingAccount.TRIAL, BillingAccount.PREPAID):
            return Verdict(When.NEVER, Ruling.BUY_FIRST)
        return Verdict(When.NOW, Ruling.REACTIVATE)
    closed = _closed(subscription, now, country)
    if closed is not None:
        return closed
    if subscription.account is BillingAccount.PREPAID:
        return Verdict(When.NEVER, Ruling.NEW_KEY)
    if subscription.recurring is on:
        return Verdict(When.NEVER, Ruling.ALREADY)
    return Verdict(When.NOW, Ruling.RECURRING)
