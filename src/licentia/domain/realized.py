"""What seat changes that took effect save: seats that are no longer paid for, and what those cost a month.

Pure values. A plan, a preview, or a number chosen for the next renewal saves nothing here (R-38); nor does a price nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from licentia.domain.money import Money, total
from licentia.domain.subscriptions import BillingAccount, Subscription, SubscriptionState


@dataclass(frozen=True, slots=True)
class Realized:
    """So many seats fewer are paid for; `per_month`: what they cost, per currency, but for `unpriced` of them."""

    seats: int
    per_month: tuple[Money, ...]
    unpriced: int


def realized(changes: Iterable[tuple[Subscription, Subscription]], prices: Mapping[str, Money]) -> Realized:
    """What these changes, in order, come to: each subscription before its first and after its last.

    A subscription that has as many seats as before, or more, saves nothing and takes nothing from what others save.
    `prices`: per product, where the subscription states none.
    """
    first: dict[int, Subscription] = {}
    last: dict[int, Subscription] = {}
    for before, after in changes:
        first.setdefault(before.id, before)
        last[after.id] = after
    seats, unpriced = 0, 0
    known: list[Money] = []
    for number, before in first.items():
        gone = _paid(before) - _paid(last[number])
        if gone <= 0:
            continue
        price = before.price or prices.get(before.sku_id)
        seats += gone
        if price is None:
            unpriced += gone
        else:
            known.append(price.times(gone))
    return Realized(seats, total(known), unpriced)


def _paid(one: Subscription) -> int:
    """Seats that are paid for: a trial, and a subscription that has expired, cost nothing."""
    return one.seats if one.state is SubscriptionState.ENABLED and one.account is not BillingAccount.TRIAL else 0
