"""What finders find: ids of users in order, a chunk at a time, and pages of them. Never OFFSET, never a count of a tenant.

What a finder means is `domain.finders`; here is only how it is asked of the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from licentia.domain.finders import MISSES, FinderKind, LeaveOut, NotKnown, Search, search
from licentia.domain.instants import Instant
from licentia.store import sql
from licentia.store.lists.finder_accounts import LOOKED
from licentia.store.lists.finder_parts import Question
from licentia.store.lists.finder_sql import question

CAP = 2_000
"""Up to so many users are found, sorted and counted exactly; above, the name order is walked."""


def user_ids(tenant_id: int, kind: str, params: Mapping[str, Any], now: Instant, after: int, top: int) -> list[int]:
    """Users with an id above `after` whom the finder finds, ascending; nobody of unknown path. `kind`, `params`: a Search's."""
    return _ids(tenant_id, question(tenant_id, search(kind, params).for_plan(), now), after, top)


def _ids(tenant_id: int, asked: Question | None, after: int, top: int) -> list[int]:
    if asked is None:
        return []
    found = sql.rows(
        f"SELECT DISTINCT {asked.key} FROM {asked.source} WHERE {asked.where} AND {asked.key} > %(after)s "
        f"ORDER BY {asked.key} LIMIT %(top)s",
        asked.params | {"tenant": tenant_id, "after": after, "top": top},
    )
    return [row[0] for row in found]


# ---- pages


@dataclass(frozen=True, slots=True)
class FoundUser:
    """A user whom a finder found. None is not known; `never` is the reason on the never list."""

    id: int
    object_id: str
    principal_name: str
    display_name: str
    sort_key: str
    account_enabled: bool | None
    created_at: Instant | None
    last_sign_in_at: Instant | None
    sign_in_read_at: Instant | None
    last_activity_at: Instant | None
    activity_read_at: Instant | None
    mailbox_bytes: int | None
    never: str | None


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Users in name order. `total` is exact, or None when there are more than CAP."""

    users: tuple[FoundUser, ...]
    total: int | None
    next_key: tuple[str, int] | None = None


_COLUMNS = """
u.id, u.object_id, u.principal_name, u.display_name, u.sort_key, u.account_enabled, u.created_at, u.last_sign_in_at,
u.sign_in_read_at, u.last_activity_at, u.activity_read_at, b.size_bytes,
coalesce((SELECT n.reason FROM never_list n
  WHERE n.tenant_id = u.tenant_id AND n.object_kind = 'user' AND n.object_id = u.id),
 (SELECT min(g.reason) FROM group_member m
  JOIN never_list g ON g.tenant_id = m.tenant_id AND g.object_kind = 'group' AND g.object_id = m.group_id
  WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id))
"""
_FROM = "users u LEFT JOIN mailbox b ON b.tenant_id = u.tenant_id AND b.user_id = u.id"


def hits(tenant_id: int, wanted: Search, now: Instant) -> list[int]:
    """Ids of those whom the search finds, ascending; CAP + 1 at most, any of them where there are more."""
    return _some(tenant_id, question(tenant_id, wanted, now))


def _some(tenant_id: int, asked: Question | None) -> list[int]:
    """In the order of whichever index has few of them: to sort first would mean to find all."""
    if asked is None:
        return []
    source, where = asked.quick or (asked.source, asked.where)
    key = "u.id" if asked.quick else asked.key
    found = sql.rows(
        f"SELECT DISTINCT {key} FROM {source} WHERE {where} LIMIT %(top)s",
        asked.params | {"tenant": tenant_id, "top": CAP + 1},
    )
    return sorted(row[0] for row in found)


def page(
    tenant_id: int,
    wanted: Search,
    now: Instant,
    after: tuple[str, int] | None = None,
    top: int = 50,
    hits: list[int] | None = None,
) -> FoundPage:
    """A page of those whom the search finds; `hits`: what the function of that name gave."""
    asked = question(tenant_id, wanted, now)
    hits = _some(tenant_id, asked) if hits is None else hits
    if asked is None or len(hits) <= CAP:
        return _few(tenant_id, hits, after, top)
    return _walk(tenant_id, asked, after, top)


def _few(tenant_id: int, hits: list[int], after: tuple[str, int] | None, top: int) -> FoundPage:
    """Few enough to be sorted; only those shown are read whole."""
    found = sql.rows(
        f"SELECT u.sort_key, u.id FROM users u WHERE u.tenant_id = %(tenant)s AND u.id {sql.among('hits')} "
        "ORDER BY u.sort_key || '', u.id",
        {"tenant": tenant_id, "hits": sql.listed(hits)},
    )
    keys = [(str(name), int(number)) for name, number in found]
    start = 0 if after is None else sum(1 for key in keys if key <= after)
    shown = keys[start : start + top]
    last = shown[-1] if shown and start + top < len(keys) else None
    return FoundPage(_whole(tenant_id, [number for _, number in shown]), len(keys), last)


def _whole(tenant_id: int, users: list[int]) -> tuple[FoundUser, ...]:
    found = sql.rows(
        f"SELECT {_COLUMNS} FROM {_FROM} WHERE u.tenant_id = %(tenant)s AND u.id {sql.among('users')} "
        "ORDER BY u.sort_key || '', u.id",
        {"tenant": tenant_id, "users": sql.listed(users)},
    )
    return tuple(FoundUser(*row) for row in found)


def _walk(tenant_id: int, asked: Question, after: tuple[str, int] | None, top: int) -> FoundPage:
    """The name order, from a key on: with so many hits a page is soon full."""
    params = asked.params | {"tenant": tenant_id, "top": top + 1}
    below = ""
    if after is not None:
        below = " AND (u.sort_key, u.id) > (%(name)s, %(id)s)"
        params |= {"name": after[0], "id": after[1]}
    found = sql.rows(
        f"SELECT {_COLUMNS} FROM {_FROM} WHERE u.tenant_id = %(tenant)s AND u.deleted_at IS NULL "
        f"AND {asked.of_user}{below} ORDER BY u.sort_key, u.id LIMIT %(top)s",
        params,
    )
    users = [FoundUser(*row) for row in found]
    shown = users[:top]
    last = shown[-1] if len(users) > top else None
    return FoundPage(tuple(shown), None, (last.sort_key, last.id) if last else None)


# ---- what could not be known


@dataclass(frozen=True, slots=True)
class Missing:
    """How many users a search can't judge, by the fact that is missing; with `is_more`, the numbers are the least."""

    counts: Mapping[NotKnown, int]
    is_more: bool


