"""Rows of a tenant as a whole: its own row, its products, groups and never list, and its end.

No license changes here; users are loaded by store.bulk.loading and store.bulk.staging.
"""

from __future__ import annotations

from typing import Any

from licentia.store import sql

TENANT_TABLES = (
    "plan_chunk",
    "head",
    "group_queue",
    "plan_step",
    "class_account",
    "class_clock",
    "class_change",
    "plan_class",
    "plan",
    "finder",
    "saved_view",
    "never_list",
    "clock",
    "source",
    "pool",
    "subscription_addition",
    "subscription",
    "price",
    "purchase",
    "group_license",
    "group_member",
    "user_group",
    "drive",
    "mailbox",
    "user_profile",
    "users",
    "product",
    "product_event",
    "journal",
    "segment",
    "id_block",
)
"""In the order in which a tenant is emptied: what rests on something goes before it, but first what lets others write:

without its chunks no worker goes on, without its head no door and no load.
"""


def insert_tenant(fields: dict[str, Any]) -> int:
    """The new tenant's id."""
    names = ", ".join(fields)
    marks = ", ".join(f"%({name})s" for name in fields)
    return int(sql.value(f"INSERT INTO tenant ({names}) VALUES ({marks}) RETURNING id", fields))


def add_domain(tenant_id: int, domain: str) -> None:
    """The tenant has this domain name."""
    sql.execute(
        "INSERT INTO tenant_domain (tenant_id, domain) VALUES (%(tenant)s, %(domain)s) ON CONFLICT DO NOTHING",
        {"tenant": tenant_id, "domain": domain},
    )


def update_tenant(tenant_id: int, fields: dict[str, Any]) -> None:
    """These columns of the tenant are now so."""
    sets = ", ".join(f"{name} = %({name})s" for name in fields)
    sql.execute(f"UPDATE tenant SET {sets} WHERE id = %(tenant)s", fields | {"tenant": tenant_id})


def empty_table(tenant_id: int, table: str) -> int:
    """How many rows of the tenant this table had."""
    if table == "users":
        forget_search(tenant_id)
    return sql.execute(f"DELETE FROM {table} WHERE tenant_id = %(tenant)s", {"tenant": tenant_id})


def drop_tenant(tenant_id: int) -> None:
    """The tenant's global rows are gone; its own tables are empty already."""
    sql.execute(
        "DELETE FROM app_secret WHERE app_id IN (SELECT id FROM app_client WHERE tenant_id = %(tenant)s)",
        {"tenant": tenant_id},
    )
    for table in ("agenda", "tenant_domain", "membership", "app_client"):
        sql.execute(f"DELETE FROM {table} WHERE tenant_id = %(tenant)s", {"tenant": tenant_id})
    sql.execute("DELETE FROM tenant WHERE id = %(tenant)s", {"tenant": tenant_id})


def forget_search(tenant_id: int, users: list[int] | None = None) -> None:
    """SQLite's search table no longer has these users (all of the tenant's when None); needs their rows as indexed."""
    if sql.is_postgres():
        return
    if users == []:
        return
    some = "" if users is None else f" AND u.id {sql.among('users')}"
    sql.execute(
        "INSERT INTO user_search (user_search, rowid, search_key) "
        f"SELECT 'delete', u.tenant_id * {1 << 40} + u.id, u.search_key FROM users u "
        f"WHERE u.tenant_id = %(tenant)s{some}",
        {"tenant": tenant_id, "users": None if users is None else sql.listed(users)},
    )


def index_search(tenant_id: int, first_id: int, last_id: int) -> None:
    """SQLite's search table has the users of this range of ids."""
    if not sql.is_postgres():
        sql.execute(
            "INSERT INTO user_search (rowid, search_key) "
            f"SELECT u.tenant_id * {1 << 40} + u.id, u.search_key FROM users u "
            "WHERE u.tenant_id = %(tenant)s AND u.id BETWEEN %(first)s AND %(last)s",
            {"tenant": tenant_id, "first": first_id, "last": last_id},
        )


