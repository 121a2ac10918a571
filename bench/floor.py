"""The floor: plain set-based SQL that makes the same durable row changes as applying a plan, in one transaction.

It decides, guards, verifies and hashes nothing. `written` says what a run left, so that the two can be compared.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from licentia.store import sql

SECOND = 1_000_000

_JOURNAL = """
INSERT INTO journal (tenant_id, seq, segment_id, at, kind, object_kind, object_id, before, after)
SELECT %(tenant)s, h.seq + s.n, h.segment_id + 1, %(now)s,
  c.journal_kind, 'user', s.user_id, c.journal_before, c.journal_after
FROM plan_step s
JOIN class_change c ON c.tenant_id = %(tenant)s AND c.plan_id = %(plan)s AND c.class_id = s.class_id
JOIN head h ON h.tenant_id = %(tenant)s
WHERE s.tenant_id = %(tenant)s AND s.plan_id = %(plan)s AND s.state = 'pending'
"""

_SOURCES = """
DELETE FROM source WHERE tenant_id = %(tenant)s AND product_id = %(product)s AND source_kind = %(kind)s AND source_id = %(source)s
AND user_id IN (SELECT s.user_id FROM plan_step s
  WHERE s.tenant_id = %(tenant)s AND s.plan_id = %(plan)s AND s.state = 'pending')
"""

_CLOCKS = """
INSERT INTO clock (tenant_id, user_id, kind, due_at, started_at)
SELECT %(tenant)s, s.user_id, k.kind, %(now)s + k.seconds * 1000000, %(now)s
FROM plan_step s
JOIN class_clock k ON k.tenant_id = %(tenant)s AND k.plan_id = %(plan)s AND k.class_id = s.class_id
WHERE s.tenant_id = %(tenant)s AND s.plan_id = %(plan)s AND s.state = 'pending' AND k.seconds IS NOT NULL
ORDER BY s.n, k.kind ON CONFLICT DO NOTHING
"""

_POOL = """
UPDATE pool SET consumed = consumed + (SELECT sum(c.seat * k.users) FROM class_change c
  JOIN plan_class k ON k.tenant_id = c.tenant_id AND k.plan_id = c.plan_id AND k.id = c.class_id
  WHERE c.tenant_id = %(tenant)s AND c.plan_id = %(plan)s)
WHERE tenant_id = %(tenant)s AND product_id = %(product)s AND purchase_id = 0
"""

_LIVES = """
SELECT DISTINCT undo_seconds FROM plan_class
WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s AND outcome = 'ready'
"""

_STEPS = """
UPDATE plan_step SET state = 'verified', at = %(now)s, undo_until = CAST(%(until)s AS bigint)
WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s AND state = 'pending'
AND class_id IN (SELECT k.id FROM plan_class k
  WHERE k.tenant_id = %(tenant)s AND k.plan_id = %(plan)s AND k.outcome = 'ready' AND {same})
"""

_SEGMENT = """
INSERT INTO segment (tenant_id, id, door, plan_id, actor_kind, actor_id, actor_name, at, first_seq, last_seq,
  previous_hash, hash)
SELECT %(tenant)s, segment_id + 1, 'apply', %(plan)s, 'local_shell', 'bench', 'bench', %(now)s, seq + 1, seq + %(n)s,
  hash, '' FROM head WHERE tenant_id = %(tenant)s
"""

_HEAD = "UPDATE head SET seq = seq + %(n)s, segment_id = segment_id + 1 WHERE tenant_id = %(tenant)s"


def prepare() -> None:
    """The planner knows the plan's tables, so that the floor is not slow for want of figures. Not timed."""
    if sql.is_postgres():
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE plan_step, plan_class, class_change, class_clock")


def apply(tenant_id: int, plan_id: int, product_id: int, now: int, *, kind: int = 1, source_id: int = 0) -> None:
    """Every step of the plan is done, journal first, head last. All are ready and have one change: n numbers the rows."""
    params: dict[str, Any] = {"tenant": tenant_id, "plan": plan_id, "product": product_id, "now": now}
    params |= {"kind": kind, "source": source_id}
    same = "k.undo_seconds IS NOT DISTINCT FROM %(life)s" if sql.is_postgres() else "k.undo_seconds IS %(life)s"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_JOURNAL, params)
        params["n"] = cursor.rowcount
        cursor.execute(_CLOCKS, params)
        cursor.execute(_SOURCES, params)
        cursor.execute(_POOL, params)
        cursor.execute(_LIVES, params)
        for (life,) in cursor.fetchall():
            until = None if life is None else now + life * SECOND
            cursor.execute(_STEPS.format(same=same), params | {"life": life, "until": until})
        cursor.execute(_SEGMENT, params)
        cursor.execute(_HEAD, params)


_WRITTEN = {
    "journal": "SELECT kind, count(*), sum(object_id), count(before), count(after), sum(length(before)) FROM journal "
    "WHERE tenant_id = %(tenant)s AND object_kind = 'user' GROUP BY kind ORDER BY kind",
    "clock": "SELECT kind, count(*), sum(user_id), sum(due_at - started_at) FROM clock "
    "WHERE tenant_id = %(tenant)s GROUP BY kind ORDER BY kind",
    "source": "SELECT product_id, count(*), sum(user_id) FROM source WHERE tenant_id = %(tenant)s "
    "GROUP BY product_id ORDER BY product_id",
    "pool": "SELECT product_id, purchase_id, consumed FROM pool WHERE tenant_id = %(tenant)s ORDER BY 1, 2",
    "plan_step": "SELECT state, count(*), sum(user_id), count(at), sum(undo_until - at) FROM plan_step "
    "WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s GROUP BY state ORDER BY state",
}


def written(tenant_id: int, plan_id: int) -> dict[str, list[tuple[Any, ...]]]:
    """Per table, counts and sums of what is in it now: equal after the floor and after the product."""
    params = {"tenant": tenant_id, "plan": plan_id}
    return {
        table: [tuple(int(v) if hasattr(v, "as_tuple") else v for v in row) for row in sql.rows(query, params)]
        for table, query in _WRITTEN.items()
    }
