"""The never list, with the names of its users and groups."""

from __future__ import annotations

from dataclasses import dataclass

from licentia.store import sql


@dataclass(frozen=True, slots=True)
class NeverRow:
    """An entry: a user or a group, and why."""

    object_kind: str
    object_id: int
    name: str
    reason: str


def every(tenant_id: int) -> list[NeverRow]:
    """All entries, users first, by name."""
    found = sql.rows(
        "SELECT n.object_kind, n.object_id, coalesce(u.principal_name, g.display_name, ''), n.reason FROM never_list n "
        "LEFT JOIN users u ON u.tenant_id = n.tenant_id AND u.id = n.object_id AND n.object_kind = 'user' "
        "LEFT JOIN user_group g ON g.tenant_id = n.tenant_id AND g.id = n.object_id AND n.object_kind = 'group' "
        "WHERE n.tenant_id = %(tenant)s ORDER BY n.object_kind DESC, 3",
        {"tenant": tenant_id},
    )
    return [NeverRow(*row) for row in found]


_LISTED = """
SELECT n.object_id AS id FROM never_list n WHERE n.tenant_id = %(tenant)s AND n.object_kind = 'user'{user}
UNION SELECT m.user_id FROM never_list n CROSS JOIN group_member m
WHERE n.tenant_id = %(tenant)s AND n.object_kind = 'group'
AND m.tenant_id = n.tenant_id AND m.group_id = n.object_id{member}
"""
"""Users on the list, by themselves or by a group; the two conditions say which.

The join is a cross one, or SQLite walks every membership of the tenant: the list is short, groups are not.
"""


def among(tenant_id: int, users: list[int]) -> list[int]:
    """Those of these users who are on the list, by themselves or by a group, ascending."""
    some = sql.among("users")
    statement = _LISTED.format(user=f" AND n.object_id {some}", member=f" AND m.user_id {some}")
    found = sql.rows(f"{statement} ORDER BY id", {"tenant": tenant_id, "users": sql.listed(users)})
    return [row[0] for row in found]


_MEMBER = (
    " AND EXISTS (SELECT 1 FROM group_member x WHERE x.tenant_id = %(tenant)s AND x.group_id = %(group)s "
    "AND x.user_id = {0}) AND {0} > %(after)s"
)


def in_group(tenant_id: int, group_id: int, after: int, top: int) -> list[int]:
    """Members of the group with an id above `after` who are on the list, by themselves or by a group, ascending."""
    statement = _LISTED.format(user=_MEMBER.format("n.object_id"), member=_MEMBER.format("m.user_id"))
    found = sql.rows(
        f"{statement} ORDER BY id LIMIT %(top)s",
        {"tenant": tenant_id, "group": group_id, "after": after, "top": top},
    )
    return [row[0] for row in found]
