"""What a list's columns say of the users of one page: two statements, whatever is shown of them."""

from __future__ import annotations

from dataclasses import dataclass

from licentia.domain.instants import Instant
from licentia.store import sql


@dataclass(frozen=True, slots=True)
class Facts:
    """A user beyond the account's own row. None is not known; `mailbox_kind` and `has_drive` None: nobody has read it."""

    is_synced: bool | None
    created_at: Instant | None
    last_activity_at: Instant | None
    activity_read_at: Instant | None
    manager_id: int | None
    manager: str | None
    mailbox_kind: str | None
    mailbox_bytes: int | None
    hold: str | None
    has_drive: bool | None
    drive_bytes: int | None


def facts(tenant_id: int, user_ids: list[int]) -> dict[int, Facts]:
    """By user."""
    found = sql.rows(
        "SELECT u.id, u.is_synced, u.created_at, u.last_activity_at, u.activity_read_at, u.manager_id, m.display_name, "
        "b.kind, b.size_bytes, b.hold, d.is_present, d.size_bytes FROM users u "
        "LEFT JOIN users m ON m.tenant_id = u.tenant_id AND m.id = u.manager_id "
        "LEFT JOIN mailbox b ON b.tenant_id = u.tenant_id AND b.user_id = u.id "
        "LEFT JOIN drive d ON d.tenant_id = u.tenant_id AND d.user_id = u.id "
        f"WHERE u.tenant_id = %(tenant)s AND u.id {sql.among('users')}",
        {"tenant": tenant_id, "users": sql.listed(user_ids)},
    )
    return {user: Facts(*rest) for user, *rest in found}


@dataclass(frozen=True, slots=True)
class Holding:
    """One source of a user: the first eight as `users.sources` has them, then who gives it and what a seat costs a month."""

    user_id: int
    sku_id: str
    kind: int
    source_id: int
    state: int
    disabled_plans: str
    error: str | None
    since_at: Instant | None
    giver: str | None
    """The group's or the buyer's name."""
    amount: str | None
    currency: str | None


def holdings(tenant_id: int, user_ids: list[int]) -> list[Holding]:
    """The sources of these users."""
    found = sql.rows(
        "SELECT s.user_id, p.sku_id, s.source_kind, s.source_id, s.state, s.disabled_plans, s.error, s.since_at, "
        "coalesce(g.display_name, w.display_name), c.amount, c.currency "
        "FROM source s JOIN product p ON p.tenant_id = s.tenant_id AND p.id = s.product_id "
        "LEFT JOIN user_group g ON g.tenant_id = s.tenant_id AND g.id = s.source_id AND s.source_kind = 2 "
        "LEFT JOIN purchase b ON b.tenant_id = s.tenant_id AND b.id = s.source_id AND s.source_kind = 3 "
        "LEFT JOIN users w ON w.tenant_id = b.tenant_id AND w.id = b.buyer_user_id "
        "LEFT JOIN price c ON c.tenant_id = p.tenant_id AND c.sku_id = p.sku_id "
        f"WHERE s.tenant_id = %(tenant)s AND s.user_id {sql.among('users')} "
        "ORDER BY s.user_id, s.product_id, s.source_kind, s.source_id",
        {"tenant": tenant_id, "users": sql.listed(user_ids)},
    )
    return [Holding(*row) for row in found]
