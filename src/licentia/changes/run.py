"""Applies a plan: guards, leased chunks, compare-and-set, verification, pause and resume. One transaction per chunk.

Killed at any instant, the chunk's transaction is whole or absent; whoever holds the next lease goes on (I-5).
"""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from licentia.changes import ending, grouping, guards, journal, keeping, takeover
from licentia.changes.advance import catch_up
from licentia.changes.journal import Entry, Row
from licentia.changes.judging import look_of
from licentia.domain import intents
from licentia.domain.instants import SECOND, Instant
from licentia.domain.intents import TakeOver
from licentia.domain.lifecycle import ENDS, ChunkState, PauseReason, PlanEvent, PlanState, StepState, next_state
from licentia.domain.permissions import Actor
from licentia.domain.planning import AccountChange
from licentia.domain.reasons import BadInput, Reason, Refused
from licentia.store import clock, owners
from licentia.store.bulk import journal as journal_rows
from licentia.store.bulk import plans as rows_of
from licentia.store.bulk import sources
from licentia.store.writing import writing
from licentia.tenants.local import LocalTenant
from licentia.tenants.port import ClassWork, LostRows, RowChange, SeatsGone

MAX_ATTEMPTS = 5
"""A chunk whose rows keep changing under it is given up after so many looks: its steps fail, nothing is forced."""

Header = dict[str, Any]
Stop = Callable[[], bool]
Progress = Callable[[int], None]


def lease_seconds() -> float:
    """How long a chunk is a worker's own: LICENTIA_LEASE_SECONDS, else 60."""
    return float(os.environ.get("LICENTIA_LEASE_SECONDS", "60"))


def load(tenant_id: int, plan_id: int) -> Header:
    """The plan's header; BadInput when there is no such plan."""
    found = rows_of.load_header(tenant_id, plan_id)
    if found is None:
        raise BadInput("unknown_plan_number", plan=plan_id)
    return found


def apply(
    tenant_id: int,
    plan_id: int,
    actor: Actor,
    *,
    confirm: int | None = None,
    over_limit: bool = False,
) -> PlanState:
    """RUNNING: open to `run` and to workers. AWAITING_APPROVAL: a second person is asked. Refused: a guard, or its state."""
    actor.require(guards.needs(tenant_id, load(tenant_id, plan_id)), tenant_id)
    catch_up(tenant_id)
    keeping.expire(tenant_id)
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        plan = applicable(tenant_id, plan_id, PlanEvent.APPLY)
        guards.check(tenant_id, plan, confirm=confirm, over_limit=over_limit)
        event = PlanEvent.ASK if guards.needs_approval(tenant_id, plan) else PlanEvent.APPLY
        return move(tenant_id, plan, event, actor, now)


def applicable(tenant_id: int, plan_id: int, event: PlanEvent) -> Header:
    """The header of a plan that is complete and may undergo the event; Refused when not."""
    plan = load(tenant_id, plan_id)
    if not plan["is_complete"]:
        raise Refused("plan_incomplete", plan=plan_id)
    next_state(PlanState(plan["state"]), event)
    return plan


def pause(tenant_id: int, plan_id: int, actor: Actor, reason: PauseReason = PauseReason.ASKED) -> None:
    """The plan is paused; a chunk that is being applied ends first."""
    _move(tenant_id, plan_id, actor, PlanEvent.PAUSE, reason)


def resume(tenant_id: int, plan_id: int, actor: Actor) -> None:
    """The plan runs again; one that runs already (its process died) is left running."""
    actor.require(guards.needs(tenant_id, load(tenant_id, plan_id)), tenant_id)
    catch_up(tenant_id)
    if load(tenant_id, plan_id)["state"] != PlanState.RUNNING:
        _move(tenant_id, plan_id, actor, PlanEvent.RESUME, None)


def discard(tenant_id: int, plan_id: int, actor: Actor) -> None:
    """The draft will never be applied; of a paused plan, the rest will not. What it did can still be undone."""
    is_paused = load(tenant_id, plan_id)["state"] == PlanState.PAUSED
    _move(tenant_id, plan_id, actor, PlanEvent.STOP if is_paused else PlanEvent.DISCARD, None)


