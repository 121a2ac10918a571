"""The verdict on one user: which source may change, who must be asked, who is left alone, and what it does to seats.

Consequences have a table of their own; here it is about outcome, reason, subject and change.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain import world as w
from licentia.domain.facts import UNKNOWN, AssignmentState, Source, SourceKind, TenantFacts, UserFacts
from licentia.domain.holding import holding
from licentia.domain.intents import (
    KEEP,
    Assign,
    Intent,
    LicenseIntent,
    Replace,
    SetPlans,
    Swap,
    TakeOver,
    Unassign,
    UnassignAll,
    Undo,
    from_text,
    to_text,
)
from licentia.domain.planning import apply_to, plan, seats
from licentia.domain.reasons import BadInput, Outcome, Reason

IN_ERROR, BLOCKED, OFF = AssignmentState.ACTIVE_WITH_ERROR, AssignmentState.ERROR, AssignmentState.DISABLED
GONE = AssignmentState.REMEMBERED
SWAY = frozenset({w.SWAY})
ALL = frozenset(Reason)
NO_POOLS = TenantFacts()


@pytest.mark.parametrize(
    ("facts", "sku", "reason", "subject"),
    [
        (w.HUGO, w.E3, Reason.NOT_HELD, ""),
        (w.ANNA, w.E5, Reason.NOT_HELD, ""),
        (w.person(w.direct(w.E3, state=GONE)), w.E3, Reason.NOT_HELD, ""),
        (w.person(w.direct(w.E3, state=GONE), w.via(w.E3)), w.E3, Reason.INHERITED, "11"),
        (w.person(w.via(w.E3, state=BLOCKED)), w.E3, Reason.NOT_HELD, ""),
        (w.BRAM, w.E3, Reason.INHERITED, "11,12"),
        (w.person(w.via(w.E3, state=IN_ERROR)), w.E3, Reason.INHERITED, "11"),
        (w.person(w.direct(w.E3), w.via(w.E5)), w.E5, Reason.INHERITED, "11"),
        (w.DAAN, w.PLANNER_1, Reason.SELF_SERVICE, "21"),
        (w.person(w.bought(w.PLANNER_1, 23), w.bought(w.PLANNER_1, 22)), w.PLANNER_1, Reason.SELF_SERVICE, "22"),
        (w.person(w.bought(w.PLANNER_1), w.via(w.PLANNER_1)), w.PLANNER_1, Reason.INHERITED, "11"),
        (w.FLORIS, w.E3, Reason.UNKNOWN_PATH, ""),
        (w.person(w.somehow(w.E3), w.via(w.E3)), w.E3, Reason.UNKNOWN_PATH, ""),
        (w.GRETA, w.E3, Reason.NEVER, "emergency account"),
        (replace(w.FLORIS, never="board"), w.E3, Reason.NEVER, "board"),
        (replace(w.BRAM, never="board"), w.E3, Reason.INHERITED, "11,12"),
        (replace(w.HUGO, never="board"), w.E3, Reason.NOT_HELD, ""),
    ],
)
def test_only_what_is_direct_and_free_to_go_is_unassigned(
    facts: UserFacts, sku: str, reason: Reason, subject: str
) -> None:
    """R-31, R-32, R-33, R-34: groups, purchases, unknown paths and the never list each give their reason."""
    verdict = plan(Unassign(sku), facts, w.COMMERCIAL, w.CATALOG)
    assert (verdict.reason, verdict.subject) == (reason, subject)
    assert verdict.outcome is not Outcome.READY
    assert (verdict.changes, verdict.clocks, verdict.undo_seconds) == ((), (), None)


@pytest.mark.parametrize(
    ("facts", "sku", "gone", "seat"),
    [
        (w.ANNA, w.E3, w.direct(w.E3), -1),
        (w.CARLA, w.E3, w.direct(w.E3), 0),
        (w.ESRA, w.PLANNER_1, w.direct(w.PLANNER_1), -1),
        (w.FLORIS, w.E3, w.somehow(w.E3), -1),
        (w.person(w.somehow(w.E3), w.via(w.E3)), w.E3, w.somehow(w.E3), 0),
        (w.person(w.direct(w.E3), w.somehow(w.E3)), w.E3, w.direct(w.E3), 0),
        (w.person(w.direct(w.E3, state=IN_ERROR)), w.E3, w.direct(w.E3, state=IN_ERROR), -1),
        (w.person(w.direct(w.E3, state=OFF)), w.E3, w.direct(w.E3, state=OFF), -1),
        (w.person(w.direct(w.E3), w.via(w.E3, state=BLOCKED)), w.E3, w.direct(w.E3), -1),
        (w.person(w.direct(w.E3), w.via(w.E3, state=IN_ERROR)), w.E3, w.direct(w.E3), 0),
        (w.person(w.direct(w.E3), w.direct(w.E5)), w.E3, w.direct(w.E3), -1),
        (w.person(w.direct(w.E3, state=BLOCKED)), w.E3, w.direct(w.E3, state=BLOCKED), 0),
        (w.person(w.direct(w.E3, state=BLOCKED), w.via(w.E3)), w.E3, w.direct(w.E3, state=BLOCKED), 0),
        (w.person(w.direct(w.E3, state=BLOCKED), never="board"), w.E3, w.direct(w.E3, state=BLOCKED), 0),
        (w.IRIS, w.POWER_BI, w.direct(w.POWER_BI), -1),
    ],
)
def test_unassign_takes_one_source_and_frees_a_seat_only_when_none_is_left(
    facts: UserFacts, sku: str, gone: Source, seat: int
) -> None:
    """R-28, R-37, R-132: one seat per user, product and pool; an assignment in state Error takes none, and goes alike."""
    verdict = plan(Unassign(sku, ALL), facts, w.COMMERCIAL, w.CATALOG)
    assert verdict.outcome is Outcome.READY
    assert [(c.before, c.after, c.seat) for c in verdict.changes] == [(gone, None, seat)]


@pytest.mark.parametrize(
    ("facts", "intent", "reason"),
    [
        (w.ANNA, Assign(w.E3), Reason.ALREADY),
        (w.ANNA, Assign(w.E3, frozenset()), Reason.ALREADY),
        (w.person(w.direct(w.E3, SWAY)), Assign(w.E3), Reason.ALREADY),
        (w.person(w.direct(w.E3, SWAY)), Assign(w.E3, SWAY), Reason.ALREADY),
        (w.person(w.direct(w.E3, state=IN_ERROR)), Assign(w.E3), Reason.ALREADY),
        (w.FLORIS, Assign(w.E3), Reason.ALREADY),
        (w.person(w.somehow(w.E3, SWAY)), Assign(w.E3, SWAY), Reason.ALREADY),
        (w.FLORIS, Assign(w.E3, SWAY), Reason.UNKNOWN_PATH),
        (w.person(has_usage_location=False), Assign(w.E3), Reason.LOCATION_MISSING),
        (
            w.person(w.direct(w.E3, state=BLOCKED), has_usage_location=False),
            Assign(w.E3),
            Reason.LOCATION_MISSING,
        ),
        (replace(w.BRAM, has_usage_location=False), Assign(w.E3), Reason.LOCATION_MISSING),
        (w.GRETA, Assign(w.E3, SWAY), Reason.NEVER),
    ],
)
def test_assign_leaves_alone_what_is_so_already_or_may_not_be(facts: UserFacts, intent: Assign, reason: Reason) -> None:
    """R-33, R-34, R-36: KEEP never changes plans, an unknown path is never overwritten, a location is needed."""
    verdict = plan(intent, facts, w.COMMERCIAL, w.CATALOG)
    assert (verdict.reason, verdict.changes) == (reason, ())


@pytest.mark.parametrize(
    ("facts", "intent", "before", "after", "seat"),
    [
        (w.HUGO, Assign(w.E3), None, w.direct(w.E3), 1),
        (w.HUGO, Assign(w.E3, SWAY), None, w.direct(w.E3, SWAY), 1),
        (w.BRAM, Assign(w.E3), None, w.direct(w.E3), 0),
        (w.DAAN, Assign(w.PLANNER_1), None, w.direct(w.PLANNER_1), 1),
        (w.ANNA, Assign(w.E3, SWAY), w.direct(w.E3), w.direct(w.E3, SWAY), 0),
        (w.person(w.direct(w.E3, SWAY)), Assign(w.E3, frozenset()), w.direct(w.E3, SWAY), w.direct(w.E3), 0),
        (
            w.person(w.direct(w.E3, SWAY, BLOCKED)),
            Assign(w.E3),
            w.direct(w.E3, SWAY, BLOCKED),
            w.direct(w.E3, SWAY),
            1,
        ),
        (
            w.person(w.direct(w.E3, state=IN_ERROR)),
            Assign(w.E3, SWAY),
            w.direct(w.E3, state=IN_ERROR),
            w.direct(w.E3, SWAY),
            0,
        ),
        (
            w.person(w.direct(w.E3, SWAY), never="board"),
            Assign(w.E3, frozenset()),
            w.direct(w.E3, SWAY),
            w.direct(w.E3),
            0,
        ),
        (
            w.person(replace(w.somehow(w.E3), state=BLOCKED)),
            Assign(w.E3),
            None,
            w.direct(w.E3),
            1,
        ),
        (replace(w.ANNA, has_usage_location=False), Assign(w.E3, SWAY), w.direct(w.E3), w.direct(w.E3, SWAY), 0),
        (
            w.person(w.direct(w.E3, state=OFF)),
            Assign(w.E3, SWAY),
            w.direct(w.E3, state=OFF),
            w.direct(w.E3, SWAY, OFF),
            0,
        ),
        (
            w.FLORIS,
            Assign(w.E3, SWAY, frozenset({Reason.UNKNOWN_PATH, Reason.SHARED_OVER})),
            w.somehow(w.E3),
            w.somehow(w.E3, SWAY),
            0,
        ),
    ],
)
def test_assign_sets_the_direct_source_and_takes_a_seat_only_for_a_new_holder(
    facts: UserFacts, intent: Assign, before: Source | None, after: Source, seat: int
) -> None:
    """R-33, R-37, I-8: exactly(set) replaces the plans, KEEP leaves them; a second source takes no second seat."""
    verdict = plan(intent, facts, w.COMMERCIAL, w.CATALOG)
    assert verdict.outcome is Outcome.READY
    assert [(c.before, c.after, c.seat) for c in verdict.changes] == [(before, after, seat)]


def test_a_purchase_is_the_only_source_of_a_product_the_organization_does_not_have() -> None:
    """R-32: without seats of the organization there is nothing to assign; with seats there is."""
    verdict = plan(Assign(w.PLANNER_1), w.DAAN, NO_POOLS, w.CATALOG)
    assert (verdict.reason, verdict.subject) == (Reason.SELF_SERVICE, "21")


ARCHIVE, PHONE_SYSTEM, CALLING = (
    "176a09a6-7ec5-4039-ac02-b2791c6ba793",
    "4828c8ec-dc2e-4779-b502-87ac9ce28ab7",
    "4ed3ff63-69d7-4fb7-b984-5aec7f605ca8",
)
KIOSK_MAIL = "4a82b400-a79f-41a4-b4e2-e94f5787b113"


@pytest.mark.parametrize(
    ("facts", "intent", "addon", "needed"),
    [
        (w.person(w.direct(w.KIOSK), w.direct(w.ARCHIVING)), Unassign(w.KIOSK), ARCHIVE, KIOSK_MAIL),
        (w.HUGO, Assign(w.ARCHIVING), ARCHIVE, w.MAILBOX_2),
        (w.person(w.direct(w.PHONE), w.direct(w.CALLING_1)), Unassign(w.PHONE), CALLING, PHONE_SYSTEM),
        (w.HUGO, Assign(w.CALLING_1), CALLING, PHONE_SYSTEM),
        (
            w.person(w.direct(w.E3), w.direct(w.KIOSK, w.without(w.KIOSK)), w.direct(w.ARCHIVING)),
            Assign(w.E3, frozenset({w.MAILBOX_2}), ALL),
            ARCHIVE,
            w.MAILBOX_2,
        ),
    ],
)
def test_a_documented_dependency_refuses(facts: UserFacts, intent: LicenseIntent, addon: str, needed: str) -> None:
    """R-35: what others need can't go, and what needs others can't come alone; both are named by their GUIDs."""
    verdict = plan(intent, facts, w.COMMERCIAL, w.CATALOG)
    assert (verdict.outcome, verdict.reason, verdict.changes) == (Outcome.REFUSED, Reason.DEPENDENCY, ())
    assert verdict.subject == f"{addon}|{needed}"


def test_every_plan_that_goes_is_named_the_best_known_one_first() -> None:
    """R-35: Audio Conferencing stands on Teams or Skype; E3 gives both, and without it both are gone."""
    verdict = plan(Unassign(w.E3), w.person(w.direct(w.E3), w.direct(w.AUDIO)), w.COMMERCIAL, w.CATALOG)
    addon, needed = verdict.subject.split("|")
    assert addon == "3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40"
    assert needed.split(",") == [w.TEAMS, "0feaeb32-d00e-4d66-bd5a-43b5b83db82c"]


@pytest.mark.parametrize(
    ("facts", "intent", "catalog", "product"),
    [
        (w.person(w.direct(w.KIOSK), w.direct(w.ARCHIVING), w.direct(w.STRANGER)), Unassign(w.KIOSK), 0, w.STRANGER),
        (w.person(w.direct(w.STRANGER)), Assign(w.ARCHIVING), 0, w.STRANGER),
        (w.person(w.direct(w.KIOSK), w.direct(w.ARCHIVING), w.via(w.NOVEL)), Unassign(w.KIOSK), 1, "Novel Mail"),
        (w.person(w.direct(w.NOVEL)), Assign(w.ARCHIVING), 1, "Novel Mail"),
    ],
)
def test_what_nobody_knows_may_bring_what_is_needed(
    facts: UserFacts, intent: LicenseIntent, catalog: int, product: str
) -> None:
    """R-125, I-7: a product without known plans, or an unclassified mailbox plan: not refused, and said."""
    verdict = plan(intent, facts, w.COMMERCIAL, (w.CATALOG, w.novel_catalog())[catalog])
    assert verdict.outcome is Outcome.READY
    (said,) = (dict(c.params) for c in verdict.consequences if c.rule == "dependency_unknown")
    assert said["product"] == product
    assert said["addon"].startswith("Exchange Online Archiving")


def test_an_unclassified_mailbox_plan_stands_in_for_no_phone_system() -> None:
    """R-35: it may be a mailbox and nothing else."""
    facts = w.person(w.direct(w.NOVEL))
    assert plan(Assign(w.CALLING_1), facts, w.COMMERCIAL, w.novel_catalog()).reason is Reason.DEPENDENCY


@pytest.mark.parametrize(
    ("facts", "intent"),
    [
        (w.person(w.direct(w.PHONE), w.direct(w.CALLING_1)), Assign(w.CALLING_2)),
        (
            w.person(w.direct(w.PHONE), w.direct(w.CALLING_1), w.direct(w.CALLING_2, w.without(w.CALLING_2))),
            Assign(w.CALLING_2, frozenset()),
        ),
        (
            w.person(w.direct(w.PHONE), w.via(w.CALLING_1), w.direct(w.CALLING_2, w.without(w.CALLING_2))),
            SetPlans(w.CALLING_2, on=frozenset({"5a10155d-f5c1-411a-a8ec-e99aae125390"})),
        ),
        (w.person(w.direct(w.PHONE), w.direct(w.CALLING_1), w.direct(w.E3)), Swap(w.E3, w.CALLING_2)),
        (w.person(w.direct(w.PHONE)), Replace(frozenset({w.PHONE, w.CALLING_1, w.CALLING_2}))),
    ],
)
def test_plans_that_exclude_one_another_never_come_together(facts: UserFacts, intent: LicenseIntent) -> None:
    """R-51: MutuallyExclusiveViolation, before anything is sent; both are named by their GUIDs."""
    verdict = plan(intent, facts, w.COMMERCIAL, w.CATALOG)
    assert (verdict.outcome, verdict.reason, verdict.changes) == (Outcome.REFUSED, Reason.CONFLICT, ())
    assert verdict.subject == f"{CALLING}|5a10155d-f5c1-411a-a8ec-e99aae125390"
    assert [c.rule for c in verdict.consequences] == ["plans_conflict"]


def test_exclusive_plans_that_are_together_already_refuse_nothing() -> None:
    """R-51: only what the change brings together; and a swap of one for the other is how to get out."""
    phone = w.direct(w.PHONE)
    both = w.person(phone, w.direct(w.CALLING_1), w.direct(w.CALLING_2))
    assert plan(Assign(w.POWER_BI), both, w.COMMERCIAL, w.CATALOG).outcome is Outcome.READY
    one = w.person(phone, w.direct(w.CALLING_1))
    assert plan(Swap(w.CALLING_1, w.CALLING_2), one, w.COMMERCIAL, w.CATALOG).outcome is Outcome.READY


@pytest.mark.parametrize(
    "intent",
    [Assign(w.E5), Assign(w.E5, SWAY), Swap(w.E3, w.E5), Replace(frozenset({w.E3, w.E5}))],
)
def test_a_product_for_the_whole_organization_goes_to_nobody(intent: LicenseIntent) -> None:
    """R-134: refused with the product's id."""
    tenant = replace(w.COMMERCIAL, company_products=frozenset({w.E5}))
    verdict = plan(intent, w.ANNA, tenant, w.CATALOG)
    assert (verdict.outcome, verdict.reason, verdict.subject) == (Outcome.REFUSED, Reason.COMPANY_PRODUCT, w.E5)
    assert plan(Unassign(w.E3), w.ANNA, tenant, w.CATALOG).outcome is Outcome.READY


