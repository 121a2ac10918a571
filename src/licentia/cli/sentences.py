"""An expected error as one sentence with the exit status that goes with it. No rule is here."""

from __future__ import annotations

from dataclasses import dataclass

from licentia.domain.reasons import BadInput, NotPermitted, Refused
from licentia.odata.filters import FilterError
from licentia.store.writing import StoreError
from licentia.words.said.operators import not_permitted
from licentia.words.sentences import BAD_INPUT, REFUSED, STORE, capability, filter_sentence


@dataclass(frozen=True, slots=True)
class Explained:
    """A sentence and the exit status that goes with it."""

    text: str
    status: int


def explain(error: Exception) -> Explained | None:
    """The sentence for an expected error; None for a bug, which must be seen whole."""
    if isinstance(error, BadInput):
        return Explained(BAD_INPUT[error.code](error.details), 2)
    if isinstance(error, Refused):
        return Explained(REFUSED[error.code](error.details), 1)
    if isinstance(error, NotPermitted):
        return Explained(not_permitted(error, capability), 3)
    if isinstance(error, FilterError):
        return Explained(filter_sentence(error), 2)
    if isinstance(error, StoreError):
        return Explained(STORE[error.code](error.details), 2)
    return None
