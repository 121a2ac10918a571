"""Statement budgets (I-4): SQL grows with chunks, never with users.

`statement_counts.json` holds the statements of each operation, per database, for 20 users, for one chunk and for four:
5,000 and 20,000 users for plans, just below 500 and 2,000, in chunks of 500, for clocks and files. LICENTIA_GOLDEN=write rewrites
it; a person reads the diff. The formula: one chunk costs the same however many users are in it, and each further chunk
costs at most what the first did. A file's rows are journaled in batches of a chunk's size too, up to three rows a user.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from licentia.changes import advance, record, refresh
from licentia.changes.who import CHUNK, Who
from licentia.domain.instants import DAY
from licentia.domain.intents import Assign, Intent, Unassign, Undo
from licentia.importing.demo import demo_tenant
from licentia.store import clock
from licentia.store.lists import selecting
from world_store import E3, FLOW, OWNER, SWAY_PLAN, World, build_copy, crowd, direct, person, user_file, watched

if TYPE_CHECKING:
    from database import Store

GOLDEN = Path(__file__).with_name("statement_counts.json")
SIZES = (20, CHUNK, 4 * CHUNK)
MOST = SIZES[-1]
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
    change = Assign(E3, frozenset({SWAY_PLAN, FLOW}))
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


def test_statements_grow_with_chunks_never_with_users(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans, undos, single changes, clocks and files, on few and many users."""
    bench = Bench(monkeypatch)
    of_plans(store, bench)
    of_clocks(store, bench)
    of_files(store, bench)
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
