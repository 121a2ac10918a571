"""One product for another, everything at once, service plans, and a purchase that ends: who may, what moves, what is said.

Plain values. What one user loses with a product is tested with the consequences.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from domain import world as w
from licentia.domain import rulebook
from licentia.domain.facts import AssignmentState, Source, TenantFacts, UserFacts
from licentia.domain.intents import KEEP, LicenseIntent, Replace, SetPlans, Swap, TakeOver, Unassign, UnassignAll
from licentia.domain.planning import Verdict, plan
from licentia.domain.reasons import Outcome, Reason
from licentia.domain.undoing import Recorded, plan_undo

IN_ERROR, BLOCKED, OFF = AssignmentState.ACTIVE_WITH_ERROR, AssignmentState.ERROR, AssignmentState.DISABLED
GONE = AssignmentState.REMEMBERED
ALL = frozenset(Reason)
SWAY = frozenset({w.SWAY})
NO_MAIL = frozenset({w.MAILBOX_2})
ANALYTICS_OFF = frozenset({"34c0d7a0-a70f-4668-9238-47f9fc208882"})
"""A plan of E5 alone."""
TEAMS_ENTERPRISE = "7e31c0d9-9551-471d-836f-32ee72be4a01"
NO_PURCHASED_POOL = TenantFacts(pools={sku: pool for sku, pool in w.COMMERCIAL.pools.items() if sku != w.PLANNER_1})
Moves = list[tuple[Source | None, Source | None, int]]


def verdict(intent: LicenseIntent, facts: UserFacts, tenant: TenantFacts = w.COMMERCIAL) -> Verdict:
    """The verdict with the shipped catalog."""
    return plan(intent, facts, tenant, w.CATALOG)


def moves(found: Verdict) -> Moves:
    """(before, after, seat) of each change of a verdict that is ready."""
    assert found.outcome is Outcome.READY, found
    return [(c.before, c.after, c.seat) for c in found.changes]


def said(found: Verdict, *only: str) -> list[tuple[str, dict[str, str]]]:
    """Keys and words of what is said by the rules of swaps, or by these."""
    keys = only or tuple(
        "stays_by_group stays_bought stays_path_unknown new_held_already plans_carried plans_not_carried "
        "error_removed taken_over".split()
    )
    return [(c.rule, dict(c.params)) for c in found.consequences if c.rule in keys]


def sentences(found: Verdict, language: str, keys: Iterable[str]) -> list[str]:
    """The sentences of these rules, with their words, and days for a date."""
    book = rulebook.load().by_key
    return [
        book[c.rule].sentence(language).format(**dict(c.params), date=f"+{(c.seconds or 0) // w.DAYS}")
        for c in found.consequences
        if c.rule in keys
    ]


# ---- swap


@pytest.mark.parametrize(
    ("facts", "reason", "subject"),
    [
        (w.HUGO, Reason.NOT_HELD, ""),
        (w.person(w.direct(w.E3, state=GONE)), Reason.NOT_HELD, ""),
        (w.BRAM, Reason.INHERITED, "11,12"),
        (w.person(w.via(w.E3), w.bought(w.E3)), Reason.INHERITED, "11"),
        (w.person(w.bought(w.E3)), Reason.SELF_SERVICE, "21"),
        (w.FLORIS, Reason.UNKNOWN_PATH, ""),
        (w.GRETA, Reason.NEVER, "emergency account"),
        (replace(w.ANNA, has_usage_location=False), Reason.LOCATION_MISSING, ""),
        (w.person(w.direct(w.E3), w.direct(w.AUDIO)), Reason.DEPENDENCY, None),
        (replace(w.ANNA, mailbox=w.SHARED_LARGE), Reason.SHARED_OVER, ""),
    ],
)
def test_a_swap_is_refused_as_each_of_its_halves_would_be(
    facts: UserFacts, reason: Reason, subject: str | None
) -> None:
    """R-12, R-31 to R-36: and then neither half happens."""
    found = verdict(Swap(w.E3, w.POWER_BI), facts)
    assert (found.reason, found.changes) == (reason, ())
    if subject is not None:
        assert found.subject == subject


@pytest.mark.parametrize(
    ("facts", "intent", "expected"),
    [
        (w.ANNA, Swap(w.E3, w.E5), [(w.direct(w.E3), None, -1), (None, w.direct(w.E5), 1)]),
        (w.CARLA, Swap(w.E3, w.E5), [(w.direct(w.E3), None, 0), (None, w.direct(w.E5), 1)]),
        (
            w.person(w.direct(w.E3), w.via(w.E5)),
            Swap(w.E3, w.E5),
            [(w.direct(w.E3), None, -1), (None, w.direct(w.E5), 0)],
        ),
        (w.person(w.direct(w.E3), w.direct(w.E5, SWAY)), Swap(w.E3, w.E5), [(w.direct(w.E3), None, -1)]),
        (w.person(w.direct(w.E3), w.direct(w.E5, SWAY)), Swap(w.E3, w.E5, SWAY), [(w.direct(w.E3), None, -1)]),
        (w.person(w.direct(w.E3), w.somehow(w.E5)), Swap(w.E3, w.E5), [(w.direct(w.E3), None, -1)]),
        (
            w.person(w.direct(w.E3), w.direct(w.E5)),
            Swap(w.E3, w.E5, SWAY),
            [(w.direct(w.E3), None, -1), (w.direct(w.E5), w.direct(w.E5, SWAY), 0)],
        ),
        (
            w.person(w.direct(w.E3), w.direct(w.E5, state=BLOCKED)),
            Swap(w.E3, w.E5),
            [(w.direct(w.E3), None, -1), (w.direct(w.E5, state=BLOCKED), w.direct(w.E5), 1)],
        ),
        (
            w.person(w.direct(w.E3, state=BLOCKED)),
            Swap(w.E3, w.E5),
            [(w.direct(w.E3, state=BLOCKED), None, 0), (None, w.direct(w.E5), 1)],
        ),
        (
            w.FLORIS,
            Swap(w.E3, w.E5, KEEP, ALL),
            [(w.somehow(w.E3), None, -1), (None, w.direct(w.E5), 1)],
        ),
    ],
)
def test_a_swap_takes_one_and_gives_the_other_in_one_verdict(facts: UserFacts, intent: Swap, expected: Moves) -> None:
    """R-37, R-129: a seat of each product by itself; who has the new one already only loses the old one."""
    assert moves(verdict(intent, facts)) == expected


@pytest.mark.parametrize(
    ("old", "new", "plans", "off"),
    [
        (w.direct(w.E3, SWAY), w.E5, KEEP, SWAY),
        (w.direct(w.E3, SWAY | NO_MAIL), w.E5, KEEP, SWAY | NO_MAIL),
        (
            w.direct(w.E5, SWAY | ANALYTICS_OFF),
            w.E3,
            KEEP,
            SWAY | (ANALYTICS_OFF & set(w.CATALOG.products[w.E3].plan_ids)),
        ),
        (w.direct(w.E3, SWAY), w.EXCHANGE_2, KEEP, frozenset()),
        (w.direct(w.E3, SWAY), w.E5, frozenset(), frozenset()),
        (w.direct(w.E3, SWAY), w.E5, NO_MAIL, NO_MAIL),
        (w.direct(w.E3, SWAY), w.STRANGER, KEEP, frozenset()),
    ],
)
def test_what_was_off_stays_off_where_it_is_the_same_plan(
    old: Source, new: str, plans: frozenset[str], off: frozenset[str]
) -> None:
    """R-130, I-8: KEEP carries by GUID; exactly(set) sets exactly that."""
    found = verdict(Swap(old.sku_id, new, plans, ALL), w.person(old))
    assert [c.after.disabled_plans for c in found.changes if c.after is not None] == [off]


def test_a_swap_says_what_stays_off_and_what_it_cannot_carry() -> None:
    """R-130, R-131: by the names people know; a plan that only the old product has is said to be replaced."""
    off = frozenset({w.SWAY, "9aaf7827-d63c-4b61-89c3-182f06f82e5c"})
    found = verdict(Swap(w.E1, w.E3), w.person(w.direct(w.E1, off)))
    assert said(found) == [
        ("plans_carried", {"services": "Sway"}),
        ("plans_not_carried", {"product": "Microsoft 365 E3", "services": "Exchange Online (Plan 1)"}),
    ]


@pytest.mark.parametrize(
    ("facts", "intent", "expected"),
    [
        (
            w.person(w.direct(w.E3), w.via(w.E3, 11), w.via(w.E3, 12)),
            Swap(w.E3, w.E5),
            [
                ("stays_by_group", {"product": "Microsoft 365 E3", "group": "11"}),
                ("stays_by_group", {"product": "Microsoft 365 E3", "group": "12"}),
            ],
        ),
        (
            w.person(w.direct(w.PLANNER_1), w.bought(w.PLANNER_1)),
            Swap(w.PLANNER_1, w.PROJECT_3),
            [("stays_bought", {"product": "Planner Plan 1", "buyer": "21"})],
        ),
        (
            w.person(w.direct(w.E3), w.direct(w.E5)),
            Swap(w.E3, w.E5),
            [("new_held_already", {"product": "Microsoft 365 E5"})],
        ),
        (
            w.person(w.direct(w.E3), w.somehow(w.E5)),
            Swap(w.E3, w.E5),
            [("stays_path_unknown", {"product": "Microsoft 365 E5"})],
        ),
        (
            w.person(w.direct(w.E3, state=BLOCKED)),
            Swap(w.E3, w.E5),
            [("error_removed", {"product": "Microsoft 365 E3"})],
        ),
        (w.person(w.direct(w.E3), w.via(w.E3, state=BLOCKED)), Swap(w.E3, w.E5), []),
    ],
)
def test_what_stays_of_a_swap_is_named_with_its_reason(
    facts: UserFacts, intent: Swap, expected: list[tuple[str, dict[str, str]]]
) -> None:
    """R-126 to R-129, R-132: groups and buyers by their numbers; names are made where they are read."""
    assert said(verdict(intent, facts)) == expected


def test_there_is_never_a_moment_without_a_mailbox_plan() -> None:
    """R-07: E3 to E5 loses no mail, no drive and no Office, starts no clock and stays undoable for ever."""
    found = verdict(Swap(w.E3, w.E5), w.ANNA)
    assert (found.clocks, found.undo_seconds) == ((), None)
    book = rulebook.load().by_key
    assert not [c.rule for c in found.consequences if book[c.rule].severity == "loss"]
    assert ("mailbox_stays", {"product": "Microsoft 365 E5"}) in said(found, "mailbox_stays")


def test_a_swap_to_less_says_what_goes() -> None:
    """R-08, R-18: Exchange Online (Plan 1) for E3 keeps a smaller mailbox and no drive."""
    found = verdict(Swap(w.E3, w.EXCHANGE_1), w.ANNA)
    keys = {c.rule for c in found.consequences}
    assert {"mailbox_smaller", "onedrive_readonly", "teams_ends", "office_unlicensed"} <= keys
    assert "mailbox_lost" not in keys


@pytest.mark.parametrize(("facts", "plans"), [(w.person(w.direct(w.E3), w.somehow(w.E5)), SWAY), (w.FLORIS, KEEP)])
def test_a_path_that_nobody_stated_is_the_administrators_choice(facts: UserFacts, plans: frozenset[str]) -> None:
    """R-33: on either side of a swap."""
    asked = verdict(Swap(w.E3, w.E5, plans), facts)
    assert (asked.outcome, asked.reason) == (Outcome.CHOICE, Reason.UNKNOWN_PATH)
    assert verdict(Swap(w.E3, w.E5, plans, ALL), facts).outcome is Outcome.READY


def test_a_swap_with_itself_changes_nothing() -> None:
    """Held: so already; not held: nothing to do."""
    assert verdict(Swap(w.E3, w.E3), w.ANNA).reason is Reason.ALREADY
    assert verdict(Swap(w.E3, w.E3), w.HUGO).reason is Reason.NOT_HELD


def test_only_a_purchase_of_the_new_product_stands_in_the_way_without_seats() -> None:
    """R-32: the organization has none of it to give."""
    facts = w.person(w.direct(w.E3), w.bought(w.PLANNER_1))
    found = verdict(Swap(w.E3, w.PLANNER_1), facts, NO_PURCHASED_POOL)
    assert (found.reason, found.subject) == (Reason.SELF_SERVICE, "21")


# ---- replace, and unassign everything

MIXED = w.person(
    w.direct(w.E3, SWAY),
    w.direct(w.POWER_BI),
    w.direct(w.E1, state=BLOCKED),
    w.via(w.E3),
    w.via(w.EMS, 12),
    w.bought(w.PLANNER_1),
    w.somehow(w.VISIO_2),
)
"""Somebody whose licenses come from everywhere they can."""


def test_unassigning_everything_takes_what_is_direct_and_names_the_rest() -> None:
    """R-126, R-127, R-128, R-132: in error too; nothing else is touched, also with every choice made."""
    found = verdict(UnassignAll(ALL), MIXED)
    assert set(moves(found)) == {
        (w.direct(w.E1, state=BLOCKED), None, 0),
        (w.direct(w.E3, SWAY), None, 0),
        (w.direct(w.POWER_BI), None, -1),
    }
    assert {(key, *sorted(words.values())) for key, words in said(found)} == {
        ("error_removed", "Office 365 E1"),
        ("stays_by_group", "11", "Microsoft 365 E3"),
        ("stays_by_group", "12", "Enterprise Mobility + Security E3"),
        ("stays_bought", "21", "Planner Plan 1"),
        ("stays_path_unknown", "Visio Plan 2"),
    }


@pytest.mark.parametrize(
    ("facts", "keys"),
    [
        (w.HUGO, []),
        (w.BRAM, ["stays_by_group", "stays_by_group"]),
        (w.DAAN, ["stays_bought"]),
        (w.FLORIS, ["stays_path_unknown"]),
        (w.person(w.direct(w.E3, state=GONE)), []),
        (replace(w.BRAM, never="board"), ["stays_by_group", "stays_by_group"]),
    ],
)
def test_nothing_direct_is_nothing_to_take(facts: UserFacts, keys: list[str]) -> None:
    """Skipped, no error: what the user has is named with the reason why it stays."""
    found = verdict(UnassignAll(ALL), facts)
    assert (found.outcome, found.reason, found.subject) == (Outcome.SKIPPED, Reason.NOT_HELD, "direct")
    assert [key for key, _ in said(found)] == keys


@pytest.mark.parametrize(
    ("facts", "wanted", "expected"),
    [
        (w.ANNA, {w.E5}, [(w.direct(w.E3), None, -1), (None, w.direct(w.E5), 1)]),
        (w.HUGO, {w.E5}, [(None, w.direct(w.E5), 1)]),
        (
            w.person(w.direct(w.E3, SWAY), w.direct(w.POWER_BI)),
            {w.E3, w.EMS},
            [(w.direct(w.POWER_BI), None, -1), (None, w.direct(w.EMS), 1)],
        ),
        (w.person(w.direct(w.E3), w.via(w.E5)), {w.E5}, [(w.direct(w.E3), None, -1), (None, w.direct(w.E5), 0)]),
        (w.person(w.direct(w.E3), w.somehow(w.E5)), {w.E5}, [(w.direct(w.E3), None, -1)]),
        (
            w.person(w.direct(w.E3), w.direct(w.E5, SWAY, BLOCKED)),
            {w.E5},
            [(w.direct(w.E3), None, -1), (w.direct(w.E5, SWAY, BLOCKED), w.direct(w.E5, SWAY), 1)],
        ),
    ],
)
def test_a_replacement_keeps_what_is_wanted_and_gives_the_rest(
    facts: UserFacts, wanted: set[str], expected: Moves
) -> None:
    """R-37, I-8: a product that stays keeps its service plans."""
    assert moves(verdict(Replace(frozenset(wanted)), facts)) == expected


@pytest.mark.parametrize(
    ("intent", "facts", "reason", "subject"),
    [
        (Replace(frozenset({w.E3})), w.ANNA, Reason.ALREADY, ""),
        (Replace(frozenset({w.E3})), replace(w.ANNA, has_usage_location=False), Reason.ALREADY, ""),
        (Replace(frozenset({w.E5})), replace(w.ANNA, has_usage_location=False), Reason.LOCATION_MISSING, ""),
        (Replace(frozenset({w.E5})), w.GRETA, Reason.NEVER, "emergency account"),
        (UnassignAll(), w.GRETA, Reason.NEVER, "emergency account"),
        (UnassignAll(), replace(w.ANNA, mailbox=w.SHARED_LARGE), Reason.SHARED_OVER, ""),
        (UnassignAll(), w.person(w.direct(w.KIOSK), w.via(w.ARCHIVING)), Reason.DEPENDENCY, None),
        (
            Replace(frozenset({w.ARCHIVING})),
            w.person(w.direct(w.KIOSK), w.direct(w.ARCHIVING)),
            Reason.DEPENDENCY,
            None,
        ),
    ],
)
def test_a_replacement_is_refused_whole(
    intent: LicenseIntent, facts: UserFacts, reason: Reason, subject: str | None
) -> None:
    """R-12, R-34, R-35, R-36: no half of it happens."""
    found = verdict(intent, facts)
    assert (found.reason, found.changes) == (reason, ())
    if subject is not None:
        assert found.subject == subject


def test_what_goes_together_breaks_nothing() -> None:
    """R-35: the add-on and what it stands on both go; one alone is refused."""
    facts = w.person(w.direct(w.KIOSK), w.direct(w.ARCHIVING))
    assert verdict(Unassign(w.KIOSK), facts).reason is Reason.DEPENDENCY
    assert len(moves(verdict(UnassignAll(), facts))) == 2


def test_a_replacement_says_that_a_wanted_product_is_held_by_an_unknown_path() -> None:
    """R-128: it is left as it is, also when nothing else is to be done."""
    found = verdict(Replace(frozenset({w.E3})), w.FLORIS)
    assert found.reason is Reason.ALREADY
    assert said(found) == [("stays_path_unknown", {"product": "Microsoft 365 E3"})]


# ---- service plans


@pytest.mark.parametrize(
    ("facts", "reason", "subject"),
    [
        (w.HUGO, Reason.NOT_HELD, ""),
        (w.person(w.direct(w.E3, state=BLOCKED)), Reason.NOT_HELD, ""),
        (w.BRAM, Reason.INHERITED, "11,12"),
        (w.person(w.direct(w.E3, state=BLOCKED), w.via(w.E3)), Reason.INHERITED, "11"),
        (w.person(w.bought(w.E3)), Reason.SELF_SERVICE, "21"),
        (w.FLORIS, Reason.UNKNOWN_PATH, ""),
        (w.GRETA, Reason.NEVER, "emergency account"),
        (w.person(w.direct(w.E3, SWAY)), Reason.ALREADY, ""),
    ],
)
def test_service_plans_are_set_where_the_product_is_direct(facts: UserFacts, reason: Reason, subject: str) -> None:
    """R-31 to R-34: a group's or buyer's plans are not ours; what is off already stays off."""
    found = verdict(SetPlans(w.E3, off=SWAY), facts)
    assert (found.reason, found.subject, found.changes) == (reason, subject, ())


@pytest.mark.parametrize(
    ("before", "intent", "after"),
    [
        (w.direct(w.E3), SetPlans(w.E3, off=SWAY), w.direct(w.E3, SWAY)),
        (w.direct(w.E3, SWAY | NO_MAIL), SetPlans(w.E3, on=SWAY), w.direct(w.E3, NO_MAIL)),
        (w.direct(w.E3, NO_MAIL), SetPlans(w.E3, NO_MAIL, SWAY), w.direct(w.E3, SWAY)),
        (w.direct(w.E3, SWAY, IN_ERROR), SetPlans(w.E3, on=SWAY), w.direct(w.E3)),
        (w.direct(w.E3, SWAY, OFF), SetPlans(w.E3, on=SWAY), w.direct(w.E3, state=OFF)),
        (w.somehow(w.E3), SetPlans(w.E3, off=SWAY, accept=ALL), w.somehow(w.E3, SWAY)),
    ],
)
def test_the_others_stay_as_they_are(before: Source, intent: SetPlans, after: Source) -> None:
    """I-8: on and off are what is named; no seat moves. A suspended assignment stays so, an error ends."""
    assert moves(verdict(intent, w.person(before))) == [(before, after, 0)]


@pytest.mark.parametrize(
    ("facts", "intent", "key", "undo"),
    [
        (w.ANNA, SetPlans(w.E3, off=NO_MAIL), "plan_switched_off", 30),
        (w.CARLA, SetPlans(w.E3, off=NO_MAIL), "plans_stay", None),
        (w.person(w.direct(w.E3, NO_MAIL), mailbox=w.PURGED), SetPlans(w.E3, on=NO_MAIL), "mailbox_new_empty", None),
    ],
)
def test_switching_the_mailbox_off_has_its_consequences(
    facts: UserFacts, intent: SetPlans, key: str, undo: int | None
) -> None:
    """R-30, R-55, R-57: as with any change of enabled plans."""
    found = verdict(intent, facts)
    assert key in w.rules(found)
    assert found.undo_seconds == (None if undo is None else undo * w.DAYS)


def test_switching_off_what_an_add_on_needs_is_refused() -> None:
    """R-35: within one product too."""
    facts = w.person(w.direct(w.E3), w.direct(w.ARCHIVING))
    found = verdict(SetPlans(w.E3, off=NO_MAIL), facts)
    assert (found.reason, found.subject) == (Reason.DEPENDENCY, f"176a09a6-7ec5-4039-ac02-b2791c6ba793|{w.MAILBOX_2}")


# ---- a purchase that ends


@pytest.mark.parametrize(
    ("facts", "move", "expected"),
    [
        (w.DAAN, True, [(w.bought(w.PLANNER_1), None, -1), (None, w.direct(w.PLANNER_1), 1)]),
        (w.DAAN, False, [(w.bought(w.PLANNER_1), None, -1)]),
        (w.ESRA, True, [(w.bought(w.PLANNER_1), None, -1)]),
        (w.ESRA, False, [(w.bought(w.PLANNER_1), None, -1)]),
        (w.person(w.bought(w.PLANNER_1), w.via(w.PLANNER_1)), True, [(w.bought(w.PLANNER_1), None, -1)]),
        (w.person(w.bought(w.PLANNER_1), w.somehow(w.PLANNER_1)), True, [(w.bought(w.PLANNER_1), None, -1)]),
        (
            w.person(w.bought(w.PLANNER_1), w.bought(w.PLANNER_1, 22)),
            True,
            [(w.bought(w.PLANNER_1), None, -1), (None, w.direct(w.PLANNER_1), 1)],
        ),
        (
            w.person(w.bought(w.PLANNER_1), w.via(w.PLANNER_1, state=BLOCKED)),
            True,
            [(w.bought(w.PLANNER_1), None, -1), (None, w.direct(w.PLANNER_1), 1)],
        ),
        (
            w.person(w.bought(w.PLANNER_1), w.direct(w.PLANNER_1, state=BLOCKED)),
            True,
            [(w.bought(w.PLANNER_1), None, -1), (w.direct(w.PLANNER_1, state=BLOCKED), w.direct(w.PLANNER_1), 1)],
        ),
        (replace(w.DAAN, never="board"), True, [(w.bought(w.PLANNER_1), None, -1), (None, w.direct(w.PLANNER_1), 1)]),
    ],
)
def test_a_taken_over_purchase_becomes_a_direct_license_or_goes(facts: UserFacts, move: bool, expected: Moves) -> None:
    """R-34, R-37, R-133: the purchase's seat comes free; the organization's is taken where it gave none before."""
    assert moves(verdict(TakeOver(21, w.PLANNER_1, move), facts)) == expected


@pytest.mark.parametrize(
    ("facts", "move", "tenant", "reason"),
    [
        (w.HUGO, True, w.COMMERCIAL, Reason.NOT_HELD),
        (w.person(w.bought(w.PLANNER_1, 22)), True, w.COMMERCIAL, Reason.NOT_HELD),
        (w.person(w.bought(w.E3)), True, w.COMMERCIAL, Reason.NOT_HELD),
        (w.DAAN, True, NO_PURCHASED_POOL, Reason.NO_SEATS),
        (replace(w.DAAN, has_usage_location=False), True, w.COMMERCIAL, Reason.LOCATION_MISSING),
        (replace(w.DAAN, never="board"), False, w.COMMERCIAL, Reason.NEVER),
        (
            w.person(w.bought(w.E3), w.direct(w.E3, NO_MAIL), never="board"),
            True,
            w.COMMERCIAL,
            None,
        ),
    ],
)
def test_a_take_over_is_refused_for_who_does_not_hold_or_may_not(
    facts: UserFacts, move: bool, tenant: TenantFacts, reason: Reason | None
) -> None:
    """R-34, R-36, R-37: without a pool of the organization there is no seat; a never-list user loses nothing."""
    sku = w.E3 if reason is None else w.PLANNER_1
    found = verdict(TakeOver(21, sku, move), facts, tenant)
    assert (found.reason, found.changes) == (reason or Reason.NEVER, ())


def test_who_moves_loses_nothing_and_reads_why() -> None:
    """R-133: with the buyer's number; and a purchase that is cancelled takes what it gave."""
    moved = verdict(TakeOver(21, w.PLANNER_1, move=True), w.DAAN)
    assert said(moved) == [("taken_over", {"product": "Planner Plan 1", "buyer": "21"})]
    assert (moved.clocks, moved.undo_seconds) == ((), None)
    lost = verdict(TakeOver(21, w.PLANNER_1, move=False), w.DAAN)
    assert "onedrive_readonly" in w.rules(lost)
    assert "stays_held" in w.rules(verdict(TakeOver(21, w.PLANNER_1, move=False), w.ESRA))


