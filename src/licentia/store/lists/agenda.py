"""What the worker reads to learn where there is work; global rows only, then inside one tenant."""

from __future__ import annotations

from licentia.store import clock, sql
from licentia.store.owners import is_gone


def tenants_due(kind: str) -> list[int]:
    """Tenants of which work of this kind is due by their own time, the earliest first.

    Who follows a group waits for no instant: that is due whatever this machine's clock says.
    """
    found = sql.rows(
        "SELECT a.tenant_id FROM agenda a JOIN tenant t ON t.id = a.tenant_id "
        "WHERE a.kind = %(kind)s AND (a.kind = 'group' OR a.next_at <= %(now)s + t.clock_offset) "
        "AND t.origin <> 'loading' ORDER BY a.next_at",
        {"now": clock.machine_now(), "kind": kind},
    )
    return [row[0] for row in found]


def waiting() -> dict[str, int]:
    """By kind, how many tenants have work that is due, by this machine's time; `plan` is those with plans that run."""
    found = sql.rows(
        "SELECT a.kind, count(*) FROM agenda a JOIN tenant t ON t.id = a.tenant_id "
        "WHERE a.kind IN ('group', 'plan') OR a.next_at <= %(now)s + t.clock_offset GROUP BY a.kind",
        {"now": clock.machine_now()},
    )
    return {str(kind): int(count) for kind, count in found}


def is_due(tenant_id: int, kind: str) -> bool:
    """Whether the tenant's work of this kind is due by its own time."""
    at = sql.value(
        "SELECT next_at FROM agenda WHERE tenant_id = %(tenant)s AND kind = %(kind)s",
        {"tenant": tenant_id, "kind": kind},
    )
    return at is not None and int(at) <= clock.tenant_now(tenant_id)


def moments(tenant_id: int) -> dict[str, int]:
    """By kind, when the tenant next does something by itself: members follow a group, a clock runs out, a subscription renews."""
    found = sql.rows(
        "SELECT kind, next_at FROM agenda WHERE tenant_id = %(tenant)s "
        "AND kind IN ('group', 'clock', 'subscription', 'deleted_group')",
        {"tenant": tenant_id},
    )
    return {kind: int(at) for kind, at in found}


def tenants_with_plans() -> list[int]:
    """Tenants that may have a plan to work on."""
    found = sql.rows("SELECT tenant_id FROM agenda WHERE kind = 'plan' ORDER BY next_at", {})
    return [row[0] for row in found]


def running_plans(tenant_id: int) -> list[int]:
    """Plans of the tenant that run and that no living process works on now, in the order in which they started.

    A plan has one process at a time: a tenant has one writer, so a second would only wait for the first.
    """
    found = sql.rows(
        "SELECT p.id, (SELECT min(c.owner) FROM plan_chunk c WHERE c.tenant_id = %(tenant)s AND c.plan_id = p.id "
        "AND c.state = 'leased' AND c.lease_until > %(now)s) FROM plan p "
        "WHERE p.tenant_id = %(tenant)s AND p.state = 'running' ORDER BY p.started_at, p.id",
        {"tenant": tenant_id, "now": clock.machine_now()},
    )
    return [int(plan) for plan, owner in found if owner is None or is_gone(str(owner))]


def due_plan(tenant_id: int, now: int) -> int | None:
    """The plan whose moment came first, of those scheduled to start by `now`; None when there is none."""
    found = sql.value(
        "SELECT id FROM plan WHERE tenant_id = %(tenant)s AND state = 'scheduled' AND start_at <= %(now)s "
        "ORDER BY start_at, id LIMIT 1",
        {"tenant": tenant_id, "now": now},
    )
    return None if found is None else int(found)
