"""What must hold before a person's plan may run: who may, the typed number, the tenant's limits, seats, versions, approval.

They bind people (web, command line). Programs through Microsoft Graph behave as Graph does.
"""

from __future__ import annotations

from typing import Any

from licentia.changes import grouping, takeover, undo
from licentia.domain import catalog as catalog_of
from licentia.domain import intents, rulebook
from licentia.domain.intents import Intent, PurgeUser
from licentia.domain.permissions import CAPABILITY_OF, Capability
from licentia.domain.reasons import Refused
from licentia.store.lists import plans as list_of


def needs(tenant_id: int, plan: dict[str, Any]) -> Capability:
    """What somebody must be able to do to apply, move or end the plan; an undo needs what the first plan needed."""
    return CAPABILITY_OF[type(undo.root(tenant_id, intents.from_text(plan["intent"])))]


def needs_approval(tenant_id: int, plan: dict[str, Any]) -> bool:
    """Whether a second person must approve the plan and nobody has (R-136)."""
    above = list_of.limits(tenant_id).approve_above
    return above is not None and plan["ready"] > above and not plan["approved_by"]


def check(tenant_id: int, plan: dict[str, Any], *, confirm: int | None, over_limit: bool) -> None:
    """Returns when the plan may run; refuses with plan_outdated, no_seats, confirm_needed or over_limit."""
    check_versions(plan)
    intent = intents.from_text(plan["intent"])
    grouping.guard(tenant_id, plan["id"], intent)
    takeover.guard(tenant_id, plan, intent)
    for balance in list_of.seat_balances(tenant_id, plan["id"]):
        if balance.free is not None and balance.needed > max(balance.free, 0):
            raise Refused("no_seats", need=balance.needed, free=max(balance.free, 0), sku=balance.sku_id)
    limits = list_of.limits(tenant_id)
    ready = plan["ready"]
    if needs_number(intent, ready, limits) and confirm != ready:
        raise Refused("confirm_needed", n=ready, given=confirm)
    if over_limit:
        return
    for taken in list_of.takings(tenant_id, plan["id"]):
        share = 100 * taken.users / taken.holders if taken.holders else 0
        if taken.users > limits.users or (taken.users > limits.confirm_above and share > limits.percent):
            raise Refused("over_limit", n=taken.users, percent=round(share), sku=taken.sku_id)


def needs_number(intent: Intent, ready: int, limits: list_of.Limits) -> bool:
    """Whether somebody must type how many users the plan changes: above the tenant's number, and for good always."""
    return ready > limits.confirm_above or (ready > 0 and isinstance(intent, PurgeUser))


def check_versions(plan: dict[str, Any]) -> None:
    """Returns when rules and products are those that the plan was made with; refuses with plan_outdated."""
    versions = (catalog_of.load().version, rulebook.load().version)
    if (plan["catalog_version"], plan["rules_version"]) != versions:
        raise Refused("plan_outdated", plan=plan["id"])
