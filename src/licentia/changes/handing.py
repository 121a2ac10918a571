"""The door for plans of a copy that are carried out in another tool: handed over here, verified by a later import.

Changes no user; what was carried out is learned from a file only (I-12).
"""

from __future__ import annotations

from licentia.changes import guards, keeping, run
from licentia.domain.lifecycle import PlanEvent, PlanState
from licentia.domain.permissions import Actor
from licentia.domain.reasons import Refused
from licentia.store import clock
from licentia.store.lists import tenants
from licentia.store.writing import writing


def hand_over(tenant_id: int, plan_id: int, actor: Actor) -> PlanState:
    """HANDED_OVER: the plan of a copy is carried out elsewhere. AWAITING_APPROVAL: a second person is asked first.

    Refused `not_for_hand_over` when the tenant is no copy.
    """
    actor.require(guards.needs(tenant_id, run.load(tenant_id, plan_id)), tenant_id)
    if tenants.settings(tenant_id)["origin"] != "imported":
        raise Refused("not_for_hand_over", plan=plan_id)
    keeping.expire(tenant_id)
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        plan = run.applicable(tenant_id, plan_id, PlanEvent.HAND_OVER)
        guards.check_versions(plan)
        event = PlanEvent.ASK if guards.needs_approval(tenant_id, plan) else PlanEvent.HAND_OVER
        return run.move(tenant_id, plan, event, actor, now)
