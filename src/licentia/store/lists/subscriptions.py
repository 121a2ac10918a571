"""Lists of subscriptions, the pools their seats are in, and prices. Reads only; what may be done with them is the domain's."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from licentia.domain.instants import Instant
from licentia.domain.money import Money
from licentia.domain.subscriptions import (
    Addition,
    BillingAccount,
    Offer,
    Subscription,
    SubscriptionState,
    price_of,
)
from licentia.store import sql

PAGE = 1_000


class Row(NamedTuple):
    """A subscription with the number of its product in the store."""

    product_id: int
    subscription: Subscription


@dataclass(frozen=True, slots=True)
class PoolRow:
    """Seats of a product, or of one purchase of it. `capacity` None is not known."""

    capacity: int | None
    consumed: int


@dataclass(frozen=True, slots=True)
class PriceRow:
    """What a seat of a product costs a month; `source` is `own`, or where a list price was read."""

    sku_id: str
    price: Money
    term_months: int
    source: str
    as_of: str

    @property
    def is_own(self) -> bool:
        """Whether the tenant stated it itself."""
        return self.source == OWN


OWN = "own"
"""Source of a price that the tenant stated."""

_SELECT = (
    "SELECT s.id, s.ref, p.sku_id, s.account, s.seats, s.state, s.offer, s.term_months, s.purchase_id, s.started_at, "
    "s.renews_at, s.next_at, s.recurring, s.renewal_seats, s.credit_check_until, s.over_since, s.price, s.currency, "
    "s.read_at, s.product_id FROM subscription s "
    "JOIN product p ON p.tenant_id = s.tenant_id AND p.id = s.product_id WHERE s.tenant_id = %(tenant)s "
)


def page(tenant_id: int, after: int = 0, top: int = PAGE) -> list[Row]:
    """Subscriptions after number `after`, by number."""
    found = sql.rows(
        _SELECT + "AND s.id > %(after)s ORDER BY s.id LIMIT %(top)s",
        {"tenant": tenant_id, "after": after, "top": top},
    )
    return _rows(tenant_id, found)


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of subscriptions by number, and where the pages around it begin and end; None: there is none."""

    rows: list[Row]
    next_id: int | None
    previous_id: int | None


def listing(
    tenant_id: int, *, after: int | None, before: int | None, top: int, bought: bool, product_id: int | None
) -> Listing:
    """Subscriptions after or before a number; only self-service purchases, or of one product, where asked."""
    conditions = " AND s.purchase_id > 0" if bought else ""
    conditions += " AND s.product_id = %(product)s" if product_id is not None else ""
    key, is_back = before or after, before is not None
    conditions += f" AND s.id {'<' if is_back else '>'} %(key)s" if key is not None else ""
    found = sql.rows(
        f"{_SELECT}{conditions} ORDER BY s.id {'DESC' if is_back else ''} LIMIT %(top)s",
        {"tenant": tenant_id, "product": product_id, "key": key, "top": top + 1},
    )
    is_more, shown = len(found) > top, found[:top]
    rows = _rows(tenant_id, sorted(shown, key=lambda row: int(row[0])))
    if not rows:
        return Listing([], None, None)
    first, last = rows[0].subscription.id, rows[-1].subscription.id
    has_next, has_previous = (True, is_more) if is_back else (is_more, key is not None)
    return Listing(rows, last if has_next else None, first if has_previous else None)


