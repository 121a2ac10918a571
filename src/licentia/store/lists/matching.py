"""Numbers of the users and groups that a condition means, a page at a time in an order, and how many there are.

Goes the shortest way a condition offers: a product's holders, the index of names, a search, or the order itself.
Never OFFSET. Whoever calls reads the rows of these numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from licentia.store import sql
from licentia.store.lists.filter_orders import BY_GROUP, BY_USER, TEXT_COLUMNS, Key, Order
from licentia.store.lists.filters import Condition
from licentia.store.lists.users import FEW_HOLDERS, SEARCH_CAP, search


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that the condition means, and where it stands in the order."""

    id: int
    key: Key


@dataclass(frozen=True, slots=True)
class _Way:
    """FROM and WHERE of one way, the column that is the row's number, and whether a row may come twice."""

    rows: str
    number: str
    params: dict[str, Any]
    is_repeated: bool = False
    is_few: bool = False
    """Named one by one: they are sorted, and the index of the order is no shorter way."""


FEW_NAMES: Final = 2_000
"""Names of so many users at most are sorted; a commoner beginning is met soon by walking."""

_HELD: Final = (
    "s0.tenant_id = %(tenant)s AND s0.state < 4 AND s0.product_id = "
    "(SELECT q0.id FROM product q0 WHERE q0.tenant_id = %(tenant)s AND q0.sku_id = %(product)s)"
)


def users(
    tenant_id: int, condition: Condition, order: Order = BY_USER, after: Key | None = None, top: int = 100
) -> list[Hit]:
    """Users who are not deleted, behind the key, `top` at most."""
    return _page(_users(tenant_id, condition, order), tenant_id, order, after, top)


def deleted_users(
    tenant_id: int, condition: Condition, order: Order = BY_USER, after: Key | None = None, top: int = 100
) -> list[Hit]:
    """Deleted users who can still be restored, behind the key, `top` at most."""
    return _page(_deleted(condition), tenant_id, order, after, top)


def groups(
    tenant_id: int,
    condition: Condition,
    order: Order = BY_GROUP,
    after: Key | None = None,
    top: int = 100,
    *,
    deleted: bool = False,
) -> list[Hit]:
    """Groups, or deleted ones, behind the key, `top` at most."""
    return _page(_groups(condition, deleted=deleted), tenant_id, order, after, top)


def count_users(tenant_id: int, condition: Condition) -> int:
    """How many users who are not deleted; reads all of them, as Graph's $count asks."""
    return _count(_users(tenant_id, condition, BY_USER), tenant_id)


def count_deleted_users(tenant_id: int, condition: Condition) -> int:
    """How many deleted users who can still be restored."""
    return _count(_deleted(condition), tenant_id)


def count_groups(tenant_id: int, condition: Condition, *, deleted: bool = False) -> int:
    """How many groups, or deleted ones."""
    return _count(_groups(condition, deleted=deleted), tenant_id)


def _page(way: _Way, tenant_id: int, order: Order, after: Key | None, top: int) -> list[Hit]:
    columns = tuple(way.number if column == "u.id" else _sorted(column, way) for column in order.columns)
    order = Order(columns, order.is_descending)
    behind, key = order.after(after)
    distinct = "DISTINCT " if way.is_repeated else ""
    found = sql.rows(
        f"SELECT {distinct}{', '.join(columns)} {way.rows}{behind} ORDER BY {order.sql} LIMIT %(top)s",
        {"tenant": tenant_id, "top": top} | way.params | key,
    )
    return [Hit(int(row[-1]), order.key_of_row(row)) for row in found]


def _sorted(column: str, way: _Way) -> str:
    """The column as it is sorted by; joined with nothing, no index has it, else SQLite walks all names for a few."""
    return f"{column} || ''" if way.is_few and column in TEXT_COLUMNS else column


def _count(way: _Way, tenant_id: int) -> int:
    counted = f"count(DISTINCT {way.number})" if way.is_repeated else "count(*)"
    return int(sql.value(f"SELECT {counted} {way.rows}", {"tenant": tenant_id} | way.params))


def _users(tenant_id: int, condition: Condition, order: Order) -> _Way:
    params = dict(condition.params)
    plain = (
        f"FROM users u {condition.joins} WHERE u.tenant_id = %(tenant)s AND u.deleted_at IS NULL AND {condition.sql}"
    )
    if condition.is_unique:
        return _Way(plain, "u.id", params, is_few=True)
    if condition.product is not None and order.is_by_id:
        rows = (  # CROSS: SQLite keeps this order of tables, and its rows come by user without a sort
            f"FROM source s0 CROSS JOIN users u {condition.joins} WHERE {_HELD} AND u.tenant_id = %(tenant)s "
            f"AND u.id = s0.user_id AND u.deleted_at IS NULL AND {condition.sql}"
        )
        return _Way(rows, "s0.user_id", params | {"product": condition.product}, is_repeated=True)
    few = _few(tenant_id, condition, order)
    if few is not None:
        return _Way(f"{plain} AND u.id {sql.among('few')}", "u.id", params | {"few": sql.listed(few)}, is_few=True)
    return _Way(plain, "u.id", params)


def _few(tenant_id: int, condition: Condition, order: Order) -> list[int] | None:
    """Numbers among which all users meant are, where they are few enough to be sorted; None: walk the order."""
    if condition.product is not None:
        return _at_most(
            FEW_HOLDERS,
            f"SELECT DISTINCT s0.user_id FROM source s0 WHERE {_HELD} ORDER BY s0.user_id LIMIT %(top)s",
            {"tenant": tenant_id, "product": condition.product},
        )
    prefix = condition.prefix
    if prefix is not None and prefix.sql in order.columns:
        return None  # the order is the short way itself
    if prefix is not None:
        below = f" AND {prefix.sql} < %(high)s" if prefix.high else ""
        return _at_most(
            FEW_NAMES,
            f"SELECT u.id FROM users u WHERE u.tenant_id = %(tenant)s AND {prefix.sql} >= %(low)s{below} LIMIT %(top)s",
            {"tenant": tenant_id, "low": prefix.low, "high": prefix.high},
        )
    if condition.words:
        found = search(tenant_id, condition.words)
        return found if len(found) <= SEARCH_CAP else None
    return None


def _at_most(cap: int, statement: str, params: dict[str, Any]) -> list[int] | None:
    found = sql.rows(statement, params | {"top": cap + 1})
    return [row[0] for row in found] if len(found) <= cap else None


def _deleted(condition: Condition) -> _Way:
    """Every deleted user has a clock that runs."""
    rows = (
        f"FROM clock k CROSS JOIN users u {condition.joins} WHERE k.tenant_id = %(tenant)s AND k.kind = 'user_purge' "
        f"AND u.tenant_id = %(tenant)s AND u.id = k.user_id AND u.deleted_at IS NOT NULL AND {condition.sql}"
    )
    return _Way(rows, "k.user_id", dict(condition.params))


def _groups(condition: Condition, *, deleted: bool) -> _Way:
    state = "IS NOT NULL" if deleted else "IS NULL"
    rows = f"FROM user_group g WHERE g.tenant_id = %(tenant)s AND g.deleted_at {state} AND {condition.sql}"
    return _Way(rows, "g.id", dict(condition.params))
