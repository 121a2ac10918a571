"""What the statement guard (I-9) lets pass and what it catches: one planted fault for each shape.

Never opens a database: the guard judges text.
"""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.backends.signals import connection_created

from guard import Dialect, StatementGuard, check_statement, install, statement_kind

TENANT = frozenset({"users", "source", "pool", "journal"})
BOTH: tuple[Dialect, ...] = ("sqlite", "postgres")
LITE: tuple[Dialect, ...] = ("sqlite",)
POST: tuple[Dialect, ...] = ("postgres",)

CLEAN: list[tuple[str, tuple[Dialect, ...], str]] = [
    ("named", BOTH, "SELECT id FROM users WHERE tenant_id = %(tenant)s"),
    (
        "positional",
        BOTH,
        'SELECT "users"."id" FROM "users" WHERE ("users"."tenant_id" = %s AND "users"."id" > %s)',
    ),
    ("question mark", LITE, "SELECT id FROM users WHERE tenant_id = ?"),
    ("colon", BOTH, "SELECT id FROM users u WHERE :tenant = u.tenant_id"),
    ("cast", POST, "SELECT id FROM users WHERE tenant_id = %(tenant)s::bigint AND id = ANY(%(ids)s)"),
    ("cast", BOTH, "SELECT id FROM users WHERE tenant_id = CAST(%s AS bigint)"),
    ("global table", BOTH, "SELECT slug FROM tenant ORDER BY slug"),
    ("nothing read", BOTH, "SELECT 1, %s"),
    (
        "percent",
        BOTH,
        "SELECT id FROM users WHERE tenant_id = %(tenant)s AND name LIKE '%%x''%%' AND id %% 2 = 0",
    ),
    (
        "join",
        BOTH,
        "SELECT 1 FROM users u JOIN source s ON s.tenant_id = u.tenant_id WHERE u.tenant_id = %(tenant)s",
    ),
    ("comma", BOTH, "SELECT 1 FROM users u, source s WHERE s.tenant_id = u.tenant_id AND s.tenant_id = %s"),
    (
        "left join",
        BOTH,
        "SELECT 1 FROM users u LEFT JOIN source s ON s.tenant_id = u.tenant_id LEFT JOIN pool p ON "
        "p.tenant_id = s.tenant_id WHERE u.tenant_id = %(tenant)s",
    ),
    ("using", BOTH, "SELECT 1 FROM users JOIN source USING (tenant_id, id) WHERE tenant_id = %(tenant)s"),
    (
        "using left",
        BOTH,
        "SELECT 1 FROM users u LEFT JOIN pool USING (tenant_id) WHERE u.tenant_id = %(tenant)s",
    ),
    (
        "through a global table",
        BOTH,
        "SELECT 1 FROM agenda a, users u WHERE a.tenant_id = %s AND u.tenant_id = a.tenant_id",
    ),
    (
        "every branch",
        BOTH,
        "SELECT 1 FROM users WHERE (tenant_id = %s AND id = 1) OR (id = 2 AND tenant_id = %s)",
    ),
    ("row value", BOTH, "DELETE FROM source WHERE (tenant_id, user_id) = (%(tenant)s, %(user)s)"),
    ("row list", BOTH, "DELETE FROM source WHERE (tenant_id, user_id) IN ((%s, %s), (%s, %s))"),
    (
        "row in select",
        BOTH,
        "DELETE FROM source WHERE (tenant_id, user_id) IN (SELECT tenant_id, id FROM users WHERE "
        "tenant_id = %(tenant)s)",
    ),
    ("row in values", LITE, "DELETE FROM source WHERE (tenant_id, user_id) IN (VALUES (%s, %s))"),
    (
        "exists",
        BOTH,
        "SELECT 1 FROM users u WHERE u.tenant_id = %s AND NOT EXISTS "
        "(SELECT 1 FROM source s WHERE s.tenant_id = u.tenant_id AND s.user_id = u.id)",
    ),
    (
        "scalar subquery over an ordered list",
        BOTH,
        "SELECT coalesce((SELECT max(item) FROM (SELECT s.state AS item FROM source s WHERE "
        "s.tenant_id = u.tenant_id "
        "ORDER BY s.state) AS o), '') FROM users u WHERE u.tenant_id = %(tenant)s",
    ),
    (
        "union",
        BOTH,
        "SELECT id FROM users WHERE tenant_id = %s UNION ALL SELECT id FROM pool WHERE tenant_id = %s",
    ),
    (
        "cte",
        BOTH,
        "WITH due(t, i) AS (SELECT tenant_id, id FROM users WHERE tenant_id = %(tenant)s) "
        "SELECT 1 FROM source s JOIN due ON s.tenant_id = due.t AND s.user_id = due.i",
    ),
    (
        "star",
        BOTH,
        "SELECT 1 FROM (SELECT * FROM users WHERE tenant_id = %s) d JOIN pool p ON p.tenant_id = d.tenant_id",
    ),
    (
        "recursive",
        BOTH,
        "WITH RECURSIVE r AS (SELECT tenant_id, id FROM users WHERE tenant_id = %(tenant)s UNION ALL "
        "SELECT u.tenant_id, u.id FROM users u JOIN r ON u.tenant_id = r.tenant_id AND u.manager_id = r.id) "
        "SELECT 1 FROM pool p JOIN r ON p.tenant_id = r.tenant_id",
    ),
    (
        "window",
        BOTH,
        "SELECT id, row_number() OVER (PARTITION BY kind ORDER BY id) FROM users WHERE tenant_id = %(tenant)s",
    ),
    (
        "list parameter",
        LITE,
        "SELECT 1 FROM users, json_each(%(ids)s) j WHERE tenant_id = %(tenant)s AND id = j.value",
    ),
    (
        "derived list",
        LITE,
        "SELECT 1 FROM users JOIN (SELECT value AS v FROM json_each(%(ids)s)) AS k ON id = v WHERE "
        "tenant_id = %(tenant)s",
    ),
    (
        "search",
        LITE,
        "SELECT u.id FROM user_search f JOIN users u ON u.tenant_id = %(tenant)s AND u.id = "
        "f.rowid WHERE user_search MATCH %(q)s",
    ),
    ("insert", BOTH, "INSERT INTO pool (id, tenant_id) VALUES (%s, %s), (%s, %s) RETURNING id"),
    (
        "upsert",
        BOTH,
        "INSERT INTO pool (tenant_id, id, n) VALUES (%(tenant)s, %(id)s, 1) ON CONFLICT "
        "(tenant_id, id) DO UPDATE "
        "SET n = pool.n + excluded.n, m = (SELECT count(*) FROM users u WHERE u.tenant_id = "
        "excluded.tenant_id)",
    ),
    ("insert or replace", LITE, "INSERT OR REPLACE INTO pool (tenant_id, id) VALUES (%s, %s)"),
    ("replace", LITE, "REPLACE INTO pool (tenant_id, id) VALUES (%s, %s)"),
    (
        "insert select",
        LITE,
        "INSERT INTO journal (tenant_id, object_id) SELECT %(tenant)s, u.id FROM json_each(%(ids)s) AS j "
        "JOIN users u ON u.tenant_id = %(tenant)s AND u.id = j.value",
    ),
    (
        "insert select",
        POST,
        "INSERT INTO journal (tenant_id, object_id) SELECT u.tenant_id, k FROM "
        "unnest(%(ids)s::bigint[]) AS k "
        "JOIN users u ON u.id = k WHERE u.tenant_id = %(tenant)s ON CONFLICT DO NOTHING",
    ),
    (
        "update",
        BOTH,
        "UPDATE pool SET n = n + %(n)s WHERE tenant_id = %(tenant)s AND n + %(n)s <= size RETURNING n",
    ),
    ("update or ignore", LITE, "UPDATE OR IGNORE pool SET n = 1 WHERE tenant_id = ?"),
    (
        "update from",
        BOTH,
        "UPDATE pool SET n = x.n FROM (SELECT pool_id, count(*) AS n FROM source WHERE tenant_id = "
        "%(tenant)s "
        "GROUP BY pool_id) AS x WHERE pool.tenant_id = %(tenant)s AND pool.id = x.pool_id",
    ),
    (
        "update from a table",
        BOTH,
        "UPDATE pool SET n = s.n FROM source AS s WHERE s.tenant_id = pool.tenant_id AND s.tenant_id = %s",
    ),
    (
        "update row from select",
        BOTH,
        "UPDATE pool SET (a, b) = (SELECT c, d FROM source s WHERE s.tenant_id = pool.tenant_id) WHERE tenant_id = %s",
    ),
    ("same tenant set again", BOTH, "UPDATE pool SET tenant_id = %(tenant)s WHERE tenant_id = %(tenant)s"),
    ("delete", BOTH, "DELETE FROM source WHERE tenant_id = %(tenant)s RETURNING user_id"),
    (
        "delete using",
        POST,
        "DELETE FROM source s USING users u WHERE s.tenant_id = u.tenant_id AND u.tenant_id = %s",
    ),
    (
        "delete in cte",
        POST,
        "WITH gone AS (DELETE FROM source WHERE tenant_id = %(tenant)s RETURNING *) "
        "INSERT INTO journal (tenant_id, object_id) SELECT tenant_id, user_id FROM gone",
    ),
    (
        "claim",
        POST,
        "SELECT id FROM users u WHERE tenant_id = %(tenant)s ORDER BY id LIMIT 1 FOR UPDATE OF u SKIP LOCKED",
    ),
    ("string_agg", POST, "SELECT string_agg(x, ',' ORDER BY y) FROM source WHERE tenant_id = %(tenant)s"),
    (
        "lateral",
        POST,
        "SELECT 1 FROM users u CROSS JOIN LATERAL (SELECT 1 FROM source s WHERE s.tenant_id = u.tenant_id) l "
        "WHERE u.tenant_id = %(tenant)s",
    ),
    ("lock", POST, "SELECT pg_advisory_xact_lock(%s)"),
    ("explain", LITE, "EXPLAIN QUERY PLAN SELECT 1 FROM users WHERE tenant_id = %s"),
    ("a name in a text or a comment", BOTH, "SELECT 'FROM users' /* users; */ -- DELETE FROM users"),
    ("pragma", LITE, "PRAGMA table_info(users)"),
    ("ddl", BOTH, "CREATE INDEX i ON users (tenant_id)"),
    (
        "trigger",
        LITE,
        "CREATE TRIGGER t AFTER INSERT ON users BEGIN DELETE FROM pool; DELETE FROM source; END",
    ),
    ("savepoint", BOTH, 'SAVEPOINT "s1"; RELEASE SAVEPOINT "s1"'),
    ("begin", BOTH, "BEGIN IMMEDIATE"),
    ("set", POST, "SET LOCAL lock_timeout = '5s'"),
]

