"""What a local tenant does by itself as its time passes: retention clocks that run out, in order, each at its own instant.

Deterministic and idempotent: a clock row that ran out is gone in the same transaction, so nothing happens twice (I-1).
"""

from __future__ import annotations

from licentia.changes import journal
from licentia.changes.journal import Entry
from licentia.domain.instants import Instant
from licentia.domain.permissions import SYSTEM, Actor, Capability
from licentia.domain.reasons import BadInput
from licentia.store import clock
from licentia.store.bulk import clocks as rows_of
from licentia.store.lists import agenda
from licentia.store.writing import writing

BATCH = 5_000


def advance(tenant_id: int, until: Instant | None = None, actor: Actor = SYSTEM) -> int:
    """How many clocks ran out, up to `until` (the tenant's present when None), in due order."""
    actor.require(Capability.MOVE_CLOCK, tenant_id)
    count = 0
    while True:
        end = clock.tenant_now(tenant_id) if until is None else until
        done = _batch(tenant_id, end)
        count += done
        if done < BATCH:
            return count


def catch_up(tenant_id: int) -> int:
    """How many clocks ran out since anybody looked: a tenant's facts are those of now, worker or not."""
    at = agenda.next_clock(tenant_id)
    if at is None or at > clock.tenant_now(tenant_id):
        return 0
    return advance(tenant_id)


def _batch(tenant_id: int, until: Instant) -> int:
    """One transaction: what is due, its effects by kind, the journal with each row at its own instant."""
    with writing(tenant_id):
        due = rows_of.due(tenant_id, until, BATCH)
        if not due:
            rows_of.settle_agenda(tenant_id)
            return 0
        for kind in sorted({kind for kind, _, _ in due}):
            rows_of.run_out(tenant_id, kind, [(user, at) for k, user, at in due if k == kind])
        now = max(at for _, _, at in due)
        entries = [Entry(f"clock.{kind}", "user", user) for kind, user, _ in due]
        moments = [at for _, _, at in due]
        journal.write(tenant_id, door="advance", actor=SYSTEM, now=now, entries=entries, moments=moments)
        rows_of.settle_agenda(tenant_id)
        return len(due)


def set_clock(tenant_id: int, target: Instant, actor: Actor) -> int:
    """How many clocks ran out on the way to `target`; a tenant's time only grows (BadInput `clock_back`)."""
    actor.require(Capability.MOVE_CLOCK, tenant_id)
    now = clock.tenant_now(tenant_id)
    if target <= now:
        raise BadInput("clock_back", now=now, target=target)
    count = 0
    while True:
        done, reached = _step(tenant_id, target)
        count += done
        if reached:
            break
    with writing(tenant_id):
        offset = rows_of.move_offset(tenant_id, target, clock.machine_now())
        entry = Entry("tenant.clock", "tenant", tenant_id, None, journal.canonical({"offset": offset}))
        journal.write(tenant_id, door="advance", actor=actor, now=target, entries=[entry])
    return count


def _step(tenant_id: int, target: Instant) -> tuple[int, bool]:
    """One batch on the way: the offset moves with the last clock of the batch, in the same transaction."""
    with writing(tenant_id):
        done = _batch(tenant_id, target)
        if done:
            last = rows_of.last_moment(tenant_id)
            rows_of.move_offset(tenant_id, min(last, target), clock.machine_now())
        return done, done < BATCH
