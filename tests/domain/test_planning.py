"""The verdict on one user: which source may change, who must be asked, who is left alone, and what it does to seats.

Consequences have a table of their own; here it is about outcome, reason, subject and change.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain import world as w
from licentia.domain.facts import UNKNOWN, AssignmentState, Source, SourceKind, TenantFacts, UserFacts
from licentia.domain.intents import KEEP, Assign, Intent, Unassign, Undo, from_text, to_text
from licentia.domain.planning import apply_to, plan, seats
from licentia.domain.reasons import BadInput, Outcome, Reason

IN_ERROR, BLOCKED, OFF = AssignmentState.ACTIVE_WITH_ERROR, AssignmentState.ERROR, AssignmentState.DISABLED
SWAY = frozenset({w.SWAY})
ALL = frozenset(Reason)
NO_POOLS = TenantFacts()


@pytest.mark.parametrize(
    ("facts", "sku", "reason", "subject"),
    [
        (w.HUGO, w.E3, Reason.NOT_HELD, ""),
        (w.ANNA, w.E5, Reason.NOT_HELD, ""),
        (w.person(w.direct(w.E3, state=BLOCKED)), w.E3, Reason.NOT_HELD, ""),
        (w.BRAM, w.E3, Reason.INHERITED, "11,12"),
        (w.person(w.via(w.E3, state=IN_ERROR)), w.E3, Reason.INHERITED, "11"),
        (w.person(w.direct(w.E3, state=BLOCKED), w.via(w.E3)), w.E3, Reason.INHERITED, "11"),
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
        (w.IRIS, w.POWER_BI, w.direct(w.POWER_BI), -1),
    ],
)
def test_unassign_takes_one_source_and_frees_a_seat_only_when_none_is_left(
    facts: UserFacts, sku: str, gone: Source, seat: int
) -> None:
    """R-28, R-37: one seat per user, product and pool; an assignment in state Error takes none."""
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
    ],
)
def test_assign_sets_the_direct_source_and_takes_a_seat_only_for_a_new_holder(
    facts: UserFacts, intent: Assign, before: Source | None, after: Source, seat: int
) -> None:
    """R-37, I-8: exactly(set) replaces the plans, KEEP leaves them; a second source takes no second seat."""
    verdict = plan(intent, facts, w.COMMERCIAL, w.CATALOG)
    assert verdict.outcome is Outcome.READY
    assert [(c.before, c.after, c.seat) for c in verdict.changes] == [(before, after, seat)]


def test_a_purchase_is_the_only_source_of_a_product_the_organization_does_not_have() -> None:
    """R-32: without seats of the organization there is nothing to assign; with seats there is."""
    verdict = plan(Assign(w.PLANNER_1), w.DAAN, NO_POOLS, w.CATALOG)
    assert (verdict.reason, verdict.subject) == (Reason.SELF_SERVICE, "21")


@pytest.mark.parametrize(
    ("facts", "intent", "subject"),
    [
        (
            w.person(w.direct(w.KIOSK), w.direct(w.ARCHIVING)),
            Unassign(w.KIOSK),
            "Exchange Online Archiving|Exchange Online Kiosk",
        ),
        (w.HUGO, Assign(w.ARCHIVING), "Exchange Online Archiving|Exchange Online (Plan 2)"),
        (
            w.person(w.direct(w.PHONE), w.direct(w.CALLING_1)),
            Unassign(w.PHONE),
            "Microsoft 365 Domestic Calling Plan|Microsoft 365 Phone System",
        ),
        (w.HUGO, Assign(w.CALLING_1), "Microsoft 365 Domestic Calling Plan|Microsoft 365 Phone System"),
    ],
)
def test_a_documented_dependency_refuses(facts: UserFacts, intent: Unassign | Assign, subject: str) -> None:
    """R-35: what others need can't go, and what needs others can't come alone; both are named."""
    verdict = plan(intent, facts, w.COMMERCIAL, w.CATALOG)
    assert (verdict.outcome, verdict.reason) == (Outcome.REFUSED, Reason.DEPENDENCY)
    addon, service = verdict.subject.split("|")
    wanted_addon, wanted_service = subject.split("|")
    assert addon.startswith(wanted_addon)
    assert service == wanted_service


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


def test_sources_keep_the_order_of_their_keys() -> None:
    """Applying gives the same tuple whatever was changed last."""
    found = apply_to((w.direct(w.E3), w.via(w.E3)), [(None, w.direct(w.E1)), (w.via(w.E3), None)])
    assert found == (w.direct(w.E3), w.direct(w.E1))


def test_seats_are_counted_per_user_product_and_pool() -> None:
    """R-37: five assignments, two pools of one product and one of another."""
    sources = (w.direct(w.E3), w.via(w.E3), w.bought(w.E3), w.via(w.E5), w.via(w.E1, state=BLOCKED))
    assert seats(sources) == {(w.E3, 0), (w.E3, w.DAANS_PURCHASE), (w.E5, 0)}
    assert all(s.kind is not SourceKind.DIRECT or s.source_id == 0 for s in sources)


@pytest.mark.parametrize(
    "intent",
    [
        Unassign(w.E3),
        Unassign(w.E3, frozenset({Reason.SHARED_OVER, Reason.UNKNOWN_PATH})),
        Assign(w.E3),
        Assign(w.E3, frozenset()),
        Assign(w.E3, frozenset({w.SWAY, w.TEAMS})),
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
        from_text('{"verb":"resize"}')
    assert (refused.value.code, refused.value.details) == ("unknown_intent", {"verb": "resize"})