def named(tenant_id: int, text: str) -> Row | None:
    """The subscription of this number or Microsoft's id; None when there is none."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
    found = sql.rows(
        _SELECT + "AND (s.id = %(number)s OR s.ref = %(ref)s) LIMIT 1",
        {"tenant": tenant_id, "number": number, "ref": text.strip().lower()},
    )
    return next(iter(_rows(tenant_id, found)), None)


def one(tenant_id: int, subscription_id: int) -> Row | None:
    """The subscription of this number; None when there is none."""
    found = sql.rows(_SELECT + "AND s.id = %(id)s", {"tenant": tenant_id, "id": subscription_id})
    return next(iter(_rows(tenant_id, found)), None)


def of_products(tenant_id: int, product_ids: list[int]) -> list[Row]:
    """Every subscription of these products, by number."""
    found = sql.rows(
        _SELECT + f"AND s.product_id {sql.among('products')} ORDER BY s.id",
        {"tenant": tenant_id, "products": sql.listed(product_ids)},
    )
    return _rows(tenant_id, found)


def of_purchases(tenant_id: int, purchase_ids: list[int]) -> list[Row]:
    """The subscriptions that are these self-service purchases."""
    found = sql.rows(
        _SELECT + f"AND s.purchase_id {sql.among('purchases')} AND s.purchase_id > 0 ORDER BY s.id",
        {"tenant": tenant_id, "purchases": sql.listed(purchase_ids)},
    )
    return _rows(tenant_id, found)


def due(tenant_id: int, until: Instant, top: int) -> list[tuple[Instant, int, int]]:
    """(instant, number, product) of subscriptions with an event at or before `until`, earliest first."""
    return sql.rows(
        "SELECT next_at, id, product_id FROM subscription WHERE tenant_id = %(tenant)s AND next_at <= %(until)s "
        "ORDER BY next_at, id LIMIT %(top)s",
        {"tenant": tenant_id, "until": until, "top": top},
    )


def pools(tenant_id: int, product_ids: list[int]) -> dict[tuple[int, int], PoolRow]:
    """By product and purchase (0: the organization's), the seats of these products."""
    found = sql.rows(
        "SELECT product_id, purchase_id, capacity, consumed FROM pool WHERE tenant_id = %(tenant)s "
        f"AND product_id {sql.among('products')}",
        {"tenant": tenant_id, "products": sql.listed(product_ids)},
    )
    return {
        (product, purchase): PoolRow(None if capacity is None else int(capacity), int(consumed))
        for product, purchase, capacity, consumed in found
    }


def product_ids(tenant_id: int, skus: list[str]) -> dict[str, int]:
    """The numbers of these products, where the tenant has them."""
    found = sql.rows(
        f"SELECT sku_id, id FROM product WHERE tenant_id = %(tenant)s AND sku_id {sql.among_texts('skus')}",
        {"tenant": tenant_id, "skus": sql.listed_texts(skus)},
    )
    return dict(found)


def prices(tenant_id: int) -> dict[str, PriceRow]:
    """By product, what a seat costs; a tenant has a price per product at most."""
    found = sql.rows(
        "SELECT sku_id, amount, currency, term_months, source, as_of FROM price WHERE tenant_id = %(tenant)s "
        "ORDER BY sku_id",
        {"tenant": tenant_id},
    )
    rows = {}
    for sku, amount, currency, months, source, as_of in found:
        price = price_of(amount, currency)
        assert price is not None
        rows[sku] = PriceRow(sku, price, int(months), source, as_of)
    return rows


def place(tenant_id: int) -> tuple[str, str]:
    """(currency, country) of the tenant."""
    found = sql.row("SELECT currency, country FROM tenant WHERE id = %(tenant)s", {"tenant": tenant_id})
    return ("EUR", "") if found is None else (found[0], found[1])


def plan_rows(tenant_id: int, first: int, last: int) -> list[tuple[int, str | None, str | None]]:
    """(subscription, before, after) of the journal's rows about subscriptions in this range, in order."""
    return sql.rows(
        "SELECT object_id, before, after FROM journal WHERE tenant_id = %(tenant)s "
        "AND seq BETWEEN %(first)s AND %(last)s AND object_kind = 'subscription' ORDER BY seq",
        {"tenant": tenant_id, "first": first, "last": last},
    )


def happened(tenant_id: int, since: Instant) -> list[tuple[int, str, str]]:
    """(subscription, before, after) of each change of a subscription from `since` on, in order; imports are none."""
    return sql.rows(
        f"SELECT object_id, before, after FROM journal{sql.by('journal_of_seats')} WHERE tenant_id = %(tenant)s "
        "AND object_kind = 'subscription' AND at >= %(since)s AND kind <> 'subscription.import' "
        "AND before IS NOT NULL AND after IS NOT NULL ORDER BY seq",
        {"tenant": tenant_id, "since": since},
    )


def renewing(tenant_id: int, until: Instant, top: int) -> list[Row]:
    """The organization's subscriptions in force whose next event is at or before `until`, earliest first."""
    found = sql.rows(
        _SELECT + "AND s.next_at <= %(until)s AND s.state = 'enabled' AND s.purchase_id = 0 "
        "ORDER BY s.next_at, s.id LIMIT %(top)s",
        {"tenant": tenant_id, "until": until, "top": top},
    )
    return _rows(tenant_id, found)


def _rows(tenant_id: int, found: list[sql.Row]) -> list[Row]:
    if not found:
        return []
    additions: dict[int, list[Addition]] = defaultdict(list)
    for number, at, seats in sql.rows(
        "SELECT subscription_id, at, seats FROM subscription_addition WHERE tenant_id = %(tenant)s "
        f"AND subscription_id {sql.among('ids')} ORDER BY subscription_id, at",
        {"tenant": tenant_id, "ids": sql.listed([row[0] for row in found])},
    ):
        additions[number].append(Addition(int(at), int(seats)))
    return [_row(row, tuple(additions[row[0]])) for row in found]


def _row(row: sql.Row, additions: tuple[Addition, ...]) -> Row:
    (number, ref, sku, account, seats, state, offer, months, purchase, started, renews, next_at, recurring, renewal) = (
        row[:14]
    )
    credit, over, price, currency, read_at, product = row[14:]
    return Row(
        int(product),
        Subscription(
            id=int(number),
            ref=ref,
            sku_id=sku,
            account=BillingAccount(account),
            seats=int(seats),
            state=SubscriptionState(state),
            offer=Offer(offer),
            term_months=months,
            purchase_id=int(purchase),
            started_at=started,
            renews_at=renews,
            next_at=next_at,
            recurring=None if recurring is None else bool(recurring),
            renewal_seats=renewal,
            credit_check_until=credit,
            over_since=over,
            price=price_of(price, currency),
            additions=additions,
            read_at=int(read_at),
        ),
    )
