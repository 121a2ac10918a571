"""What a tenant does by itself after a group changed: its members' licenses follow, chunk by chunk (architecture: groups).

Part of `advance`: deterministic, idempotent; who waits in the queue is looked at and leaves it in one transaction.
"""

from __future__ import annotations

from collections import defaultdict

from licentia.changes import ending, journal
from licentia.changes.journal import Row
from licentia.changes.judging import Seats, judge
from licentia.changes.who import CHUNK
from licentia.domain.facts import AssignmentError, AssignmentState, SourceKind, UserFacts
from licentia.domain.instants import SECOND, Instant
from licentia.domain.intents import Reprocess
from licentia.domain.lifecycle import StepState
from licentia.domain.permissions import SYSTEM
from licentia.domain.planning import Verdict, apply_to
from licentia.domain.reasons import Outcome, Reason
from licentia.store import clock
from licentia.store.bulk import plans as rows_of
from licentia.store.bulk import queue
from licentia.store.writing import writing
from licentia.tenants.local import LocalTenant
from licentia.tenants.port import ClassWork, Look, TenantContext

REASON_OF = {
    AssignmentError.COUNT: Reason.NO_SEATS,
    AssignmentError.EXCLUSIVE: Reason.CONFLICT,
    AssignmentError.DEPENDENCY: Reason.DEPENDENCY,
    AssignmentError.LOCATION: Reason.LOCATION_MISSING,
    AssignmentError.UNIQUENESS: Reason.NOT_APPLIED,
    AssignmentError.OTHER: Reason.OTHER_PRODUCT,
}
"""Why a step of a group's plan failed, by the error that its user's license is in; the first of these tells most."""


def follow_all(tenant_id: int) -> int:
    """How many users were looked at until nobody waited any more."""
    count = 0
    while done := follow(tenant_id):
        count += done
    return count


def follow(tenant_id: int, plan_id: int | None = None) -> int:
    """How many users were looked at, a chunk at most: those who wait for this plan, or the first in the queue."""
    with writing(tenant_id):
        now = clock.tenant_now(tenant_id)
        plan = queue.first_plan(tenant_id) if plan_id is None else plan_id
        waiting = [] if plan is None else queue.waiting(tenant_id, plan, CHUNK)
        if not waiting or plan is None:
            queue.settle_agenda(tenant_id)
            return 0
        chunk = _Chunk(tenant_id, [user for user, _ in waiting])
        chunk.tenant.apply(chunk.work(), now)
        if plan:
            _end_steps(tenant_id, plan, chunk, dict(waiting), now)
        entries = chunk.entries()
        if entries:
            journal.write(tenant_id, door="advance", actor=SYSTEM, now=now, entries=entries, plan_id=plan or None)
        queue.remove(tenant_id, plan, waiting[0][0], waiting[-1][0])
        queue.settle_agenda(tenant_id)
        return len(waiting)


class _Chunk:
    """Users of the queue and what becomes of each; seats go in order of number."""

    def __init__(self, tenant_id: int, users: list[int]) -> None:
        self.tenant = LocalTenant(tenant_id)
        self.context: TenantContext = self.tenant.context(Look(groups=True))
        self.known: dict[tuple[str, frozenset[str]], int] = {}
        self.classes: list[tuple[str, UserFacts, Verdict]] = []
        self.users: list[tuple[int, int]] = []
        """(user, class) of those who exist, by user."""
        seats = Seats(self.context.facts.pools)
        facts: dict[str, UserFacts] = {}
        for user, signature in self.tenant.load(users, self.context):
            if signature not in facts:
                facts[signature] = self.tenant.understand(signature, self.context)
            full, verdict = seats.allot(lambda full, s=signature: self._judged(s, facts[s], full))  # type: ignore[misc]
            key = (signature, full)
            if key not in self.known:
                self.known[key] = len(self.classes)
                self.classes.append((signature, facts[signature], verdict))
            self.users.append((user, self.known[key]))

    def _judged(self, signature: str, facts: UserFacts, full: frozenset[str]) -> Verdict:
        known = self.known.get((signature, full))
        if known is not None:
            return self.classes[known][2]
        return judge(Reprocess(), facts, self.context.facts, full=full)

    def work(self) -> list[tuple[ClassWork, list[int]]]:
        """The classes that change something, with their users."""
        users: dict[int, list[int]] = defaultdict(list)
        for user, number in self.users:
            users[number].append(user)
        self.works = {
            number: self.tenant.work_of(number, self.classes[number][0], self.classes[number][2], self.context)
            for number in users
            if self.classes[number][2].outcome is Outcome.READY
        }
        return [(work, users[number]) for number, work in self.works.items()]

    def entries(self) -> list[Row]:
        """The journal's rows."""
        return [
            (change.journal_kind, "user", user, change.journal_before, change.journal_after)
            for user, number in self.users
            if number in self.works
            for change in self.works[number].changes
        ]

    def trouble(self, number: int) -> Reason | None:
        """Why a group's license of this class's users is in error once the verdict is carried out."""
        _, facts, verdict = self.classes[number]
        after = apply_to(facts.sources, ((change.before, change.after) for change in verdict.changes))
        errors = {
            source.error
            for source in after
            if source.kind is SourceKind.GROUP and source.state is not AssignmentState.ACTIVE
        }
        return next((reason for error, reason in REASON_OF.items() if error in errors), None)


def _end_steps(tenant_id: int, plan_id: int, chunk: _Chunk, steps: dict[int, int], now: Instant) -> None:
    """The plan's steps end as their users did: verified, or failed with the reason of the error."""
    ended: dict[tuple[Reason | None, int | None], list[int]] = defaultdict(list)
    for user, number in chunk.users:
        if steps[user]:
            ended[chunk.trouble(number), chunk.classes[number][2].undo_seconds].append(steps[user])
    for (reason, seconds), numbers in ended.items():
        until = None if seconds is None or reason is not None else now + seconds * SECOND
        state = StepState.VERIFIED if reason is None else StepState.FAILED
        done = rows_of.end_steps(tenant_id, plan_id, numbers, state, reason, now, until)
        rows_of.count(tenant_id, plan_id, {"verified" if reason is None else "failed": done}, until)
        if reason is None:
            ending.count_undone(tenant_id, plan_id, done)
