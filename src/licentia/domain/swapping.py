"""One product for another, all of them for others, and the end of a self-service purchase, each as one change.

Only direct sources move, and a purchase that is taken over; whatever stays is named with its reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from licentia.domain.catalog import Catalog
from licentia.domain.consequences import keeps_all, listed_names, product_name
from licentia.domain.effects import Consequence
from licentia.domain.facts import AssignmentState, Source, SourceKind, TenantFacts, UserFacts
from licentia.domain.holding import holding
from licentia.domain.intents import KEEP, Swap, TakeOver
from licentia.domain.paths import arriving, exactly, held_by_us, leaving
from licentia.domain.reasons import Reason
from licentia.domain.settling import (
    Pair,
    Verdict,
    apply_to,
    because,
    error_removed,
    is_error_removed,
    key_of,
    settle,
    takes,
)

DIRECTLY = "direct"
"""The subject of NOT_HELD when nothing at all is assigned directly."""


def swap(intent: Swap, facts: UserFacts, tenant: TenantFacts, catalog: Catalog) -> Verdict:
    """The old product out and the new one in, in one verdict: never a moment with neither."""
    if intent.sku_id in tenant.company_products:
        return because(Reason.COMPANY_PRODUCT, intent.sku_id)
    gone = leaving(intent.from_sku, facts, intent.accept)
    if isinstance(gone, Verdict):
        return gone
    if intent.from_sku == intent.sku_id:
        return because(Reason.ALREADY)
    product = catalog.product_or_none(intent.sku_id)
    known = frozenset(product.plan_ids if product else ())
    comes = _in_its_place(intent, gone.disabled_plans & known, facts, tenant)
    if isinstance(comes, Verdict):
        return comes
    changes: tuple[Pair, ...] = ((gone, None), *comes)
    said = list(said_of_products(changes, facts, catalog, frozenset({intent.from_sku})))
    if not comes:
        said += held_already(intent.sku_id, facts, catalog)
    elif intent.disabled_plans == KEEP:
        said += _carried(gone, known, intent.sku_id, catalog)
    return settle(changes, facts, tenant, catalog, intent.accept, tuple(said))


def _in_its_place(
    intent: Swap, carried: frozenset[str], facts: UserFacts, tenant: TenantFacts
) -> tuple[Pair, ...] | Verdict:
    """What makes the user hold the new product: nothing, where it is held already and its plans are as wanted."""
    held = held_by_us(facts, intent.sku_id)
    if held is None:
        coming = arriving(intent.sku_id, intent.disabled_plans, facts, tenant, carried)
        return coming if isinstance(coming, Verdict) else (coming,)
    if intent.disabled_plans == KEEP:
        return ()
    exact = exactly(held, frozenset(intent.disabled_plans), intent.accept, facts)
    if isinstance(exact, Verdict):
        return exact
    return () if exact is None else (exact,)


def _carried(gone: Source, known: frozenset[str], sku_id: str, catalog: Catalog) -> Iterator[Consequence]:
    """R-130, R-131: what was off stays off; of what the new product has not, something else may be on."""
    stays = listed_names(catalog, gone.disabled_plans & known)
    if stays:
        yield Consequence("plans_carried", (("services", stays),))
    missing = listed_names(catalog, gone.disabled_plans - known)
    if missing:
        name = product_name(catalog, sku_id)
        yield Consequence("plans_not_carried", (("product", name), ("services", missing)))


def held_already(sku_id: str, facts: UserFacts, catalog: Catalog) -> Iterator[Consequence]:
    """R-129, or R-128 where nobody knows by which path."""
    held = held_by_us(facts, sku_id)
    is_unknown = held is not None and held.kind is SourceKind.UNKNOWN
    key = "stays_path_unknown" if is_unknown else "new_held_already"
    yield Consequence(key, (("product", product_name(catalog, sku_id)),))


def replace_all(
    sku_ids: Collection[str], accept: frozenset[Reason], facts: UserFacts, tenant: TenantFacts, catalog: Catalog
) -> Verdict:
    """Every direct product out but these, and these in. What comes from elsewhere stays and is named, never touched.

    A product that stays keeps its service plans. Without products: everything direct goes.
    """
    company = sorted(tenant.company_products.intersection(sku_ids))
    if company:
        return because(Reason.COMPANY_PRODUCT, company[0])
    direct = (s for s in facts.sources if s.kind is SourceKind.DIRECT and s.state is not AssignmentState.REMEMBERED)
    changes: list[Pair] = [(s, None) for s in sorted(direct, key=key_of) if s.sku_id not in sku_ids]
    if facts.never is not None and any(takes(old, new) for old, new in changes):
        return because(Reason.NEVER, facts.never)
    for sku_id in sorted(sku_ids):
        if held_by_us(facts, sku_id) is not None:
            continue
        coming = arriving(sku_id, KEEP, facts, tenant)
        if isinstance(coming, Verdict):
            return coming
        changes.append(coming)
    said = tuple(said_of_products(changes, facts, catalog, frozenset(s.sku_id for s in facts.sources) - set(sku_ids)))
    said += tuple(_unknown_wanted(sku_ids, facts, catalog))
    if changes:
        return settle(changes, facts, tenant, catalog, accept, said)
    return because(Reason.ALREADY, "", said) if sku_ids else because(Reason.NOT_HELD, DIRECTLY, said)


def _unknown_wanted(sku_ids: Collection[str], facts: UserFacts, catalog: Catalog) -> Iterator[Consequence]:
    """R-128 for products that are wanted and held by a path nobody stated: they are left as they are."""
    for sku_id in sorted(sku_ids):
        held = held_by_us(facts, sku_id)
        if held is not None and held.kind is SourceKind.UNKNOWN:
            yield from held_already(sku_id, facts, catalog)


def said_of_products(
    changes: Iterable[Pair], facts: UserFacts, catalog: Catalog, sku_ids: frozenset[str]
) -> Iterator[Consequence]:
    """What is said of these products by name: which stay and why (R-126 to R-128), and what gave nothing (R-132)."""
    pairs = tuple(changes)
    rest = apply_to(facts.sources, pairs)
    before, after = holding(catalog, facts.sources), holding(catalog, rest)
    for old, new in pairs:
        if is_error_removed(old, new):
            yield error_removed(old, catalog)
        elif old is not None and old.kind is SourceKind.UNKNOWN:
            yield Consequence("unknown_path")
    for source in rest:
        if source.sku_id not in sku_ids or not source.state.holds:
            continue
        name = ("product", product_name(catalog, source.sku_id))
        if source.kind is SourceKind.GROUP:
            yield Consequence("stays_by_group", (("group", str(source.source_id)), name))
        elif source.kind is SourceKind.PURCHASE:
            yield Consequence("stays_bought", (("buyer", str(source.source_id)), name))
        elif source.kind is SourceKind.UNKNOWN:
            yield Consequence("stays_path_unknown", (name,))
    is_sure = before.sure & after.plans <= after.sure
    if is_sure and keeps_all(before, after) and any(takes(old, new) for old, new in pairs):
        yield Consequence("plans_stay")


def take_over(intent: TakeOver, facts: UserFacts, tenant: TenantFacts, catalog: Catalog) -> Verdict:
    """The source from the purchase becomes a direct one, or goes; it only goes where the organization gives the product.

    Refuses as a new assignment does, and where the organization has no pool to take a seat from.
    """
    key = (intent.sku_id, SourceKind.PURCHASE, intent.purchase_id)
    gone = next((s for s in facts.sources if key_of(s) == key), None)
    if gone is None or gone.state is AssignmentState.REMEMBERED:
        return because(Reason.NOT_HELD)
    changes: list[Pair] = [(gone, None)]
    said: tuple[Consequence, ...] | None = None
    if intent.move and gone.state.holds and not _given_by_organization(intent.sku_id, facts):
        coming = _by_organization(gone, facts, tenant)
        if isinstance(coming, Verdict):
            return coming
        changes.append(coming)
        name = ("product", product_name(catalog, intent.sku_id))
        said = (Consequence("taken_over", (("buyer", str(intent.purchase_id)), name)),)
    if facts.never is not None and _loses(intent, changes, facts, catalog):
        return because(Reason.NEVER, facts.never)
    return settle(changes, facts, tenant, catalog, intent.accept, said)


def _given_by_organization(sku_id: str, facts: UserFacts) -> bool:
    mine = (s for s in facts.sources if s.sku_id == sku_id and s.state.holds)
    return any(s.kind.draws_on_organization for s in mine)


def _by_organization(gone: Source, facts: UserFacts, tenant: TenantFacts) -> Pair | Verdict:
    if gone.sku_id not in tenant.pools:
        return because(Reason.NO_SEATS, gone.sku_id)
    return arriving(gone.sku_id, gone.disabled_plans, facts, tenant)


def _loses(intent: TakeOver, changes: list[Pair], facts: UserFacts, catalog: Catalog) -> bool:
    """R-34: whether a purchase that ends takes something from the user; one whose users move leaves what they had."""
    if not intent.move:
        return any(takes(old, new) for old, new in changes)
    after = holding(catalog, apply_to(facts.sources, changes))
    return not keeps_all(holding(catalog, facts.sources), after)
