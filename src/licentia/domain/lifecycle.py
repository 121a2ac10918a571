"""The lives of a plan, a step and a chunk, as tables: state, event, next state.

The pictures in the docs are drawn from these tables. Nothing here acts.
"""

from __future__ import annotations

from enum import StrEnum

from licentia.domain.reasons import Refused


class PlanState(StrEnum):
    """Where a plan is in its life."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    APPLIED = "applied"
    APPLIED_WITH_ERRORS = "applied_with_errors"
    STOPPED = "stopped"
    DISCARDED = "discarded"


class PlanEvent(StrEnum):
    """What can happen to a plan."""

    APPLY = "apply"
    PAUSE = "pause"
    RESUME = "resume"
    FINISH = "finish"
    FINISH_WITH_ERRORS = "finish_with_errors"
    DISCARD = "discard"
    STOP = "stop"


class PauseReason(StrEnum):
    """Why a plan paused."""

    ASKED = "asked"
    INTERRUPTED = "interrupted"
    ERRORS = "errors"
    NO_SEATS = "no_seats"


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
    (PlanState.DRAFT, PlanEvent.DISCARD): PlanState.DISCARDED,
    (PlanState.RUNNING, PlanEvent.PAUSE): PlanState.PAUSED,
    (PlanState.PAUSED, PlanEvent.RESUME): PlanState.RUNNING,
    (PlanState.PAUSED, PlanEvent.STOP): PlanState.STOPPED,
    (PlanState.RUNNING, PlanEvent.FINISH): PlanState.APPLIED,
    (PlanState.RUNNING, PlanEvent.FINISH_WITH_ERRORS): PlanState.APPLIED_WITH_ERRORS,
}

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
