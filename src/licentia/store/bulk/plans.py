"""Rows of plans: header, classes, steps, chunks and their leases. A step is written once when proposed, once at its end.

No rule and no life cycle is decided here; callers pass states that the tables of domain.lifecycle allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from licentia.domain.instants import Instant
from licentia.store import sql
from licentia.store.owners import is_gone

CLASS_COLUMNS = (
    "tenant_id",
    "plan_id",
    "id",
    "signature",
    "outcome",
    "reason",
    "subject",
    "consequences",
    "undo_seconds",
    "users",
)
CHANGE_COLUMNS = (
    "tenant_id",
    "plan_id",
    "class_id",
    "product_id",
    "source_kind",
    "source_id",
    "before_state",
    "before_plans",
    "after_state",
    "after_plans",
    "after_error",
    "seat",
    "journal_kind",
    "journal_before",
    "journal_after",
)
STEP_COLUMNS = ("tenant_id", "plan_id", "n", "user_id", "class_id", "state", "reason")
CHUNK_COLUMNS = (
    "tenant_id",
    "plan_id",
    "from_n",
    "to_n",
    "state",
    "owner",
    "lease_until",
    "attempts",
    "run_after",
    "seen_seq",
)


def insert_plan(fields: dict[str, Any]) -> None:
    """A new plan header."""
    names = ", ".join(fields)
    marks = ", ".join(f"%({name})s" for name in fields if name != "tenant_id")
    sql.execute(f"INSERT INTO plan ({names}) VALUES (%(tenant)s, {marks})", fields | {"tenant": fields["tenant_id"]})


def update_plan(tenant_id: int, plan_id: int, fields: dict[str, Any]) -> None:
    """These columns of the header are now so."""
    sets = ", ".join(f"{name} = %({name})s" for name in fields)
    sql.execute(
        f"UPDATE plan SET {sets} WHERE tenant_id = %(tenant)s AND id = %(plan)s",
        fields | {"tenant": tenant_id, "plan": plan_id},
    )


def move_state(tenant_id: int, plan_id: int, before: str, after: str, pause_reason: str | None) -> bool:
    """Whether the plan was in `before` and now is in `after`."""
    return bool(
        sql.execute(
            "UPDATE plan SET state = %(after)s, pause_reason = %(reason)s "
            "WHERE tenant_id = %(tenant)s AND id = %(plan)s AND state = %(before)s",
            {"tenant": tenant_id, "plan": plan_id, "before": before, "after": after, "reason": pause_reason},
        )
    )


def count(tenant_id: int, plan_id: int, deltas: dict[str, int], undo_until: Instant | None = None) -> None:
    """The header's counters grow by these; `undo_until` keeps the earliest instant."""
    grow = ", ".join(f"{name} = {name} + %({name})s" for name in deltas)
    sql.execute(
        f"UPDATE plan SET {grow}, undo_until = CASE WHEN %(until)s IS NULL THEN undo_until "
        "WHEN undo_until IS NULL OR undo_until > %(until)s THEN %(until)s ELSE undo_until END "
        "WHERE tenant_id = %(tenant)s AND id = %(plan)s".replace("%(until)s", _big("until")),
        deltas | {"tenant": tenant_id, "plan": plan_id, "until": undo_until},
    )


def _big(name: str) -> str:
    """A parameter that may be NULL, with its type said: PostgreSQL cannot guess it."""
    return f"CAST(%({name})s AS bigint)"


def insert_classes(
    classes: Sequence[tuple[Any, ...]],
    changes: Sequence[tuple[Any, ...]],
    clocks: Sequence[tuple[Any, ...]],
    accounts: Sequence[tuple[Any, ...]],
) -> None:
    """New classes of a plan with their changes of sources, clocks and accounts."""
    sql.insert("plan_class", CLASS_COLUMNS, classes)
    sql.insert("class_change", CHANGE_COLUMNS, changes)
    sql.insert("class_clock", ("tenant_id", "plan_id", "class_id", "kind", "seconds"), clocks)
    sql.insert("class_account", ("tenant_id", "plan_id", "class_id", "name", "before", "after"), accounts)


def set_class_users(tenant_id: int, plan_id: int, counts: dict[int, int]) -> None:
    """How many users each class has."""
    pairs = "[" + ",".join(f"[{class_id},{n}]" for class_id, n in counts.items()) + "]"
    sql.execute(
        f"UPDATE plan_class SET users = pairs_.users FROM {sql.each('pairs', ('class_id', 'users'))} "
        "WHERE plan_class.tenant_id = %(tenant)s AND plan_class.plan_id = %(plan)s AND plan_class.id = pairs_.class_id",
        {"tenant": tenant_id, "plan": plan_id, "pairs": pairs},
    )


def insert_steps(steps: Sequence[tuple[Any, ...]]) -> None:
    """New steps."""
    sql.insert("plan_step", STEP_COLUMNS, steps)


