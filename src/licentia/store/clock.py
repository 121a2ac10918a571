"""The two times: tenant time (machine plus the tenant's offset) and machine time. The only place that reads a clock.

Tenant time never runs earlier than the last one a head row kept, so a host clock that jumps back repeats nothing.
"""

from __future__ import annotations

import time

from licentia.domain.instants import Instant
from licentia.store import sql

_NOW = """
SELECT t.clock_offset, coalesce(h.last_now, 0)
FROM tenant t LEFT JOIN head h ON h.tenant_id = %(tenant)s
WHERE t.id = %(tenant)s
"""


def machine_now() -> Instant:
    """This machine's time: for leases, sessions, tokens."""
    return time.time_ns() // 1_000


def tenant_now(tenant_id: int) -> Instant:
    """The tenant's time: for plans, clocks, schedules. Read once, at the start of a transaction."""
    found = sql.row(_NOW, {"tenant": tenant_id})
    if found is None:
        return machine_now()
    offset, last = found
    return max(machine_now() + int(offset), int(last))
