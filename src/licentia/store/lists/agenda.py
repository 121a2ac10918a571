"""What the worker reads to learn where there is work; global rows only, then inside one tenant."""

from __future__ import annotations

from licentia.store import clock, sql


def tenants_with_due_clocks() -> list[int]:
    """Tenants of which a clock has run out by their own time."""
    found = sql.rows(
        "SELECT a.tenant_id FROM agenda a JOIN tenant t ON t.id = a.tenant_id "
        "WHERE a.kind = 'clock' AND a.next_at <= %(now)s + t.clock_offset AND t.origin <> 'loading' ORDER BY a.next_at",
        {"now": clock.machine_now()},
    )
    return [row[0] for row in found]


def next_clock(tenant_id: int) -> int | None:
    """When the tenant's next clock runs out; None when none runs."""
    found = sql.value(
        "SELECT next_at FROM agenda WHERE tenant_id = %(tenant)s AND kind = 'clock'", {"tenant": tenant_id}
    )
    return None if found is None else int(found)


def tenants_with_plans() -> list[int]:
    """Tenants that may have a plan to work on."""
    found = sql.rows("SELECT tenant_id FROM agenda WHERE kind = 'plan' ORDER BY next_at", {})
    return [row[0] for row in found]


def running_plans(tenant_id: int) -> list[int]:
    """Plans of the tenant that run and have a chunk nobody holds now, oldest first."""
    found = sql.rows(
        "SELECT p.id FROM plan p WHERE p.tenant_id = %(tenant)s AND p.state = 'running' AND NOT EXISTS "
        "(SELECT 1 FROM plan_chunk c WHERE c.tenant_id = %(tenant)s AND c.plan_id = p.id AND c.state <> 'done' "
        "AND c.lease_until > %(now)s AND c.state = 'leased') ORDER BY p.id",
        {"tenant": tenant_id, "now": clock.machine_now()},
    )
    return [row[0] for row in found]
