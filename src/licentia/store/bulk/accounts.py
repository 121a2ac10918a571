"""Writes of accounts: sign-in, sessions, manager, deleted, restored, gone for good; a few statements, however many users.

Every write answers with how many accounts it really touched. It decides nothing and opens no transaction.
"""

from __future__ import annotations

from licentia.domain.instants import Instant
from licentia.store import sql
from licentia.store.bulk.tenants import forget_search, index_users

PREFIX = "replace({0}.object_id, '-', '')"
"""What stands before the name of a deleted account, as in Graph: 32 characters, so that the name is free for others."""

NAME = (
    f"CASE WHEN substr({{0}}.principal_key, 1, 32) = {PREFIX} THEN substr({{0}}.principal_key, 33) "
    "ELSE {0}.principal_key END"
)
"""The key that the account had, or has, as a live one; {0} is the table's alias."""

_LIVE = "tenant_id = %(tenant)s AND deleted_at IS NULL AND id {among}"


def _params(tenant_id: int, users: list[int]) -> dict[str, object]:
    return {"tenant": tenant_id, "users": sql.listed(users)}


def _live() -> str:
    return _LIVE.format(among=sql.among("users"))


def set_enabled(tenant_id: int, users: list[int], before: str | None, after: str) -> int:
    """How many of these users may ("true") or may not sign in now: those of whom that was still as `before`."""
    was = "account_enabled IS NULL" if before is None else "account_enabled = %(before)s"
    return sql.execute(
        f"UPDATE users SET account_enabled = %(after)s WHERE {_live()} AND {was}",
        _params(tenant_id, users) | {"before": before == "true", "after": after == "true"},
    )


def revoke_sessions(tenant_id: int, users: list[int], now: Instant) -> int:
    """How many of these users have no session any more that began before now."""
    return sql.execute(
        f"UPDATE users SET sessions_valid_from = %(now)s WHERE {_live()}", _params(tenant_id, users) | {"now": now}
    )


def set_manager(tenant_id: int, users: list[int], before: str | None, after: str | None) -> int:
    """How many of these users have this manager now, or none: those who still had the one of `before`."""
    was = "manager_id IS NULL" if before is None else "manager_id = %(before)s"
    return sql.execute(
        f"UPDATE users SET manager_id = CAST(%(after)s AS bigint) WHERE {_live()} AND {was}",
        _params(tenant_id, users) | {"before": _number(before), "after": _number(after)},
    )


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def delete(tenant_id: int, users: list[int], now: Instant) -> int:
    """How many of these users are deleted now: their names are free for others, and no search finds them."""
    forget_search(tenant_id, users)
    return sql.execute(
        f"UPDATE users SET deleted_at = %(now)s, principal_key = {PREFIX.format('users')} || principal_key "
        f"WHERE {_live()}",
        _params(tenant_id, users) | {"now": now},
    )


def restore(tenant_id: int, users: list[int]) -> int:
    """How many of these deleted users are back under their names. Who lost the name meanwhile stays deleted.

    Of two deleted users of one name the first by number gets it: the other is not counted.
    """
    done = sql.rows(
        f"UPDATE users SET deleted_at = NULL, principal_key = {NAME.format('users')} "
        f"WHERE tenant_id = %(tenant)s AND id IN (SELECT min(y.id) FROM users y WHERE y.tenant_id = %(tenant)s "
        f"AND y.deleted_at IS NOT NULL AND y.id {sql.among('users')} AND NOT EXISTS (SELECT 1 FROM users x "
        f"WHERE x.tenant_id = %(tenant)s AND x.principal_key = {NAME.format('y')} AND x.id <> y.id) "
        f"GROUP BY {NAME.format('y')}) RETURNING id",
        _params(tenant_id, users),
    )
    index_users(tenant_id, [row[0] for row in done])
    return len(done)


_GONE = (
    "DELETE FROM source WHERE tenant_id = %(tenant)s AND user_id {among}",
    "DELETE FROM group_member WHERE tenant_id = %(tenant)s AND user_id {among}",
    "DELETE FROM mailbox WHERE tenant_id = %(tenant)s AND user_id {among}",
    "DELETE FROM drive WHERE tenant_id = %(tenant)s AND user_id {among}",
    "DELETE FROM user_profile WHERE tenant_id = %(tenant)s AND user_id {among}",
    "DELETE FROM clock WHERE tenant_id = %(tenant)s AND user_id {among}",
    "DELETE FROM never_list WHERE tenant_id = %(tenant)s AND object_kind = 'user' AND object_id {among}",
    "UPDATE users SET manager_id = NULL WHERE tenant_id = %(tenant)s AND manager_id {among}",
)
"""What goes with accounts. The journal keeps what happened to them."""


def purge(tenant_id: int, users: list[int]) -> int:
    """How many of these users are gone for good, with all that is known of them: those who were deleted."""
    found = sql.rows(
        f"SELECT id FROM users WHERE tenant_id = %(tenant)s AND deleted_at IS NOT NULL AND id {sql.among('users')}",
        _params(tenant_id, users),
    )
    going = _params(tenant_id, [row[0] for row in found])
    for statement in _GONE:
        sql.execute(statement.format(among=sql.among("users")), going)
    return sql.execute(f"DELETE FROM users WHERE tenant_id = %(tenant)s AND id {sql.among('users')}", going)


_PRESENT = {
    "enabled": "CASE WHEN account_enabled IS NULL THEN NULL WHEN account_enabled THEN 'true' ELSE 'false' END",
    "manager": "CAST(manager_id AS text)",
    "sessions": "CAST(sessions_valid_from AS text)",
}


def present(tenant_id: int, name: str, users: list[int]) -> dict[int, str | bool | None]:
    """By user, the fact as a plan writes it; deleted users are not there, but for `deleted` itself: true or false."""
    if name == "deleted":
        found = sql.rows(
            "SELECT id, CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END FROM users "
            f"WHERE tenant_id = %(tenant)s AND id {sql.among('users')}",
            _params(tenant_id, users),
        )
        return {user: bool(is_deleted) for user, is_deleted in found}
    found = sql.rows(f"SELECT id, {_PRESENT[name]} FROM users WHERE {_live()}", _params(tenant_id, users))
    return dict(found)