def insert_chunk(chunk: tuple[Any, ...]) -> None:
    """A new chunk."""
    sql.insert("plan_chunk", CHUNK_COLUMNS, [chunk])


_OPEN = """
SELECT c.from_n, c.to_n, c.seen_seq, c.attempts, c.state, c.lease_until, c.owner FROM plan_chunk c
WHERE c.tenant_id = %(tenant)s AND c.plan_id = %(plan)s
  AND (c.state = 'ready' OR c.state = 'leased' AND (c.lease_until <= %(machine)s OR c.owner = %(owner)s))
ORDER BY c.from_n LIMIT 1
"""


def lease(tenant_id: int, plan_id: int, owner: str, machine: Instant, until: Instant) -> tuple[int, int, int] | None:
    """(from_n, to_n, seen_seq) of a chunk that is now the owner's until `until`; None when none is open."""
    found = sql.row(_OPEN, {"tenant": tenant_id, "plan": plan_id, "machine": machine, "owner": owner})
    if found is None:
        return None
    from_n, to_n, seen_seq = found[:3]
    sql.execute(
        "UPDATE plan_chunk SET state = 'leased', owner = %(owner)s, lease_until = %(until)s, attempts = attempts + 1 "
        "WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s AND from_n = %(from_n)s",
        {"tenant": tenant_id, "plan": plan_id, "from_n": from_n, "owner": owner, "until": until},
    )
    return int(from_n), int(to_n), int(seen_seq)


def free_the_dead(tenant_id: int, plan_id: int) -> bool:
    """Whether chunks of the plan are open again that processes of this machine held when they died."""
    held = sql.rows(
        "SELECT DISTINCT owner FROM plan_chunk WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s AND state = 'leased'",
        {"tenant": tenant_id, "plan": plan_id},
    )
    gone = [str(row[0]) for row in held if is_gone(str(row[0]))]
    return bool(gone) and bool(
        sql.execute(
            "UPDATE plan_chunk SET state = 'ready', owner = '', lease_until = 0 "
            "WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s AND state = 'leased' "
            f"AND owner {sql.among_texts('gone')}",
            {"tenant": tenant_id, "plan": plan_id, "gone": sql.listed_texts(gone)},
        )
    )


def hold_lease(tenant_id: int, plan_id: int, from_n: int, owner: str, until: Instant) -> bool:
    """Whether the chunk is still the owner's; then it is until `until`. The fence of every chunk's transaction (I-5)."""
    return bool(
        sql.execute(
            "UPDATE plan_chunk SET lease_until = %(until)s WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s "
            "AND from_n = %(from_n)s AND state = 'leased' AND owner = %(owner)s",
            {"tenant": tenant_id, "plan": plan_id, "from_n": from_n, "owner": owner, "until": until},
        )
    )


def end_chunk(tenant_id: int, plan_id: int, from_n: int, state: str) -> None:
    """The chunk is done, or open to anybody again."""
    sql.execute(
        "UPDATE plan_chunk SET state = %(state)s, owner = '', lease_until = 0 "
        "WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s AND from_n = %(from_n)s",
        {"tenant": tenant_id, "plan": plan_id, "from_n": from_n, "state": state},
    )


def end_chunks(tenant_id: int, plan_id: int) -> None:
    """Every chunk of the plan is done."""
    sql.execute(
        "UPDATE plan_chunk SET state = 'done', owner = '', lease_until = 0 "
        "WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s",
        {"tenant": tenant_id, "plan": plan_id},
    )


def first_open(tenant_id: int, plan_id: int) -> tuple[int, int] | None:
    """The bounds of the plan's first chunk that is not done; None when all are."""
    found = sql.row(
        "SELECT from_n, to_n FROM plan_chunk WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s "
        "AND state <> 'done' ORDER BY from_n LIMIT 1",
        {"tenant": tenant_id, "plan": plan_id},
    )
    return None if found is None else (int(found[0]), int(found[1]))


def chunks_left(tenant_id: int, plan_id: int) -> int:
    """Chunks that are not done."""
    return int(
        sql.value(
            "SELECT count(*) FROM plan_chunk WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s AND state <> 'done'",
            {"tenant": tenant_id, "plan": plan_id},
        )
    )


def pending(tenant_id: int, plan_id: int, from_n: int, to_n: int) -> list[tuple[int, int, int]]:
    """(n, user id, class id) of the chunk's steps that have not ended."""
    return sql.rows(
        "SELECT n, user_id, class_id FROM plan_step WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s "
        "AND n BETWEEN %(from_n)s AND %(to_n)s AND state = 'pending' ORDER BY n",
        {"tenant": tenant_id, "plan": plan_id, "from_n": from_n, "to_n": to_n},
    )


