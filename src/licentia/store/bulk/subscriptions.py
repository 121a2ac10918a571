"""Subscriptions and prices written set-based, the seats that follow from them, and when the next event is. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from licentia.domain.subscriptions import Subscription, next_event
from licentia.store import sql
from licentia.store.bulk.sources import set_agenda

COLUMNS = (
    "tenant_id",
    "id",
    "ref",
    "product_id",
    "purchase_id",
    "account",
    "offer",
    "term_months",
    "seats",
    "state",
    "started_at",
    "renews_at",
    "next_at",
    "recurring",
    "renewal_seats",
    "credit_check_until",
    "over_since",
    "price",
    "currency",
    "read_at",
)


def put(tenant_id: int, rows: Sequence[tuple[int, Subscription]]) -> None:
    """(product, subscription): each is now stored as it is, new or in place of the one of its number.

    One of which no event is foreseen has no next instant either: nobody would know what to do at it.
    """
    if not rows:
        return
    ids = {"tenant": tenant_id, "ids": sql.listed([one.id for _, one in rows])}
    sql.execute(
        f"DELETE FROM subscription_addition WHERE tenant_id = %(tenant)s AND subscription_id {sql.among('ids')}", ids
    )
    sql.execute(f"DELETE FROM subscription WHERE tenant_id = %(tenant)s AND id {sql.among('ids')}", ids)
    sql.insert("subscription", COLUMNS, (_values(tenant_id, product, one) for product, one in rows))
    sql.insert(
        "subscription_addition",
        ("tenant_id", "subscription_id", "at", "seats"),
        [(tenant_id, one.id, added.at, added.seats) for _, one in rows for added in one.additions],
    )


def _values(tenant_id: int, product_id: int, one: Subscription) -> tuple[object, ...]:
    return (
        tenant_id,
        one.id,
        one.ref,
        product_id,
        one.purchase_id,
        one.account.value,
        one.offer.value,
        one.term_months,
        one.seats,
        one.state.value,
        one.started_at,
        one.renews_at,
        one.next_at if next_event(one) else None,
        one.recurring,
        one.renewal_seats,
        one.credit_check_until,
        one.over_since,
        None if one.price is None else str(one.price.amount),
        None if one.price is None else one.price.currency,
        one.read_at,
    )


_ASSIGNABLE = "state IN ('enabled', 'warning')"


def recount_seats(tenant_id: int, product_ids: Iterable[int]) -> None:
    """The pools of these products have the assignable seats of their subscriptions: 5 + 8 = 13.

    A pool without any subscription keeps the seats that were stated for it, or stays unknown.
    """
    params = {"tenant": tenant_id, "products": sql.listed(sorted(set(product_ids)))}
    among = sql.among("products")
    sql.execute(
        "INSERT INTO pool (tenant_id, product_id, purchase_id, capacity, consumed) "
        "SELECT DISTINCT s.tenant_id, s.product_id, s.purchase_id, CAST(NULL AS bigint), 0 FROM subscription s "
        f"WHERE s.tenant_id = %(tenant)s AND s.product_id {among} ON CONFLICT DO NOTHING",
        params,
    )
    sql.execute(
        "UPDATE pool SET capacity = owned.seats FROM (SELECT s.product_id, s.purchase_id, "
        f"CAST(sum(CASE WHEN s.{_ASSIGNABLE} THEN s.seats ELSE 0 END) AS bigint) AS seats FROM subscription s "
        f"WHERE s.tenant_id = %(tenant)s AND s.product_id {among} GROUP BY s.product_id, s.purchase_id) AS owned "
        "WHERE pool.tenant_id = %(tenant)s AND pool.product_id = owned.product_id "
        "AND pool.purchase_id = owned.purchase_id",
        params,
    )


def close_purchase(tenant_id: int, purchase_id: int) -> None:
    """The seats of a self-service purchase are gone."""
    sql.execute(
        "UPDATE pool SET capacity = 0 WHERE tenant_id = %(tenant)s AND purchase_id = %(purchase)s",
        {"tenant": tenant_id, "purchase": purchase_id},
    )


def settle_agenda(tenant_id: int) -> None:
    """The agenda names the tenant's earliest event of a subscription, or nothing."""
    earliest = sql.value("SELECT min(next_at) FROM subscription WHERE tenant_id = %(tenant)s", {"tenant": tenant_id})
    set_agenda(tenant_id, "subscription", earliest)


def put_prices(tenant_id: int, rows: Sequence[tuple[str, str, str, int, str, str]]) -> None:
    """(product, amount, currency, term in months, source, as of): the tenant's price of each product is now so."""
    skus = sql.listed_texts([row[0] for row in rows])
    sql.execute(
        f"DELETE FROM price WHERE tenant_id = %(tenant)s AND sku_id {sql.among_texts('skus')}",
        {"tenant": tenant_id, "skus": skus},
    )
    columns = ("tenant_id", "sku_id", "amount", "currency", "term_months", "source", "as_of")
    sql.insert("price", columns, [(tenant_id, *row) for row in rows])
