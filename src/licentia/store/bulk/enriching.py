"""Facts of users from a file about a tenant that is there already: staged, joined with its users, compared, then written.

Temporary tables belong to one connection and vanish with it. Never writes a fact over one that was read later.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from licentia.domain.instants import Instant
from licentia.store import sql

FIELDS = (
    "line",
    "name",
    "principal_key",
    "object_id",
    "read_at",
    "moment",
    "size_bytes",
    "has_archive",
    "kind",
)
_STAGE = """
CREATE TEMPORARY TABLE stage_fact (
  line bigint PRIMARY KEY, name text, principal_key text, object_id text, read_at bigint, moment bigint,
  size_bytes bigint, has_archive boolean, kind text, user_id bigint, fate text)
"""


class Fate(StrEnum):
    """What becomes of a staged fact."""

    CHANGE = "change"
    SAME = "same"
    """Known so already: only when it was read is new."""
    OLDER = "older"
    """The store has read it later."""
    KINDLESS = "kindless"
    """A mailbox of which neither the file nor the store says what kind it is."""


def open_stage() -> None:
    """An empty staging table."""
    close_stage()
    sql.execute(_STAGE, {})


def close_stage() -> None:
    """No staging table."""
    sql.execute("DROP TABLE IF EXISTS stage_fact", {})


def put(rows: Iterable[tuple[Any, ...]]) -> None:
    """These rows are staged."""
    sql.insert("stage_fact", FIELDS, rows)


def latest() -> Instant | None:
    """The latest moment at which a staged fact was read; None when nothing is staged."""
    found = sql.value("SELECT max(read_at) FROM stage_fact", {})
    return None if found is None else int(found)


def resolve(tenant_id: int) -> None:
    """Staged facts know their user, by object id, else by name; deleted users are nobody's."""
    for key in ("object_id", "principal_key"):
        sql.execute(
            f"UPDATE stage_fact SET user_id = (SELECT u.id FROM users u WHERE u.tenant_id = %(tenant)s "
            f"AND u.{key} = stage_fact.{key} AND u.deleted_at IS NULL) "
            f"WHERE user_id IS NULL AND {key} IS NOT NULL",
            {"tenant": tenant_id},
        )
    sql.execute("CREATE INDEX stage_fact_user ON stage_fact (user_id)", {})
    if sql.is_postgres():
        sql.execute("ANALYZE stage_fact", {})


def strangers(after: int, top: int) -> list[tuple[int, str]]:
    """(line, name) of staged facts whose user the tenant does not have, in order."""
    return sql.rows(
        "SELECT line, coalesce(name, object_id) FROM stage_fact WHERE user_id IS NULL AND line > %(after)s "
        "ORDER BY line LIMIT %(top)s",
        {"after": after, "top": top},
    )


def twice() -> list[tuple[int, int]]:
    """(line, earlier line) of staged facts of one and the same user."""
    return sql.rows(
        "SELECT line, first FROM (SELECT line, min(line) OVER (PARTITION BY user_id) AS first FROM stage_fact "
        "WHERE user_id IS NOT NULL) AS found WHERE line <> first ORDER BY line",
        {},
    )


def drop_lines(lines: list[int]) -> None:
    """These lines are no longer staged."""
    sql.execute(f"DELETE FROM stage_fact WHERE line {sql.among('lines')}", {"lines": sql.listed(lines)})


def drop_strangers() -> None:
    """What is nobody's is no longer staged."""
    sql.execute("DELETE FROM stage_fact WHERE user_id IS NULL", {})


def counts() -> dict[Fate, int]:
    """How many staged facts have each fate."""
    found = sql.rows("SELECT fate, count(*) FROM stage_fact GROUP BY fate", {})
    return {Fate(fate): int(n) for fate, n in found}


def _differ(one: str, other: str) -> str:
    return f"{one} IS DISTINCT FROM {other}" if sql.is_postgres() else f"{one} IS NOT {other}"


def _decide(tenant_id: int, table: str, key: str, fate: str) -> None:
    """Each staged fact has the fate that the expression says, over `n` and the user's row `x`, if there is one."""
    sql.execute(
        f"UPDATE stage_fact SET fate = found.fate FROM (SELECT n.line, {fate} AS fate FROM stage_fact n "
        f"LEFT JOIN {table} x ON x.tenant_id = %(tenant)s AND x.{key} = n.user_id) AS found "
        "WHERE stage_fact.line = found.line",
        {"tenant": tenant_id},
    )


