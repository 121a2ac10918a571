"""What comes back in money when seats are no longer used: how much a month, and from when: now, a date, ask, or never.

R-38, R-123: a saving begins when a subscription has fewer seats, so each is dated by the first moment at which it can have.
Exact until shown; never claims what a price that nobody stated would save (R-124).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from licentia.domain.instants import Instant
from licentia.domain.money import Money, total
from licentia.domain.seats import Ruling, When
from licentia.domain.subscriptions import BillingAccount, Subscription, SubscriptionState, removable_now

_RANK = (When.NOW, When.LATER, When.AT_RENEWAL, When.ASK, When.UNKNOWN, When.NEVER)


@dataclass(frozen=True, slots=True)
class Part:
    """So many seats of one subscription (None: nobody stated one) that could go from `at` on.

    `per_month` None: the price is not known, or nothing is saved (`When.NEVER`).
    """

    when: When
    ruling: Ruling
    seats: int
    subscription_id: int | None = None
    at: Instant | None = None
    until: Instant | None = None
    per_month: Money | None = None


@dataclass(frozen=True, slots=True)
class Saving:
    """What `seats` that come free of a product are worth. `covers`: seats that only make good for too few owned."""

    sku_id: str
    seats: int
    covers: int
    parts: tuple[Part, ...]

    def per_month(self, *when: When) -> tuple[Money, ...]:
        """What the parts save a month, one sum per currency; those of these moments where any are named."""
        chosen = [one for one in self.parts if not when or one.when in when]
        return total(one.per_month for one in chosen if one.per_month is not None)

    @property
    def first_at(self) -> Instant | None:
        """The first date from which something is saved, where it is a date."""
        found = [one.at for one in self.parts if one.when in (When.NOW, When.LATER, When.AT_RENEWAL)]
        return min((at for at in found if at is not None), default=None)


def saving(
    sku_id: str,
    freed: int,
    subscriptions: Sequence[Subscription],
    consumed: int,
    list_price: Money | None,
    now: Instant,
) -> Saving:
    """What `freed` seats are worth once they are free; `consumed` counts those still assigned after that.

    `subscriptions` are the product's own of the organization; the earliest and then the dearest seats go first.
    """
    if freed <= 0:
        return Saving(sku_id, 0, 0, ())
    if not subscriptions:
        price = None if list_price is None else list_price.times(freed)
        return Saving(sku_id, freed, 0, (Part(When.UNKNOWN, Ruling.ACCOUNT_UNKNOWN, freed, per_month=price),))
    owned = sum(one.seats for one in subscriptions if one.is_assignable)
    useful = max(0, min(freed, owned - consumed))
    left = useful
    parts: list[Part] = []
    for one in sorted((part for sub in subscriptions for part in _offers(sub, list_price, now)), key=_order):
        take = min(left, one.seats)
        if take > 0:
            parts.append(_sized(one, take))
            left -= take
    return Saving(sku_id, freed, freed - useful + left, tuple(parts))


def _order(part: Part) -> tuple[int, int, float, int]:
    at = part.at if part.at is not None else 1 << 62
    price = -float(part.per_month.amount) if part.per_month else 0.0
    return _RANK.index(part.when), at, price, part.subscription_id or 0


def _sized(part: Part, seats: int) -> Part:
    """The part for so many seats; in an offer `per_month` is the price of one."""
    price = None if part.per_month is None or part.when is When.NEVER else part.per_month.times(seats)
    return Part(part.when, part.ruling, seats, part.subscription_id, part.at, part.until, price)


def _offers(subscription: Subscription, list_price: Money | None, now: Instant) -> list[Part]:
    """How many seats of a subscription could go when; each with the price of one seat."""
    price = subscription.price or list_price
    found = []
    rest = min(subscription.seats, subscription.next_seats)  # what goes at the renewal anyway is no saving of this
    for when, ruling, most, at, until in _moments(subscription, now):
        seats = min(most, rest)
        rest -= seats
        if seats > 0:
            found.append(Part(when, ruling, seats, subscription.id, at, until, price))
    return found


_Moment = tuple[When, Ruling, int, Instant | None, Instant | None]


def _moments(subscription: Subscription, now: Instant) -> list[_Moment]:
    seats, ends, account = subscription.seats, subscription.renews_at, subscription.account
    if subscription.state is not SubscriptionState.ENABLED:
        return [(When.NEVER, Ruling.NOT_ACTIVE, seats, None, None)] if subscription.is_assignable else []
    if account is BillingAccount.RESELLER:
        return [(When.ASK, Ruling.PARTNER, seats, ends if ends is not None and ends > now else None, None)]
    if account is BillingAccount.UNKNOWN:
        return [(When.UNKNOWN, Ruling.ACCOUNT_UNKNOWN, seats, None, None)]
    if account is BillingAccount.PREPAID:
        return [(When.NEVER, Ruling.SMALLER_KEY, seats, ends, None)]
    if account is BillingAccount.TRIAL:
        return [(When.NEVER, Ruling.BUY_FIRST, seats, ends, None)]
    first = max(now, subscription.credit_check_until or now)
    soon, ruling = (When.NOW, Ruling.ANY_TIME) if first == now else (When.LATER, Ruling.CREDIT_CHECK)
    if account is BillingAccount.MOSA:
        return [(soon, ruling, seats, first, None)]
    if subscription.recurring is None:
        return [(When.UNKNOWN, Ruling.RECURRING_UNKNOWN, seats, None, None)]
    if not subscription.recurring:
        return [(When.NEVER, Ruling.RECURRING_OFF, seats, ends, None)]
    removable, until = removable_now(subscription, first)
    window = Ruling.WINDOW if removable == seats else Ruling.ADDITION_WINDOW
    found: list[_Moment] = [(soon, window if first == now else ruling, removable, first, until)]
    if ends is None:
        return [*found, (When.UNKNOWN, Ruling.RENEWAL_UNKNOWN, seats, None, None)]
    return [*found, (When.AT_RENEWAL, Ruling.AT_RENEWAL, seats, ends, None)]


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What to ask the reseller for one subscription. `at` None: from which date is not known."""

    subscription: Subscription
    seats: int
    at: Instant | None


def order(subscriptions: Sequence[Subscription], consumed: int, now: Instant, keep: int = 0) -> list[OrderLine]:
    """What to ask the reseller so that of a product only `keep` seats stay unassigned; empty when nothing can go.

    Subscriptions whose renewal comes first give first; one that nobody knows the renewal of gives last.
    """
    free = sum(one.seats for one in subscriptions if one.is_assignable) - consumed - keep
    ours = [
        one
        for one in subscriptions
        if one.account is BillingAccount.RESELLER and one.state is SubscriptionState.ENABLED and not one.purchase_id
    ]
    lines = []
    for one in sorted(ours, key=lambda found: (found.renews_at or 1 << 62, found.id)):
        take = min(free, one.seats)
        if take > 0:
            at = one.renews_at if one.renews_at is not None and one.renews_at > now else None
            lines.append(OrderLine(one, one.seats - take, at))
            free -= take
    return lines
