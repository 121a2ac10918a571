"""Products out and in at once, as Graph's assignLicense asks: all or nothing, and never other than the single intents.

Plain values.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain import world as w
from domain.test_properties import ALL, IN_THE_WAY, SKUS, keep_or_plans, plan_sets, pure, ready, tenants, undone, users
from licentia.domain.changing import check_both
from licentia.domain.facts import AssignmentState, Source, TenantFacts, UserFacts
from licentia.domain.intents import KEEP, Assign, ChangeLicenses, Swap, Unassign, from_text, to_text, verb
from licentia.domain.planning import Verdict, plan, seats
from licentia.domain.reasons import BadInput, Outcome, Reason

SWAY = frozenset({w.SWAY})
NO_MAIL = frozenset({w.MAILBOX_2})
ON: frozenset[str] = frozenset()
COMPANY = replace(w.COMMERCIAL, company_products=frozenset({w.E5}))
NO_POOL = TenantFacts(pools={sku: pool for sku, pool in w.COMMERCIAL.pools.items() if sku != w.PLANNER_1})


def change(*remove: str, accept: frozenset[Reason] = frozenset(), **add: frozenset[str]) -> ChangeLicenses:
    """The intent: products out by id, products in by their name in the cast, with the plans that are off."""
    return ChangeLicenses(tuple((getattr(w, name), off) for name, off in add.items()), frozenset(remove), accept)


def verdict(intent: ChangeLicenses, facts: UserFacts, tenant: TenantFacts = w.COMMERCIAL) -> Verdict:
    """The verdict with the shipped catalog."""
    return plan(intent, facts, tenant, w.CATALOG)


def moves(found: Verdict) -> list[tuple[Source | None, Source | None, int]]:
    """(before, after, seat) of each change of a verdict that is ready."""
    assert found.outcome is Outcome.READY, found
    return [(c.before, c.after, c.seat) for c in found.changes]


@pytest.mark.parametrize(
    ("intent", "facts", "expected"),
    [
        (change(w.E3), w.ANNA, [(w.direct(w.E3), None, -1)]),
        (change(E5=SWAY), w.HUGO, [(None, w.direct(w.E5, SWAY), 1)]),
        (change(w.E3, E5=ON), w.ANNA, [(w.direct(w.E3), None, -1), (None, w.direct(w.E5), 1)]),
        # replaced, not merged; a missing list means all on.
        (
            change(E3=NO_MAIL),
            w.person(w.direct(w.E3, SWAY)),
            [(w.direct(w.E3, SWAY), w.direct(w.E3, NO_MAIL), 0)],
        ),
        (change(E3=ON), w.person(w.direct(w.E3, SWAY)), [(w.direct(w.E3, SWAY), w.direct(w.E3), 0)]),
        # a direct source beside the group's, and no second seat.
        (change(E3=SWAY), w.BRAM, [(None, w.direct(w.E3, SWAY), 0)]),
        # Removal acts on the direct source only.
        (change(w.E3), w.CARLA, [(w.direct(w.E3), None, 0)]),
        # What is so already plays no part beside what is not.
        (change(w.POWER_BI, E3=ON), w.person(w.direct(w.E3), w.direct(w.POWER_BI)), [(w.direct(w.POWER_BI), None, -1)]),
        (
            change(w.E1, w.POWER_BI, E5=ON, VISIO_2=ON),
            w.person(w.direct(w.E1), w.direct(w.POWER_BI)),
            [
                (w.direct(w.E1), None, -1),
                (w.direct(w.POWER_BI), None, -1),
                (None, w.direct(w.E5), 1),
                (None, w.direct(w.VISIO_2), 1),
            ],
        ),
        # the add-on and what it stands on go together, whichever is named first.
        (
            change(w.KIOSK, w.ARCHIVING),
            w.person(w.direct(w.KIOSK), w.direct(w.ARCHIVING)),
            [(w.direct(w.KIOSK), None, -1), (w.direct(w.ARCHIVING), None, -1)],
        ),
        # ... and come together.
        (
            change(ARCHIVING=ON, EXCHANGE_1=ON),
            w.HUGO,
            [(None, w.direct(w.EXCHANGE_1), 1), (None, w.direct(w.ARCHIVING), 1)],
        ),
    ],
)
def test_what_is_asked_together_happens_together(
    intent: ChangeLicenses, facts: UserFacts, expected: list[tuple[Source | None, Source | None, int]]
) -> None:
    """R-35, R-37, R-172, R-173: the direct source only, plans exactly, seats per product."""
    assert sorted(moves(verdict(intent, facts)), key=repr) == sorted(expected, key=repr)


@pytest.mark.parametrize(
    ("intent", "facts", "reason", "subject"),
    [
        (change(w.E3), w.HUGO, Reason.NOT_HELD, ""),
        (change(w.E3), w.BRAM, Reason.INHERITED, "11,12"),
        (change(w.PLANNER_1), w.DAAN, Reason.SELF_SERVICE, "21"),
        (change(PLANNER_1=ON), w.DAAN, Reason.SELF_SERVICE, "21"),
        (change(w.E3), w.FLORIS, Reason.UNKNOWN_PATH, ""),
        (change(w.E3), w.GRETA, Reason.NEVER, "emergency account"),
        (change(E3=SWAY), w.GRETA, Reason.NEVER, "emergency account"),
        (change(E5=ON), w.person(has_usage_location=False), Reason.LOCATION_MISSING, ""),
        (change(E3=ON), w.ANNA, Reason.ALREADY, ""),
        (ChangeLicenses(), w.ANNA, Reason.ALREADY, ""),
        (change(E3=ON), replace(w.ANNA, has_usage_location=False), Reason.ALREADY, ""),
        (change(w.KIOSK), w.person(w.direct(w.KIOSK), w.direct(w.ARCHIVING)), Reason.DEPENDENCY, None),
        (change(ARCHIVING=ON), w.HUGO, Reason.DEPENDENCY, None),
        (change(CALLING_1=ON, CALLING_2=ON), w.person(w.direct(w.PHONE)), Reason.CONFLICT, None),
        (change(w.E3, POWER_BI=ON), replace(w.ANNA, mailbox=w.SHARED_LARGE), Reason.SHARED_OVER, ""),
    ],
)
def test_a_change_is_refused_whole(
    intent: ChangeLicenses, facts: UserFacts, reason: Reason, subject: str | None
) -> None:
    """R-12, R-31 to R-36, R-51: no half of it happens; what is so already is no error."""
    found = verdict(intent, facts, NO_POOL)
    assert (found.reason, found.changes) == (reason, ())
    if subject is not None:
        assert found.subject == subject


NOWHERE = w.person(w.direct(w.KIOSK), w.direct(w.ARCHIVING), w.via(w.EMS), has_usage_location=False)
"""Somebody for whom nearly everything is refused."""


@pytest.mark.parametrize(
    ("intent", "reason", "subject"),
    [
        (change(w.E3, w.EMS, w.KIOSK, E5=ON), Reason.COMPANY_PRODUCT, w.E5),
        (change(w.E3, w.EMS, w.KIOSK, VISIO_2=ON), Reason.NOT_HELD, ""),
        (change(w.EMS, w.KIOSK, VISIO_2=ON), Reason.INHERITED, "11"),
        (change(w.KIOSK, VISIO_2=ON), Reason.LOCATION_MISSING, ""),
        (change(w.KIOSK, ARCHIVING=ON), Reason.DEPENDENCY, None),
    ],
)
def test_of_several_refusals_the_first_in_order_is_said(
    intent: ChangeLicenses, reason: Reason, subject: str | None
) -> None:
    """R-170: company products, removals, additions, then what the result breaks; by ascending id, whatever was asked."""
    found = verdict(intent, NOWHERE, COMPANY)
    assert found.reason is reason
    assert subject in (None, found.subject)
    assert verdict(replace(intent, add=tuple(reversed(intent.add))), NOWHERE, COMPANY) == found


@pytest.mark.parametrize(
    ("intent", "code"),
    [
        (change(w.E3, E3=ON), "in_both"),
        (ChangeLicenses(((w.E5, ON), (w.E5, SWAY))), "added_twice"),
        (ChangeLicenses(((w.E5, ON), (w.E5, ON)), frozenset({w.E5})), "in_both"),
    ],
)
def test_a_product_named_twice_is_a_contradiction(intent: ChangeLicenses, code: str) -> None:
    """R-171, I-8: nothing is guessed."""
    with pytest.raises(BadInput) as bad:
        check_both(intent)
    assert bad.value.code == code
    check_both(change(w.E3, E5=ON))


def test_the_intent_is_stored_and_read_back() -> None:
    """As a plan stores it."""
    intent = change(w.E3, w.EMS, E5=SWAY, VISIO_2=ON, accept=frozenset({Reason.UNKNOWN_PATH}))
    assert from_text(to_text(intent)) == intent
    assert verb(intent) == "change_licenses"


# ---- the same as the single intents, on random facts

skus = st.sampled_from(SKUS)


@pure
@given(users, skus, tenants)
def test_one_removal_is_an_unassignment(facts: UserFacts, sku: str, tenant: TenantFacts) -> None:
    """I-2: outcome, reason, changes, seats, consequences, clocks and undo."""
    assert verdict(ChangeLicenses((), frozenset({sku}), ALL), facts, tenant) == plan(
        Unassign(sku, ALL), facts, tenant, w.CATALOG
    )


@pure
@given(users, skus, plan_sets, tenants)
def test_one_addition_is_an_assignment(facts: UserFacts, sku: str, off: frozenset[str], tenant: TenantFacts) -> None:
    """I-2: with exactly these plans off."""
    assert verdict(ChangeLicenses(((sku, off),), frozenset(), ALL), facts, tenant) == plan(
        Assign(sku, off, ALL), facts, tenant, w.CATALOG
    )


@pure
@given(users, skus, skus, keep_or_plans, tenants)
def test_one_of_each_is_a_swap(
    facts: UserFacts, old: str, new: str, off: frozenset[str] | str, tenant: TenantFacts
) -> None:
    """I-2: with exact plans."""
    assume(old != new and off != KEEP)
    exact = frozenset(off)
    assert verdict(ChangeLicenses(((new, exact),), frozenset({old}), ALL), facts, tenant) == plan(
        Swap(old, new, exact, ALL), facts, tenant, w.CATALOG
    )


@st.composite
def wishes(draw: st.DrawFn) -> tuple[ChangeLicenses, UserFacts]:
    """Somebody who holds directly what goes, nearly always, and any products to come."""
    facts = draw(users)
    gone = draw(st.frozensets(skus, max_size=2))
    kept = [s for s in facts.sources if s.sku_id not in gone or s.kind.name in ("GROUP", "PURCHASE")]
    sources = (*kept, *(w.direct(sku, draw(plan_sets) if sku != w.STRANGER else ON) for sku in sorted(gone)))
    add = draw(st.dictionaries(skus.filter(lambda sku: sku not in gone), plan_sets, max_size=3))
    return ChangeLicenses(tuple(add.items()), gone, ALL), replace(facts, sources=sources, never=None)


@pure
@given(wishes(), tenants)
def test_a_change_leaves_exactly_what_was_asked(wish: tuple[ChangeLicenses, UserFacts], tenant: TenantFacts) -> None:
    """Each addition is held by us with its plans, each removal has no direct source, everything else is as it was."""
    intent, facts = wish
    done = ready(intent, facts, tenant)
    later = w.after(facts, done)
    added = dict(intent.add)
    ours = {s.sku_id: s for s in later.sources if s.kind.name in ("DIRECT", "UNKNOWN") and s.state.holds}
    assert {sku: ours[sku].disabled_plans for sku in added} == added
    assert not intent.remove & ours.keys()
    named = intent.remove | added.keys()
    theirs = [s for s in facts.sources if s.sku_id not in named or s.kind.name in ("GROUP", "PURCHASE")]
    assert [s for s in later.sources if s in theirs] == sorted(theirs, key=lambda s: (s.sku_id, s.kind, s.source_id))
    assert sum(c.seat for c in done.changes) == len(seats(later.sources)) - len(seats(facts.sources))
    assert verdict(replace(intent, remove=frozenset()), later, tenant).reason is Reason.ALREADY


@pure
@given(wishes(), tenants)
def test_undo_of_a_change_gives_the_first_sources(wish: tuple[ChangeLicenses, UserFacts], tenant: TenantFacts) -> None:
    """R-40: unless a rule that binds every change stands in the way."""
    intent, facts = wish
    done = ready(intent, facts, tenant)
    later = w.after(facts, done)
    back = undone(done, later, tenant)
    if back.outcome is Outcome.READY:
        remembered = {s for s in facts.sources if s.state is not AssignmentState.REMEMBERED}
        assert remembered <= set(w.after(later, back).sources)
    else:
        assert back.reason in IN_THE_WAY
