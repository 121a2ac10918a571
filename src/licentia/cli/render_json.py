"""Plans as JSON for programs: the same values as the text views, names in Graph's manner, instants in ISO 8601 UTC.

Stable: a field is added, never changed. Sentences are not for programs; rules are named by number.
"""

from __future__ import annotations

from typing import Any

from licentia.cli.subscription_json import saving_json
from licentia.domain.instants import to_iso

_INSTANTS = ("created_at", "start_at", "started_at", "finished_at", "undo_until")
_NAMES = {
    "id": "id",
    "verb": "verb",
    "state": "state",
    "pause_reason": "pauseReason",
    "is_inline": "isInline",
    "undo_of": "undoOf",
    "actor_name": "madeBy",
    "created_at": "createdDateTime",
    "start_at": "startDateTime",
    "is_unattended": "isUnattended",
    "approved_by": "approvedBy",
    "started_at": "startedDateTime",
    "finished_at": "finishedDateTime",
    "undo_until": "undoUntilDateTime",
    "users": "users",
    "ready": "ready",
    "choice": "choice",
    "skipped": "skipped",
    "refused": "refused",
    "verified": "verified",
    "failed": "failed",
    "skipped_late": "skippedLate",
    "seats_freed": "seatsFreed",
    "undone": "undone",
    "catalog_version": "catalogVersion",
    "rules_version": "rulesVersion",
}


def header(plan: dict[str, Any]) -> dict[str, Any]:
    """A plan's header."""
    found: dict[str, Any] = {}
    for name, shown in _NAMES.items():
        value = plan[name]
        if name in _INSTANTS and value is not None:
            value = to_iso(value)
        found[shown] = bool(value) if name.startswith("is_") else value
    return found


def preview(shown: Any) -> dict[str, Any]:
    """A plan's preview."""
    return {
        "plan": header(shown.plan),
        "skuId": shown.sku_id,
        "undoOf": shown.undo_plan,
        "plannedStartDateTime": to_iso(shown.start),
        "undoUntilDateTime": None if shown.undo_until is None else to_iso(shown.undo_until),
        "removed": shown.removed,
        "added": shown.added,
        "isCopy": shown.is_copy,
        "consequences": [
            {
                "rule": line.rule.id,
                "key": line.rule.key,
                "severity": line.rule.severity,
                "users": line.users,
                "dateTime": None if line.at is None else to_iso(line.at),
                "parameters": dict(line.params),
                "confidence": line.rule.confidence,
                "source": line.rule.source,
                "sourceDate": line.rule.source_date,
                "readOn": line.rule.read_on,
            }
            for line in shown.lines
        ],
        "reasons": [
            {"outcome": r.outcome.value, "reason": r.reason.value, "subject": r.subject, "users": r.users}
            for r in shown.reasons
        ],
        "seats": [{"skuId": s.sku_id, "needed": s.needed, "free": s.free} for s in shown.seats],
        "savings": [saving_json(one) for one in shown.savings],
    }


def result(plan: dict[str, Any], results: dict[tuple[str, str | None], int]) -> dict[str, Any]:
    """What became of a plan that ran."""
    ended = sorted(results.items(), key=str)
    return {
        "plan": header(plan),
        "steps": [{"state": state, "reason": reason, "users": n} for (state, reason), n in ended],
    }
