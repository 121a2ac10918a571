"""Rules of the rule book as sentences: with their words and dates filled in, and with their number (I-10)."""

from __future__ import annotations

from collections.abc import Sequence

from licentia.domain import rulebook
from licentia.domain.instants import Instant
from licentia.domain.rulebook import Rule
from licentia.words.text import Text


def consequence(text: Text, rule: Rule, params: Sequence[tuple[str, str]], at: Instant | None) -> str:
    """What a rule says of a change, with its words and its date in the tenant's zone."""
    when = "" if at is None else text.date(at)
    return rule.sentence(text.language).format(**dict(params) | {"date": when})


def cited(text: Text, key: str, at: Instant | None = None) -> str:
    """The sentence of the rule with this key, then its number: "… (R-139)"."""
    rule = rulebook.load().by_key[key]
    return f"{consequence(text, rule, (), at)} ({rule.id})"


def numbered(text: Text, number: str) -> str:
    """A rule's number, then its sentence: "R-124 …"."""
    return f"{number} {rulebook.load().by_id[number].sentence(text.language)}"
