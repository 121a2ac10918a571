"""What holds after any sequence of operations on a tenant, with a twin beside it that never changes.

Examples are drawn by hypothesis: a few, always the same ones, in the normal run; many under `soak`.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licentia.changes import advance, record, refresh
from licentia.changes.who import Who
from licentia.domain.facts import SourceKind
from licentia.domain.instants import DAY
from licentia.domain.intents import KEEP, Assign, Intent, Unassign, Undo
from licentia.domain.reasons import BadInput, Refused
from licentia.importing.demo import demo_tenant
from licentia.importing.rows import LicenseRow, UserRow
from licentia.store import clock
from world_store import (
    AUDIO,
    E3,
    E5,
    EXCHANGE_2,
    FLOW,
    OWNER,
    SWAY_PLAN,
    VISIO,
    World,
    build,
    build_copy,
    by_group,
    crowd,
    direct,
    person,
    unknown,
    user_file,
)

if TYPE_CHECKING:
    from database import Store

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
SKUS = (E3, E5, EXCHANGE_2, VISIO, FLOW, AUDIO)
USERS = 50

users = st.lists(st.integers(1, USERS), min_size=1, max_size=12)
skus = st.sampled_from(SKUS)
plans = st.sampled_from([KEEP, frozenset[str](), frozenset({SWAY_PLAN})])
intents = st.one_of(st.builds(Unassign, skus), st.builds(Assign, skus, plans))
operations = st.one_of(
    st.tuples(st.just("plan"), intents, users),
    st.tuples(st.just("everyone"), skus.map(Unassign)),
    st.tuples(st.just("overtaken"), intents, users, intents, st.integers(1, USERS)),
    st.tuples(st.just("inline"), intents, st.integers(1, USERS)),
    st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(st.just("never"), st.integers(1, USERS)),
    st.tuples(st.just("clock"), st.sampled_from([1, 29, 31, 61, 94])),
    st.tuples(st.just("refresh"), st.integers(0, 2**32)),
    st.tuples(st.just("round trip"), intents, users),
)
sequences = st.lists(operations, min_size=1, max_size=8)
QUICK = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
LONG = settings(QUICK, max_examples=1_500, derandomize=False)


class Player:
    """Carries operations out on a world, whatever their order."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.plans: list[int] = []

    def play(self, operation: tuple[object, ...]) -> None:
        """The operation is done, or refused."""
        name, *rest = operation
        try:
            getattr(self, f"do_{name}".replace(" ", "_"))(*rest)
        except Refused as refused:
            assert refused.code == "no_seats"  # noqa: PT017
        except BadInput as bad:
            assert bad.code in ("product_not_owned", "nothing_to_undo", "not_a_copy")  # noqa: PT017

    def do_plan(self, intent: Intent, ids: list[int]) -> int:
        plan = self.world.propose(intent, *ids)
        self.plans.append(plan)
        self.world.apply(plan)
        return plan

    def do_everyone(self, intent: Unassign) -> None:
        self.plans.append(self.world.unassign(sku=intent.sku_id))

    def do_overtaken(self, intent: Intent, ids: list[int], other: Unassign | Assign, user: int) -> None:
        plan = self.world.propose(intent, *ids)
        self.do_inline(other, user)
        self.plans.append(plan)
        self.world.apply(plan)

    def do_inline(self, intent: Unassign | Assign, user: int) -> None:
        done = self.world.inline(intent, user)
        if done.plan_id:
            self.plans.append(done.plan_id)

    def do_undo(self, which: int) -> None:
        if self.plans:
            self.plans.append(self.world.undo(self.plans[which % len(self.plans)]))

    def do_never(self, user: int) -> None:
        if not record.add_never(self.world.tenant, "user", user, "Emergency access", OWNER):
            record.remove_never(self.world.tenant, "user", user, OWNER)

    def do_clock(self, days: int) -> None:
        advance.set_clock(self.world.tenant, clock.tenant_now(self.world.tenant) + days * DAY, OWNER)

    def do_refresh(self, seed: int) -> None:
        name = self.world.rows("SELECT name FROM tenant WHERE id = %(tenant)s")[0][0]
        chance = random.Random(seed)
        paths = chance.random() < 0.7
        rows = [some_user(chance, n, paths) for n in chance.sample(range(1, USERS + 5), 20)]
        assert refresh.refresh(name, user_file(rows, paths_known=paths), OWNER).bad == []

    def do_round_trip(self, intent: Intent, ids: list[int]) -> None:
        """Undo after apply gives the first state: every user whose undo was verified is as before, the rest as after."""
        world = self.world
        before, seats, clocks = world.sources(), world.pools(), world.clocks()
        plan = self.do_plan(intent, ids)
        after = world.sources()
        undoing = world.propose(Undo(plan))
        self.plans.append(undoing)
        world.apply(undoing)
        ends = world.steps(undoing)
        back = {user for user, end in ends.items() if end == ("verified", None)}
        kept = {key: row for key, row in after.items() if key[0] not in back}
        assert world.sources() == kept | {key: row for key, row in before.items() if key[0] in back}
        if back == set(ends):
            assert world.pools() == seats
            if isinstance(intent, Unassign):
                assert world.clocks() == clocks


