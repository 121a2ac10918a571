"""The rule book: numbered, sourced, dated sentences and their durations, read from rules/*.toml (I-10).

Updating a fact is editing data. No rule is applied here; `consequences` and `planning` cite by number.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from licentia.domain.instants import DAY


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `days` is a duration from the removal instant; `severity` is loss, change, unknown or safe."""

    id: str
    key: str
    severity: str
    en: str
    nl: str
    when: str
    source: str
    source_date: str
    read_on: str
    confidence: str
    undo_en: str = ""
    undo_nl: str = ""
    days: int | None = None
    superseded_by: str = ""

    def sentence(self, language: str) -> str:
        """The sentence in `nl`, or else in English, with its {parameters} unfilled."""
        return self.nl if language == "nl" else self.en

    def undo(self, language: str) -> str:
        """How it is undone, in the language; empty when there is nothing to undo."""
        return self.undo_nl if language == "nl" else self.undo_en

    @property
    def seconds(self) -> int | None:
        """`days` as seconds of 24 x 60 x 60 UTC; None without a duration."""
        return None if self.days is None else self.days * DAY // 1_000_000


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules by key and by number; `version` is a digest of the files."""

    version: str
    by_key: Mapping[str, Rule]
    by_id: Mapping[str, Rule]


@cache
def load() -> RuleBook:
    """The rule book of this release."""
    digest = hashlib.sha256()
    rules: list[Rule] = []
    folder = files("licentia.domain") / "rules"
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            raw = entry.read_bytes()
            digest.update(raw)
            rules.extend(Rule(**fields) for fields in tomllib.loads(raw.decode())["rule"])
    return RuleBook(
        version=digest.hexdigest()[:12],
        by_key={rule.key: rule for rule in rules},
        by_id={rule.id: rule for rule in rules},
    )
