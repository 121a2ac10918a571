"""Lists of groups: pages by name, one group with its licenses, its members, and every license in error by cause.

A page walks keys, never OFFSET. Deleted groups are listed only where asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from licentia.domain.facts import UNKNOWN
from licentia.domain.group_facts import GroupFacts, GroupKind, Processing
from licentia.domain.group_facts import processing as state_of
from licentia.domain.instants import Instant
from licentia.domain.reasons import BadInput
from licentia.store import sql

FEW = 2_000
"""A group of up to so many members is sorted; in a larger one the name order is walked."""

CANDIDATES = 5
"""How many groups of one name are offered."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group. None is not known; an empty rule is known to be none."""

    id: int
    object_id: str
    name: str
    sort_key: str
    kind: str | None
    membership_rule: str | None
    is_synced: bool | None
    deleted_at: Instant | None
    description: str | None = None
    mail: str | None = None
    mail_nickname: str | None = None
    visibility: str | None = None
    created_at: Instant | None = None

    @property
    def facts(self) -> GroupFacts:
        """What the rules look at."""
        return GroupFacts(
            id=self.id,
            name=self.name,
            kind=UNKNOWN if self.kind is None else GroupKind(self.kind),
            membership_rule=UNKNOWN if self.membership_rule is None else self.membership_rule,
            is_synced=UNKNOWN if self.is_synced is None else self.is_synced,
        )


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member, as lists show it."""

    id: int
    principal_name: str
    display_name: str
    sort_key: str


@dataclass(frozen=True, slots=True)
class TroubleRow:
    """Licenses in error with the same cause: of one product, from one group (0: not from a group)."""

    error: str
    state: int
    source_kind: int
    source_id: int
    sku_id: str
    users: int


@dataclass(frozen=True, slots=True)
class TroubledUser:
    """A user with a license in error, and its cause."""

    user_id: int
    principal_name: str
    sku_id: str
    source_kind: int
    source_id: int
    state: int
    error: str


COLUMNS = (
    "g.id, g.object_id, g.display_name, g.sort_key, g.kind, g.membership_rule, g.is_synced, g.deleted_at, "
    "g.description, g.mail, g.mail_nickname, g.visibility, g.created_at "
    "FROM user_group g WHERE g.tenant_id = %(tenant)s"
)
"""What `group_row` reads, up to the first condition."""

_TROUBLE = "s.tenant_id = %(tenant)s AND s.state IN (2, 4)"
"""Sources that are in error: held or not."""

_LIVING = "JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id AND u.deleted_at IS NULL"


def group_row(values: sql.Row) -> GroupRow:
    """The group that COLUMNS read."""
    number, object_id, name, key, kind, rule, is_synced, *more = values
    return GroupRow(number, object_id, name, key, kind, rule, None if is_synced is None else bool(is_synced), *more)


def page(
    tenant_id: int, *, after: tuple[str, int] | None = None, top: int = 50, licensed: bool = False
) -> tuple[list[GroupRow], tuple[str, int] | None]:
    """(groups in name order, the key to go on from); only those that give licenses, where asked."""
    more = "" if after is None else " AND (g.sort_key, g.id) > (%(key)s, %(id)s)"
    if licensed:
        more += " AND EXISTS (SELECT 1 FROM group_license l WHERE l.tenant_id = g.tenant_id AND l.group_id = g.id)"
    key, number = after or ("", 0)
    found = sql.rows(
        f"SELECT {COLUMNS} AND g.deleted_at IS NULL{more} ORDER BY g.sort_key, g.id LIMIT %(top)s",
        {"tenant": tenant_id, "key": key, "id": number, "top": top + 1},
    )
    shown = [group_row(values) for values in found[:top]]
    return shown, (shown[-1].sort_key, shown[-1].id) if len(found) > top else None


def deleted(tenant_id: int, top: int = 50) -> list[GroupRow]:
    """Deleted groups that are still kept, the last first."""
    found = sql.rows(
        f"SELECT {COLUMNS} AND g.deleted_at IS NOT NULL ORDER BY g.deleted_at DESC, g.id LIMIT %(top)s",
        {"tenant": tenant_id, "top": top},
    )
    return [group_row(values) for values in found]


def deleted_before(tenant_id: int, at: Instant, top: int) -> list[tuple[int, Instant]]:
    """(group, when it was deleted) of groups deleted at or before this instant, the first one first."""
    return sql.rows(
        "SELECT g.id, g.deleted_at FROM user_group g WHERE g.tenant_id = %(tenant)s AND g.deleted_at <= %(at)s "
        "ORDER BY g.deleted_at, g.id LIMIT %(top)s",
        {"tenant": tenant_id, "at": at, "top": top},
    )


def get(tenant_id: int, group_id: int, *, deleted: bool = False) -> GroupRow | None:
    """The group of this number; None when there is none, or it is deleted and those are not asked for."""
    alive = "" if deleted else " AND g.deleted_at IS NULL"
    found = sql.row(f"SELECT {COLUMNS} AND g.id = %(group)s{alive}", {"tenant": tenant_id, "group": group_id})
    return None if found is None else group_row(found)


def facts(tenant_id: int, group_id: int) -> GroupFacts:
    """What the rules look at of the group; BadInput `unknown_group` when there is none."""
    found = get(tenant_id, group_id)
    if found is None:
        raise BadInput("unknown_group", text=str(group_id))
    return found.facts


def find(tenant_id: int, text: str, *, deleted: bool = False) -> GroupRow:
    """The group of this object id or display name; BadInput `unknown_group`, or `ambiguous_group` with candidates."""
    state = "IS NOT NULL" if deleted else "IS NULL"
    for column, value in (("object_id", text.strip().lower()), ("display_name", text)):
        found = sql.rows(
            f"SELECT {COLUMNS} AND g.deleted_at {state} AND g.{column} = %(value)s ORDER BY g.id LIMIT %(top)s",
            {"tenant": tenant_id, "value": value, "top": CANDIDATES + 1},
        )
        if len(found) == 1:
            return group_row(found[0])
        if found:
            candidates = tuple((row.name, row.object_id) for row in map(group_row, found[:CANDIDATES]))
            raise BadInput("ambiguous_group", text=text, n=len(found), candidates=candidates)
    raise BadInput("unknown_group", text=text)


def names(tenant_id: int, group_ids: list[int]) -> dict[int, str]:
    """By number, the display name, of deleted groups too."""
    found = sql.rows(
        f"SELECT g.id, g.display_name FROM user_group g WHERE g.tenant_id = %(tenant)s AND g.id {sql.among('ids')}",
        {"tenant": tenant_id, "ids": sql.listed(group_ids)},
    )
    return dict(found)


def is_named(tenant_id: int, name: str) -> bool:
    """Whether a group has this display name."""
    found = sql.row(
        f"SELECT {COLUMNS} AND g.deleted_at IS NULL AND g.display_name = %(name)s LIMIT 1",
        {"tenant": tenant_id, "name": name},
    )
    return found is not None


def processing(tenant_id: int, group_ids: list[int]) -> dict[int, Processing]:
    """Of these groups, those that somebody has yet to follow, and how far they are (R-181); others are complete.

    One pass over who waits, not over members; who left a group and holds its licenses still waits for it too.
    """
    params = {"tenant": tenant_id, "groups": sql.listed(group_ids)}
    waiting = sql.rows(
        "SELECT DISTINCT w.id FROM (SELECT m.group_id AS id FROM group_queue q JOIN group_member m "
        "ON m.tenant_id = q.tenant_id AND m.user_id = q.user_id "
        f"WHERE q.tenant_id = %(tenant)s AND m.group_id {sql.among('groups')} UNION ALL "
        "SELECT s.source_id AS id FROM group_queue q JOIN source s ON s.tenant_id = q.tenant_id AND s.user_id = q.user_id "
        f"WHERE q.tenant_id = %(tenant)s AND s.source_kind = 2 AND s.source_id {sql.among('groups')}) w",
        params,
    )
    numbers = [row[0] for row in waiting]
    begun = (
        sql.rows(
            f"SELECT g.id FROM user_group g WHERE g.tenant_id = %(tenant)s AND g.id {sql.among('groups')} AND EXISTS "
            "(SELECT 1 FROM group_member m LEFT JOIN group_queue q ON q.tenant_id = m.tenant_id AND q.user_id = m.user_id "
            "WHERE m.tenant_id = g.tenant_id AND m.group_id = g.id AND q.user_id IS NULL)",
            params | {"groups": sql.listed(numbers)},
        )
        if numbers
        else []
    )
    done = {row[0] for row in begun}
    return {number: state_of(1, int(number in done)) for number in numbers}


def licenses(tenant_id: int, group_ids: list[int]) -> dict[int, list[tuple[str, str]]]:
    """By group, (sku, disabled plans) of what it gives, in order of product."""
    found = sql.rows(
        "SELECT l.group_id, p.sku_id, l.disabled_plans FROM group_license l "
        "JOIN product p ON p.tenant_id = l.tenant_id AND p.id = l.product_id "
        f"WHERE l.tenant_id = %(tenant)s AND l.group_id {sql.among('ids')} ORDER BY l.group_id, p.sku_id",
        {"tenant": tenant_id, "ids": sql.listed(group_ids)},
    )
    given: dict[int, list[tuple[str, str]]] = {group: [] for group in group_ids}
    for group, sku, plans in found:
        given[group].append((sku, plans))
    return given


def count_members(tenant_id: int, group_id: int) -> int:
    """How many members the group has who are not deleted; reads the group's members."""
    return int(
        sql.value(
            f"SELECT count(*) FROM group_member m {_LIVING} WHERE m.tenant_id = %(tenant)s AND m.group_id = %(group)s",
            {"tenant": tenant_id, "group": group_id},
        )
    )


