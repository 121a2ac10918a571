"""The one table of codes: each has an outcome and an exit status, and says whose fault it is."""

from __future__ import annotations

import pytest

from licentia.domain.planning import because
from licentia.domain.reasons import REASONS, BadInput, NotPermitted, Outcome, Reason, Refused


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_line_and_gives_its_outcome(reason: Reason) -> None:
    """No reason makes anybody ready."""
    rule = REASONS[reason]
    assert rule.outcome is not Outcome.READY
    assert because(reason, "x").outcome is rule.outcome
    assert because(reason, "x").subject == "x"


def test_only_nothing_to_do_is_no_error() -> None:
    """Not held, no member, not deleted and already so end with exit status 0; the rest, a stale skip too, with 1."""
    nothing = {Reason.NOT_HELD, Reason.ALREADY, Reason.NOT_MEMBER, Reason.NOT_DELETED}
    assert {reason for reason, rule in REASONS.items() if not rule.is_error} == nothing
    assert REASONS[Reason.STALE].outcome is Outcome.SKIPPED


def test_choices_are_what_an_administrator_can_accept() -> None:
    """R-12, R-33."""
    choices = {reason for reason, rule in REASONS.items() if rule.outcome is Outcome.CHOICE}
    assert choices == {Reason.SHARED_OVER, Reason.UNKNOWN_PATH}


def test_errors_carry_a_code_and_what_its_sentence_needs() -> None:
    """Text is made at the edge, in the reader's language."""
    assert (Refused("over_limit", n=7).code, Refused("over_limit", n=7).details) == ("over_limit", {"n": 7})
    assert (BadInput("no_who").code, BadInput("no_who").details) == ("no_who", {})
    assert NotPermitted("read").needs == "read"
