"""Reads for undo: a plan's segments, its license rows, and who was changed after it."""

from __future__ import annotations

from licentia.store import sql

OF_PLAN = "s.id IN (SELECT g.id FROM segment g WHERE g.tenant_id = %(tenant)s AND g.plan_id = %(plan)s)"
"""The segments `s` of the plan. Plainly, SQLite walks all of the tenant's: without statistics it thinks they are ten."""


def segments(tenant_id: int, plan_id: int) -> list[tuple[int, int]]:
    """(first, last) number of each of the plan's parts of the journal, in order."""
    return sql.rows(
        f"SELECT s.first_seq, s.last_seq FROM segment s WHERE s.tenant_id = %(tenant)s AND {OF_PLAN} ORDER BY s.id",
        {"tenant": tenant_id, "plan": plan_id},
    )


def last_seq(tenant_id: int, plan_id: int) -> int:
    """The last number of the plan's journal rows."""
    found = sql.value(
        f"SELECT max(s.last_seq) FROM segment s WHERE s.tenant_id = %(tenant)s AND {OF_PLAN}",
        {"tenant": tenant_id, "plan": plan_id},
    )
    return int(found or 0)


def license_rows(
    tenant_id: int, first: int, last: int, user_id: int | None
) -> list[tuple[int, str | None, str | None]]:
    """(user, before, after) of the license changes in this part of the journal, of one user when asked."""
    one = "" if user_id is None else " AND object_id = %(user)s"
    return sql.rows(
        "SELECT object_id, before, after FROM journal WHERE tenant_id = %(tenant)s "
        "AND seq BETWEEN %(first)s AND %(last)s AND object_kind = 'user' "
        f"AND kind IN ('license.unassign', 'license.assign', 'license.change'){one} ORDER BY seq",
        {"tenant": tenant_id, "first": first, "last": last, "user": user_id},
    )


def later_plans(tenant_id: int, users: list[int], after: int) -> dict[int, int]:
    """By user, the latest plan whose license change the journal has after this number."""
    among = sql.among("users")
    found = sql.rows(
        "SELECT j.object_id, max(s.plan_id) FROM journal j "
        "JOIN segment s ON s.tenant_id = j.tenant_id AND s.id = j.segment_id "
        "WHERE j.tenant_id = %(tenant)s AND j.seq IN (SELECT x.seq FROM journal x WHERE x.tenant_id = %(tenant)s "
        f"AND x.object_kind = 'user' AND x.object_id {among} AND x.seq > %(after)s) "
        "AND s.plan_id IS NOT NULL GROUP BY j.object_id",
        {"tenant": tenant_id, "users": sql.listed(users), "after": after},
    )
    return dict(found)