def test_a_dependency_that_was_broken_before_refuses_nothing() -> None:
    """R-35: only what a change newly breaks; a tenant that got there otherwise is not stuck."""
    facts = w.person(w.direct(w.ARCHIVING), w.direct(w.POWER_BI))
    assert plan(Unassign(w.POWER_BI), facts, w.COMMERCIAL, w.CATALOG).outcome is Outcome.READY
    assert plan(Unassign(w.ARCHIVING), facts, w.COMMERCIAL, w.CATALOG).outcome is Outcome.READY


def test_a_dependency_kept_whole_by_another_product_refuses_nothing() -> None:
    """R-35: any of the plans that will do."""
    facts = w.person(w.direct(w.KIOSK), w.direct(w.EXCHANGE_1), w.direct(w.ARCHIVING))
    assert plan(Unassign(w.KIOSK), facts, w.COMMERCIAL, w.CATALOG).outcome is Outcome.READY


def test_an_unread_location_is_said_and_not_refused() -> None:
    """R-36, R-39: only a location known to be missing refuses."""
    verdict = plan(Assign(w.E3), w.person(has_usage_location=UNKNOWN), w.COMMERCIAL, w.CATALOG)
    assert verdict.outcome is Outcome.READY
    assert "location_unknown" in w.rules(verdict)