# ---- undo


@pytest.mark.parametrize(
    ("facts", "intent"),
    [
        (w.ANNA, Swap(w.E3, w.E5)),
        (w.person(w.direct(w.E3, SWAY), w.direct(w.E5)), Swap(w.E3, w.E5, SWAY)),
        (MIXED, UnassignAll(ALL)),
        (MIXED, Replace(frozenset({w.E5, w.POWER_BI}))),
        (w.person(w.direct(w.E3, SWAY)), SetPlans(w.E3, SWAY, NO_MAIL)),
    ],
)
def test_undo_puts_all_of_it_back(facts: UserFacts, intent: LicenseIntent) -> None:
    """R-40: sources, seats and clocks as they were."""
    done = verdict(intent, facts)
    later = w.after(facts, done)
    record = tuple(Recorded(c.key, c.before, c.after) for c in done.changes)
    back = plan_undo(record, later, w.COMMERCIAL, w.CATALOG, ALL)
    again = w.after(later, back)
    assert (again.sources, again.clocks) == (facts.sources, facts.clocks)
    assert sum(c.seat for c in back.changes) == -sum(c.seat for c in done.changes)
    assert plan(intent, again, w.COMMERCIAL, w.CATALOG) == done


# ---- what an administrator would tell in one breath

BESIDE = {
    "Exchange Online (Plan 1)": w.EXCHANGE_1,
    "Enterprise Mobility + Security E3": w.EMS,
    "Project Plan 3": w.PROJECT_3,
    "Microsoft Teams Enterprise": TEAMS_ENTERPRISE,
}
KEY = ("mailbox_lost", "mailbox_smaller", "mailbox_over_limit", "onedrive_readonly", "teams_ends", "office_unlicensed")


