"""The lives of plan, step and chunk: every line of the tables, and that nothing else is allowed."""

from __future__ import annotations

from itertools import product

import pytest

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

ENDS = {PlanState.APPLIED, PlanState.APPLIED_WITH_ERRORS, PlanState.STOPPED, PlanState.DISCARDED}


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
    assert set(PlanState) - {state for state, _ in PLAN_LIFE} == ENDS


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
