"""The few ways SQL of ours reaches the database: one text for both, named parameters, and the dialect's own words.

A database that cannot be used is a StoreError, whether a transaction is open or not.
Holds no statement about licenses; those live in store.bulk and store.lists.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from licentia.store.writing import reading

Params = Mapping[str, Any]
Row = tuple[Any, ...]


def is_postgres() -> bool:
    """Whether the store is PostgreSQL; otherwise it is SQLite."""
    return connection.vendor == "postgresql"


def rows(sql: str, params: Params) -> list[Row]:
    """All rows of a query."""
    with reading(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: list[Row] = cursor.fetchall()
        return found


def row(sql: str, params: Params) -> Row | None:
    """The first row, or None."""
    with reading(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: Row | None = cursor.fetchone()
        return found


def value(sql: str, params: Params) -> Any:
    """The first column of the first row, or None."""
    found = row(sql, params)
    return found[0] if found else None


def execute(sql: str, params: Params) -> int:
    """Rows affected."""
    with reading(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def execute_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """One statement for many rows of positional parameters."""
    if rows:
        with reading(), connection.cursor() as cursor:
            cursor.executemany(sql, [tuple(row) for row in rows])


def insert(table: str, columns: Sequence[str], values: Iterable[Sequence[Any]], *, ignore: bool = False) -> None:
    """Adds many rows in one call; with `ignore`, rows whose key is there already are left out."""
    found = [tuple(v) for v in values]
    if not found:
        return
    tail = " ON CONFLICT DO NOTHING" if ignore else ""
    names = ", ".join(columns)
    marks = ", ".join(["%s"] * len(columns))
    with reading(), connection.cursor() as cursor:
        if is_postgres() and not ignore and len(found) > 100:
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for one in found:
                    copy.write_row(one)
            return
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks}){tail}", found)


def each(name: str, columns: Sequence[str] = ("value",)) -> str:
    """A FROM item over the list parameter `name` (see `listed`): one row per number, or per tuple of numbers."""
    if len(columns) == 1:
        if is_postgres():
            return f"unnest(%({name})s::bigint[]) AS {name}_({columns[0]})"
        return f"(SELECT value AS {columns[0]} FROM json_each(%({name})s)) AS {name}_"
    if is_postgres():
        parts = ", ".join(f"(e->>{i})::bigint AS {c}" for i, c in enumerate(columns))
        return f"(SELECT {parts} FROM jsonb_array_elements(%({name})s::jsonb) AS j(e)) AS {name}_"
    parts = ", ".join(f"json_extract(value, '$[{i}]') AS {c}" for i, c in enumerate(columns))
    # LIMIT keeps the list whole: merged into the query, SQLite reads the text again for every row of the other table.
    return f"(SELECT {parts} FROM json_each(%({name})s) LIMIT -1) AS {name}_"


def listed(values: Sequence[int]) -> Any:
    """A list of numbers as the one parameter that `each` and `among` read."""
    return list(values) if is_postgres() else json.dumps(list(values), separators=(",", ":"))


def listed_texts(values: Sequence[str]) -> Any:
    """A list of texts as the one parameter that `among_texts` reads."""
    return list(values) if is_postgres() else json.dumps(list(values))


def by(index: str) -> str:
    """Behind a table: read it by this index. SQLite knows no sizes here and would read the whole tenant instead."""
    return "" if is_postgres() or not index else f" INDEXED BY {index}"


def among(name: str) -> str:
    """`x <this>`: x is one of the numbers of the list parameter `name`.

    Not `IN (SELECT unnest(…))`: on tables without statistics PostgreSQL joins that row by row (18 s for 5,000 of 42,000).
    """
    return f"= ANY(%({name})s::bigint[])" if is_postgres() else f"IN (SELECT value FROM json_each(%({name})s))"


def among_texts(name: str) -> str:
    """`x <this>`: x is one of the texts of the list parameter `name`."""
    return f"= ANY(%({name})s::text[])" if is_postgres() else f"IN (SELECT value FROM json_each(%({name})s))"


def joined(expression: str, separator: str, order: str) -> str:
    """An aggregate that joins texts; on SQLite the order is the caller's ordered subquery."""
    if is_postgres():
        return f"string_agg({expression}, '{separator}' ORDER BY {order})"
    return f"group_concat({expression}, '{separator}')"
