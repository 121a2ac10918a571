"""Lists of users: keyset pages by name, trigram search with a cap, one user whole. Never OFFSET, never count(*) over a tenant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from licentia.domain.instants import Instant
from licentia.odata.trees import Node
from licentia.store import sql
from licentia.store.lists.filters import where
from licentia.store.names import plain

Key = tuple[str, int]
"""Where a page begins or ends: a sort key and a number."""

SEARCH_CAP = 10_000
"""Up to so many hits are sorted and counted exactly; above, the name order is walked. A common surname is 6,000 of a
million people, all in one part of the name order: walking there took 4 s, sorting them 20 ms."""

SHORT = 3
"""Words of fewer characters are looked for at the beginning of names."""
FEW_HOLDERS = 2_000
"""A product of so many holders at most is sorted; a commoner one is met soon by walking."""


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user in a list. None is not known; '' is known to be empty."""

    id: int
    object_id: str
    principal_name: str
    display_name: str
    sort_key: str
    account_enabled: bool | None
    usage_location: str | None
    user_type: str | None
    department: str | None
    last_sign_in_at: Instant | None
    sign_in_read_at: Instant | None


@dataclass(frozen=True, slots=True)
class Page:
    """Users in name order. `total` is exact or None; `more_than` stands for "more than so many" when it is None."""

    users: tuple[UserRow, ...]
    total: int | None
    more_than: int | None = None
    next_key: tuple[str, int] | None = None
    """Where the next page begins: after this user; None: there is none."""
    previous_key: tuple[str, int] | None = None
    """Where the page before ends: before this user; None: there is none."""


_COLUMNS = (
    "u.id, u.object_id, u.principal_name, u.display_name, u.sort_key, u.account_enabled, u.usage_location, "
    "u.user_type, u.department, u.last_sign_in_at, u.sign_in_read_at"
)


@dataclass(frozen=True, slots=True)
class Query:
    """What to list: everybody, or those whom all of these mean."""

    search: str = ""
    product_id: int | None = None
    node: Node | None = None
    after: tuple[str, int] | None = None
    top: int = 50
    before: tuple[str, int] | None = None
    """The page that ends just before this user, instead of one that begins after another."""
    group_id: int | None = None
    """Only members of this group."""


def page(tenant_id: int, query: Query) -> Page:
    """A page of users by name."""
    words = plain(query.search.replace("\x00", "")).strip()
    if words and len(words) >= SHORT:
        hits = search(tenant_id, words)
        if len(hits) <= SEARCH_CAP:
            return _few(tenant_id, query, hits)
        return _walk(tenant_id, query, f"{SEARCH_CAP}", words)
    if query.product_id is not None and not words:
        holders = _holders(tenant_id, query.product_id)
        if len(holders) <= FEW_HOLDERS:
            return _few(tenant_id, query, holders)
    if query.group_id is not None and not words:
        members = _members(tenant_id, query.group_id)
        if len(members) <= SEARCH_CAP:
            return _few(tenant_id, query, members)
    return _walk(tenant_id, query, None, words)


def _holders(tenant_id: int, product_id: int) -> list[int]:
    """Ids of the product's holders, FEW_HOLDERS + 1 at most: a rare product is sorted, a common one is met by walking."""
    found = sql.rows(
        "SELECT DISTINCT s.user_id FROM source s WHERE s.tenant_id = %(tenant)s AND s.product_id = %(product)s "
        "AND s.state < 4 ORDER BY s.user_id LIMIT %(top)s",
        {"tenant": tenant_id, "product": product_id, "top": FEW_HOLDERS + 1},
    )
    return [row[0] for row in found]


