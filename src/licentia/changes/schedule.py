"""The door for plans that start by themselves (R-137): a moment is set or taken back; at it, every check is made again.

What was typed when the plan was scheduled is kept in the journal and asked of nobody else. Nobody is added.
"""

from __future__ import annotations

import json
from typing import Any

from licentia.changes import guards, journal, keeping, operators, run
from licentia.changes.advance import catch_up
from licentia.domain.instants import Instant
from licentia.domain.lifecycle import PlanEvent, PlanState
from licentia.domain.permissions import SYSTEM, Actor, ActorKind
from licentia.domain.reasons import BadInput, NotPermitted, Refused
from licentia.store import clock
from licentia.store.bulk import sources
from licentia.store.lists import agenda
from licentia.store.lists import operators as list_of
from licentia.store.writing import writing

_AT_NO_TIME: dict[str, Any] = {"start_at": None, "is_unattended": False}


def schedule(
    tenant_id: int,
    plan_id: int,
    at: Instant,
    actor: Actor,
    *,
    confirm: int | None = None,
    over_limit: bool = False,
) -> PlanState:
    """SCHEDULED: the plan starts at `at` of the tenant's time. AWAITING_APPROVAL: a second person is asked first.

    Refused as `run.apply` is; BadInput `start_past` when the moment has been.
    """
    actor.require(guards.needs(tenant_id, run.load(tenant_id, plan_id)), tenant_id)
    catch_up(tenant_id)
    keeping.expire(tenant_id)
    now = clock.tenant_now(tenant_id)
    if at <= now:
        raise BadInput("start_past")
    with writing(tenant_id):
        plan = run.applicable(tenant_id, plan_id, PlanEvent.SCHEDULE)
        guards.check(tenant_id, plan, confirm=confirm, over_limit=over_limit)
        if guards.needs_approval(tenant_id, plan):
            return run.move(tenant_id, plan, PlanEvent.ASK, actor, now)
        sources.lower_agenda(tenant_id, keeping.AGENDA, at)
        said = {"state": PlanState.SCHEDULED.value, "start_at": at, "confirm": confirm, "over_limit": over_limit}
        fields = {"start_at": at, "is_unattended": True}
        return run.move(tenant_id, plan, PlanEvent.SCHEDULE, actor, now, said=journal.canonical(said), fields=fields)


def unschedule(tenant_id: int, plan_id: int, actor: Actor) -> None:
    """The plan is a draft again and starts at no time."""
    actor.require(guards.needs(tenant_id, run.load(tenant_id, plan_id)), tenant_id)
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        plan = run.applicable(tenant_id, plan_id, PlanEvent.UNSCHEDULE)
        run.move(tenant_id, plan, PlanEvent.UNSCHEDULE, actor, now, fields=_AT_NO_TIME)


def start_next(tenant_id: int) -> int | None:
    """The plan that runs from now on because its moment has come, the earliest first; None when none is left.

    One that may not start any more is a draft again, says why, and has changed nobody.
    """
    catch_up(tenant_id)
    while (plan_id := agenda.due_plan(tenant_id, clock.tenant_now(tenant_id))) is not None:
        if _start(tenant_id, plan_id):
            return plan_id
    return None


def _start(tenant_id: int, plan_id: int) -> bool:
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        plan = run.load(tenant_id, plan_id)
        if plan["state"] != PlanState.SCHEDULED or plan["start_at"] > now:
            return False
        try:
            _check(tenant_id, plan)
        except Refused as refused:
            text = journal.canonical({"state": PlanState.DRAFT.value, "code": refused.code, "details": refused.details})
            run.move(tenant_id, plan, PlanEvent.START_REFUSED, SYSTEM, now, said=text, fields=_AT_NO_TIME)
            return False
        run.move(tenant_id, plan, PlanEvent.START, SYSTEM, now)
        return True


def _check(tenant_id: int, plan: run.Header) -> None:
    """Every guard, with what was typed then; and that whoever typed it still may."""
    word = list_of.last_word(tenant_id, plan["id"], ("plan.schedule",))
    assert word is not None
    if word.actor_kind == ActorKind.OPERATOR:
        try:
            operators.actor_of_id(word.actor_id, tenant_id).require(guards.needs(tenant_id, plan), tenant_id)
        except NotPermitted:
            raise Refused("scheduler_not_permitted") from None
    typed = json.loads(word.after)
    guards.check(tenant_id, plan, confirm=typed["confirm"], over_limit=typed["over_limit"])
    if guards.needs_approval(tenant_id, plan):
        raise Refused("approval_needed", plan=plan["id"])
