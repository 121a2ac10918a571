"""What $orderby sorts by, and how a page goes on behind a key: the same order on both databases. No statement runs here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from licentia.odata.errors import NO_SORT, UNSUPPORTED, QueryError
from licentia.odata.query import OrderBy

Key = tuple[str | int, ...]
"""Where a page ends: the values of the order's columns in its last row; JSON can carry it."""


@dataclass(frozen=True, slots=True)
class Order:
    """Columns to sort by, each with its direction; the last is the row's number, so that no two rows are equal."""

    columns: tuple[str, ...]
    is_descending: tuple[bool, ...]

    @property
    def sql(self) -> str:
        """What stands behind ORDER BY."""
        pairs = zip(self.columns, self.is_descending, strict=True)
        return ", ".join(f"{column} DESC" if down else column for column, down in pairs)

    @property
    def is_by_id(self) -> bool:
        """Whether rows come in order of their number."""
        return len(self.columns) == 1

    def after(self, key: Key | None) -> tuple[str, dict[str, str | int]]:
        """SQL (with AND before it) and parameters of the rows behind a key; nothing for the first page.

        QueryError when the key is not one of this order: a token of another query.
        """
        if key is None:
            return "", {}
        if len(key) != len(self.columns):
            raise QueryError(UNSUPPORTED, NO_SORT)
        params = {f"key{n}": value for n, value in enumerate(key)}
        if len(set(self.is_descending)) == 1:  # one comparison of whole rows, which an index serves
            row, bound = ", ".join(self.columns), ", ".join(f"%({name})s" for name in params)
            return f" AND ({row}) {'<' if self.is_descending[0] else '>'} ({bound})", params
        ways = []
        for at, column in enumerate(self.columns):
            equal = [f"{self.columns[n]} = %(key{n})s" for n in range(at)]
            ways.append(" AND ".join([*equal, f"{column} {'<' if self.is_descending[at] else '>'} %(key{at})s"]))
        return f" AND ({' OR '.join(f'({way})' for way in ways)})", params

    def key_of_row(self, row: Sequence[str | int]) -> Key:
        """The key in a row that begins with the order's columns."""
        return tuple(row[: len(self.columns)])


BY_USER: Final = Order(("u.id",), (False,))
BY_GROUP: Final = Order(("g.id",), (False,))

# Nothing stated comes first, on both databases: left alone, one puts it first and the other last.
_OF_USERS: Final = {
    "displayname": "lower(u.display_name)",
    "userprincipalname": "u.principal_key",
    "createddatetime": "coalesce(u.created_at, 0)",
    "deleteddatetime": "coalesce(u.deleted_at, 0)",
}
TEXT_COLUMNS: Final = frozenset({"lower(u.display_name)", "u.principal_key"})
"""Columns of an index that hold texts."""
_OF_GROUPS: Final = {"displayname": "lower(g.display_name)", "deleteddatetime": "coalesce(g.deleted_at, 0)"}


def order_users(orderby: Sequence[OrderBy]) -> Order:
    """The order of users, deleted ones too; QueryError for a property that can't be sorted by."""
    return _order(orderby, _OF_USERS, BY_USER)


def order_groups(orderby: Sequence[OrderBy]) -> Order:
    """The order of groups; QueryError for a property that can't be sorted by."""
    return _order(orderby, _OF_GROUPS, BY_GROUP)


def _order(orderby: Sequence[OrderBy], known: Mapping[str, str], by_id: Order) -> Order:
    columns: dict[str, bool] = {}
    for item in orderby:
        column = known.get("/".join(item.path).lower())
        if column is None:
            raise QueryError(UNSUPPORTED, NO_SORT)
        columns.setdefault(column, item.is_descending)
    last = next(reversed(columns.values()), False)
    return Order((*columns, *by_id.columns), (*columns.values(), last))