def index_users(tenant_id: int, users: list[int]) -> None:
    """SQLite's search table has these users, as their rows are now."""
    if users and not sql.is_postgres():
        sql.execute(
            "INSERT INTO user_search (rowid, search_key) "
            f"SELECT u.tenant_id * {1 << 40} + u.id, u.search_key FROM users u "
            f"WHERE u.tenant_id = %(tenant)s AND u.id {sql.among('users')}",
            {"tenant": tenant_id, "users": sql.listed(users)},
        )


def analyze() -> None:
    """PostgreSQL knows the sizes of the tables after a load; its own daemon would say so a minute later."""
    if sql.is_postgres():
        for table in ("users", "source", "mailbox", "drive", "group_member"):
            sql.execute(f"ANALYZE {table}", {})


def recount_pools(tenant_id: int) -> None:
    """Every pool's consumed seats are its distinct holders; a product without a pool gets one of unknown size."""
    params = {"tenant": tenant_id}
    sql.execute(
        "INSERT INTO pool (tenant_id, product_id, purchase_id, capacity, consumed) "
        "SELECT DISTINCT s.tenant_id, s.product_id, CASE WHEN s.source_kind = 3 THEN s.source_id ELSE 0 END, "
        "CAST(NULL AS bigint), 0 FROM source s WHERE s.tenant_id = %(tenant)s ON CONFLICT DO NOTHING",
        params,
    )
    sql.execute("UPDATE pool SET consumed = 0 WHERE tenant_id = %(tenant)s", params)
    sql.execute(
        "UPDATE pool SET consumed = held.users FROM (SELECT s.product_id, "
        "CASE WHEN s.source_kind = 3 THEN s.source_id ELSE 0 END AS purchase_id, count(DISTINCT s.user_id) AS users "
        "FROM source s WHERE s.tenant_id = %(tenant)s AND s.state < 4 "
        "GROUP BY s.product_id, CASE WHEN s.source_kind = 3 THEN s.source_id ELSE 0 END) AS held "
        "WHERE pool.tenant_id = %(tenant)s AND pool.product_id = held.product_id "
        "AND pool.purchase_id = held.purchase_id",
        params,
    )


def put_never(tenant_id: int, entry_id: int, object_kind: str, object_id: int, reason: str) -> bool:
    """Whether the never list has a new entry."""
    return bool(
        sql.execute(
            "INSERT INTO never_list (tenant_id, id, object_kind, object_id, reason) "
            "VALUES (%(tenant)s, %(id)s, %(kind)s, %(object)s, %(reason)s) ON CONFLICT DO NOTHING",
            {"tenant": tenant_id, "id": entry_id, "kind": object_kind, "object": object_id, "reason": reason},
        )
    )


def drop_never(tenant_id: int, object_kind: str, object_id: int) -> tuple[int, str] | None:
    """(id, reason) of the entry that is gone; None when there was none."""
    found = sql.row(
        "DELETE FROM never_list WHERE tenant_id = %(tenant)s AND object_kind = %(kind)s AND object_id = %(object)s "
        "RETURNING id, reason",
        {"tenant": tenant_id, "kind": object_kind, "object": object_id},
    )
    return None if found is None else (int(found[0]), str(found[1]))


def add_products(tenant_id: int, skus: list[str], first_id: int) -> None:
    """The tenant knows these products, numbered from `first_id`."""
    sql.insert(
        "product",
        ("tenant_id", "id", "sku_id"),
        [(tenant_id, first_id + i, sku) for i, sku in enumerate(skus)],
    )


def add_groups(tenant_id: int, groups: list[tuple[int, str, str, str]]) -> None:
    """New groups of which no more is known: (id, object id, display name, sort key)."""
    add_known_groups(tenant_id, [(*group, None, None, None) for group in groups])


def add_known_groups(
    tenant_id: int, groups: list[tuple[int, str, str, str, str | None, str | None, bool | None]]
) -> None:
    """New groups: (id, object id, display name, sort key, kind, membership rule, whether synced)."""
    sql.insert(
        "user_group",
        ("tenant_id", "id", "object_id", "display_name", "sort_key", "kind", "membership_rule", "is_synced"),
        [(tenant_id, *group) for group in groups],
    )
