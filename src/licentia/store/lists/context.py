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
    never: list[tuple[int, str]]
    never_by_group: bool


def load(tenant_id: int) -> Context:
    """The tenant's products, organization pools, switches and never list."""
    tenant = {"tenant": tenant_id}
    found = sql.row("SELECT origin, switches FROM tenant WHERE id = %(tenant)s", tenant)
    origin, switches = found or ("", "")
    return Context(
        origin=origin,
        switches=switches,
        products=sql.rows("SELECT id, sku_id FROM product WHERE tenant_id = %(tenant)s", tenant),
        pools=sql.rows(
            "SELECT product_id, capacity, consumed FROM pool WHERE tenant_id = %(tenant)s AND purchase_id = 0",
            tenant,
        ),
        never=sql.rows("SELECT id, reason FROM never_list WHERE tenant_id = %(tenant)s", tenant),
        never_by_group=never_by_group(tenant_id),
    )