def _move(tenant_id: int, plan_id: int, actor: Actor, event: PlanEvent, reason: PauseReason | None) -> None:
    actor.require(guards.needs(tenant_id, load(tenant_id, plan_id)), tenant_id)
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        move(tenant_id, load(tenant_id, plan_id), event, actor, now, reason)


def move(
    tenant_id: int,
    plan: Header,
    event: PlanEvent,
    actor: Actor,
    now: Instant,
    reason: PauseReason | None = None,
    *,
    said: str | None = None,
    fields: Header | None = None,
) -> PlanState:
    """The plan's state after the event, in the transaction that is open; refused when the table has no such move.

    The journal says the new state, or `said`; `fields` are columns of the header that change with it.
    """
    before = PlanState(plan["state"])
    after = next_state(before, event)
    rows_of.move_state(tenant_id, plan["id"], before, after, reason)
    fields = dict(fields or {})
    if after is PlanState.RUNNING:
        fields["started_at"] = plan["started_at"] or now
        sources.lower_agenda(tenant_id, "plan", now)
    if after in ENDS:
        fields["finished_at"] = now
    if fields:
        rows_of.update_plan(tenant_id, plan["id"], fields)
    entry = Entry(f"plan.{event}", "plan", plan["id"], before, said or after)
    journal.write(tenant_id, door="apply", actor=actor, now=now, entries=[entry], plan_id=plan["id"])
    return after


@dataclass(frozen=True, slots=True)
class Chunk:
    """A leased run of steps."""

    from_n: int
    to_n: int
    seen_seq: int


def run(
    tenant_id: int,
    plan_id: int,
    actor: Actor,
    *,
    should_stop: Stop = lambda: False,
    progress: Progress | None = None,
    owner: str | None = None,
) -> Header:
    """The plan's header when nothing is left for this process: applied, paused, or leased by another."""
    intent = intents.from_text(load(tenant_id, plan_id)["intent"])
    if grouping.is_about_groups(intent):
        grouping.run(tenant_id, plan_id, actor, intent, should_stop, progress)
        return load(tenant_id, plan_id)
    runner = _Runner(tenant_id, plan_id, actor, owner or owners.new_owner(), should_stop)
    chunk = runner.first()
    while chunk is not None:
        chunk = runner.apply(chunk)
        if progress:
            plan = load(tenant_id, plan_id)
            progress(plan["verified"] + plan["failed"] + plan["skipped_late"])
    return load(tenant_id, plan_id)


