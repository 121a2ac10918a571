"""Sentences about accounts: blocked, deleted, restored, by code. No rule is here."""

from __future__ import annotations

from collections.abc import Callable

from licentia.cli.said.words import Sentence, Word
from licentia.domain.permissions import Capability
from licentia.domain.reasons import Reason

BAD_INPUT: dict[str, Sentence] = {}

REFUSED: dict[str, Sentence] = {}

ROW: dict[str, Sentence] = {}

REASON: dict[Reason, Sentence] = {}

REASON_WORD: dict[Reason, Word] = {}

CAPABILITY: dict[Capability, Word] = {}

JOURNAL: dict[str, Callable[[str], str]] = {}
