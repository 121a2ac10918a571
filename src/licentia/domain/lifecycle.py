"""The lives of a plan, a step and a chunk, as tables: state, event, next state.

The pictures in the docs are drawn from these tables. Nothing here acts.
"""

from __future__ import annotations

from enum import StrEnum

from licentia.domain.reasons import Refused


class PlanState(StrEnum):
    """Where a plan is in its life."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    APPLIED = "applied"
    APPLIED_WITH_ERRORS = "applied_with_errors"
    STOPPED = "stopped"
    DISCARDED = "discarded"
    EXPIRED = "expired"
    HANDED_OVER = "handed_over"


class PlanEvent(StrEnum):
    """What can happen to a plan."""

    APPLY = "apply"
    ASK = "ask"
    APPROVE = "approve"
    REJECT = "reject"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    START = "start"
    START_REFUSED = "start_refused"
    PAUSE = "pause"
    RESUME = "resume"
    FINISH = "finish"
    FINISH_WITH_ERRORS = "finish_with_errors"
    DISCARD = "discard"
    STOP = "stop"
    EXPIRE = "expire"
    HAND_OVER = "hand_over"


class PauseReason(StrEnum):
    """Why a plan paused."""

    ASKED = "asked"
    INTERRUPTED = "interrupted"
    ERRORS = "errors"
    NO_SEATS = "no_seats"
    CHANGED = "changed"


class StepState(StrEnum):
    """Where a step is; refused and choice are ends reached when the plan is made."""

    PENDING = "pending"
    VERIFIED = "verified"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNCONFIRMED = "unconfirmed"
    REFUSED = "refused"
    CHOICE = "choice"


class ChunkState(StrEnum):
    """Where a chunk is."""

    READY = "ready"
    LEASED = "leased"
    DONE = "done"


PLAN_LIFE: dict[tuple[PlanState, PlanEvent], PlanState] = {
    (PlanState.DRAFT, PlanEvent.APPLY): PlanState.RUNNING,
    (PlanState.DRAFT, PlanEvent.ASK): PlanState.AWAITING_APPROVAL,
    (PlanState.AWAITING_APPROVAL, PlanEvent.APPROVE): PlanState.DRAFT,
    (PlanState.AWAITING_APPROVAL, PlanEvent.REJECT): PlanState.DRAFT,
    (PlanState.AWAITING_APPROVAL, PlanEvent.DISCARD): PlanState.DISCARDED,
    (PlanState.AWAITING_APPROVAL, PlanEvent.EXPIRE): PlanState.EXPIRED,
    (PlanState.DRAFT, PlanEvent.SCHEDULE): PlanState.SCHEDULED,
    (PlanState.SCHEDULED, PlanEvent.START): PlanState.RUNNING,
    (PlanState.SCHEDULED, PlanEvent.START_REFUSED): PlanState.DRAFT,
    (PlanState.SCHEDULED, PlanEvent.UNSCHEDULE): PlanState.DRAFT,
    (PlanState.SCHEDULED, PlanEvent.DISCARD): PlanState.DISCARDED,
    (PlanState.DRAFT, PlanEvent.DISCARD): PlanState.DISCARDED,
    (PlanState.DRAFT, PlanEvent.EXPIRE): PlanState.EXPIRED,
    (PlanState.DRAFT, PlanEvent.HAND_OVER): PlanState.HANDED_OVER,
    (PlanState.RUNNING, PlanEvent.PAUSE): PlanState.PAUSED,
    (PlanState.PAUSED, PlanEvent.RESUME): PlanState.RUNNING,
    (PlanState.PAUSED, PlanEvent.STOP): PlanState.STOPPED,
    (PlanState.RUNNING, PlanEvent.FINISH): PlanState.APPLIED,
    (PlanState.RUNNING, PlanEvent.FINISH_WITH_ERRORS): PlanState.APPLIED_WITH_ERRORS,
}

ENDS = frozenset(PlanState) - {state for state, _ in PLAN_LIFE}
"""States that a plan never leaves."""

STEP_LIFE: dict[StepState, frozenset[StepState]] = {
    StepState.PENDING: frozenset({StepState.VERIFIED, StepState.FAILED, StepState.SKIPPED, StepState.UNCONFIRMED}),
}

CHUNK_LIFE: dict[ChunkState, frozenset[ChunkState]] = {
    ChunkState.READY: frozenset({ChunkState.LEASED}),
    ChunkState.LEASED: frozenset({ChunkState.LEASED, ChunkState.READY, ChunkState.DONE}),
}


def next_state(state: PlanState, event: PlanEvent) -> PlanState:
    """The state after the event; refuses with `plan_state` when the table has no such line."""
    try:
        return PLAN_LIFE[state, event]
    except KeyError:
        raise Refused("plan_state", state=state.value, event=event.value) from None