class _Runner:
    """One process at work on one plan. Classes are read once; each chunk is one transaction."""

    def __init__(self, tenant_id: int, plan_id: int, actor: Actor, owner: str, should_stop: Stop) -> None:
        self.tenant_id = tenant_id
        self.plan_id = plan_id
        self.actor = actor
        self.owner = owner
        self.should_stop = should_stop
        plan = load(tenant_id, plan_id)
        self.intent, self.undo_of = intents.from_text(plan["intent"]), plan["undo_of"]
        self.whole = isinstance(self.intent, TakeOver)
        """All users or none: they are one chunk, and one who changed meanwhile stops the plan."""
        self.tenant = LocalTenant(tenant_id)
        self.classes = load_classes(tenant_id, plan_id)
        self.failed_before = 0
        """Failures that somebody saw before the plan was resumed: the error stop counts those after it."""

    def first(self) -> Chunk | None:
        """A first leased chunk; finishes a plan that has none left."""
        now = clock.tenant_now(self.tenant_id)
        with writing(self.tenant_id):
            plan = load(self.tenant_id, self.plan_id)
            if plan["state"] != PlanState.RUNNING:
                return None
            self.failed_before = plan["failed"]
            return self._next(now)

    def apply(self, chunk: Chunk) -> Chunk | None:
        """The next chunk, when this one has ended; None when there is none, or the lease or the state is gone."""
        for _ in range(MAX_ATTEMPTS):
            try:
                return self._attempt(chunk)
            except LostRows as lost:
                if self.whole:
                    self._stop(chunk, PauseReason.CHANGED)
                    return None
                self._settle(chunk, lost.users)
            except SeatsGone:
                self._stop(chunk, PauseReason.NO_SEATS)
                return None
        pending = rows_of.pending(self.tenant_id, self.plan_id, chunk.from_n, chunk.to_n)
        self._settle(chunk, {user for _, user, _ in pending})
        return self._attempt(chunk)

    def _attempt(self, chunk: Chunk) -> Chunk | None:
        now = clock.tenant_now(self.tenant_id)
        with writing(self.tenant_id):
            if not self._is_ours(chunk):
                return None
            pending = rows_of.pending(self.tenant_id, self.plan_id, chunk.from_n, chunk.to_n)
            stale = self._stale(chunk, pending)
            if stale and self.whole:
                raise LostRows(set())
            going = [step for step in pending if step[0] not in stale]
            work = self._work(going)
            self.tenant.apply(work, now)
            self._end(chunk, going, sorted(stale), work, now)
            return self._next(now)

    def _is_ours(self, chunk: Chunk) -> bool:
        """The fence: the lease is still ours and the plan still runs; a paused plan gives the chunk back."""
        until = clock.machine_now() + int(lease_seconds() * SECOND)
        if not rows_of.hold_lease(self.tenant_id, self.plan_id, chunk.from_n, self.owner, until):
            return False
        if load(self.tenant_id, self.plan_id)["state"] == PlanState.RUNNING:
            return True
        rows_of.end_chunk(self.tenant_id, self.plan_id, chunk.from_n, ChunkState.READY)
        return False

    def _stale(self, chunk: Chunk, pending: list[tuple[int, int, int]]) -> set[int]:
        """Steps whose user's facts are not what the plan was made from (compare-and-set)."""
        if not journal_rows.written_by_others(self.tenant_id, self.plan_id, chunk.seen_seq):
            return set()
        if journal_rows.shared_facts_changed(self.tenant_id, chunk.seen_seq):
            suspects = {user for _, user, _ in pending}
        else:
            users = [user for _, user, _ in pending]
            suspects = journal_rows.changed_users(self.tenant_id, users, chunk.seen_seq)
        if not suspects:
            return set()
        now_facts = dict(self.tenant.load(sorted(suspects), self.tenant.context(look_of(self.intent))))
        return {
            n
            for n, user, class_id in pending
            if user in suspects and now_facts.get(user) != self.classes[class_id].signature
        }

    def _work(self, steps: list[tuple[int, int, int]]) -> list[tuple[ClassWork, list[int]]]:
        users: dict[int, list[int]] = defaultdict(list)
        for _, user, class_id in steps:
            users[class_id].append(user)
        return [(self.classes[class_id], ids) for class_id, ids in users.items()]

    def _end(
        self,
        chunk: Chunk,
        going: list[tuple[int, int, int]],
        stale: list[int],
        work: list[tuple[ClassWork, list[int]]],
        now: Instant,
    ) -> None:
        if stale:
            rows_of.end_steps(self.tenant_id, self.plan_id, stale, StepState.SKIPPED, Reason.STALE, now)
        verified, until = self._verify(chunk, work, now)
        if verified != len(going):
            raise LostRows(set())
        self._count(verified, len(stale), until)
        entries = [row for _, user, class_id in going for row in self.tenant.entries(self.classes[class_id], user)]
        rows_of.end_chunk(self.tenant_id, self.plan_id, chunk.from_n, ChunkState.DONE)
        self._write(now, entries)

    def _verify(
        self, chunk: Chunk, work: list[tuple[ClassWork, list[int]]], now: Instant
    ) -> tuple[int, Instant | None]:
        by_undo: dict[int | None, list[int]] = defaultdict(list)
        for one, _ in work:
            by_undo[one.undo_seconds].append(one.id)
        verified, earliest = 0, None
        for seconds, classes in by_undo.items():
            until = None if seconds is None else now + seconds * SECOND
            bounds = (chunk.from_n, chunk.to_n)
            verified += rows_of.verify_steps(self.tenant_id, self.plan_id, bounds, classes, now, until)
            earliest = min(filter(None, (earliest, until)), default=None)
        return verified, earliest

    def _count(self, verified: int, stale: int, until: Instant | None) -> None:
        rows_of.count(self.tenant_id, self.plan_id, {"verified": verified, "skipped_late": stale}, until)
        ending.count_undone(self.tenant_id, self.undo_of, verified)

    def _next(self, now: Instant) -> Chunk | None:
        """Leases the next chunk in the transaction that ended the last one; ends the plan when none is left."""
        plan = load(self.tenant_id, self.plan_id)
        if self.should_stop() and rows_of.chunks_left(self.tenant_id, self.plan_id):
            ending.pause(self.tenant_id, self.plan_id, self.actor, now, PauseReason.INTERRUPTED)
            return None
        too_many = plan["failed"] - self.failed_before > error_limit(plan["ready"])
        if too_many and rows_of.chunks_left(self.tenant_id, self.plan_id):
            ending.pause(self.tenant_id, self.plan_id, self.actor, now, PauseReason.ERRORS)
            return None
        machine = clock.machine_now()
        until = machine + int(lease_seconds() * SECOND)
        found = rows_of.lease(self.tenant_id, self.plan_id, self.owner, machine, until)
        if found is not None:
            return Chunk(*found)
        if not rows_of.chunks_left(self.tenant_id, self.plan_id):
            ending.finish(self.tenant_id, plan, self.actor, now, takeover.end(self.tenant_id, self.intent))
            return None
        return self._next(now) if rows_of.free_the_dead(self.tenant_id, self.plan_id) else None

    def _stop(self, chunk: Chunk, reason: PauseReason) -> None:
        now = clock.tenant_now(self.tenant_id)
        with writing(self.tenant_id):
            if self._is_ours(chunk):
                rows_of.end_chunk(self.tenant_id, self.plan_id, chunk.from_n, ChunkState.READY)
                ending.pause(self.tenant_id, self.plan_id, self.actor, now, reason)

    def _settle(self, chunk: Chunk, lost: set[int]) -> None:
        """After rows were lost: those left as they were have failed, those not as planned are stale."""
        now = clock.tenant_now(self.tenant_id)
        with writing(self.tenant_id):
            if not self._is_ours(chunk):
                return
            pending = rows_of.pending(self.tenant_id, self.plan_id, chunk.from_n, chunk.to_n)
            differing = self.tenant.differing(self._work(pending))
            failed = [n for n, user, _ in pending if user in lost and user not in differing]
            stale = [n for n, user, _ in pending if user in differing]
            ended = {
                "failed": self._end_as(StepState.FAILED, Reason.NOT_APPLIED, failed, now),
                "skipped_late": self._end_as(StepState.SKIPPED, Reason.STALE, stale, now),
            }
            rows_of.count(self.tenant_id, self.plan_id, ended)

    def _end_as(self, state: StepState, reason: Reason, steps: list[int], now: Instant) -> int:
        return rows_of.end_steps(self.tenant_id, self.plan_id, steps, state, reason, now)

    def _write(self, now: Instant, entries: Sequence[Row]) -> None:
        if entries:
            journal.write(
                self.tenant_id, door="apply", actor=self.actor, now=now, entries=entries, plan_id=self.plan_id
            )


