"""Every sentence of the command line's tables and of the rule book, with sample words; for a person to read."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from licentia.cli import usage
from licentia.cli.sentences import missing, ruling, said
from licentia.cli.sentences import reason as why
from licentia.domain import rulebook
from licentia.domain.facts import AssignmentError, ClockKind, SourceKind
from licentia.domain.finders import NotKnown
from licentia.domain.group_facts import GroupKind
from licentia.domain.lifecycle import PauseReason, PlanState, StepState
from licentia.domain.permissions import Role
from licentia.domain.reasons import BadInput, NotPermitted, Reason, Refused
from licentia.domain.seats import Acts
from licentia.domain.subscriptions import BillingAccount, SubscriptionState
from licentia.odata.filters import FilterError, FilterErrorCode
from licentia.store.writing import StoreError
from licentia.words import sentences
from licentia.words.said import finding, groups, operators, subscriptions
from licentia.words.users import clock_word

DETAILS: dict[str, Any] = {
    "addon": "Audio Conferencing",
    "candidates": (("Visio Plan 1", "VISIOONLINE_PLAN1"), ("Visio Plan 1", "VISIO_PLAN1_DEPT")),
    "certificate": "server.pem",
    "column": "Usage location",
    "columns": ("Name", "Mail"),
    "date": "23-12-2026",
    "detail": "…",
    "expected": 5,
    "finder": "duplicate",
    "first_line": 2,
    "found": 4,
    "free": 97,
    "group": "Sales",
    "high": 3_650,
    "key": "server.key",
    "kind": "xlsx",
    "known": "id, displayName",
    "least": 25,
    "line": 7,
    "low": 1,
    "n": 1_184,
    "name": "contoso.example",
    "need": 279,
    "option": "--confirm",
    "path": "users.bad-rows.csv",
    "percent": 31,
    "plan": 3,
    "product": "Microsoft 365 E3",
    "reason": "Board",
    "ruling": "assigned",
    "service": "Teams",
    "sku": "05e9a617-0261-4cee-bb44-138d3ef5d965",
    "state": "discarded",
    "tenant": "contoso.example",
    "text": "Jansen",
    "user": "anna@contoso.example",
    "why": "…",
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
    "group": "Sales",
    "buyer": "Daan Bos",
    "a": "Exchange Online (Plan 1)",
    "b": "Exchange Online (Plan 2)",
    "days": "90",
}


def every_sentence(lang: str) -> str:
    """All of them, under headings that are codes."""
    parts = []
    for title, error, table in (
        ("BAD INPUT", BadInput, sentences.BAD_INPUT | usage.BAD_INPUT),
        ("REFUSED", Refused, sentences.REFUSED | usage.REFUSED),
        ("STORE", StoreError, sentences.STORE),
    ):
        parts.append([title, *(f"{code}: {said(error(code, **_details(code)))}" for code in sorted(table))])
    parts.append(["ROW", *(f"{code}: {say(_details(code))}" for code, say in sorted(sentences.ROW.items()))])
    faults = [f"{code.value}: {sentences.filter_sentence(FilterError(code, 11))}" for code in FilterErrorCode]
    parts.append(["FILTER", *faults])
    reasons = []
    for reason in Reason:
        subject = "Audio Conferencing|Teams" if reason in (Reason.DEPENDENCY, Reason.CONFLICT) else "4"
        reasons.append(f"{reason.value}: {why(reason, subject)} [{sentences.reason_word(reason.value)}]")
    parts.append(["REASON", *reasons])
    words = [sentences.plan_state(one.value) for one in PlanState] + [
        sentences.step_state(one.value) for one in StepState
    ]
    words += [sentences.pause_reason(one.value) for one in PauseReason] + [clock_word(one.value) for one in ClockKind]
    words += [sentences.source_kind(int(kind), "Sales") for kind in SourceKind]
    words += [sentences.journal_kind(kind, "Visio Plan 2") for kind in sentences.JOURNAL]
    words += [say() for say in sentences.CAPABILITY.values()]
    parts.append(["WORDS", *words])
    parts.extend(_topics())
    filled = defaultdict(lambda: "…", WORDS)
    rules = [
        " ".join(filter(None, (f"{rule.id}:", rule.sentence(lang).format_map(filled), rule.undo(lang))))
        for rule in rulebook.load().by_id.values()
    ]
    parts.append(["RULES", *rules])
    return "\n\n".join("\n".join(part) for part in parts)


def _details(code: str) -> dict[str, Any]:
    return DETAILS | BY_CODE.get(code, {})


def _topics() -> list[list[str]]:
    """What only some commands say, under headings of their own."""
    rulings = [f"{code}: {ruling(code, DETAILS)}" for code in subscriptions.RULING]
    bought = [subscriptions.account_word(one.value) for one in BillingAccount]
    bought += [subscriptions.state_word(one.value) for one in SubscriptionState]
    bought += [subscriptions.acts_word(one) for one in Acts]
    errors = [f"{one.value}: {groups.error_word(one.value)}" for one in AssignmentError]
    errors += [f"{one.value}: {groups.error_fix(one.value, is_held=False)}" for one in AssignmentError]
    errors.append(f"DependencyViolation: {groups.error_fix('DependencyViolation', is_held=True)}")
    kinds = [groups.kind_word(one) for one in (*(kind.value for kind in GroupKind), None)]
    kinds += [groups.membership_word(rule, synced) for rule, synced in (("", False), ("x", None), ("", True))]
    finders = [finding.FINDER[kind]() for kind in finding.FINDER]
    finders += [missing(one, n) for one in NotKnown for n in (1, 1_184)]
    turned_away = [f"{code}: {said(NotPermitted(code, **DETAILS))}" for code in sorted(operators.NOT_PERMITTED)]
    return [
        ["RULING", *rulings],
        ["SUBSCRIPTION", *bought],
        ["LICENSE ERROR", *errors],
        ["GROUP", *kinds],
        ["FINDER", *finders],
        ["NOT PERMITTED", *turned_away],
        ["ROLE", *(operators.role_word(role.value) for role in Role)],
    ]