NOT_TIED = "not tied to one tenant"
PLANTED: list[tuple[str, tuple[Dialect, ...], str, str]] = [
    ("no condition", BOTH, "SELECT id FROM users", "users as users: " + NOT_TIED),
    (
        "other case and quotes",
        BOTH,
        'SELECT id FROM main."users" AS U WHERE u.id = %s',
        "users as u: " + NOT_TIED,
    ),
    ("other column", BOTH, "SELECT id FROM users WHERE id = %(tenant)s", NOT_TIED),
    ("another parameter's name", BOTH, "SELECT id FROM users WHERE tenant_id = %(user)s", NOT_TIED),
    ("a constant", BOTH, "SELECT id FROM users WHERE tenant_id = 1", NOT_TIED),
    ("another comparison", BOTH, "SELECT id FROM users WHERE tenant_id >= %(tenant)s", NOT_TIED),
    ("a list of tenants", BOTH, "SELECT id FROM users WHERE tenant_id IN (%s, %s)", NOT_TIED),
    ("an array of tenants", POST, "SELECT id FROM users WHERE tenant_id = ANY(%s)", NOT_TIED),
    ("under not", BOTH, "SELECT id FROM users WHERE NOT (tenant_id = %(tenant)s)", NOT_TIED),
    ("one branch", BOTH, "SELECT id FROM users WHERE tenant_id = %(tenant)s OR id = 1", NOT_TIED),
    ("only in having", BOTH, "SELECT count(*) FROM users GROUP BY tenant_id HAVING tenant_id = %s", NOT_TIED),
    ("two tables, no alias", BOTH, "SELECT 1 FROM users, source WHERE tenant_id = %(tenant)s", NOT_TIED),
    (
        "join",
        BOTH,
        "SELECT 1 FROM users u JOIN source s ON s.user_id = u.id WHERE u.tenant_id = %s",
        "source as s: ",
    ),
    ("to itself", BOTH, "SELECT 1 FROM users u WHERE u.tenant_id = u.tenant_id", NOT_TIED),
    ("to each other", BOTH, "SELECT 1 FROM users u JOIN pool p ON u.tenant_id = p.tenant_id", "pool as p: "),
    (
        "left side of a left join",
        BOTH,
        "SELECT 1 FROM users u LEFT JOIN pool p ON p.tenant_id = %s AND u.tenant_id = p.tenant_id",
        "users as u: ",
    ),
    ("natural", BOTH, "SELECT 1 FROM users u NATURAL JOIN pool p WHERE u.tenant_id = %s", "pool as p: "),
    (
        "full",
        POST,
        "SELECT 1 FROM users u FULL JOIN pool p ON p.tenant_id = %s WHERE u.tenant_id = %s",
        "pool as p: ",
    ),
    ("in", BOTH, "SELECT 1 FROM tenant WHERE id IN (SELECT tenant_id FROM users)", "users as users: "),
    ("in a table", LITE, "SELECT 1 FROM tenant WHERE id IN users", "IN users reads every tenant"),
    (
        "row in select",
        BOTH,
        "DELETE FROM source WHERE (tenant_id, user_id) IN (SELECT id, tenant_id FROM users WHERE tenant_id = %s)",
        "source as source: ",
    ),
    (
        "row values swapped",
        BOTH,
        "DELETE FROM source WHERE (tenant_id, id) = (%(user)s, %(tenant)s)",
        NOT_TIED,
    ),
    (
        "row values ordered",
        BOTH,
        "SELECT 1 FROM users WHERE (tenant_id, id) > (%(tenant)s, %(id)s)",
        NOT_TIED,
    ),
    (
        "exists",
        BOTH,
        "SELECT 1 FROM tenant t WHERE EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = t.id)",
        "users as u: ",
    ),
    (
        "correlated to what is not tied",
        BOTH,
        "SELECT (SELECT 1 FROM source s WHERE s.tenant_id = u.tenant_id) FROM users u WHERE u.id = %(id)s",
        "source as s: ",
    ),
    (
        "scalar subquery",
        BOTH,
        "SELECT (SELECT max(id) FROM pool) FROM users WHERE tenant_id = %s",
        "pool as pool: ",
    ),
    (
        "derived table",
        BOTH,
        "SELECT 1 FROM (SELECT tenant_id FROM users) d WHERE d.tenant_id = %s",
        "users as users: ",
    ),
    (
        "derived column",
        BOTH,
        "SELECT 1 FROM (SELECT id AS tenant_id FROM users WHERE tenant_id = %s) d, pool p WHERE "
        "p.tenant_id = d.tenant_id",
        "pool as p: ",
    ),
    ("union", BOTH, "SELECT id FROM users WHERE tenant_id = %s UNION SELECT id FROM pool", "pool as pool: "),
    ("cte", BOTH, "WITH d AS (SELECT id FROM users) SELECT 1 FROM d", "users as users: "),
    (
        "recursive",
        BOTH,
        "WITH RECURSIVE r AS (SELECT tenant_id, id FROM users WHERE tenant_id = %s UNION ALL "
        "SELECT u.id, u.tenant_id "
        "FROM users u JOIN r ON u.tenant_id = r.tenant_id) SELECT 1 FROM r",
        "users as u: ",
    ),
    ("order by", BOTH, "SELECT 1 FROM tenant ORDER BY (SELECT max(id) FROM users)", "users as users: "),
    (
        "table function's argument",
        LITE,
        "SELECT 1 FROM json_each((SELECT state FROM users)) j",
        "users as users: ",
    ),
    (
        "lateral",
        POST,
        "SELECT 1 FROM tenant t, LATERAL (SELECT 1 FROM source s WHERE s.tenant_id = t.id) l",
        "source as s: ",
    ),
    (
        "order of a union",
        BOTH,
        "SELECT 1 UNION SELECT 2 ORDER BY (SELECT max(id) FROM users)",
        "nobody judged",
    ),
    ("insert without columns", BOTH, "INSERT INTO pool VALUES (%s, %s)", "INSERT without tenant_id"),
    ("insert without the column", BOTH, "INSERT INTO pool (id) VALUES (%s)", "INSERT without tenant_id"),
    ("insert defaults", LITE, "INSERT INTO pool DEFAULT VALUES", "INSERT without tenant_id"),
    (
        "insert a constant",
        BOTH,
        "INSERT INTO pool (tenant_id, id) VALUES (%s, %s), (1, %s)",
        "no tenant parameter",
    ),
    (
        "insert another parameter",
        BOTH,
        "INSERT INTO pool (id, tenant_id) VALUES (%(tenant)s, %(id)s)",
        "no tenant parameter",
    ),
    (
        "insert star",
        BOTH,
        "INSERT INTO pool (tenant_id, id) SELECT * FROM users WHERE tenant_id = %s",
        "no tenant parameter",
    ),
    (
        "insert select",
        BOTH,
        "INSERT INTO pool (tenant_id, id) SELECT tenant_id, id FROM users",
        "users as users: ",
    ),
    ("insert a global row", BOTH, "INSERT INTO tenant (id) SELECT max(id) FROM users", "users as users: "),
    (
        "upsert moves",
        BOTH,
        "INSERT INTO pool (tenant_id, id) VALUES (%s, %s) ON CONFLICT (tenant_id, id) DO UPDATE SET tenant_id = 2",
        "SET tenant_id",
    ),
    (
        "upsert into a global table",
        BOTH,
        "INSERT INTO agenda (tenant_id, n) VALUES (1, %s) ON CONFLICT (tenant_id) DO UPDATE SET n = "
        "(SELECT count(*) FROM users u WHERE u.tenant_id = excluded.tenant_id)",
        "users as u: ",
    ),
    (
        "insert returning",
        BOTH,
        "INSERT INTO tenant (id) VALUES (%s) RETURNING (SELECT max(id) FROM users)",
        "users as users: ",
    ),
    ("replace", LITE, "REPLACE INTO pool (id) VALUES (%s)", "INSERT without tenant_id"),
    ("update", BOTH, "UPDATE pool SET n = 0", "pool as pool: "),
    (
        "update moves",
        BOTH,
        "UPDATE pool SET tenant_id = %(to)s WHERE tenant_id = %(tenant)s",
        "SET tenant_id",
    ),
    (
        "update set",
        BOTH,
        "UPDATE tenant SET n = (SELECT count(*) FROM users) WHERE id = %s",
        "users as users: ",
    ),
    (
        "update from",
        BOTH,
        "UPDATE pool SET n = s.n FROM source AS s WHERE s.tenant_id = %s AND s.id = pool.id",
        "pool as pool: ",
    ),
    (
        "update from",
        BOTH,
        "UPDATE pool SET n = s.n FROM source AS s WHERE pool.tenant_id = %s AND s.id = pool.id",
        "source as s: ",
    ),
    ("delete", BOTH, "DELETE FROM source", "source as source: "),
    (
        "delete using",
        POST,
        "DELETE FROM source s USING users u WHERE s.tenant_id = %s AND u.id = s.user_id",
        "users as u: ",
    ),
    (
        "delete in cte",
        POST,
        "WITH gone AS (DELETE FROM source RETURNING id) SELECT count(*) FROM gone",
        "source as source: ",
    ),
    ("table", POST, "TABLE users", "users as users: "),
    (
        "merge",
        POST,
        "MERGE INTO pool USING tenant t ON t.id = pool.id WHEN MATCHED THEN DELETE",
        "cannot judge MERGE",
    ),
    ("truncate", POST, "TRUNCATE tenant, users RESTART IDENTITY", "users: truncated for every tenant"),
    ("second statement", BOTH, "SELECT 1; DELETE FROM users", "users as users: "),
    ("behind explain", LITE, "EXPLAIN QUERY PLAN SELECT 1 FROM users", "users as users: "),
    ("not SQL", BOTH, "SELECT FROM WHERE ((", "cannot parse"),
    ("no statement it knows", BOTH, "FROBNICATE users", "cannot"),
]


