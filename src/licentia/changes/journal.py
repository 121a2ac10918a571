"""Writes a transaction's part of the journal and links it to the one before by its hash; verifies the chain.

Every door ends with `write`, last in its transaction. Never message or file content in a row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple

from licentia.domain.happenings import of_product
from licentia.domain.instants import Instant
from licentia.domain.permissions import Actor
from licentia.store.bulk import journal as rows_of

NOTHING = "\\N"
"""An absent before or after in the chain's text."""


class Entry(NamedTuple):
    """One row: what happened to which object; canonical texts before and after (None: was not, is not there)."""

    kind: str
    object_kind: str
    object_id: int
    before: str | None = None
    after: str | None = None


Row = tuple[str, str, int, str | None, str | None]
"""An Entry, or the same five fields."""


def canonical(fields: dict[str, object]) -> str:
    """The one text of these fields: sorted keys, no blanks, UTF-8."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def write(
    tenant_id: int,
    *,
    door: str,
    actor: Actor,
    now: Instant,
    entries: Sequence[Row],
    plan_id: int | None = None,
    moments: Sequence[Instant] | None = None,
) -> int:
    """The last number written. `moments` gives each row its own instant (clocks); else all have `now`."""
    head = rows_of.lock_head(tenant_id, now)
    segment_id, first = head.segment_id + 1, head.seq + 1
    last = head.seq + len(entries)
    rows = [
        (tenant_id, seq, segment_id, at, *entry)
        for seq, at, entry in zip(range(first, last + 1), moments or [now] * len(entries), entries, strict=True)
    ]
    facts = (door, plan_id, actor.kind.value, actor.id, actor.name, now, first, last)
    digest = segment_hash(head.hash, facts, [row[1:] for row in rows])
    rows_of.append(rows, (tenant_id, segment_id, *facts, head.hash, digest))
    origin = -segment_id if plan_id is None else plan_id
    rows_of.count_events([(tenant_id, *one) for one in _events(entries, first, segment_id, origin)])
    return last


def _events(entries: Sequence[Row], first: int, segment_id: int, origin: int) -> list[tuple[object, ...]]:
    """Per product and what happened to it: origin, first and last number, the first row's object, how many rows."""
    found: dict[tuple[str, str], list[int]] = {}
    for at, (kind, _what, _which, before, after) in enumerate(entries):
        about = of_product(kind, before, after)
        if about is not None:
            found.setdefault(about, []).append(at)
    return [
        (sku, origin, what, first + at[0], first + at[-1], segment_id, *entries[at[0]][1:3], len(at))
        for (sku, what), at in found.items()
    ]


def segment_hash(previous: str, facts: tuple[object, ...], rows: Sequence[tuple[object, ...]]) -> str:
    """SHA-256, hexadecimal, over UTF-8 lines: a JSON array of previous hash and segment facts, then each row.

    A row's fields, tab-separated, are seq, segment, at, kind, object kind, object id, before, after; an absent value
    is \\N, which is no JSON text, and canonical JSON holds no raw tab or line end: every text has one reading.
    """
    lines = [json.dumps([previous, *facts], ensure_ascii=False, separators=(",", ":"))]
    lines += [
        f"{seq}\t{segment}\t{at}\t{kind}\t{what}\t{which}"
        f"\t{NOTHING if before is None else before}\t{NOTHING if after is None else after}"
        for seq, segment, at, kind, what, which, before, after in rows
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
