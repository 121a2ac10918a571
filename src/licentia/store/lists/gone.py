"""Names of users whose account is gone for good: what the journal kept of them."""

from __future__ import annotations

import json

from licentia.store import sql


def names(tenant_id: int, users: list[int]) -> dict[int, str]:
    """By user, the last user name of those of them who are gone; one statement, by the object's index."""
    if not users:
        return {}
    found = sql.rows(
        "SELECT j.object_id, j.before FROM journal j WHERE j.tenant_id = %(tenant)s AND j.object_kind = 'user' "
        f"AND j.object_id {sql.among('users')} AND j.kind = 'user.gone'",
        {"tenant": tenant_id, "users": sql.listed(users)},
    )
    return {user: str(json.loads(text)["userPrincipalName"]) for user, text in found}
