"""What holds after any sequence of operations on a tenant, with a twin beside it that never changes.

Examples are drawn by hypothesis: a few, always the same ones, in the normal run; many under `soak`.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from licentia.changes import journal
from licentia.changes.who import Who
from licentia.domain.facts import SourceKind
from licentia.domain.intents import Assign, Intent, Unassign
from licentia.domain.reasons import BadInput, Refused
from licentia.importing.demo import demo_tenant
from licentia.store.writing import writing
from player import USERS, Operation, Player, intents, some_user, stories, users
from replay import differences, replay, snapshot
from world_store import E3, OWNER, SWAY_PLAN, World, build, build_copy, crowd, user_file

if TYPE_CHECKING:
    from database import Store

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]

QUICK = settings(
    max_examples=60 if os.environ.get("LICENTIA_TEST_DATABASE", "sqlite") == "sqlite" else 20,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.generate],
)
"""Fewer where a store takes longer to make; without shrinking: that may take minutes, and `soak` does it."""
LONG = settings(QUICK, max_examples=1_500, derandomize=False, phases=[*Phase])


def start(store: Store, is_copy: bool) -> World:
    """A small tenant with every case, in an empty store: the demo's, or a copy."""
    store.renew()
    if is_copy:
        chance = random.Random(7)
        return build_copy(store, user_file([some_user(chance, n, True) for n in range(1, USERS + 1)]))
    return build(store, replace(demo_tenant(USERS), name="Demo"))


def any_sequence_leaves_a_sound_store(store: Store, is_copy: bool, sequence: list[Operation]) -> None:
    """Counters are holders, the chain is whole, the twin is untouched, and the journal alone gives the present state."""
    world = start(store, is_copy)
    player = Player(world)
    first = last = snapshot(world.tenant)
    for operation in sequence:
        player.play(operation)
        world.assert_sound()
        last, seen = replay(last, world.tenant), snapshot(world.tenant)
        assert differences(last, seen) == {}
    assert differences(replay(first, world.tenant), last) == {}


def test_a_replay_sees_what_the_journal_does_not_say(make_world: Make) -> None:
    """A change past the doors is a difference, in the part it is in; a kind that nobody taught the replay fails it."""
    world = make_world(crowd(3))
    first = snapshot(world.tenant)
    world.inline(Unassign(E3), 1)
    assert differences(replay(first, world.tenant), snapshot(world.tenant)) == {}
    assert differences(first, snapshot(world.tenant)).keys() == {"sources", "pools"}
    world.plant("UPDATE users SET account_enabled = NULL WHERE tenant_id = %(tenant)s AND id = 2")
    assert differences(replay(first, world.tenant), snapshot(world.tenant)).keys() == {"users"}
    with writing(world.tenant):
        entry = journal.Entry("user.borrow", "user", 3)
        journal.write(world.tenant, door="record", actor=OWNER, now=1, entries=[entry])
    with pytest.raises(AssertionError, match=r"no replay of user\.borrow"):
        replay(first, world.tenant)


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
        assert bad.code in ("in_both", "product_not_owned", "restore_name_alone", "unknown_plan")  # noqa: PT017
        return
    assert first == second == third
    assert [row[1] for row in first] == sorted(set(ids))


@given(story=stories)
@QUICK
def test_any_sequence_leaves_a_sound_store(store: Store, story: tuple[bool, list[Operation]]) -> None:
    """Plans, undos, single changes, groups, seats, files, never list and clock, in any order."""
    any_sequence_leaves_a_sound_store(store, *story)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@given(story=stories)
@LONG
def test_many_sequences_leave_a_sound_store(store: Store, story: tuple[bool, list[Operation]]) -> None:
    """The same, at length."""
    any_sequence_leaves_a_sound_store(store, *story)


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
    calls: list[Callable[[], object]] = [partial(world.inline, Assign(E3), user) for user in range(1, 65)]
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
