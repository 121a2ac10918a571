"""What a user loses, keeps or regains when the enabled plans change (licensing facts 12), as cited rules.

Computed over enabled *plans*, never per product. Durations only: dates are made where the instant of removal is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from licentia.domain import rulebook
from licentia.domain.catalog import Catalog
from licentia.domain.facts import (
    UNKNOWN,
    ClockKind,
    Mailbox,
    MailboxKind,
    Source,
    Switch,
    UserFacts,
)

SHARED_FREE_GB = 50
"""R-11: a shared mailbox up to this size needs no license."""

MAX_NAMED_SERVICES = 4
"""How many services one sentence names before it counts the rest."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """One rule that applies: its key, the words its sentence needs, seconds from the removal (None: no date)."""

    rule: str
    params: tuple[tuple[str, str], ...] = ()
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ClockEffect:
    """A retention clock that starts (`seconds` from the removal) or stops (None)."""

    kind: ClockKind
    seconds: int | None


@dataclass(frozen=True, slots=True)
class Effects:
    """Everything a change of enabled plans brings. `undo_seconds` is the earliest loss for good; None: none."""

    consequences: tuple[Consequence, ...] = ()
    clocks: tuple[ClockEffect, ...] = ()
    undo_seconds: int | None = None
    needs_choice: bool = False
    """R-12: a shared mailbox that needs a license; the administrator decides."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The enabled plans of a user and, per plan, the products that give it."""

    catalog: Catalog
    plans: frozenset[str]
    products: tuple[tuple[str, frozenset[str]], ...]

    def mailbox_plans(self) -> tuple[str, ...]:
        """Enabled plans that carry a mailbox, or of which that is not known."""
        return tuple(p for p in self.plans if self.catalog.carries(p).mailbox_gb is not None)

    def mailbox_limit(self) -> int | None:
        """The largest mailbox limit in GB among enabled plans; None when none is known."""
        limits = [self.catalog.carries(p).mailbox_gb for p in self.plans]
        return max((gb for gb in limits if isinstance(gb, int)), default=None)

    def mailbox_product(self) -> str:
        """Display name of the product that carries the largest mailbox."""
        limit = self.mailbox_limit()
        carriers = [p for p in self.mailbox_plans() if self.catalog.carries(p).mailbox_gb == limit]
        names = [self.name(sku) for sku, plans in self.products if plans.intersection(carriers or self.plans)]
        return min(names, default="")

    def name(self, sku_id: str) -> str:
        """The product's display name, or its id when the catalog does not know it."""
        product = self.catalog.product_or_none(sku_id)
        return product.display_name if product else sku_id

    def any(self, what: str) -> bool:
        """Whether an enabled plan carries `what` (archive, holds, office, teams, phone)."""
        return any(getattr(self.catalog.carries(p), what) is True for p in self.plans)

    def has_drive(self) -> bool:
        """Whether an enabled plan carries a OneDrive, or nobody knows whether it does."""
        return any(self.catalog.carries(p).onedrive is not False for p in self.plans)


def holding(catalog: Catalog, sources: Iterable[Source]) -> Holding:
    """Enabled plans = union over sources of (plans of the product minus that source's disabled plans)."""
    by_product: dict[str, set[str]] = {}
    for source in sources:
        product = catalog.product_or_none(source.sku_id)
        if source.state.holds and product is not None:
            enabled = by_product.setdefault(source.sku_id, set())
            enabled.update(set(product.plan_ids) - source.disabled_plans)
    products = tuple((sku, frozenset(plans)) for sku, plans in sorted(by_product.items()))
    return Holding(catalog, frozenset().union(*(plans for _, plans in products)), products)


def effects(before: Holding, after: Holding, facts: UserFacts, switches: frozenset[Switch]) -> Effects:
    """What the change from `before` to `after` brings this user. Nothing when no enabled plan changes."""
    if before.plans == after.plans:
        return Effects()
    mailbox = _mailbox(before, after, facts, switches)
    drive = _drive(before, after, facts, switches)
    others = tuple(_others(before, after, facts))
    undo = [c.seconds for c in mailbox.clocks if c.seconds is not None]
    return Effects(
        consequences=mailbox.consequences + drive.consequences + others,
        clocks=mailbox.clocks + drive.clocks,
        undo_seconds=min(undo, default=None),
        needs_choice=mailbox.needs_choice,
    )


