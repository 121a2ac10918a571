"""Plans that a request carries out: for what has no inline way. People's guards do not bind a program; a second person does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from licentia.changes import propose, run
from licentia.changes.who import Who
from licentia.domain.facts import AssignmentError
from licentia.domain.intents import Intent
from licentia.domain.lifecycle import PlanState
from licentia.domain.reasons import Reason
from licentia.graph_api import refusals
from licentia.graph_api.asking import Ask
from licentia.graph_api.errors import GraphRefused
from licentia.wire.bodies import HeldSource
from licentia.wire.errors import DENIED

AT_ONCE: Final = 20
"""Plans of so many users at most end before the answer; a worker goes on with others."""


def carry_out(ask: Ask, intent: Intent, users: Sequence[int]) -> run.Header:
    """The header of the plan that does this for these users: at its end when it is small, else as a worker goes on."""
    who = Who("users", ids=tuple(users))
    return _started(ask, propose.propose(ask.tenant_id, intent, who, ask.caller.actor))


def in_background(ask: Ask, intent: Intent, group_id: int) -> run.Header:
    """The header of a plan about a group, begun: the group's own change is made, its members follow."""
    who = Who("members", str(group_id))
    return _started(ask, propose.propose(ask.tenant_id, intent, who, ask.caller.actor))


def _started(ask: Ask, plan_id: int) -> run.Header:
    tenant_id, actor = ask.tenant_id, ask.caller.actor
    plan = run.load(tenant_id, plan_id)
    state = run.apply(tenant_id, plan_id, actor, confirm=plan["ready"], over_limit=True)
    if state is PlanState.AWAITING_APPROVAL:
        raise GraphRefused(403, DENIED, f"This tenant asks a second person to approve plan {plan_id} first.")
    if state is PlanState.RUNNING and plan["ready"] <= AT_ONCE:
        plan = run.run(tenant_id, plan_id, actor)
    return plan


_BY_ERROR: Final = {
    AssignmentError.COUNT: Reason.NO_SEATS,
    AssignmentError.EXCLUSIVE: Reason.CONFLICT,
    AssignmentError.DEPENDENCY: Reason.DEPENDENCY,
    AssignmentError.LOCATION: Reason.LOCATION_MISSING,
}


def refuse_stored(source: HeldSource, user: str) -> None:
    """GraphRefused with the sentence behind an error that a license stands in; returns where there is no sentence."""
    reason = _BY_ERROR.get(AssignmentError(source.error)) if source.error in set(AssignmentError) else None
    if reason is not None:
        refusals.raise_for(reason, "", user, source.sku_id)