@pytest.mark.parametrize(
    ("dialect", "sql"), [pytest.param(d, sql, id=f"{name}-{d}") for name, ds, sql in CLEAN for d in ds]
)
def test_a_tied_statement_is_clean(dialect: Dialect, sql: str) -> None:
    """A statement whose every reference is tied to one tenant raises no problem."""
    assert check_statement(sql, dialect, TENANT) == []


@pytest.mark.parametrize(
    ("dialect", "sql", "problem"),
    [pytest.param(d, sql, problem, id=f"{name}-{d}") for name, ds, sql, problem in PLANTED for d in ds],
)
def test_a_planted_fault_is_caught(dialect: Dialect, sql: str, problem: str) -> None:
    """Each shape of untied statement is named, with the table and alias at fault."""
    assert any(problem in found for found in check_statement(sql, dialect, TENANT)), check_statement(
        sql, dialect, TENANT
    )


def test_the_names_that_carry_the_tenant_are_given() -> None:
    """Another project-wide name for the tenant's parameter is an argument, not a guess."""
    sql = "SELECT id FROM users WHERE tenant_id = %(t)s"
    assert check_statement(sql, "sqlite", TENANT)
    assert check_statement(sql, "sqlite", TENANT, frozenset({"t"})) == []


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("  (SELECT 1)", "select"),
        ("WITH a AS (SELECT 1) SELECT * FROM a", "select"),
        ("WITH a AS (SELECT 1) INSERT INTO b (c) SELECT * FROM a", "insert"),
        ("REPLACE INTO b (c) VALUES (1)", "insert"),
        ("update b set c = 1", "update"),
        ("DELETE FROM b", "delete"),
        ("SAVEPOINT x", "savepoint"),
        ("EXPLAIN QUERY PLAN SELECT 1", "explain"),
        ("", ""),
    ],
)
def test_kind_of_statement(sql: str, kind: str) -> None:
    """The kind is what the statement does, also behind WITH and parentheses."""
    assert statement_kind(sql, "sqlite") == kind


