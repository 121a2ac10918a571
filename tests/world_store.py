"""Tenants in a real store for tests: built through the doors, each beside a twin that nothing may touch (I-9).

Only builders and reads; no expectation about Licentia is here but the one on twins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from licentia.changes import propose, record, refresh, run
from licentia.changes.inline import InlineResult, apply_inline
from licentia.changes.verify import verify_chain
from licentia.changes.who import Who
from licentia.domain import intents
from licentia.domain.facts import MailboxKind, SourceKind
from licentia.domain.intents import AccountIntent, Assign, Intent, LicenseIntent, Unassign, Undo
from licentia.domain.permissions import Actor, local_shell
from licentia.importing.rows import (
    DriveRow,
    Family,
    GroupRow,
    HoldKind,
    LicenseRow,
    MailboxRow,
    PoolRow,
    PurchaseRow,
    RowError,
    TenantRows,
    UserFile,
    UserRow,
)
from licentia.store import sql
from licentia.store.bulk.tenants import TENANT_TABLES
from licentia.store.lists import check, users

if TYPE_CHECKING:
    from database import Store

OWNER = local_shell("owner")
E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
AUDIO = "0c266dff-15dd-4b49-8397-2bb16070ed52"
FLOW = "f30db892-07e9-47e9-837c-80727f46fd3d"
PLANNER = "beb6439c-caad-48d3-bf46-0c82871e12be"
VISIO = "c5928f49-12ba-48f7-ada3-0d743a3601d5"
EXCHANGE_2 = "19ec0d23-8335-4cbd-94ac-6050e30712fa"
SWAY_PLAN = "a23b959c-7ce8-4e57-9140-b90eb88a9e97"
STAFF = "00000000-0000-4000-8000-00000000aaaa"
"""Object id of the group that gives E3."""

GIB = 1_073_741_824
ALL_FIELDS = frozenset({"object_id", "display_name", "account_enabled", "usage_location", "user_type", "department"})


# ---- rows


def object_id(n: int) -> str:
    """A user's object id."""
    return f"10000000-0000-4000-8000-{n:012d}"


def direct(*skus: str, off: frozenset[str] = frozenset()) -> tuple[LicenseRow, ...]:
    """Direct licenses."""
    return tuple(LicenseRow(sku, SourceKind.DIRECT, None, off) for sku in skus)


def by_group(*skus: str, group: str = STAFF) -> tuple[LicenseRow, ...]:
    """Licenses from a group."""
    return tuple(LicenseRow(sku, SourceKind.GROUP, group) for sku in skus)


def unknown(*skus: str) -> tuple[LicenseRow, ...]:
    """Licenses of which the path is not known."""
    return tuple(LicenseRow(sku, SourceKind.UNKNOWN) for sku in skus)


BOX = MailboxRow(MailboxKind.USER, 10 * GIB, False, HoldKind.NONE, False)
DISK = DriveRow(True, GIB, False)


def person(n: int, licenses: tuple[LicenseRow, ...] = (), **facts: Any) -> UserRow:
    """A member with a mailbox and a drive, named by number unless told otherwise."""
    known: dict[str, Any] = {
        "object_id": object_id(n),
        "display_name": f"Persoon {n:05d}",
        "account_enabled": True,
        "usage_location": "NL",
        "user_type": "Member",
        "department": "Kantoor",
        "created_at": 1_600_000_000_000_000,
        "office_devices": 0,
        "phone_number": "",
        "mailbox": BOX,
        "drive": DISK,
    }
    return UserRow(n, facts.pop("upn", f"p{n:05d}@contoso.example"), **(known | {"licenses": licenses} | facts))


def tenant_rows(
    people: Sequence[UserRow],
    seats: Mapping[str, int | None] | None = None,
    purchases: tuple[PurchaseRow, ...] = (),
    name: str = "Contoso",
) -> TenantRows:
    """A tenant of these people; products without stated seats have plenty."""
    skus = {row.sku_id for one in people for row in one.licenses} | {E3, AUDIO} | set(seats or {})
    capacities = dict.fromkeys(sorted(skus), 100_000) | dict(seats or {})
    return TenantRows(
        name=name,
        domain="contoso.example",
        country="NL",
        time_zone="Europe/Amsterdam",
        language="nl",
        groups=(GroupRow(STAFF, "Alle medewerkers", by_group(E3)),),
        pools=tuple(PoolRow(sku, capacity) for sku, capacity in capacities.items()),
        purchases=purchases,
        never=(),
        users=lambda: iter(people),
    )


def crowd(count: int, licenses: tuple[LicenseRow, ...] | None = None, **facts: Any) -> list[UserRow]:
    """So many alike people; with E3 directly unless told otherwise."""
    held = direct(E3) if licenses is None else licenses
    return [person(n, held, **facts) for n in range(1, count + 1)]


