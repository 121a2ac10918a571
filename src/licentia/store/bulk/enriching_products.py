"""A product's totals as Microsoft states them: assignable seats, and to whom it applies. Decides nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from licentia.store import sql


@dataclass(frozen=True, slots=True)
class Total:
    """What the store knows of one product; None is not known. `consumed` is over all its pools."""

    capacity: int | None
    applies_to: str | None
    consumed: int


def totals(tenant_id: int, products: Sequence[int]) -> dict[int, Total]:
    """By product."""
    found = sql.rows(
        "SELECT p.id, max(CASE WHEN o.purchase_id = 0 THEN o.capacity END), max(p.applies_to), "
        "coalesce(sum(o.consumed), 0) FROM product p "
        "LEFT JOIN pool o ON o.tenant_id = p.tenant_id AND o.product_id = p.id "
        f"WHERE p.tenant_id = %(tenant)s AND p.id {sql.among('products')} GROUP BY p.id",
        {"tenant": tenant_id, "products": sql.listed(products)},
    )
    return {
        int(product): Total(None if capacity is None else int(capacity), applies_to, int(consumed))
        for product, capacity, applies_to, consumed in found
    }


def set_capacity(tenant_id: int, rows: Sequence[tuple[int, int]]) -> None:
    """(product, assignable seats): the organization's pools have so many."""
    params = {"tenant": tenant_id, "rows": json.dumps(rows)}
    sql.execute(
        "INSERT INTO pool (tenant_id, product_id, purchase_id, capacity, consumed) "
        f"SELECT %(tenant)s, rows_.product, 0, rows_.seats, 0 FROM {sql.each('rows', ('product', 'seats'))} "
        "WHERE true ON CONFLICT (tenant_id, product_id, purchase_id) DO UPDATE SET capacity = excluded.capacity",
        params,
    )


def set_applies_to(tenant_id: int, applies_to: str, products: Sequence[int]) -> None:
    """These products apply to User or to Company."""
    sql.execute(
        f"UPDATE product SET applies_to = %(applies)s WHERE tenant_id = %(tenant)s AND id {sql.among('products')}",
        {"tenant": tenant_id, "applies": applies_to, "products": sql.listed(products)},
    )


def with_subscriptions(tenant_id: int, products: Sequence[int]) -> set[int]:
    """Those of these products of which the organization has a subscription: their seats are the sum of those."""
    found = sql.rows(
        "SELECT DISTINCT product_id FROM subscription WHERE tenant_id = %(tenant)s AND purchase_id = 0 "
        f"AND product_id {sql.among('products')}",
        {"tenant": tenant_id, "products": sql.listed(products)},
    )
    return {int(row[0]) for row in found}


def refs_elsewhere(tenant_id: int, refs: Sequence[str]) -> dict[str, tuple[int, int]]:
    """By id at Microsoft, the (product, purchase) of the subscription that the tenant has under it."""
    found = sql.rows(
        f"SELECT ref, product_id, purchase_id FROM subscription WHERE tenant_id = %(tenant)s "
        f"AND ref {sql.among_texts('refs')}",
        {"tenant": tenant_id, "refs": sql.listed_texts(refs)},
    )
    return {ref: (int(product), int(purchase)) for ref, product, purchase in found}
