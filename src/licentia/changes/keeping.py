"""What a tenant does with old plans by itself: drafts expire, lists of users go; header, totals and journal stay.

Set-based and in batches; a plan that runs, waits for its moment or is paused is left alone.
"""

from __future__ import annotations

from licentia.changes import journal
from licentia.changes.journal import Entry
from licentia.domain import rulebook
from licentia.domain.instants import SECOND, Instant
from licentia.domain.lifecycle import PlanEvent, PlanState, next_state
from licentia.domain.permissions import SYSTEM
from licentia.store import clock
from licentia.store.bulk import journal as journal_rows
from licentia.store.bulk import keeping as rows_of
from licentia.store.bulk import sources
from licentia.store.lists import agenda
from licentia.store.writing import writing

BATCH = 500
AGENDA = "schedule"


def draft_kept() -> Instant:
    """How long a draft can be applied after it was made (R-138)."""
    return _days("draft_expires")


def list_kept() -> Instant:
    """How long a plan's list of users is kept after its last use (R-139)."""
    return _days("plan_list_gone")


def _days(key: str) -> Instant:
    seconds = rulebook.load().by_key[key].seconds
    assert seconds is not None
    return seconds * SECOND


def remember(tenant_id: int, made_at: Instant) -> None:
    """The agenda knows of a draft made then; inside the transaction that makes it."""
    sources.lower_agenda(tenant_id, AGENDA, made_at + draft_kept())


def expire(tenant_id: int) -> int:
    """How many drafts have grown too old to be applied, and are now expired."""
    if not agenda.is_due(tenant_id, AGENDA):
        return 0
    count = 0
    while rows_of.any_waits_since(tenant_id, clock.tenant_now(tenant_id) - draft_kept()):
        count += _expire_some(tenant_id)
    return count


def _expire_some(tenant_id: int) -> int:
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        kept = draft_kept()
        found = rows_of.expire(tenant_id, now - kept, kept, BATCH)
        entries = [
            Entry("plan.expire", "plan", plan, state, next_state(PlanState(state), PlanEvent.EXPIRE))
            for plan, state, _at in found
        ]
        moments = [at for _plan, _state, at in found]
        if found:
            journal.write(tenant_id, door="advance", actor=SYSTEM, now=now, entries=entries, moments=moments)
        return len(found)


def forget_lists(tenant_id: int) -> int:
    """How many plans lost the list of their users, which nobody needs any more; a chunk of steps per transaction."""
    if not agenda.is_due(tenant_id, AGENDA):
        return 0
    count = 0
    while found := rows_of.outdated_lists(tenant_id, clock.tenant_now(tenant_id) - list_kept(), BATCH):
        for plan_id in found:
            while _drop_chunk(tenant_id, plan_id):
                pass
        count += len(found)
    return count


def _drop_chunk(tenant_id: int, plan_id: int) -> bool:
    with writing(tenant_id):
        return rows_of.drop_chunk(tenant_id, plan_id)


def settle(tenant_id: int) -> None:
    """The agenda names when the tenant's plans are next to be looked at; of a tenant being deleted, nothing."""
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        if not journal_rows.has_head(tenant_id):
            return
        rows_of.settle_agenda(tenant_id, draft_kept(), list_kept(), now)
