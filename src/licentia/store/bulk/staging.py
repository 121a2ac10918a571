"""Staging of an imported file: all its rows in temporary tables, resolved set-based, then merged in one transaction.

Temporary tables belong to one connection and vanish with it; nothing of the tenant is written before `merge_*` (I-11).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from licentia.domain.instants import Instant
from licentia.store import sql

USER_FIELDS = [
    "line",
    "object_id",
    "principal_name",
    "principal_key",
    "display_name",
    "sort_key",
    "search_key",
    "account_enabled",
    "usage_location",
    "user_type",
    "department",
    "is_synced",
    "created_at",
    "last_sign_in_at",
]
LICENSE_FIELDS = (
    "line",
    "sku_id",
    "source_kind",
    "group_ref",
    "state",
    "disabled_plans",
    "error",
    "since_at",
)

_USER = """
CREATE TEMPORARY TABLE stage_user (
  line bigint PRIMARY KEY, user_id bigint, is_new smallint DEFAULT 0, object_id text, principal_name text,
  principal_key text, display_name text, sort_key text, search_key text, account_enabled boolean,
  usage_location text, user_type text, department text, is_synced boolean, created_at bigint, last_sign_in_at bigint)
"""
_LICENSE = """
CREATE TEMPORARY TABLE stage_license (
  line bigint, sku_id text, source_kind smallint, group_ref text, state smallint, disabled_plans text, error text,
  since_at bigint, user_id bigint, product_id bigint, source_id bigint DEFAULT 0)
"""
_MEMBERSHIP = """
CREATE TEMPORARY TABLE stage_membership (user_id bigint, group_id bigint, joins smallint)
"""
_CHANGE = """
CREATE TEMPORARY TABLE stage_change (
  user_id bigint, product_id bigint, source_kind smallint, source_id bigint,
  before_state smallint, before_plans text, before_error text,
  after_state smallint, after_plans text, error text, since_at bigint)