def members_of(tenant_id: int, group_id: int, users: list[int]) -> set[int]:
    """Those of these users who are members."""
    found = sql.rows(
        "SELECT m.user_id FROM group_member m WHERE m.tenant_id = %(tenant)s AND m.group_id = %(group)s "
        f"AND m.user_id {sql.among('users')}",
        {"tenant": tenant_id, "group": group_id, "users": sql.listed(users)},
    )
    return {row[0] for row in found}


def all_members(tenant_id: int, group_id: int, after: int, top: int) -> list[int]:
    """Members with an id above `after`, deleted users too, ascending."""
    found = sql.rows(
        "SELECT m.user_id FROM group_member m WHERE m.tenant_id = %(tenant)s AND m.group_id = %(group)s "
        "AND m.user_id > %(after)s ORDER BY m.user_id LIMIT %(top)s",
        {"tenant": tenant_id, "group": group_id, "after": after, "top": top},
    )
    return [row[0] for row in found]


def members(
    tenant_id: int, group_id: int, *, after: tuple[str, int] | None = None, top: int = 50
) -> tuple[list[MemberRow], tuple[str, int] | None]:
    """(members in name order, the key to go on from); deleted users are left out."""
    key, number = after or ("", 0)
    params = {"tenant": tenant_id, "group": group_id, "key": key, "id": number, "top": top + 1}
    few = all_members(tenant_id, group_id, 0, FEW + 1)
    if len(few) <= FEW:
        which, order = f"u.id {sql.among('ids')}", "u.sort_key || '', u.id"
        params["ids"] = sql.listed(few)
    else:
        which = (
            "EXISTS (SELECT 1 FROM group_member m WHERE m.tenant_id = u.tenant_id AND m.group_id = %(group)s "
            "AND m.user_id = u.id)"
        )
        order = "u.sort_key, u.id"
    further = "" if after is None else " AND (u.sort_key, u.id) > (%(key)s, %(id)s)"
    found = sql.rows(
        "SELECT u.id, u.principal_name, u.display_name, u.sort_key FROM users u "
        f"WHERE u.tenant_id = %(tenant)s AND u.deleted_at IS NULL AND {which}{further} ORDER BY {order} LIMIT %(top)s",
        params,
    )
    shown = [MemberRow(*values) for values in found[:top]]
    return shown, (shown[-1].sort_key, shown[-1].id) if len(found) > top else None