def not_known(tenant_id: int, wanted: Search, now: Instant) -> Missing:
    """Users whom the search might find if a fact were known, CAP + 1 at most."""
    asked = question(tenant_id, wanted, now)
    counts: dict[NotKnown, int] = {}
    is_more = False
    for part in asked.missing if asked else ():
        found = sql.rows(
            f"SELECT w.why, count(*) FROM (SELECT DISTINCT {part.key} AS user_id, {part.why} AS why FROM {part.source} "
            f"WHERE {part.where} LIMIT %(top)s) AS w GROUP BY w.why",
            asked.params | {"tenant": tenant_id, "top": CAP + 1} if asked else {},
        )
        for why, n in found:
            counts[NotKnown(why)] = counts.get(NotKnown(why), 0) + int(n)
        is_more = is_more or sum(int(n) for _, n in found) > CAP
    if asked is not None and asked.looked:
        params = asked.params | {"tenant": tenant_id}
        looked = sql.value(f"SELECT count(*) FROM {asked.looked} WHERE u.tenant_id = %(tenant)s", params)
        is_more = is_more or int(looked) > LOOKED
    of_leave = (MISSES[one] for one in LeaveOut if one in wanted.leave)
    known = dict.fromkeys((*wanted.finder.not_known, *of_leave))
    return Missing({why: counts[why] for why in known if counts.get(why)}, is_more)


def products_found(tenant_id: int, wanted: Search, now: Instant) -> list[str]:
    """SKU ids of the products in which a search about licenses finds something."""
    asked = question(tenant_id, wanted.for_plan(), now)
    if asked is None or wanted.finder.looks_at_account:
        return []
    found = sql.rows(
        f"SELECT DISTINCT s.product_id FROM {asked.source} WHERE {asked.where}",
        asked.params | {"tenant": tenant_id},
    )
    numbers = {row[0] for row in found}
    return sorted(sku for sku, number in asked.products.items() if number in numbers)


# ---- saved finders


@dataclass(frozen=True, slots=True)
class SavedFinder:
    """A search that somebody saved under a name."""

    id: int
    name: str
    kind: FinderKind
    params: str
    created_at: Instant


def saved(tenant_id: int) -> list[SavedFinder]:
    """All saved finders, by name."""
    found = sql.rows(
        "SELECT f.id, f.name, f.kind, f.params, f.created_at FROM finder f WHERE f.tenant_id = %(tenant)s ORDER BY f.name",
        {"tenant": tenant_id},
    )
    return [SavedFinder(number, name, FinderKind(kind), params, at) for number, name, kind, params, at in found]


def find_saved(tenant_id: int, name: str) -> SavedFinder | None:
    """The saved finder of this name in any letter case."""
    wanted = name.strip().casefold()
    return next((one for one in saved(tenant_id) if one.name.casefold() == wanted), None)