def _members(tenant_id: int, group_id: int) -> list[int]:
    """Ids of the group's members, SEARCH_CAP + 1 at most, for the same reason."""
    found = sql.rows(
        "SELECT m.user_id FROM group_member m WHERE m.tenant_id = %(tenant)s AND m.group_id = %(group)s "
        "ORDER BY m.user_id LIMIT %(top)s",
        {"tenant": tenant_id, "group": group_id, "top": SEARCH_CAP + 1},
    )
    return [row[0] for row in found]


def search(tenant_id: int, words: str) -> list[int]:
    """Ids of users in whose name or user name the words stand, SEARCH_CAP + 1 at most."""
    params = {"tenant": tenant_id, "top": SEARCH_CAP + 1}
    if sql.is_postgres():
        found = sql.rows(
            "SELECT u.id FROM users u WHERE u.tenant_id = %(tenant)s AND u.search_key LIKE %(pattern)s ESCAPE '\\' LIMIT %(top)s",
            params | {"pattern": f"%{like(words)}%"},
        )
        return [row[0] for row in found]
    low = tenant_id << 40
    found = sql.rows(
        "SELECT rowid FROM user_search WHERE user_search MATCH %(match)s AND rowid BETWEEN %(low)s AND %(high)s "
        "LIMIT %(top)s",
        params | {"match": '"' + words.replace('"', '""') + '"', "low": low, "high": low + (1 << 40) - 1},
    )
    return [row[0] - low for row in found]


def _few(tenant_id: int, query: Query, hits: list[int]) -> Page:
    condition, params, joins = _condition(query)
    found = sql.rows(
        f"SELECT {_COLUMNS} FROM users u {joins} WHERE u.tenant_id = %(tenant)s AND u.id {sql.among('hits')} "
        f"AND u.deleted_at IS NULL{condition} ORDER BY u.sort_key || '', u.id",
        {"tenant": tenant_id, "hits": sql.listed(hits)} | params,
    )
    users = [UserRow(*row) for row in found]
    start = 0
    if query.before is not None:
        start = max(0, sum(1 for user in users if _key(user) < query.before) - query.top)
    elif query.after is not None:
        start = sum(1 for user in users if _key(user) <= query.after)
    shown = users[start : start + query.top]
    return _page(shown, len(users), None, has_next=start + query.top < len(users), has_previous=start > 0)


def _walk(tenant_id: int, query: Query, cap: str | None, words: str) -> Page:
    """The name order, from a key on; a short word is looked for at the beginning of names."""
    condition, params, joins = _condition(query)
    if words and cap is None:
        condition += " AND u.sort_key >= %(start)s AND u.sort_key < %(below)s"
        params |= {"start": words, "below": words + "\U0010ffff"}
    elif words:
        condition += " AND u.search_key LIKE %(pattern)s ESCAPE '\\'"
        params |= {"pattern": f"%{like(words)}%"}
    key = query.before or query.after
    is_back = query.before is not None
    if key is not None:
        condition += f" AND (u.sort_key, u.id) {'<' if is_back else '>'} (%(key)s, %(id)s)"
        params |= {"key": key[0], "id": key[1]}
    order = "u.sort_key DESC, u.id DESC" if is_back else "u.sort_key, u.id"
    found = sql.rows(
        f"SELECT {_COLUMNS} FROM users u {joins} WHERE u.tenant_id = %(tenant)s AND u.deleted_at IS NULL{condition} "
        f"ORDER BY {order} LIMIT %(top)s",
        {"tenant": tenant_id, "top": query.top + 1} | params,
    )
    users = [UserRow(*row) for row in found]
    is_more = len(users) > query.top
    shown = users[: query.top]
    if is_back:
        shown.reverse()
    total = len(users) if key is None and not is_more else None
    return _page(
        shown,
        total,
        int(cap) if cap else None,
        has_next=is_back or is_more,
        has_previous=is_more if is_back else key is not None,
    )


def _key(user: UserRow) -> tuple[str, int]:
    return user.sort_key, user.id


