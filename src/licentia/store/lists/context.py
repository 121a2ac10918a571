"""What a plan needs to know of its tenant before it looks at users: products, pools, switches, never list.

Four small reads, whatever the number of users.
"""

from __future__ import annotations

from dataclasses import dataclass

from licentia.store import sql
from licentia.store.bulk.facts import never_by_group


@dataclass(frozen=True, slots=True)
class Context:
    """Rows as they stand."""

    origin: str
    switches: str
    products: list[tuple[int, str]]
    pools: list[tuple[int, int | None, int]]
    never: list[tuple[int, str, str, int]]
    """(entry, reason, user or group, whom)"""
    never_by_group: bool
    company_products: list[int]
    purchase_seats: list[tuple[int, int]]
    """(self-service purchase, seats left), where groups are asked."""
    group_licenses: list[tuple[int, int, str]]
    """(group, product, disabled plans), where asked."""


def load(tenant_id: int, *, groups: bool = False) -> Context:
    """The tenant's products, pools, switches and never list; where asked, its groups' licenses and purchases' seats."""
    tenant = {"tenant": tenant_id}
    found = sql.row("SELECT origin, switches FROM tenant WHERE id = %(tenant)s", tenant)
    origin, switches = found or ("", "")
    products = sql.rows("SELECT id, sku_id, applies_to FROM product WHERE tenant_id = %(tenant)s", tenant)
    every = "" if groups else " AND purchase_id = 0"
    pools = sql.rows(
        f"SELECT product_id, purchase_id, capacity, consumed FROM pool WHERE tenant_id = %(tenant)s{every}", tenant
    )
    return Context(
        origin=origin,
        switches=switches,
        products=[(product, sku) for product, sku, _ in products],
        pools=[(product, capacity, consumed) for product, purchase, capacity, consumed in pools if not purchase],
        purchase_seats=[(purchase, size - used) for _, purchase, size, used in pools if purchase and size is not None],
        never=sql.rows(
            "SELECT id, reason, object_kind, object_id FROM never_list WHERE tenant_id = %(tenant)s", tenant
        ),
        never_by_group=never_by_group(tenant_id),
        company_products=[product for product, _, applies_to in products if applies_to == "Company"],
        group_licenses=sql.rows(_GROUP_LICENSES, tenant) if groups else [],
    )


_GROUP_LICENSES = """
SELECT l.group_id, l.product_id, l.disabled_plans FROM group_license l
JOIN user_group g ON g.tenant_id = l.tenant_id AND g.id = l.group_id AND g.deleted_at IS NULL
WHERE l.tenant_id = %(tenant)s ORDER BY l.group_id, l.product_id
"""