def user_file(
    rows: Iterable[UserRow | RowError],
    *,
    fields: frozenset[str] = ALL_FIELDS,
    families: frozenset[Family] = frozenset({Family.ACCOUNT, Family.LICENSES}),
    paths_known: bool = True,
) -> UserFile:
    """A file that has been understood."""
    kept = [replace(row, line=line) if isinstance(row, UserRow) else row for line, row in enumerate(rows, start=2)]
    return UserFile("users-csv", (), fields, families, paths_known, lambda: iter(kept))


# ---- a tenant and its twin


@dataclass
class World:
    """A tenant under test, with a twin of equal ids in the same store."""

    store: Store
    tenant: int
    twin: int
    actor: Actor = OWNER
    first: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        mine, other = digest(self.tenant), digest(self.twin)
        tables = ("users", "product", "source", "pool", "user_group", "purchase")
        assert [_own(mine[t]) for t in tables] == [_own(other[t]) for t in tables]
        self.first = other

    def assert_sound(self) -> None:
        """Nothing of the twin has changed; counters are holders; the journal is whole."""
        now = digest(self.twin)
        assert {t: rows for t, rows in now.items() if rows != self.first[t]} == {}
        assert check.problems(self.tenant) == []
        assert verify_chain(self.tenant).broken is None

    # -- doors

    def propose(self, intent: Intent, *ids: int, who: Who | None = None) -> int:
        """A draft plan for these users, or for everyone."""
        if who is not None:
            chosen = who
        elif isinstance(intent, Undo):
            chosen = Who("plan", str(intent.plan_id))
        elif ids:
            chosen = Who("users", ids=tuple(ids))
        else:
            chosen = Who("everyone", intents.sku_of(intent) or "")
        return propose.propose(self.tenant, intent, chosen, self.actor)

    def start(self, plan: int) -> None:
        """The plan runs: every guard is answered."""
        run.apply(self.tenant, plan, self.actor, confirm=self.header(plan)["ready"], over_limit=True)

    def run(self, plan: int) -> dict[str, Any]:
        """The header after this process has done what it can."""
        return run.run(self.tenant, plan, self.actor)

    def apply(self, plan: int) -> dict[str, Any]:
        """The header after the plan has been applied."""
        self.start(plan)
        return self.run(plan)

    def unassign(self, *ids: int, sku: str = E3) -> int:
        """The number of a plan that took the product back."""
        plan = self.propose(Unassign(sku), *ids)
        self.apply(plan)
        return plan

    def assign(self, *ids: int, sku: str = E3) -> int:
        """The number of a plan that gave the product."""
        plan = self.propose(Assign(sku), *ids)
        self.apply(plan)
        return plan

    def undo(self, plan: int, user: int | None = None) -> int:
        """The number of a plan that undid another."""
        undoing = self.propose(Undo(plan, user))
        self.apply(undoing)
        return undoing

    def inline(self, intent: LicenseIntent | AccountIntent, user: int) -> InlineResult:
        """One user changed in one request."""
        return apply_inline(self.tenant, intent, user, self.actor)

    # -- reads

    def header(self, plan: int) -> dict[str, Any]:
        """The plan's header."""
        return run.load(self.tenant, plan)

    def ids(self) -> dict[str, int]:
        """Users by principal name."""
        return dict(self.rows("SELECT principal_name, id FROM users WHERE tenant_id = %(tenant)s"))

    def user(self, n: int) -> int:
        """The id of person number `n`."""
        return int(
            self.rows("SELECT id FROM users WHERE tenant_id = %(tenant)s AND object_id = %(o)s", o=object_id(n))[0][0]
        )

    def product(self, sku: str) -> int:
        """The product's number."""
        return int(self.rows("SELECT id FROM product WHERE tenant_id = %(tenant)s AND sku_id = %(sku)s", sku=sku)[0][0])

    def rows(self, statement: str, **params: Any) -> list[sql.Row]:
        """Rows of a query on the tenant."""
        return sql.rows(statement, {"tenant": self.tenant} | params)

    def sources(self) -> dict[tuple[int, str, int, int], tuple[int, str]]:
        """(user, sku, kind, source) to (state, disabled plans): when a license came is no part of it."""
        found = self.rows(
            "SELECT s.user_id, p.sku_id, s.source_kind, s.source_id, s.state, s.disabled_plans FROM source s "
            "JOIN product p ON p.tenant_id = s.tenant_id AND p.id = s.product_id WHERE s.tenant_id = %(tenant)s"
        )
        return {row[:4]: row[4:] for row in found}

    def pools(self) -> list[sql.Row]:
        """Every pool with its seats."""
        return self.rows(
            "SELECT product_id, purchase_id, capacity, consumed FROM pool WHERE tenant_id = %(tenant)s "
            "ORDER BY product_id, purchase_id"
        )

    def consumed(self, sku: str = E3) -> int:
        """Seats in use in the organization's pool."""
        found = self.rows(
            "SELECT consumed FROM pool WHERE tenant_id = %(tenant)s AND product_id = %(p)s AND purchase_id = 0",
            p=self.product(sku),
        )
        return int(found[0][0])

    def clocks(self) -> list[sql.Row]:
        """(user, kind, due) of every clock that runs."""
        return self.rows("SELECT user_id, kind, due_at FROM clock WHERE tenant_id = %(tenant)s ORDER BY user_id, kind")

    def steps(self, plan: int) -> dict[int, tuple[str, str | None]]:
        """By user, the state and reason of its step."""
        found = self.rows(
            "SELECT user_id, state, reason FROM plan_step WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s ORDER BY n",
            plan=plan,
        )
        return {user: (state, reason) for user, state, reason in found}

    def judged(self, plan: int) -> list[sql.Row]:
        """Every step with its class's verdict."""
        return self.rows(
            "SELECT s.n, s.user_id, s.state, s.reason, k.signature, k.outcome, k.subject, k.consequences, k.undo_seconds "
            "FROM plan_step s JOIN plan_class k ON k.tenant_id = s.tenant_id AND k.plan_id = s.plan_id "
            "AND k.id = s.class_id WHERE s.tenant_id = %(tenant)s AND s.plan_id = %(plan)s ORDER BY s.n",
            plan=plan,
        )

    def journal(self, kind: str) -> list[sql.Row]:
        """(at, object, before, after) of the journal's rows of a kind."""
        return self.rows(
            "SELECT at, object_id, before, after FROM journal WHERE tenant_id = %(tenant)s AND kind = %(kind)s ORDER BY seq",
            kind=kind,
        )

    def plant(self, statement: str, **params: Any) -> None:
        """A statement of a test's own: the world outside, or a fault."""
        with self.store.planting():
            sql.execute(statement, {"tenant": self.tenant} | params)

    def set_seats(self, seats: int | None, sku: str = E3) -> None:
        """The organization has so many seats."""
        self.plant(
            "UPDATE pool SET capacity = %(n)s WHERE tenant_id = %(tenant)s AND product_id = %(p)s AND purchase_id = 0",
            n=seats,
            p=self.product(sku),
        )


