"""What a tenant does by itself after a group changed: its members' licenses follow, chunk by chunk (architecture: groups).

Part of `advance`: deterministic, idempotent; who waits in the queue is looked at and leaves it in one transaction.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from licentia.changes import ending, journal
from licentia.changes.journal import Row
from licentia.changes.judging import Judged, Seats, judge, judged
from licentia.changes.who import CHUNK
from licentia.domain import intents
from licentia.domain.facts import AssignmentError, AssignmentState, Source, SourceKind
from licentia.domain.instants import SECOND, Instant
from licentia.domain.intents import Reprocess
from licentia.domain.lifecycle import StepState
from licentia.domain.permissions import SYSTEM
from licentia.domain.planning import apply_to
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
"""Why a step of a group's plan failed, by the error that its user's license is in."""

_TELLING = (
    Reason.NO_SEATS,
    Reason.CONFLICT,
    Reason.DEPENDENCY,
    Reason.COMPANY_PRODUCT,
    Reason.LOCATION_MISSING,
    Reason.NOT_APPLIED,
    Reason.OTHER_PRODUCT,
)
"""Of several, the first of these is said, as in the preview."""


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


@dataclass(frozen=True, eq=False, slots=True)
class _Class:
    """What becomes of users with equal facts, and the errors in which licenses of each group are then."""

    judged: Judged
    work: ClassWork | None
    """What is done to them; None when nothing is."""
    errors: frozenset[tuple[int, Reason]]

    def trouble(self, groups: frozenset[int]) -> Reason | None:
        """Why a license from one of these groups (none: from any) is in error then."""
        found = {reason for group, reason in self.errors if not groups or group in groups}
        return next((reason for reason in _TELLING if reason in found), None)


MOST_CLASSES = 50_000
"""So many are remembered from chunk to chunk; more are not met in a tenant whose facts are like each other."""

Shared = tuple[object, ...]


@lru_cache(maxsize=4)
def _classes(shared: Shared) -> dict[tuple[str, frozenset[str]], _Class]:
    """The classes met so far under the same groups, products and switches."""
    return {}


class _Chunk:
    """Users of the queue and what becomes of each; seats go in order of number."""

    def __init__(self, tenant_id: int, users: list[int]) -> None:
        self.tenant = LocalTenant(tenant_id)
        self.context: TenantContext = self.tenant.context(Look(groups=True))
        facts = self.context.facts
        self.known = _classes(
            (
                tenant_id,
                tuple(facts.group_licenses.items()),
                facts.switches,
                facts.company_products,
                tuple(facts.pools),
                tuple(self.context.skus.items()),
                tuple(self.context.never_reasons.items()),
            )
        )
        if len(self.known) > MOST_CLASSES:
            self.known.clear()
        self.users: dict[_Class, list[int]] = defaultdict(list)
        """The users who exist, by class."""
        self.order: list[tuple[int, _Class]] = []
        seats = Seats(facts.pools)
        for user, signature in self.tenant.load(users, self.context):
            full, _ = seats.allot(partial(self._judged, signature))
            found = self.known[signature, full]
            self.users[found].append(user)
            self.order.append((user, found))

    def _judged(self, signature: str, full: frozenset[str]) -> Judged:
        found = self.known.get((signature, full))
        if found is None:
            # The group has changed: as at Microsoft nothing stops what follows. Who may change it was asked before.
            facts = replace(self.tenant.understand(signature, self.context), never=None)
            verdict = judge(Reprocess(), facts, self.context.facts, full=full)
            after = apply_to(facts.sources, ((change.before, change.after) for change in verdict.changes))
            company = self.context.facts.company_products
            errors = frozenset((s.source_id, _reason(s, company)) for s in after if _is_in_error(s))
            work = None
            if verdict.outcome is Outcome.READY:
                work = self.tenant.work_of(len(self.known), signature, verdict, self.context)
            found = self.known[signature, full] = _Class(judged(verdict), work, errors)
        return found.judged

    def work(self) -> list[tuple[ClassWork, list[int]]]:
        """What is done, with the users to whom."""
        return [(found.work, users) for found, users in self.users.items() if found.work]

    def entries(self) -> list[Row]:
        """The journal's rows."""
        return [
            (change.journal_kind, "user", user, change.journal_before, change.journal_after)
            for user, found in self.order
            if found.work
            for change in found.work.changes
        ]


def _reason(source: Source, company: frozenset[str]) -> Reason:
    """Why the license is in error; of a product for the whole tenant Graph says no more than Other."""
    if source.sku_id in company:
        return Reason.COMPANY_PRODUCT
    known = {error.value: reason for error, reason in REASON_OF.items()}
    return known.get(source.error or "", Reason.OTHER_PRODUCT)


def _is_in_error(source: Source) -> bool:
    return source.kind is SourceKind.GROUP and source.state in (
        AssignmentState.ACTIVE_WITH_ERROR,
        AssignmentState.ERROR,
    )


def _end_steps(tenant_id: int, plan_id: int, chunk: _Chunk, steps: dict[int, int], now: Instant) -> None:
    """The plan's steps end as their users did: verified, failed with the reason of the error, or stale for who is gone."""
    plan = rows_of.load_header(tenant_id, plan_id)
    assert plan is not None
    groups = _groups_of(intents.from_text(plan["intent"]))
    ended: dict[tuple[Reason | None, int | None], list[int]] = defaultdict(list)
    for found, users in chunk.users.items():
        ending_so = (found.trouble(groups), found.judged.verdict.undo_seconds)
        ended[ending_so].extend(steps[user] for user in users if steps[user])
    for (reason, seconds), numbers in ended.items():
        until = None if seconds is None or reason is not None else now + seconds * SECOND
        state = StepState.VERIFIED if reason is None else StepState.FAILED
        done = rows_of.end_steps(tenant_id, plan_id, numbers, state, reason, now, until)
        rows_of.count(tenant_id, plan_id, {"verified" if reason is None else "failed": done}, until)
        if reason is None:
            ending.count_undone(tenant_id, plan["undo_of"], done)
    there = {user for users in chunk.users.values() for user in users}
    gone = [n for user, n in steps.items() if n and user not in there]
    if gone:
        done = rows_of.end_steps(tenant_id, plan_id, gone, StepState.SKIPPED, Reason.STALE, now)
        rows_of.count(tenant_id, plan_id, {"skipped_late": done})


def _groups_of(intent: intents.Intent) -> frozenset[int]:
    """The groups that a plan is about; none for one that only looks again at users."""
    named = (getattr(intent, name, None) for name in ("from_group", "to_group", "group_id"))
    return frozenset(group for group in named if group is not None)