def states(tenant_id: int, group_id: int) -> list[tuple[str, int, str, int]]:
    """(sku, state, error, users) of what the group gives; reads the sources of the products it gives."""
    found = sql.rows(
        "SELECT p.sku_id, s.state, coalesce(s.error, ''), count(*) FROM source s "
        "JOIN product p ON p.tenant_id = s.tenant_id AND p.id = s.product_id "
        "WHERE s.tenant_id = %(tenant)s AND s.product_id IN (SELECT l.product_id FROM group_license l "
        "WHERE l.tenant_id = %(tenant)s AND l.group_id = %(group)s) "
        "AND s.source_kind = 2 AND s.source_id = %(group)s AND s.state < 5 "
        "GROUP BY p.sku_id, s.state, coalesce(s.error, '') ORDER BY p.sku_id, s.state, 3",
        {"tenant": tenant_id, "group": group_id},
    )
    return [(sku, int(state), error, int(n)) for sku, state, error, n in found]


def _in_error(group_id: int | None) -> str:
    """The sources in error as a table: of the tenant, or of one group by the index of those in error.

    For `source_id = 6` SQLite walks every source of the tenant; for a list of one, in the index's order, it does not.
    """
    if group_id is None:
        return f"(SELECT * FROM source s WHERE {_TROUBLE})"
    return (
        "(SELECT s.tenant_id, s.source_kind, s.source_id, s.product_id, s.user_id, s.state, s.error FROM source s "
        f"WHERE {_TROUBLE} AND s.source_kind = 2 AND s.source_id {sql.among('groups')} "
        "ORDER BY s.source_id, s.product_id, s.user_id LIMIT 1000000000)"
    )


