"""The journal's rows: the head is locked last, numbers follow commit order, rows are only ever added.

Knows nothing of what the rows mean; hashing is changes.journal's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from licentia.domain.instants import Instant
from licentia.domain.reasons import BadInput
from licentia.store import sql

COLUMNS = ("tenant_id", "seq", "segment_id", "at", "kind", "object_kind", "object_id", "before", "after")
SEGMENT_COLUMNS = (
    "tenant_id",
    "id",
    "door",
    "plan_id",
    "actor_kind",
    "actor_id",
    "actor_name",
    "at",
    "first_seq",
    "last_seq",
    "previous_hash",
    "hash",
)

EVENT_COLUMNS = (
    "tenant_id",
    "sku_id",
    "origin",
    "kind",
    "first_seq",
    "last_seq",
    "segment_id",
    "object_kind",
    "object_id",
    "counted",
)


@dataclass(frozen=True, slots=True)
class Head:
    """Where a tenant's journal ends."""

    seq: int
    segment_id: int
    hash: str


def open_head(tenant_id: int) -> None:
    """A new tenant's journal begins."""
    sql.execute(
        "INSERT INTO head (tenant_id, seq, segment_id, hash, last_now) VALUES (%(tenant)s, 0, 0, '', 0)",
        {"tenant": tenant_id},
    )


def has_head(tenant_id: int) -> bool:
    """Whether the tenant's journal can be written; a tenant that is being deleted has no head."""
    return sql.row("SELECT 1 FROM head WHERE tenant_id = %(tenant)s", {"tenant": tenant_id}) is not None


def lock_head(tenant_id: int, now: Instant) -> Head:
    """The head, held until the transaction ends; remembers `now` so that time never runs back."""
    found = sql.row(
        "UPDATE head SET last_now = CASE WHEN last_now > %(now)s THEN last_now ELSE %(now)s END "
        "WHERE tenant_id = %(tenant)s RETURNING seq, segment_id, hash",
        {"tenant": tenant_id, "now": now},
    )
    if found is None:
        raise BadInput("tenant_gone")
    return Head(*found)


def end_seq(tenant_id: int) -> int:
    """The last number of the journal now."""
    return int(sql.value("SELECT seq FROM head WHERE tenant_id = %(tenant)s", {"tenant": tenant_id}) or 0)


def append(rows: Sequence[tuple[object, ...]], segment: tuple[object, ...]) -> None:
    """The rows and their segment are in the journal, and the head points at them."""
    sql.insert("journal", COLUMNS, rows)
    sql.insert("segment", SEGMENT_COLUMNS, [segment])
    named = dict(zip(SEGMENT_COLUMNS, segment, strict=True))
    sql.execute(
        "UPDATE head SET seq = %(last_seq)s, segment_id = %(id)s, hash = %(hash)s WHERE tenant_id = %(tenant)s",
        {
            "tenant": named["tenant_id"],
            "last_seq": named["last_seq"],
            "id": named["id"],
            "hash": named["hash"],
        },
    )


def count_events(events: Sequence[tuple[object, ...]]) -> None:
    """These rows of the journal are counted on their products: on the line of their plan, where there is one."""
    if not events:
        return
    marks = ", ".join(["%s"] * len(EVENT_COLUMNS))
    sql.execute_many(
        f"INSERT INTO product_event ({', '.join(EVENT_COLUMNS)}) VALUES ({marks}) "
        "ON CONFLICT (tenant_id, sku_id, origin, kind) DO UPDATE SET last_seq = excluded.last_seq, "
        "counted = product_event.counted + excluded.counted",
        events,
    )


def changed_users(tenant_id: int, users: list[int], since_seq: int) -> set[int]:
    """Those of these users whom the journal names after `since_seq`."""
    among = sql.among("users")
    found = sql.rows(
        "SELECT DISTINCT object_id FROM journal WHERE tenant_id = %(tenant)s AND object_kind = 'user' "
        f"AND object_id {among} AND seq > %(since)s",
        {"tenant": tenant_id, "users": sql.listed(users), "since": since_seq},
    )
    return {row[0] for row in found}


def written_by_others(tenant_id: int, plan_id: int, since_seq: int) -> int:
    """How many rows the journal has after `since_seq` that are not this plan's own."""
    found = sql.value(
        "SELECT h.seq - %(since)s - coalesce((SELECT sum(s.last_seq - s.first_seq + 1) FROM segment s "
        "WHERE s.tenant_id = %(tenant)s AND s.first_seq > %(since)s AND s.id IN (SELECT g.id FROM segment g "
        "WHERE g.tenant_id = %(tenant)s AND g.plan_id = %(plan)s)), 0) "
        "FROM head h WHERE h.tenant_id = %(tenant)s",
        {"tenant": tenant_id, "plan": plan_id, "since": since_seq},
    )
    return int(found or 0)


SHARED_KINDS = ("never", "group", "product", "purchase", "tenant")
"""Objects whose change may change the facts of many users."""


def shared_facts_changed(tenant_id: int, since_seq: int) -> bool:
    """Whether the journal names an object after `since_seq` on which many users' facts rest."""
    kinds = ", ".join(f"'{kind}'" for kind in SHARED_KINDS)
    return bool(
        sql.row(
            f"SELECT 1 FROM journal WHERE tenant_id = %(tenant)s AND object_kind IN ({kinds}) "
            "AND seq + 0 > %(since)s LIMIT 1",  # by the object's index: these are few, a plan's own rows are many
            {"tenant": tenant_id, "since": since_seq},
        )
    )
