"""Drafts made from a plan that there was: for those whom it did not finish, or with choices made.

Each is a plan like any other, proposed anew from the present facts.
"""

from __future__ import annotations

from dataclasses import replace

from licentia.changes import run
from licentia.changes.propose import Progress, propose
from licentia.changes.who import Who
from licentia.domain import intents
from licentia.domain.intents import ChangeMembers, DeleteUser, LicenseIntent, Reprocess, SetGroupLicenses, Undo
from licentia.domain.permissions import Actor
from licentia.domain.reasons import BadInput, Reason
from licentia.store.bulk import plans as rows_of
from licentia.store.lists import plans as list_of


def unfinished(tenant_id: int, plan_id: int, actor: Actor, progress: Progress | None = None) -> int:
    """A new draft with the same intent for the users whose step failed or changed meanwhile; BadInput when none."""
    plan = rows_of.load_header(tenant_id, plan_id)
    if plan is None:
        raise BadInput("unknown_plan_number", plan=plan_id)
    intent = intents.from_text(plan["intent"])
    users = list_of.unfinished_users(tenant_id, plan_id)
    if not users:
        raise BadInput("nothing_to_retry", plan=plan_id)
    if isinstance(intent, Undo):
        return propose(tenant_id, intent, Who("plan", str(intent.plan_id)), actor, progress)
    again = Reprocess() if isinstance(intent, ChangeMembers | SetGroupLicenses) else intent
    who = Who("users", f"plan {plan_id}", tuple(users))
    return propose(tenant_id, again, who, actor, progress, undo_of=plan["undo_of"])


def accepting(tenant_id: int, plan_id: int, accept: frozenset[Reason], actor: Actor) -> int:
    """A new draft for the same users, in which these choices are made for all of them; the old one is discarded first.

    So of two who decide at once one is refused. BadInput `no_choice` when the plan's intent knows no choices.
    """
    plan = rows_of.load_header(tenant_id, plan_id)
    if plan is None:
        raise BadInput("unknown_plan_number", plan=plan_id)
    intent = intents.from_text(plan["intent"])
    if not isinstance(intent, LicenseIntent | DeleteUser):
        raise BadInput("no_choice", plan=plan_id)
    users = sorted(list_of.step_users(tenant_id, plan_id))
    run.discard(tenant_id, plan_id, actor)
    asked = replace(intent, accept=intent.accept | accept)
    return propose(tenant_id, asked, Who("users", f"plan {plan_id}", tuple(users)), actor, undo_of=plan["undo_of"])
