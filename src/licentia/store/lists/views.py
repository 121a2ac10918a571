"""The views of a list that an operator saved, and how the operator looks at it now."""

from __future__ import annotations

from dataclasses import dataclass

from licentia.store import sql

NOW = ""
"""The name of how an operator looks at the list now."""


@dataclass(frozen=True, slots=True)
class View:
    """A name, filters as the words of an address, and columns by name."""

    name: str
    address: str
    columns: tuple[str, ...]


def of_operator(tenant_id: int, operator_id: str) -> list[View]:
    """All of the operator's views in the tenant, by name; how it looks now is first, where it was ever chosen."""
    found = sql.rows(
        "SELECT v.name, v.address, v.columns FROM saved_view v WHERE v.tenant_id = %(tenant)s "
        "AND v.operator_id = %(operator)s ORDER BY v.name",
        {"tenant": tenant_id, "operator": operator_id},
    )
    return [View(name, address, tuple(columns.split())) for name, address, columns in found]
