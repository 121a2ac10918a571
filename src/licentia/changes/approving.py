"""The door for a second person: approves or rejects a plan that waits for it (R-136). Nobody approves a plan of one's own.

Approval is for the plan as it is; a plan that is made again is another plan.
"""

from __future__ import annotations

from licentia.changes import guards, journal, keeping, run
from licentia.domain.lifecycle import PlanEvent, PlanState
from licentia.domain.permissions import Actor, Capability
from licentia.domain.reasons import BadInput, NotPermitted
from licentia.store import clock
from licentia.store.lists import operators as list_of
from licentia.store.writing import writing

LONGEST_WHY = 500


def approve(tenant_id: int, plan_id: int, actor: Actor) -> None:
    """The plan is a draft again and can be applied or scheduled; NotPermitted `own_plan` for its maker.

    The actor must be able to approve and to do what the plan does.
    """
    actor.require(Capability.APPROVE_PLANS, tenant_id)
    actor.require(guards.needs(tenant_id, run.load(tenant_id, plan_id)), tenant_id)
    keeping.expire(tenant_id)
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        plan = run.applicable(tenant_id, plan_id, PlanEvent.APPROVE)
        made = list_of.maker(tenant_id, plan_id)
        if made is None or (made.kind, made.id) == (actor.kind.value, actor.id):
            raise NotPermitted("own_plan", plan=plan_id)
        run.move(tenant_id, plan, PlanEvent.APPROVE, actor, now, fields={"approved_by": actor.name})


def reject(tenant_id: int, plan_id: int, why: str, actor: Actor) -> None:
    """The plan is a draft again, not approved, and says why; BadInput `no_why` without a reason of one line."""
    actor.require(Capability.APPROVE_PLANS, tenant_id)
    why = " ".join(why.split())[:LONGEST_WHY]
    if not why:
        raise BadInput("no_why")
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        plan = run.applicable(tenant_id, plan_id, PlanEvent.REJECT)
        said = journal.canonical({"state": PlanState.DRAFT.value, "why": why})
        run.move(tenant_id, plan, PlanEvent.REJECT, actor, now, said=said, fields={"approved_by": ""})
