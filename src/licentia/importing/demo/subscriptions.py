"""The subscriptions of the demo tenant: every billing account once, their seats adding up to the pools that it has.

Never changes how many seats there are; dates count from the moment the tenant is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from licentia.domain.instants import DAY, Instant
from licentia.domain.money import Money
from licentia.domain.subscriptions import Addition, BillingAccount, Offer, Subscription, add_months, foreseen
from licentia.importing.demo.products import (
    ARCHIVING,
    AUDIO,
    COPILOT,
    EMS_E3,
    EXCHANGE_1,
    EXCHANGE_2,
    KIOSK,
    M365_E3,
    M365_E5,
    M365_F3,
    OFFICE_E1,
    POWER_BI,
    PROJECT_3,
    TEAMS_PHONE,
    VISIO_2,
    Product,
)
from licentia.importing.rows import PurchaseRow

_MCA, _MOSA, _RESELLER = BillingAccount.MCA, BillingAccount.MOSA, BillingAccount.RESELLER


@dataclass(frozen=True, slots=True)
class _Bought:
    """A part of a product's seats: `thirteenths` of them, or all that is left; how and how long ago it was bought."""

    product: Product
    account: BillingAccount
    days_ago: int
    thirteenths: int | None = None
    offer: Offer = Offer.STANDARD
    term_months: int = 12
    recurring: bool | None = True
    is_over: bool = False
    added: int = 0
    is_checked: bool = False
    price: str | None = None


_BOUGHT: Final = (
    _Bought(M365_E3, _MCA, 100, thirteenths=5),
    _Bought(M365_E3, _MCA, 400, offer=Offer.ENTERPRISE, term_months=36, price="31.40"),
    _Bought(M365_E5, _MCA, 3),
    _Bought(M365_F3, _RESELLER, 200),
    _Bought(OFFICE_E1, _MOSA, 150),
    _Bought(EXCHANGE_1, _MOSA, 30),
    _Bought(EXCHANGE_2, _MCA, 300, offer=Offer.VOLUME, term_months=36),
    _Bought(KIOSK, BillingAccount.PREPAID, 120, offer=Offer.OPEN, recurring=False),
    _Bought(ARCHIVING, _RESELLER, 40),
    _Bought(PROJECT_3, _MCA, 90, is_checked=True),
    _Bought(VISIO_2, _MCA, 20, is_over=True),
    _Bought(POWER_BI, _MCA, 60, thirteenths=5),
    _Bought(POWER_BI, _MCA, 210, added=2),
    _Bought(TEAMS_PHONE, _MCA, 75, recurring=None),
    _Bought(AUDIO, _MCA, 220),
    _Bought(COPILOT, _MCA, 180),
    _Bought(EMS_E3, BillingAccount.TRIAL, 10, term_months=1),
)


def subscriptions(
    capacities: Mapping[Product, int | None],
    purchases: tuple[PurchaseRow, ...],
    now: Instant,
    ref: Callable[[int], str],
) -> Iterator[tuple[str | None, Subscription]]:
    """(purchase, subscription): those of the organization, then one per self-service purchase. Numbers are the loader's."""
    left = {product: seats for product, seats in capacities.items() if seats}
    for number, bought in enumerate(_BOUGHT):
        whole = capacities.get(bought.product) or 0
        seats = left.get(bought.product, 0) if bought.thirteenths is None else whole * bought.thirteenths // 13
        if seats:
            left[bought.product] -= seats
            yield None, _made(bought, seats, now, ref(number))
    for number, one in enumerate(purchases, start=len(_BOUGHT)):
        yield one.ref, _term(ref(number), one.sku_id, one.seats, one.bought_at, 12, now, account=_MCA, recurring=True)


def _made(bought: _Bought, seats: int, now: Instant, ref: str) -> Subscription:
    started = now - bought.days_ago * DAY
    more: dict[str, Any] = {
        "account": bought.account,
        "offer": bought.offer,
        "recurring": bought.recurring,
        "over_since": started if bought.is_over else None,
        "credit_check_until": now + 2 * DAY if bought.is_checked else None,
        "additions": (Addition(now - 2 * DAY, bought.added),) if 0 < bought.added < seats else (),
        "price": None if bought.price is None else Money(Decimal(bought.price), "EUR"),
    }
    return _term(ref, bought.product.sku_id, seats, started, bought.term_months, now, **more)


def _term(ref: str, sku_id: str, seats: int, started: Instant, months: int, now: Instant, **more: Any) -> Subscription:
    ends = add_months(started, months)
    one = Subscription(
        0, ref, sku_id, seats=seats, term_months=months, started_at=started, renews_at=ends, read_at=now, **more
    )
    return foreseen(one, now)
