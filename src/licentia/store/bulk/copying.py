"""Rows of one tenant as rows of another: the only statements that name two tenants, `tenant` read and `copy` written.

Every range of users is one statement per table; no row passes through this process.
"""

from __future__ import annotations

from functools import cache

from django.apps import apps

from licentia.store import sql
from licentia.store.bulk import tenants

BY_USER = {
    "users": "id",
    "mailbox": "user_id",
    "drive": "user_id",
    "user_profile": "user_id",
    "clock": "user_id",
    "group_member": "user_id",
    "source": "user_id",
}
"""Tables with rows per user, and the column that names the user."""

WHOLE = (
    "product",
    "pool",
    "purchase",
    "subscription",
    "subscription_addition",
    "price",
    "user_group",
    "group_license",
    "never_list",
    "finder",
    "id_block",
)
"""Tables that are copied at once."""

LEFT_OUT = frozenset(
    {
        "head",
        "segment",
        "journal",
        "product_event",
        "plan",
        "plan_class",
        "class_change",
        "class_clock",
        "class_account",
        "plan_step",
        "plan_chunk",
        "saved_view",
    }
)
"""What happened to a tenant, what was going to, and how operators look at it stays with it. The group queue is copied without
its plans."""

_SETTINGS = (
    "country, time_zone, language, switches, clock_offset, confirm_above, limit_percent, limit_users, approve_above, "
    "inactive_days, currency, graph_profile"
)


@cache
def _columns(table: str) -> tuple[str, ...]:
    """The table's columns besides the tenant."""
    models = apps.get_app_config("store").get_models()
    model = next(one for one in models if one._meta.db_table == table)
    names = [field.column for field in model._meta.concrete_fields]
    return tuple(name for name in names if name and name != "tenant_id")


def _insert(table: str, which: str = "") -> str:
    names = _columns(table)
    return (
        f"INSERT INTO {table} (tenant_id, {', '.join(names)}) SELECT %(copy)s, {', '.join(f'x.{n}' for n in names)} "
        f"FROM {table} x WHERE x.tenant_id = %(tenant)s{which}"
    )


def copy_range(tenant_id: int, copy_id: int, first: int, last: int) -> None:
    """The copy has the users of this range of ids, with all that is theirs."""
    params = {"tenant": tenant_id, "copy": copy_id, "first": first, "last": last}
    for table, user in BY_USER.items():
        sql.execute(_insert(table, f" AND x.{user} BETWEEN %(first)s AND %(last)s"), params)
    tenants.index_search(copy_id, first, last)


def copy_again(tenant_id: int, copy_id: int, users: list[int]) -> None:
    """The copy has these users as they are now, or no longer."""
    if not users:
        return
    tenants.forget_search(copy_id, users)
    listed = sql.listed(users)
    for table, user in reversed(BY_USER.items()):
        sql.execute(
            f"DELETE FROM {table} WHERE tenant_id = %(tenant)s AND {user} {sql.among('users')}",
            {"tenant": copy_id, "users": listed},
        )
    for table, user in BY_USER.items():
        which = f" AND x.{user} {sql.among('users')}"
        sql.execute(_insert(table, which), {"tenant": tenant_id, "copy": copy_id, "users": listed})
    tenants.index_users(copy_id, users)


def copy_members_again(tenant_id: int, copy_id: int, groups: list[int]) -> None:
    """The copy has the members that these groups have now."""
    if not groups:
        return
    listed = sql.listed(groups)
    sql.execute(
        f"DELETE FROM group_member WHERE tenant_id = %(tenant)s AND group_id {sql.among('groups')}",
        {"tenant": copy_id, "groups": listed},
    )
    which = f" AND x.group_id {sql.among('groups')}"
    sql.execute(_insert("group_member", which), {"tenant": tenant_id, "copy": copy_id, "groups": listed})


def copy_rest(tenant_id: int, copy_id: int) -> None:
    """The copy has the settings, the tables that are copied at once, who waits in the group queue, and what is due."""
    params = {"tenant": tenant_id, "copy": copy_id}
    sql.execute(
        f"UPDATE tenant SET ({_SETTINGS}) = (SELECT {_SETTINGS} FROM tenant WHERE id = %(tenant)s) WHERE id = %(copy)s",
        params,
    )
    sql.execute(
        "INSERT INTO tenant_domain (tenant_id, domain) SELECT %(copy)s, x.domain FROM tenant_domain x "
        "WHERE x.tenant_id = %(tenant)s ON CONFLICT DO NOTHING",
        params,
    )
    for table in WHOLE:
        sql.execute(_insert(table), params)
    sql.execute(
        "INSERT INTO group_queue (tenant_id, user_id, plan_id) SELECT DISTINCT %(copy)s, x.user_id, 0 "
        "FROM group_queue x WHERE x.tenant_id = %(tenant)s",
        params,
    )
    sql.execute(
        "INSERT INTO agenda (tenant_id, kind, next_at) SELECT %(copy)s, x.kind, x.next_at FROM agenda x "
        "WHERE x.tenant_id = %(tenant)s AND x.kind NOT IN ('plan', 'schedule') ON CONFLICT DO NOTHING",
        params,
    )
