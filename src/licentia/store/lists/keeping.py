"""Reads of what is kept of a plan: whether its users are, and how many of them are as planned now."""

from __future__ import annotations

from typing import Any

from licentia.store import sql


def has_list(tenant_id: int, plan_id: int) -> bool:
    """Whether the plan's users are kept one by one; a change of one user never has such a list."""
    return (
        sql.row(
            "SELECT 1 FROM plan_chunk WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s AND from_n = 1",
            {"tenant": tenant_id, "plan": plan_id},
        )
        is not None
    )


def keeps_list(tenant_id: int, plan: dict[str, Any]) -> bool:
    """Whether the plan has as many users as it shows: the list of an old plan is thrown away."""
    return plan["is_inline"] or not plan["users"] or has_list(tenant_id, plan["id"])


_SOURCE_DIFFERS = """
EXISTS (SELECT 1 FROM class_change c LEFT JOIN source x ON x.tenant_id = %(tenant)s AND x.product_id = c.product_id
AND x.user_id = s.user_id AND x.source_kind = c.source_kind AND x.source_id = c.source_id
WHERE c.tenant_id = %(tenant)s AND c.plan_id = s.plan_id AND c.class_id = s.class_id
AND (CASE WHEN x.state < 4 THEN x.disabled_plans ELSE '-' END)
<> (CASE WHEN c.after_state < 4 THEN c.after_plans ELSE '-' END))
"""
"""A license that the plan changes is not as it was to be; '-' is no license."""

_ACCOUNT_DIFFERS = """
EXISTS (SELECT 1 FROM class_account a JOIN users u ON u.tenant_id = %(tenant)s AND u.id = s.user_id
WHERE a.tenant_id = %(tenant)s AND a.plan_id = s.plan_id AND a.class_id = s.class_id AND coalesce(a.after, '')
<> CASE a.name
WHEN 'enabled' THEN CASE WHEN u.account_enabled THEN 'true' WHEN NOT u.account_enabled THEN 'false' ELSE '?' END
WHEN 'deleted' THEN CASE WHEN u.deleted_at IS NULL THEN '' ELSE 'now' END
WHEN 'manager' THEN coalesce(CAST(u.manager_id AS text), '')
ELSE coalesce(a.after, '') END)
"""
"""A fact of the account that the plan sets is not so. Whether sessions were ended nobody can read."""


def as_planned(tenant_id: int, plan_id: int) -> tuple[int, int]:
    """(users who are now as the plan wants them, users whom it changes)."""
    found = sql.row(
        f"SELECT coalesce(sum(CASE WHEN {_SOURCE_DIFFERS} OR {_ACCOUNT_DIFFERS} THEN 0 ELSE 1 END), 0), count(*) "
        "FROM plan_step s WHERE s.tenant_id = %(tenant)s AND s.plan_id = %(plan)s AND s.state = 'pending'",
        {"tenant": tenant_id, "plan": plan_id},
    )
    return (int(found[0]), int(found[1])) if found else (0, 0)
