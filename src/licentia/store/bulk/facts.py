"""The facts of many users as one signature text each: equal facts, equal text (architecture: one road).

The same expression serves propose and apply, so that a user whose facts changed in between is seen. It decides nothing.
"""

from __future__ import annotations

from licentia.store import sql

_MAYBE = "CASE WHEN {0} IS NULL THEN '?' WHEN {0} THEN '1' ELSE '0' END"
_GB = 1_073_741_824


def _maybe(column: str) -> str:
    return _MAYBE.format(column)


_ACCOUNT = """
CASE WHEN u.usage_location IS NULL THEN '?' WHEN u.usage_location = '' THEN '0' ELSE '1' END
|| CASE WHEN u.user_type = 'Guest' THEN 'g' ELSE 'm' END
|| CASE WHEN u.phone_number IS NULL THEN '?' WHEN u.phone_number = '' THEN '0' ELSE '1' END
|| CASE WHEN u.office_devices IS NULL THEN '?' WHEN u.office_devices = 0 THEN '0' ELSE '1' END
"""

_MAILBOX = f"""
coalesce(b.kind || ','
  || CASE WHEN b.size_bytes IS NULL THEN '?' WHEN b.size_bytes <= {2 * _GB} THEN '2'
          WHEN b.size_bytes <= {50 * _GB} THEN '50' WHEN b.size_bytes <= {100 * _GB} THEN '100' ELSE '101' END
  || ',' || {_maybe("b.has_archive")}
  || CASE WHEN b.hold IS NULL THEN '?' WHEN b.hold = 'none' THEN '0' ELSE '1' END
  || {_maybe("b.is_forwarding")} || CASE WHEN b.purged_at IS NULL THEN '0' ELSE '1' END, '?')
"""

_DRIVE = f"CASE WHEN d.user_id IS NULL THEN '?' ELSE {_maybe('d.is_present')} || {_maybe('d.on_hold')} END"

FROM = """
users u LEFT JOIN mailbox b ON b.tenant_id = u.tenant_id AND b.user_id = u.id
LEFT JOIN drive d ON d.tenant_id = u.tenant_id AND d.user_id = u.id
"""
"""What a signature is read from."""

_NEVER_USER = """
SELECT n.id FROM never_list n
WHERE n.tenant_id = u.tenant_id AND n.object_kind = 'user' AND n.object_id = u.id
"""

_NEVER_GROUP = """
SELECT min(g.id) FROM group_member m
JOIN never_list g ON g.tenant_id = m.tenant_id AND g.object_kind = 'group' AND g.object_id = m.group_id
WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id
"""


_ACCOUNT_DETAIL = f"""
{_maybe("u.account_enabled")} || ',' || CASE WHEN u.deleted_at IS NULL THEN '0' ELSE '1' END || ','
|| {_maybe("u.is_synced")} || ',' || coalesce(CAST(u.manager_id AS text), '') || ','
|| CASE WHEN u.deleted_at IS NOT NULL AND EXISTS (SELECT 1 FROM users x WHERE x.tenant_id = u.tenant_id
   AND x.principal_key = substr(u.principal_key, 33)) THEN '1' ELSE '0' END
"""
"""A deleted account's key is its object id without dashes, then its name: the name is free for others meanwhile."""

_GROUPS = """
FROM group_member m JOIN user_group g ON g.tenant_id = m.tenant_id AND g.id = m.group_id AND g.deleted_at IS NULL
WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id
AND EXISTS (SELECT 1 FROM group_license l WHERE l.tenant_id = m.tenant_id AND l.group_id = m.group_id)
"""


def _groups() -> str:
    if sql.is_postgres():
        return f"coalesce((SELECT string_agg(CAST(m.group_id AS text), ',' ORDER BY m.group_id) {_GROUPS}), '')"
    return (
        f"coalesce((SELECT group_concat(item, ',') FROM (SELECT m.group_id AS item {_GROUPS} ORDER BY m.group_id)), '')"
    )


_ERROR = """
|| CASE WHEN s.state IN (1, 5) THEN '' ELSE '.' || coalesce((SELECT e.error FROM source e
WHERE e.tenant_id = s.tenant_id AND e.product_id = s.product_id AND e.user_id = s.user_id
AND e.source_kind = s.source_kind AND e.source_id = s.source_id), '') END
"""
"""Why a source is in trouble. It is in no index, so it is read only where there is some."""


def _joined(item: str, separator: str, table: str, alias: str, order: str) -> str:
    where = f"{alias}.tenant_id = u.tenant_id AND {alias}.user_id = u.id"
    if sql.is_postgres():
        return (
            f"coalesce((SELECT string_agg({item}, '{separator}' ORDER BY {order}) "
            f"FROM {table} {alias} WHERE {where}), '')"
        )
    return (
        f"coalesce((SELECT group_concat(item, '{separator}') FROM "
        f"(SELECT {item} AS item FROM {table} {alias} WHERE {where} ORDER BY {order})), '')"
    )


def signature(*, never_by_user: bool, never_by_group: bool, account: bool = False, groups: bool = False) -> str:
    """The SQL expression of a user's signature, over the aliases of FROM.

    Fields, separated by "|": account, mailbox, drive, never list entry, running clocks, sources; then, where the
    intent looks at them, `A` and the account's own facts, `G` and the groups with licenses.
    """
    entries = [f"({_NEVER_USER})"] if never_by_user else []
    entries += [f"({_NEVER_GROUP})"] if never_by_group else []
    never = f"coalesce(CAST(coalesce({', '.join((*entries, 'NULL'))}) AS text), '')" if entries else "''"
    clocks = _joined("k.kind", ",", "clock", "k", "k.kind")
    parts = "s.product_id, s.source_kind, s.source_id, s.state, s.disabled_plans"
    source = f"concat_ws('.', {parts})" if sql.is_postgres() else f"printf('%%d.%%d.%%d.%%d.%%s', {parts})"
    source += _ERROR
    sources = _joined(source, ";", "source", "s", "s.product_id, s.source_kind, s.source_id")
    more = f" || '|A' || {_ACCOUNT_DETAIL}" if account else ""
    more += f" || '|G' || {_groups()}" if groups else ""
    return (
        f"{_ACCOUNT} || '|' || {_MAILBOX} || '|' || {_DRIVE} || '|' || "
        f"{never} || '|' || {clocks} || '|' || {sources}{more}"
    )


def load(
    tenant_id: int,
    user_ids: list[int],
    *,
    never_by_user: bool = True,
    never_by_group: bool,
    account: bool = False,
    groups: bool = False,
    deleted: bool = False,
) -> list[tuple[int, str]]:
    """(user id, signature) of these users, by id; users that do not exist, or are deleted unless asked, are not there."""
    alive = "" if deleted else " AND u.deleted_at IS NULL"
    text = signature(never_by_user=never_by_user, never_by_group=never_by_group, account=account, groups=groups)
    statement = (
        f"SELECT u.id, {text} FROM {FROM} "
        f"WHERE u.tenant_id = %(tenant)s AND u.id {sql.among('ids')}{alive} ORDER BY u.id"
    )
    return sql.rows(statement, {"tenant": tenant_id, "ids": sql.listed(user_ids)})


def never_by_group(tenant_id: int) -> bool:
    """Whether the tenant's never list names a group."""
    return bool(
        sql.row(
            "SELECT 1 FROM never_list WHERE tenant_id = %(tenant)s AND object_kind = 'group' LIMIT 1",
            {"tenant": tenant_id},
        )
    )
