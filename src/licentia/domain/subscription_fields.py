"""A subscription as plain values and back: what the journal keeps of it before and after a change, enough to rebuild its row.

Decides nothing; every field of the row is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from licentia.domain.money import Money
from licentia.domain.subscriptions import Addition, BillingAccount, Offer, Subscription, SubscriptionState


def fields_of(subscription: Subscription) -> dict[str, object]:
    """Everything the subscription's row says, as plain values for the journal: enough to rebuild the row."""
    one = subscription
    return {
        "ref": one.ref,
        "sku": one.sku_id,
        "purchase": one.purchase_id,
        "account": one.account.value,
        "offer": one.offer.value,
        "term_months": one.term_months,
        "seats": one.seats,
        "state": one.state.value,
        "started_at": one.started_at,
        "renews_at": one.renews_at,
        "next_at": one.next_at,
        "recurring": one.recurring,
        "renewal_seats": one.renewal_seats,
        "credit_check_until": one.credit_check_until,
        "over_since": one.over_since,
        "price": None if one.price is None else [str(one.price.amount), one.price.currency],
        "additions": [[added.at, added.seats] for added in one.additions],
        "read_at": one.read_at,
    }


def from_fields(number: int, fields: Mapping[str, Any]) -> Subscription:
    """The subscription that `fields_of` wrote."""
    known = dict(fields)
    price, additions = known.pop("price"), known.pop("additions")
    return Subscription(
        id=number,
        sku_id=known.pop("sku"),
        purchase_id=known.pop("purchase"),
        account=BillingAccount(known.pop("account")),
        offer=Offer(known.pop("offer")),
        state=SubscriptionState(known.pop("state")),
        price=None if price is None else Money(Decimal(price[0]), price[1]),
        additions=tuple(Addition(at, seats) for at, seats in additions),
        **known,
    )