"""


def open_stage() -> None:
    """Empty staging tables."""
    close_stage()
    for statement in (_USER, _LICENSE, _CHANGE, _MEMBERSHIP):
        sql.execute(statement, {})


def close_stage() -> None:
    """No staging tables."""
    for table in ("stage_user", "stage_license", "stage_change", "stage_membership"):
        sql.execute(f"DROP TABLE IF EXISTS {table}", {})


def put(users: Iterable[tuple[Any, ...]], licenses: Iterable[tuple[Any, ...]]) -> None:
    """These rows are staged."""
    sql.insert("stage_user", USER_FIELDS, users)
    sql.insert("stage_license", LICENSE_FIELDS, licenses)


def resolve_users(tenant_id: int) -> int:
    """How many staged users the tenant does not have yet; the others know their id, by object id, else by name.

    A row with an object id of its own is not the user of its name when another row, by object id, is that user renamed.
    """
    sql.execute("CREATE INDEX stage_user_name ON stage_user (principal_key)", {})
    sql.execute(
        "UPDATE stage_user SET user_id = (SELECT u.id FROM users u WHERE u.tenant_id = %(tenant)s "
        "AND u.object_id = stage_user.object_id) WHERE object_id IS NOT NULL",
        {"tenant": tenant_id},
    )
    sql.execute("CREATE INDEX stage_user_known ON stage_user (user_id)", {})
    sql.execute(
        "UPDATE stage_user SET user_id = (SELECT u.id FROM users u WHERE u.tenant_id = %(tenant)s "
        "AND u.principal_key = stage_user.principal_key AND (stage_user.object_id IS NULL "
        "OR NOT EXISTS (SELECT 1 FROM stage_user o WHERE o.user_id = u.id))) WHERE user_id IS NULL",
        {"tenant": tenant_id},
    )
    return count_new()


def count_new() -> int:
    """How many staged users the tenant does not have."""
    return int(sql.value("SELECT count(*) FROM stage_user WHERE user_id IS NULL", {}))


def twice() -> list[tuple[int, int]]:
    """(line, earlier line) of staged users that are one user of the tenant."""
    return sql.rows(
        "SELECT line, first FROM (SELECT line, min(line) OVER (PARTITION BY user_id) AS first FROM stage_user "
        "WHERE user_id IS NOT NULL) AS found WHERE line <> first ORDER BY line",
        {},
    )


def name_clashes(tenant_id: int) -> list[tuple[int, str]]:
    """(line, name) of staged users whose name belongs to another user of the tenant who is not renamed by the file."""
    return sql.rows(
        "SELECT n.line, n.principal_name FROM stage_user n JOIN users u ON u.tenant_id = %(tenant)s "
        "AND u.principal_key = n.principal_key WHERE (n.user_id IS NULL OR u.id <> n.user_id) "
        "AND NOT EXISTS (SELECT 1 FROM stage_user o WHERE o.user_id = u.id AND o.principal_key <> u.principal_key)",
        {"tenant": tenant_id},
    )


def number_new(first_id: int) -> None:
    """New users have ids from `first_id` on, in the order of the file."""
    sql.execute(
        "UPDATE stage_user SET is_new = 1, user_id = %(first)s - 1 + numbered.n FROM "
        "(SELECT line, row_number() OVER (ORDER BY line) AS n FROM stage_user WHERE user_id IS NULL) AS numbered "
        "WHERE stage_user.line = numbered.line",
        {"first": first_id},
    )


def new_skus(tenant_id: int) -> list[str]:
    """Staged products the tenant does not know yet."""
    found = sql.rows(
        "SELECT DISTINCT n.sku_id FROM stage_license n WHERE NOT EXISTS (SELECT 1 FROM product p "
        "WHERE p.tenant_id = %(tenant)s AND p.sku_id = n.sku_id) ORDER BY n.sku_id",
        {"tenant": tenant_id},
    )
    return [row[0] for row in found]


def new_groups(tenant_id: int) -> list[str]:
    """Staged groups the tenant does not know yet."""
    found = sql.rows(
        "SELECT DISTINCT n.group_ref FROM stage_license n WHERE n.group_ref IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM user_group g WHERE g.tenant_id = %(tenant)s AND g.object_id = n.group_ref) ORDER BY n.group_ref",
        {"tenant": tenant_id},
    )
    return [row[0] for row in found]


def resolve_licenses(tenant_id: int) -> None:
    """Staged licenses know user, product and group by number."""
    sql.execute(
        "UPDATE stage_license SET user_id = (SELECT u.user_id FROM stage_user u WHERE u.line = stage_license.line), "
        "product_id = (SELECT p.id FROM product p WHERE p.tenant_id = %(tenant)s AND p.sku_id = stage_license.sku_id), "
        "source_id = coalesce((SELECT g.id FROM user_group g WHERE g.tenant_id = %(tenant)s "
        "AND g.object_id = stage_license.group_ref), 0)",
        {"tenant": tenant_id},
    )
    sql.execute("CREATE INDEX stage_license_key ON stage_license (user_id, product_id, source_kind, source_id)", {})
    sql.execute("CREATE UNIQUE INDEX stage_user_id ON stage_user (user_id)", {})


def returning(tenant_id: int) -> list[int]:
    """Staged users whose account is deleted in the tenant: the file has them, so they are there."""
    found = sql.rows(
        "SELECT u.id FROM stage_user n JOIN users u ON u.tenant_id = %(tenant)s AND u.id = n.user_id "
        "WHERE n.is_new = 0 AND u.deleted_at IS NOT NULL ORDER BY u.id",
        {"tenant": tenant_id},
    )
    return [row[0] for row in found]


_MINE = "s.tenant_id = %(tenant)s AND s.source_kind <> 3 AND s.user_id = u.user_id"


def find_changes(tenant_id: int, *, paths_known: bool) -> None:
    """What the file changes in the sources of the users it names, staged; a purchase is never touched.

    Without paths: a product in the file that is held already keeps its known path; a held product that the file does
    not list is gone; a new one has the unknown path (architecture: Source).
    """
    for statement in _WITH_PATHS if paths_known else _WITHOUT_PATHS:
        sql.execute(statement, {"tenant": tenant_id})


def find_remembered(tenant_id: int) -> None:
    """What users who were deleted held before is staged as held again, unless the file says otherwise."""
    sql.execute(_REMEMBERED, {"tenant": tenant_id})


_COLUMNS = (
    "INSERT INTO stage_change (user_id, product_id, source_kind, source_id, before_state, before_plans, before_error, "
    "after_state, after_plans, error, since_at) "
)
_SAME = "n.user_id = s.user_id AND n.product_id = s.product_id AND n.source_kind = s.source_kind AND n.source_id = s.source_id"
_WITH_PATHS = (
    _COLUMNS + "SELECT s.user_id, s.product_id, s.source_kind, s.source_id, s.state, s.disabled_plans, s.error, "
    "NULL, NULL, NULL, NULL "
    f"FROM stage_user u JOIN source s ON {_MINE} "
    f"WHERE NOT EXISTS (SELECT 1 FROM stage_license n WHERE {_SAME})",
    _COLUMNS + "SELECT n.user_id, n.product_id, n.source_kind, n.source_id, s.state, s.disabled_plans, s.error, "
    "n.state, n.disabled_plans, n.error, n.since_at FROM stage_license n "
    f"LEFT JOIN source s ON s.tenant_id = %(tenant)s AND {_SAME} "
    "WHERE (s.user_id IS NULL OR s.state <> n.state OR s.disabled_plans <> n.disabled_plans "
    "OR coalesce(s.error, '') <> coalesce(n.error, '')) "
    "AND NOT (n.source_kind = 1 AND EXISTS (SELECT 1 FROM source b WHERE b.tenant_id = %(tenant)s "
    "AND b.product_id = n.product_id AND b.user_id = n.user_id AND b.source_kind = 3))",
)
_WITHOUT_PATHS = (
    _COLUMNS + "SELECT s.user_id, s.product_id, s.source_kind, s.source_id, s.state, s.disabled_plans, s.error, "
    "NULL, NULL, NULL, NULL "
    f"FROM stage_user u JOIN source s ON {_MINE} AND s.state <> 4 WHERE NOT EXISTS "
    "(SELECT 1 FROM stage_license n WHERE n.user_id = s.user_id AND n.product_id = s.product_id)",
    _COLUMNS + "SELECT DISTINCT n.user_id, n.product_id, 4, 0, CAST(NULL AS smallint), CAST(NULL AS text), "
    "CAST(NULL AS text), 1, '', CAST(NULL AS text), CAST(NULL AS bigint) FROM stage_license n WHERE NOT EXISTS "
    "(SELECT 1 FROM source s WHERE s.tenant_id = %(tenant)s AND s.product_id = n.product_id "
    "AND s.user_id = n.user_id AND s.state <> 4)",
)
_REMEMBERED = (
    _COLUMNS + "SELECT s.user_id, s.product_id, s.source_kind, s.source_id, s.state, s.disabled_plans, s.error, 1, "
    "s.disabled_plans, CAST(NULL AS text), s.since_at FROM source s WHERE s.tenant_id = %(tenant)s AND s.state = 5 "
    "AND s.user_id IN (SELECT n.user_id FROM stage_user n WHERE n.is_new = 0) "
    "AND NOT EXISTS (SELECT 1 FROM stage_change c WHERE c.user_id = s.user_id "
    "AND c.product_id = s.product_id AND c.source_kind = s.source_kind AND c.source_id = s.source_id)"
)


def changes(after: tuple[int, int, int, int] | None, top: int) -> list[sql.Row]:
    """(user, product, kind, source, then state, plans and error before and after) of staged changes, in order."""
    return sql.rows(
        "SELECT user_id, product_id, source_kind, source_id, before_state, before_plans, before_error, "
        "after_state, after_plans, error FROM stage_change "
        + ("WHERE (user_id, product_id, source_kind, source_id) > (%(u)s, %(p)s, %(k)s, %(s)s) " if after else "")
        + "ORDER BY user_id, product_id, source_kind, source_id LIMIT %(top)s",
        dict(zip("upks", after or (0, 0, 0, 0), strict=True)) | {"top": top},
    )


def merge_sources(tenant_id: int) -> None:
    """The tenant's sources are as the staged changes say."""
    params = {"tenant": tenant_id}
    sql.execute("CREATE INDEX stage_change_key ON stage_change (user_id, product_id, source_kind, source_id)", {})
    sql.execute(
        "DELETE FROM source WHERE tenant_id = %(tenant)s AND (product_id, user_id, source_kind, source_id) IN "
        "(SELECT c.product_id, c.user_id, c.source_kind, c.source_id FROM stage_change c WHERE c.before_state IS NOT NULL)",
        params,
    )
    sql.execute(
        "INSERT INTO source (tenant_id, product_id, user_id, source_kind, source_id, state, disabled_plans, error, since_at) "
        "SELECT %(tenant)s, c.product_id, c.user_id, c.source_kind, c.source_id, c.after_state, c.after_plans, c.error, "
        "c.since_at FROM stage_change c WHERE c.after_state IS NOT NULL",
        params,
    )


