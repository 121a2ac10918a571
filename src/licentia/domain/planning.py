"""The verdict on one user for one intent: ready with changes, a choice, skipped or refused with a reason.

`plan` is the one computation behind preview and apply (I-2). It reads facts and returns values; it never acts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from licentia.domain.catalog import Catalog
from licentia.domain.consequences import (
    ClockEffect,
    Consequence,
    Effects,
    broken_dependencies,
    effects,
    holding,
)
from licentia.domain.facts import UNKNOWN, AssignmentState, Source, SourceKind, TenantFacts, UserFacts
from licentia.domain.intents import KEEP, Assign, Unassign
from licentia.domain.reasons import REASONS, Outcome, Reason

Key = tuple[str, SourceKind, int]
"""Which source: product, kind, and the group or purchase (0 for direct and unknown)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One source from `before` to `after`; None is absent. `seat` is -1 freed, +1 taken, 0 neither (R-37)."""

    key: Key
    before: Source | None
    after: Source | None
    seat: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to one user. `subject` names the group, purchase, text or plan that the reason is about."""

    outcome: Outcome
    reason: Reason | None = None
    subject: str = ""
    changes: tuple[Change, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    clocks: tuple[ClockEffect, ...] = ()
    undo_seconds: int | None = None


def because(reason: Reason, subject: str = "", consequences: tuple[Consequence, ...] = ()) -> Verdict:
    """A verdict without changes, with the outcome that the table of reasons gives."""
    return Verdict(REASONS[reason].outcome, reason, subject, consequences=consequences)


def plan(intent: Unassign | Assign, facts: UserFacts, tenant: TenantFacts, catalog: Catalog) -> Verdict:
    """The verdict on one user. Equal facts give equal verdicts; the order of users plays no part."""
    if isinstance(intent, Unassign):
        return _unassign(intent, facts, tenant, catalog)
    return _assign(intent, facts, tenant, catalog)


def _unassign(intent: Unassign, facts: UserFacts, tenant: TenantFacts, catalog: Catalog) -> Verdict:
    held = [s for s in facts.sources if s.sku_id == intent.sku_id and s.state.holds]
    if not held:
        return because(Reason.NOT_HELD)
    kinds = {s.kind for s in held}
    if SourceKind.DIRECT not in kinds and SourceKind.UNKNOWN not in kinds:
        return _not_ours(held)
    if facts.never is not None:
        return because(Reason.NEVER, facts.never)
    if SourceKind.DIRECT not in kinds and Reason.UNKNOWN_PATH not in intent.accept:
        return because(Reason.UNKNOWN_PATH)
    wanted = SourceKind.DIRECT if SourceKind.DIRECT in kinds else SourceKind.UNKNOWN
    gone = next(s for s in held if s.kind is wanted)
    return settle(((gone, None),), facts, tenant, catalog, intent.accept)


def _not_ours(held: list[Source]) -> Verdict:
    """R-31 before R-32: a group can be changed by us, a purchase only after take-over."""
    groups = sorted(s.source_id for s in held if s.kind is SourceKind.GROUP)
    if groups:
        return because(Reason.INHERITED, ",".join(map(str, groups)))
    return because(Reason.SELF_SERVICE, str(min(s.source_id for s in held)))


def _assign(intent: Assign, facts: UserFacts, tenant: TenantFacts, catalog: Catalog) -> Verdict:
    mine = [s for s in facts.sources if s.sku_id == intent.sku_id]
    direct = next((s for s in mine if s.kind is SourceKind.DIRECT), None)
    if any(s.kind is SourceKind.UNKNOWN for s in mine):
        return because(Reason.ALREADY)
    if direct is not None and direct.state.holds and intent.disabled_plans in (KEEP, direct.disabled_plans):
        return because(Reason.ALREADY)
    if direct is None and facts.has_usage_location is False:
        return because(Reason.LOCATION_MISSING)
    if intent.disabled_plans == KEEP:
        plans = direct.disabled_plans if direct else frozenset[str]()
    else:
        plans = frozenset(intent.disabled_plans)
    wanted = Source(intent.sku_id, SourceKind.DIRECT, 0, plans)
    if direct is not None and facts.never is not None and plans - direct.disabled_plans:
        return because(Reason.NEVER, facts.never)
    return settle(((direct, wanted),), facts, tenant, catalog, frozenset(Reason))


def settle(
    pairs: Iterable[tuple[Source | None, Source | None]],
    facts: UserFacts,
    tenant: TenantFacts,
    catalog: Catalog,
    accept: frozenset[Reason],
) -> Verdict:
    """The verdict once it is known which sources go from what to what: dependencies, consequences, seats, clocks."""
    changes = tuple(pairs)
    rest = apply_to(facts.sources, changes)
    before, after = holding(catalog, facts.sources), holding(catalog, rest)
    broken = next(broken_dependencies(before, after, documented=True), None)
    if broken is not None:
        return because(Reason.DEPENDENCY, "|".join(broken))
    found = effects(before, after, facts, tenant.switches)
    if found.needs_choice and Reason.SHARED_OVER not in accept:
        return because(Reason.SHARED_OVER, consequences=found.consequences)
    return Verdict(
        outcome=Outcome.READY,
        changes=_with_seats(changes, facts.sources, rest),
        consequences=_said(changes, found, before.plans == after.plans, facts),
        clocks=found.clocks,
        undo_seconds=found.undo_seconds,
    )


def _said(
    changes: tuple[tuple[Source | None, Source | None], ...],
    found: Effects,
    same_plans: bool,
    facts: UserFacts,
) -> tuple[Consequence, ...]:
    said = found.consequences
    takes = any(new is None for _, new in changes)
    if takes and same_plans:
        said = (Consequence("stays_held"), *said)
    adds_direct = any(old is None and new is not None and new.kind is SourceKind.DIRECT for old, new in changes)
    if adds_direct and facts.has_usage_location is UNKNOWN:
        said = (*said, Consequence("location_unknown"))
    return said


def apply_to(sources: tuple[Source, ...], changes: Iterable[tuple[Source | None, Source | None]]) -> tuple[Source, ...]:
    """The sources after the changes, in order of key."""
    present = {key_of(s): s for s in sources}
    for old, new in changes:
        if old is not None:
            del present[key_of(old)]
        if new is not None:
            present[key_of(new)] = new
    return tuple(present[key] for key in sorted(present))


def key_of(source: Source) -> Key:
    """Which source this is."""
    return source.sku_id, source.kind, source.source_id


def seats(sources: Iterable[Source]) -> frozenset[tuple[str, int]]:
    """(product, purchase or 0 for the organization's pool) for every seat these sources take (R-37)."""
    return frozenset(
        (s.sku_id, 0 if s.kind.draws_on_organization else s.source_id)
        for s in sources
        if s.state is not AssignmentState.ERROR
    )


def _with_seats(
    changes: tuple[tuple[Source | None, Source | None], ...],
    before: tuple[Source, ...],
    after: tuple[Source, ...],
) -> tuple[Change, ...]:
    """Each change with its seat; a product that two changes touch counts its seat once, on the first."""
    freed, taken = seats(before) - seats(after), seats(after) - seats(before)
    out: list[Change] = []
    for old, new in changes:
        one = next(s for s in (new, old) if s is not None)
        pool = next(iter(seats((one,))), None)
        seat = int(pool in taken) - int(pool in freed)
        freed, taken = freed - {pool}, taken - {pool}
        out.append(Change(key_of(one), old, new, seat))
    return tuple(out)
