"""Rows of saved finders. Looks for no user; those who are found are never stored."""

from __future__ import annotations

from licentia.domain.instants import Instant
from licentia.store import sql


def add(tenant_id: int, finder_id: int, name: str, kind: str, params: str, now: Instant) -> None:
    """A finder is saved under a name."""
    sql.insert(
        "finder",
        ("tenant_id", "id", "name", "kind", "params", "created_at"),
        [(tenant_id, finder_id, name, kind, params, now)],
    )


def drop(tenant_id: int, finder_id: int) -> bool:
    """Whether the saved finder was there; it is gone."""
    return bool(
        sql.execute(
            "DELETE FROM finder WHERE tenant_id = %(tenant)s AND id = %(id)s", {"tenant": tenant_id, "id": finder_id}
        )
    )