_WRITTEN = "n.fate IN ('change', 'same')"


# ---- last activity


def compare_activity(tenant_id: int) -> None:
    """The fate of each staged last activity. A report looks back so far and no further: an activity known is kept."""
    sql.execute(
        "UPDATE stage_fact SET moment = u.last_activity_at FROM users u WHERE u.tenant_id = %(tenant)s "
        "AND u.id = stage_fact.user_id AND u.last_activity_at IS NOT NULL "
        "AND (stage_fact.moment IS NULL OR stage_fact.moment < u.last_activity_at)",
        {"tenant": tenant_id},
    )
    _decide(tenant_id, "users", "id", _moment_fate("x.last_activity_at", "x.activity_read_at"))


def write_activity(tenant_id: int) -> None:
    """Users have the staged last activities, and when those were read."""
    sql.execute(
        "UPDATE users SET last_activity_at = n.moment, activity_read_at = n.read_at FROM stage_fact n "
        f"WHERE users.tenant_id = %(tenant)s AND users.id = n.user_id AND {_WRITTEN}",
        {"tenant": tenant_id},
    )


def changed_activity(tenant_id: int, after: int, top: int) -> list[sql.Row]:
    """(user, last activity and when read: before, then after) of staged changes, in order of user."""
    return _changed_moments(tenant_id, "x.last_activity_at, x.activity_read_at", after, top)


# ---- last sign-in


def compare_sign_ins(tenant_id: int) -> None:
    """The fate of each staged sign-in."""
    _decide(tenant_id, "users", "id", _moment_fate("x.last_sign_in_at", "x.sign_in_read_at"))


def write_sign_ins(tenant_id: int) -> None:
    """Users have the staged sign-ins, and when those were read."""
    sql.execute(
        "UPDATE users SET last_sign_in_at = n.moment, sign_in_read_at = n.read_at FROM stage_fact n "
        f"WHERE users.tenant_id = %(tenant)s AND users.id = n.user_id AND {_WRITTEN}",
        {"tenant": tenant_id},
    )


def changed_sign_ins(tenant_id: int, after: int, top: int) -> list[sql.Row]:
    """(user, last sign-in and when read: before, then after) of staged changes, in order of user."""
    return _changed_moments(tenant_id, "x.last_sign_in_at, x.sign_in_read_at", after, top)


def _moment_fate(moment: str, read_at: str) -> str:
    return (
        f"CASE WHEN {read_at} > n.read_at THEN 'older' WHEN {read_at} IS NULL OR {_differ(moment, 'n.moment')} "
        "THEN 'change' ELSE 'same' END"
    )


def _changed_moments(tenant_id: int, before: str, after: int, top: int) -> list[sql.Row]:
    return sql.rows(
        f"SELECT n.user_id, {before}, n.moment, n.read_at FROM stage_fact n "
        "JOIN users x ON x.tenant_id = %(tenant)s AND x.id = n.user_id "
        "WHERE n.fate = 'change' AND n.user_id > %(after)s ORDER BY n.user_id LIMIT %(top)s",
        {"tenant": tenant_id, "after": after, "top": top},
    )


# ---- mailboxes


def compare_mailboxes(tenant_id: int) -> None:
    """The fate of each staged mailbox; what the file does not state is staged as the store has it.

    A kind is never guessed: without one in the file, only a mailbox whose kind was read before takes a size.
    """
    sql.execute(
        "UPDATE stage_fact SET kind = coalesce(stage_fact.kind, CASE WHEN b.kind <> 'none' THEN b.kind END), "
        "size_bytes = coalesce(stage_fact.size_bytes, b.size_bytes), "
        "has_archive = coalesce(stage_fact.has_archive, b.has_archive) "
        "FROM mailbox b WHERE b.tenant_id = %(tenant)s AND b.user_id = stage_fact.user_id",
        {"tenant": tenant_id},
    )
    differ = " OR ".join(_differ(f"x.{c}", f"n.{c}") for c in ("kind", "size_bytes", "has_archive"))
    _decide(
        tenant_id,
        "mailbox",
        "user_id",
        "CASE WHEN x.read_at > n.read_at THEN 'older' WHEN n.kind IS NULL THEN 'kindless' "
        f"WHEN x.user_id IS NULL OR {differ} THEN 'change' ELSE 'same' END",
    )


