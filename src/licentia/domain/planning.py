"""The verdict on one user for one intent: ready with changes, a choice, skipped or refused with a reason.

`plan` is the one computation behind preview and apply (I-2). It reads facts and returns values; it never acts.
"""

from __future__ import annotations

from licentia.domain.catalog import Catalog
from licentia.domain.changing import change_licenses
from licentia.domain.facts import Source, TenantFacts, UserFacts
from licentia.domain.intents import (
    KEEP,
    Assign,
    ChangeLicenses,
    LicenseIntent,
    Replace,
    SetPlans,
    Swap,
    TakeOver,
    Unassign,
    UnassignAll,
)
from licentia.domain.paths import arriving, exactly, held_by_us, leaving, not_ours
from licentia.domain.reasons import Reason
from licentia.domain.settling import (
    AccountChange,
    Change,
    Key,
    Verdict,
    apply_to,
    because,
    is_new_direct,
    key_of,
    seats,
    settle,
    takes,
)
from licentia.domain.swapping import replace_all, swap, take_over

__all__ = (
    "AccountChange",
    "Change",
    "Key",
    "Verdict",
    "apply_to",
    "because",
    "is_new_direct",
    "key_of",
    "plan",
    "seats",
    "settle",
    "takes",
)


def plan(intent: LicenseIntent, facts: UserFacts, tenant: TenantFacts, catalog: Catalog) -> Verdict:
    """The verdict on one user. Equal facts give equal verdicts; the order of users plays no part."""
    match intent:
        case Unassign():
            return _unassign(intent, facts, tenant, catalog)
        case Assign():
            return _assign(intent, facts, tenant, catalog)
        case SetPlans():
            return _set_plans(intent, facts, tenant, catalog)
        case Swap():
            return swap(intent, facts, tenant, catalog)
        case Replace():
            return replace_all(intent.sku_ids, intent.accept, facts, tenant, catalog)
        case UnassignAll():
            return replace_all(frozenset(), intent.accept, facts, tenant, catalog)
        case ChangeLicenses():
            return change_licenses(intent, facts, tenant, catalog)
        case TakeOver():
            return take_over(intent, facts, tenant, catalog)


def _unassign(intent: Unassign, facts: UserFacts, tenant: TenantFacts, catalog: Catalog) -> Verdict:
    gone = leaving(intent.sku_id, facts, intent.accept)
    if isinstance(gone, Verdict):
        return gone
    return settle(((gone, None),), facts, tenant, catalog, intent.accept)


def _assign(intent: Assign, facts: UserFacts, tenant: TenantFacts, catalog: Catalog) -> Verdict:
    if intent.sku_id in tenant.company_products:
        return because(Reason.COMPANY_PRODUCT, intent.sku_id)
    held = held_by_us(facts, intent.sku_id)
    if held is not None:
        off = held.disabled_plans if intent.disabled_plans == KEEP else frozenset(intent.disabled_plans)
        return _plans_of(held, off, intent.accept, facts, tenant, catalog)
    coming = arriving(intent.sku_id, intent.disabled_plans, facts, tenant)
    if isinstance(coming, Verdict):
        return coming
    return settle((coming,), facts, tenant, catalog, intent.accept)


def _set_plans(intent: SetPlans, facts: UserFacts, tenant: TenantFacts, catalog: Catalog) -> Verdict:
    held = held_by_us(facts, intent.sku_id)
    if held is None:
        return not_ours(s for s in facts.sources if s.sku_id == intent.sku_id and s.state.holds)
    off = (held.disabled_plans | intent.off) - intent.on
    return _plans_of(held, off, intent.accept, facts, tenant, catalog)


def _plans_of(
    held: Source,
    off: frozenset[str],
    accept: frozenset[Reason],
    facts: UserFacts,
    tenant: TenantFacts,
    catalog: Catalog,
) -> Verdict:
    """Exactly these plans off in a source that holds."""
    exact = exactly(held, off, accept, facts)
    if exact is None:
        return because(Reason.ALREADY)
    return exact if isinstance(exact, Verdict) else settle((exact,), facts, tenant, catalog, accept)
