"""Reads for undo: a plan's segments, its license rows, and who was changed after it."""

from __future__ import annotations

import json

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


def user_rows(
    tenant_id: int, first: int, last: int, user_id: int | None
) -> list[tuple[int, str, str | None, str | None]]:
    """(user, kind, before, after) of the changes of licenses and accounts in this part, of one user when asked."""
    one = "" if user_id is None else " AND object_id = %(user)s"
    return sql.rows(
        "SELECT object_id, kind, before, after FROM journal WHERE tenant_id = %(tenant)s "
        "AND seq BETWEEN %(first)s AND %(last)s AND object_kind = 'user' "
        "AND kind IN ('license.unassign', 'license.assign', 'license.change', 'account.enabled', 'account.manager')"
        f"{one} ORDER BY seq",
        {"tenant": tenant_id, "first": first, "last": last, "user": user_id},
    )


def changed_users(tenant_id: int, plan_id: int, after: int, top: int) -> list[int]:
    """Users above `after` whose account or membership the plan itself changed, ascending."""
    found = sql.rows(
        "SELECT DISTINCT j.object_id FROM segment s JOIN journal j ON j.tenant_id = %(tenant)s "
        f"AND j.seq BETWEEN s.first_seq AND s.last_seq WHERE s.tenant_id = %(tenant)s AND {OF_PLAN} "
        "AND j.object_kind = 'user' AND j.kind IN ('account.deleted', 'member.add', 'member.remove', 'user.create') "
        "AND j.object_id > %(after)s ORDER BY j.object_id LIMIT %(top)s",
        {"tenant": tenant_id, "plan": plan_id, "after": after, "top": top},
    )
    return [row[0] for row in found]


def intent_text(tenant_id: int, plan_id: int) -> str | None:
    """What the plan was for; None when there is no such plan."""
    found = sql.value(
        "SELECT intent FROM plan WHERE tenant_id = %(tenant)s AND id = %(plan)s", {"tenant": tenant_id, "plan": plan_id}
    )
    return None if found is None else str(found)


def group_row(tenant_id: int, plan_id: int, group_id: int) -> tuple[str | None, str | None] | None:
    """(before, after) of the group's licenses, as the plan changed them; None when it did not."""
    found = sql.row(
        "SELECT j.before, j.after FROM journal j JOIN segment s ON s.tenant_id = j.tenant_id AND s.id = j.segment_id "
        "WHERE j.tenant_id = %(tenant)s AND j.object_kind = 'group' AND j.object_id = %(group)s "
        "AND j.kind = 'group.licenses' AND s.plan_id = %(plan)s",
        {"tenant": tenant_id, "plan": plan_id, "group": group_id},
    )
    return None if found is None else (found[0], found[1])


def group_now(tenant_id: int, group_id: int) -> str:
    """The group's licenses now, as the journal writes them: products and their disabled plans."""
    found = sql.rows(
        "SELECT p.sku_id, l.disabled_plans FROM group_license l "
        "JOIN product p ON p.tenant_id = l.tenant_id AND p.id = l.product_id "
        "WHERE l.tenant_id = %(tenant)s AND l.group_id = %(group)s",
        {"tenant": tenant_id, "group": group_id},
    )
    gives = {sku: sorted(filter(None, plans.split(","))) for sku, plans in found}
    return json.dumps(gives, sort_keys=True, separators=(",", ":"))


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
