"""SIGKILL before and after every commit of every long piece of work: the next process ends it in the same state (I-5).

Each kill has a tenant of its own in one store; the untouched twin beside them must stay as it is (I-9).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from crash.nursery import KILLED, same, sound

if TYPE_CHECKING:
    from crash.nursery import Nursery
    from database import Store

TWIN = "twin"
SMALL = {"users": 120}
"""Enough for a plan of three chunks."""


def kills(commits: int) -> list[dict[str, Any]]:
    """Before and after each of so many commits."""
    return [{"at": at, "n": n} for n in range(1, commits + 1) for at in ("before", "after")]


def some(commits: int) -> list[dict[str, Any]]:
    """A few of those: two on the way and the last, before or after."""
    return [
        {"at": "after", "n": max(1, commits // 3)},
        {"at": "before", "n": max(1, 2 * commits // 3)},
        {"at": "before", "n": commits},
    ]


def kill(nursery: Nursery, store: Store, scene: str, trap: dict[str, Any], **args: Any) -> None:
    """Plays the scene in a process that dies at the trap."""
    status = nursery.start(store.env, scene, {"trap": trap}, **args).wait()
    assert status == KILLED, f"{scene} {trap}: exit status {status} {nursery.errors()}"


PLAIN = {"unassign": 10, "undo_it": 9, "clock": 11}
NEW = {
    "enter": 15,
    "lose": 13,
    "move": 14,
    "lose_undone": 13,
    "enter_undone": 14,
    "take_over": 11,
    "leave_and_return": 15,
    "leave": 15,
    "swap": 10,
    "years": 13,
    "scheduled": 15,
}
"""How many commits each scene has, on SQLite; PostgreSQL's statistics may be commits of their own."""


@pytest.mark.parametrize("scene", PLAIN)
def test_work_killed_at_any_commit_ends_as_if_it_had_not_been(nursery: Nursery, store: Store, scene: str) -> None:
    """Propose, apply, run, undo and clocks: whichever commit the process dies at, nothing is lost, nothing is twice."""
    killed_anywhere(nursery, store, scene, PLAIN[scene], kills)


@pytest.mark.parametrize("scene", NEW)
def test_groups_accounts_and_a_tenants_own_life_survive_a_kill(nursery: Nursery, store: Store, scene: str) -> None:
    """Members that follow, take-overs, deletions, swaps, subscriptions, scheduled plans: at a few of their commits."""
    killed_anywhere(nursery, store, scene, NEW[scene], some)


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("scene", NEW)
def test_groups_accounts_and_a_tenants_own_life_survive_every_kill(nursery: Nursery, store: Store, scene: str) -> None:
    """The same at every commit."""
    killed_anywhere(nursery, store, scene, NEW[scene], kills)


def killed_anywhere(
    nursery: Nursery, store: Store, scene: str, commits: int, points: Callable[[int], list[dict[str, Any]]]
) -> None:
    """Kills the scene at these points, each in a tenant of its own: sound at once, and in the end as without."""
    nursery.play(store.env, "present", tenant=TWIN)
    untouched = nursery.play(store.env, "state", tenant=TWIN)
    whole = nursery.start(store.env, scene, tenant="whole", **SMALL).end()
    wanted = whole["result"]
    sound(wanted)
    assert wanted["waiting"] == []
    assert whole["commits"] >= commits
    assert whole["commits"] == commits or store.vendor == "postgresql"
    for trap in points(whole["commits"]):
        tenant = f"{trap['at']} {trap['n']}"
        kill(nursery, store, scene, trap, tenant=tenant, **SMALL)
        sound(nursery.play(store.env, "state", tenant=tenant))
        same(nursery.play(store.env, scene, tenant=tenant, **SMALL), wanted, trap)
    same(nursery.play(store.env, "state", tenant=TWIN), untouched, "the twin")


@pytest.mark.parametrize("points", [some, pytest.param(kills, marks=pytest.mark.soak)])
def test_a_killed_copy_is_not_there_and_its_original_is_as_it_was(
    nursery: Nursery, store: Store, points: Callable[[int], list[dict[str, Any]]]
) -> None:
    """The next attempt removes what was left and ends in the same copy, with who waits for a group's licenses."""
    whole = nursery.start(store.env, "rehearsal", tenant="whole", of=TWIN).end()
    wanted = whole["result"]
    sound(wanted)
    assert wanted["waiting"]
    original = nursery.play(store.env, "state", tenant=TWIN)
    for trap in points(whole["commits"]):
        tenant = f"{trap['at']} {trap['n']}"
        kill(nursery, store, "rehearsal", trap, tenant=tenant, of=TWIN)
        if tenant in nursery.play(store.env, "names"):  # on PostgreSQL statistics are a commit after the last
            assert trap["n"] >= whole["commits"] - 1, trap
            same(nursery.play(store.env, "state", tenant=tenant), wanted, trap)
        same(nursery.play(store.env, "rehearsal", tenant=tenant, of=TWIN), wanted, trap)
    same(nursery.play(store.env, "state", tenant=TWIN), original, "the original")


