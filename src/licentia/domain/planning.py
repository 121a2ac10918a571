"""The verdict on one user for one intent: ready with changes, a choice, skipped or refused with a reason.

`plan` is the one computation behind preview and apply (I-2). It reads facts and returns values; it never acts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from licentia.domain.catalog import Catalog
from licentia.domain.consequences import broken_dependencies, effects, keeps_all
from licentia.domain.effects import ClockEffect, Consequence
from licentia.domain.facts import UNKNOWN, AssignmentState, Source, SourceKind, TenantFacts, UserFacts
from licentia.domain.holding import Holding, holding
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
    is_new = direct is None or not direct.state.holds
    if is_new and (reason := _in_the_way(intent, mine, facts, tenant)):
        return reason
    if direct is not None and not is_new and intent.disabled_plans in (KEEP, direct.disabled_plans):
        return because(Reason.ALREADY)
    if intent.disabled_plans == KEEP:
        plans = direct.disabled_plans if direct else frozenset[str]()
    else:
        plans = frozenset(intent.disabled_plans)
    wanted = Source(intent.sku_id, SourceKind.DIRECT, 0, plans)
    if facts.never is not None and takes(direct, wanted):
        return because(Reason.NEVER, facts.never)
    return settle(((direct, wanted),), facts, tenant, catalog, frozenset(Reason))


def _in_the_way(intent: Assign, mine: list[Source], facts: UserFacts, tenant: TenantFacts) -> Verdict | None:
    """Why a new direct assignment is not made: the product is held by a path nobody stated, or R-32, or R-36."""
    unknown = next((s for s in mine if s.kind is SourceKind.UNKNOWN and s.state.holds), None)
    if unknown is not None:
        same = intent.disabled_plans in (KEEP, unknown.disabled_plans)
        return because(Reason.ALREADY if same else Reason.UNKNOWN_PATH)
    bought = [s.source_id for s in mine if s.kind is SourceKind.PURCHASE]
    if bought and intent.sku_id not in tenant.pools:
        return because(Reason.SELF_SERVICE, str(min(bought)))
    return because(Reason.LOCATION_MISSING) if facts.has_usage_location is False else None


def takes(old: Source | None, new: Source | None) -> bool:
    """Whether the change takes something from the user: the assignment, or plans of it (R-34)."""
    if old is None or not old.state.holds:
        return False
    return new is None or not new.state.holds or bool(new.disabled_plans - old.disabled_plans)


def is_new_direct(old: Source | None, new: Source | None) -> bool:
    """Whether the change makes a direct assignment that holds where none did (R-36, R-39)."""
    was = old is not None and old.state.holds
    return new is not None and new.kind is SourceKind.DIRECT and new.state.holds and not was


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
    said = (*_said(changes, rest, before, after), *found.consequences, *_location(changes, facts))
    return Verdict(
        outcome=Outcome.READY,
        changes=_with_seats(changes, facts.sources, rest),
        consequences=tuple(dict.fromkeys(said)),
        clocks=found.clocks,
        undo_seconds=found.undo_seconds,
    )


def _said(
    changes: tuple[tuple[Source | None, Source | None], ...],
    rest: tuple[Source, ...],
    before: Holding,
    after: Holding,
) -> tuple[Consequence, ...]:
    """What is said of the product itself: whether it stays, through what, and whether a seat comes free."""
    said: dict[Consequence, None] = {}
    nothing_goes, is_sure = keeps_all(before, after), before.sure & after.plans <= after.sure
    for old, new in changes:
        if old is None or not takes(old, new):
            continue
        if old.kind is SourceKind.UNKNOWN:
            said[Consequence("unknown_path")] = None
        others = [s for s in rest if s.sku_id == old.sku_id and s.state.holds]
        if new is None and others:
            said |= dict.fromkeys(map(Consequence, _through(others, nothing_goes, is_sure)))
        elif nothing_goes and is_sure:
            said[Consequence("plans_stay")] = None
    return tuple(said)


def _through(others: list[Source], nothing_goes: bool, is_sure: bool) -> list[str]:
    """R-28, R-41, R-52, R-53: the product stays through these."""
    if not any(s.kind.draws_on_organization for s in others):
        return ["stays_purchased"]
    if not nothing_goes:
        return ["stays_with_less"]
    if all(s.kind is SourceKind.UNKNOWN for s in others):
        return ["stays_in_doubt"]
    return ["stays_held"] if is_sure else []


def _location(changes: tuple[tuple[Source | None, Source | None], ...], facts: UserFacts) -> tuple[Consequence, ...]:
    is_asked = facts.has_usage_location is UNKNOWN and any(is_new_direct(old, new) for old, new in changes)
    return (Consequence("location_unknown"),) if is_asked else ()


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
        pool = (one.sku_id, 0 if one.kind.draws_on_organization else one.source_id)
        seat = int(pool in taken) - int(pool in freed)
        freed, taken = freed - {pool}, taken - {pool}
        out.append(Change(key_of(one), old, new, seat))
    return tuple(out)