def test_a_guest_is_judged_like_a_member() -> None:
    """No rule that was read treats guests apart when licenses are taken or given."""
    for intent in (Unassign(w.POWER_BI), Assign(w.E3, KEEP)):
        member = replace(w.IRIS, is_guest=False)
        assert plan(intent, w.IRIS, w.COMMERCIAL, w.CATALOG) == plan(intent, member, w.COMMERCIAL, w.CATALOG)


def test_without_the_choice_nothing_changes_and_with_it_everything_does() -> None:
    """R-12, R-33: `accept` names what the administrator chose."""
    facts = replace(w.FLORIS, mailbox=w.SHARED_UNREAD)
    asked = plan(Unassign(w.E3), facts, w.COMMERCIAL, w.CATALOG)
    assert asked.reason is Reason.UNKNOWN_PATH
    half = plan(Unassign(w.E3, frozenset({Reason.UNKNOWN_PATH})), facts, w.COMMERCIAL, w.CATALOG)
    assert (half.outcome, half.reason) == (Outcome.CHOICE, Reason.SHARED_OVER)
    both = frozenset({Reason.UNKNOWN_PATH, Reason.SHARED_OVER})
    assert plan(Unassign(w.E3, both), facts, w.COMMERCIAL, w.CATALOG).outcome is Outcome.READY


