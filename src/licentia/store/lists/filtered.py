"""Active users whom filters mean: pages by name, a number, ids in order. Never OFFSET, never every user's row.

The index of names holds the facts of accounts that filters ask for: rows are read of users who are shown only. Who is
found by a rare license or a grace period comes from there instead, where few have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from licentia.domain.instants import Instant
from licentia.domain.userfilter import Listed, UserFilter
from licentia.store import sql
from licentia.store.lists import users
from licentia.store.lists.user_filters import LETTERS, Question, question
from licentia.store.lists.users import SEARCH_CAP, Key, Page, Query

FEW = 5_000
"""So many at most are sorted (10 ms); of more, walking the name order meets fifty sooner."""
COUNTABLE = 20_000
"""So many at most are counted by their numbers: everybody is counted in the name order otherwise, which takes seconds
where each is looked up among licenses."""
_LIVING = "u.tenant_id = %(tenant)s AND u.deleted_at IS NULL"


def page(tenant_id: int, wanted: UserFilter, now: Instant, query: Query) -> Page:
    """A page of the users whom the filter means, by name; `query` says where it stands."""
    if not wanted.chosen:
        return users.page(tenant_id, replace(query, search=wanted.search))
    asked = question(tenant_id, wanted, now)
    if asked is None:
        return Page((), 0)
    hits = _few(tenant_id, asked, FEW)
    return _walk(tenant_id, asked, query) if hits is None else _sorted(tenant_id, asked, query, hits)


def _few(tenant_id: int, asked: Question, most: int) -> list[int] | None:
    """Ids among which everybody is who matches, where something that is asked is rare."""
    for side in asked.sides:
        found = sql.rows(side, asked.params | {"tenant": tenant_id, "top": most + 1})
        if len(found) <= most:
            return list(dict.fromkeys(row[0] for row in found))
    if len(asked.words) >= LETTERS:
        hits = users.search(tenant_id, asked.words)
        if len(hits) <= SEARCH_CAP:
            return hits
    return None


def _sorted(tenant_id: int, asked: Question, query: Query, hits: list[int]) -> Page:
    found = sql.rows(
        f"SELECT u.sort_key, u.id FROM users u WHERE {_LIVING} AND u.id {sql.among('hits')}{asked.where()} "
        "ORDER BY u.sort_key || '', u.id",
        asked.params | {"tenant": tenant_id, "hits": sql.listed(hits)},
    )
    keys = [(str(name), int(number)) for name, number in found]
    start = 0
    if query.before is not None:
        start = max(0, sum(1 for key in keys if key < query.before) - query.top)
    elif query.after is not None:
        start = sum(1 for key in keys if key <= query.after)
    end = start + query.top
    return _page(tenant_id, keys[start:end], len(keys), has_next=end < len(keys), has_previous=start > 0)


def _walk(tenant_id: int, asked: Question, query: Query) -> Page:
    """The name order, from a key on."""
    params = asked.params | {"tenant": tenant_id, "top": query.top + 1}
    key, is_back, beyond = query.before or query.after, query.before is not None, ""
    if key is not None:
        beyond = f" AND (u.sort_key, u.id) {'<' if is_back else '>'} (%(key)s, %(id)s)"
        params |= {"key": key[0], "id": key[1]}
    order = "u.sort_key DESC, u.id DESC" if is_back else "u.sort_key, u.id"
    found = sql.rows(
        f"SELECT u.sort_key, u.id FROM users u WHERE {_LIVING}{asked.where()}{beyond} ORDER BY {order} LIMIT %(top)s",
        params,
    )
    keys = [(str(name), int(number)) for name, number in found][: query.top]
    is_more = len(found) > query.top
    if is_back:
        keys.reverse()
    total = len(keys) if key is None and not is_more else None
    has_previous = is_more if is_back else key is not None
    return _page(tenant_id, keys, total, has_next=is_back or is_more, has_previous=has_previous)


def _page(tenant_id: int, keys: list[Key], total: int | None, *, has_next: bool, has_previous: bool) -> Page:
    rows = users.of_ids(tenant_id, [number for _name, number in keys]) if keys else ()
    following = keys[-1] if keys and has_next else None
    return Page(tuple(rows), total, None, following, keys[0] if keys and has_previous else None)


# ---- a filter as a selection


def count_up_to(tenant_id: int, wanted: UserFilter, now: Instant, most: int) -> int:
    """How many the filter means; `most` + 1 when more."""
    asked = question(tenant_id, wanted, now)
    if asked is None:
        return 0
    hits = _few(tenant_id, asked, COUNTABLE)
    among = "" if hits is None else f" AND u.id {sql.among('hits')}"
    params = asked.params | {"tenant": tenant_id, "top": most + 1, "hits": sql.listed(hits or ())}
    counted = f"SELECT 1 FROM users u WHERE {_LIVING}{among}{asked.where()} LIMIT %(top)s"
    return int(sql.value(f"SELECT count(*) FROM ({counted}) AS counted", params))


def ids(tenant_id: int, listed: Listed, now: Instant, after: int, top: int) -> list[int]:
    """Users with an id above `after` whom the selection means, ascending."""
    return _ids(tenant_id, listed, now, " AND u.id > %(after)s ORDER BY u.id LIMIT %(top)s", after=after, top=top)


def among(tenant_id: int, listed: Listed, now: Instant, shown: Sequence[int]) -> frozenset[int]:
    """Those of these users whom the selection means."""
    return frozenset(_ids(tenant_id, listed, now, f" AND u.id {sql.among('shown')}", shown=sql.listed(shown)))


def _ids(tenant_id: int, listed: Listed, now: Instant, rest: str, **params: object) -> list[int]:
    asked = question(tenant_id, listed.wanted, now)
    meant = "(1 = 0)" if asked is None else f"(1 = 1{asked.where()})"
    if listed.also:
        meant = f"({meant} OR u.id {sql.among('also')})"
    if listed.without:
        meant += f" AND NOT u.id {sql.among('without')}"
    bound = {"tenant": tenant_id, "also": sql.listed(listed.also), "without": sql.listed(listed.without)}
    found = sql.rows(
        f"SELECT u.id FROM users u WHERE {_LIVING} AND {meant}{rest}", (asked.params if asked else {}) | bound | params
    )
    return [row[0] for row in found]
