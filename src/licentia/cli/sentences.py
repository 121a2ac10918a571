"""What is the matter, and what to type next, as one sentence; of an error also its exit status. No rule is here.

The cause is of `words`, the way out of `ways_out`; what only a command line says is whole in `usage`.
"""

from __future__ import annotations

from dataclasses import dataclass

from licentia.cli import usage, ways_out
from licentia.domain.finders import NotKnown
from licentia.domain.reasons import BadInput, NotPermitted, Reason, Refused
from licentia.odata.filters import FilterError
from licentia.store.writing import StoreError
from licentia.words import sentences as words
from licentia.words.parts import Details, joined
from licentia.words.said import finding, operators, subscriptions

STATUS: dict[type[Exception], int] = {BadInput: 2, Refused: 1, NotPermitted: 3, FilterError: 2, StoreError: 2}
"""The exit status that goes with an expected error."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A sentence and the exit status that goes with it."""

    text: str
    status: int


def explain(error: Exception) -> Explained | None:
    """The sentence for an expected error; None for a bug, which must be seen whole."""
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), None)
    return None if status is None else Explained(said(error), status)


def said(error: Exception) -> str:
    """An expected error in one sentence: what is the matter, and what to type next."""
    match error:
        case BadInput() if error.code in usage.BAD_INPUT:
            return usage.BAD_INPUT[error.code](error.details)
        case Refused() if error.code in usage.REFUSED:
            return usage.REFUSED[error.code](error.details)
        case NotPermitted() if error.needs not in operators.NOT_PERMITTED and error.details.get("tenant_id") == 0:
            return usage.owner_only(error.needs)
    return joined(words.cause(error) or "", _way_out(error))


def _way_out(error: Exception) -> str:
    match error:
        case BadInput():
            return ways_out.BAD_INPUT.get(error.code, ways_out.nothing)(error.details)
        case Refused():
            return ways_out.REFUSED.get(error.code, ways_out.nothing)(error.details)
        case NotPermitted():
            return ways_out.NOT_PERMITTED.get(error.needs, ways_out.nothing)(error.details)
    return ""


def reason(code: Reason, subject: str) -> str:
    """Why something else than asked happens to a user, and how it would happen all the same."""
    return joined(words.reason(code, subject), ways_out.REASON.get(code, ways_out.nothing)({"subject": subject}))


def ruling(code: str, details: Details) -> str:
    """Why something can't be done with a subscription, and what can."""
    return joined(subscriptions.ruling(code, details), ways_out.RULING.get(code, ways_out.nothing)(details))


def missing(why: NotKnown, n: int) -> str:
    """How many users a finder can't judge, for want of what, and how to see them."""
    return joined(finding.missing(why, n), ways_out.MISSING.get(why, ways_out.nothing)({"n": n}))