def error_limit(ready: int) -> int:
    """A plan pauses by itself above this many failed steps: 5, or 2 % of its users if that is more."""
    return max(5, math.ceil(ready * 0.02))


def load_classes(tenant_id: int, plan_id: int) -> dict[int, ClassWork]:
    """The plan's classes that change something, as the tenant applies them."""
    changes: dict[int, list[RowChange]] = defaultdict(list)
    for (
        class_id,
        product,
        kind,
        source,
        b_state,
        b_plans,
        a_state,
        a_plans,
        error,
        seat,
        what,
        old,
        new,
    ) in rows_of.load_changes(tenant_id, plan_id):
        before = None if b_state is None else (b_state, b_plans)
        after = None if a_state is None else (a_state, a_plans)
        changes[class_id].append(RowChange(product, kind, source, before, after, seat, what, old, new, error))
    clocks: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    for class_id, kind, seconds in rows_of.load_clocks(tenant_id, plan_id):
        clocks[class_id].append((kind, seconds))
    accounts: dict[int, list[AccountChange]] = defaultdict(list)
    for class_id, name, old, new in rows_of.load_accounts(tenant_id, plan_id):
        accounts[class_id].append(AccountChange(name, old, new))
    return {
        class_id: ClassWork(
            class_id, signature, tuple(changes[class_id]), tuple(clocks[class_id]), seconds, tuple(accounts[class_id])
        )
        for class_id, signature, seconds in rows_of.load_classes(tenant_id, plan_id)
    }


def settle_agenda(tenant_id: int) -> None:
    """The agenda no longer names plans of a tenant in which none runs."""
    with writing(tenant_id):
        rows_of.clear_agenda(tenant_id)
