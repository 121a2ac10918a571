"""Undo per source: back as it was, already so, or changed since; and what undo can no longer bring back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain import world as w
from licentia.domain.facts import UNKNOWN, AssignmentState, ClockKind, Source, UserFacts
from licentia.domain.intents import Assign, Unassign
from licentia.domain.planning import Verdict, key_of, plan
from licentia.domain.reasons import Outcome, Reason
from licentia.domain.undoing import Recorded, plan_undo

SWAY = frozenset({w.SWAY})
ALL = frozenset(Reason)


def recorded(before: Source | None, after: Source | None) -> Recorded:
    """What the journal keeps of one source."""
    one = before or after
    assert one is not None
    return Recorded(key_of(one), before, after)


def undo(facts: UserFacts, *record: Recorded, accept: frozenset[Reason] = ALL) -> Verdict:
    """The verdict on undoing it."""
    return plan_undo(record, facts, w.COMMERCIAL, w.CATALOG, accept)


TAKEN = recorded(w.direct(w.E3), None)
GIVEN = recorded(None, w.direct(w.E3))
TRIMMED = recorded(w.direct(w.E3), w.direct(w.E3, SWAY))


@pytest.mark.parametrize(
    ("facts", "record", "before", "after", "seat"),
    [
        (w.HUGO, TAKEN, None, w.direct(w.E3), 1),
        (w.BRAM, TAKEN, None, w.direct(w.E3), 0),
        (w.ANNA, GIVEN, w.direct(w.E3), None, -1),
        (w.CARLA, GIVEN, w.direct(w.E3), None, 0),
        (w.person(w.direct(w.E3, SWAY)), TRIMMED, w.direct(w.E3, SWAY), w.direct(w.E3), 0),
        (w.HUGO, recorded(w.somehow(w.E3), None), None, w.somehow(w.E3), 1),
        (
            w.ANNA,
            recorded(w.direct(w.E3, state=AssignmentState.ERROR), w.direct(w.E3)),
            w.direct(w.E3),
            w.direct(w.E3, state=AssignmentState.ERROR),
            -1,
        ),
    ],
)
def test_what_is_as_the_plan_left_it_goes_back(
    facts: UserFacts, record: Recorded, before: Source | None, after: Source | None, seat: int
) -> None:
    """R-37, R-40: with the seat it takes or frees, also where an assignment in error comes back."""
    verdict = undo(facts, record)
    assert verdict.outcome is Outcome.READY
    assert [(c.before, c.after, c.seat) for c in verdict.changes] == [(before, after, seat)]


@pytest.mark.parametrize(
    ("facts", "record", "reason"),
    [
        (w.ANNA, TAKEN, Reason.ALREADY),
        (w.HUGO, GIVEN, Reason.ALREADY),
        (w.person(w.direct(w.E3, SWAY)), TAKEN, Reason.CHANGED_SINCE),
        (w.person(w.direct(w.E3, SWAY)), GIVEN, Reason.CHANGED_SINCE),
        (w.HUGO, TRIMMED, Reason.CHANGED_SINCE),
        (replace(w.HUGO, has_usage_location=False), TAKEN, Reason.LOCATION_MISSING),
        (w.GRETA, GIVEN, Reason.NEVER),
        (
            w.person(w.direct(w.E3), never="board"),
            recorded(w.direct(w.E3, SWAY), w.direct(w.E3)),
            Reason.NEVER,
        ),
        (
            w.person(w.direct(w.KIOSK), w.direct(w.ARCHIVING)),
            recorded(None, w.direct(w.KIOSK)),
            Reason.DEPENDENCY,
        ),
    ],
)
def test_what_is_back_already_or_was_changed_since_is_left(facts: UserFacts, record: Recorded, reason: Reason) -> None:
    """R-34, R-35, R-36, R-40: an undo obeys the rules of every change and never overwrites a later one."""
    verdict = undo(facts, record)
    assert (verdict.reason, verdict.changes) == (reason, ())


def test_the_never_list_lets_what_was_taken_come_back() -> None:
    """R-34: it protects from taking, not from giving."""
    assert undo(replace(w.HUGO, never="board"), TAKEN).outcome is Outcome.READY


def test_the_rest_goes_on_and_says_so() -> None:
    """R-40, R-54: of two sources one was changed since; the other comes back, and the verdict says part is not."""
    facts = w.person(w.direct(w.EXCHANGE_1, SWAY))
    verdict = undo(facts, TAKEN, recorded(w.direct(w.EXCHANGE_1), None))
    assert [c.after for c in verdict.changes] == [w.direct(w.E3)]
    assert "undo_partly" in w.rules(verdict)


def test_what_is_back_already_does_not_hide_behind_what_goes_back() -> None:
    """R-40: one already back, one to go: nothing is missing, so nothing is said."""
    verdict = undo(w.person(w.direct(w.EXCHANGE_1)), TAKEN, recorded(w.direct(w.EXCHANGE_1), None))
    assert [c.after for c in verdict.changes] == [w.direct(w.E3)]
    assert "undo_partly" not in w.rules(verdict)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (w.person(clocks=frozenset({ClockKind.MAILBOX_PURGE})), "mailbox_returns"),
        (w.person(mailbox=w.PURGED), "mailbox_new_empty"),
    ],
)
def test_undo_says_whether_the_mailbox_comes_back(facts: UserFacts, says: str) -> None:
    """R-29, R-30: before its grace period ended the same mailbox, afterwards an empty one."""
    assert says in w.rules(undo(facts, TAKEN))


def test_undo_of_an_assignment_has_its_own_consequences() -> None:
    """R-01: what was given last week and filled since is lost like any other."""
    verdict = undo(w.ANNA, GIVEN)
    assert "mailbox_lost" in w.rules(verdict)
    assert verdict.undo_seconds == 30 * w.DAYS


def test_undo_asks_before_a_shared_mailbox_loses_its_license() -> None:
    """R-12: the choice is asked in an undo too."""
    facts = replace(w.ANNA, mailbox=w.SHARED_LARGE)
    verdict = undo(facts, GIVEN, accept=frozenset())
    assert (verdict.outcome, verdict.reason) == (Outcome.CHOICE, Reason.SHARED_OVER)


def test_an_unread_location_is_said_when_undo_assigns_anew() -> None:
    """R-39."""
    assert "location_unknown" in w.rules(undo(replace(w.HUGO, has_usage_location=UNKNOWN), TAKEN))


@pytest.mark.parametrize(
    ("facts", "intent"),
    [
        (w.ANNA, Unassign(w.E3)),
        (w.CARLA, Unassign(w.E3)),
        (w.ESRA, Unassign(w.PLANNER_1)),
        (w.HUGO, Assign(w.E3)),
        (w.ANNA, Assign(w.E3, SWAY)),
        (w.person(w.direct(w.E3, state=AssignmentState.ERROR)), Assign(w.E3)),
    ],
)
def test_undo_after_apply_is_where_it_began(facts: UserFacts, intent: Unassign | Assign) -> None:
    """R-40: sources and seats as they were; clocks that started stop, clocks that undo starts are said."""
    done = plan(intent, facts, w.COMMERCIAL, w.CATALOG)
    later = w.after(facts, done)
    back = undo(later, *(Recorded(c.key, c.before, c.after) for c in done.changes))
    assert w.after(later, back).sources == facts.sources
    if isinstance(intent, Unassign):
        assert w.after(later, back).clocks == facts.clocks
    assert [c.seat for c in back.changes] == [-c.seat for c in done.changes]
