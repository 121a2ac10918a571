"""One user changed in one request: the same verdict, the same tenant, one transaction; a plan header and journal rows only.

No steps, no chunks, no guards for a typed number: there is one user, and the caller showed what happens.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from licentia.changes import journal
from licentia.changes.advance import catch_up
from licentia.changes.journal import Row
from licentia.changes.propose import header, judge
from licentia.changes.who import Who
from licentia.domain.instants import SECOND, Instant
from licentia.domain.intents import Assign, Unassign
from licentia.domain.lifecycle import PlanState
from licentia.domain.permissions import Actor, Capability
from licentia.domain.planning import Verdict
from licentia.domain.reasons import BadInput, Outcome, Reason, Refused
from licentia.store import clock, ids
from licentia.store.bulk import plans as rows_of
from licentia.store.writing import writing
from licentia.tenants.local import LocalTenant
from licentia.tenants.port import ClassWork, LostRows, SeatsGone


@dataclass(frozen=True, slots=True)
class InlineResult:
    """What happened to the one user; `plan_id` is None when nothing changed."""

    plan_id: int | None
    verdict: Verdict
    at: Instant
    undo_until: Instant | None


def apply_inline(tenant_id: int, intent: Unassign | Assign, user_id: int, actor: Actor) -> InlineResult:
    """The change is made and verified, or the verdict says why not; Refused when there is no seat."""
    actor.require(Capability.ASSIGN_LICENSES, tenant_id)
    catch_up(tenant_id)
    tenant = LocalTenant(tenant_id)
    now = clock.tenant_now(tenant_id)
    try:
        with writing(tenant_id):
            context = tenant.context()
            if intent.sku_id not in context.product_ids:
                raise BadInput("product_not_owned", sku=intent.sku_id)
            found = tenant.load([user_id], context)
            if not found:
                return InlineResult(None, Verdict(Outcome.REFUSED, Reason.USER_GONE), now, None)
            verdict = judge(tenant, intent, found[0][1], None, context)
            if verdict.outcome is not Outcome.READY:
                return InlineResult(None, verdict, now, None)
            work = tenant.work_of(1, found[0][1], verdict, context)
            tenant.apply([(work, [user_id])], now)
            return _record(tenant_id, intent, user_id, actor, verdict, work, now)
    except SeatsGone as gone:
        raise Refused("no_seats", need=gone.needed, free=0, sku=intent.sku_id) from None
    except LostRows:
        raise Refused("not_applied") from None


def _record(
    tenant_id: int,
    intent: Unassign | Assign,
    user_id: int,
    actor: Actor,
    verdict: Verdict,
    work: ClassWork,
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
        "seats_freed": -sum(change.seat for change in work.changes),
    }
    rows_of.insert_plan(fields)
    entries: list[Row] = [
        (change.journal_kind, "user", user_id, change.journal_before, change.journal_after) for change in work.changes
    ]
    journal.write(tenant_id, door="apply", actor=actor, now=now, entries=entries, plan_id=plan_id)
    return InlineResult(plan_id, verdict, now, until)
