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
        "count(DISTINCT s.user_id) AS users FROM source s WHERE s.tenant_id = %(tenant)s AND s.state < 4 "
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
        # A copy of files may have members of one day and licenses of another; who waits in the queue is not done yet.
        "group_source_without_member",
        "SELECT s.source_id, s.user_id FROM source s JOIN tenant n ON n.id = s.tenant_id AND n.origin <> 'imported' "
        "LEFT JOIN group_member m ON m.tenant_id = s.tenant_id AND m.group_id = s.source_id AND m.user_id = s.user_id "
        "LEFT JOIN group_queue q ON q.tenant_id = s.tenant_id AND q.user_id = s.user_id "
        "WHERE s.tenant_id = %(tenant)s AND s.source_kind = 2 AND s.state = 1 AND m.user_id IS NULL "
        "AND q.user_id IS NULL",
    ),
    (
        "held_by_deleted_user",
        "SELECT s.product_id, s.user_id FROM source s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id "
        "WHERE s.tenant_id = %(tenant)s AND s.state < 5 AND u.deleted_at IS NOT NULL",
    ),
    (
        "remembered_by_living_user",
        "SELECT s.product_id, s.user_id FROM source s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id "
        "WHERE s.tenant_id = %(tenant)s AND s.state = 5 AND u.deleted_at IS NULL",
    ),
    (
        "pool_capacity",
        "SELECT o.product_id, o.purchase_id, o.capacity, b.seats FROM pool o JOIN ("
        "SELECT x.product_id AS product_id, x.purchase_id AS purchase_id, "
        "sum(CASE WHEN x.state IN ('enabled', 'warning') THEN x.seats ELSE 0 END) AS seats "
        "FROM subscription x WHERE x.tenant_id = %(tenant)s GROUP BY x.product_id, x.purchase_id) AS b "
        "ON b.product_id = o.product_id AND b.purchase_id = o.purchase_id "
        "WHERE o.tenant_id = %(tenant)s AND (o.capacity IS NULL OR o.capacity <> b.seats)",
    ),
    (
        "subscription_without_product",
        "SELECT x.id, x.product_id FROM subscription x LEFT JOIN product p ON p.tenant_id = x.tenant_id "
        "AND p.id = x.product_id WHERE x.tenant_id = %(tenant)s AND p.id IS NULL",
    ),
    (
        "addition_without_subscription",
        "SELECT a.subscription_id, a.at FROM subscription_addition a LEFT JOIN subscription x "
        "ON x.tenant_id = a.tenant_id AND x.id = a.subscription_id WHERE a.tenant_id = %(tenant)s AND x.id IS NULL",
    ),
    (
        # Who was deleted for good while waiting leaves the queue in its turn; without a turn nobody ever does.
        "queue_without_user",
        "SELECT q.user_id, q.plan_id FROM group_queue q LEFT JOIN users u ON u.tenant_id = q.tenant_id "
        "AND u.id = q.user_id WHERE q.tenant_id = %(tenant)s AND u.id IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM agenda a WHERE a.tenant_id = %(tenant)s AND a.kind = 'group')",
    ),
    (
        # What is kept beside the journal for the history of a product counts every row about a license once.
        "product_event_count",
        "SELECT n.events, n.journal FROM (SELECT (SELECT coalesce(sum(e.counted), 0) FROM product_event e "
        "WHERE e.tenant_id = %(tenant)s AND e.kind LIKE 'license.%%') AS events, (SELECT count(*) FROM journal j "
        "WHERE j.tenant_id = %(tenant)s AND j.kind LIKE 'license.%%') AS journal) AS n WHERE n.events <> n.journal",
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
        "profile_without_user",
        "SELECT c.user_id, 0 FROM user_profile c LEFT JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.user_id "
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
        "AND NOT p.is_inline AND p.is_complete AND EXISTS (SELECT 1 FROM plan_chunk c WHERE c.tenant_id = %(tenant)s "
        "AND c.plan_id = p.id AND c.from_n = 1) AND (p.verified, p.failed) <> (SELECT "
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
        # Of a group's plan, who waits in the queue is open until the tenant has let it follow.
        "done_chunk_with_open_steps",
        "SELECT c.plan_id, s.n FROM plan_chunk c JOIN plan_step s ON s.tenant_id = c.tenant_id "
        "AND s.plan_id = c.plan_id AND s.n BETWEEN c.from_n AND c.to_n "
        "LEFT JOIN group_queue q ON q.tenant_id = s.tenant_id AND q.plan_id = s.plan_id AND q.user_id = s.user_id "
        "WHERE c.tenant_id = %(tenant)s AND c.state = 'done' AND s.state = 'pending' AND q.user_id IS NULL",
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