def merge_users(tenant_id: int, fields: frozenset[str], now: Instant, *, licenses: bool, sign_in: bool) -> None:
    """New users are there; known ones have the fields that the file states, and when they were read.

    Nobody of them is deleted.
    """
    params = {
        "tenant": tenant_id,
        "now": now,
        "licenses": now if licenses else None,
        "sign_in": now if sign_in else None,
    }
    columns = [c for c in USER_FIELDS if c != "line"]
    names = ", ".join(columns)
    values = ", ".join(f"n.{c}" for c in columns)
    always = ["principal_name", "principal_key", "display_name", "sort_key", "search_key"]
    own = [c for c in columns if c in fields and c not in always]
    sets = [f"{c} = n.{c}" for c in always + own] + ["account_read_at = %(now)s", "deleted_at = NULL"]
    sets += ["licenses_read_at = %(now)s"] * licenses
    sets += ["sign_in_read_at = %(now)s", "last_sign_in_at = n.last_sign_in_at"] * sign_in
    free_names(tenant_id)
    sql.execute(
        f"UPDATE users SET {', '.join(sets)} FROM stage_user n WHERE users.tenant_id = %(tenant)s "
        "AND n.is_new = 0 AND users.id = n.user_id",
        params,
    )
    sql.execute(
        f"INSERT INTO users (tenant_id, id, {names}, account_read_at, licenses_read_at, sign_in_read_at) "
        f"SELECT %(tenant)s, n.user_id, {values}, %(now)s, CAST(%(licenses)s AS bigint), CAST(%(sign_in)s AS bigint) "
        "FROM stage_user n WHERE n.is_new = 1",
        params,
    )


