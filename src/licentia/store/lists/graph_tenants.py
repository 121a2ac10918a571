"""What a tenant's Graph API says of the tenant itself: its identity, domains, seats by state of subscription."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from licentia.domain.instants import Instant
from licentia.store import sql


@dataclass(frozen=True, slots=True)
class Identity:
    """A tenant on the wire."""

    object_id: str
    name: str
    country: str
    language: str
    created_at: Instant


def identity(tenant_id: int) -> Identity:
    """The tenant's identity."""
    found = sql.row(
        "SELECT object_id, name, country, language, created_at FROM tenant WHERE id = %(tenant)s", {"tenant": tenant_id}
    )
    assert found is not None, "the caller's tenant is there"
    return Identity(*found)


def domains(tenant_id: int) -> list[str]:
    """The tenant's domain names, the first one first."""
    found = sql.rows(
        "SELECT d.domain FROM tenant_domain d WHERE d.tenant_id = %(tenant)s ORDER BY d.id", {"tenant": tenant_id}
    )
    return [row[0] for row in found]


def units(tenant_id: int) -> dict[int, dict[str, int]]:
    """By product, seats of its subscriptions by state, self-service purchases included."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for product, state, seats in sql.rows(
        "SELECT s.product_id, s.state, sum(s.seats) FROM subscription s WHERE s.tenant_id = %(tenant)s "
        "GROUP BY s.product_id, s.state",
        {"tenant": tenant_id},
    ):
        found[product][state] = int(seats)
    return found


def refs(tenant_id: int) -> list[tuple[int, str]]:
    """(product, Microsoft's id) of every subscription that is not deleted, by number."""
    return sql.rows(
        "SELECT s.product_id, s.ref FROM subscription s WHERE s.tenant_id = %(tenant)s AND s.state <> 'deleted' "
        "ORDER BY s.id",
        {"tenant": tenant_id},
    )


def applies_to(tenant_id: int) -> dict[int, str]:
    """By product, User or Company, where somebody stated it."""
    return dict(
        sql.rows(
            "SELECT p.id, p.applies_to FROM product p WHERE p.tenant_id = %(tenant)s AND p.applies_to IS NOT NULL",
            {"tenant": tenant_id},
        )
    )


def buyers(tenant_id: int, purchases: list[int]) -> dict[int, str]:
    """By purchase, the object id of its buyer."""
    return dict(
        sql.rows(
            "SELECT b.id, u.object_id FROM purchase b JOIN users u ON u.tenant_id = b.tenant_id "
            f"AND u.id = b.buyer_user_id WHERE b.tenant_id = %(tenant)s AND b.id {sql.among('ids')}",
            {"tenant": tenant_id, "ids": sql.listed(purchases)},
        )
    )
