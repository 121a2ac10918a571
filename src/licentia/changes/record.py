"""The door for facts learned from outside: tenants made and ended, the demo tenant, the never list. No rule is evaluated.

A first load leaves one baseline marker in the journal instead of a row per object (I-1). Refreshing a copy is
`changes.refresh`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import Any

from licentia.changes import journal
from licentia.changes.journal import Entry
from licentia.changes.prices import list_price
from licentia.domain.facts import SourceKind, Switch
from licentia.domain.permissions import Actor, ActorKind, Capability, Role
from licentia.domain.reasons import BadInput
from licentia.importing.rows import DriveRow, GroupRow, LicenseRow, MailboxRow, TenantRows, UserRow
from licentia.store import clock, ids, sql
from licentia.store.bulk import journal as journal_rows
from licentia.store.bulk import operators as operator_rows
from licentia.store.bulk import subscriptions as subscription_rows
from licentia.store.bulk import tenants as rows_of
from licentia.store.lists import tenants as list_of
from licentia.store.names import plain, principal_key, search_key, sort_key
from licentia.store.writing import writing
from licentia.tenants.local.signatures import plans_text

BATCH = 10_000
LONGEST_NAME = 200
LOADING = "loading"
"""Origin of a tenant whose first load has not ended; it is not listed and is removed by the next attempt."""

Progress = Callable[[int], None]

USER_COLUMNS = [
    "tenant_id",
    "id",
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
    "account_read_at",
    "licenses_read_at",
    "last_sign_in_at",
    "sign_in_read_at",
    "office_devices",
    "phone_number",
    "last_activity_at",
    "activity_read_at",
]
SOURCE_COLUMNS = [
    "tenant_id",
    "product_id",
    "user_id",
    "source_kind",
    "source_id",
    "state",
    "disabled_plans",
    "error",
    "since_at",
]


def create_tenant(
    name: str,
    actor: Actor,
    *,
    origin: str = "empty",
    country: str = "NL",
    time_zone: str = "Europe/Amsterdam",
    language: str = "nl",
    domain: str | None = None,
) -> int:
    """The new tenant's id; BadInput `tenant_exists` when the name is taken, `bad_tenant_name` for one that is none.

    An operator who makes a tenant is its Global Administrator, in the same transaction: it is never without one.
    """
    actor.require(Capability.MANAGE_TENANTS, 0)
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput("bad_tenant_name", text=name)
    now = clock.machine_now()
    with writing():
        if list_of.find(name) is not None:
            raise BadInput("tenant_exists", name=name)
        tenant_id = rows_of.insert_tenant(
            {
                "name": name,
                "kind": "local",
                "origin": origin,
                "country": country,
                "time_zone": time_zone,
                "language": language,
                "switches": "",
                "clock_offset": 0,
                "confirm_above": 20,
                "limit_percent": 25,
                "limit_users": 500,
                "created_at": now,
                "object_id": str(uuid.uuid4()),
            }
        )
        journal_rows.open_head(tenant_id)
        if domain:
            rows_of.add_domain(tenant_id, domain)
        entries = [Entry("tenant.create", "tenant", tenant_id, None, journal.canonical({"name": name}))]
        if actor.kind is ActorKind.OPERATOR:
            number = operator_rows.add_role(actor.id, tenant_id, Role.GLOBAL.value)
            granted = journal.canonical({"operator": actor.name, "role": Role.GLOBAL.value})
            entries.append(Entry("operator.grant", "operator", number or 0, None, granted))
        journal.write(tenant_id, door="record", actor=actor, now=now, entries=entries)
    return tenant_id


def delete_tenant(tenant_id: int, actor: Actor) -> None:
    """The tenant and everything in it is gone. Interrupted, it is unusable and the next delete goes on."""
    actor.require(Capability.MANAGE_TENANTS, tenant_id)
    with writing(tenant_id):
        rows_of.update_tenant(tenant_id, {"origin": LOADING})
    for table in rows_of.TENANT_TABLES:
        with writing():
            rows_of.empty_table(tenant_id, table)
    with writing():
        rows_of.drop_tenant(tenant_id)


def set_tenant(tenant_id: int, actor: Actor, fields: dict[str, Any]) -> None:
    """These settings are now so: time_zone, language, country, switches, confirm_above, limit_percent, limit_users."""
    actor.require(Capability.MANAGE_TENANTS, tenant_id)
    now = clock.tenant_now(tenant_id)
    if "switches" in fields:
        fields["switches"] = ",".join(sorted(Switch(name) for name in fields["switches"]))
    with writing(tenant_id):
        before = {name: value for name, value in list_of.settings(tenant_id).items() if name in fields}
        rows_of.update_tenant(tenant_id, fields)
        entry = Entry("tenant.set", "tenant", tenant_id, journal.canonical(before), journal.canonical(fields))
        journal.write(tenant_id, door="record", actor=actor, now=now, entries=[entry])


def add_never(tenant_id: int, object_kind: str, object_id: int, reason: str, actor: Actor) -> bool:
    """Whether the user or group is new on the never list."""
    actor.require(Capability.MANAGE_NEVER_LIST, tenant_id)
    now = clock.tenant_now(tenant_id)
    entry_id = ids.take(tenant_id, "never")
    with writing(tenant_id):
        if not rows_of.put_never(tenant_id, entry_id, object_kind, object_id, reason):
            return False
        after = journal.canonical({object_kind: object_id, "reason": reason})
        entries = [Entry("never.add", "never", entry_id, None, after)]
        journal.write(tenant_id, door="record", actor=actor, now=now, entries=entries)
    return True


def remove_never(tenant_id: int, object_kind: str, object_id: int, actor: Actor) -> bool:
    """Whether the user or group was on the never list and is no longer."""
    actor.require(Capability.MANAGE_NEVER_LIST, tenant_id)
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        gone = rows_of.drop_never(tenant_id, object_kind, object_id)
        if gone is None:
            return False
        entry_id, reason = gone
        before = journal.canonical({object_kind: object_id, "reason": reason})
        entries = [Entry("never.remove", "never", entry_id, before, None)]
        journal.write(tenant_id, door="record", actor=actor, now=now, entries=entries)
    return True


def load_tenant(rows: TenantRows, actor: Actor, name: str | None = None, progress: Progress | None = None) -> int:
    """The id of a new tenant with all these rows. Killed half-way it is not listed, and the next load removes it."""
    actor.require(Capability.MANAGE_TENANTS, 0)
    wanted = name or rows.name
    left_over = list_of.find(wanted, origin=LOADING)
    if left_over is not None:
        delete_tenant(left_over.id, actor)
    tenant_id = create_tenant(
        wanted,
        actor,
        origin=LOADING,
        country=rows.country,
        time_zone=rows.time_zone,
        language=rows.language,
        domain=rows.domain,
    )
    _Loader(tenant_id, rows, progress).load()
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        _fence(tenant_id, wanted)
        rows_of.recount_pools(tenant_id)
        rows_of.update_tenant(tenant_id, {"origin": "demo"})
        after = journal.canonical({"users": list_of.count_users(tenant_id)})
        entry = Entry("baseline", "tenant", tenant_id, None, after)
        journal.write(tenant_id, door="record", actor=actor, now=now, entries=[entry])
    rows_of.analyze()
    return tenant_id


def _fence(tenant_id: int, name: str) -> None:
    """Returns while the load is ours; BadInput when another load took it for a dead one and removed it."""
    if not journal_rows.has_head(tenant_id):
        raise BadInput("tenant_exists", name=name)


class _Loader:
    """A first load: rows straight into the tables, a transaction per batch."""

    def __init__(self, tenant_id: int, rows: TenantRows, progress: Progress | None) -> None:
        self.tenant_id = tenant_id
        self.rows = rows
        self.progress = progress
        self.now = clock.tenant_now(tenant_id)
        skus = sorted(
            {pool.sku_id for pool in rows.pools}
            | {purchase.sku_id for purchase in rows.purchases}
            | {one.sku_id for group in rows.groups for one in group.licenses}
        )
        first = ids.take(tenant_id, "product", len(skus))
        self.products = {sku: first + i for i, sku in enumerate(skus)}
        first = ids.take(tenant_id, "group", max(1, len(rows.groups)))
        self.groups = {group.object_id: first + i for i, group in enumerate(rows.groups)}
        first = ids.take(tenant_id, "purchase", max(1, len(rows.purchases)))
        self.purchases = {purchase.ref: first + i for i, purchase in enumerate(rows.purchases)}
        self.people: dict[str, int] = {}
        self.wanted = {p.buyer_principal_name for p in rows.purchases} | {upn for upn, _ in rows.never}

    def load(self) -> None:
        """All rows are in the tables."""
        self._structure()
        self._subscriptions()
        done = 0
        users = iter(self.rows.users())
        while batch := list(islice(users, BATCH)):
            first = ids.take(self.tenant_id, "user", len(batch))
            with writing(self.tenant_id):
                _fence(self.tenant_id, self.rows.name)
                self._users(batch, first)
            done += len(batch)
            if self.progress:
                self.progress(done)
        self._people()

    def _structure(self) -> None:
        tenant_id, rows = self.tenant_id, self.rows
        licenses = [
            (tenant_id, self.groups[g.object_id], self.products[x.sku_id], plans_text(x.disabled_plans))
            for g in rows.groups
            for x in g.licenses
        ]
        pools = [(tenant_id, self.products[p.sku_id], 0, p.capacity, 0) for p in rows.pools]
        pools += [(tenant_id, self.products[p.sku_id], self.purchases[p.ref], p.seats, 0) for p in rows.purchases]
        with writing(tenant_id):
            _fence(tenant_id, rows.name)
            rows_of.add_products(tenant_id, list(self.products), min(self.products.values(), default=1))
            rows_of.add_known_groups(tenant_id, [self._group(group) for group in rows.groups])
            sql.insert("group_license", ("tenant_id", "group_id", "product_id", "disabled_plans"), licenses)
            sql.insert("pool", ("tenant_id", "product_id", "purchase_id", "capacity", "consumed"), pools)

    def _subscriptions(self) -> None:
        """How the seats were bought, and what they cost."""
        bought = self.rows.subscriptions
        first = ids.take(self.tenant_id, "subscription", max(1, len(bought)))
        found = [
            (self.products[one.sku_id], replace(one, id=number, purchase_id=self.purchases[ref] if ref else 0))
            for number, (ref, one) in enumerate(bought, start=first)
        ]
        with writing(self.tenant_id):
            _fence(self.tenant_id, self.rows.name)
            subscription_rows.put(self.tenant_id, found)
            subscription_rows.recount_seats(self.tenant_id, [product for product, _ in found])
            subscription_rows.settle_agenda(self.tenant_id)
            subscription_rows.put_prices(self.tenant_id, [list_price(one) for one in self.rows.prices])

    def _group(self, group: GroupRow) -> tuple[int, str, str, str, str, str, bool]:
        name = group.display_name
        known = (group.kind, group.membership_rule, group.is_synced)
        return (self.groups[group.object_id], group.object_id, name, plain(name), *known)

    def _users(self, batch: list[UserRow], first: int) -> None:
        numbered = list(enumerate(batch, start=first))
        for user_id, row in numbered:
            if row.user_principal_name in self.wanted:
                self.people[row.user_principal_name] = user_id
        sql.insert("users", USER_COLUMNS, (self._user(user_id, row) for user_id, row in numbered))
        sql.insert("mailbox", _MAILBOX, (self._mailbox(i, r.mailbox) for i, r in numbered if r.mailbox))
        sql.insert("drive", _DRIVE, (self._drive(i, r.drive) for i, r in numbered if r.drive))
        sql.insert("source", SOURCE_COLUMNS, (self._source(i, x) for i, r in numbered for x in r.licenses))
        members = {
            (self.tenant_id, self.groups[x.source_ref], i)
            for i, r in numbered
            for x in r.licenses
            if x.kind is SourceKind.GROUP and x.source_ref
        }
        sql.insert("group_member", ("tenant_id", "group_id", "user_id"), sorted(members))
        rows_of.index_search(self.tenant_id, first, first + len(batch) - 1)

    def _user(self, user_id: int, row: UserRow) -> tuple[Any, ...]:
        name = row.display_name or row.user_principal_name
        return (
            self.tenant_id,
            user_id,
            row.object_id,
            row.user_principal_name,
            principal_key(row.user_principal_name),
            name,
            sort_key(name),
            search_key(name, row.user_principal_name),
            row.account_enabled,
            row.usage_location or "",
            row.user_type,
            row.department or "",
            row.is_synced,
            row.created_at,
            self.now,
            self.now,
            row.last_sign_in_at,
            self.now,
            row.office_devices,
            row.phone_number,
            row.last_sign_in_at,  # in a tenant of ours nothing is used without signing in
            self.now,
        )

    def _mailbox(self, user_id: int, box: MailboxRow) -> tuple[Any, ...]:
        hold = box.hold.value if box.hold else None
        return (
            self.tenant_id,
            user_id,
            box.kind.value,
            box.size_bytes,
            box.has_archive,
            hold,
            box.is_forwarding,
            self.now,
        )

    def _drive(self, user_id: int, drive: DriveRow) -> tuple[Any, ...]:
        return (self.tenant_id, user_id, drive.exists, drive.size_bytes, drive.on_hold, self.now)

    def _source(self, user_id: int, row: LicenseRow) -> tuple[Any, ...]:
        source_id = 0
        if row.kind is SourceKind.GROUP:
            source_id = self.groups[row.source_ref or ""]
        elif row.kind is SourceKind.PURCHASE:
            source_id = self.purchases[row.source_ref or ""]
        return (
            self.tenant_id,
            self.products[row.sku_id],
            user_id,
            int(row.kind),
            source_id,
            int(row.state),
            plans_text(row.disabled_plans),
            row.error,
            row.since,
        )

    def _people(self) -> None:
        """Buyers and the never list: they name users, so they come last."""
        purchases = [
            (
                self.tenant_id,
                self.purchases[p.ref],
                p.ref,
                self.products[p.sku_id],
                self.people[p.buyer_principal_name],
                p.bought_at,
            )
            for p in self.rows.purchases
        ]
        first = ids.take(self.tenant_id, "never", max(1, len(self.rows.never)))
        with writing(self.tenant_id):
            _fence(self.tenant_id, self.rows.name)
            sql.insert("purchase", ("tenant_id", "id", "ref", "product_id", "buyer_user_id", "bought_at"), purchases)
            for i, (upn, reason) in enumerate(self.rows.never):
                rows_of.put_never(self.tenant_id, first + i, "user", self.people[upn], reason)


_MAILBOX = ("tenant_id", "user_id", "kind", "size_bytes", "has_archive", "hold", "is_forwarding", "read_at")
_DRIVE = ("tenant_id", "user_id", "is_present", "size_bytes", "on_hold", "read_at")