def test_switching_the_mailbox_off_asks_for_a_shared_one_too() -> None:
    """R-12: an assignment that turns the plan off takes as much as an unassignment."""
    facts = replace(w.ANNA, mailbox=w.SHARED_LARGE)
    off = frozenset({w.MAILBOX_2})
    asked = plan(Assign(w.E3, off), facts, w.COMMERCIAL, w.CATALOG)
    assert (asked.outcome, asked.reason) == (Outcome.CHOICE, Reason.SHARED_OVER)
    chosen = Assign(w.E3, off, frozenset({Reason.SHARED_OVER}))
    assert plan(chosen, facts, w.COMMERCIAL, w.CATALOG).outcome is Outcome.READY


def test_sources_keep_the_order_of_their_keys() -> None:
    """Applying gives the same tuple whatever was changed last."""
    found = apply_to((w.direct(w.E3), w.via(w.E3)), [(None, w.direct(w.E1)), (w.via(w.E3), None)])
    assert found == (w.direct(w.E3), w.direct(w.E1))


def test_seats_are_counted_per_user_product_and_pool() -> None:
    """R-37: six assignments, two pools of one product and one of another; in error or remembered takes none."""
    sources = (w.direct(w.E3), w.via(w.E3), w.bought(w.E3), w.via(w.E5), w.via(w.E1, state=BLOCKED))
    sources += (w.direct(w.EMS, state=GONE),)
    assert seats(sources) == {(w.E3, 0), (w.E3, w.DAANS_PURCHASE), (w.E5, 0)}
    assert all(s.kind is not SourceKind.DIRECT or s.source_id == 0 for s in sources)


