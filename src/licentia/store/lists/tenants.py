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
    columns = f"{_COLUMNS}, graph_profile"
    found = sql.row(f"SELECT {columns} FROM tenant WHERE id = %(tenant)s", {"tenant": tenant_id})
    return dict(zip(columns.split(", "), found or (), strict=False))


def on_the_wire(tenant_id: int) -> tuple[str, str]:
    """The tenant's name, and its id in Microsoft Graph."""
    found = sql.row("SELECT name, object_id FROM tenant WHERE id = %(tenant)s", {"tenant": tenant_id})
    return (str(found[0]), str(found[1])) if found else ("", "")


@dataclass(frozen=True, slots=True)
class Named:
    """A tenant as an address names it."""

    id: int
    name: str
    object_id: str


def named(text: str) -> list[Named]:
    """The tenants that an address may mean by this: of this id or name, or with this domain; a copy shares its domains."""
    if not text.isprintable():
        return []
    found = sql.rows(
        "SELECT t.id, t.name, t.object_id FROM tenant t WHERE t.origin <> 'loading' AND (t.object_id = %(lower)s "
        "OR t.name = %(text)s OR lower(t.name) = %(lower)s "
        "OR t.id IN (SELECT d.tenant_id FROM tenant_domain d WHERE lower(d.domain) = %(lower)s)) ORDER BY t.id",
        {"text": text, "lower": text.lower()},
    )
    return [Named(*row) for row in found]


def count_users(tenant_id: int) -> int:
    """How many users the tenant has; reads them all, so only for a baseline and `store check`."""
    return int(sql.value("SELECT count(*) FROM users WHERE tenant_id = %(tenant)s", {"tenant": tenant_id}))


COUNTED = 501
"""Users that are counted for a tenant's size; more makes no difference."""


def graph_profile(tenant_id: int) -> tuple[str, int]:
    """The text of how its Graph API behaves, and its users, counted to `COUNTED`."""
    found = sql.row(_GRAPH_PROFILE, {"tenant": tenant_id, "most": COUNTED})
    return ("", 0) if found is None else (str(found[0]), int(found[1]))


_GRAPH_PROFILE = """
SELECT t.graph_profile,
  (SELECT count(*) FROM (SELECT 1 FROM users u WHERE u.tenant_id = %(tenant)s LIMIT %(most)s) AS few)
FROM tenant t WHERE t.id = %(tenant)s
"""