def changed_accounts(tenant_id: int, fields: frozenset[str], after: int, top: int) -> list[sql.Row]:
    """(user id, then old and new value of each field in sorted order) of known users whose account the file changes."""
    names = sorted(fields)
    if not names:
        return []
    differ = " OR ".join(f"u.{c} IS DISTINCT FROM n.{c}" if sql.is_postgres() else f"u.{c} IS NOT n.{c}" for c in names)
    shown = ", ".join(f"u.{c}, n.{c}" for c in names)
    return sql.rows(
        f"SELECT n.user_id, {shown} FROM stage_user n JOIN users u ON u.tenant_id = %(tenant)s AND u.id = n.user_id "
        f"WHERE n.is_new = 0 AND n.user_id > %(after)s AND ({differ}) ORDER BY n.user_id LIMIT %(top)s",
        {"tenant": tenant_id, "after": after, "top": top},
    )


def renamed(tenant_id: int) -> list[int]:
    """Known users whose search text the file changes; a deleted one has none."""
    found = sql.rows(
        "SELECT n.user_id FROM stage_user n JOIN users u ON u.tenant_id = %(tenant)s AND u.id = n.user_id "
        "WHERE n.is_new = 0 AND u.search_key <> n.search_key AND u.deleted_at IS NULL",
        {"tenant": tenant_id},
    )
    return [row[0] for row in found]