@pytest.mark.parametrize(
    ("state", "is_held", "is_sure", "unassign"),
    [
        (AssignmentState.ACTIVE, True, True, -1),
        (IN_ERROR, True, False, -1),
        (OFF, True, False, -1),
        (BLOCKED, False, False, 0),
        (GONE, False, False, None),
    ],
)
def test_each_state_of_an_assignment(
    state: AssignmentState, is_held: bool, is_sure: bool, unassign: int | None
) -> None:
    """Graph's four, and what a deleted user held: whether the product is held, for how long, and what it frees."""
    source = w.direct(w.E3, state=state)
    held = holding(w.CATALOG, [source])
    assert (held.holds(w.E3), bool(held.plans), bool(held.sure), bool(seats([source]))) == (
        is_held,
        is_held,
        is_sure,
        is_held,
    )
    changes = plan(Unassign(w.E3), w.person(source), w.COMMERCIAL, w.CATALOG).changes
    assert [c.seat for c in changes] == ([] if unassign is None else [unassign])


def test_three_sources_of_one_product_are_one_seat_and_on_is_on() -> None:
    """Direct and from two groups: a plan is off only where every source has it off."""
    both, teams = SWAY | {w.TEAMS}, frozenset({w.TEAMS})
    sources = (w.direct(w.E3, both), w.via(w.E3, 11, both), w.via(w.E3, 12, teams))
    assert seats(sources) == {(w.E3, 0)}
    held = holding(w.CATALOG, sources)
    assert w.SWAY in held.plans
    assert w.TEAMS not in held.plans


