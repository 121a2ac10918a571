"""Reads of plans for people and guards: seats a plan needs, what it takes back, its classes, steps and list."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from licentia.domain.instants import Instant
from licentia.store import sql
from licentia.store.bulk.plans import HEADER
from licentia.store.lists import gone


@dataclass(frozen=True, slots=True)
class SeatBalance:
    """How many seats of a product's pool a plan takes (negative: frees), beside what is free; None is not known."""

    sku_id: str
    needed: int
    free: int | None
    purchase_id: int = 0
    """The self-service purchase whose seats these are; 0: the organization's."""


@dataclass(frozen=True, slots=True)
class Taking:
    """How many users lose an assignment of a product, beside how many hold it."""

    sku_id: str
    users: int
    holders: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The tenant's guards; `approve_above` None: no plan needs a second person's approval."""

    confirm_above: int
    percent: int
    users: int
    approve_above: int | None


@dataclass(frozen=True, slots=True)
class PlanClassRow:
    """A class of a plan: the verdict on users with equal facts."""

    id: int
    outcome: str
    reason: str | None
    subject: str
    consequences: tuple[tuple[str, tuple[tuple[str, str], ...], int | None], ...]
    undo_seconds: int | None
    users: int


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step with its user."""

    n: int
    user_id: int
    principal_name: str
    display_name: str
    state: str
    reason: str | None
    class_id: int
    at: Instant | None
    undo_until: Instant | None


_USERS = """
(SELECT k.users FROM plan_class k WHERE k.tenant_id = %(tenant)s AND k.plan_id = %(plan)s AND k.id = c.class_id)
"""
"""How many users a change's class has. Not a join: without statistics PostgreSQL compares every change with every class."""


_TAKEN = "coalesce(c.before_state, 5) <> 5 AND coalesce(c.after_state, 5) = 5"
_GIVEN = "coalesce(c.before_state, 5) = 5 AND coalesce(c.after_state, 5) <> 5"
"""An assignment goes or comes: one that is remembered of a deleted user (5) is not there."""


def seat_balances(tenant_id: int, plan_id: int) -> list[SeatBalance]:
    """Per pool that the plan touches, what it takes and what is free now."""
    found = sql.rows(
        "SELECT p.sku_id, n.needed, o.capacity - o.consumed, n.purchase_id FROM (SELECT c.product_id, "
        "CASE WHEN c.source_kind = 3 THEN c.source_id ELSE 0 END AS purchase_id, "
        f"sum(c.seat * {_USERS}) AS needed FROM class_change c "
        "WHERE c.tenant_id = %(tenant)s AND c.plan_id = %(plan)s GROUP BY 1, 2) AS n "
        "JOIN product p ON p.tenant_id = %(tenant)s AND p.id = n.product_id "
        "LEFT JOIN pool o ON o.tenant_id = %(tenant)s AND o.product_id = n.product_id "
        "AND o.purchase_id = n.purchase_id ORDER BY p.sku_id",
        {"tenant": tenant_id, "plan": plan_id},
    )
    return [
        SeatBalance(sku, int(needed), None if free is None else int(free), int(purchase))
        for sku, needed, free, purchase in found
    ]


def takings(tenant_id: int, plan_id: int) -> list[Taking]:
    """Per product, how many users the plan takes an assignment from."""
    found = sql.rows(
        "SELECT p.sku_id, n.users, o.consumed FROM (SELECT c.product_id, "
        f"sum({_USERS}) AS users FROM class_change c WHERE c.tenant_id = %(tenant)s AND c.plan_id = %(plan)s "
        f"AND {_TAKEN} GROUP BY c.product_id) AS n "
        "JOIN product p ON p.tenant_id = %(tenant)s AND p.id = n.product_id "
        "LEFT JOIN pool o ON o.tenant_id = %(tenant)s AND o.product_id = n.product_id AND o.purchase_id = 0",
        {"tenant": tenant_id, "plan": plan_id},
    )
    return [Taking(sku, int(users), int(holders or 0)) for sku, users, holders in found]


def limits(tenant_id: int) -> Limits:
    """The tenant's guards."""
    found = sql.row(
        "SELECT confirm_above, limit_percent, limit_users, approve_above FROM tenant WHERE id = %(tenant)s",
        {"tenant": tenant_id},
    )
    assert found is not None
    return Limits(*found)


def header(tenant_id: int, plan_id: int) -> dict[str, Any] | None:
    """The plan's header by column name; None when there is none."""
    found = sql.row(
        f"SELECT {HEADER} FROM plan WHERE tenant_id = %(tenant)s AND id = %(plan)s",
        {"tenant": tenant_id, "plan": plan_id},
    )
    return None if found is None else dict(zip(HEADER.split(", "), found, strict=True))


