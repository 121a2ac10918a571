"""By which path a user holds a product: the source that may go, and what stands in the way of a new one.

What the change brings is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from licentia.domain.facts import AssignmentState, Source, SourceKind, TenantFacts, UserFacts
from licentia.domain.intents import KEEP
from licentia.domain.reasons import Reason
from licentia.domain.settling import Pair, Verdict, because, takes


def direct_of(facts: UserFacts, sku_id: str) -> Source | None:
    """The direct source, also one in error; None when there is none, or it is only remembered."""
    found = (s for s in facts.sources if s.sku_id == sku_id and s.kind is SourceKind.DIRECT)
    return next((s for s in found if s.state is not AssignmentState.REMEMBERED), None)


def unknown_of(facts: UserFacts, sku_id: str) -> Source | None:
    """The source that holds by a path nobody stated; None when there is none."""
    held = (s for s in facts.sources if s.sku_id == sku_id and s.state.holds)
    return next((s for s in held if s.kind is SourceKind.UNKNOWN), None)


def leaving(sku_id: str, facts: UserFacts, accept: frozenset[Reason]) -> Source | Verdict:
    """The source of the product that may go, or why none may (R-31 to R-34). One in error takes its intent along."""
    gone = direct_of(facts, sku_id) or unknown_of(facts, sku_id)
    if gone is None:
        return not_ours(s for s in facts.sources if s.sku_id == sku_id and s.state.holds)
    if facts.never is not None and gone.state.holds:
        return because(Reason.NEVER, facts.never)
    if gone.kind is SourceKind.UNKNOWN and Reason.UNKNOWN_PATH not in accept:
        return because(Reason.UNKNOWN_PATH)
    return gone


def not_ours(held: Iterable[Source]) -> Verdict:
    """R-31 before R-32: a group can be changed by us, a purchase only after take-over."""
    mine = list(held)
    groups = sorted(s.source_id for s in mine if s.kind is SourceKind.GROUP)
    if groups:
        return because(Reason.INHERITED, ",".join(map(str, groups)))
    bought = [s.source_id for s in mine if s.kind is SourceKind.PURCHASE]
    return because(Reason.SELF_SERVICE, str(min(bought))) if bought else because(Reason.NOT_HELD)


def in_the_way(sku_id: str, facts: UserFacts, tenant: TenantFacts) -> Verdict | None:
    """Why a new direct assignment is not made: R-134, R-32 or R-36; None when nothing is."""
    if sku_id in tenant.company_products:
        return because(Reason.COMPANY_PRODUCT, sku_id)
    bought = [s.source_id for s in facts.sources if s.sku_id == sku_id and s.kind is SourceKind.PURCHASE]
    if bought and sku_id not in tenant.pools:
        return because(Reason.SELF_SERVICE, str(min(bought)))
    return because(Reason.LOCATION_MISSING) if facts.has_usage_location is False else None


def held_by_us(facts: UserFacts, sku_id: str) -> Source | None:
    """The source that holds and whose plans we may set: direct, or else by a path nobody stated; None when neither."""
    direct = direct_of(facts, sku_id)
    return direct if direct is not None and direct.state.holds else unknown_of(facts, sku_id)


def with_plans(source: Source, off: frozenset[str]) -> Source:
    """The source with exactly these plans off. A change that succeeds ends its error; a suspended one stays so."""
    state = AssignmentState.DISABLED if source.state is AssignmentState.DISABLED else AssignmentState.ACTIVE
    return replace(source, disabled_plans=off, state=state, error=None)


def exactly(held: Source, off: frozenset[str], accept: frozenset[Reason], facts: UserFacts) -> Pair | Verdict | None:
    """The source that holds and the same with exactly these plans off; None: it is so already.

    R-34 keeps what it gives, R-33 asks where its path is not known.
    """
    if off == held.disabled_plans:
        return None
    wanted = with_plans(held, off)
    if facts.never is not None and takes(held, wanted):
        return because(Reason.NEVER, facts.never)
    if held.kind is SourceKind.UNKNOWN and Reason.UNKNOWN_PATH not in accept:
        return because(Reason.UNKNOWN_PATH)
    return held, wanted


def arriving(
    sku_id: str,
    plans: frozenset[str] | Literal["keep"],
    facts: UserFacts,
    tenant: TenantFacts,
    carried: frozenset[str] = frozenset(),
) -> Pair | Verdict:
    """A new direct source with exactly these plans off, or why it is not made.

    KEEP: those of an assignment in error that it takes the place of, and those carried from another product.
    """
    reason = in_the_way(sku_id, facts, tenant)
    if reason is not None:
        return reason
    old = next((s for s in facts.sources if s.sku_id == sku_id and s.kind is SourceKind.DIRECT), None)
    off = carried | (old.disabled_plans if old else frozenset()) if plans == KEEP else frozenset(plans)
    return old, Source(sku_id, SourceKind.DIRECT, 0, off)