def _mailbox(before: Holding, after: Holding, facts: UserFacts, switches: frozenset[Switch]) -> Effects:
    had, has = bool(before.mailbox_plans()), bool(after.mailbox_plans())
    if has and not had:
        return _mailbox_returns(facts)
    if not had:
        return Effects()
    known = facts.mailbox if isinstance(facts.mailbox, Mailbox) else Mailbox(MailboxKind.USER)
    if known.kind is MailboxKind.NONE:
        return Effects()
    if has:
        return _mailbox_changes(before, after, known)
    if known.kind in (MailboxKind.SHARED, MailboxKind.ROOM, MailboxKind.EQUIPMENT):
        return _shared(known)
    return _mailbox_lost(before, facts, known, switches)


def _mailbox_returns(facts: UserFacts) -> Effects:
    stop = ClockEffect(ClockKind.MAILBOX_PURGE, None)
    if ClockKind.MAILBOX_PURGE in facts.clocks:
        return Effects((Consequence("mailbox_returns"),), (stop,))
    if isinstance(facts.mailbox, Mailbox) and facts.mailbox.was_purged:
        return Effects((Consequence("mailbox_new_empty"),))
    return Effects()


def _shared(mailbox: Mailbox) -> Effects:
    """R-11 and R-12: free up to 50 GB; anything not known to be so is the administrator's choice."""
    fits = mailbox.size is not UNKNOWN and mailbox.size.fits(SHARED_FREE_GB)
    if fits and mailbox.has_archive is False and mailbox.on_hold is False:
        return Effects((Consequence("shared_stays"),))
    return Effects((Consequence("shared_needs_license"),), needs_choice=True)


def _mailbox_lost(before: Holding, facts: UserFacts, mailbox: Mailbox, switches: frozenset[Switch]) -> Effects:
    found: list[Consequence] = []
    if mailbox.on_hold is True:
        found += [Consequence("kept_by_hold"), Consequence("mail_refused", seconds=0)]
        return Effects(tuple(found + _forwarding(mailbox)))
    days = rulebook.load().by_key["mailbox_lost"].seconds or 0
    if Switch.DELICENSING_RESILIENCY in switches:
        working = rulebook.load().by_key["resiliency"].seconds or 0
        days += working
        found += [Consequence("mailbox_lost", seconds=days), Consequence("resiliency", seconds=working)]
    else:
        found.append(Consequence("mailbox_lost", seconds=days))
        found += [Consequence("mail_refused", seconds=0), Consequence("not_searchable", seconds=0)]
        found += _forwarding(mailbox)
    if before.any("teams"):
        found.append(Consequence("teams_chat", seconds=days))
    if UNKNOWN in (mailbox.on_hold, mailbox.size) or facts.mailbox is UNKNOWN:
        found.append(Consequence("mailbox_facts_unknown"))
    running = ClockKind.MAILBOX_PURGE in facts.clocks
    clocks = () if running else (ClockEffect(ClockKind.MAILBOX_PURGE, days),)
    return Effects(tuple(found), clocks)


def _forwarding(mailbox: Mailbox) -> list[Consequence]:
    return [Consequence("forwarding_stops", seconds=0)] if mailbox.is_forwarding is True else []


def _mailbox_changes(before: Holding, after: Holding, mailbox: Mailbox) -> Effects:
    """The mailbox stays: through which product, with which limit, and what of archive and hold goes."""
    if before.mailbox_plans() == after.mailbox_plans() and before.any("archive") == after.any("archive"):
        return Effects()
    found: list[Consequence] = []
    old, new = before.mailbox_limit(), after.mailbox_limit()
    if set(before.mailbox_plans()) - set(after.mailbox_plans()):
        name = ("product", after.mailbox_product())
        if old is not None and new is not None and new < old:
            limit = ("limit", str(new))
            found.append(Consequence("mailbox_smaller", (name, limit)))
            if mailbox.size is UNKNOWN:
                found.append(Consequence("mailbox_size_unknown", (limit,)))
            elif not mailbox.size.fits(new):
                found.append(Consequence("mailbox_over_limit", (limit,), seconds=0))
        else:
            found.append(Consequence("mailbox_stays", (name,)))
    archive = _archive(before, after, mailbox)
    if before.any("holds") and not after.any("holds") and mailbox.on_hold is True:
        found.append(Consequence("hold_needs_plan", seconds=0))
    return Effects(tuple(found) + archive.consequences, archive.clocks)


