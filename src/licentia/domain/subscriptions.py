"""What becomes of a subscription as its time passes: the life cycle as a table, and one event at a time at its own instant.

Pure values: never reads a clock, never counts who holds a seat. What may be done with its seats is `seats`.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from licentia.domain.instants import DAY, Instant, from_datetime, to_datetime
from licentia.domain.money import Money


class BillingAccount(StrEnum):
    """How a subscription was bought: decides who may change it, and when."""

    MCA = "mca"
    """Microsoft Customer Agreement."""
    MOSA = "mosa"
    """Microsoft Online Subscription Agreement."""
    RESELLER = "reseller"
    """A partner (Cloud Solution Provider)."""
    PREPAID = "prepaid"
    """A prepaid product key."""
    TRIAL = "trial"
    UNKNOWN = ""
    """Nobody stated it; Graph does not."""


class Offer(StrEnum):
    """Under which program it was bought: decides how long its stages last."""

    STANDARD = "standard"
    ENTERPRISE = "enterprise"
    VOLUME = "volume"
    OPEN = "open"
    UNKNOWN = ""


class SubscriptionState(StrEnum):
    """Where a subscription is, by Graph's names."""

    ENABLED = "enabled"
    WARNING = "warning"
    SUSPENDED = "suspended"
    LOCKED_OUT = "locked_out"
    DELETED = "deleted"


ASSIGNABLE = frozenset({SubscriptionState.ENABLED, SubscriptionState.WARNING})
"""States in which seats can be assigned and work; R-109 is about the others."""


class EventKind(StrEnum):
    """What a subscription does by itself."""

    RENEW = "renew"
    CONVERT = "convert"
    EXPIRE = "expire"
    SUSPEND = "suspend"
    LOCK = "lock"
    DELETE = "delete"


