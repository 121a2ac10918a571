"""What a user loses, keeps or regains when the enabled plans change, as cited rules.

Computed over enabled *plans*, never per product. Durations only: dates are made where the instant of removal is known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import NamedTuple

from licentia.domain import rulebook
from licentia.domain.catalog import Catalog, Dependency
from licentia.domain.effects import ClockEffect, Consequence, Effects
from licentia.domain.facts import UNKNOWN, ClockKind, Maybe, Switch, UserFacts
from licentia.domain.holding import Holding, holding
from licentia.domain.mailboxes import SHARED_FREE_GB, mailbox_effects

__all__ = (
    "MAX_NAMED_SERVICES",
    "SHARED_FREE_GB",
    "ClockEffect",
    "Consequence",
    "Effects",
    "Holding",
    "broken_dependencies",
    "conflicts",
    "effects",
    "holding",
    "keeps_all",
    "listed_names",
    "plan_name",
    "product_name",
)

MAX_NAMED_SERVICES = 4
"""How many services one sentence names before it counts the rest."""

_TECHNICAL = "EXCHANGE_S_FOUNDATION"
"""Plans named so lie in many products and mean nothing to anybody."""

_DRIVE_CLOCKS = (ClockKind.DRIVE_READONLY, ClockKind.DRIVE_ARCHIVE)


def effects(before: Holding, after: Holding, facts: UserFacts, switches: frozenset[Switch]) -> Effects:
    """What the change from `before` to `after` brings this user. Nothing when nothing enabled changes."""
    if (before.plans, before.sure, before.strangers) == (after.plans, after.sure, after.strangers):
        return Effects()
    return (
        mailbox_effects(before, after, facts, switches)
        + _drive(before, after, facts, switches)
        + Effects(_others(before, after, facts.has_office_devices, facts.has_phone_number))
    )


def keeps_all(before: Holding, after: Holding) -> bool:
    """Whether every plan that means something to somebody, and every product without known plans, stays."""
    gone = before.plans - after.plans
    return before.strangers <= after.strangers and all(_is_technical(before.catalog, plan) for plan in gone)


def _drive(before: Holding, after: Holding, facts: UserFacts, switches: frozenset[Switch]) -> Effects:
    """R-17 to R-21, R-47 to R-50: deleted never, by itself; read-only and archived, where nothing exempts it."""
    had, has = before.drive(), after.drive()
    if has is True:
        return Effects() if had is True and not facts.clocks & set(_DRIVE_CLOCKS) else _drive_returns(facts)
    is_same = had is UNKNOWN and has is UNKNOWN and not before.drive_products() - after.drive_products()
    if had is False or is_same or facts.has_drive is False:
        return Effects()
    kept = Consequence("onedrive_kept")
    if switches & {Switch.EDUCATION, Switch.US_GOVERNMENT}:
        return Effects((kept, Consequence("onedrive_exempt")))
    if facts.drive_on_hold is True:
        return Effects((kept, Consequence("onedrive_on_hold")))
    said = [kept]
    if UNKNOWN in (facts.has_drive, facts.drive_on_hold):
        said.append(Consequence("onedrive_facts_unknown"))
    if has is UNKNOWN:
        product = ("product", after.drive_product())
        seconds = rulebook.load().by_key["onedrive_perhaps"].seconds
        return Effects((*said, Consequence("onedrive_perhaps", (product,), seconds)))
    if facts.clocks & set(_DRIVE_CLOCKS):
        return Effects((*said, Consequence("onedrive_dates_run")))
    return Effects(tuple(said)) + _drive_clocks()


def _drive_returns(facts: UserFacts) -> Effects:
    """R-48. Without a running clock the drive may be archived already: that ends too (R-19)."""
    running = [kind for kind in _DRIVE_CLOCKS if kind in facts.clocks]
    if running:
        return Effects((Consequence("onedrive_returns"),), tuple(ClockEffect(kind, None) for kind in running))
    return Effects() if facts.has_drive is False else Effects((), (ClockEffect(ClockKind.DRIVE_ARCHIVE, None),))


def _drive_clocks() -> Effects:
    book = rulebook.load().by_key
    readonly, archived = book["onedrive_readonly"].seconds, book["onedrive_archived"].seconds
    return Effects(
        (
            Consequence("onedrive_readonly", seconds=readonly),
            Consequence("onedrive_archived", seconds=archived),
        ),
        (ClockEffect(ClockKind.DRIVE_READONLY, readonly), ClockEffect(ClockKind.DRIVE_ARCHIVE, archived)),
    )


@lru_cache(maxsize=256)
def _others(
    before: Holding, after: Holding, has_devices: bool | Maybe, has_number: bool | Maybe
) -> tuple[Consequence, ...]:
    """Everything but mailbox and drive; what no sentence speaks of is named in the last (R-27)."""
    said = [*_apps(before, after, has_devices, has_number)]
    spoken = frozenset(c.rule for c in said)
    said += _needs(before, after)
    said += [Consequence("product_unknown", (("product", sku),)) for sku in sorted(before.strangers - after.strangers)]
    if (before.sure & after.plans) - after.sure:
        said.append(Consequence("stays_in_doubt"))
    services = _unspoken(before, after, spoken)
    if services:
        said.append(Consequence("services_end", (("services", services),), seconds=0))
    return tuple(said)


def _apps(
    before: Holding, after: Holding, has_devices: bool | Maybe, has_number: bool | Maybe
) -> Iterator[Consequence]:
    def ends(what: str) -> bool:
        return before.any(what) and not after.any(what)

    if ends("teams"):
        yield Consequence("teams_ends", seconds=0)
    if ends("office") and has_devices is not False:
        yield Consequence("office_unlicensed", seconds=0)
    for what in ("project", "visio"):
        if ends(what):
            yield Consequence("app_unlicensed", (("app", what.title()),), seconds=0)
    if ends("phone") and has_number is True:
        yield Consequence("phone_released", seconds=0)
    elif ends("phone") and has_number is UNKNOWN:
        yield Consequence("phone_unknown")


def broken_dependencies(before: Holding, after: Holding) -> Iterator[str]:
    """By GUID, `plan|needed,needed` for documented pairs that were whole before and are surely broken after (R-35)."""
    for pair in _broken(before, after):
        if pair.confidence == "documented" and not _may_do(after, pair):
            yield f"{pair.plan_id}|{','.join(_needed(before, pair))}"


def _needs(before: Holding, after: Holding) -> Iterator[Consequence]:
    """R-26 and R-62 for what is reported only; R-125 where a product or plan that nobody knows may do (I-7)."""
    for pair in _broken(before, after):
        addon = ("addon", plan_name(after.catalog, pair.plan_id))
        service = ("service", plan_name(after.catalog, _needed(before, pair)[0]))
        product = _may_do(after, pair)
        if product:
            yield Consequence("dependency_unknown", (addon, ("product", product), service))
        elif pair.confidence != "documented":
            key = "addon_stops" if pair.plan_id in before.plans else "addon_needs"
            yield Consequence(key, (addon, service), seconds=0)


def _broken(before: Holding, after: Holding) -> Iterator[Dependency]:
    """Pairs that were whole before and of which nothing that is known to do is left."""
    for pair in after.catalog.dependencies:
        if pair.plan_id not in after.plans or pair.needs_any_of & after.plans:
            continue
        if pair.plan_id not in before.plans or pair.needs_any_of & before.plans:
            yield pair


def _may_do(after: Holding, pair: Dependency) -> str:
    """The product that may bring what the pair needs, for all that anybody knows; empty when none may."""
    if after.strangers:
        return min(after.strangers)
    possible = _stand_ins(after.catalog, pair.needs_any_of)
    return min((after.name(sku) for sku, plans in after.products if plans & possible), default="")


@lru_cache(maxsize=256)
def _stand_ins(catalog: Catalog, needed: frozenset[str]) -> frozenset[str]:
    """Unclassified plans that may be a mailbox or a drive, where plans known to be one would do."""
    found: set[str] = set()
    for what in ("mailbox_gb", "onedrive"):
        if needed & catalog.carriers(what):
            found |= catalog.possible_carriers(what) - catalog.carriers(what)
    return frozenset(found)


def _needed(before: Holding, pair: Dependency) -> tuple[str, ...]:
    """Those that go, the best known one first; where none goes, of those it needs the best known one."""
    gone = pair.needs_any_of & before.plans
    first = _best_known(before.catalog, gone or pair.needs_any_of)
    return (first, *sorted(gone - {first}))


@lru_cache(maxsize=256)
def _best_known(catalog: Catalog, plans: frozenset[str]) -> str:
    products = catalog.products.values()
    return max(sorted(plans), key=lambda p: (catalog.is_classified(p), sum(p in x.plan_ids for x in products)))


def conflicts(before: Holding, after: Holding) -> Iterator[tuple[str, str]]:
    """Pairs of plans that Microsoft documents as exclusive and that the change brings together, by GUID (R-51)."""
    for pair in after.catalog.exclusions:
        both = {pair.a, pair.b}
        if pair.confidence == "documented" and both <= after.plans and not both <= before.plans:
            yield pair.a, pair.b


def plan_name(catalog: Catalog, plan_id: str) -> str:
    """The service plan's friendly name, or its id."""
    plan = catalog.plans.get(plan_id)
    return (plan.friendly_name or plan.name) if plan else plan_id