def write_mailboxes(tenant_id: int) -> None:
    """Users have the staged mailboxes; holds and forwarding, which no such file has, stay as they are."""
    sql.execute(
        "UPDATE mailbox SET kind = n.kind, size_bytes = n.size_bytes, has_archive = n.has_archive, "
        "read_at = n.read_at, purged_at = CASE WHEN mailbox.kind = 'none' THEN NULL ELSE mailbox.purged_at END "
        f"FROM stage_fact n WHERE mailbox.tenant_id = %(tenant)s AND mailbox.user_id = n.user_id AND {_WRITTEN}",
        {"tenant": tenant_id},
    )
    sql.execute(
        "INSERT INTO mailbox (tenant_id, user_id, kind, size_bytes, has_archive, read_at) "
        "SELECT %(tenant)s, n.user_id, n.kind, n.size_bytes, n.has_archive, n.read_at FROM stage_fact n "
        "WHERE n.fate = 'change' AND NOT EXISTS (SELECT 1 FROM mailbox b WHERE b.tenant_id = %(tenant)s "
        "AND b.user_id = n.user_id)",
        {"tenant": tenant_id},
    )


def changed_mailboxes(tenant_id: int, after: int, top: int) -> list[sql.Row]:
    """(user, kind, size, archive, when read: before, then after) of staged changes, in order of user."""
    return sql.rows(
        "SELECT n.user_id, x.kind, x.size_bytes, x.has_archive, x.read_at, n.kind, n.size_bytes, n.has_archive, "
        "n.read_at FROM stage_fact n LEFT JOIN mailbox x ON x.tenant_id = %(tenant)s AND x.user_id = n.user_id "
        "WHERE n.fate = 'change' AND n.user_id > %(after)s ORDER BY n.user_id LIMIT %(top)s",
        {"tenant": tenant_id, "after": after, "top": top},
    )


# ---- drives


def compare_drives(tenant_id: int) -> None:
    """The fate of each staged drive; a size that the file does not state is staged as the store has it."""
    sql.execute(
        "UPDATE stage_fact SET size_bytes = d.size_bytes FROM drive d WHERE d.tenant_id = %(tenant)s "
        "AND d.user_id = stage_fact.user_id AND stage_fact.size_bytes IS NULL",
        {"tenant": tenant_id},
    )
    _decide(
        tenant_id,
        "drive",
        "user_id",
        "CASE WHEN x.read_at > n.read_at THEN 'older' WHEN x.user_id IS NULL OR NOT x.is_present "
        f"OR {_differ('x.size_bytes', 'n.size_bytes')} THEN 'change' ELSE 'same' END",
    )


def write_drives(tenant_id: int) -> None:
    """Users have the staged drives; holds, which no such file has, stay as they are."""
    sql.execute(
        "UPDATE drive SET is_present = true, size_bytes = n.size_bytes, read_at = n.read_at FROM stage_fact n "
        f"WHERE drive.tenant_id = %(tenant)s AND drive.user_id = n.user_id AND {_WRITTEN}",
        {"tenant": tenant_id},
    )
    sql.execute(
        "INSERT INTO drive (tenant_id, user_id, is_present, size_bytes, read_at) "
        "SELECT %(tenant)s, n.user_id, true, n.size_bytes, n.read_at FROM stage_fact n WHERE n.fate = 'change' "
        "AND NOT EXISTS (SELECT 1 FROM drive d WHERE d.tenant_id = %(tenant)s AND d.user_id = n.user_id)",
        {"tenant": tenant_id},
    )


def changed_drives(tenant_id: int, after: int, top: int) -> list[sql.Row]:
    """(user, present, size, when read: before, then after) of staged changes, in order of user."""
    return sql.rows(
        "SELECT n.user_id, x.is_present, x.size_bytes, x.read_at, 1 = 1, n.size_bytes, n.read_at FROM stage_fact n "
        "LEFT JOIN drive x ON x.tenant_id = %(tenant)s AND x.user_id = n.user_id "
        "WHERE n.fate = 'change' AND n.user_id > %(after)s ORDER BY n.user_id LIMIT %(top)s",
        {"tenant": tenant_id, "after": after, "top": top},
    )
