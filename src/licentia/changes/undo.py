"""What undo reads: a plan's journal rows as records per user, and which later plan changed somebody since.

The decision is `domain.undoing`'s.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from licentia.changes.who import CHUNK
from licentia.domain.facts import AssignmentState, Source, SourceKind
from licentia.domain.intents import Intent, Undo
from licentia.domain.planning import Verdict
from licentia.domain.reasons import BadInput, Reason
from licentia.domain.undoing import Recorded
from licentia.store.lists import undoing as list_of

Record = tuple[tuple[str | None, str | None], ...]
"""(before, after) texts of the journal, one per source that the plan changed for this user."""


def targets(tenant_id: int, plan_id: int, user_id: int | None) -> Iterator[list[tuple[int, Record | None]]]:
    """The users whom the plan changed, with their records, in chunks; BadInput when it changed nobody."""
    found_any = False
    for first, last in list_of.segments(tenant_id, plan_id):
        records: dict[int, list[tuple[str | None, str | None]]] = defaultdict(list)
        for user, before, after in list_of.license_rows(tenant_id, first, last, user_id):
            records[user].append((before, after))
        chunk: list[tuple[int, Record | None]] = [(user, tuple(rows)) for user, rows in sorted(records.items())]
        found_any = found_any or bool(chunk)
        for start in range(0, len(chunk), CHUNK):
            yield chunk[start : start + CHUNK]
    if not found_any:
        raise BadInput("nothing_to_undo", plan=plan_id)


def understand(record: Record) -> tuple[Recorded, ...]:
    """The record in the rules' terms."""
    return tuple(_recorded(before, after) for before, after in record)


def _recorded(before: str | None, after: str | None) -> Recorded:
    old, new = source_of(before), source_of(after)
    one = old or new
    assert one is not None
    return Recorded((one.sku_id, one.kind, one.source_id), old, new)


def source_of(text: str | None) -> Source | None:
    """A source from the journal's text."""
    if text is None:
        return None
    fields = json.loads(text)
    return Source(
        sku_id=fields["sku"],
        kind=SourceKind(fields["kind"]),
        source_id=fields["id"],
        disabled_plans=frozenset(fields["disabled"]),
        state=AssignmentState(fields["state"]),
    )


def later_plans(tenant_id: int, intent: Intent, users: list[int]) -> dict[int, int]:
    """By user, the latest plan that changed a license after the plan being undone; only users changed since."""
    if not isinstance(intent, Undo):
        return {}
    return list_of.later_plans(tenant_id, users, list_of.last_seq(tenant_id, intent.plan_id))


def naming(verdict: Verdict, later_plan: int | None) -> Verdict:
    """The verdict, naming the plan that changed the user since."""
    if verdict.reason is Reason.CHANGED_SINCE and later_plan is not None:
        return replace(verdict, subject=str(later_plan))
    return verdict
