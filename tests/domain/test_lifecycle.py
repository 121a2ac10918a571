"""The lives of plan, step and chunk: every line of the tables, and that nothing else is allowed."""

from __future__ import annotations

from itertools import product

import pytest

from licentia.domain import lifecycle
from licentia.domain.lifecycle import (
    CHUNK_LIFE,
    PLAN_LIFE,
    STEP_LIFE,
    ChunkState,
    PlanEvent,
    PlanState,
    StepState,
    next_state,
)
from licentia.domain.reasons import Refused

S, E = PlanState, PlanEvent
ENDS = {S.APPLIED, S.APPLIED_WITH_ERRORS, S.STOPPED, S.DISCARDED, S.EXPIRED, S.HANDED_OVER}
MOVES = {
    (S.DRAFT, E.APPLY, S.RUNNING),
    (S.DRAFT, E.ASK, S.AWAITING_APPROVAL),
    (S.DRAFT, E.SCHEDULE, S.SCHEDULED),
    (S.DRAFT, E.DISCARD, S.DISCARDED),
    (S.DRAFT, E.EXPIRE, S.EXPIRED),
    (S.DRAFT, E.HAND_OVER, S.HANDED_OVER),
    (S.AWAITING_APPROVAL, E.APPROVE, S.DRAFT),
    (S.AWAITING_APPROVAL, E.REJECT, S.DRAFT),
    (S.AWAITING_APPROVAL, E.DISCARD, S.DISCARDED),
    (S.AWAITING_APPROVAL, E.EXPIRE, S.EXPIRED),
    (S.SCHEDULED, E.START, S.RUNNING),
    (S.SCHEDULED, E.START_REFUSED, S.DRAFT),
    (S.SCHEDULED, E.UNSCHEDULE, S.DRAFT),
    (S.SCHEDULED, E.DISCARD, S.DISCARDED),
    (S.RUNNING, E.PAUSE, S.PAUSED),
    (S.RUNNING, E.FINISH, S.APPLIED),
    (S.RUNNING, E.FINISH_WITH_ERRORS, S.APPLIED_WITH_ERRORS),
    (S.PAUSED, E.RESUME, S.RUNNING),
    (S.PAUSED, E.STOP, S.STOPPED),
}
"""Every move there is."""


def test_the_table_has_these_moves_and_no_other() -> None:
    """Only a draft is applied, scheduled, handed over or asked about; what waits for a person can expire."""
    assert {(before, event, after) for (before, event), after in PLAN_LIFE.items()} == MOVES


@pytest.mark.parametrize(("state", "event"), list(product(PlanState, PlanEvent)))
def test_a_plan_moves_along_its_table_or_not_at_all(state: PlanState, event: PlanEvent) -> None:
    """What the table does not have is refused with state and event."""
    if (state, event) in PLAN_LIFE:
        assert next_state(state, event) is PLAN_LIFE[state, event]
        return
    with pytest.raises(Refused) as refused:
        next_state(state, event)
    assert refused.value.code == "plan_state"
    assert refused.value.details == {"state": state.value, "event": event.value}


def test_a_draft_reaches_every_state_and_ends_are_ends() -> None:
    """No state is out of reach, none but the ends is a dead end."""
    reached, before = {PlanState.DRAFT}, set[PlanState]()
    while reached != before:
        before = set(reached)
        reached |= {target for (source, _), target in PLAN_LIFE.items() if source in reached}
    assert reached == set(PlanState)
    assert set(PlanState) - {state for state, _ in PLAN_LIFE} == ENDS == lifecycle.ENDS


def test_only_a_pending_step_moves_and_only_to_an_end() -> None:
    """I-6: verified, failed, skipped or unconfirmed; refused and choice are ends from the start."""
    assert set(STEP_LIFE) == {StepState.PENDING}
    assert STEP_LIFE[StepState.PENDING] == {
        StepState.VERIFIED,
        StepState.FAILED,
        StepState.SKIPPED,
        StepState.UNCONFIRMED,
    }


def test_a_chunk_is_leased_before_it_is_done() -> None:
    """I-5: a lease may be taken over; a chunk that is done stays done."""
    assert ChunkState.DONE not in CHUNK_LIFE
    assert ChunkState.DONE not in CHUNK_LIFE[ChunkState.READY]
    assert ChunkState.LEASED in CHUNK_LIFE[ChunkState.LEASED]