def _archive(before: Holding, after: Holding, mailbox: Mailbox) -> Effects:
    if not before.any("archive") and after.any("archive"):
        return Effects((), (ClockEffect(ClockKind.ARCHIVE_PURGE, None),))
    if not before.any("archive") or after.any("archive"):
        return Effects()
    if mailbox.has_archive is False or mailbox.on_hold is True:
        return Effects()
    key = "archive_unknown" if mailbox.has_archive is UNKNOWN else "archive_lost"
    seconds = rulebook.load().by_key[key].seconds
    return Effects((Consequence(key, seconds=seconds),), (ClockEffect(ClockKind.ARCHIVE_PURGE, seconds),))


def _drive(before: Holding, after: Holding, facts: UserFacts, switches: frozenset[Switch]) -> Effects:
    had, has = before.has_drive(), after.has_drive()
    drive_clocks = (ClockKind.DRIVE_READONLY, ClockKind.DRIVE_ARCHIVE)
    if has and not had:
        return Effects((), tuple(ClockEffect(kind, None) for kind in drive_clocks if kind in facts.clocks))
    if has or not had or facts.has_drive is False:
        return Effects()
    kept = Consequence("onedrive_kept")
    if switches & {Switch.EDUCATION, Switch.US_GOVERNMENT}:
        return Effects((kept, Consequence("onedrive_exempt")))
    if facts.drive_on_hold is True:
        return Effects((kept, Consequence("onedrive_on_hold")))
    book = rulebook.load().by_key
    readonly, archived = book["onedrive_readonly"].seconds, book["onedrive_archived"].seconds
    starts = (
        ClockEffect(ClockKind.DRIVE_READONLY, readonly),
        ClockEffect(ClockKind.DRIVE_ARCHIVE, archived),
    )
    return Effects(
        (
            kept,
            Consequence("onedrive_readonly", seconds=readonly),
            Consequence("onedrive_archived", seconds=archived),
        ),
        tuple(clock for clock in starts if clock.kind not in facts.clocks),
    )


def _others(before: Holding, after: Holding, facts: UserFacts) -> Iterator[Consequence]:
    if before.any("office") and not after.any("office") and facts.has_office_devices is not False:
        yield Consequence("office_unlicensed", seconds=0)
    if before.any("phone") and not after.any("phone"):
        if facts.has_phone_number is True:
            yield Consequence("phone_released", seconds=0)
        elif facts.has_phone_number is UNKNOWN:
            yield Consequence("phone_unknown")
    for addon, service in broken_dependencies(before, after, documented=False):
        yield Consequence("addon_stops", (("addon", addon), ("service", service)), seconds=0)
    services = _unclassified(before, after)
    if services:
        yield Consequence("services_end", (("services", services),), seconds=0)


def broken_dependencies(before: Holding, after: Holding, *, documented: bool) -> Iterator[tuple[str, str]]:
    """(plan, plan it needs) by friendly name, for pairs that were whole before and are broken after (R-26, R-35)."""
    catalog = after.catalog
    for pair in catalog.dependencies:
        if pair.plan_id not in after.plans or (pair.confidence == "documented") is not documented:
            continue
        was_whole = pair.plan_id not in before.plans or bool(pair.needs_any_of & before.plans)
        if was_whole and not pair.needs_any_of & after.plans:
            gone = sorted(pair.needs_any_of & before.plans) or sorted(pair.needs_any_of)
            yield _plan_name(catalog, pair.plan_id), _plan_name(catalog, gone[0])


def _plan_name(catalog: Catalog, plan_id: str) -> str:
    plan = catalog.plans.get(plan_id)
    return (plan.friendly_name or plan.name) if plan else plan_id


def _unclassified(before: Holding, after: Holding) -> str:
    """Names of the plans that go and that no other rule speaks of; the foundation plans say nothing to anybody."""
    catalog = before.catalog
    names = sorted({_plan_name(catalog, p) for p in before.plans - after.plans if not catalog.is_classified(p)})
    if len(names) > MAX_NAMED_SERVICES:
        return ", ".join(names[:MAX_NAMED_SERVICES]) + f" (+{len(names) - MAX_NAMED_SERVICES})"
    return ", ".join(names)
