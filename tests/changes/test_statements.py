"""Statement budgets (I-4): SQL grows with chunks, never with users.

`statement_counts.json` holds the statements of each operation, per database, for 20 users, for one chunk and for four:
5,000 and 20,000 users for plans, just below 500 and 2,000, in chunks of 500, for all others. LICENTIA_GOLDEN=write rewrites
it; a person reads the diff. The formula: one chunk costs the same however many users are in it, and each further chunk
costs at most what the first did. A file's rows are journaled in batches of a chunk's size too, up to three rows a user.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from licentia.changes import advance, copying, enrich, enrich_groups, following, record, refresh, undo, who
from licentia.changes.who import CHUNK, Who
from licentia.domain.facts import SourceKind
from licentia.domain.finders import search
from licentia.domain.instants import DAY
from licentia.domain.intents import (
    Assign,
    ChangeLicenses,
    ChangeMembers,
    DeleteUser,
    Intent,
    RestoreUser,
    SetGroupLicenses,
    Swap,
    TakeOver,
    Unassign,
    Undo,
)
from licentia.domain.subscriptions import BillingAccount, Subscription
from licentia.importing.demo import demo_tenant
from licentia.importing.rows import FactFile, LicenseRow, MemberRow, PurchaseRow, Report, UsageRow
from licentia.store import clock, sql
from licentia.store.lists import finders, selecting
from world_store import (
    E3,
    E5,
    FLOW,
    OWNER,
    PLANNER,
    STAFF,
    SWAY_PLAN,
    World,
    build_copy,
    by_group,
    crowd,
    direct,
    object_id,
    person,
    tenant_rows,
    user_file,
    watched,
)

if TYPE_CHECKING:
    from database import Store

T = TypeVar("T")
GOLDEN = Path(__file__).with_name("statement_counts.json")
SIZES = (20, CHUNK, 4 * CHUNK)
MOST = SIZES[-1]
KAIZALA_PLAN = "aebd3021-9f8f-4bf8-bbe3-0ed2f4f047a1"
SMALL = 500
SMALL_SIZES = (20, SMALL - 1, 4 * SMALL - 1)


class Bench:
    """Operations with the statements that each took."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch
        self.counts: dict[str, list[int]] = {}

    def count(self, name: str, work: Callable[[], int]) -> int:
        """What the work returned; its statements are noted under the name."""
        with watched(self.patch) as seen:
            found = work()
        self.counts.setdefault(name, []).append(seen.count())
        return found

    def plan(self, world: World, name: str, intent: Intent, users: list[int]) -> int:
        """A plan proposed and applied, each counted."""
        who = Who("plan") if isinstance(intent, Undo) else Who("users", ids=tuple(users))
        plan = self.count(f"propose {name}", lambda: world.propose(intent, who=who))
        self.count(f"apply {name}", lambda: int(world.apply(plan)["verified"]))
        return plan


def covering(world: World, users: list[int]) -> list[int]:
    """A few users in whom every kind of change and clock occurs that occurs in all of them."""
    plan = world.propose(Unassign(E3), who=Who("users", ids=tuple(users)))
    kinds: dict[int, list[str]] = {}
    for table, column in (("class_change", "journal_before"), ("class_clock", "kind")):
        statement = f"SELECT class_id, {column} FROM {table} WHERE tenant_id = %(tenant)s AND plan_id = %(p)s"
        for class_id, one in world.rows(statement, p=plan):
            kinds.setdefault(class_id, []).append(one)
    steps = world.rows(
        "SELECT user_id, class_id FROM plan_step WHERE tenant_id = %(tenant)s AND plan_id = %(p)s ORDER BY n", p=plan
    )
    met: dict[tuple[str, ...], int] = {}
    for user, class_id in steps:
        met.setdefault(tuple(sorted(kinds.get(class_id, []))), user)
    few = list(met.values())
    few += [user for user, _ in steps if user not in few][: SIZES[0] - len(few)]
    assert len(few) == SIZES[0]
    return sorted(few)


def of_plans(store: Store, bench: Bench) -> None:
    """Plans over users of every kind: the demo tenant."""
    tenant = record.load_tenant(replace(demo_tenant(42_000), name="Large"), OWNER)
    world = World(store, tenant, tenant)
    many = selecting.direct_holders(tenant, world.product(E3), 0, MOST)
    assert len(many) == MOST
    world.undo(world.unassign(many[0]))  # from here on the agenda has been used
    for users in (covering(world, many), many[: SIZES[1]], many):
        taken = bench.plan(world, "unassign", Unassign(E3), users)
        undone = bench.plan(world, "undo", Undo(taken), users)
        assert world.header(undone)["verified"] > len(users) // 2
    change = Assign(E3, frozenset({SWAY_PLAN, KAIZALA_PLAN}))
    for user in (many[0], many[5_000], many[-1]):
        assert bench.count("inline", lambda user=user: world.inline(change, user).plan_id or 0)  # type: ignore[misc]


