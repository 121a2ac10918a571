"""Reads of tenants: the list, one by name, its settings, how many users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from licentia.store import sql

_COLUMNS = (
    "id, name, origin, country, time_zone, language, switches, clock_offset, confirm_above, limit_percent, "
    "limit_users, approve_above, inactive_days, created_at"
)


@dataclass(frozen=True, slots=True)
class TenantRow:
    """A tenant."""

    id: int
    name: str
    origin: str
    country: str
    time_zone: str
    language: str
    switches: str
    clock_offset: int
    confirm_above: int
    limit_percent: int
    limit_users: int
    approve_above: int | None
    inactive_days: int
    created_at: int


def every() -> list[TenantRow]:
    """All usable tenants, by name."""
    found = sql.rows(f"SELECT {_COLUMNS} FROM tenant WHERE origin <> 'loading' ORDER BY name", {})
    return [TenantRow(*row) for row in found]


def find(name: str, origin: str | None = None) -> TenantRow | None:
    """The tenant of this name; with `origin`, only if it has that origin."""
    found = sql.row(f"SELECT {_COLUMNS} FROM tenant WHERE name = %(name)s", {"name": name})
    tenant = None if found is None else TenantRow(*found)
    return tenant if tenant is None or origin in (None, tenant.origin) else None


def settings(tenant_id: int) -> dict[str, Any]:
    """The tenant's settings by column name."""
    found = sql.row(f"SELECT {_COLUMNS} FROM tenant WHERE id = %(tenant)s", {"tenant": tenant_id})
    return dict(zip(_COLUMNS.split(", "), found or (), strict=False))


def count_users(tenant_id: int) -> int:
    """How many users the tenant has; reads them all, so only for a baseline and `store check`."""
    return int(sql.value("SELECT count(*) FROM users WHERE tenant_id = %(tenant)s", {"tenant": tenant_id}))
