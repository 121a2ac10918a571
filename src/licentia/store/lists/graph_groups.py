"""Groups as Microsoft Graph shows them: chosen columns of given numbers, members and memberships by number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from licentia.store import sql
from licentia.store.lists.graph_users import Found

COLUMNS: Final[Mapping[str, str]] = {
    "id": "g.object_id",
    "displayName": "g.display_name",
    "description": "g.description",
    "mail": "g.mail",
    "mailNickname": "g.mail_nickname",
    "visibility": "g.visibility",
    "createdDateTime": "g.created_at",
    "deletedDateTime": "g.deleted_at",
    "onPremisesSyncEnabled": "g.is_synced",
    "membershipRule": "nullif(g.membership_rule, '')",
    "groupTypes": "g.kind",
    "mailEnabled": "g.kind",
    "securityEnabled": "g.kind",
}
"""By Graph's name, where a property of a group lives; three of them are read off its kind."""

Walk = Callable[[int, int, int, int], list[int]]
"""Reads a page of users of a group: (tenant, group, after, top)."""

RULE: Final = "coalesce(g.membership_rule, '')"


def rows(tenant_id: int, names: Sequence[str], groups: Sequence[int], *, is_deleted: bool = False) -> list[Found]:
    """These groups in the order given; beside the columns, `rule`: '' for a group without one."""
    if not groups:
        return []
    columns = [(name, COLUMNS[name]) for name in names if name in COLUMNS]
    found = sql.rows(
        f"SELECT {', '.join(('g.id', RULE, *(text for _, text in columns)))} FROM user_group g "
        f"WHERE g.tenant_id = %(tenant)s AND g.deleted_at IS {'NOT NULL' if is_deleted else 'NULL'} "
        f"AND g.id {sql.among('groups')}",
        {"tenant": tenant_id, "groups": sql.listed(groups)},
    )
    titles = ("rule", *(name for name, _ in columns))
    known = {row[0]: Found(row[0], dict(zip(titles, row[1:], strict=True))) for row in found}
    return [known[group] for group in groups if group in known]


def of_member(tenant_id: int, user_id: int, after: int, top: int) -> list[int]:
    """Groups above `after` in which the user is, deleted ones left out, by number."""
    found = sql.rows(
        "SELECT g.id FROM group_member m JOIN user_group g ON g.tenant_id = m.tenant_id AND g.id = m.group_id "
        "AND g.deleted_at IS NULL WHERE m.tenant_id = %(tenant)s AND m.user_id = %(user)s AND m.group_id > %(after)s "
        "ORDER BY m.group_id LIMIT %(top)s",
        {"tenant": tenant_id, "user": user_id, "after": after, "top": top},
    )
    return [row[0] for row in found]


def number(tenant_id: int, object_id: str, *, is_deleted: bool = False) -> int | None:
    """The number of the group of this object id (lower case)."""
    state = "IS NOT NULL" if is_deleted else "IS NULL"
    found = sql.value(
        "SELECT g.id FROM user_group g WHERE g.tenant_id = %(tenant)s AND g.object_id = %(key)s "
        f"AND g.deleted_at {state}",
        {"tenant": tenant_id, "key": object_id},
    )
    return None if found is None else int(found)


def numbers(tenant_id: int, object_ids: Sequence[str]) -> dict[str, int]:
    """By object id (lower case), the groups' numbers, of those who are there."""
    return dict(
        sql.rows(
            "SELECT g.object_id, g.id FROM user_group g WHERE g.tenant_id = %(tenant)s AND g.deleted_at IS NULL "
            f"AND g.object_id {sql.among_texts('keys')}",
            {"tenant": tenant_id, "keys": sql.listed_texts(list(object_ids))},
        )
    )


def members(tenant_id: int, group_id: int, after: int, top: int) -> list[int]:
    """Members above `after` who are not deleted, by number."""
    found = sql.rows(
        "SELECT m.user_id FROM group_member m JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id "
        "AND u.deleted_at IS NULL WHERE m.tenant_id = %(tenant)s AND m.group_id = %(group)s AND m.user_id > %(after)s "
        "ORDER BY m.user_id LIMIT %(top)s",
        {"tenant": tenant_id, "group": group_id, "after": after, "top": top},
    )
    return [row[0] for row in found]


def count_members(tenant_id: int, group_id: int) -> int:
    """How many members are not deleted; reads them."""
    return int(
        sql.value(
            "SELECT count(*) FROM group_member m JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id "
            "AND u.deleted_at IS NULL WHERE m.tenant_id = %(tenant)s AND m.group_id = %(group)s",
            {"tenant": tenant_id, "group": group_id},
        )
    )


def in_error(tenant_id: int, group_id: int, after: int, top: int) -> list[int]:
    """Users above `after` with a license of this group in error, by number."""
    found = sql.rows(
        "SELECT DISTINCT s.user_id FROM (SELECT s.tenant_id, s.source_kind, s.source_id, s.product_id, s.user_id, s.state "
        f"FROM source s WHERE s.tenant_id = %(tenant)s AND s.source_kind = 2 AND s.source_id {sql.among('groups')} "
        "AND s.state IN (2, 4) ORDER BY s.source_id, s.product_id, s.user_id LIMIT 1000000000) s "
        "WHERE s.tenant_id = %(tenant)s AND s.user_id > %(after)s ORDER BY s.user_id LIMIT %(top)s",
        {"tenant": tenant_id, "groups": sql.listed([group_id]), "after": after, "top": top},
    )
    return [row[0] for row in found]