JOURNALED = tuple(name for name in USER_FIELDS if name != "line" and not name.endswith("_key"))
"""What the journal says of a new user: everything that a file can."""


def new_users(after: int, top: int) -> list[sql.Row]:
    """(user id, then each of JOURNALED) of new users, in order."""
    return sql.rows(
        f"SELECT user_id, {', '.join(JOURNALED)} FROM stage_user WHERE is_new = 1 AND user_id > %(after)s "
        "ORDER BY user_id LIMIT %(top)s",
        {"after": after, "top": top},
    )


def drop_lines(lines: list[int]) -> None:
    """These lines are no longer staged."""
    among = sql.among("lines")
    for table in ("stage_license", "stage_user"):
        sql.execute(f"DELETE FROM {table} WHERE line {among}", {"lines": sql.listed(lines)})


def without_object_id(after: int, top: int) -> list[int]:
    """Lines of new users that have no object id yet."""
    found = sql.rows(
        "SELECT line FROM stage_user WHERE is_new = 1 AND object_id IS NULL AND line > %(after)s ORDER BY line LIMIT %(top)s",
        {"after": after, "top": top},
    )
    return [row[0] for row in found]


def give_object_ids(pairs: list[tuple[str, int]]) -> None:
    """(object id, line) of new users."""
    sql.execute_many("UPDATE stage_user SET object_id = %s WHERE line = %s", pairs)


def keep_stored_names(tenant_id: int) -> None:
    """Known users keep the display name that the store has; for a file that states none."""
    sql.execute(
        "UPDATE stage_user SET display_name = u.display_name, sort_key = u.sort_key, search_key = u.search_key "
        "FROM users u WHERE u.tenant_id = %(tenant)s AND u.id = stage_user.user_id AND stage_user.is_new = 0",
        {"tenant": tenant_id},
    )


def keep_object_ids(tenant_id: int) -> None:
    """Known users whose row states no object id keep theirs."""
    sql.execute(
        "UPDATE stage_user SET object_id = u.object_id FROM users u WHERE u.tenant_id = %(tenant)s "
        "AND u.id = stage_user.user_id AND stage_user.is_new = 0 AND stage_user.object_id IS NULL",
        {"tenant": tenant_id},
    )


def free_names(tenant_id: int) -> None:
    """Known users whom the file renames give their name up first, so that two can trade names."""
    sql.execute(
        "UPDATE users SET principal_key = '/' || users.id FROM stage_user n WHERE users.tenant_id = %(tenant)s "
        "AND n.is_new = 0 AND users.id = n.user_id AND users.principal_key <> n.principal_key",
        {"tenant": tenant_id},
    )


def users_with_clocks(tenant_id: int) -> list[int]:
    """Users of the file for whom a retention clock runs."""
    found = sql.rows(
        "SELECT DISTINCT c.user_id FROM clock c JOIN stage_user u ON u.user_id = c.user_id "
        "WHERE c.tenant_id = %(tenant)s ORDER BY c.user_id",
        {"tenant": tenant_id},
    )
    return [row[0] for row in found]


def count_changes() -> int:
    """How many sources the file changes."""
    return int(sql.value("SELECT count(*) FROM stage_change", {}))
