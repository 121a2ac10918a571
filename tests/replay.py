"""A tenant's state rebuilt from its journal alone: a snapshot of the tables, and the journal's rows applied to it.

Knows no rule: only what each kind of row says. A kind it does not know fails, so that a new one cannot be forgotten.
What the journal does not keep is not here: running clocks, mailboxes, drives, when something was read.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, fields, replace
from typing import Any

from licentia.domain.subscription_fields import from_fields
from licentia.domain.subscriptions import EventKind, Subscription
from licentia.store import sql
from licentia.store.lists import subscriptions as subscription_list

Fields = dict[str, Any]
Held = tuple[int, tuple[str, ...], str | None]
"""State, disabled plans, error."""
SourceKey = tuple[int, str, int, int]
"""User, product, kind, group or purchase."""

ACCOUNT = (
    "object_id",
    "principal_name",
    "display_name",
    "account_enabled",
    "usage_location",
    "user_type",
    "department",
    "is_synced",
    "created_at",
    "deleted_at",
    "manager_id",
    "sessions_valid_from",
    "last_sign_in_at",
    "last_activity_at",
)
GROUP = (
    *("object_id", "display_name", "kind", "membership_rule", "is_synced", "deleted_at"),
    *("description", "mail", "mail_nickname", "visibility", "created_at"),
)
PROFILE = tuple(
    (
        "given_name surname job_title mail mail_nickname mobile_phone office_location preferred_language "
        "company_name employee_id employee_type street_address postal_code city state country "
        "business_phones other_mails proxy_addresses show_in_address_list password_changed_at "
        "immutable_id last_sync_at sam_account_name distinguished_name domain_name synced_principal_name "
        "security_identifier"
    ).split()
)
"""What a profile says; the key of the mail address follows from it."""
LISTS = ("business_phones", "other_mails", "proxy_addresses")
SETTINGS = (
    "time_zone",
    "language",
    "country",
    "switches",
    "confirm_above",
    "limit_percent",
    "limit_users",
    "approve_above",
    "inactive_days",
    "currency",
)
_BOOLEANS = ("account_enabled", "is_synced", "show_in_address_list")


@dataclass
class Snapshot:
    """What a tenant is at one moment, by plain keys. Two equal tenants have equal snapshots."""

    seq: int = 0
    users: dict[int, Fields] = field(default_factory=dict)
    profiles: dict[int, Fields] = field(default_factory=dict)
    """Fields that say something, by user; users of whom nothing is said are not here."""
    sources: dict[SourceKey, Held] = field(default_factory=dict)
    members: set[tuple[int, int]] = field(default_factory=set)
    """(group, user)."""
    groups: dict[int, Fields] = field(default_factory=dict)
    group_licenses: dict[int, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """By group, by product, the disabled plans; groups without licenses are not here."""
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    company_products: dict[str, str] = field(default_factory=dict)
    """By product, to whom it applies, where that is known."""
    pools: dict[tuple[str, int], tuple[int | None, int]] = field(default_factory=dict)
    """By product and purchase (0: the organization): seats and seats in use; one with neither is not here."""
    prices: dict[str, Fields] = field(default_factory=dict)
    never: dict[tuple[str, int], str] = field(default_factory=dict)
    settings: Fields = field(default_factory=dict)


def differences(one: Snapshot, other: Snapshot) -> dict[str, tuple[Any, Any]]:
    """By part, what the first has and what the second has of where they differ; the numbers of their ends aside."""
    found = {}
    for part in (each.name for each in fields(Snapshot) if each.name != "seq"):
        mine, theirs = getattr(one, part), getattr(other, part)
        if isinstance(mine, set):
            mine, theirs = dict.fromkeys(mine, True), dict.fromkeys(theirs, True)
        keys = {key for key in mine.keys() | theirs.keys() if mine.get(key) != theirs.get(key)}
        if keys:
            found[part] = ({key: mine.get(key) for key in keys}, {key: theirs.get(key) for key in keys})
    return found


# ---- the present


def snapshot(tenant_id: int) -> Snapshot:
    """The tenant as its tables have it now."""

    def rows(statement: str) -> list[sql.Row]:
        return sql.rows(f"{statement} = %(tenant)s", {"tenant": tenant_id})

    groups: dict[int, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for group, sku, off in rows(
        "SELECT l.group_id, p.sku_id, l.disabled_plans FROM group_license l "
        "JOIN product p ON p.tenant_id = l.tenant_id AND p.id = l.product_id WHERE l.tenant_id"
    ):
        groups[group][sku] = _plans(off)
    return Snapshot(
        seq=int(rows("SELECT seq FROM head WHERE tenant_id")[0][0]),
        users={
            row[0]: _named(ACCOUNT, row[1:])
            for row in rows(f"SELECT id, {', '.join(ACCOUNT)} FROM users WHERE tenant_id")
        },
        profiles={
            row[0]: said
            for row in rows(f"SELECT user_id, {', '.join(PROFILE)} FROM user_profile WHERE tenant_id")
            if (said := _said(_named(PROFILE, row[1:])))
        },
        sources={
            (user, sku, kind, source): (state, _plans(off), error)
            for user, sku, kind, source, state, off, error in rows(
                "SELECT s.user_id, p.sku_id, s.source_kind, s.source_id, s.state, s.disabled_plans, s.error FROM source s "
                "JOIN product p ON p.tenant_id = s.tenant_id AND p.id = s.product_id WHERE s.tenant_id"
            )
        },
        members={(group, user) for group, user in rows("SELECT group_id, user_id FROM group_member WHERE tenant_id")},
        groups={
            row[0]: _named(GROUP, row[1:])
            for row in rows(f"SELECT id, {', '.join(GROUP)} FROM user_group WHERE tenant_id")
        },
        group_licenses=dict(groups),
        subscriptions={row.subscription.id: _undated(row.subscription) for row in subscription_list.page(tenant_id)},
        company_products=dict(
            rows("SELECT sku_id, applies_to FROM product WHERE applies_to IS NOT NULL AND tenant_id")
        ),
        pools={
            (sku, purchase): (capacity, consumed)
            for sku, purchase, capacity, consumed in rows(
                "SELECT p.sku_id, o.purchase_id, o.capacity, o.consumed FROM pool o "
                "JOIN product p ON p.tenant_id = o.tenant_id AND p.id = o.product_id WHERE o.tenant_id"
            )
            if (capacity, consumed) != (None, 0)
        },
        prices={
            row[0]: _named(("sku", "amount", "currency", "term_months", "source", "as_of"), row)
            for row in rows("SELECT sku_id, amount, currency, term_months, source, as_of FROM price WHERE tenant_id")
        },
        never={
            (kind, which): reason
            for kind, which, reason in rows("SELECT object_kind, object_id, reason FROM never_list WHERE tenant_id")
        },
        settings=_named(SETTINGS, rows(f"SELECT {', '.join(SETTINGS)} FROM tenant WHERE id")[0]),
    )


def _named(names: tuple[str, ...], values: sql.Row) -> Fields:
    return {
        name: bool(value) if name in _BOOLEANS and value is not None else value
        for name, value in zip(names, values, strict=True)
    }


def _said(profile: Fields) -> Fields:
    """What of a profile says something; lists as lists."""
    known = {
        name: json.loads(value) if name in LISTS and isinstance(value, str) else value
        for name, value in profile.items()
    }
    return {name: value for name, value in known.items() if value not in (None, [])}


def _plans(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


# ---- from the journal


@dataclass(frozen=True)
class _Row:
    """One row of the journal, its texts understood."""

    seq: int
    at: int
    kind: str
    what: str
    id: int
    before: Any
    after: Any


def replay(first: Snapshot, tenant_id: int) -> Snapshot:
    """The snapshot after every row of the journal that came after it; AssertionError for a kind that is not known."""
    state = deepcopy(first)
    found = sql.rows(
        "SELECT seq, at, kind, object_kind, object_id, before, after FROM journal "
        "WHERE tenant_id = %(tenant)s AND seq > %(after)s ORDER BY seq",
        {"tenant": tenant_id, "after": first.seq},
    )
    for seq, at, kind, what, which, before, after in found:
        head = kind.partition(".")[0]
        assert kind in _KINDS or head in _QUIET, f"no replay of {kind}"
        if kind in _KINDS:
            try:
                _KINDS[kind](state, _Row(seq, at, kind, what, which, _value(before), _value(after)))
            except AssertionError as wrong:
                raise AssertionError(f"row {seq} {kind} {what} {which}: {before} -> {after}; {wrong}") from None
        state.seq = seq
    state.pools = _pools(state)
    return state


def _value(text: str | None) -> Any:
    """The canonical JSON of a text; no other spelling of it is allowed."""
    if text is None:
        return None
    value = json.loads(text)
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical == text, f"not canonical: {text}"
    return value


_QUIET = frozenset({"plan", "operator", "app", "finder"})
"""Kinds about what is not the tenant's state: plans themselves (their rows are no JSON), who may act, saved searches."""


