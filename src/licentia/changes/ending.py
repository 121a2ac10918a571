"""How a running plan pauses and ends, inside a transaction that is open: its state, its totals, its journal row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from licentia.changes import journal
from licentia.changes.journal import Entry, Row
from licentia.domain.instants import Instant
from licentia.domain.lifecycle import PauseReason, PlanEvent, PlanState, next_state
from licentia.domain.permissions import Actor
from licentia.store.bulk import plans as rows_of


def finish(tenant_id: int, plan: dict[str, Any], actor: Actor, now: Instant, entries: Sequence[Row] = ()) -> None:
    """The plan is applied, or applied with errors; `entries` are rows of what ended with it."""
    event = PlanEvent.FINISH_WITH_ERRORS if plan["failed"] + plan["skipped_late"] else PlanEvent.FINISH
    after = next_state(PlanState(plan["state"]), event)
    rows_of.move_state(tenant_id, plan["id"], plan["state"], after, None)
    rows_of.update_plan(tenant_id, plan["id"], {"finished_at": now})
    _write(tenant_id, plan["id"], actor, now, *entries, Entry("plan.finish", "plan", plan["id"], plan["state"], after))


def pause(tenant_id: int, plan_id: int, actor: Actor, now: Instant, reason: PauseReason) -> None:
    """The running plan is paused."""
    rows_of.move_state(tenant_id, plan_id, PlanState.RUNNING, PlanState.PAUSED, reason)
    _write(tenant_id, plan_id, actor, now, Entry("plan.pause", "plan", plan_id, PlanState.RUNNING, PlanState.PAUSED))


def _write(tenant_id: int, plan_id: int, actor: Actor, now: Instant, *entries: Row) -> None:
    journal.write(tenant_id, door="apply", actor=actor, now=now, entries=entries, plan_id=plan_id)


def count_undone(tenant_id: int, undo_of: int | None, verified: int) -> None:
    """The plan that was undone has so many more users undone; an undo of an undo takes them off again."""
    sign, seen = 1, undo_of
    while verified and seen is not None:
        rows_of.count(tenant_id, seen, {"undone": sign * verified})
        plan = rows_of.load_header(tenant_id, seen)
        sign, seen = -sign, None if plan is None else plan["undo_of"]
