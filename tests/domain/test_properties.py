"""What holds for whatever a user has: undo restores, planning is stable, seats add up, unknown is never safe.

Users are built from a few real products, all kinds of sources and states, and facts that may be unknown. No store.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain import world as w
from licentia.domain import rulebook
from licentia.domain.facts import (
    UNKNOWN,
    AssignmentState,
    ClockKind,
    Mailbox,
    MailboxKind,
    SizeBand,
    Source,
    SourceKind,
    UserFacts,
)
from licentia.domain.holding import holding
from licentia.domain.intents import (
    KEEP,
    Assign,
    LicenseIntent,
    Replace,
    SetPlans,
    Swap,
    TakeOver,
    Unassign,
    UnassignAll,
)
from licentia.domain.planning import Verdict, plan, seats
from licentia.domain.reasons import Outcome, Reason
from licentia.domain.undoing import Recorded, plan_undo

ALL = frozenset(Reason)
IN_THE_WAY = (Reason.DEPENDENCY, Reason.CONFLICT, Reason.LOCATION_MISSING, Reason.NEVER)
SKUS = (
    w.E3,
    w.E1,
    w.EXCHANGE_1,
    w.KIOSK,
    w.ARCHIVING,
    w.EMS,
    w.VISIO_2,
    w.PLANNER_1,
    w.CLIPCHAMP,
    w.PHONE,
    w.STRANGER,
)
PLANS = (w.MAILBOX_2, w.SHAREPOINT_2, w.TEAMS, w.SWAY, w.OFFICE)
TENANTS = (w.COMMERCIAL, w.EDUCATION, w.RESILIENT)
PURGES = (ClockKind.MAILBOX_PURGE, ClockKind.ARCHIVE_PURGE)
pure = settings(max_examples=80, deadline=None, database=None, derandomize=True)

maybe = st.sampled_from((True, False, UNKNOWN))
keys = st.one_of(
    st.sampled_from(((SourceKind.DIRECT, 0), (SourceKind.UNKNOWN, 0))),
    st.tuples(st.just(SourceKind.GROUP), st.sampled_from((11, 12))),
    st.tuples(st.just(SourceKind.PURCHASE), st.sampled_from((21, 22))),
)
mailboxes = st.builds(
    Mailbox,
    st.sampled_from(MailboxKind),
    st.one_of(st.sampled_from(SizeBand), st.just(UNKNOWN)),
    maybe,
    maybe,
    maybe,
    st.booleans(),
)
plan_sets = st.frozensets(st.sampled_from(PLANS))


@st.composite
def sources(draw: st.DrawFn) -> tuple[Source, ...]:
    """Up to five assignments. An unknown path stands alone beside groups and purchases: paths replace it."""
    found: dict[tuple[str, SourceKind, int], Source] = {}
    for sku in draw(st.lists(st.sampled_from(SKUS), max_size=5)):
        kind, source_id = draw(keys)
        rival = {SourceKind.DIRECT: SourceKind.UNKNOWN, SourceKind.UNKNOWN: SourceKind.DIRECT}.get(kind)
        if rival is None or (sku, rival, 0) not in found:
            product = w.CATALOG.products.get(sku)
            off = draw(plan_sets) & frozenset(product.plan_ids if product else ())
            found[sku, kind, source_id] = Source(sku, kind, source_id, off, draw(st.sampled_from(AssignmentState)))
    return tuple(found[key] for key in sorted(found))


users = st.builds(
    UserFacts,
    sources=sources(),
    has_usage_location=maybe,
    is_guest=st.booleans(),
    never=st.sampled_from((None, None, None, "board")),
    mailbox=st.one_of(mailboxes, st.just(UNKNOWN)),
    has_drive=maybe,
    drive_on_hold=maybe,
    has_phone_number=maybe,
    has_office_devices=maybe,
    clocks=st.frozensets(st.sampled_from(ClockKind)),
)
skus = st.sampled_from(SKUS)
keep_or_plans = st.one_of(st.just(KEEP), plan_sets)
Situation = tuple[LicenseIntent, UserFacts]


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """A user and something that somebody wants of what the user has, or of any product."""
    facts = draw(users)
    mine = sorted({s.sku_id for s in facts.sources if s.kind in (SourceKind.DIRECT, SourceKind.UNKNOWN)})
    held = st.sampled_from(mine) if mine else skus
    bought = sorted({(s.source_id, s.sku_id) for s in facts.sources if s.kind is SourceKind.PURCHASE})
    kinds: list[st.SearchStrategy[LicenseIntent]] = [
        st.builds(Assign, skus, keep_or_plans, st.just(ALL)),
        st.builds(Replace, st.frozensets(skus, min_size=1, max_size=2), st.just(ALL)),
        st.builds(Unassign, held, st.just(ALL)),
    ]
    if mine:
        kinds += [
            st.builds(UnassignAll, st.just(ALL)),
            st.builds(Swap, held, skus, keep_or_plans, st.just(ALL)),
            st.builds(lambda sku, on, off: SetPlans(sku, on, off - on, ALL), held, plan_sets, plan_sets),
        ]
    if bought:
        purchase = st.sampled_from(bought)
        kinds.append(st.builds(lambda one, move: TakeOver(*one, move, ALL), purchase, st.booleans()))
    return draw(st.one_of(kinds)), facts


tenants = st.sampled_from(TENANTS)


def ready(intent: LicenseIntent, facts: UserFacts, tenant: object) -> Verdict:
    """The verdict, when it changes something."""
    verdict = plan(intent, facts, tenant, w.CATALOG)  # type: ignore[arg-type]
    assume(verdict.outcome is Outcome.READY)
    return verdict


def undone(verdict: Verdict, facts: UserFacts, tenant: object) -> Verdict:
    """The verdict on undoing it."""
    record = tuple(Recorded(c.key, c.before, c.after) for c in verdict.changes)
    return plan_undo(record, facts, tenant, w.CATALOG, ALL)  # type: ignore[arg-type]


@pure
@given(situations(), tenants)
def test_undo_after_apply_gives_the_first_sources(situation: Situation, tenant: object) -> None:
    """R-40: unless a rule that binds every change stands in the way, and then it says which."""
    intent, facts = situation
    done = ready(intent, facts, tenant)
    later = w.after(facts, done)
    back = undone(done, later, tenant)
    if back.outcome is Outcome.READY:
        assert w.after(later, back).sources == facts.sources
        assert [c.seat for c in back.changes] == [-c.seat for c in done.changes]
    else:
        assert back.reason in IN_THE_WAY


@pure
@given(situations(), tenants)
def test_an_undo_of_an_undo_gives_the_plans_result(situation: Situation, tenant: object) -> None:
    """R-40: an undo is a change like any other."""
    intent, facts = situation
    done = ready(intent, facts, tenant)
    later = w.after(facts, done)
    back = undone(done, later, tenant)
    assume(back.outcome is Outcome.READY)
    first = w.after(later, back)
    again = undone(back, first, tenant)
    if again.outcome is Outcome.READY:
        assert w.after(first, again).sources == later.sources
    else:
        assert again.reason in IN_THE_WAY


@pure
@given(situations(), tenants)
def test_equal_facts_have_equal_verdicts(situation: Situation, tenant: object) -> None:
    """I-2: planning twice equals planning once, and the order in which sources were read plays no part."""
    intent, facts = situation
    shuffled = replace(facts, sources=tuple(reversed(facts.sources)))
    first = plan(intent, facts, tenant, w.CATALOG)  # type: ignore[arg-type]
    assert plan(intent, facts, tenant, w.CATALOG) == first  # type: ignore[arg-type]
    assert plan(intent, shuffled, tenant, w.CATALOG) == first  # type: ignore[arg-type]


@pure
@given(situations(), tenants)
def test_what_is_done_is_not_done_again(situation: Situation, tenant: object) -> None:
    """After a ready verdict the same intent is skipped; what groups and purchases still give is not ours to take."""
    intent, facts = situation
    later = w.after(facts, ready(intent, facts, tenant))
    again = plan(intent, later, tenant, w.CATALOG)  # type: ignore[arg-type]
    assert again.changes == ()
    gone = {Unassign: "sku_id", Swap: "from_sku"}.get(type(intent))
    if gone is None or not any(s.sku_id == getattr(intent, gone) and s.state.holds for s in later.sources):
        assert again.outcome is Outcome.SKIPPED
    else:
        assert again.reason in (Reason.INHERITED, Reason.SELF_SERVICE)


@pure
@given(situations(), tenants)
def test_seats_before_and_after_differ_by_what_the_changes_say(situation: Situation, tenant: object) -> None:
    """R-37: per pool."""
    intent, facts = situation
    done = ready(intent, facts, tenant)
    before, after = seats(facts.sources), seats(w.after(facts, done).sources)
    assert sum(c.seat for c in done.changes) == len(after) - len(before)
    moved: dict[tuple[str, int], int] = {}
    for change in done.changes:
        sku, kind, source_id = change.key
        pool = (sku, 0 if kind.draws_on_organization else source_id)
        moved[pool] = moved.get(pool, 0) + change.seat
    assert moved == {pool: int(pool in after) - int(pool in before) for pool in moved}


@pure
@given(situations(), tenants)
def test_nothing_is_lost_while_every_enabled_plan_stays(situation: Situation, tenant: object) -> None:
    """R-07, R-55: loss is computed over plans; and safe is said only where nothing is lost."""
    intent, facts = situation
    done = ready(intent, facts, tenant)
    before, after = holding(w.CATALOG, facts.sources), holding(w.CATALOG, w.after(facts, done).sources)
    said = w.rules(done)
    severities = {rulebook.load().by_key[c.rule].severity for c in done.consequences}
    if before.plans <= after.plans and before.strangers <= after.strangers:
        assert "loss" not in severities
    if {"stays_held", "plans_stay"} & set(said):
        assert severities <= {"safe", "unknown", "change"}
        assert before.strangers <= after.strangers


@pure
@given(situations(), tenants)
def test_undo_lasts_until_the_first_purge(situation: Situation, tenant: object) -> None:
    """The earliest clock that deletes, what may be lost by then, and nothing promised where one runs already."""
    intent, facts = situation
    done = ready(intent, facts, tenant)
    ends = [c.seconds for c in done.clocks if c.kind in PURGES and c.seconds is not None]
    ends += [c.seconds or 0 for c in done.consequences if c.rule in ("mailbox_perhaps_lost", "grace_runs")]
    assert done.undo_seconds == min(ends, default=None)


@pure
@given(situations(), tenants)
def test_a_clock_starts_once_and_stops_once(situation: Situation, tenant: object) -> None:
    """No kind twice in a verdict, and none starts that runs already."""
    intent, facts = situation
    done = ready(intent, facts, tenant)
    kinds = [c.kind for c in done.clocks]
    assert len(kinds) == len(set(kinds))
    assert not {c.kind for c in done.clocks if c.seconds is not None} & facts.clocks


@pure
@given(situations(), tenants, st.data())
def test_not_knowing_never_makes_anything_safer(situation: Situation, tenant: object, data: st.DataObject) -> None:
    """I-7: with a fact forgotten, undo is promised no longer, and what would be lost is still said or asked."""
    intent, facts = situation
    known = ready(intent, facts, tenant)
    names = ("mailbox", "has_drive", "drive_on_hold", "has_phone_number", "has_office_devices", "has_usage_location")
    forgotten: dict[str, object] = dict.fromkeys(data.draw(st.frozensets(st.sampled_from(names))), UNKNOWN)
    if isinstance(facts.mailbox, Mailbox) and "mailbox" not in forgotten:
        parts = data.draw(st.frozensets(st.sampled_from(("size", "has_archive", "on_hold", "is_forwarding"))))
        forgotten["mailbox"] = replace(facts.mailbox, **dict.fromkeys(parts, UNKNOWN))
    blind = plan(intent, replace(facts, **forgotten), tenant, w.CATALOG)  # type: ignore[arg-type]
    assert blind.outcome is Outcome.READY, blind
    assert (blind.undo_seconds is not None) or known.undo_seconds is None
    if blind.undo_seconds is not None and known.undo_seconds is not None:
        assert blind.undo_seconds <= known.undo_seconds


@st.composite
def swaps(draw: st.DrawFn) -> tuple[Swap, UserFacts]:
    """Somebody who holds the old product directly, and whom nothing but the products themselves keeps from a swap."""
    facts, old, new = draw(users), draw(skus), draw(skus)
    assume(old != new)
    product = w.CATALOG.products.get(old)
    off = draw(plan_sets) & frozenset(product.plan_ids if product else ())
    taken = ((old, SourceKind.DIRECT), (old, SourceKind.UNKNOWN))
    others = [s for s in facts.sources if (s.sku_id, s.kind) not in taken]
    free = replace(facts, sources=(*others, w.direct(old, off)), has_usage_location=True, never=None)
    return Swap(old, new, draw(keep_or_plans), ALL), free


@pure
@given(swaps(), tenants)
def test_a_swap_is_an_unassignment_and_an_assignment_in_one(situation: tuple[Swap, UserFacts], tenant: object) -> None:
    """The sources end as they would one after the other, with no moment between; unless the first alone is refused."""
    swap, facts = situation
    old, new, plans = swap.from_sku, swap.sku_id, swap.disabled_plans
    done = ready(swap, facts, tenant)
    assert len({c.key for c in done.changes}) == len(done.changes) <= 2
    first = plan(Unassign(old, ALL), facts, tenant, w.CATALOG)  # type: ignore[arg-type]
    assume(first.outcome is Outcome.READY)
    between = w.after(facts, first)
    gone = next(c.before for c in first.changes)
    assert gone is not None
    product = w.CATALOG.products.get(new)
    carried = gone.disabled_plans & frozenset(product.plan_ids if product else ())
    mine = {s.kind: s for s in between.sources if s.sku_id == new}
    in_error = mine.get(SourceKind.DIRECT)
    is_held = any(s.state.holds for kind, s in mine.items() if kind in (SourceKind.DIRECT, SourceKind.UNKNOWN))
    if plans == KEEP and not is_held:
        plans = carried | (in_error.disabled_plans if in_error else frozenset())
    second = plan(Assign(new, plans, ALL), between, tenant, w.CATALOG)  # type: ignore[arg-type]
    assume(second.outcome in (Outcome.READY, Outcome.SKIPPED))
    assert w.after(facts, done).sources == w.after(between, second).sources


@pure
@given(users, st.frozensets(skus, max_size=3), tenants)
def test_a_replacement_leaves_exactly_what_is_wanted_directly(
    facts: UserFacts, wanted: frozenset[str], tenant: object
) -> None:
    """Direct products are those of the intent, held or by a path nobody stated; nothing else moved, plans are kept."""
    intent = Replace(wanted, ALL) if wanted else UnassignAll(ALL)
    later = w.after(facts, ready(intent, facts, tenant))
    kept = {AssignmentState.REMEMBERED}
    direct = {s.sku_id for s in later.sources if s.kind is SourceKind.DIRECT and s.state not in kept}
    unknown = {s.sku_id for s in later.sources if s.kind is SourceKind.UNKNOWN and s.state.holds}
    assert direct <= wanted <= direct | unknown
    elsewhere = [s for s in facts.sources if s.kind is not SourceKind.DIRECT]
    assert [s for s in later.sources if s.kind is not SourceKind.DIRECT] == elsewhere
    before = {s.sku_id: s for s in facts.sources if s.kind is SourceKind.DIRECT and s.state.holds}
    assert all(s == before[s.sku_id] for s in later.sources if s.sku_id in before and s.kind is SourceKind.DIRECT)
