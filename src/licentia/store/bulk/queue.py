"""The tenant's group queue: users whose group licenses are to be looked at again. Nothing is decided here."""

from __future__ import annotations

from licentia.domain.instants import Instant
from licentia.store import sql
from licentia.store.bulk.sources import lower_agenda


def put_steps(tenant_id: int, plan_id: int, bounds: tuple[int, int] | None, now: Instant) -> int:
    """How many pending steps of the plan, or of these of its steps, now wait in the queue."""
    some = "" if bounds is None else " AND s.n BETWEEN %(first)s AND %(last)s"
    queued = sql.execute(
        "INSERT INTO group_queue (tenant_id, user_id, plan_id, n) "
        "SELECT s.tenant_id, s.user_id, s.plan_id, s.n FROM plan_step s "
        f"WHERE s.tenant_id = %(tenant)s AND s.plan_id = %(plan)s AND s.state = 'pending'{some} ON CONFLICT DO NOTHING",
        {"tenant": tenant_id, "plan": plan_id} | ({"first": bounds[0], "last": bounds[1]} if bounds else {}),
    )
    lower_agenda(tenant_id, "group", now)
    return queued


def put_members(tenant_id: int, plan_id: int, group_id: int, now: Instant) -> None:
    """All members of the group wait in the queue, for this plan (0: for none); a deleted one will leave it unchanged."""
    sql.execute(
        "INSERT INTO group_queue (tenant_id, user_id, plan_id, n) "
        "SELECT m.tenant_id, m.user_id, CAST(%(plan)s AS bigint), 0 FROM group_member m "
        "WHERE m.tenant_id = %(tenant)s AND m.group_id = %(group)s ON CONFLICT DO NOTHING",
        {"tenant": tenant_id, "plan": plan_id, "group": group_id},
    )
    lower_agenda(tenant_id, "group", now)


def put_users(tenant_id: int, plan_id: int, users: list[int], now: Instant) -> None:
    """These users wait in the queue, for this plan (0: for none)."""
    sql.execute(
        "INSERT INTO group_queue (tenant_id, user_id, plan_id, n) "
        f"SELECT %(tenant)s, users_.value, CAST(%(plan)s AS bigint), 0 FROM {sql.each('users')} WHERE true "
        "ON CONFLICT DO NOTHING",
        {"tenant": tenant_id, "plan": plan_id, "users": sql.listed(users)},
    )
    lower_agenda(tenant_id, "group", now)


def first_plan(tenant_id: int) -> int | None:
    """The lowest plan that waits in the queue (0: users for no plan); None when nobody waits."""
    found = sql.value(
        "SELECT plan_id FROM group_queue WHERE tenant_id = %(tenant)s ORDER BY plan_id LIMIT 1", {"tenant": tenant_id}
    )
    return None if found is None else int(found)


def waiting(tenant_id: int, plan_id: int, top: int) -> list[tuple[int, int]]:
    """(user, step) of those who wait for this plan, by user."""
    return sql.rows(
        "SELECT user_id, n FROM group_queue WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s "
        "ORDER BY user_id LIMIT %(top)s",
        {"tenant": tenant_id, "plan": plan_id, "top": top},
    )


def remove(tenant_id: int, plan_id: int, first: int, last: int) -> None:
    """Nobody between these users waits for this plan any more."""
    sql.execute(
        "DELETE FROM group_queue WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s "
        "AND user_id BETWEEN %(first)s AND %(last)s",
        {"tenant": tenant_id, "plan": plan_id, "first": first, "last": last},
    )


def settle_agenda(tenant_id: int) -> None:
    """The agenda no longer names the queue of a tenant in which nobody waits."""
    sql.execute(
        "DELETE FROM agenda WHERE tenant_id = %(tenant)s AND kind = 'group' AND NOT EXISTS "
        "(SELECT 1 FROM group_queue q WHERE q.tenant_id = %(tenant)s)",
        {"tenant": tenant_id},
    )