@pytest.mark.parametrize(
    ("stays", "english", "dutch"),
    [
        (
            "Exchange Online (Plan 1)",
            [
                "Mailbox stays through Exchange Online (Plan 1), with a limit of 50 GB.",
                "OneDrive becomes read-only on +60, unless a license with OneDrive is assigned first.",
                "Access to Teams ends.",
                'Office shows "Unlicensed Product" after its next check.',
            ],
            [
                "Postvak blijft via Exchange Online (Plan 1), met een limiet van 50 GB.",
                "OneDrive wordt op +60 alleen-lezen, tenzij eerder een licentie met OneDrive wordt toegewezen.",
                "De toegang tot Teams stopt.",
                "Office toont na de volgende controle 'Product zonder licentie'.",
            ],
        ),
        (
            "Enterprise Mobility + Security E3",
            [
                "Mailbox is kept until at least +30, then deleted for good.",
                "OneDrive becomes read-only on +60, unless a license with OneDrive is assigned first.",
                "Access to Teams ends.",
                'Office shows "Unlicensed Product" after its next check.',
            ],
            [
                "Postvak blijft minstens tot +30 bewaard en wordt daarna definitief verwijderd.",
                "OneDrive wordt op +60 alleen-lezen, tenzij eerder een licentie met OneDrive wordt toegewezen.",
                "De toegang tot Teams stopt.",
                "Office toont na de volgende controle 'Product zonder licentie'.",
            ],
        ),
        (
            "Project Plan 3",
            [
                "Mailbox is kept until at least +30, then deleted for good.",
                "Access to Teams ends.",
                'Office shows "Unlicensed Product" after its next check.',
            ],
            [
                "Postvak blijft minstens tot +30 bewaard en wordt daarna definitief verwijderd.",
                "De toegang tot Teams stopt.",
                "Office toont na de volgende controle 'Product zonder licentie'.",
            ],
        ),
        (
            "Microsoft Teams Enterprise",
            [
                "Mailbox stays through Microsoft Teams Enterprise, with a limit of 2 GB.",
                "The mailbox is larger than the limit of 2 GB: sending, then receiving, stops.",
                'Office shows "Unlicensed Product" after its next check.',
            ],
            [
                "Postvak blijft via Microsoft Teams Enterprise, met een limiet van 2 GB.",
                "Het postvak is groter dan de limiet van 2 GB: verzenden en daarna ontvangen stopt.",
                "Office toont na de volgende controle 'Product zonder licentie'.",
            ],
        ),
    ],
)
def test_what_stays_of_e3_beside_another_product(stays: str, english: list[str], dutch: list[str]) -> None:
    """R-01, R-08, R-09, R-18, R-22, R-60: E3 goes; what is lost depends on the plans of the product that stays."""
    found = verdict(Unassign(w.E3), w.person(w.direct(w.E3), w.direct(BESIDE[stays])))
    assert sentences(found, "en", KEY) == english
    assert sentences(found, "nl", KEY) == dutch


def test_an_add_on_standing_on_e3() -> None:
    """R-26, R-35: a documented one keeps E3, named by GUID; a reported one stops, in words."""
    audio = verdict(Unassign(w.E3), w.person(w.direct(w.E3), w.direct(w.AUDIO)))
    assert audio.reason is Reason.DEPENDENCY
    assert audio.subject.startswith(f"3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40|{w.TEAMS}")
    phone = verdict(Unassign(w.E3), w.person(w.direct(w.E3), w.direct(w.PHONE)))
    assert sentences(phone, "en", ["addon_stops"]) == [
        "Microsoft 365 Phone System stops working. It needs Microsoft Teams."
    ]
    assert sentences(phone, "nl", ["addon_stops"]) == [
        "Microsoft 365 Phone System werkt niet meer. Microsoft Teams ontbreekt."
    ]
    kept = verdict(Unassign(w.E3), w.person(w.direct(w.E3), w.direct(w.AUDIO), w.direct(TEAMS_ENTERPRISE)))
    assert kept.outcome is Outcome.READY
