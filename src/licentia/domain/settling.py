"""What becomes of a user once it is known which sources go from what to what: refusals, consequences, clocks, seats.

Every change of licenses ends here, whoever wants it. Which sources may change is decided above.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from licentia.domain.catalog import Catalog
from licentia.domain.consequences import broken_dependencies, conflicts, effects, keeps_all, plan_name, product_name
from licentia.domain.effects import ClockEffect, Consequence
from licentia.domain.facts import UNKNOWN, AssignmentState, Source, SourceKind, TenantFacts, UserFacts
from licentia.domain.holding import Holding, holding
from licentia.domain.reasons import REASONS, Outcome, Reason

Key = tuple[str, SourceKind, int]
"""Which source: product, kind, and the group or purchase (0 for direct and unknown)."""

Pair = tuple[Source | None, Source | None]
"""One source before and after; None is absent."""


@dataclass(frozen=True, slots=True)
class Change:
    """One source from `before` to `after`; None is absent. `seat` is -1 freed, +1 taken, 0 neither (R-37)."""

    key: Key
    before: Source | None
    after: Source | None
    seat: int = 0


@dataclass(frozen=True, slots=True)
class AccountChange:
    """One fact of the account from `before` to `after`, as canonical texts; None is not set, or not known.

    `name` is one of enabled, deleted, sessions, manager.
    """

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to one user. `subject` says what the reason is about, in ids and GUIDs; names are made at the edge.

    Groups "11,12", a purchase "21", a product's sku, two plans "plan|plan", or a plan and those it needs
    "plan|needed,needed".
    """

    outcome: Outcome
    reason: Reason | None = None
    subject: str = ""
    changes: tuple[Change, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    clocks: tuple[ClockEffect, ...] = ()
    undo_seconds: int | None = None
    accounts: tuple[AccountChange, ...] = ()


def because(reason: Reason, subject: str = "", consequences: tuple[Consequence, ...] = ()) -> Verdict:
    """A verdict without changes, with the outcome that the table of reasons gives."""
    return Verdict(REASONS[reason].outcome, reason, subject, consequences=consequences)


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
    pairs: Iterable[Pair],
    facts: UserFacts,
    tenant: TenantFacts,
    catalog: Catalog,
    accept: frozenset[Reason],
    said: tuple[Consequence, ...] | None = None,
) -> Verdict:
    """The verdict on these changes. Refuses what breaks a documented dependency (R-35) or brings two exclusive plans
    together (R-51). `said` is what is said of the products themselves; None: what fits a change of one product."""
    changes = tuple(pairs)
    rest = apply_to(facts.sources, changes)
    before, after = holding(catalog, facts.sources), holding(catalog, rest)
    refused = _refused(before, after)
    if refused is not None:
        return refused
    found = effects(before, after, facts, tenant.switches)
    if found.needs_choice and Reason.SHARED_OVER not in accept:
        return because(Reason.SHARED_OVER, consequences=found.consequences)
    of_products = said_of(changes, rest, before, after) if said is None else said
    everything = (*of_products, *found.consequences, *_location(changes, facts))
    return Verdict(
        outcome=Outcome.READY,
        changes=with_seats(changes, facts.sources, rest),
        consequences=tuple(dict.fromkeys(everything)),
        clocks=found.clocks,
        undo_seconds=found.undo_seconds,
    )


@lru_cache(maxsize=256)
def _refused(before: Holding, after: Holding) -> Verdict | None:
    """Only what the change newly breaks: a user who got there otherwise is not stuck."""
    broken = next(broken_dependencies(before, after), None)
    if broken is not None:
        return because(Reason.DEPENDENCY, broken)
    both = next(conflicts(before, after), None)
    if both is None:
        return None
    names = zip("ab", (plan_name(after.catalog, plan) for plan in both), strict=True)
    return because(Reason.CONFLICT, "|".join(both), (Consequence("plans_conflict", tuple(names)),))


def said_of(
    changes: tuple[Pair, ...], rest: tuple[Source, ...], before: Holding, after: Holding
) -> tuple[Consequence, ...]:
    """What is said of the product itself: whether it stays, through what, and whether a seat comes free."""
    said: dict[Consequence, None] = {}
    nothing_goes, is_sure = keeps_all(before, after), before.sure & after.plans <= after.sure
    for old, new in changes:
        if old is not None and old.kind is SourceKind.UNKNOWN and old.state.holds:
            said[Consequence("unknown_path")] = None
        if is_error_removed(old, new):
            said[error_removed(old, before.catalog)] = None
        if old is None or not takes(old, new):
            continue
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


def is_error_removed(old: Source | None, new: Source | None) -> bool:
    """Whether an assignment goes that was in error and gave nothing (R-132)."""
    return new is None and old is not None and old.state is AssignmentState.ERROR


def error_removed(old: Source | None, catalog: Catalog) -> Consequence:
    """R-132, with the product's name."""
    assert old is not None
    return Consequence("error_removed", (("product", product_name(catalog, old.sku_id)),))


def _location(changes: tuple[Pair, ...], facts: UserFacts) -> tuple[Consequence, ...]:
    is_asked = facts.has_usage_location is UNKNOWN and any(is_new_direct(old, new) for old, new in changes)
    return (Consequence("location_unknown"),) if is_asked else ()


def apply_to(sources: tuple[Source, ...], changes: Iterable[Pair]) -> tuple[Source, ...]:
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
    return frozenset(_pool_of(s) for s in sources if s.state.holds)


def _pool_of(source: Source) -> tuple[str, int]:
    return source.sku_id, 0 if source.kind.draws_on_organization else source.source_id


def with_seats(changes: tuple[Pair, ...], before: tuple[Source, ...], after: tuple[Source, ...]) -> tuple[Change, ...]:
    """Each change with its seat; a pool that two changes touch counts its seat once, on the first."""
    freed, taken = seats(before) - seats(after), seats(after) - seats(before)
    out: list[Change] = []
    for old, new in changes:
        one = next(s for s in (new, old) if s is not None)
        pool = _pool_of(one)
        seat = int(pool in taken) - int(pool in freed)
        freed, taken = freed - {pool}, taken - {pool}
        out.append(Change(key_of(one), old, new, seat))
    return tuple(out)
