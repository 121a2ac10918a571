"""The measurements: each function is one row of the table of goals and answers with its figures.

Floor and product take turns round by round; a figure is the median of its rounds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import floor
from stores import Stores

E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
"""Microsoft 365 E3: half of the users hold it directly; losing it starts up to three clocks."""
AUDIO = "0c266dff-15dd-4b49-8397-2bb16070ed52"
"""Audio Conferencing: one user in ten holds it, all of them directly."""
KIOSK = "80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82"
"""Exchange Online Kiosk: one user in ninety holds it, all of them directly."""
TENANT = 1
HERE = Path(__file__).parent
LICENTIA = Path(sys.executable).parent / "licentia"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `goal` None: for information."""

    row: str
    what: str
    value: float
    unit: str
    goal: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """OK, short, or nothing without a goal."""
        if self.goal is None:
            return ""
        return "OK" if self.value <= self.goal else "short"


@dataclass(frozen=True, slots=True)
class Times:
    """Median seconds of one size."""

    users: int
    ready: int
    propose: float
    apply: float
    undo_propose: float
    undo_apply: float
    floor: float
    rounds: int

    @property
    def both(self) -> float:
        """Propose and apply."""
        return self.propose + self.apply


class Bench:
    """The rows on one vendor; a size that two rows ask for is measured once."""

    def __init__(self, stores: Stores, *, folder: Path, scale: int, rounds: int, say: Callable[[str], None]) -> None:
        self.stores = stores
        self.folder = folder
        self.scale = scale
        self.rounds = rounds
        self.say = say
        self._times: dict[tuple[int, int], Times] = {}

    # ---- row 1: bulk unassign against the floor

    def bulk(self) -> list[Figure]:
        """Propose, apply and undo, beside the floor."""
        out: list[Figure] = []
        for users, count in ((self.scale // 10, self.scale // 1_000), (self.scale, self.scale // 10)):
            t = self.times(users, count)
            of = f"{t.ready:,} of {users:,}"
            out += [
                Figure("1", f"floor, {of}", t.floor, "s", note=f"{t.rounds} rounds"),
                Figure("1", f"propose, {of}", t.propose, "s"),
                Figure("1", f"apply, {of}", t.apply, "s"),
                Figure("1", f"undo: propose, {of}", t.undo_propose, "s"),
                Figure("1", f"undo: apply, {of}", t.undo_apply, "s"),
                Figure("1", f"apply / floor, {of}", t.apply / t.floor, "x", 2.0),
                Figure("1", f"(propose + apply) / floor, {of}", t.both / t.floor, "x", 3.0),
            ]
        return out

    def times(self, users: int, count: int) -> Times:
        """Medians for `count` holders of E3, spread evenly over a tenant of `users`."""
        known = self._times.get((users, count))
        if known is None:
            self.say(f"{count:,} of {users:,} users")
            known = self._times[users, count] = self._measure(users, count)
        return known

    def _measure(self, users: int, count: int) -> Times:
        template = self.stores.tenant(users)
        proposed = f"proposed_{users}_{count}"
        self.stores.restore(template)
        chosen = holders(E3, count)
        plan, ready = propose(chosen)
        self.stores.keep(proposed)
        rounds = self.rounds if count >= 50_000 else self.rounds * 3
        took: dict[str, list[float]] = {}

        def product() -> None:
            self.stores.restore(template)
            warm()
            timed(took, "propose", lambda: propose(chosen))
            self.stores.restore(proposed)
            warm()
            timed(took, "apply", lambda: apply(plan, ready))
            self._same(users, count, floor.written(TENANT, plan))
            undo = timed(took, "undo_propose", lambda: propose_undo(plan))
            timed(took, "undo_apply", lambda: apply(*undo))

        def ground() -> None:
            self.stores.restore(proposed)
            product_id = warm()
            floor.prepare()
            timed(took, "floor", lambda: floor.apply(TENANT, plan, product_id, time.time_ns() // 1_000))
            self._same(users, count, floor.written(TENANT, plan))

        for number in range(rounds):
            for one in (product, ground)[:: 1 if number % 2 else -1]:
                one()
        self.stores.drop(proposed)
        middle = {name: median(values) for name, values in took.items()}
        return Times(users=users, ready=ready, rounds=rounds, **middle)

    def _same(self, users: int, count: int, written: dict[str, Any]) -> None:
        """The floor and the product left the same rows, in every round."""
        key = f"_rows_{users}_{count}"
        first = self.__dict__.setdefault(key, written)
        for table, rows in written.items():
            if rows != first[table]:
                raise SystemExit(f"floor and product differ in {table}: {first[table]} {rows}")

    # ---- row 2: the whole command

    def whole(self) -> list[Figure]:
        """Wall seconds and peak memory of the command, for about a tenth and a ninetieth of the users."""
        name = self.stores.tenant(self.scale)
        costs: dict[int, dict[str, float]] = {}
        for sku in (KIOSK, AUDIO):
            self.stores.restore(name)
            ready = propose_everyone(sku)
            self.say(f"the whole command, {ready:,} users")
            found = []
            for _ in range(self.rounds):
                self.stores.restore(name)
                found.append(measured(unassign_words(sku, ready)))
            costs[ready] = {key: median(one[key] for one in found) for key in ("wall", "cpu", "peak_mib")}
        few, many = sorted(costs)
        sqlite = self.stores.vendor == "SQLite"
        return [
            Figure("2", f"unassign --everyone, {few:,} users: whole process", costs[few]["wall"], "s"),
            Figure("2", f"unassign --everyone, {many:,} users: whole process", costs[many]["wall"], "s",
                   6.0 if sqlite else None),
            Figure("2", f"its CPU, {many:,} users", costs[many]["cpu"], "s"),
            Figure("2", f"its peak memory, {few:,} users", costs[few]["peak_mib"], "MiB"),
            Figure("2", f"its peak memory, {many:,} users", costs[many]["peak_mib"], "MiB", 300.0 if sqlite else None),
            Figure("2", f"peak memory, {many:,} / {few:,} users (flat in K)",
                   costs[many]["peak_mib"] / costs[few]["peak_mib"], "x", 1.5),
        ]  # fmt: skip

    # ---- row 3: growth

    def growth(self) -> list[Figure]:
        """Linear in the users of a plan; hardly dearer in a larger tenant than the floor is."""
        big = self.scale
        counts = [big // 1_000, big // 100, big // 10]
        sizes = [self.times(big, count) for count in counts]
        out = [
            Figure("3", f"propose + apply a user, {t.ready:,} of {big:,}", 1e6 * t.both / t.ready, "us") for t in sizes
        ]
        for less, more in pairwise(sizes):
            growth = (more.both / less.both) / (more.ready / less.ready)
            out.append(
                Figure("3", f"time / users, from {less.ready:,} to {more.ready:,} (linear: 1)", growth, "x", 1.1)
            )
        small, large = self.times(big // 100, big // 1_000), sizes[0]
        floors, both = large.floor / small.floor, large.both / small.both
        out += [
            Figure("3", f"floor, {small.users:,} to {big:,} users, {large.ready:,} changed", floors, "x"),
            Figure("3", f"propose + apply, {small.users:,} to {big:,} users", both, "x"),
            Figure("3", "its growth / the floor's growth", both / floors, "x", 1.3),
        ]
        return out

    # ---- inline writes beside a bulk plan

    def inline(self) -> list[Figure]:
        """Latency of one-user writes in another process: alone, while a plan is proposed, while it runs."""
        count = self.scale // 10
        template = self.stores.tenant(self.scale)
        took: dict[str, list[float]] = {"alone": [], "propose": [], "apply": []}
        self.say(f"inline writes beside a plan of {count:,}")
        for _ in range(self.rounds):
            self.stores.restore(template)
            chosen = holders(E3, count)
            others = sorted(set(holders(E3, 5 * count)) - set(chosen))[:: max(1, count // 50)]
            with Writer(others) as writer:
                time.sleep(1)
                took["alone"] += writer.so_far()
                plan, ready = propose(chosen)
                took["propose"] += writer.so_far()
                apply(plan, ready)
                took["apply"] += writer.so_far()
        return [
            Figure("inline", f"one write, {when}: {name}", at(took[when], share), "ms",
                   300.0 if (when, name) != ("alone", name) and name == "p99" else None, f"{len(took[when])} writes")
            for when in took
            for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
        ]  # fmt: skip

    # ---- start-up

    def help(self) -> list[Figure]:
        """CPU of `licentia --help` beside bare Python's, taken in turns."""
        ours, bare = [], []
        measured([str(LICENTIA), "--help"])  # leaves the bytecode
        for _ in range(max(11, self.rounds)):
            bare.append(measured([sys.executable, "-c", "pass"])["cpu"])
            ours.append(measured([str(LICENTIA), "--help"])["cpu"])
        return [
            Figure("help", "python -c pass: CPU", 1000 * median(bare), "ms"),
            Figure("help", "licentia --help: CPU", 1000 * median(ours), "ms"),
            Figure("help", "licentia --help / python", median(ours) / median(bare), "x", 6.0),
        ]


# ---- the product's doors, as one user of them


def warm() -> int:
    """The product's number; the connection is open and has read something, and what fell due meanwhile has happened."""
    from licentia.changes.advance import catch_up
    from licentia.store import sql

    catch_up(TENANT)
    found = sql.value("SELECT id FROM product WHERE tenant_id = %(t)s AND sku_id = %(sku)s", {"t": TENANT, "sku": E3})
    return int(found)


def holders(sku: str, count: int) -> tuple[int, ...]:
    """`count` direct holders whom no dependency on Audio Conferencing keeps, spread evenly over all of them."""
    from licentia.store import sql

    rows = sql.rows(
        "SELECT s.user_id FROM source s JOIN product p ON p.tenant_id = s.tenant_id AND p.id = s.product_id "
        "WHERE s.tenant_id = %(t)s AND p.sku_id = %(sku)s AND s.source_kind = 1 AND s.user_id > 100 "
        "AND s.user_id NOT IN (SELECT a.user_id FROM source a JOIN product q ON q.tenant_id = a.tenant_id "
        "AND q.id = a.product_id WHERE a.tenant_id = %(t)s AND q.sku_id = %(audio)s) ORDER BY s.user_id",
        {"t": TENANT, "sku": sku, "audio": AUDIO},
    )
    count = min(count, len(rows))
    return tuple(rows[i * len(rows) // count][0] for i in range(count))


def propose(users: Sequence[int]) -> tuple[int, int]:
    """(plan, users it would change) of taking E3 from these users."""
    from licentia.changes.propose import propose as door
    from licentia.changes.run import load
    from licentia.changes.who import Who
    from licentia.domain.intents import Unassign
    from licentia.domain.reasons import Reason

    plan = door(TENANT, Unassign(E3, frozenset({Reason.SHARED_OVER})), Who("users", "", tuple(users)), actor())
    return plan, int(load(TENANT, plan)["ready"])


def propose_everyone(sku: str) -> int:
    """How many users the plan for every direct holder would change."""
    from licentia.changes.propose import propose as door
    from licentia.changes.run import load
    from licentia.changes.who import Who
    from licentia.domain.intents import Unassign

    return int(load(TENANT, door(TENANT, Unassign(sku), Who("everyone", sku), actor()))["ready"])


def propose_undo(plan: int) -> tuple[int, int]:
    """(plan, users it would change) of undoing a plan."""
    from licentia.changes.propose import propose as door
    from licentia.changes.run import load
    from licentia.changes.who import Who
    from licentia.domain.intents import Undo

    undo = door(TENANT, Undo(plan), Who("plan", str(plan)), actor())
    return undo, int(load(TENANT, undo)["ready"])


def apply(plan: int, ready: int) -> None:
    """The plan has run, guards first."""
    from licentia.changes import run

    run.apply(TENANT, plan, actor(), confirm=ready, over_limit=True)
    done = run.run(TENANT, plan, actor())
    if done["verified"] != ready:
        raise SystemExit(f"plan {plan} ended {done['state']}: {done['verified']} of {ready}")


def actor() -> Any:
    """The person at this machine."""
    from licentia.domain.permissions import local_shell

    return local_shell("bench")


# ---- clocks and processes


def timed(took: dict[str, list[float]], name: str, work: Callable[[], Any]) -> Any:
    """What the work answers; its seconds are noted."""
    begin = time.perf_counter()
    result = work()
    took.setdefault(name, []).append(time.perf_counter() - begin)
    return result


def at(values: Sequence[float], share: float) -> float:
    """The smallest value that so great a share does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def unassign_words(sku: str, ready: int) -> list[str]:
    """The command for everybody who holds the product directly."""
    return [str(LICENTIA), "unassign", sku, "--everyone", "--yes", "--confirm", str(ready), "--over-limit"]


def measured(words: list[str]) -> dict[str, float]:
    """What the command cost; SystemExit when it failed."""
    done = subprocess.run(
        [sys.executable, "-S", "-E", str(HERE / "measured.py"), *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stderr}")
    cost: dict[str, float] = json.loads(done.stdout)
    if cost["code"]:
        raise SystemExit(f"{' '.join(words)} ended with {cost['code']}: {done.stderr}")
    return cost


class Writer:
    """The other process, one write after the other; it tells every write's milliseconds as it makes them."""

    def __init__(self, users: Sequence[int]) -> None:
        words = [sys.executable, str(HERE / "inline_writer.py"), E3, *map(str, users)]
        self._child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Writer:
        assert self._child.stdout is not None
        if self._child.stdout.readline() != "ready\n":
            raise SystemExit("the inline writer did not begin")
        os.set_blocking(self._child.stdout.fileno(), False)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._child.stdin is not None
        self._child.stdin.close()
        if self._child.wait(timeout=60):
            raise SystemExit("the inline writer failed")

    def so_far(self) -> list[float]:
        """Milliseconds of the writes that ended since the last look."""
        assert self._child.stdout is not None
        return [float(line) for line in self._child.stdout.read().split()]
