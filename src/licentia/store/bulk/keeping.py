"""What is kept of plans and for how long: drafts that grew old, lists of users that are thrown away, when to look again.

Durations are the caller's; nothing here opens a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable

from licentia.domain.instants import Instant
from licentia.domain.lifecycle import ENDS, PLAN_LIFE, PlanEvent, PlanState
from licentia.store import sql
from licentia.store.bulk.sources import set_agenda


def _listed(states: Iterable[PlanState]) -> str:
    return "(" + ", ".join(f"'{state}'" for state in sorted(states)) + ")"


_ENDED = _listed(ENDS)
_WAITING = _listed(state for state, event in PLAN_LIFE if event is PlanEvent.EXPIRE)


def any_waits_since(tenant_id: int, made_until: Instant) -> bool:
    """Whether a plan made until then still waits for somebody."""
    return bool(
        sql.row(
            f"SELECT 1 FROM plan WHERE tenant_id = %(tenant)s AND state IN {_WAITING} "
            "AND created_at <= %(until)s LIMIT 1",
            {"tenant": tenant_id, "until": made_until},
        )
    )


def expire(tenant_id: int, made_until: Instant, kept: Instant, top: int) -> list[tuple[int, str, Instant]]:
    """(plan, state before, when it grew old) of plans made until then that wait for nobody any more: they are expired.

    At most `top`, oldest first; `kept` is how long they were kept.
    """
    found = sql.rows(
        f"SELECT id, state, created_at + %(kept)s FROM plan WHERE tenant_id = %(tenant)s AND state IN {_WAITING} "
        "AND created_at <= %(until)s ORDER BY id LIMIT %(top)s",
        {"tenant": tenant_id, "until": made_until, "kept": kept, "top": top},
    )
    sql.execute(
        "UPDATE plan SET state = 'expired', finished_at = created_at + %(kept)s "
        f"WHERE tenant_id = %(tenant)s AND id {sql.among('plans')}",
        {"tenant": tenant_id, "kept": kept, "plans": sql.listed([row[0] for row in found])},
    )
    return [(int(plan), str(state), int(at)) for plan, state, at in found]


_LAST_USE = """
coalesce((SELECT max(s.undo_until) FROM plan_step s WHERE s.tenant_id = %(tenant)s AND s.plan_id = p.id),
p.finished_at, p.created_at)
"""
"""When the list of a plan's users was last of use: its last `undo_until`, or its end when nothing runs out."""


def outdated_lists(tenant_id: int, last_use: Instant, top: int) -> list[int]:
    """Ended plans that still have their list of users although it was of no use after `last_use`."""
    found = sql.rows(
        "SELECT p.id FROM plan p WHERE p.tenant_id = %(tenant)s "
        "AND p.id IN (SELECT c.plan_id FROM plan_chunk c WHERE c.tenant_id = %(tenant)s) "
        f"AND p.state IN {_ENDED} AND coalesce(p.undo_until, p.finished_at, p.created_at) <= %(until)s "
        f"AND {_LAST_USE} <= %(until)s ORDER BY p.id LIMIT %(top)s",
        {"tenant": tenant_id, "until": last_use, "top": top},
    )
    return [int(row[0]) for row in found]


def drop_chunk(tenant_id: int, plan_id: int) -> bool:
    """Whether a first chunk of the plan was there; it is gone with its steps."""
    found = sql.row(
        "SELECT from_n, to_n FROM plan_chunk WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s "
        "ORDER BY from_n LIMIT 1",
        {"tenant": tenant_id, "plan": plan_id},
    )
    if found is None:
        return False
    params = {"tenant": tenant_id, "plan": plan_id, "from_n": found[0], "to_n": found[1]}
    sql.execute(
        "DELETE FROM plan_step WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s AND n BETWEEN %(from_n)s AND %(to_n)s",
        params,
    )
    sql.execute(
        "DELETE FROM plan_chunk WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s AND from_n = %(from_n)s", params
    )
    return True


_NEXT = f"""
SELECT min(x.at) FROM (
SELECT min(p.start_at) AS at FROM plan p WHERE p.tenant_id = %(tenant)s AND p.state = 'scheduled'
UNION ALL
SELECT min(p.created_at) + %(draft)s FROM plan p WHERE p.tenant_id = %(tenant)s AND p.state IN {_WAITING}
UNION ALL
SELECT min({_LAST_USE}) + %(list)s FROM plan p WHERE p.tenant_id = %(tenant)s AND p.state IN {_ENDED}
AND p.id IN (SELECT c.plan_id FROM plan_chunk c WHERE c.tenant_id = %(tenant)s)
UNION ALL
SELECT min(CAST(%(later)s AS bigint)) FROM plan p
WHERE p.tenant_id = %(tenant)s AND p.state IN ('running', 'paused')
) x
"""
"""A plan that runs or is paused can end; when its list goes is not known before."""


def settle_agenda(tenant_id: int, draft: Instant, kept: Instant, now: Instant) -> None:
    """The agenda names when a plan is next to start, to expire, or to lose its list; later than now."""
    at = sql.value(_NEXT, {"tenant": tenant_id, "draft": draft, "list": kept, "later": now + kept})
    set_agenda(tenant_id, "schedule", None if at is None else max(int(at), now + 1))
