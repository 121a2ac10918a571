"""Rows of saved views: how an operator looks at a list. No user is in them."""

from __future__ import annotations

from licentia.store import sql


def put(tenant_id: int, operator_id: str, name: str, address: str, columns: str) -> None:
    """The operator's view of this name is this from now on."""
    sql.execute(
        "INSERT INTO saved_view (tenant_id, operator_id, name, address, columns) "
        "VALUES (%(tenant)s, %(operator)s, %(name)s, %(address)s, %(columns)s) "
        "ON CONFLICT (tenant_id, operator_id, name) DO UPDATE SET address = excluded.address, columns = excluded.columns",
        {"tenant": tenant_id, "operator": operator_id, "name": name, "address": address, "columns": columns},
    )


def drop(tenant_id: int, operator_id: str, name: str) -> bool:
    """Whether the view was there; it is gone."""
    return bool(
        sql.execute(
            "DELETE FROM saved_view WHERE tenant_id = %(tenant)s AND operator_id = %(operator)s AND name = %(name)s",
            {"tenant": tenant_id, "operator": operator_id, "name": name},
        )
    )
