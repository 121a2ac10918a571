"""Writes of groups, their members and the licenses they give: one statement each, however many users.

Never touches a license that a user holds: those follow. It decides nothing and opens no transaction.
"""

from __future__ import annotations

from typing import Any

from licentia.domain.instants import Instant
from licentia.store import sql
from licentia.store.bulk.sources import set_agenda

_GROUP = "tenant_id = %(tenant)s AND id = %(group)s"
_OF_GROUP = "tenant_id = %(tenant)s AND group_id = %(group)s"
CHANGEABLE = (
    *("display_name", "sort_key", "membership_rule", "deleted_at"),
    *("description", "mail", "mail_nickname", "visibility"),
)
"""Columns of a group that a door sets."""


def create(tenant_id: int, group_id: int, fields: dict[str, Any]) -> None:
    """There is a new group with these columns."""
    names = ("tenant_id", "id", *fields)
    sql.insert("user_group", names, [(tenant_id, group_id, *fields.values())])


def update(tenant_id: int, group_id: int, fields: dict[str, Any]) -> bool:
    """Whether there is such a group; these of its columns are now so."""
    assert set(fields) <= set(CHANGEABLE)
    sets = ", ".join(f"{name} = %({name})s" for name in fields)
    return bool(
        sql.execute(f"UPDATE user_group SET {sets} WHERE {_GROUP}", fields | {"tenant": tenant_id, "group": group_id})
    )


def delete(tenant_id: int, group_id: int) -> None:
    """The group, and what it had of members and licenses, is gone for good."""
    params = {"tenant": tenant_id, "group": group_id}
    for table in ("group_member", "group_license"):
        sql.execute(f"DELETE FROM {table} WHERE {_OF_GROUP}", params)
    sql.execute(f"DELETE FROM user_group WHERE {_GROUP}", params)


def mark_deleted(tenant_id: int, group_id: int, at: Instant | None) -> bool:
    """Whether there is such a group; it is deleted since then, or no longer (None)."""
    return update(tenant_id, group_id, {"deleted_at": at})


def add_members(tenant_id: int, group_id: int, users: list[int]) -> list[int]:
    """Those of these users who were no members yet and are now, ascending."""
    found = sql.rows(
        "INSERT INTO group_member (tenant_id, group_id, user_id) "
        f"SELECT %(tenant)s, %(group)s, users_.value FROM {sql.each('users')} WHERE true "
        "ON CONFLICT DO NOTHING RETURNING user_id",
        {"tenant": tenant_id, "group": group_id, "users": sql.listed(users)},
    )
    return sorted(row[0] for row in found)


def remove_members(tenant_id: int, group_id: int, users: list[int]) -> list[int]:
    """Those of these users who were members and are no longer, ascending."""
    found = sql.rows(
        f"DELETE FROM group_member WHERE {_OF_GROUP} AND user_id {sql.among('users')} RETURNING user_id",
        {"tenant": tenant_id, "group": group_id, "users": sql.listed(users)},
    )
    return sorted(row[0] for row in found)


def set_licenses(tenant_id: int, group_id: int, licenses: list[tuple[int, str]]) -> None:
    """The group gives exactly these: (product, sorted and comma-joined disabled plans)."""
    sql.execute(f"DELETE FROM group_license WHERE {_OF_GROUP}", {"tenant": tenant_id, "group": group_id})
    sql.insert(
        "group_license",
        ("tenant_id", "group_id", "product_id", "disabled_plans"),
        [(tenant_id, group_id, product, plans) for product, plans in licenses],
    )


def forget(tenant_id: int, group_id: int) -> list[tuple[int, str, str]]:
    """(user, sku, disabled plans) of what deleted users remembered of this group, and now no longer do."""
    found = sql.rows(
        "DELETE FROM source WHERE tenant_id = %(tenant)s AND source_kind = 2 AND source_id = %(group)s AND state = 5 "
        "RETURNING user_id, product_id, disabled_plans",
        {"tenant": tenant_id, "group": group_id},
    )
    skus: dict[int, str] = dict(
        sql.rows("SELECT p.id, p.sku_id FROM product p WHERE p.tenant_id = %(tenant)s", {"tenant": tenant_id})
    )
    return sorted((user, skus[product], plans) for user, product, plans in found)


def settle_deleted(tenant_id: int, kept: Instant) -> None:
    """The agenda names when the first deleted group ends, `kept` after it was deleted, or nothing."""
    first = sql.value(
        "SELECT min(deleted_at) FROM user_group WHERE tenant_id = %(tenant)s AND deleted_at IS NOT NULL",
        {"tenant": tenant_id},
    )
    set_agenda(tenant_id, "deleted_group", None if first is None else int(first) + kept)
