"""One user changed in one request: the same verdict, the same tenant, one transaction; a plan header and journal rows only.

No steps, no chunks, no guards for a typed number: there is one user, and the caller showed what happens.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from licentia.changes import journal, renaming
from licentia.changes.advance import catch_up
from licentia.changes.journal import Row
from licentia.changes.judging import Seats, judge, judged, look_of, sees_seats
from licentia.changes.preview import Fate, fate
from licentia.changes.propose import check_plans, header, owned
from licentia.changes.who import Who
from licentia.domain.facts import UserFacts
from licentia.domain.instants import SECOND, Instant
from licentia.domain.intents import AccountIntent, LicenseIntent
from licentia.domain.lifecycle import PlanState
from licentia.domain.permissions import CAPABILITY_OF, Actor
from licentia.domain.planning import Verdict
from licentia.domain.reasons import Outcome, Reason, Refused
from licentia.store import clock, ids
from licentia.store.bulk import plans as rows_of
from licentia.store.writing import writing
from licentia.tenants.local import LocalTenant
from licentia.tenants.port import ClassWork, LostRows, SeatsGone, TenantContext


@dataclass(frozen=True, slots=True)
class InlineResult:
    """What happened to the one user; `plan_id` is None when nothing changed."""

    plan_id: int | None
    verdict: Verdict
    at: Instant
    undo_until: Instant | None


def apply_inline(tenant_id: int, intent: LicenseIntent | AccountIntent, user_id: int, actor: Actor) -> InlineResult:
    """The change is made and verified, or the verdict says why not; Refused when there is no seat."""
    actor.require(CAPABILITY_OF[type(intent)], tenant_id)
    catch_up(tenant_id)
    tenant = LocalTenant(tenant_id)
    now = clock.tenant_now(tenant_id)
    try:
        with writing(tenant_id):
            context = tenant.context(look_of(intent))
            owned(intent, context)
            check_plans(intent)
            found = tenant.load([user_id], context)
            if not found:
                return InlineResult(None, Verdict(Outcome.REFUSED, Reason.USER_GONE), now, None)
            facts = renaming.seen(tenant_id, intent, tenant.understand(found[0][1], context))
            verdict = _judged(intent, facts, context)
            if verdict.outcome is not Outcome.READY:
                return InlineResult(None, verdict, now, None)
            work = tenant.work_of(1, found[0][1], verdict, context)
            renamed = renaming.rename(tenant_id, intent, user_id)
            tenant.apply([(work, [user_id])], now)
            entries = renamed + list(tenant.entries(work, user_id))
            return _record(tenant_id, intent, user_id, actor, verdict, work, entries, now)
    except SeatsGone as gone:
        raise Refused("no_seats", need=gone.needed, free=0, sku=context.skus[gone.product_id]) from None
    except LostRows:
        raise Refused("not_applied") from None


def consider(tenant_id: int, intent: LicenseIntent | AccountIntent, user_id: int, actor: Actor) -> Fate:
    """What `apply_inline` would do now, by the same verdict; nothing is written."""
    actor.require(CAPABILITY_OF[type(intent)], tenant_id)
    catch_up(tenant_id)
    tenant = LocalTenant(tenant_id)
    context = tenant.context(look_of(intent))
    owned(intent, context)
    check_plans(intent)
    found = tenant.load([user_id], context)
    verdict = Verdict(Outcome.REFUSED, Reason.USER_GONE)
    if found:
        facts = renaming.seen(tenant_id, intent, tenant.understand(found[0][1], context))
        verdict = _judged(intent, facts, context)
    return fate(tenant_id, verdict, clock.tenant_now(tenant_id))


def _judged(intent: LicenseIntent | AccountIntent, facts: UserFacts, context: TenantContext) -> Verdict:
    """The verdict; where the rest goes on without a seat, with the products that have none left."""
    if not sees_seats(intent):
        return judge(intent, facts, context.facts)
    seats = Seats(context.facts.pools)
    _, found = seats.allot(lambda full: judged(judge(intent, facts, context.facts, full=full)))
    return found.verdict


def _record(
    tenant_id: int,
    intent: LicenseIntent | AccountIntent,
    user_id: int,
    actor: Actor,
    verdict: Verdict,
    work: ClassWork,
    entries: list[Row],
    now: Instant,
) -> InlineResult:
    plan_id = ids.take_within(tenant_id, "plan")
    until = None if verdict.undo_seconds is None else now + verdict.undo_seconds * SECOND
    fields = header(tenant_id, plan_id, intent, Who("users", str(user_id)), actor, now)
    fields |= Counter(users=1, ready=1, verified=1)
    fields |= {
        "state": PlanState.APPLIED.value,
        "is_inline": True,
        "is_complete": True,
        "started_at": now,
        "finished_at": now,
        "undo_until": until,
        "seats_freed": sum(change.seat < 0 for change in work.changes),
    }
    rows_of.insert_plan(fields)
    journal.write(tenant_id, door="apply", actor=actor, now=now, entries=entries, plan_id=plan_id)
    return InlineResult(plan_id, verdict, now, until)
