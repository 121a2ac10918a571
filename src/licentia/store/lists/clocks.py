"""Grace periods that end soon: how many, and the first. Read by the instant at which they end; never counted over a tenant."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from licentia.domain.instants import Instant
from licentia.store import sql

CAP = 10_000
"""Up to so many are counted exactly."""


@dataclass(frozen=True, slots=True)
class Ending:
    """So many clocks of a kind end, CAP + 1 for more; the first of them, and of whom."""

    count: int
    first_at: Instant
    object_id: str
    display_name: str
    is_deleted: bool


def ending(tenant_id: int, kind: str, until: Instant) -> Ending | None:
    """Clocks of this kind that end at or before `until`; None when there are none."""
    params = {"tenant": tenant_id, "kind": kind, "until": until, "top": CAP + 1}
    where = "k.tenant_id = %(tenant)s AND k.due_at <= %(until)s AND k.kind = %(kind)s"
    first = sql.row(
        "SELECT k.due_at, u.object_id, u.display_name, u.deleted_at IS NOT NULL FROM clock k "
        f"JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id WHERE {where} "
        "ORDER BY k.due_at, k.user_id LIMIT 1",
        params,
    )
    if first is None:
        return None
    count = sql.value(f"SELECT count(*) FROM (SELECT 1 FROM clock k WHERE {where} LIMIT %(top)s) AS counted", params)
    at, object_id, name, is_deleted = first
    return Ending(int(count), at, object_id, name, bool(is_deleted))


def next_end(tenant_id: int, kind: str) -> Instant | None:
    """When the first clock of this kind ends; None when none runs."""
    found = sql.value(
        "SELECT k.due_at FROM clock k WHERE k.tenant_id = %(tenant)s AND k.kind = %(kind)s "
        "ORDER BY k.due_at, k.user_id LIMIT 1",
        {"tenant": tenant_id, "kind": kind},
    )
    return None if found is None else int(found)


def per_day(tenant_id: int, kind: str, edges: Sequence[Instant]) -> list[int]:
    """How many clocks of this kind end from each edge until the next, CAP + 1 for more."""
    spans = [(n, low, high) for n, (low, high) in enumerate(pairwise(edges))]
    found = sql.rows(
        "SELECT days_.n, (SELECT count(*) FROM (SELECT 1 FROM clock k WHERE k.tenant_id = %(tenant)s "
        "AND k.due_at >= days_.low AND k.due_at < days_.high AND k.kind = %(kind)s LIMIT %(top)s) AS counted) "
        f"FROM {sql.each('days', ('n', 'low', 'high'))} ORDER BY days_.n",
        {"tenant": tenant_id, "kind": kind, "days": json.dumps(spans), "top": CAP + 1},
    )
    return [int(count) for _n, count in found]