@pytest.mark.parametrize("points", [some, pytest.param(kills, marks=pytest.mark.soak)])
def test_killed_imports_of_facts_are_whole_or_absent(
    nursery: Nursery, store: Store, points: Callable[[int], list[dict[str, Any]]]
) -> None:
    """Groups, members twice, two reports and subscriptions: who was killed goes on with the file in hand."""
    whole = nursery.start(store.env, "facts", tenant="whole").end()
    wanted = whole["result"]
    sound(wanted)
    assert whole["commits"] >= 6
    for trap in points(whole["commits"]):
        tenant = f"{trap['at']} {trap['n']}"
        kill(nursery, store, "facts", trap, tenant=tenant)
        sound(nursery.play(store.env, "state", tenant=tenant))
        same(nursery.play(store.env, "facts", tenant=tenant), wanted, trap)


def test_a_killed_load_leaves_no_tenant_and_the_next_one_works(nursery: Nursery, store: Store) -> None:
    """A tenant is listed once its load has ended, and never half."""
    whole = nursery.start(store.env, "load", tenant="whole", **SMALL).end()
    wanted = nursery.play(store.env, "state", tenant="whole")
    for trap in kills(whole["commits"]):
        tenant = f"{trap['at']} {trap['n']}"
        kill(nursery, store, "load", trap, tenant=tenant, **SMALL)
        found = nursery.play(store.env, "load_go_on", tenant=tenant, **SMALL)
        assert found["was there"] == (trap == {"at": "after", "n": whole["commits"]}), trap
        same(found["state"], wanted, trap)
    assert nursery.play(store.env, "delete_go_on", tenant="whole") == {}, "rows of tenants that are gone"


def test_a_killed_deletion_leaves_a_tenant_that_can_only_be_deleted(nursery: Nursery, store: Store) -> None:
    """Its name is not listed, and the next deletion takes the rest."""
    whole = nursery.start(store.env, "delete", tenant="whole").end()
    # Tables go one by one, all alike: the first commits, the middle and the last.
    for trap in (one for one in kills(whole["commits"]) if one["n"] < 3 or one["n"] % 12 == 0):
        tenant = f"{trap['at']} {trap['n']}"
        kill(nursery, store, "delete", trap, tenant=tenant)
        assert (tenant in nursery.play(store.env, "names")) == (trap == {"at": "before", "n": 1}), trap
        assert nursery.play(store.env, "delete_go_on", tenant=tenant) == {}, trap


@pytest.mark.parametrize("version", [1, 2])
def test_a_killed_import_leaves_the_copy_as_it_was(nursery: Nursery, store: Store, version: int) -> None:
    """A first import leaves no tenant, a refresh the copy untouched; the same file then goes in."""
    whole = nursery.start(store.env, "import_", tenant="whole", version=version).end()
    wanted = nursery.play(store.env, "import_look", tenant="whole")
    sound(wanted)
    first = nursery.play(store.env, "import_go_on", tenant="first", version=1) if version == 2 else None
    before = first and first["state"]
    for trap in kills(whole["commits"]):
        tenant = f"{trap['at']} {trap['n']}"
        kill(nursery, store, "import_", trap, tenant=tenant, version=version)
        if trap == {"at": "after", "n": whole["commits"]}:
            same(nursery.play(store.env, "import_look", tenant=tenant), wanted, trap)
            continue
        found = nursery.play(store.env, "import_go_on", tenant=tenant, version=version)
        assert (found["before"] is None) == (before is None), trap
        if before is not None:
            same(found["before"], before, trap)
        same(found["state"], wanted, trap)


def test_a_store_killed_while_it_is_made_opens_the_next_time(nursery: Nursery, store: Store) -> None:
    """Commits and single statements of the migrations alike."""
    whole = nursery.start(store.env | store.blank(), "open_only").end()
    points = kills(whole["commits"])
    points += [{"at": "statement", "n": whole["statements"] * share // 3} for share in (1, 2)]
    for trap in points:
        place = store.blank()
        status = nursery.start(store.env | place, "open_only", {"trap": trap}).wait()
        assert status == KILLED, trap
        assert nursery.play(store.env | place, "open_only") == [], trap
        nursery.play(store.env | place, "load", tenant="first")
        sound(nursery.play(store.env | place, "state", tenant="first"))