def some_user(chance: random.Random, n: int, paths: bool) -> UserRow:
    """A user with licenses by chance."""
    held: tuple[LicenseRow, ...] = ()
    for sku in chance.sample(SKUS, chance.randrange(4)):
        if not paths:
            held += unknown(sku)
            continue
        off = frozenset({SWAY_PLAN}) if chance.random() < 0.3 else frozenset[str]()
        held += chance.choice([direct(sku, off=off), by_group(sku), direct(sku) + by_group(sku), unknown(sku)])
    return person(n, held, usage_location=chance.choice(["NL", "BE", ""]), display_name=f"Persoon {chance.random()}")


def start(store: Store, is_copy: bool) -> World:
    """A small tenant with every case, in an empty store: the demo's, or a copy."""
    store.renew()
    if is_copy:
        chance = random.Random(7)
        return build_copy(store, user_file([some_user(chance, n, True) for n in range(1, USERS + 1)]))
    return build(store, replace(demo_tenant(USERS), name="Demo"))


def any_sequence_leaves_a_sound_store(store: Store, is_copy: bool, sequence: list[tuple[object, ...]]) -> None:
    """Counters are holders, the journal's chain is whole, the twin is untouched."""
    world = start(store, is_copy)
    player = Player(world)
    for operation in sequence:
        player.play(operation)
    world.assert_sound()


def planning_is_repeatable(store: Store, is_copy: bool, intent: Intent, ids: list[int], seed: int) -> None:
    """Planning twice gives what planning once gave, in whatever order the users are named."""
    world = start(store, is_copy)
    mixed = list(ids) * 2
    random.Random(seed).shuffle(mixed)
    try:
        first, second, third = (
            world.judged(world.propose(intent, who=Who("users", ids=tuple(some)))) for some in (ids, ids, mixed)
        )
    except BadInput as bad:
        assert bad.code == "product_not_owned"  # noqa: PT017
        return
    assert first == second == third
    assert [row[1] for row in first] == sorted(set(ids))


@given(is_copy=st.booleans(), sequence=sequences)
@QUICK
def test_any_sequence_leaves_a_sound_store(store: Store, is_copy: bool, sequence: list[tuple[object, ...]]) -> None:
    """Plans, undos, inline changes, refreshes, never list and clock, in any order."""
    any_sequence_leaves_a_sound_store(store, is_copy, sequence)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@given(is_copy=st.booleans(), sequence=sequences)
@LONG
def test_many_sequences_leave_a_sound_store(store: Store, is_copy: bool, sequence: list[tuple[object, ...]]) -> None:
    """The same, at length."""
    any_sequence_leaves_a_sound_store(store, is_copy, sequence)


@given(is_copy=st.booleans(), intent=intents, ids=users, seed=st.integers(0, 99))
@settings(QUICK, max_examples=10)
def test_planning_is_repeatable(store: Store, is_copy: bool, intent: Intent, ids: list[int], seed: int) -> None:
    """Twice equals once, and the order of users plays no part."""
    planning_is_repeatable(store, is_copy, intent, ids, seed)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@given(is_copy=st.booleans(), intent=intents, ids=users, seed=st.integers(0, 99))
@settings(LONG, max_examples=500)
def test_much_planning_is_repeatable(store: Store, is_copy: bool, intent: Intent, ids: list[int], seed: int) -> None:
    """The same, at length."""
    planning_is_repeatable(store, is_copy, intent, ids, seed)


# ---- many at once


def at_once(calls: list[Callable[[], object]], threads: int) -> list[object]:
    """What each call returned or raised; they start together, each thread with a connection of its own."""
    from django.db import connection

    results: list[object] = [None] * len(calls)
    gate = threading.Barrier(threads)

    def work(first: int) -> None:
        gate.wait(timeout=30)
        try:
            for n in range(first, len(calls), threads):
                try:
                    results[n] = calls[n]()
                except Exception as error:  # noqa: BLE001  whatever it is, the test looks at it
                    results[n] = error
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(first,)) for first in range(threads)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    return results


def test_sixty_four_at_once_never_oversell(make_world: Make) -> None:
    """Twenty seats, sixty-four who want one: twenty have it, forty-four are refused, and the counter says twenty."""
    world = make_world(crowd(64, ()), seats={E3: 20})
    calls = [lambda user=n: world.inline(Assign(E3), user) for n in range(1, 65)]  # type: ignore[misc]
    results = at_once(calls, 32)
    refused = [result.code for result in results if isinstance(result, Refused)]
    assert refused == ["no_seats"] * 44, [r for r in results if isinstance(r, Exception)][:3]
    assert (world.consumed(), len(world.sources())) == (20, 20)


def test_plans_and_single_changes_at_once_stay_right(make_world: Make) -> None:
    """Two workers on one plan while others change its users: every step ends once, counters are holders."""
    world = make_world(crowd(60))
    plan = world.propose(Unassign(E3))
    world.start(plan)
    calls: list[Callable[[], object]] = [lambda: world.run(plan)] * 2
    calls += [lambda user=n: world.inline(Assign(E3, frozenset({SWAY_PLAN})), user) for n in range(1, 61, 3)]  # type: ignore[misc]
    results = at_once(calls, 8)
    assert [result for result in results if isinstance(result, Exception)] == []
    header = world.run(plan)
    assert header["verified"] + header["skipped_late"] == 60
    assert header["state"] in ("applied", "applied_with_errors")
    assert {key[2] for key in world.sources()} == {SourceKind.DIRECT}
