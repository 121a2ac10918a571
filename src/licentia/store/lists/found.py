"""What a search would take back, by product, and how long ago those whom it finds signed in.

Looks at so few users as a finder counts exactly; of more it says nothing (I-7), the plan counts them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from licentia.domain.finders import Search
from licentia.domain.instants import DAY, Instant
from licentia.store import sql
from licentia.store.lists.finder_sql import question

_ALSO = (
    "EXISTS (SELECT 1 FROM source o WHERE o.tenant_id = %(tenant)s AND o.product_id = d.product_id "
    "AND o.user_id = d.user_id AND o.source_kind NOT IN (1, 3) AND o.state < 4)"
)
"""The user keeps the organization's seat in another way; a self-service purchase has a seat of its own."""
_MAY = (
    "NOT EXISTS (SELECT 1 FROM never_list n WHERE n.tenant_id = %(tenant)s AND n.object_kind = 'user' "
    "AND n.object_id = d.user_id) AND NOT EXISTS (SELECT 1 FROM group_member m JOIN never_list g "
    "ON g.tenant_id = m.tenant_id AND g.object_kind = 'group' AND g.object_id = m.group_id "
    "WHERE m.tenant_id = %(tenant)s AND m.user_id = d.user_id)"
)
"""Nobody on the never list loses anything (R-34)."""


@dataclass(frozen=True, slots=True)
class Takeable:
    """Direct licenses of one product among those found, and how many seats come free without them."""

    sku_id: str
    licenses: int
    seats: int


def takeable(tenant_id: int, wanted: Search, now: Instant, hits: list[int]) -> list[Takeable]:
    """Per product, what a plan for the search would take back from these users, by product."""
    asked = question(tenant_id, wanted.for_plan(), now)
    if asked is None or not hits:
        return []
    params: dict[str, Any] = asked.params | {"tenant": tenant_id, "hits": sql.listed(hits)}
    direct = f"SELECT DISTINCT s.product_id, s.user_id FROM {asked.source} WHERE {asked.where} AND s.source_kind = 1"
    if wanted.finder.looks_at_account:
        of = "" if wanted.sku_id is None else " AND s.product_id = %(product)s"
        direct = (
            "SELECT s.product_id, s.user_id FROM source s WHERE s.tenant_id = %(tenant)s "
            f"AND s.user_id {sql.among('hits')} AND s.source_kind = 1 AND s.state < 4{of}"
        )
    found = sql.rows(
        f"SELECT p.sku_id, count(*), sum(CASE WHEN {_ALSO} THEN 0 ELSE 1 END) FROM ({direct}) AS d "
        "JOIN product p ON p.tenant_id = %(tenant)s AND p.id = d.product_id "
        f"WHERE {_MAY} GROUP BY p.sku_id ORDER BY p.sku_id",
        params,
    )
    return [Takeable(sku, int(licenses), int(seats)) for sku, licenses, seats in found]


NEVER, NOT_KNOWN = -1, -2
"""Instead of days: known to have never signed in, and not read."""


def days_since(tenant_id: int, users: list[int], now: Instant, *, is_copy: bool) -> Mapping[int, int]:
    """By days since the last sign-in (or NEVER, NOT_KNOWN), how many of these users. A copy's days end at its reading."""
    end = "u.sign_in_read_at" if is_copy else "%(now)s"
    days = (
        f"CASE WHEN u.sign_in_read_at IS NULL THEN {NOT_KNOWN} WHEN u.last_sign_in_at IS NULL THEN {NEVER} "
        f"WHEN u.last_sign_in_at > {end} THEN 0 ELSE ({end} - u.last_sign_in_at) / {DAY} END"
    )
    found = sql.rows(
        f"SELECT d.days, count(*) FROM (SELECT {days} AS days FROM users u "
        f"WHERE u.tenant_id = %(tenant)s AND u.id {sql.among('users')}) AS d GROUP BY d.days",
        {"tenant": tenant_id, "users": sql.listed(users), "now": now},
    )
    return {int(n): int(count) for n, count in found}