def some(tenant_id: int, plan_ids: list[int]) -> dict[int, dict[str, Any]]:
    """By number, the headers of these plans."""
    if not plan_ids:
        return {}
    found = sql.rows(
        f"SELECT {HEADER} FROM plan WHERE tenant_id = %(tenant)s AND id {sql.among('plans')}",
        {"tenant": tenant_id, "plans": sql.listed(plan_ids)},
    )
    headers = [dict(zip(HEADER.split(", "), row, strict=True)) for row in found]
    return {one["id"]: one for one in headers}


def latest(tenant_id: int, top: int, before: int | None, *, inline: bool) -> list[dict[str, Any]]:
    """The newest plans' headers, older than number `before`; inline ones only when asked."""
    older = " AND id < %(before)s" if before is not None else ""
    own = "" if inline else " AND NOT is_inline"
    found = sql.rows(
        f"SELECT {HEADER} FROM plan WHERE tenant_id = %(tenant)s{older}{own} ORDER BY id DESC LIMIT %(top)s",
        {"tenant": tenant_id, "before": before, "top": top},
    )
    return [dict(zip(HEADER.split(", "), row, strict=True)) for row in found]


def classes(tenant_id: int, plan_id: int) -> list[PlanClassRow]:
    """All classes of a plan."""
    found = sql.rows(
        "SELECT id, outcome, reason, subject, consequences, undo_seconds, users FROM plan_class "
        "WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s ORDER BY id",
        {"tenant": tenant_id, "plan": plan_id},
    )
    return [
        PlanClassRow(i, outcome, reason, subject, read_consequences(said), undo, users)
        for i, outcome, reason, subject, said, undo, users in found
    ]


def users_with(tenant_id: int, plan_id: int, reason: str) -> int:
    """How many users the plan leaves out for this reason."""
    return int(
        sql.value(
            "SELECT coalesce(sum(users), 0) FROM plan_class "
            "WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s AND reason = %(reason)s",
            {"tenant": tenant_id, "plan": plan_id, "reason": reason},
        )
    )


def read_consequences(text: str) -> tuple[tuple[str, tuple[tuple[str, str], ...], int | None], ...]:
    """(rule key, words, seconds) of each stored consequence."""
    return tuple((rule, tuple(sorted(words.items())), seconds) for rule, words, seconds in json.loads(text))


STEP_COLUMNS = (
    "s.n, s.user_id, coalesce(u.principal_name, ''), coalesce(u.display_name, ''), s.state, s.reason, s.class_id, s.at, "
    "s.undo_until"
)


def steps(tenant_id: int, plan_id: int, after_n: int, top: int) -> list[StepRow]:
    """The plan's steps after number `after_n`, with their users, `top` at most."""
    found = sql.rows(
        f"SELECT {STEP_COLUMNS} FROM plan_step s "
        "LEFT JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id "
        "WHERE s.tenant_id = %(tenant)s AND s.plan_id = %(plan)s AND s.n > %(after)s ORDER BY s.n LIMIT %(top)s",
        {"tenant": tenant_id, "plan": plan_id, "after": after_n, "top": top},
    )
    return named_steps(tenant_id, found)


def named_steps(tenant_id: int, found: list[sql.Row]) -> list[StepRow]:
    """The steps, with the names of users who are gone."""
    absent = gone.names(tenant_id, [row[1] for row in found if not row[2]])
    return [StepRow(n, user, name or absent.get(user, ""), *rest) for n, user, name, *rest in found]


def assignments(tenant_id: int, plan_id: int) -> tuple[int, int]:
    """(removed, added): how many assignments the plan takes away and gives."""
    found = sql.row(
        f"SELECT coalesce(sum(CASE WHEN {_TAKEN} THEN {_USERS} ELSE 0 END), 0), "
        f"coalesce(sum(CASE WHEN {_GIVEN} THEN {_USERS} ELSE 0 END), 0) FROM class_change c "
        "WHERE c.tenant_id = %(tenant)s AND c.plan_id = %(plan)s",
        {"tenant": tenant_id, "plan": plan_id},
    )
    return (int(found[0]), int(found[1])) if found else (0, 0)


def step_users(tenant_id: int, plan_id: int) -> set[int]:
    """All users of the plan."""
    found = sql.rows(
        "SELECT user_id FROM plan_step WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s",
        {"tenant": tenant_id, "plan": plan_id},
    )
    return {row[0] for row in found}


def unfinished_users(tenant_id: int, plan_id: int) -> list[int]:
    """Users of the plan whose step failed, or changed meanwhile."""
    found = sql.rows(
        "SELECT user_id FROM plan_step WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s "
        "AND (state = 'failed' OR state = 'skipped' AND reason = 'stale') ORDER BY n",
        {"tenant": tenant_id, "plan": plan_id},
    )
    return [row[0] for row in found]


def step_results(tenant_id: int, plan_id: int) -> dict[tuple[str, str | None], int]:
    """How many steps ended how, by (state, reason)."""
    found = sql.rows(
        "SELECT state, reason, count(*) FROM plan_step WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s "
        "GROUP BY state, reason",
        {"tenant": tenant_id, "plan": plan_id},
    )
    return {(state, reason): int(n) for state, reason, n in found}
