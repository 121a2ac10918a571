"""What must hold before a person's plan may run: the typed number, the tenant's limits, seats, and versions.

They bind people (web, command line). Programs through Microsoft Graph behave as Graph does.
"""

from __future__ import annotations

from typing import Any

from licentia.domain import catalog as catalog_of
from licentia.domain import rulebook
from licentia.domain.reasons import Refused
from licentia.store.lists import plans as list_of


def check(tenant_id: int, plan: dict[str, Any], *, confirm: int | None, over_limit: bool) -> None:
    """Returns when the plan may run; refuses with plan_outdated, no_seats, confirm_needed or over_limit."""
    versions = (catalog_of.load().version, rulebook.load().version)
    if (plan["catalog_version"], plan["rules_version"]) != versions:
        raise Refused("plan_outdated", plan=plan["id"])
    for balance in list_of.seat_balances(tenant_id, plan["id"]):
        if balance.free is not None and balance.needed > max(balance.free, 0):
            raise Refused("no_seats", need=balance.needed, free=max(balance.free, 0), sku=balance.sku_id)
    limits = list_of.limits(tenant_id)
    ready = plan["ready"]
    if ready > limits.confirm_above and confirm != ready:
        raise Refused("confirm_needed", n=ready, given=confirm)
    if over_limit:
        return
    for taken in list_of.takings(tenant_id, plan["id"]):
        share = 100 * taken.users / taken.holders if taken.holders else 0
        if taken.users > limits.users or (taken.users > limits.confirm_above and share > limits.percent):
            raise Refused("over_limit", n=taken.users, percent=round(share), sku=taken.sku_id)
