"""Proves the journal's chain: every segment's hash recomputed from its rows, nothing missing, changed, swapped or added.

Reads only. A chain in the same database cannot show a cut tail; a copy of its head kept elsewhere can.
"""

from __future__ import annotations

from dataclasses import dataclass

from licentia.changes.journal import segment_hash
from licentia.store.lists import audit


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What verification found. `broken` is the first segment that is not as it was written; None: intact."""

    segments: int
    rows: int
    head: str
    broken: int | None
    why: str = ""


def verify_chain(tenant_id: int) -> ChainReport:
    """The report on a tenant's whole journal."""
    previous, expected_seq, segments, last_id = "", 1, 0, 0
    while batch := audit.segments(tenant_id, last_id, 200):
        for segment in batch:
            last_id = segment.id
            why = _why(tenant_id, segment, previous, expected_seq, segments + 1)
            if why:
                return ChainReport(segments, expected_seq - 1, previous, segment.id, why)
            previous, expected_seq, segments = segment.hash, segment.last_seq + 1, segments + 1
    return _against_head(tenant_id, previous, expected_seq - 1, segments)


def _why(tenant_id: int, segment: audit.SegmentRow, previous: str, expected_seq: int, expected_id: int) -> str:
    if segment.id != expected_id:
        return "segment_missing"
    if segment.first_seq != expected_seq:
        return "rows_missing"
    if segment.previous_hash != previous:
        return "not_linked"
    rows = audit.rows_between(tenant_id, segment.first_seq, segment.last_seq)
    facts = (
        segment.door,
        segment.plan_id,
        segment.actor_kind,
        segment.actor_id,
        segment.actor_name,
        segment.at,
        segment.first_seq,
        segment.last_seq,
    )
    return "" if segment_hash(previous, facts, rows) == segment.hash else "rows_changed"


def _against_head(tenant_id: int, previous: str, last_seq: int, segments: int) -> ChainReport:
    head_seq, head_segment, head_hash = audit.head(tenant_id)
    if (head_seq, head_segment, head_hash) != (last_seq, segments, previous):
        return ChainReport(segments, last_seq, previous, segments + 1, "tail_missing")
    if audit.count_rows(tenant_id) != (last_seq, last_seq):
        return ChainReport(segments, last_seq, previous, segments, "rows_added")
    return ChainReport(segments, last_seq, previous, None)