def end_steps(
    tenant_id: int,
    plan_id: int,
    steps: list[int],
    state: str,
    reason: str | None,
    now: Instant,
    undo_until: Instant | None = None,
) -> int:
    """How many of these steps have now ended."""
    among = sql.among("steps")
    return sql.execute(
        "UPDATE plan_step SET state = %(state)s, reason = %(reason)s, at = %(now)s, "
        f"undo_until = {_big('until')} "
        f"WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s AND n {among} AND state = 'pending'",
        {
            "tenant": tenant_id,
            "plan": plan_id,
            "steps": sql.listed(steps),
            "state": state,
            "reason": reason,
            "now": now,
            "until": undo_until,
        },
    )


def end_rest(tenant_id: int, plan_id: int, state: str, reason: str, now: Instant) -> int:
    """How many steps of the plan had not ended and now have."""
    return sql.execute(
        "UPDATE plan_step SET state = %(state)s, reason = %(reason)s, at = %(now)s "
        "WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s AND state = 'pending'",
        {"tenant": tenant_id, "plan": plan_id, "state": state, "reason": reason, "now": now},
    )


def living(tenant_id: int, users: list[int]) -> list[int]:
    """Those of these users who exist and are not deleted, ascending."""
    found = sql.rows(
        f"SELECT id FROM users WHERE tenant_id = %(tenant)s AND id {sql.among('users')} AND deleted_at IS NULL "
        "ORDER BY id",
        {"tenant": tenant_id, "users": sql.listed(users)},
    )
    return [row[0] for row in found]


def verify_steps(
    tenant_id: int,
    plan_id: int,
    bounds: tuple[int, int],
    classes: list[int],
    now: Instant,
    undo_until: Instant | None,
) -> int:
    """How many steps of these classes in the range are now verified."""
    among = sql.among("classes")
    return sql.execute(
        f"UPDATE plan_step SET state = 'verified', at = %(now)s, undo_until = {_big('until')} "
        "WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s AND n BETWEEN %(from_n)s AND %(to_n)s "
        f"AND state = 'pending' AND class_id {among}",
        {
            "tenant": tenant_id,
            "plan": plan_id,
            "from_n": bounds[0],
            "to_n": bounds[1],
            "classes": sql.listed(classes),
            "now": now,
            "until": undo_until,
        },
    )


def load_classes(tenant_id: int, plan_id: int) -> list[sql.Row]:
    """(id, signature, undo_seconds) of the plan's classes that change something."""
    return sql.rows(
        "SELECT id, signature, undo_seconds FROM plan_class WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s "
        "AND outcome = 'ready'",
        {"tenant": tenant_id, "plan": plan_id},
    )


def load_changes(tenant_id: int, plan_id: int) -> list[sql.Row]:
    """The plan's class changes, in the order of CHANGE_COLUMNS from class_id on."""
    names = ", ".join(CHANGE_COLUMNS[2:])
    return sql.rows(
        f"SELECT {names} FROM class_change WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s "
        "ORDER BY class_id, product_id, source_kind, source_id",
        {"tenant": tenant_id, "plan": plan_id},
    )


def load_clocks(tenant_id: int, plan_id: int) -> list[sql.Row]:
    """(class id, kind, seconds) of the plan's clock effects."""
    return sql.rows(
        "SELECT class_id, kind, seconds FROM class_clock WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s",
        {"tenant": tenant_id, "plan": plan_id},
    )


def load_accounts(tenant_id: int, plan_id: int) -> list[sql.Row]:
    """(class id, name, before, after) of what the plan's classes do to accounts."""
    return sql.rows(
        "SELECT class_id, name, before, after FROM class_account "
        "WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s ORDER BY class_id, name",
        {"tenant": tenant_id, "plan": plan_id},
    )


def clear_agenda(tenant_id: int) -> None:
    """The agenda has no plan of the tenant when none runs."""
    sql.execute(
        "DELETE FROM agenda WHERE tenant_id = %(tenant)s AND kind = 'plan' AND NOT EXISTS "
        "(SELECT 1 FROM plan p WHERE p.tenant_id = %(tenant)s AND p.state = 'running')",
        {"tenant": tenant_id},
    )


HEADER = (
    "tenant_id, id, verb, intent, who, state, pause_reason, is_inline, is_complete, undo_of, actor_name, created_at, started_at, "
    "finished_at, undo_until, users, ready, choice, skipped, refused, verified, failed, skipped_late, seats_freed, undone, "
    "catalog_version, rules_version, start_at, approved_by, is_unattended"
)


def load_header(tenant_id: int, plan_id: int) -> dict[str, Any] | None:
    """The plan's header by column name; None when there is none."""
    found = sql.row(
        f"SELECT {HEADER} FROM plan WHERE tenant_id = %(tenant)s AND id = %(plan)s",
        {"tenant": tenant_id, "plan": plan_id},
    )
    return None if found is None else dict(zip(HEADER.split(", "), found, strict=True))
