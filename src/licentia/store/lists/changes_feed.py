"""The journal as a feed: rows after a number, in order, of the objects a delta is about. Reads by the journal's own key."""

from __future__ import annotations

from typing import NamedTuple

from licentia.store import sql


class Change(NamedTuple):
    """One row of the journal."""

    seq: int
    kind: str
    object_kind: str
    object_id: int
    before: str | None
    after: str | None


def after(tenant_id: int, seq: int, until: int, top: int) -> list[Change]:
    """The next `top` rows after `seq`, up to `until`, of every kind: so that the place to go on from moves with each page."""
    found = sql.rows(
        "SELECT j.seq, j.kind, j.object_kind, j.object_id, j.before, j.after FROM journal j "
        "WHERE j.tenant_id = %(tenant)s AND j.seq > %(after)s AND j.seq <= %(until)s ORDER BY j.seq LIMIT %(top)s",
        {"tenant": tenant_id, "after": seq, "until": until, "top": top},
    )
    return [Change(*row) for row in found]


def end(tenant_id: int) -> int:
    """The last number of the journal now."""
    return int(sql.value("SELECT h.seq FROM head h WHERE h.tenant_id = %(tenant)s", {"tenant": tenant_id}) or 0)


def members_after(tenant_id: int, group_id: int, user_id: int, top: int) -> list[tuple[int, str]]:
    """(number, object id) of the group's members above a number, deleted users left out."""
    return sql.rows(
        "SELECT u.id, u.object_id FROM group_member m JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id "
        "AND u.deleted_at IS NULL WHERE m.tenant_id = %(tenant)s AND m.group_id = %(group)s AND m.user_id > %(user)s "
        "ORDER BY m.user_id LIMIT %(top)s",
        {"tenant": tenant_id, "group": group_id, "user": user_id, "top": top},
    )


def object_ids(tenant_id: int, users: list[int]) -> dict[int, tuple[str, bool]]:
    """By number, (object id, whether deleted) of these users, of those who are still there."""
    found = sql.rows(
        "SELECT u.id, u.object_id, CASE WHEN u.deleted_at IS NULL THEN 0 ELSE 1 END FROM users u "
        f"WHERE u.tenant_id = %(tenant)s AND u.id {sql.among('users')}",
        {"tenant": tenant_id, "users": sql.listed(users)},
    )
    return {number: (object_id, bool(is_deleted)) for number, object_id, is_deleted in found}


def group_ids(tenant_id: int, groups: list[int]) -> dict[int, tuple[str, bool]]:
    """The same of groups."""
    found = sql.rows(
        "SELECT g.id, g.object_id, CASE WHEN g.deleted_at IS NULL THEN 0 ELSE 1 END FROM user_group g "
        f"WHERE g.tenant_id = %(tenant)s AND g.id {sql.among('groups')}",
        {"tenant": tenant_id, "groups": sql.listed(groups)},
    )
    return {number: (object_id, bool(is_deleted)) for number, object_id, is_deleted in found}
