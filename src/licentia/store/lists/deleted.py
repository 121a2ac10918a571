"""Deleted users: a page of them by the instant at which they go for good, and who is meant by a name. Never OFFSET.

Every deleted user has a clock that runs; walking the clocks finds them without reading the users of a tenant.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from licentia.domain.instants import Instant
from licentia.store import sql
from licentia.store.bulk.accounts import NAME

Key = tuple[Instant, int]
"""When the user goes for good, and the user: the order of the list."""


@dataclass(frozen=True, slots=True)
class DeletedRow:
    """A deleted user. `taken_by` is the user who has its name meanwhile; None: the name is free."""

    id: int
    object_id: str
    principal_name: str
    display_name: str
    deleted_at: Instant
    gone_at: Instant
    taken_by: int | None
    is_synced: bool | None

    @property
    def key(self) -> Key:
        """Where the user stands in the list."""
        return self.gone_at, self.id


_FROM = (
    "FROM clock k JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id AND u.deleted_at IS NOT NULL "
    "WHERE k.tenant_id = %(tenant)s AND k.kind = 'user_purge'"
)
_NAME = NAME.format("u")
_COLUMNS = (
    "u.id, u.object_id, u.principal_name, u.display_name, u.deleted_at, k.due_at, "
    f"(SELECT x.id FROM users x WHERE x.tenant_id = %(tenant)s AND x.principal_key = {_NAME}), u.is_synced"
)


def page(tenant_id: int, after: Key | None, top: int) -> tuple[list[DeletedRow], Key | None]:
    """(deleted users after this place, those first who go first; the place to go on from, None at the end)."""
    further = "" if after is None else " AND (k.due_at, k.user_id) > (%(due)s, %(user)s)"
    due, user = after or (None, None)
    found = sql.rows(
        f"SELECT {_COLUMNS} {_FROM}{further} ORDER BY k.due_at, k.user_id LIMIT %(top)s",
        {"tenant": tenant_id, "due": due, "user": user, "top": top + 1},
    )
    rows = [DeletedRow(*row) for row in found[:top]]
    return rows, rows[-1].key if len(found) > top else None


def by_names(tenant_id: int, keys: list[str]) -> dict[str, list[int]]:
    """By principal key or object id, the deleted users of these names: several may have had the same name."""
    found: dict[str, list[int]] = {}
    params = {"tenant": tenant_id, "keys": sql.listed_texts(keys)}
    for column in (_NAME, "u.object_id"):
        rows = sql.rows(f"SELECT {column}, u.id {_FROM} AND {column} {sql.among_texts('keys')} ORDER BY u.id", params)
        for key, user in rows:
            found.setdefault(key, []).append(user)
    return found


def of_ids(tenant_id: int, users: list[int]) -> list[DeletedRow]:
    """These deleted users, by id."""
    return [
        DeletedRow(*row)
        for row in sql.rows(
            f"SELECT {_COLUMNS} {_FROM} AND u.id {sql.among('users')} ORDER BY u.id",
            {"tenant": tenant_id, "users": sql.listed(users)},
        )
    ]


def close_names(tenant_id: int, key: str) -> list[str]:
    """A few deleted users' names that begin alike, to offer when one is not found."""
    found = sql.rows(
        f"SELECT u.principal_name {_FROM} AND {_NAME} >= %(start)s AND {_NAME} < %(below)s ORDER BY {_NAME} LIMIT 3",
        {"tenant": tenant_id, "start": key[:4], "below": key[:4] + "\U0010ffff"},
    )
    return [row[0] for row in found]


@dataclass(frozen=True, slots=True)
class Remembered:
    """A product that a deleted user held. `has_seat` None: the size of its pool is not known."""

    user_id: int
    sku_id: str
    kind: int
    has_seat: bool | None


def remembered(tenant_id: int, users: list[int]) -> list[Remembered]:
    """What these deleted users held, and whether a seat of it is free now."""
    found = sql.rows(
        "SELECT s.user_id, p.sku_id, s.source_kind, o.capacity, o.consumed FROM source s "
        "JOIN product p ON p.tenant_id = s.tenant_id AND p.id = s.product_id "
        "LEFT JOIN pool o ON o.tenant_id = s.tenant_id AND o.product_id = s.product_id "
        "AND o.purchase_id = CASE WHEN s.source_kind = 3 THEN s.source_id ELSE 0 END "
        f"WHERE s.tenant_id = %(tenant)s AND s.user_id {sql.among('users')} AND s.state = 5 "
        "ORDER BY s.user_id, s.product_id, s.source_kind, s.source_id",
        {"tenant": tenant_id, "users": sql.listed(users)},
    )
    return [Remembered(user, sku, kind, None if size is None else size > used) for user, sku, kind, size, used in found]


@dataclass(frozen=True, slots=True)
class AccountDetail:
    """What is known of an account beside the list: None is not known, or not so."""

    deleted_at: Instant | None
    manager: str | None
    """The manager's user name."""
    sessions_valid_from: Instant | None


def account(tenant_id: int, user_id: int) -> AccountDetail:
    """Whether and when the account was deleted, its manager, and since when its sessions count."""
    found = sql.row(
        "SELECT u.deleted_at, m.principal_name, u.sessions_valid_from FROM users u "
        "LEFT JOIN users m ON m.tenant_id = u.tenant_id AND m.id = u.manager_id "
        "WHERE u.tenant_id = %(tenant)s AND u.id = %(user)s",
        {"tenant": tenant_id, "user": user_id},
    )
    assert found is not None, "the caller has just read this user"
    return AccountDetail(*found)


def last_words(tenant_id: int, users: list[int]) -> dict[int, str]:
    """By user, its object id and name as the journal keeps them once the account is gone."""
    if not users:
        return {}
    found = sql.rows(
        f"SELECT id, object_id, principal_name FROM users WHERE tenant_id = %(tenant)s AND id {sql.among('users')}",
        {"tenant": tenant_id, "users": sql.listed(users)},
    )
    return {
        user: json.dumps(
            {"id": object_id, "userPrincipalName": name}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        for user, object_id, name in found
    }