def digest(tenant_id: int) -> dict[str, list[str]]:
    """Every row of every table of a tenant, its global rows, and what a search finds."""
    found = {}
    for table in TENANT_TABLES:
        rows = sql.rows(f"SELECT * FROM {table} WHERE tenant_id = %(tenant)s", {"tenant": tenant_id})
        found[table] = sorted(map(repr, rows))
    for table, column in (("tenant", "id"), ("agenda", "tenant_id"), ("tenant_domain", "tenant_id")):
        rows = sql.rows(f"SELECT * FROM {table} WHERE {column} = %(tenant)s", {"tenant": tenant_id})
        found[table] = sorted(map(repr, rows))
    hits = users.page(tenant_id, users.Query(search="example", top=5_000)).users
    found["search"] = [repr((user.id, user.display_name)) for user in hits]
    return found


def _own(rows: list[str]) -> list[str]:
    """Rows without their tenant's number and the instants at which they were read."""
    return [row.split(", ", 1)[1].rsplit(", 1", 1)[0][:60] for row in rows]


def build(store: Store, rows: TenantRows) -> World:
    """A tenant and its twin."""
    tenant = record.load_tenant(rows, OWNER, rows.name)
    twin = record.load_tenant(rows, OWNER, f"{rows.name}, twin")
    return World(store, tenant, twin)


def build_copy(store: Store, file: UserFile) -> World:
    """An imported tenant and its twin."""
    tenant, twin = (refresh.refresh(name, file, OWNER).tenant_id for name in ("Copy", "Copy, twin"))
    assert tenant is not None
    assert twin is not None
    return World(store, tenant, twin)


# ---- watching statements


class Statements:
    """Statements that ran, with their parameters; an insert of many rows is one, on both databases."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Any]] = []
        self._inside = False

    def __call__(self, execute: Any, text: Any, params: Any, many: bool, context: Any) -> Any:
        if not self._inside:
            self.seen.append((text, params))
        return execute(text, params, many, context)

    def count(self) -> int:
        """How many ran."""
        return len(self.seen)


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Statements]:
    """Sees every statement of this thread; PostgreSQL's COPY goes past Django, so inserts are counted as calls."""
    from django.db import connection

    found = Statements()
    insert = sql.insert

    def counted(table: str, columns: Sequence[str], values: Iterable[Sequence[Any]], *, ignore: bool = False) -> None:
        rows = list(values)
        if rows:
            found.seen.append((f"INSERT INTO {table}", None))
        found._inside = True
        try:
            insert(table, columns, rows, ignore=ignore)
        finally:
            found._inside = False

    with monkeypatch.context() as patch, connection.execute_wrapper(found):
        patch.setattr(sql, "insert", counted)
        yield found