def of_clocks(store: Store, bench: Bench) -> None:
    """Mailbox clocks that run out together."""
    tenant = record.load_tenant(
        replace(demo_tenant(0), name="Clocks", users=lambda: iter(crowd(sum(SMALL_SIZES)))), OWNER
    )
    world = World(store, tenant, tenant)
    bench.patch.setattr(advance, "BATCH", SMALL)
    first = 1
    for size in SMALL_SIZES:
        world.apply(world.propose(Unassign(E3), *range(first, first + size)))
        target = clock.tenant_now(tenant) + 31 * DAY
        found = bench.count("advance", lambda target=target: advance.set_clock(tenant, target, OWNER))  # type: ignore[misc]
        assert found == size
        advance.set_clock(tenant, target + 70 * DAY, OWNER)
        first += size


def of_files(store: Store, bench: Bench) -> None:
    """Refreshes that add users, and that change a name, a department and two licenses of each."""
    build_copy(store, user_file(crowd(1)))
    bench.patch.setattr(refresh, "BATCH", SMALL)
    first = 2
    for size in SMALL_SIZES:
        added = [person(n, direct(E3)) for n in range(first, first + size)]
        changed = [
            person(n, direct(FLOW), department="Kade", upn=f"new{n}@contoso.example")
            for n in range(first, first + size)
        ]
        for name, rows in (("import new users", added), ("import changes", changed)):
            file = user_file(rows)
            bench.count(name, lambda file=file: refresh.refresh("Copy", file, OWNER).rows)  # type: ignore[misc]
        first += size


def every_size(world: World) -> list[list[int]]:
    """Users for each size, nobody twice."""
    bounds = [sum(SMALL_SIZES[:n]) for n in range(len(SMALL_SIZES) + 1)]
    return [list(range(first + 1, last + 1)) for first, last in pairwise(bounds)]


def small_chunks(bench: Bench) -> None:
    """Chunks of 500 users, and of 500 rows of a copy or a file."""
    for module in (who, following, undo, copying):
        bench.patch.setattr(module, "CHUNK", SMALL)
    for module in (advance, copying, enrich, enrich_groups):
        bench.patch.setattr(module, "BATCH", SMALL)


GROUP_STEPS: tuple[tuple[str, Intent], ...] = (
    ("enter group", ChangeMembers(to_group=1)),
    ("group loses product", SetGroupLicenses(1, frozenset({E3}))),
    ("group gets product", SetGroupLicenses(1, add=((E3, frozenset()),))),
    ("leave group", ChangeMembers(from_group=1)),
)


def of_groups(store: Store, bench: Bench) -> None:
    """People enter a group, the group loses its product and gets it back, people leave."""
    tenant = record.load_tenant(tenant_rows(crowd(sum(SMALL_SIZES) + 1, ()), name="Groups"), OWNER)
    world = World(store, tenant, tenant)
    members = Who("members", "1")
    last = Who("users", ids=(sum(SMALL_SIZES) + 1,))
    for _, intent in GROUP_STEPS:  # from here on the agenda has been used
        world.apply(world.propose(intent, who=last))
    for users in every_size(world):
        some = Who("users", ids=tuple(users))
        for name, intent in GROUP_STEPS:
            whom = members if isinstance(intent, SetGroupLicenses) else some
            plan = bench.count(f"propose {name}", lambda: world.propose(intent, who=whom))  # noqa: B023
            assert bench.count(f"apply {name}", lambda: int(world.apply(plan)["verified"])) == len(users)  # noqa: B023
    assert world.consumed() == 0


ACCOUNT_STEPS: tuple[tuple[str, Intent], ...] = (
    ("delete", DeleteUser()),
    ("restore", RestoreUser()),
    ("swap", Swap(E3, E5)),
    ("change licenses", ChangeLicenses(((E3, frozenset()),), frozenset({E5}))),
    ("swap again", Swap(E3, E5)),
)


def of_accounts(store: Store, bench: Bench) -> None:
    """Accounts deleted and restored; a product swapped for another; people whom a finder finds."""
    people = crowd(sum(SMALL_SIZES) + 1, last_sign_in_at=1)
    tenant = record.load_tenant(tenant_rows(people, {E5: 100_000}, name="Accounts"), OWNER)
    world = World(store, tenant, tenant)
    for _, intent in ACCOUNT_STEPS[:2]:
        world.apply(world.propose(intent, len(people)))
    wanted = search("inactive", {"sku_id": E5, "days": 30})
    whom = Who("found", json.dumps({"kind": "inactive", "params": wanted.params}))
    for users in every_size(world):
        for name, intent in ACCOUNT_STEPS:
            plan = bench.plan(world, name, intent, users)
            assert world.header(plan)["verified"] == len(users), name
        assert bench.count("find", lambda: len(finders.page(tenant, wanted, clock.tenant_now(tenant)).users)) > 0
        plan = bench.count("propose found", lambda: world.propose(Unassign(E5), who=whom))
        assert int(world.apply(plan)["verified"]) == len(users)