@pytest.mark.parametrize(
    "intent",
    [
        Unassign(w.E3),
        Unassign(w.E3, frozenset({Reason.SHARED_OVER, Reason.UNKNOWN_PATH})),
        Assign(w.E3),
        Assign(w.E3, frozenset()),
        Assign(w.E3, frozenset({w.SWAY, w.TEAMS})),
        Assign(w.E3, KEEP, frozenset({Reason.SHARED_OVER})),
        Swap(w.E3, w.E5),
        Swap(w.E3, w.E5, frozenset(), frozenset({Reason.SHARED_OVER})),
        Replace(frozenset({w.E3, w.E5})),
        UnassignAll(frozenset({Reason.SHARED_OVER})),
        SetPlans(w.E3, frozenset({w.SWAY}), frozenset({w.TEAMS})),
        TakeOver(21, w.PLANNER_1, move=True),
        Undo(7),
        Undo(7, 12, frozenset({Reason.SHARED_OVER})),
    ],
)
def test_an_intent_is_read_back_as_it_was_written(intent: Intent) -> None:
    """I-8: `keep` and the empty set stay two things."""
    assert from_text(to_text(intent)) == intent
    assert to_text(from_text(to_text(intent))) == to_text(intent)


def test_an_intent_of_a_later_release_is_refused() -> None:
    """Never guessed."""
    with pytest.raises(BadInput) as refused:
        from_text('{"verb":"teleport"}')
    assert (refused.value.code, refused.value.details) == ("unknown_intent", {"verb": "teleport"})
