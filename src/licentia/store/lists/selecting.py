"""Ids of the users a selection means, in order, a chunk at a time; never OFFSET, never the whole tenant at once."""

from __future__ import annotations

from licentia.odata.trees import Node
from licentia.store import sql
from licentia.store.lists.filters import where
from licentia.store.lists.matching import users


def direct_holders(tenant_id: int, product_id: int, after: int, top: int) -> list[int]:
    """Users with an id above `after` who hold the product directly."""
    found = sql.rows(
        "SELECT s.user_id FROM source s WHERE s.tenant_id = %(tenant)s AND s.product_id = %(product)s "
        "AND s.user_id > %(after)s AND s.source_kind = 1 AND s.source_id = 0 ORDER BY s.user_id LIMIT %(top)s",
        {"tenant": tenant_id, "product": product_id, "after": after, "top": top},
    )
    return [row[0] for row in found]


def purchase_holders(tenant_id: int, product_id: int, purchase_id: int) -> list[int]:
    """Everybody who has the product through this purchase, by id."""
    found = sql.rows(
        "SELECT s.user_id FROM source s WHERE s.tenant_id = %(tenant)s AND s.product_id = %(product)s "
        "AND s.source_kind = 3 AND s.source_id = %(purchase)s AND s.state < 5 ORDER BY s.user_id",
        {"tenant": tenant_id, "product": product_id, "purchase": purchase_id},
    )
    return [row[0] for row in found]


def members(tenant_id: int, group_id: int, after: int, top: int) -> list[int]:
    """Members of the group with an id above `after` who are not deleted."""
    found = sql.rows(
        "SELECT m.user_id FROM group_member m "
        "JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id AND u.deleted_at IS NULL "
        "WHERE m.tenant_id = %(tenant)s AND m.group_id = %(group)s AND m.user_id > %(after)s "
        "ORDER BY m.user_id LIMIT %(top)s",
        {"tenant": tenant_id, "group": group_id, "after": after, "top": top},
    )
    return [row[0] for row in found]


def count_holders_otherwise(tenant_id: int, product_id: int) -> dict[int, int]:
    """How many sources of each other kind the product has: groups, purchases, unknown paths."""
    found = sql.rows(
        "SELECT s.source_kind, count(*) FROM source s WHERE s.tenant_id = %(tenant)s AND s.product_id = %(product)s "
        "AND s.source_kind <> 1 GROUP BY s.source_kind",
        {"tenant": tenant_id, "product": product_id},
    )
    return {int(kind): int(n) for kind, n in found}


def matching(tenant_id: int, node: Node, after: int, top: int) -> list[int]:
    """Users with an id above `after` whom the filter means."""
    return [hit.id for hit in users(tenant_id, where(node), after=(after,), top=top)]


def by_names(tenant_id: int, keys: list[str]) -> dict[str, int]:
    """By principal key or object id, the users of these names that exist."""
    found: dict[str, int] = {}
    for column in ("principal_key", "object_id"):
        rows = sql.rows(
            f"SELECT u.{column}, u.id FROM users u WHERE u.tenant_id = %(tenant)s "
            f"AND u.{column} {sql.among_texts('keys')} AND u.deleted_at IS NULL",
            {"tenant": tenant_id, "keys": sql.listed_texts(keys)},
        )
        found.update(rows)
    return found