def _page(
    shown: list[UserRow], total: int | None, more_than: int | None, *, has_next: bool, has_previous: bool
) -> Page:
    next_key = _key(shown[-1]) if shown and has_next else None
    previous_key = _key(shown[0]) if shown and has_previous else None
    return Page(tuple(shown), total, more_than, next_key, previous_key)


def _condition(query: Query) -> tuple[str, dict[str, Any], str]:
    condition, params, joins = "", dict[str, Any](), ""
    if query.product_id is not None:
        condition += (
            " AND EXISTS (SELECT 1 FROM source s WHERE s.tenant_id = u.tenant_id AND s.product_id = %(product)s "
            "AND s.user_id = u.id AND s.state < 4)"
        )
        params["product"] = query.product_id
    if query.group_id is not None:
        condition += (
            " AND EXISTS (SELECT 1 FROM group_member m WHERE m.tenant_id = u.tenant_id AND m.group_id = %(group)s "
            "AND m.user_id = u.id)"
        )
        params["group"] = query.group_id
    if query.node is not None:
        meant = where(query.node)
        condition += f" AND {meant.sql}"
        params |= meant.params
        joins = meant.joins
    return condition, params, joins


def like(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def sources(tenant_id: int, user_ids: list[int]) -> list[sql.Row]:
    """(user, sku, kind, source id, state, disabled plans, error, since) of these users' sources."""
    return sql.rows(
        "SELECT s.user_id, p.sku_id, s.source_kind, s.source_id, s.state, s.disabled_plans, s.error, s.since_at "
        "FROM source s JOIN product p ON p.tenant_id = s.tenant_id AND p.id = s.product_id "
        f"WHERE s.tenant_id = %(tenant)s AND s.user_id {sql.among('users')} "
        "ORDER BY s.user_id, s.product_id, s.source_kind, s.source_id",
        {"tenant": tenant_id, "users": sql.listed(user_ids)},
    )


@dataclass(frozen=True, slots=True)
class MailCell:
    """What a list says of a mailbox; None is not known."""

    kind: str
    size_bytes: int | None
    hold: str | None


def mail_cells(tenant_id: int, user_ids: list[int]) -> dict[int, MailCell]:
    """By user, the mailbox in short; users of whom nothing is known are not there."""
    found = sql.rows(
        "SELECT b.user_id, b.kind, b.size_bytes, b.hold FROM mailbox b "
        f"WHERE b.tenant_id = %(tenant)s AND b.user_id {sql.among('users')}",
        {"tenant": tenant_id, "users": sql.listed(user_ids)},
    )
    return {user: MailCell(*rest) for user, *rest in found}


COUNTED = 100_000
"""Up to so many are counted exactly."""


def count_up_to(tenant_id: int) -> int:
    """How many users the tenant has; COUNTED + 1 when more."""
    return int(
        sql.value(
            "SELECT count(*) FROM (SELECT 1 FROM users u WHERE u.tenant_id = %(tenant)s AND u.deleted_at IS NULL "
            "LIMIT %(top)s) AS counted",
            {"tenant": tenant_id, "top": COUNTED + 1},
        )
    )


def find(tenant_id: int, key: str) -> UserRow | None:
    """The user of this principal key (case folded) or object id."""
    for column in ("principal_key", "object_id"):
        found = sql.row(
            f"SELECT {_COLUMNS} FROM users u WHERE u.tenant_id = %(tenant)s AND u.{column} = %(key)s "
            "AND u.deleted_at IS NULL",
            {"tenant": tenant_id, "key": key},
        )
        if found:
            return UserRow(*found)
    return None


def of_ids(tenant_id: int, numbers: list[int]) -> list[UserRow]:
    """These users who are not deleted, by name."""
    found = sql.rows(
        f"SELECT {_COLUMNS} FROM users u WHERE u.tenant_id = %(tenant)s AND u.id {sql.among('users')} "
        "AND u.deleted_at IS NULL ORDER BY u.sort_key || '', u.id",
        {"tenant": tenant_id, "users": sql.listed(numbers)},
    )
    return [UserRow(*row) for row in found]


def by_id(tenant_id: int, user_id: int) -> UserRow | None:
    """The user of this number, also a deleted one."""
    found = sql.row(
        f"SELECT {_COLUMNS} FROM users u WHERE u.tenant_id = %(tenant)s AND u.id = %(user)s",
        {"tenant": tenant_id, "user": user_id},
    )
    return None if found is None else UserRow(*found)


def principal_names(tenant_id: int, users: list[int]) -> dict[int, str]:
    """By user, the user name; also of deleted ones."""
    return dict(
        sql.rows(
            f"SELECT u.id, u.principal_name FROM users u WHERE u.tenant_id = %(tenant)s AND u.id {sql.among('users')}",
            {"tenant": tenant_id, "users": sql.listed(users)},
        )
    )


def close_names(tenant_id: int, key: str) -> list[str]:
    """A few user names that begin alike, to offer when one is not found."""
    found = sql.rows(
        "SELECT u.principal_name FROM users u WHERE u.tenant_id = %(tenant)s AND u.principal_key >= %(start)s "
        "AND u.principal_key < %(below)s AND u.deleted_at IS NULL ORDER BY u.principal_key LIMIT 3",
        {"tenant": tenant_id, "start": key[:4], "below": key[:4] + "\U0010ffff"},
    )
    return [row[0] for row in found]


@dataclass(frozen=True, slots=True)
class UserDetail:
    """What is known of one user beyond the list: mailbox, drive, clocks. None is not known."""

    created_at: Instant | None
    is_synced: bool | None
    office_devices: int | None
    phone_number: str | None
    licenses_read_at: Instant | None
    mailbox: sql.Row | None
    """(kind, size_bytes, has_archive, hold, is_forwarding, purged_at, read_at)"""
    drive: sql.Row | None
    """(is_present, size_bytes, on_hold, readonly_at, archived_at, read_at)"""
    clocks: tuple[tuple[str, Instant], ...]
    never_reason: str | None


def detail(tenant_id: int, user_id: int) -> UserDetail:
    """What is known of one user."""
    params = {"tenant": tenant_id, "user": user_id}
    account = sql.row(
        "SELECT u.created_at, u.is_synced, u.office_devices, u.phone_number, u.licenses_read_at FROM users u "
        "WHERE u.tenant_id = %(tenant)s AND u.id = %(user)s",
        params,
    )
    mailbox = sql.row(
        "SELECT kind, size_bytes, has_archive, hold, is_forwarding, purged_at, read_at FROM mailbox "
        "WHERE tenant_id = %(tenant)s AND user_id = %(user)s",
        params,
    )
    drive = sql.row(
        "SELECT is_present, size_bytes, on_hold, readonly_at, archived_at, read_at FROM drive "
        "WHERE tenant_id = %(tenant)s AND user_id = %(user)s",
        params,
    )
    clocks = sql.rows(
        "SELECT kind, due_at FROM clock WHERE tenant_id = %(tenant)s AND user_id = %(user)s",
        params,
    )
    never = sql.value(
        "SELECT n.reason FROM never_list n WHERE n.tenant_id = %(tenant)s AND (n.object_kind = 'user' AND "
        "n.object_id = %(user)s OR n.object_kind = 'group' AND n.object_id IN (SELECT m.group_id FROM group_member m "
        "WHERE m.tenant_id = %(tenant)s AND m.user_id = %(user)s)) ORDER BY n.id",
        params,
    )
    assert account is not None, "the caller has just read this user"
    created_at, is_synced, devices, phone, read_at = account
    running = tuple((str(kind), int(at)) for kind, at in sorted(clocks, key=lambda clock: clock[1]))
    return UserDetail(created_at, is_synced, devices, phone, read_at, mailbox, drive, running, never)
