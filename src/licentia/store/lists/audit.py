"""Reads of the journal: the audit list, one object's history, one plan's receipt, and segments for verification."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from licentia.domain.instants import Instant
from licentia.store import sql
from licentia.store.lists import undoing


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the journal with who did it; `object_name` is a user's name, also of one who is gone, else ''."""

    seq: int
    at: Instant
    actor_kind: str
    actor_name: str
    door: str
    plan_id: int | None
    kind: str
    object_kind: str
    object_id: int
    object_name: str
    before: str | None
    after: str | None


_SELECT = (
    "SELECT j.seq, j.at, s.actor_kind, s.actor_name, s.door, s.plan_id, j.kind, j.object_kind, j.object_id, "
    "CASE WHEN j.object_kind <> 'user' THEN '' ELSE coalesce(u.principal_name, (SELECT g.before FROM journal g "
    "WHERE g.tenant_id = j.tenant_id AND g.object_kind = 'user' AND g.object_id = j.object_id "
    "AND g.kind = 'user.gone' LIMIT 1), '') END, j.before, j.after FROM journal j "
    "JOIN segment s ON s.tenant_id = j.tenant_id AND s.id = j.segment_id "
    "LEFT JOIN users u ON u.tenant_id = j.tenant_id AND u.id = j.object_id AND j.object_kind = 'user' "
)


def _row(values: sql.Row) -> AuditRow:
    """The row; the name of a user who is gone is in what the journal kept of it."""
    row = AuditRow(*values)
    if not row.object_name.startswith("{"):
        return row
    return replace(row, object_name=json.loads(row.object_name)["userPrincipalName"])


def newest(
    tenant_id: int,
    top: int,
    *,
    before: int | None = None,
    user_id: int | None = None,
    plan_id: int | None = None,
) -> list[AuditRow]:
    """The newest rows below number `before`, of one user or one plan when asked."""
    if plan_id is not None:
        return _of_plan(tenant_id, plan_id, top, before, user_id)
    conditions, params = "", {"tenant": tenant_id, "top": top, "before": before, "user": user_id}
    if before is not None:
        conditions += " AND j.seq < %(before)s"
    if user_id is not None:  # the object's index first: ordered by number, SQLite would walk the whole journal back
        older = " AND x.seq < %(before)s" if before is not None else ""
        conditions = (
            " AND j.seq IN (SELECT x.seq FROM journal x WHERE x.tenant_id = %(tenant)s AND x.object_kind = 'user' "
            f"AND x.object_id = %(user)s{older} ORDER BY x.seq DESC LIMIT %(top)s)"
        )
    found = sql.rows(f"{_SELECT} WHERE j.tenant_id = %(tenant)s{conditions} ORDER BY j.seq DESC LIMIT %(top)s", params)
    return [_row(row) for row in found]


def of_object(tenant_id: int, kind: str, number: int, top: int, before: int | None = None) -> list[AuditRow]:
    """The newest rows below number `before` about one object that is not a user: a group, a subscription."""
    older = "" if before is None else "AND x.seq < %(before)s "
    found = sql.rows(
        f"{_SELECT} WHERE j.tenant_id = %(tenant)s AND j.seq IN (SELECT x.seq FROM journal x WHERE x.tenant_id = %(tenant)s "
        f"AND x.object_kind = %(kind)s AND x.object_id = %(number)s {older}ORDER BY x.seq DESC LIMIT %(top)s) "
        "ORDER BY j.seq DESC",
        {"tenant": tenant_id, "kind": kind, "number": number, "top": top, "before": before},
    )
    return [_row(row) for row in found]


def of_product(tenant_id: int, sku_id: str, plan_id: int | None, first: int, last: int, top: int) -> list[AuditRow]:
    """The rows of this part of the journal that name the product, in order; of one plan where there is one."""
    own = "" if plan_id is None else " AND s.plan_id = %(plan)s"
    found = sql.rows(
        f"{_SELECT} WHERE {_RANGE}{own} AND (j.before LIKE %(text)s OR j.after LIKE %(text)s) "
        "ORDER BY j.seq LIMIT %(top)s",
        {
            "tenant": tenant_id,
            "first": first,
            "last": last,
            "plan": plan_id,
            "text": f'%"sku":"{sku_id}"%',
            "top": top,
        },
    )
    return [_row(row) for row in found]