def _nothing(_state: Snapshot, _row: _Row) -> None:
    """A marker, a message, or the end of something that no snapshot has."""


def _license(state: Snapshot, row: _Row) -> None:
    one = row.before or row.after
    assert {side["sku"] for side in (row.before, row.after) if side} == {one["sku"]}
    key = (row.id, one["sku"], one["kind"], one["id"])
    assert row.id in state.users, "nobody of that number"
    assert state.sources.get(key) == _held(row.before), f"was {state.sources.get(key)}"
    _put(state.sources, key, _held(row.after))


def _held(said: Fields | None) -> Held | None:
    return None if said is None else (said["state"], tuple(said["disabled"]), said.get("error"))


def _put(where: dict[Any, Any], key: Any, value: Any) -> None:
    where.pop(key, None)
    if value is not None:
        where[key] = value


def _enabled(state: Snapshot, row: _Row) -> None:
    spoken: dict[str | None, bool | None] = {"true": True, "false": False, None: None}
    user = state.users[row.id]
    assert user["account_enabled"] is spoken[row.before]
    user["account_enabled"] = spoken[row.after]


def _manager(state: Snapshot, row: _Row) -> None:
    before, after = (None if side is None else int(side) for side in (row.before, row.after))
    assert state.users[row.id]["manager_id"] == before
    state.users[row.id]["manager_id"] = after


