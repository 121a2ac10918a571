"""Groups as pages show them: by name in both directions, with members, errors and who still follows; never OFFSET.

A count stops at a cap, so that a page costs the same in a tenant of any size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from licentia.store import sql
from licentia.store.lists.groups import COLUMNS, FEW, GroupRow, group_row
from licentia.store.lists.users import Key
from licentia.store.names import plain


@dataclass(frozen=True, slots=True)
class GroupQuery:
    """What to list: every group, or those that all of these mean."""

    search: str = ""
    product_id: int | None = None
    """Only groups that give this product."""
    licensed: bool = False
    after: Key | None = None
    before: Key | None = None
    top: int = 50


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Groups in name order, and where the pages around them begin and end; None: there is none."""

    groups: tuple[GroupRow, ...]
    next_key: Key | None
    previous_key: Key | None


def page(tenant_id: int, query: GroupQuery) -> GroupPage:
    """A page of groups that are not deleted; a word is looked for anywhere in the name."""
    conditions, params = _conditions(query)
    key, is_back = query.before or query.after, query.before is not None
    if key is not None:
        conditions += f" AND (g.sort_key, g.id) {'<' if is_back else '>'} (%(key)s, %(id)s)"
        params |= {"key": key[0], "id": key[1]}
    order = "g.sort_key DESC, g.id DESC" if is_back else "g.sort_key, g.id"
    found = sql.rows(
        f"SELECT {COLUMNS} AND g.deleted_at IS NULL{conditions} ORDER BY {order} LIMIT %(top)s",
        {"tenant": tenant_id, "top": query.top + 1} | params,
    )
    shown = [group_row(values) for values in found[: query.top]]
    is_more = len(found) > query.top
    if is_back:
        shown.reverse()
    has_next, has_previous = (True, is_more) if is_back else (is_more, key is not None)
    return GroupPage(
        tuple(shown),
        (shown[-1].sort_key, shown[-1].id) if shown and has_next else None,
        (shown[0].sort_key, shown[0].id) if shown and has_previous else None,
    )


def _conditions(query: GroupQuery) -> tuple[str, dict[str, object]]:
    conditions, params = "", dict[str, object]()
    words = plain(query.search.replace("\x00", "")).strip()
    if words:
        conditions += " AND g.sort_key LIKE %(words)s ESCAPE '\\'"
        params["words"] = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    if query.product_id is not None or query.licensed:
        one = " AND l.product_id = %(product)s" if query.product_id is not None else ""
        conditions += (
            " AND EXISTS (SELECT 1 FROM group_license l WHERE l.tenant_id = %(tenant)s AND l.group_id = g.id"
            + one
            + ")"
        )
        params |= {"product": query.product_id} if one else {}
    return conditions, params


@dataclass(frozen=True, slots=True)
class Standing:
    """How a group stands. `members`, and `in_error` (users), stop at one more than is counted."""

    members: int = 0
    in_error: int = 0
    is_following: bool = False
    """Whether somebody in it still waits for its licenses."""


def standings(tenant_id: int, group_ids: list[int], *, counted: int = FEW) -> dict[int, Standing]:
    """By group, its members (up to `counted`, and one more), its users in error, and whether it is still followed."""
    params = {"tenant": tenant_id, "ids": sql.listed(group_ids), "top": counted + 1}
    found = {
        group: Standing(members=int(n))
        for group, n in sql.rows(
            "SELECT g.id, (SELECT count(*) FROM (SELECT 1 FROM group_member m JOIN users u ON u.tenant_id = m.tenant_id "
            "AND u.id = m.user_id AND u.deleted_at IS NULL WHERE m.tenant_id = %(tenant)s AND m.group_id = g.id "
            f"LIMIT %(top)s) AS few) FROM user_group g WHERE g.tenant_id = %(tenant)s AND g.id {sql.among('ids')}",
            params,
        )
    }
    for group, n in sql.rows(
        "SELECT g.id, (SELECT count(*) FROM (SELECT DISTINCT s.user_id "
        f"FROM source s{sql.by('source_in_error')} WHERE s.tenant_id = %(tenant)s "
        "AND s.source_kind = 2 AND s.source_id = g.id AND s.state IN (2, 4) LIMIT %(top)s) AS few) "
        f"FROM user_group g WHERE g.tenant_id = %(tenant)s AND g.id {sql.among('ids')}",
        params,
    ):
        found[group] = replace(found.get(group, Standing()), in_error=int(n))
    for group in _followed(tenant_id, group_ids):
        found[group] = replace(found.get(group, Standing()), is_following=True)
    return found


MOST_ERRORS = 1_000
"""Licenses in error that are counted for the whole tenant; one more says that there are more."""


def in_error(tenant_id: int) -> list[tuple[int, int]]:
    """(group, how many licenses of it are in error), by group."""
    found = sql.rows(
        f"SELECT few.source_id, count(*) FROM (SELECT s.source_id FROM source s{sql.by('source_in_error')} "
        "WHERE s.tenant_id = %(tenant)s AND s.source_kind = 2 AND s.state IN (2, 4) LIMIT %(top)s) AS few "
        "GROUP BY few.source_id ORDER BY few.source_id",
        {"tenant": tenant_id, "top": MOST_ERRORS + 1},
    )
    return [(int(group), int(n)) for group, n in found]


def _followed(tenant_id: int, group_ids: list[int]) -> list[int]:
    """Those of these groups that have a member in the queue; nearly always the queue is empty, and that is all."""
    if sql.value("SELECT 1 FROM group_queue WHERE tenant_id = %(tenant)s LIMIT 1", {"tenant": tenant_id}) is None:
        return []
    found = sql.rows(
        "SELECT g.id FROM user_group g WHERE g.tenant_id = %(tenant)s "
        f"AND g.id {sql.among('ids')} AND EXISTS (SELECT 1 FROM group_queue q JOIN group_member m "
        "ON m.tenant_id = q.tenant_id AND m.user_id = q.user_id WHERE q.tenant_id = %(tenant)s AND m.group_id = g.id)",
        {"tenant": tenant_id, "ids": sql.listed(group_ids)},
    )
    return [row[0] for row in found]


def waiting(tenant_id: int, user_ids: list[int]) -> set[int]:
    """Those of these users whose group licenses are still to be looked at."""
    found = sql.rows(
        f"SELECT q.user_id FROM group_queue q WHERE q.tenant_id = %(tenant)s AND q.user_id {sql.among('ids')}",
        {"tenant": tenant_id, "ids": sql.listed(user_ids)},
    )
    return {row[0] for row in found}


def holders(tenant_id: int, product_id: int, user_ids: list[int]) -> set[int]:
    """Those of these users who have a seat of the organization's pool of the product already."""
    found = sql.rows(
        "SELECT DISTINCT s.user_id FROM source s WHERE s.tenant_id = %(tenant)s AND s.product_id = %(product)s "
        f"AND s.source_kind <> 3 AND s.state < 4 AND s.user_id {sql.among('ids')}",
        {"tenant": tenant_id, "product": product_id, "ids": sql.listed(user_ids)},
    )
    return {row[0] for row in found}
