"""Groups and memberships from a file about a tenant that is there already: staged, resolved, compared, then written.

Temporary tables belong to one connection and vanish with it. Never touches a license that a user holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from licentia.store import sql

GROUP_FIELDS = (
    "line",
    "object_id",
    "display_name",
    "sort_key",
    "kind",
    "membership_rule",
    "is_synced",
    "states_licenses",
)
LICENSE_FIELDS = ("line", "sku_id", "disabled_plans")
MEMBER_FIELDS = ("n", "line", "group_ref", "group_name", "is_user", "name", "principal_key", "object_id")
_TABLES = {
    "stage_group": (
        "line bigint PRIMARY KEY, object_id text, display_name text, sort_key text, kind text, membership_rule text, "
        "is_synced boolean, states_licenses smallint, group_id bigint, is_new smallint DEFAULT 0"
    ),
    "stage_group_license": "line bigint, sku_id text, disabled_plans text, group_id bigint, product_id bigint",
    "stage_member": (
        "n bigint PRIMARY KEY, line bigint, group_ref text, group_name text, is_user smallint, name text, principal_key text, "
        "object_id text, group_id bigint, user_id bigint"
    ),
    "stage_ref": "ref text PRIMARY KEY, group_id bigint, candidates bigint",
    "stage_member_change": "user_id bigint, group_id bigint, joins smallint",
}
FACTS = ("display_name", "kind", "membership_rule", "is_synced")
"""What a file can say of a group, beside its licenses and members."""


def open_stage() -> None:
    """Empty staging tables."""
    close_stage()
    for table, columns in _TABLES.items():
        sql.execute(f"CREATE TEMPORARY TABLE {table} ({columns})", {})


def close_stage() -> None:
    """No staging tables."""
    for table in _TABLES:
        sql.execute(f"DROP TABLE IF EXISTS {table}", {})


# ---- groups


def put_groups(groups: Iterable[tuple[Any, ...]], licenses: Iterable[tuple[Any, ...]]) -> None:
    """These groups are staged, with the licenses that they give."""
    sql.insert("stage_group", GROUP_FIELDS, groups)
    sql.insert("stage_group_license", LICENSE_FIELDS, licenses)


def resolve_groups(tenant_id: int, unknown_rule: str) -> int:
    """How many staged groups the tenant does not have; of the others, what the file leaves out is as stored.

    A file that only says "dynamic" does not take the place of a rule.
    """
    tenant = {"tenant": tenant_id, "unknown": unknown_rule}
    sql.execute(
        "UPDATE stage_group SET group_id = (SELECT g.id FROM user_group g WHERE g.tenant_id = %(tenant)s "
        "AND g.object_id = stage_group.object_id)",
        tenant,
    )
    sql.execute(
        "UPDATE stage_group SET display_name = coalesce(stage_group.display_name, g.display_name), "
        "sort_key = coalesce(stage_group.sort_key, g.sort_key), kind = coalesce(stage_group.kind, g.kind), "
        "membership_rule = CASE WHEN stage_group.membership_rule IS NULL OR (stage_group.membership_rule = %(unknown)s "
        "AND g.membership_rule <> '') THEN coalesce(g.membership_rule, stage_group.membership_rule) "
        "ELSE stage_group.membership_rule END, is_synced = coalesce(stage_group.is_synced, g.is_synced) "
        "FROM user_group g WHERE g.tenant_id = %(tenant)s AND g.id = stage_group.group_id",
        tenant,
    )
    sql.execute(
        "UPDATE stage_group SET display_name = coalesce(display_name, object_id), "
        "sort_key = coalesce(sort_key, object_id)",
        {},
    )
    return int(sql.value("SELECT count(*) FROM stage_group WHERE group_id IS NULL", {}))


def new_skus(tenant_id: int) -> list[str]:
    """Products that staged groups give and the tenant does not know."""
    found = sql.rows(
        "SELECT DISTINCT n.sku_id FROM stage_group_license n WHERE NOT EXISTS (SELECT 1 FROM product p "
        "WHERE p.tenant_id = %(tenant)s AND p.sku_id = n.sku_id) ORDER BY n.sku_id",
        {"tenant": tenant_id},
    )
    return [row[0] for row in found]


def number_groups(tenant_id: int, first_id: int) -> None:
    """New groups have ids from `first_id` on; staged licenses know group and product by number."""
    sql.execute(
        "UPDATE stage_group SET is_new = 1, group_id = %(first)s - 1 + numbered.n FROM "
        "(SELECT line, row_number() OVER (ORDER BY line) AS n FROM stage_group WHERE group_id IS NULL) AS numbered "
        "WHERE stage_group.line = numbered.line",
        {"first": first_id},
    )
    sql.execute("CREATE UNIQUE INDEX stage_group_id ON stage_group (group_id)", {})
    sql.execute(
        "UPDATE stage_group_license SET "
        "group_id = (SELECT g.group_id FROM stage_group g WHERE g.line = stage_group_license.line), "
        "product_id = (SELECT p.id FROM product p WHERE p.tenant_id = %(tenant)s AND p.sku_id = stage_group_license.sku_id)",
        {"tenant": tenant_id},
    )
    sql.execute("CREATE INDEX stage_group_license_group ON stage_group_license (group_id)", {})


def staged_groups(tenant_id: int, after: int, top: int) -> list[sql.Row]:
    """(group, is new, states licenses, is deleted, object id, then each of FACTS before and after), in order."""
    pairs = ", ".join(f"g.{c}, n.{c}" for c in FACTS)
    return sql.rows(
        "SELECT n.group_id, n.is_new, n.states_licenses, CASE WHEN g.deleted_at IS NULL THEN 0 ELSE 1 END, "
        f"n.object_id, {pairs} FROM stage_group n LEFT JOIN user_group g ON g.tenant_id = %(tenant)s AND g.id = n.group_id "
        "WHERE n.group_id > %(after)s ORDER BY n.group_id LIMIT %(top)s",
        {"tenant": tenant_id, "after": after, "top": top},
    )


def stored_licenses(tenant_id: int, groups: Sequence[int]) -> list[tuple[int, str, str]]:
    """(group, product's id at Microsoft, disabled plans) of what these groups give now."""
    return sql.rows(
        "SELECT l.group_id, p.sku_id, l.disabled_plans FROM group_license l "
        "JOIN product p ON p.tenant_id = l.tenant_id AND p.id = l.product_id "
        f"WHERE l.tenant_id = %(tenant)s AND l.group_id {sql.among('groups')}",
        {"tenant": tenant_id, "groups": sql.listed(groups)},
    )


def staged_licenses(groups: Sequence[int]) -> list[tuple[int, str, str]]:
    """(group, product's id at Microsoft, disabled plans) of what these groups give by the file."""
    return sql.rows(
        f"SELECT group_id, sku_id, disabled_plans FROM stage_group_license WHERE group_id {sql.among('groups')}",
        {"groups": sql.listed(groups)},
    )


def write_groups(tenant_id: int) -> None:
    """The tenant's groups and their licenses are as the file says; a group that the file has is not deleted."""
    tenant = {"tenant": tenant_id}
    columns = (*FACTS, "sort_key")
    sql.execute(
        f"UPDATE user_group SET {', '.join(f'{c} = n.{c}' for c in columns)}, deleted_at = NULL FROM stage_group n "
        "WHERE user_group.tenant_id = %(tenant)s AND user_group.id = n.group_id AND n.is_new = 0",
        tenant,
    )
    sql.execute(
        f"INSERT INTO user_group (tenant_id, id, object_id, {', '.join(columns)}) "
        f"SELECT %(tenant)s, n.group_id, n.object_id, {', '.join(f'n.{c}' for c in columns)} FROM stage_group n "
        "WHERE n.is_new = 1",
        tenant,
    )
    sql.execute(
        "DELETE FROM group_license WHERE tenant_id = %(tenant)s AND group_id IN "
        "(SELECT n.group_id FROM stage_group n WHERE n.states_licenses = 1)",
        tenant,
    )
    sql.execute(
        "INSERT INTO group_license (tenant_id, group_id, product_id, disabled_plans) "
        "SELECT DISTINCT %(tenant)s, l.group_id, l.product_id, l.disabled_plans FROM stage_group_license l "
        "WHERE true ON CONFLICT DO NOTHING",
        tenant,
    )


# ---- members


def put_members(members: Iterable[tuple[Any, ...]]) -> None:
    """These rows are staged."""
    sql.insert("stage_member", MEMBER_FIELDS, members)


def index_members() -> None:
    """Staging is over; what follows looks rows up."""
    sql.execute("CREATE INDEX stage_member_ref ON stage_member (group_ref)", {})


def refs(after: str, top: int) -> list[str]:
    """How staged rows name their groups, each once, in order."""
    found = sql.rows(
        "SELECT DISTINCT group_ref FROM stage_member WHERE group_ref > %(after)s ORDER BY group_ref LIMIT %(top)s",
        {"after": after, "top": top},
    )
    return [row[0] for row in found]


def groups_named(tenant_id: int, object_ids: Sequence[str], sort_keys: Sequence[str]) -> list[tuple[int, str, str]]:
    """(group, object id, display name) of groups that one of these may mean; deleted ones are not there."""
    return sql.rows(
        "SELECT g.id, g.object_id, g.display_name FROM user_group g WHERE g.tenant_id = %(tenant)s "
        f"AND g.deleted_at IS NULL AND (g.object_id {sql.among_texts('ids')} OR g.sort_key {sql.among_texts('keys')})",
        {"tenant": tenant_id, "ids": sql.listed_texts(object_ids), "keys": sql.listed_texts(sort_keys)},
    )


def put_refs(rows: Iterable[tuple[str, int | None, int]]) -> None:
    """(name as staged, group or None, how many it could mean)."""
    sql.insert("stage_ref", ("ref", "group_id", "candidates"), rows)


def resolve_members(tenant_id: int) -> None:
    """Staged rows know their group and user; deleted users are nobody."""
    sql.execute(
        "UPDATE stage_member SET group_id = (SELECT r.group_id FROM stage_ref r WHERE r.ref = stage_member.group_ref)",
        {},
    )
    for key in ("object_id", "principal_key"):
        sql.execute(
            "UPDATE stage_member SET user_id = (SELECT u.id FROM users u WHERE u.tenant_id = %(tenant)s "
            f"AND u.{key} = stage_member.{key} AND u.deleted_at IS NULL) "
            f"WHERE is_user = 1 AND user_id IS NULL AND {key} IS NOT NULL",
            {"tenant": tenant_id},
        )
    sql.execute("CREATE INDEX stage_member_key ON stage_member (group_id, user_id)", {})
    if sql.is_postgres():
        sql.execute("ANALYZE stage_member", {})


def without_group(after: int, top: int) -> list[tuple[int, int, int, str, int]]:
    """(n, line, whether a user, group as named, how many it could mean) of rows whose group is not one of the tenant's."""
    return sql.rows(
        "SELECT m.n, m.line, m.is_user, m.group_name, r.candidates FROM stage_member m "
        "JOIN stage_ref r ON r.ref = m.group_ref WHERE r.group_id IS NULL AND m.n > %(after)s "
        "ORDER BY m.n LIMIT %(top)s",
        {"after": after, "top": top},
    )


def without_user(after: int, top: int) -> list[tuple[int, int, str]]:
    """(n, line, name) of rows with a user whom the tenant does not have; those without a group are left out."""
    return sql.rows(
        "SELECT m.n, m.line, coalesce(m.name, m.object_id) FROM stage_member m WHERE m.is_user = 1 "
        "AND m.user_id IS NULL AND m.group_id IS NOT NULL AND m.n > %(after)s ORDER BY m.n LIMIT %(top)s",
        {"after": after, "top": top},
    )


def find_member_changes(tenant_id: int) -> None:
    """Who joins and who leaves the groups that the file names; a deleted user's memberships stay as they are."""
    tenant = {"tenant": tenant_id}
    sql.execute(
        "INSERT INTO stage_member_change (user_id, group_id, joins) SELECT DISTINCT m.user_id, m.group_id, 1 "
        "FROM stage_member m WHERE m.user_id IS NOT NULL AND m.group_id IS NOT NULL AND NOT EXISTS (SELECT 1 "
        "FROM group_member g WHERE g.tenant_id = %(tenant)s AND g.group_id = m.group_id AND g.user_id = m.user_id)",
        tenant,
    )
    sql.execute(
        "INSERT INTO stage_member_change (user_id, group_id, joins) SELECT g.user_id, g.group_id, 0 "
        "FROM group_member g JOIN users u ON u.tenant_id = g.tenant_id AND u.id = g.user_id AND u.deleted_at IS NULL "
        "WHERE g.tenant_id = %(tenant)s AND g.group_id IN (SELECT r.group_id FROM stage_ref r) "
        "AND NOT EXISTS (SELECT 1 FROM stage_member m WHERE m.group_id = g.group_id AND m.user_id = g.user_id)",
        tenant,
    )
    sql.execute("CREATE INDEX stage_member_change_user ON stage_member_change (user_id, group_id)", {})


def changed_groups(after: int, top: int) -> list[tuple[int, int, int]]:
    """(group, how many join, how many leave), in order."""
    return sql.rows(
        "SELECT group_id, sum(joins), sum(1 - joins) FROM stage_member_change WHERE group_id > %(after)s "
        "GROUP BY group_id ORDER BY group_id LIMIT %(top)s",
        {"after": after, "top": top},
    )


def changed_members(tenant_id: int, after: int, top: int) -> list[tuple[int, str, int]]:
    """(user, group's object id, whether it joins) of the next `top` changed users, in order."""
    return sql.rows(
        "SELECT c.user_id, g.object_id, c.joins FROM stage_member_change c "
        "JOIN user_group g ON g.tenant_id = %(tenant)s AND g.id = c.group_id WHERE c.user_id IN "
        "(SELECT DISTINCT d.user_id FROM stage_member_change d WHERE d.user_id > %(after)s "
        "ORDER BY d.user_id LIMIT %(top)s) ORDER BY c.user_id, g.object_id",
        {"tenant": tenant_id, "after": after, "top": top},
    )


def count_groups() -> int:
    """How many groups of the tenant the file names."""
    return int(sql.value("SELECT count(DISTINCT group_id) FROM stage_ref WHERE group_id IS NOT NULL", {}))


def write_members(tenant_id: int) -> None:
    """The memberships of the named groups are as the file says."""
    tenant = {"tenant": tenant_id}
    sql.execute(
        "DELETE FROM group_member WHERE tenant_id = %(tenant)s AND (group_id, user_id) IN "
        "(SELECT c.group_id, c.user_id FROM stage_member_change c WHERE c.joins = 0)",
        tenant,
    )
    sql.execute(
        "INSERT INTO group_member (tenant_id, group_id, user_id) SELECT %(tenant)s, c.group_id, c.user_id "
        "FROM stage_member_change c WHERE c.joins = 1",
        tenant,
    )
