"""Some products out and others in, in one verdict: what Microsoft Graph's assignLicense asks of a user.

All or nothing. Each half is what the single intents do; nothing is decided twice.
"""

from __future__ import annotations

from licentia.domain.catalog import Catalog
from licentia.domain.effects import Consequence
from licentia.domain.facts import TenantFacts, UserFacts
from licentia.domain.intents import ChangeLicenses
from licentia.domain.paths import arriving, exactly, held_by_us, leaving
from licentia.domain.reasons import BadInput, Reason
from licentia.domain.settling import Pair, Verdict, because, settle
from licentia.domain.swapping import held_already, said_of_products


def check_both(intent: ChangeLicenses) -> None:
    """Returns when no product is named twice (R-171); BadInput `in_both`, or `added_twice`, with the product."""
    added = [sku for sku, _ in intent.add]
    both = sorted(intent.remove.intersection(added))
    if both:
        raise BadInput("in_both", sku=both[0])
    twice = sorted(sku for sku in set(added) if added.count(sku) > 1)
    if twice:
        raise BadInput("added_twice", sku=twice[0])


def change_licenses(intent: ChangeLicenses, facts: UserFacts, tenant: TenantFacts, catalog: Catalog) -> Verdict:
    """The verdict on all of it. Of several refusals the first in the order of R-170; products by ascending id."""
    wanted = sorted(intent.add)
    company = next((sku for sku, _ in wanted if sku in tenant.company_products), None)
    if company is not None:
        return because(Reason.COMPANY_PRODUCT, company)
    changes: list[Pair] = []
    for sku_id in sorted(intent.remove):
        gone = leaving(sku_id, facts, intent.accept)
        if isinstance(gone, Verdict):
            return gone
        changes.append((gone, None))
    already: list[str] = []
    for sku_id, off in wanted:
        coming = _coming(sku_id, off, intent, facts, tenant)
        if isinstance(coming, Verdict):
            return coming
        if coming is None:
            already.append(sku_id)
        else:
            changes.append(coming)
    if not changes:
        return because(Reason.ALREADY)
    return settle(changes, facts, tenant, catalog, intent.accept, _said(intent, changes, already, facts, catalog))


def _coming(
    sku_id: str, off: frozenset[str], intent: ChangeLicenses, facts: UserFacts, tenant: TenantFacts
) -> Pair | Verdict | None:
    """The direct source with exactly these plans off; None where it is so already (R-172, R-173)."""
    held = held_by_us(facts, sku_id)
    if held is None:
        return arriving(sku_id, off, facts, tenant)
    return exactly(held, off, intent.accept, facts)


def _said(
    intent: ChangeLicenses, changes: list[Pair], already: list[str], facts: UserFacts, catalog: Catalog
) -> tuple[Consequence, ...] | None:
    """What is said of the products by name; of one alone, what the intent for one product says."""
    if len(intent.add) + len(intent.remove) == 1:
        return None
    said = list(said_of_products(changes, facts, catalog, intent.remove))
    for sku_id in already:
        said += held_already(sku_id, facts, catalog)
    return tuple(said)