def _of_plan(tenant_id: int, plan_id: int, top: int, before: int | None, user_id: int | None) -> list[AuditRow]:
    """The plan's rows from its newest segment back, until there are `top`."""
    one = "" if user_id is None else " AND j.object_kind = 'user' AND j.object_id = %(user)s"
    rows: list[AuditRow] = []
    for first, last in reversed(undoing.segments(tenant_id, plan_id)):
        end = last if before is None else min(last, before - 1)
        if end >= first and len(rows) < top:
            params = {"tenant": tenant_id, "first": first, "last": end, "user": user_id, "top": top - len(rows)}
            found = sql.rows(f"{_SELECT} WHERE {_RANGE}{one} ORDER BY j.seq DESC LIMIT %(top)s", params)
            rows += [_row(row) for row in found]
    return rows


def receipt(tenant_id: int, plan_id: int, after: int, top: int) -> list[AuditRow]:
    """The plan's license rows after number `after`, in order: per user what was before, what is after, when and who."""
    rows: list[AuditRow] = []
    for first, last in undoing.segments(tenant_id, plan_id):
        if last > after and len(rows) < top:
            params = {"tenant": tenant_id, "first": max(first, after + 1), "last": last, "top": top - len(rows)}
            found = sql.rows(
                f"{_SELECT} WHERE {_RANGE} AND j.object_kind = 'user' AND j.kind <> 'user.gone' ORDER BY j.seq LIMIT %(top)s",
                params,
            )
            rows += [_row(row) for row in found]
    return rows


_RANGE = "j.tenant_id = %(tenant)s AND j.seq BETWEEN %(first)s AND %(last)s"


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment of the journal."""

    id: int
    door: str
    plan_id: int | None
    actor_kind: str
    actor_id: str
    actor_name: str
    at: Instant
    first_seq: int
    last_seq: int
    previous_hash: str
    hash: str


def segments(tenant_id: int, after: int, top: int) -> list[SegmentRow]:
    """Segments after number `after`, in order."""
    found = sql.rows(
        "SELECT id, door, plan_id, actor_kind, actor_id, actor_name, at, first_seq, last_seq, previous_hash, hash "
        "FROM segment WHERE tenant_id = %(tenant)s AND id > %(after)s ORDER BY id LIMIT %(top)s",
        {"tenant": tenant_id, "after": after, "top": top},
    )
    return [SegmentRow(*row) for row in found]


def rows_between(tenant_id: int, first: int, last: int) -> list[sql.Row]:
    """(seq, segment, at, kind, object kind, object id, before, after) of this part of the journal, in order."""
    return sql.rows(
        "SELECT seq, segment_id, at, kind, object_kind, object_id, before, after FROM journal "
        "WHERE tenant_id = %(tenant)s AND seq BETWEEN %(first)s AND %(last)s ORDER BY seq",
        {"tenant": tenant_id, "first": first, "last": last},
    )


def head(tenant_id: int) -> tuple[int, int, str]:
    """(last number, last segment, hash) of the journal."""
    found = sql.row("SELECT seq, segment_id, hash FROM head WHERE tenant_id = %(tenant)s", {"tenant": tenant_id})
    return (0, 0, "") if found is None else (int(found[0]), int(found[1]), str(found[2]))


def happened(tenant_id: int, after: int) -> dict[str, int]:
    """How often each kind of row came into the journal after number `after` because the tenant's time passed."""
    found = sql.rows(
        "SELECT j.kind, count(*) FROM journal j JOIN segment s ON s.tenant_id = j.tenant_id AND s.id = j.segment_id "
        "WHERE j.tenant_id = %(tenant)s AND j.seq > %(after)s AND s.door = 'advance' AND j.object_kind <> 'tenant' "
        "GROUP BY j.kind ORDER BY min(j.seq)",
        {"tenant": tenant_id, "after": after},
    )
    return {kind: int(n) for kind, n in found}


def count_rows(tenant_id: int) -> tuple[int, int]:
    """(rows, last number) in the journal; reads it all, for verification."""
    found = sql.row(
        "SELECT count(*), coalesce(max(seq), 0) FROM journal WHERE tenant_id = %(tenant)s",
        {"tenant": tenant_id},
    )
    return (int(found[0]), int(found[1])) if found else (0, 0)
