"""What must be true of a store at rest: no orphan, counters equal holders, ends complete. Reads everything; for `store check`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from licentia.store import sql

_CHECKS: tuple[tuple[str, str], ...] = (
    (
        "pool_count",
        "SELECT o.product_id, o.purchase_id, o.consumed, coalesce(h.users, 0) FROM pool o LEFT JOIN ("
        "SELECT s.product_id AS product_id, CASE WHEN s.source_kind = 3 THEN s.source_id ELSE 0 END AS purchase_id, "
        "count(DISTINCT s.user_id) AS users FROM source s WHERE s.tenant_id = %(tenant)s AND s.state <> 4 "
        "GROUP BY s.product_id, CASE WHEN s.source_kind = 3 THEN s.source_id ELSE 0 END) AS h "
        "ON h.product_id = o.product_id AND h.purchase_id = o.purchase_id "
        "WHERE o.tenant_id = %(tenant)s AND o.consumed <> coalesce(h.users, 0)",
    ),
    (
        "source_without_pool",
        "SELECT s.product_id, s.user_id FROM source s LEFT JOIN pool o ON o.tenant_id = s.tenant_id "
        "AND o.product_id = s.product_id AND o.purchase_id = CASE WHEN s.source_kind = 3 THEN s.source_id ELSE 0 END "
        "WHERE s.tenant_id = %(tenant)s AND o.product_id IS NULL",
    ),
    (
        "source_without_user",
        "SELECT s.product_id, s.user_id FROM source s LEFT JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id "
        "WHERE s.tenant_id = %(tenant)s AND u.id IS NULL",
    ),
    (
        "source_without_product",
        "SELECT s.product_id, s.user_id FROM source s LEFT JOIN product p ON p.tenant_id = s.tenant_id "
        "AND p.id = s.product_id WHERE s.tenant_id = %(tenant)s AND p.id IS NULL",
    ),
    (
        "source_without_group",
        "SELECT s.source_id, s.user_id FROM source s LEFT JOIN user_group g ON g.tenant_id = s.tenant_id "
        "AND g.id = s.source_id WHERE s.tenant_id = %(tenant)s AND s.source_kind = 2 AND g.id IS NULL",
    ),
    (
        "source_without_purchase",
        "SELECT s.source_id, s.user_id FROM source s LEFT JOIN purchase b ON b.tenant_id = s.tenant_id "
        "AND b.id = s.source_id WHERE s.tenant_id = %(tenant)s AND s.source_kind = 3 AND b.id IS NULL",
    ),
    (
        "clock_without_user",
        "SELECT c.user_id, c.kind FROM clock c LEFT JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.user_id "
        "WHERE c.tenant_id = %(tenant)s AND u.id IS NULL",
    ),
    (
        "mailbox_without_user",
        "SELECT c.user_id, c.kind FROM mailbox c LEFT JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.user_id "
        "WHERE c.tenant_id = %(tenant)s AND u.id IS NULL",
    ),
    (
        "member_without_user",
        "SELECT m.group_id, m.user_id FROM group_member m LEFT JOIN users u ON u.tenant_id = m.tenant_id "
        "AND u.id = m.user_id WHERE m.tenant_id = %(tenant)s AND u.id IS NULL",
    ),
    (
        "step_without_class",
        "SELECT s.plan_id, s.n FROM plan_step s LEFT JOIN plan_class k ON k.tenant_id = s.tenant_id "
        "AND k.plan_id = s.plan_id AND k.id = s.class_id WHERE s.tenant_id = %(tenant)s AND k.id IS NULL",
    ),
    (
        "step_count",
        "SELECT p.id, p.verified, p.failed, p.skipped_late FROM plan p WHERE p.tenant_id = %(tenant)s "
        "AND NOT p.is_inline AND p.is_complete AND (p.verified, p.failed) <> (SELECT "
        "coalesce(sum(CASE WHEN s.state = 'verified' THEN 1 ELSE 0 END), 0), "
        "coalesce(sum(CASE WHEN s.state = 'failed' THEN 1 ELSE 0 END), 0) "
        "FROM plan_step s WHERE s.tenant_id = %(tenant)s AND s.plan_id = p.id)",
    ),
    (
        "finished_with_open_steps",
        "SELECT p.id, s.n FROM plan p JOIN plan_step s ON s.tenant_id = p.tenant_id AND s.plan_id = p.id "
        "WHERE p.tenant_id = %(tenant)s AND p.state IN ('applied', 'applied_with_errors') AND s.state = 'pending'",
    ),
    (
        "done_chunk_with_open_steps",
        "SELECT c.plan_id, s.n FROM plan_chunk c JOIN plan_step s ON s.tenant_id = c.tenant_id "
        "AND s.plan_id = c.plan_id AND s.n BETWEEN c.from_n AND c.to_n "
        "WHERE c.tenant_id = %(tenant)s AND c.state = 'done' AND s.state = 'pending'",
    ),
)


def problems(tenant_id: int, top: int = 5) -> list[tuple[str, tuple[object, ...]]]:
    """(check, row) for what is not as it must be, `top` rows of each check at most."""
    found: list[tuple[str, tuple[object, ...]]] = []
    with _whole_tables():
        for name, statement in _CHECKS:
            rows = sql.rows(f"{statement} LIMIT %(top)s", {"tenant": tenant_id, "top": top})
            found += [(name, row) for row in rows]
    return found


@contextmanager
def _whole_tables() -> Iterator[None]:
    """PostgreSQL joins whole tables. After a load it has no statistics yet, and would compare each row with each."""
    if not sql.is_postgres():
        yield
        return
    with transaction.atomic():
        sql.execute("SET LOCAL enable_nestloop = off", {})
        yield


def integrity() -> list[str]:
    """What the database itself says is broken; empty when nothing is."""
    if sql.is_postgres():
        return []
    found = [str(row[0]) for row in sql.rows("PRAGMA integrity_check", {})]
    return [] if found == ["ok"] else found


CHECK_NAMES = tuple(name for name, _ in _CHECKS)