def _sessions(state: Snapshot, row: _Row) -> None:
    state.users[row.id]["sessions_valid_from"] = row.at


def _deleted(state: Snapshot, row: _Row) -> None:
    user = state.users[row.id]
    assert (user["deleted_at"] is not None) is (row.before == "now")
    if row.after == "purged":
        _purged(state, row)
    else:
        user["deleted_at"] = row.at if row.after == "now" else None


def _purged(state: Snapshot, row: _Row) -> None:
    """Everything of the account goes with it; nobody has it as manager any more."""
    assert state.users.pop(row.id)["deleted_at"] is not None
    state.sources = {key: held for key, held in state.sources.items() if key[0] != row.id}
    state.profiles.pop(row.id, None)
    state.members = {(group, user) for group, user in state.members if user != row.id}
    state.never.pop(("user", row.id), None)
    for user in state.users.values():
        if user["manager_id"] == row.id:
            user["manager_id"] = None


def _imported(state: Snapshot, row: _Row) -> None:
    assert row.id not in state.users
    assert row.before is None
    state.users[row.id] = dict.fromkeys(ACCOUNT) | row.after


def _updated(state: Snapshot, row: _Row) -> None:
    known = state.users[row.id] | dict.fromkeys(PROFILE) | state.profiles.get(row.id, {})
    known |= {name: known[name] or [] for name in LISTS}
    assert row.before.keys() == row.after.keys() <= {*ACCOUNT, *PROFILE}
    assert {name: known[name] for name in row.before} == row.before
    _set(state, row.id, known | row.after)


def _created(state: Snapshot, row: _Row) -> None:
    assert row.id not in state.users
    assert row.before is None
    assert row.after.keys() <= {*ACCOUNT, *PROFILE}
    _set(state, row.id, row.after)


def _set(state: Snapshot, user: int, fields: Fields) -> None:
    state.users[user] = {name: fields.get(name) for name in ACCOUNT}
    _put(state.profiles, user, _said({name: fields.get(name) for name in PROFILE}) or None)


def _facts(state: Snapshot, row: _Row) -> None:
    """Groups by object id, what was last used or signed in; mailboxes and drives are in no snapshot."""
    after = row.after
    if "groups" in after:
        numbers = {group["object_id"]: number for number, group in state.groups.items()}
        for said, change in ((row.before, _left), (after, _entered)):
            for ref in said["groups"]:
                change(state, numbers[ref], row.id)
        return
    if set(after) <= {"mailbox", "drive"}:
        return
    known = {name: value for name, value in after.items() if not name.endswith("_read_at")}
    assert known.keys() <= set(ACCOUNT)
    for name, value in (row.before or {}).items():
        assert name.endswith("_read_at") or state.users[row.id][name] == value
    state.users[row.id].update(known)


def _entered(state: Snapshot, group: int, user: int) -> None:
    assert (group, user) not in state.members
    assert group in state.groups
    assert user in state.users
    state.members.add((group, user))


def _left(state: Snapshot, group: int, user: int) -> None:
    assert (group, user) in state.members
    state.members.remove((group, user))


def _member_added(state: Snapshot, row: _Row) -> None:
    assert row.before is None
    _entered(state, row.after["group"], row.id)


def _member_removed(state: Snapshot, row: _Row) -> None:
    assert row.after is None
    _left(state, row.before["group"], row.id)


def _group(state: Snapshot, row: _Row) -> None:
    assert state.groups.get(row.id) == row.before
    _put(state.groups, row.id, row.after)


