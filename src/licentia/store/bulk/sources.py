"""Writes of license sources, pools and clocks: one statement per kind of change, however many users.

Every write answers with the users it really touched. It decides nothing and opens no transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from licentia.domain.instants import SECOND, Instant
from licentia.store import sql


@dataclass(frozen=True, slots=True)
class SourceKey:
    """Which source of which product."""

    product_id: int
    kind: int
    source_id: int


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What a source row holds, as far as a change sets it: the state and the sorted, comma-joined disabled plans."""

    state: int
    plans: str
    error: str | None = None
    """Written, never compared: a row differs by its state and plans."""


_KEY = """tenant_id = %(tenant)s AND product_id = %(product)s AND source_kind = %(kind)s AND source_id = %(source)s"""
_BEFORE = "state = %(before_state)s AND disabled_plans = %(before_plans)s"


def _params(tenant_id: int, key: SourceKey, users: list[int], before: SourceRow | None) -> dict[str, object]:
    return {
        "tenant": tenant_id,
        "product": key.product_id,
        "kind": key.kind,
        "source": key.source_id,
        "users": sql.listed(users),
        "before_state": before.state if before else None,
        "before_plans": before.plans if before else None,
    }


def remove(tenant_id: int, key: SourceKey, before: SourceRow, users: list[int]) -> int:
    """How many sources are gone: of these users, those whose row was still as `before`."""
    return sql.execute(
        f"DELETE FROM source WHERE {_KEY} AND {_BEFORE} AND user_id {_among_users()}",
        _params(tenant_id, key, users, before),
    )


def add(tenant_id: int, key: SourceKey, after: SourceRow, users: list[int], now: Instant) -> int:
    """How many sources are new: of these users, those who did not have it."""
    return sql.execute(
        "INSERT INTO source (tenant_id, product_id, user_id, source_kind, source_id, state, disabled_plans, error, "
        "since_at) SELECT %(tenant)s, %(product)s, users_.value, %(kind)s, %(source)s, %(state)s, %(plans)s, "
        "CAST(%(error)s AS text), %(now)s "
        f"FROM {sql.each('users')} WHERE true ON CONFLICT DO NOTHING",
        _params(tenant_id, key, users, None) | _after(after) | {"now": now},
    )


def _after(row: SourceRow) -> dict[str, object]:
    return {"state": row.state, "plans": row.plans, "error": row.error}


def change(tenant_id: int, key: SourceKey, before: SourceRow, after: SourceRow, users: list[int], now: Instant) -> int:
    """How many sources are now as `after`: of these users, those whose row was still as `before`."""
    return sql.execute(
        f"UPDATE source SET state = %(state)s, disabled_plans = %(plans)s, error = CAST(%(error)s AS text) "
        f"WHERE {_KEY} AND {_BEFORE} AND user_id {_among_users()}",
        _params(tenant_id, key, users, before) | _after(after) | {"now": now},
    )


def holders(tenant_id: int, key: SourceKey, users: list[int]) -> dict[int, SourceRow]:
    """The rows of this source that these users have now."""
    found = sql.rows(
        f"SELECT user_id, state, disabled_plans FROM source WHERE {_KEY} AND user_id {_among_users()}",
        _params(tenant_id, key, users, None),
    )
    return {user: SourceRow(state, plans) for user, state, plans in found}


def _among_users() -> str:
    return sql.among("users")


def move_seats(tenant_id: int, product_id: int, purchase_id: int, delta: int) -> bool:
    """Whether the pool took the change: seats are never oversold (R-37), freeing always goes."""
    return bool(
        sql.execute(
            "UPDATE pool SET consumed = consumed + %(delta)s "
            "WHERE tenant_id = %(tenant)s AND product_id = %(product)s AND purchase_id = %(purchase)s "
            "AND (%(delta)s <= 0 OR capacity IS NULL OR consumed + %(delta)s <= capacity)",
            {"tenant": tenant_id, "product": product_id, "purchase": purchase_id, "delta": delta},
        )
    )


def start_clock(tenant_id: int, kind: str, seconds: int, users: list[int], now: Instant) -> tuple[Instant, set[int]]:
    """(when these users' clock runs out, users for whom none runs although it should).

    A clock that runs already is left alone.
    """
    due = now + seconds * SECOND
    params = {"tenant": tenant_id, "kind": kind, "due": due, "now": now, "users": sql.listed(users)}
    started = sql.execute(
        "INSERT INTO clock (tenant_id, user_id, kind, due_at, started_at) "
        "SELECT %(tenant)s, users_.value, %(kind)s, %(due)s, %(now)s "
        f"FROM {sql.each('users')} WHERE true ON CONFLICT DO NOTHING",
        params,
    )
    if started == len(users):
        return due, set()
    running = sql.rows(
        f"SELECT user_id FROM clock WHERE tenant_id = %(tenant)s AND kind = %(kind)s AND user_id {sql.among('users')}",
        params,
    )
    return due, set(users) - {row[0] for row in running}


def open_mailboxes(tenant_id: int, users: list[int]) -> None:
    """Those of these users who are known to have no mailbox have a new, empty one (R-30)."""
    sql.execute(
        "UPDATE mailbox SET kind = 'user', size_bytes = 0, has_archive = false, hold = 'none', is_forwarding = false, "
        f"purged_at = NULL WHERE tenant_id = %(tenant)s AND kind = 'none' AND user_id {sql.among('users')}",
        {"tenant": tenant_id, "users": sql.listed(users)},
    )


def stop_clock(tenant_id: int, kind: str, users: list[int]) -> None:
    """These users' clock of this kind no longer runs."""
    sql.execute(
        f"DELETE FROM clock WHERE tenant_id = %(tenant)s AND kind = %(kind)s AND user_id {_among_users()}",
        {"tenant": tenant_id, "kind": kind, "users": sql.listed(users)},
    )


def reopen_drives(tenant_id: int, users: list[int]) -> None:
    """These users' drives are neither read-only nor archived any more."""
    sql.execute(
        "UPDATE drive SET readonly_at = NULL, archived_at = NULL "
        f"WHERE tenant_id = %(tenant)s AND readonly_at IS NOT NULL AND user_id {_among_users()}",
        {"tenant": tenant_id, "users": sql.listed(users)},
    )


def lower_agenda(tenant_id: int, kind: str, at: Instant) -> None:
    """The tenant's agenda for this kind is at `at` or earlier."""
    sql.execute(
        "INSERT INTO agenda (tenant_id, kind, next_at) VALUES (%(tenant)s, %(kind)s, %(at)s) "
        "ON CONFLICT (tenant_id, kind) DO UPDATE SET next_at = "
        "CASE WHEN agenda.next_at > excluded.next_at THEN excluded.next_at ELSE agenda.next_at END",
        {"tenant": tenant_id, "kind": kind, "at": at},
    )


def set_agenda(tenant_id: int, kind: str, at: Instant | None) -> None:
    """The tenant's agenda for this kind is at `at`; None: there is no such work."""
    params = {"tenant": tenant_id, "kind": kind, "at": at}
    if at is None:
        sql.execute("DELETE FROM agenda WHERE tenant_id = %(tenant)s AND kind = %(kind)s", params)
        return
    sql.execute(
        "INSERT INTO agenda (tenant_id, kind, next_at) VALUES (%(tenant)s, %(kind)s, %(at)s) "
        "ON CONFLICT (tenant_id, kind) DO UPDATE SET next_at = excluded.next_at",
        params,
    )