_INTO: Mapping[SubscriptionState, EventKind] = {
    SubscriptionState.WARNING: EventKind.EXPIRE,
    SubscriptionState.SUSPENDED: EventKind.SUSPEND,
    SubscriptionState.LOCKED_OUT: EventKind.LOCK,
    SubscriptionState.DELETED: EventKind.DELETE,
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A state on the way out, and how many days of 24 hours it lasts."""

    state: SubscriptionState
    days: int


@dataclass(frozen=True, slots=True)
class Life:
    """The stages between a term's end and deletion, and the rule that says so."""

    rule: str
    stages: tuple[Stage, ...]


_PROMISES_NOTHING = frozenset({BillingAccount.RESELLER, BillingAccount.UNKNOWN})
_W, _S, _L = SubscriptionState.WARNING, SubscriptionState.SUSPENDED, SubscriptionState.LOCKED_OUT
ORDINARY = Life("R-100", (Stage(_W, 30), Stage(_S, 90)))
MULTI_YEAR = Life("R-101", (Stage(_W, 90), Stage(_S, 90)))
VOLUME = Life("R-102", (Stage(_S, 90), Stage(_L, 60)))
"""The service stops at the end: the first stage is not assignable, so it is no `warning`."""
TRIAL = Life("R-104", (Stage(_W, 30),))

CANCEL_SEATS = 25
"""R-115: a MOSA subscription with more seats is not canceled online."""
WINDOW_DAYS = 7
"""R-111, R-112: how long seats can be taken back after purchase, renewal or addition."""
PARTNER_WINDOW_DAYS: Mapping[str, int] = {"CL": 10}
"""R-116: the partner's own window by country; 7 days elsewhere."""
OVER_DAYS = 90
"""R-121: how long there is to resolve more assigned than owned."""


@dataclass(frozen=True, slots=True)
class Addition:
    """Seats added in the middle of a term, and when: they have a window of their own (R-112)."""

    at: Instant
    seats: int


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription. None is not known; `next_at` is the instant of its next event, None when none is foreseen."""

    id: int
    ref: str
    sku_id: str
    account: BillingAccount
    seats: int
    state: SubscriptionState = SubscriptionState.ENABLED
    offer: Offer = Offer.STANDARD
    term_months: int | None = None
    purchase_id: int = 0
    """The self-service purchase whose seats these are; 0: the organization's."""
    started_at: Instant | None = None
    """When the present term began: purchase or last renewal."""
    renews_at: Instant | None = None
    """When the present term ends."""
    next_at: Instant | None = None
    recurring: bool | None = None
    renewal_seats: int | None = None
    """Seats from the next term on, where that was decided; None: as now."""
    credit_check_until: Instant | None = None
    over_since: Instant | None = None
    price: Money | None = None
    """What a seat costs per month in this subscription, where stated."""
    additions: tuple[Addition, ...] = ()
    read_at: Instant = 0

    @property
    def is_assignable(self) -> bool:
        """Whether its seats count in the pool of its product."""
        return self.state in ASSIGNABLE

    @property
    def next_seats(self) -> int:
        """Its seats from the next term on, as far as decided."""
        return self.seats if self.renewal_seats is None else self.renewal_seats


@dataclass(frozen=True, slots=True)
class Around:
    """The rest of the pool that a subscription's seats are in."""

    consumed: int
    """Distinct users with a seat of the product."""
    other_seats: int
    """Assignable seats of the pool's other subscriptions."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a subscription, and when."""

    kind: EventKind
    at: Instant


def life(account: BillingAccount, offer: Offer, term_months: int | None) -> Life | None:
    """The stages after the end of a term; None where they are not known (R-105), also for an unknown term."""
    if account in _PROMISES_NOTHING:
        return None
    if account is BillingAccount.TRIAL:
        return TRIAL
    if offer is Offer.UNKNOWN:
        return None
    if offer is Offer.VOLUME:
        return VOLUME
    if offer is not Offer.ENTERPRISE:
        return ORDINARY
    if term_months is None:
        return None
    return MULTI_YEAR if term_months > 12 else ORDINARY


def life_of(subscription: Subscription) -> Life | None:
    """`life`, of this subscription."""
    return life(subscription.account, subscription.offer, subscription.term_months)


def next_event(subscription: Subscription) -> Event | None:
    """What the subscription does next by itself, and when; None when nothing, or when nobody knows (I-7)."""
    at = subscription.next_at
    if at is None or subscription.state is SubscriptionState.DELETED:
        return None
    if subscription.state is SubscriptionState.ENABLED:
        kind = _end_of_term(subscription)
        return None if kind is None else Event(kind, at)
    after = _after(subscription)
    return None if after is None else Event(_INTO[after], at)


def _end_of_term(subscription: Subscription) -> EventKind | None:
    if subscription.account in _PROMISES_NOTHING or subscription.recurring is None:
        return None
    if subscription.recurring:
        return EventKind.CONVERT if subscription.account is BillingAccount.TRIAL else EventKind.RENEW
    found = life_of(subscription)
    if found is not None:
        return _INTO[found.stages[0].state]
    # An enterprise's first stage is the same whatever its term: only its length is not known.
    return EventKind.EXPIRE if subscription.offer is Offer.ENTERPRISE else None


def _after(subscription: Subscription) -> SubscriptionState | None:
    """The state after the present stage; None when the life cycle is not known or does not have this stage."""
    found = life_of(subscription)
    states = [stage.state for stage in found.stages] if found else []
    if subscription.state not in states:
        return None
    rest = [*states[states.index(subscription.state) + 1 :], SubscriptionState.DELETED]
    return rest[0]


def foreseen(subscription: Subscription, now: Instant) -> Subscription:
    """The subscription with `next_at` set from its other facts, as read at `now`.

    An end of term that has passed while it is still enabled says that the facts are old: nothing is foreseen then.
    A stage on the way out keeps the date that was stated with it.
    """
    if subscription.state is SubscriptionState.ENABLED:
        ends = subscription.renews_at
        known = ends is not None and ends > now and _end_of_term(subscription) is not None
        return replace(subscription, next_at=ends if known else None)
    if subscription.next_at is None or subscription.next_at <= now or _after(subscription) is None:
        return replace(subscription, next_at=None)
    return subscription


def step(subscription: Subscription, around: Around) -> tuple[Subscription, Event]:
    """The subscription after its next event, and the event; only where `next_event` has one."""
    event = next_event(subscription)
    assert event is not None
    if event.kind is EventKind.RENEW:
        return _renewed(subscription, event.at, around), event
    if event.kind is EventKind.CONVERT:
        paid = replace(subscription, account=BillingAccount.MCA)  # which account is our choice
        return _renewed(paid, event.at, around), event
    into = next(state for state, kind in _INTO.items() if kind is event.kind)
    return _entered(subscription, into, event.at), event


def _renewed(subscription: Subscription, at: Instant, around: Around) -> Subscription:
    """R-106: the term begins again, with the seats decided for it; R-121: with fewer than assigned it is over."""
    seats = subscription.next_seats
    over = around.consumed > around.other_seats + seats
    was_over = around.consumed > around.other_seats + subscription.seats
    since = (subscription.over_since or at) if was_over else at
    ends = None if subscription.term_months is None else add_months(at, subscription.term_months)
    return replace(
        subscription,
        seats=seats,
        renewal_seats=None,
        started_at=at,
        renews_at=ends,
        next_at=ends,
        additions=(),
        over_since=since if over else None,
    )


def _entered(subscription: Subscription, state: SubscriptionState, at: Instant) -> Subscription:
    found = life_of(subscription)
    days = next((stage.days for stage in found.stages if stage.state is state), None) if found else None
    if state is SubscriptionState.DELETED:
        days = None
    return replace(
        subscription,
        state=state,
        next_at=None if days is None else at + days * DAY,
        renewal_seats=None,
        over_since=None,
    )


def canceled(subscription: Subscription, at: Instant) -> Subscription:
    """R-108: canceled inside its window, the subscription skips Expired and is Disabled at once."""
    return _entered(replace(subscription, recurring=False), SubscriptionState.SUSPENDED, at)


def with_recurring(subscription: Subscription, on: bool) -> Subscription:
    """Recurring billing is on or off; seats that were chosen for the renewal wait for one until the term ends."""
    changed = replace(subscription, recurring=on)
    if changed.state is not SubscriptionState.ENABLED or changed.renews_at is None:
        return changed
    return replace(changed, next_at=None if _end_of_term(changed) is None else changed.renews_at)


def reactivated(subscription: Subscription, at: Instant) -> Subscription:
    """An expired or disabled subscription is active again, recurring, with a term that begins at `at` (our choice)."""
    ends = None if subscription.term_months is None else add_months(at, subscription.term_months)
    return replace(
        subscription,
        state=SubscriptionState.ENABLED,
        recurring=True,
        started_at=at,
        renews_at=ends,
        next_at=ends,
        additions=(),
    )


def resized(subscription: Subscription, seats: int, at: Instant) -> Subscription:
    """The subscription with these seats from `at` on; what was added mid-term is remembered (R-112).

    Taken back are first the seats whose window ends first.
    """
    more = seats - subscription.seats
    waiting = subscription.renewal_seats
    if waiting is not None and min(subscription.seats, seats) <= waiting <= max(subscription.seats, seats):
        waiting = None  # what was to happen at the renewal has happened now
    changed = replace(subscription, seats=seats, renewal_seats=waiting)
    if more > 0:
        together = sum(one.seats for one in subscription.additions if one.at == at) + more
        rest = tuple(one for one in subscription.additions if one.at != at)
        return replace(changed, additions=(*rest, Addition(at, together)))
    fewer = -more
    if _is_open(subscription.started_at, at):
        fewer -= min(fewer, subscription.seats - sum(one.seats for one in subscription.additions))
    kept: list[Addition] = []
    for one in sorted(subscription.additions, key=lambda found: found.at):
        gone = min(fewer, one.seats) if _is_open(one.at, at) else 0
        fewer -= gone
        if one.seats > gone:
            kept.append(Addition(one.at, one.seats - gone))
    return replace(changed, additions=tuple(kept))


def removable_now(subscription: Subscription, now: Instant) -> tuple[int, Instant | None]:
    """(seats, until): how many are inside a window of R-111 or R-112 now, and when the first of them closes."""
    starts = [(one.at, one.seats) for one in subscription.additions]
    if subscription.started_at is not None:
        starts.append((subscription.started_at, subscription.seats - sum(seats for _, seats in starts)))
    opened = [(at + WINDOW_DAYS * DAY, seats) for at, seats in starts if seats > 0 and _is_open(at, now)]
    return sum(seats for _, seats in opened), min((until for until, _ in opened), default=None)


def _is_open(start: Instant | None, now: Instant) -> bool:
    return start is not None and start <= now < start + WINDOW_DAYS * DAY


def resolve_by(subscription: Subscription) -> Instant | None:
    """R-121: until when more assigned than owned is to be resolved; None when it was not renewed smaller."""
    return None if subscription.over_since is None else subscription.over_since + OVER_DAYS * DAY


def add_months(at: Instant, months: int) -> Instant:
    """The same day and time so many months on, in UTC; the month's last day where it has no such day."""
    moment = to_datetime(at)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return from_datetime(moment.replace(year=year, month=month + 1, day=day))


def price_of(text: str | None, currency: str | None) -> Money | None:
    """A stored price; None when there is none, or when its currency is not known."""
    return None if text is None or not currency else Money(Decimal(text), currency)