def product_name(catalog: Catalog, sku_id: str) -> str:
    """The product's display name, or its id when the catalog does not know it."""
    product = catalog.product_or_none(sku_id)
    return product.display_name if product else sku_id


def _unspoken(before: Holding, after: Holding, said: frozenset[str]) -> str:
    """Names of the plans that go and that no sentence speaks of, however little we know of them.

    A service of the same name that another plan gives stays: products hold twins with GUIDs of their own.
    """
    gone = _services(before.catalog, before.plans - after.plans)
    names = gone.others
    if not after.any("office") and "office_unlicensed" not in said:
        names |= gone.office
    if not said & {"phone_released", "phone_unknown"}:
        names |= gone.phone
    return _listed(names - _names_of(after.catalog, after.plans) if names else names)


@lru_cache(maxsize=1024)
def _names_of(catalog: Catalog, plans: frozenset[str]) -> frozenset[str]:
    return frozenset(plan_name(catalog, plan) for plan in plans)


def listed_names(catalog: Catalog, plans: frozenset[str]) -> str:
    """The names of plans that mean something to somebody, a few and how many more; empty when there are none."""
    return _listed({plan_name(catalog, plan) for plan in plans if not _is_technical(catalog, plan)})


def _listed(names: Collection[str]) -> str:
    listed = sorted(names)
    if len(listed) > MAX_NAMED_SERVICES:
        return ", ".join(listed[:MAX_NAMED_SERVICES]) + f" (+{len(listed) - MAX_NAMED_SERVICES})"
    return ", ".join(listed)


class _Services(NamedTuple):
    """Names of plans by the sentence that may speak of them; mailbox, drive, Teams, Visio and Project always have one."""

    office: frozenset[str]
    phone: frozenset[str]
    others: frozenset[str]


@lru_cache(maxsize=1024)
def _services(catalog: Catalog, plans: frozenset[str]) -> _Services:
    """The same plans go from thousands of classes."""
    office, phone, others = set[str](), set[str](), set[str]()
    for plan in plans:
        what = catalog.carries(plan)
        if _is_technical(catalog, plan) or what.mailbox_gb is not None or what.archive or what.onedrive is not False:
            continue
        if what.office:
            office.add(plan_name(catalog, plan))
        elif what.phone:
            phone.add(plan_name(catalog, plan))
        elif not (what.teams or what.visio or what.project):
            others.add(plan_name(catalog, plan))
    return _Services(frozenset(office), frozenset(phone), frozenset(others))


def _is_technical(catalog: Catalog, plan_id: str) -> bool:
    plan = catalog.plans.get(plan_id)
    return plan is not None and plan.name.upper().startswith(_TECHNICAL)
