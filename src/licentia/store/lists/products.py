"""Lists of a tenant's products with their seats; counters are kept, nothing is counted over a tenant."""

from __future__ import annotations

from dataclasses import dataclass

from licentia.store import sql


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product and its seats. `capacity` None is not known; `purchases` counts self-service purchases."""

    id: int
    sku_id: str
    capacity: int | None
    consumed: int
    has_pool: bool
    purchases: int
    purchased_seats: int
    purchased_consumed: int


def every(tenant_id: int) -> list[ProductRow]:
    """All products of the tenant, in no particular order (names are the catalog's)."""
    found = sql.rows(
        "SELECT p.id, p.sku_id, max(CASE WHEN o.purchase_id = 0 THEN o.capacity END), "
        "coalesce(max(CASE WHEN o.purchase_id = 0 THEN o.consumed END), 0), "
        "max(CASE WHEN o.purchase_id = 0 THEN 1 ELSE 0 END), "
        "coalesce(sum(CASE WHEN o.purchase_id > 0 THEN 1 ELSE 0 END), 0), "
        "coalesce(sum(CASE WHEN o.purchase_id > 0 THEN o.capacity END), 0), "
        "coalesce(sum(CASE WHEN o.purchase_id > 0 THEN o.consumed END), 0) "
        "FROM product p LEFT JOIN pool o ON o.tenant_id = p.tenant_id AND o.product_id = p.id "
        "WHERE p.tenant_id = %(tenant)s GROUP BY p.id, p.sku_id",
        {"tenant": tenant_id},
    )
    return [
        ProductRow(i, sku, None if cap is None else int(cap), int(used), bool(pool), int(n), int(seats), int(taken))
        for i, sku, cap, used, pool, n, seats, taken in found
    ]


def paths(tenant_id: int, product_id: int) -> dict[int, int]:
    """How many sources of each kind a product has: direct, group, purchase, unknown; reads the product's sources."""
    found = sql.rows(
        "SELECT s.source_kind, count(*) FROM source s WHERE s.tenant_id = %(tenant)s AND s.product_id = %(product)s "
        "GROUP BY s.source_kind",
        {"tenant": tenant_id, "product": product_id},
    )
    return {int(kind): int(n) for kind, n in found}


def purchase_buyers(tenant_id: int, purchase_ids: list[int]) -> dict[int, str]:
    """By purchase, the display name of its buyer."""
    found = sql.rows(
        "SELECT b.id, u.display_name FROM purchase b JOIN users u ON u.tenant_id = b.tenant_id AND u.id = b.buyer_user_id "
        f"WHERE b.tenant_id = %(tenant)s AND b.id {sql.among('ids')}",
        {"tenant": tenant_id, "ids": sql.listed(purchase_ids)},
    )
    return dict(found)


def group_names(tenant_id: int, group_ids: list[int]) -> dict[int, str]:
    """By group, its display name."""
    found = sql.rows(
        f"SELECT g.id, g.display_name FROM user_group g WHERE g.tenant_id = %(tenant)s AND g.id {sql.among('ids')}",
        {"tenant": tenant_id, "ids": sql.listed(group_ids)},
    )
    return dict(found)


def purchase_buyer_id(tenant_id: int, purchase_id: int) -> int | None:
    """The user who made a purchase; None when there is no such purchase."""
    found = sql.value(
        "SELECT buyer_user_id FROM purchase WHERE tenant_id = %(tenant)s AND id = %(purchase)s",
        {"tenant": tenant_id, "purchase": purchase_id},
    )
    return None if found is None else int(found)
