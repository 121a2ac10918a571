"""SIGKILL before and after every commit of every long piece of work: the next process ends it in the same state (I-5).

Each kill has a tenant of its own in one store; the untouched twin beside them must stay as it is (I-9).
"""

from __future__ import annotations

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


def kill(nursery: Nursery, store: Store, scene: str, trap: dict[str, Any], **args: Any) -> None:
    """Plays the scene in a process that dies at the trap."""
    status = nursery.start(store.env, scene, {"trap": trap}, **args).wait()
    assert status == KILLED, f"{scene} {trap}: exit status {status} {nursery.errors()}"


@pytest.mark.parametrize(("scene", "least"), [("unassign", 10), ("undo_it", 10), ("clock", 4)])
def test_work_killed_at_any_commit_ends_as_if_it_had_not_been(
    nursery: Nursery, store: Store, scene: str, least: int
) -> None:
    """Propose, apply, run, undo and clocks: whichever commit the process dies at, nothing is lost, nothing is twice."""
    nursery.play(store.env, "load", tenant=TWIN)
    untouched = nursery.play(store.env, "state", tenant=TWIN)
    whole = nursery.start(store.env, scene, tenant="whole", **SMALL).end()
    wanted = whole["result"]
    sound(wanted)
    assert whole["commits"] >= least
    for trap in kills(whole["commits"]):
        tenant = f"{trap['at']} {trap['n']}"
        kill(nursery, store, scene, trap, tenant=tenant, **SMALL)
        same(nursery.play(store.env, scene, tenant=tenant, **SMALL), wanted, trap)
    same(nursery.play(store.env, "state", tenant=TWIN), untouched, "the twin")


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