def _of(tenant_id: int, group_id: int | None) -> dict[str, object]:
    return {"tenant": tenant_id, "groups": sql.listed([] if group_id is None else [group_id])}


def trouble(tenant_id: int, group_id: int | None = None) -> list[TroubleRow]:
    """Every license in error, by cause, product and group; of one group when asked."""
    found = sql.rows(
        "SELECT coalesce(s.error, 'Other'), s.state, s.source_kind, s.source_id, p.sku_id, count(*) "
        f"FROM {_in_error(group_id)} s JOIN product p ON p.tenant_id = s.tenant_id AND p.id = s.product_id "
        "WHERE s.tenant_id = %(tenant)s "
        "GROUP BY coalesce(s.error, 'Other'), s.state, s.source_kind, s.source_id, p.sku_id ORDER BY 1, 2, 3, 4, 5",
        _of(tenant_id, group_id),
    )
    return [TroubleRow(*values) for values in found]


def troubled(tenant_id: int, group_id: int | None = None, *, after: int = 0, top: int = 50) -> list[TroubledUser]:
    """Users with an id above `after` who have a license in error, each with all of them; `top` users at most."""
    params = _of(tenant_id, group_id) | {"after": after, "top": top}
    users = sql.rows(
        f"SELECT DISTINCT s.user_id FROM {_in_error(group_id)} s WHERE s.tenant_id = %(tenant)s "
        "AND s.user_id > %(after)s ORDER BY s.user_id LIMIT %(top)s",
        params,
    )
    if not users:
        return []
    found = sql.rows(
        "SELECT s.user_id, u.principal_name, p.sku_id, s.source_kind, s.source_id, s.state, coalesce(s.error, 'Other') "
        f"FROM {_in_error(group_id)} s JOIN product p ON p.tenant_id = s.tenant_id AND p.id = s.product_id "
        "JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id "
        f"WHERE s.tenant_id = %(tenant)s AND s.user_id {sql.among('users')} "
        "ORDER BY s.user_id, p.sku_id, s.source_kind, s.source_id",
        params | {"users": sql.listed([row[0] for row in users])},
    )
    return [TroubledUser(*values) for values in found]


def is_source(tenant_id: int, group_id: int) -> bool:
    """Whether somebody who is not deleted has a license by this group, or one in error; reads until one is found."""
    found = sql.row(
        "SELECT 1 FROM source s WHERE s.tenant_id = %(tenant)s AND s.source_kind = 2 AND s.source_id = %(group)s "
        "AND s.state < 5 LIMIT 1",
        {"tenant": tenant_id, "group": group_id},
    )
    return found is not None


def never_reason(tenant_id: int, group_id: int) -> str | None:
    """Why the group is on the never list; None when it is not."""
    found = sql.value(
        "SELECT n.reason FROM never_list n WHERE n.tenant_id = %(tenant)s AND n.object_kind = 'group' "
        "AND n.object_id = %(group)s",
        {"tenant": tenant_id, "group": group_id},
    )
    return None if found is None else str(found)
