"""Every sentence of the command line's tables and of the rule book, with sample words; for a person to read."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from licentia.cli import sentences
from licentia.cli.userview import clock_word
from licentia.domain import rulebook
from licentia.domain.facts import ClockKind, SourceKind
from licentia.domain.lifecycle import PauseReason, PlanState, StepState
from licentia.domain.reasons import Reason
from licentia.odata.filters import FilterError, FilterErrorCode

DETAILS: dict[str, Any] = {
    "candidates": (("Visio Plan 1", "VISIOONLINE_PLAN1"), ("Visio Plan 1", "VISIO_PLAN1_DEPT")),
    "column": "Usage location",
    "columns": ("Name", "Mail"),
    "detail": "…",
    "expected": 5,
    "first_line": 2,
    "found": 4,
    "free": 97,
    "kind": "xlsx",
    "known": "id, displayName",
    "line": 7,
    "n": 1_184,
    "name": "contoso.example",
    "need": 279,
    "path": "users.bad-rows.csv",
    "percent": 31,
    "plan": 3,
    "product": "Microsoft 365 E3",
    "sku": "05e9a617-0261-4cee-bb44-138d3ef5d965",
    "state": "discarded",
    "text": "Jansen",
    "value": "yes",
    "verb": "swap",
}
BY_CODE = {"bad_json": {"column": 14, "detail": "Expecting value"}, "store_newer": {"found": "0009_later"}}
WORDS = {
    "date": "23-12-2026",
    "product": "Microsoft 365 F3",
    "addon": "Audio Conferencing",
    "service": "Teams",
    "services": "Sway",
    "limit": "50",
}


def every_sentence(lang: str) -> str:
    """All of them, under headings that are codes."""
    parts = []
    for title, table in (
        ("BAD INPUT", sentences.BAD_INPUT),
        ("REFUSED", sentences.REFUSED),
        ("STORE", sentences.STORE),
        ("ROW", sentences.ROW),
    ):
        parts.append(
            [title, *(f"{code}: {say(DETAILS | BY_CODE.get(code, {}))}" for code, say in sorted(table.items()))]
        )
    faults = [f"{code.value}: {sentences.filter_sentence(FilterError(code, 11))}" for code in FilterErrorCode]
    parts.append(["FILTER", *faults])
    reasons = []
    for reason in Reason:
        subject = "Audio Conferencing|Teams" if reason in (Reason.DEPENDENCY, Reason.CONFLICT) else "4"
        reasons.append(f"{reason.value}: {sentences.reason(reason, subject)} [{sentences.reason_word(reason.value)}]")
    parts.append(["REASON", *reasons])
    words = [sentences.plan_state(one.value) for one in PlanState] + [
        sentences.step_state(one.value) for one in StepState
    ]
    words += [sentences.pause_reason(one.value) for one in PauseReason] + [clock_word(one.value) for one in ClockKind]
    words += [sentences.source_kind(int(kind), "Sales") for kind in SourceKind]
    words += [sentences.journal_kind(kind, "Visio Plan 2") for kind in sentences.JOURNAL]
    words += [say() for say in sentences.CAPABILITY.values()]
    parts.append(["WORDS", *words])
    filled = defaultdict(lambda: "…", WORDS)
    rules = [
        " ".join(filter(None, (f"{rule.id}:", rule.sentence(lang).format_map(filled), rule.undo(lang))))
        for rule in rulebook.load().by_id.values()
    ]
    parts.append(["RULES", *rules])
    return "\n\n".join("\n".join(part) for part in parts)
