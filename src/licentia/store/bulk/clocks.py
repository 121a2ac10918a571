"""Retention clocks that run out, and the tenant's own time. Set-based; the effects are rows, the rules are elsewhere."""

from __future__ import annotations

from licentia.domain.instants import Instant
from licentia.store import sql
from licentia.store.bulk import accounts
from licentia.store.bulk.sources import set_agenda


def due(tenant_id: int, until: Instant, top: int) -> list[tuple[str, int, Instant]]:
    """(kind, user, instant) of the clocks that run out at or before `until`, earliest first."""
    return sql.rows(
        "SELECT kind, user_id, due_at FROM clock WHERE tenant_id = %(tenant)s AND due_at <= %(until)s "
        "ORDER BY due_at, user_id, kind LIMIT %(top)s",
        {"tenant": tenant_id, "until": until, "top": top},
    )


def run_out(tenant_id: int, kind: str, users: list[tuple[int, Instant]]) -> None:
    """The clocks of this kind are gone and have had their effect, each at its own instant."""
    pairs = [[user, at] for user, at in users]
    params = {
        "tenant": tenant_id,
        "kind": kind,
        "pairs": _pairs(pairs),
        "users": sql.listed([user for user, _ in users]),
    }
    for statement in _EFFECTS.get(kind, ()):
        sql.execute(statement.replace("{pairs}", sql.each("pairs", ("user_id", "at"))), params)
    if kind == "user_purge":
        accounts.purge(tenant_id, [user for user, _ in users])
        return
    among = sql.among("users")
    sql.execute(f"DELETE FROM clock WHERE tenant_id = %(tenant)s AND kind = %(kind)s AND user_id {among}", params)


_EFFECTS: dict[str, tuple[str, ...]] = {
    "mailbox_purge": (
        "INSERT INTO mailbox (tenant_id, user_id, kind, size_bytes, has_archive, hold, is_forwarding, purged_at, read_at) "
        "SELECT %(tenant)s, pairs_.user_id, 'none', NULL, false, 'none', false, pairs_.at, pairs_.at "
        "FROM {pairs} WHERE true ON CONFLICT (tenant_id, user_id) DO UPDATE SET kind = 'none', size_bytes = NULL, "
        "has_archive = false, hold = 'none', is_forwarding = false, purged_at = excluded.purged_at, "
        "read_at = excluded.read_at",
    ),
    "archive_purge": (
        "UPDATE mailbox SET has_archive = false, read_at = pairs_.at FROM {pairs} "
        "WHERE mailbox.tenant_id = %(tenant)s AND mailbox.user_id = pairs_.user_id",
    ),
    "drive_readonly": (
        "UPDATE drive SET readonly_at = pairs_.at FROM {pairs} "
        "WHERE drive.tenant_id = %(tenant)s AND drive.user_id = pairs_.user_id",
    ),
    "drive_archive": (
        "UPDATE drive SET archived_at = pairs_.at FROM {pairs} "
        "WHERE drive.tenant_id = %(tenant)s AND drive.user_id = pairs_.user_id",
    ),
}


def _pairs(pairs: list[list[int]]) -> str:
    return "[" + ",".join(f"[{user},{at}]" for user, at in pairs) + "]"


def settle_agenda(tenant_id: int) -> None:
    """The agenda names the earliest clock that still runs, or nothing."""
    earliest = sql.value("SELECT min(due_at) FROM clock WHERE tenant_id = %(tenant)s", {"tenant": tenant_id})
    set_agenda(tenant_id, "clock", earliest)


def last_moment(tenant_id: int) -> Instant:
    """The latest instant the tenant's journal has seen."""
    return int(sql.value("SELECT last_now FROM head WHERE tenant_id = %(tenant)s", {"tenant": tenant_id}))


def move_offset(tenant_id: int, target: Instant, machine: Instant) -> int:
    """The tenant's offset, so that its time is `target` now; it only grows."""
    found = sql.value(
        "UPDATE tenant SET clock_offset = CASE WHEN clock_offset > %(offset)s THEN clock_offset ELSE %(offset)s END "
        "WHERE id = %(tenant)s RETURNING clock_offset",
        {"tenant": tenant_id, "offset": target - machine},
    )
    return int(found)