def _group_imported(state: Snapshot, row: _Row) -> None:
    """Only what differs: facts of the group, what it gives, that it is not deleted; or how many joined, which users say."""
    after = dict(row.after)
    if after.keys() <= {"joined", "left"}:
        return
    if "licenses" in after:
        _put(state.group_licenses, row.id, {sku: _plans(off) for sku, off in after.pop("licenses").items()} or None)
    known = state.groups.get(row.id) or dict.fromkeys(GROUP)
    before = {name: value for name, value in (row.before or {}).items() if name in GROUP}
    assert {name: known[name] for name in before} == before
    if "is_deleted" in after:
        assert after.pop("is_deleted") is False
        assert known["deleted_at"] is not None
        known["deleted_at"] = None
    assert after.keys() <= set(GROUP)
    state.groups[row.id] = known | after


def _group_licenses(state: Snapshot, row: _Row) -> None:
    before, after = ({sku: tuple(off) for sku, off in side.items()} for side in (row.before, row.after))
    assert state.group_licenses.get(row.id, {}) == before
    _put(state.group_licenses, row.id, after or None)


def _subscription(state: Snapshot, row: _Row) -> None:
    if row.what == "product":
        _product(state, row)
        return
    before = state.subscriptions.get(row.id)
    assert before == (None if row.before is None else _undated(from_fields(row.id, row.before))), f"was {before}"
    state.subscriptions[row.id] = _undated(from_fields(row.id, row.after))


def _undated(one: Subscription) -> Subscription:
    """A file that says the same again moves when it was read, and leaves no row."""
    return replace(one, read_at=0)


def _product(state: Snapshot, row: _Row) -> None:
    """A product's seats as stated, where no subscription says them; and whom it is for."""
    sku = row.after["sku"]
    _put(state.company_products, sku, row.after["applies_to"])
    _, consumed = state.pools.get((sku, 0), (None, 0))
    state.pools[sku, 0] = (row.after["capacity"], consumed)


def _price(state: Snapshot, row: _Row) -> None:
    assert state.prices.get(row.after["sku"]) == row.before
    state.prices[row.after["sku"]] = row.after


def _never(state: Snapshot, row: _Row) -> None:
    said = row.after or row.before
    kind = next(name for name in said if name != "reason")
    key = (kind, said[kind])
    assert (key in state.never) is (row.before is not None)
    _put(state.never, key, None if row.after is None else said["reason"])


def _settings(state: Snapshot, row: _Row) -> None:
    assert row.after.keys() <= set(SETTINGS)
    assert {name: state.settings[name] for name in row.before} == row.before
    state.settings.update(row.after)


def _pools(state: Snapshot) -> dict[tuple[str, int], tuple[int | None, int]]:
    """Seats are those of the assignable subscriptions, else as stated; seats in use are holders."""
    holders: dict[tuple[str, int], set[int]] = defaultdict(set)
    for (user, sku, kind, source), (held, _, _) in state.sources.items():
        if held < 4:
            holders[sku, source if kind == 3 else 0].add(user)
    seats: dict[tuple[str, int], int | None] = {key: capacity for key, (capacity, _) in state.pools.items()}
    owned: dict[tuple[str, int], int] = defaultdict(int)
    for one in state.subscriptions.values():
        owned[one.sku_id, one.purchase_id] += one.seats if one.is_assignable else 0
    seats |= owned
    every = {key: (seats.get(key), len(holders.get(key, ()))) for key in seats.keys() | holders.keys()}
    return {key: pool for key, pool in every.items() if pool != (None, 0)}


_KINDS: dict[str, Callable[[Snapshot, _Row], None]] = {
    "license.assign": _license,
    "license.change": _license,
    "license.unassign": _license,
    "account.enabled": _enabled,
    "account.manager": _manager,
    "account.sessions": _sessions,
    "account.deleted": _deleted,
    "clock.user_purge": _purged,
    "user.gone": _nothing,
    "clock.mailbox_purge": _nothing,
    "clock.archive_purge": _nothing,
    "clock.drive_readonly": _nothing,
    "clock.drive_archive": _nothing,
    "clock.stop.mailbox_purge": _nothing,
    "clock.stop.archive_purge": _nothing,
    "clock.stop.drive_readonly": _nothing,
    "clock.stop.drive_archive": _nothing,
    "user.create": _created,
    "user.import": _imported,
    "user.update": _updated,
    "user.facts": _facts,
    "import": _nothing,
    "member.add": _member_added,
    "member.remove": _member_removed,
    "group.create": _group,
    "group.update": _group,
    "group.delete": _group,
    "group.restore": _group,
    "group.import": _group_imported,
    "group.licenses": _group_licenses,
    "never.add": _never,
    "never.remove": _never,
    "price.set": _price,
    "purchase.notice": _nothing,
    "tenant.clock": _nothing,
    "tenant.set": _settings,
}
_DOORS = ("import", "resize", "schedule", "recurring", "reactivate", "cancel", "take_over")
_KINDS |= dict.fromkeys((f"subscription.{kind}" for kind in (*_DOORS, *EventKind)), _subscription)