def of_purchases(store: Store, bench: Bench) -> None:
    """A self-service purchase is taken over: one part, however many users."""
    for n, size in enumerate(SMALL_SIZES):
        ref = f"20000000-0000-4000-8000-00000000000{n}"
        people = crowd(size, (LicenseRow(PLANNER, SourceKind.PURCHASE, ref),))
        one = PurchaseRow(ref, PLANNER, size, people[0].user_principal_name, 1_750_000_000_000_000)
        tenant = record.load_tenant(tenant_rows(people, {PLANNER: size}, (one,), f"Purchase {n}"), OWNER)
        world = World(store, tenant, tenant)
        intent, whom = TakeOver(1, PLANNER, move=True), Who("purchase", "1")
        plan = bench.count("propose take-over", lambda: world.propose(intent, who=whom))  # noqa: B023
        assert bench.count("apply take-over", lambda: int(world.apply(plan)["verified"])) == size  # noqa: B023


def of_copies(store: Store, bench: Bench) -> None:
    """A rehearsal copy of a tenant."""
    for size in SMALL_SIZES:
        tenant = record.load_tenant(tenant_rows(crowd(size), name=f"Source {size}"), OWNER)
        bench.count("copy", lambda: copying.copy_tenant(tenant, f"Copy {size}", OWNER))  # noqa: B023


def of_facts(store: Store, bench: Bench) -> None:
    """A group's members and a usage report from files, into a copy."""
    for size in SMALL_SIZES:
        name = f"Facts {size}"
        tenant = refresh.refresh(name, user_file(crowd(size, by_group(E3)[:1])), OWNER).tenant_id
        assert tenant is not None
        members = _file("members-csv", [MemberRow(n, STAFF, object_id=object_id(n)) for n in range(1, size + 1)])
        bench.count("import members", lambda: enrich_groups.import_members(tenant, members, OWNER).rows)  # noqa: B023
        use = _file(
            Report.ACTIVITY.value,
            [UsageRow(n, f"p{n:05d}@contoso.example", 1_760_000_000_000_000) for n in range(1, size + 1)],
        )
        assert bench.count("import usage", lambda: enrich.import_usage(tenant, use, OWNER).changed) == size  # noqa: B023


def _file(form: str, rows: list[T]) -> FactFile[T]:
    fields = frozenset({"group", "object_id", "user_principal_name", "last_activity_at"})
    return FactFile(form, (), fields, lambda: iter(rows))


def of_subscriptions(store: Store, bench: Bench) -> None:
    """Subscriptions that all renew while a tenant's time passes."""
    for size in SMALL_SIZES:
        now = clock.machine_now()
        bought = [
            (
                None,
                Subscription(
                    id=0,
                    ref=f"S-{n}",
                    sku_id=E3,
                    account=BillingAccount.MCA,
                    seats=1,
                    term_months=12,
                    started_at=now - 360 * DAY,
                    renews_at=now + 5 * DAY,
                    next_at=now + 5 * DAY,
                    recurring=True,
                    read_at=now,
                ),
            )
            for n in range(size)
        ]
        rows = replace(tenant_rows(crowd(1), name=f"Bought {size}"), subscriptions=tuple(bought))
        tenant = record.load_tenant(rows, OWNER)
        target = clock.tenant_now(tenant) + 10 * DAY
        bench.count("renew subscriptions", lambda: advance.set_clock(tenant, target, OWNER))  # noqa: B023
        renewed = "SELECT count(*) FROM journal WHERE tenant_id = %(tenant)s AND kind = 'subscription.renew'"
        assert sql.value(renewed, {"tenant": tenant}) == size


def test_statements_grow_with_chunks_never_with_users(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind of plan, single changes, what a tenant does by itself, copies and files, on few and many users."""
    bench = Bench(monkeypatch)
    of_plans(store, bench)
    of_clocks(store, bench)
    of_files(store, bench)
    small_chunks(bench)
    for more in (of_groups, of_accounts, of_purchases, of_copies, of_facts, of_subscriptions):
        more(store, bench)
    for name, (few, chunk, many) in bench.counts.items():
        if name.startswith("import"):
            assert chunk <= 2 * few, name
        else:
            assert chunk == few, name
        assert many <= 4 * chunk, name
    assert len(set(bench.counts["inline"])) == 1
    golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    if os.environ.get("LICENTIA_GOLDEN") == "write":
        golden[store.vendor] = bench.counts
        lines = json.dumps(golden, indent=1, sort_keys=True)
        GOLDEN.write_text(lines + "\n")
    assert bench.counts == golden[store.vendor]
