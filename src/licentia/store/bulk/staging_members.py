"""Memberships of an imported file of users: staged as changes, told, then written. Uses the tables of store.bulk.staging.

Never touches a license that a user holds, and no group that the file's paths do not name or contradict.
"""

from __future__ import annotations

from licentia.store import sql


def load_members(tenant_id: int) -> None:
    """In a new copy, users are members of the groups that the file's paths name."""
    sql.execute(
        "INSERT INTO group_member (tenant_id, group_id, user_id) SELECT DISTINCT %(tenant)s, n.source_id, n.user_id "
        "FROM stage_license n WHERE n.source_kind = 2 ON CONFLICT DO NOTHING",
        {"tenant": tenant_id},
    )


def find_members(tenant_id: int) -> None:
    """Who joins and leaves, staged: a user is in the groups that the file's paths name, and in none that gave it more.

    A group of which nobody gets a license is not in such a file; its members stay unknown.
    """
    params = {"tenant": tenant_id}
    sql.execute(
        "INSERT INTO stage_membership (user_id, group_id, joins) SELECT m.user_id, m.group_id, 0 FROM stage_user u "
        "JOIN group_member m ON m.tenant_id = %(tenant)s AND m.user_id = u.user_id WHERE NOT EXISTS (SELECT 1 "
        "FROM stage_license n WHERE n.user_id = m.user_id AND n.source_kind = 2 AND n.source_id = m.group_id)",
        params,
    )
    sql.execute(
        "INSERT INTO stage_membership (user_id, group_id, joins) SELECT DISTINCT n.user_id, n.source_id, 1 "
        "FROM stage_license n WHERE n.source_kind = 2 AND NOT EXISTS (SELECT 1 FROM group_member m "
        "WHERE m.tenant_id = %(tenant)s AND m.group_id = n.source_id AND m.user_id = n.user_id)",
        params,
    )
    sql.execute("CREATE INDEX stage_membership_user ON stage_membership (user_id, group_id)", {})


def changed_members(tenant_id: int, after: int, top: int) -> list[tuple[int, str, int]]:
    """(user, group's object id, whether it joins) of the next `top` users whose groups change, in order."""
    return sql.rows(
        "SELECT c.user_id, g.object_id, c.joins FROM stage_membership c "
        "JOIN user_group g ON g.tenant_id = %(tenant)s AND g.id = c.group_id WHERE c.user_id IN "
        "(SELECT DISTINCT d.user_id FROM stage_membership d WHERE d.user_id > %(after)s "
        "ORDER BY d.user_id LIMIT %(top)s) ORDER BY c.user_id, g.object_id",
        {"tenant": tenant_id, "after": after, "top": top},
    )


def merge_members(tenant_id: int) -> None:
    """The tenant's memberships are as the staged changes say."""
    params = {"tenant": tenant_id}
    sql.execute(
        "DELETE FROM group_member WHERE tenant_id = %(tenant)s AND (group_id, user_id) IN "
        "(SELECT c.group_id, c.user_id FROM stage_membership c WHERE c.joins = 0)",
        params,
    )
    sql.execute(
        "INSERT INTO group_member (tenant_id, group_id, user_id) SELECT %(tenant)s, c.group_id, c.user_id "
        "FROM stage_membership c WHERE c.joins = 1",
        params,
    )