def run(guard: StatementGuard, sql: Any, vendor: str = "sqlite", many: bool = False) -> Any:
    connection = SimpleNamespace(vendor=vendor, connection=None)
    return guard(lambda *call: call[:3], sql, [7], many, {"connection": connection, "cursor": None})


def test_guard_lets_statements_through_and_remembers() -> None:
    """The wrapper changes nothing, counts every call, and keeps each distinct statement's problems once."""
    guard = StatementGuard(TENANT)
    assert run(guard, "DELETE FROM users") == ("DELETE FROM users", [7], False)
    run(guard, "DELETE FROM users")
    run(guard, "SELECT 1 FROM users WHERE tenant_id = %s", "postgresql")
    run(guard, "INSERT INTO pool (tenant_id) VALUES (%s)", many=True)
    run(guard, SimpleNamespace(as_string=lambda _: "SELECT 2"), "postgresql")
    assert guard.counts == {"delete": 2, "select": 2, "insert": 1}
    assert len(guard.statements) == 4
    assert len(guard.problems) == 1
    with pytest.raises(AssertionError, match="users as users: not tied"):
        guard.assert_clean()


def test_a_paused_guard_sees_nothing() -> None:
    """What runs inside `paused` is neither judged nor counted; afterwards the guard is awake again."""
    guard = StatementGuard(TENANT)
    with guard.paused():
        run(guard, "DELETE FROM users")
    guard.assert_clean()
    assert not guard.counts
    run(guard, "DELETE FROM users")
    assert guard.problems


def test_install_reaches_every_new_connection_once() -> None:
    """A connection opened after `install` carries the guard, once however often it is opened."""
    connection = SimpleNamespace(execute_wrappers=[], vendor="sqlite")
    guard = install(TENANT)
    try:
        connection_created.send(sender=object, connection=connection)
        thread = threading.Thread(target=lambda: connection_created.send(sender=object, connection=connection))
        thread.start()
        thread.join()
        assert connection.execute_wrappers == [guard]
    finally:
        guard.uninstall()
    other = SimpleNamespace(execute_wrappers=[])
    connection_created.send(sender=object, connection=other)
    assert other.execute_wrappers == []
