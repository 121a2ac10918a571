"""Several processes at one plan: each step once, a lease respected while it lasts, a worker that slept past it fenced off."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest

from crash.nursery import same, sound

if TYPE_CHECKING:
    from crash.nursery import Child, Nursery
    from database import Store

LONG_LEASE = {"LICENTIA_LEASE_SECONDS": "60"}
SMALL = {"chunk": 10}
"""Ten steps per chunk: ten chunks for two processes to share."""


def wanted(nursery: Nursery, store: Store, order: dict[str, Any]) -> dict[str, Any]:
    """The end state when one process does it all."""
    whole: dict[str, Any] = nursery.start(store.env, "unassign", order, tenant="whole").result()
    sound(whole)
    return whole


def prepared(nursery: Nursery, store: Store, order: dict[str, Any], tenant: str = "shared") -> None:
    """A running plan with no chunk begun."""
    nursery.start(store.env, "prepare", order, tenant=tenant).result()


def ends(nursery: Nursery, store: Store, tenant: str = "shared") -> dict[str, Any]:
    """The end state of the shared plan."""
    found: dict[str, Any] = nursery.play(store.env, "state", tenant=tenant)
    return found


def test_two_processes_share_a_plan(nursery: Nursery, store: Store) -> None:
    """Both get chunks, every chunk is leased once, and the end is that of one process alone."""
    whole = wanted(nursery, store, SMALL)
    prepared(nursery, store, SMALL)
    env = store.env | LONG_LEASE
    both = [nursery.start(env, "run_only", SMALL, tenant="shared", slow=0.03) for _ in range(2)]
    assert all(child.end() for child in both)
    shares = [sum(1 for word in child.said() if "done" in word) for child in both]
    attempts = nursery.play(store.env, "chunks", tenant="shared")
    assert all(shares)
    assert sum(shares) == len(attempts) == 10
    assert attempts == [[1, "done"]] * 10
    same(ends(nursery, store), whole, "two processes")


def test_two_workers_finish_the_plans_of_two_tenants(nursery: Nursery, store: Store) -> None:
    """The agenda leads any number of workers to the work, and they do not tread on each other."""
    whole = wanted(nursery, store, SMALL)
    for tenant in ("one", "two"):
        prepared(nursery, store, SMALL, tenant)
    for child in [nursery.start(store.env, "work", SMALL) for _ in range(2)]:
        child.end()
    for tenant in ("one", "two"):
        same(ends(nursery, store, tenant), whole, tenant)


def stopped_at(nursery: Nursery, store: Store, at: str, n: int) -> Child:
    """A process at the shared plan that SIGSTOP holds before or after its n-th commit."""
    trap = {"at": at, "n": n, "signal": int(signal.SIGSTOP)}
    child = nursery.start(store.env, "run_only", SMALL | {"trap": trap}, tenant="shared")
    child.wait_until_stopped()
    return child


@pytest.mark.parametrize("n", [1, 4, 10])
def test_a_worker_that_slept_past_its_lease_writes_nothing(nursery: Nursery, store: Store, n: int) -> None:
    """Another takes its chunk over and ends the plan; when the first wakes up, the fence turns it away."""
    whole = wanted(nursery, store, SMALL)
    prepared(nursery, store, SMALL)
    sleeper = stopped_at(nursery, store, "after", n)  # between transactions, holding the lease of chunk n
    same(nursery.start(store.env, "unassign", SMALL, tenant="shared").result(), whole, "the second worker")
    end = nursery.play(store.env, "journal_end", tenant="shared")
    attempts = nursery.play(store.env, "chunks", tenant="shared")
    assert [found[0] for found in attempts] == [2 if i == n else 1 for i in range(1, 11)]
    sleeper.signal(signal.SIGCONT)
    assert sleeper.result()["state"] in ("applied", "applied_with_errors")
    assert nursery.play(store.env, "journal_end", tenant="shared") == end
    assert nursery.play(store.env, "chunks", tenant="shared") == attempts
    same(ends(nursery, store), whole, "after the first woke up")


def test_a_worker_that_wakes_while_another_holds_its_chunk_turns_away(nursery: Nursery, store: Store) -> None:
    """Its chunk is neither ended nor given back under the new holder."""
    whole = wanted(nursery, store, SMALL)
    prepared(nursery, store, SMALL)
    first = stopped_at(nursery, store, "after", 3)
    # The second takes chunk 3 over with its first commit, and is held there.
    trap = {"at": "after", "n": 1, "signal": int(signal.SIGSTOP)}
    pause_lease(store)
    second = nursery.start(store.env | LONG_LEASE, "run_only", SMALL | {"trap": trap}, tenant="shared")
    second.wait_until_stopped()
    end = nursery.play(store.env, "journal_end", tenant="shared")
    first.signal(signal.SIGCONT)
    assert first.result()["state"] == "running"
    assert nursery.play(store.env, "journal_end", tenant="shared") == end
    second.signal(signal.SIGCONT)
    second.end()
    same(ends(nursery, store), whole, "both awake")


def pause_lease(store: Store) -> None:
    """Every lease there is has run out."""
    store.run_raw("UPDATE plan_chunk SET lease_until = 1 WHERE state = 'leased'")


def test_a_worker_held_inside_its_transaction_holds_others_up_and_loses_nothing(nursery: Nursery, store: Store) -> None:
    """A tenant has one writer at a time; the others wait, and then find that chunk done."""
    whole = wanted(nursery, store, SMALL)
    prepared(nursery, store, SMALL)
    held = stopped_at(nursery, store, "before", 3)
    waiting = nursery.start(store.env, "unassign", SMALL, tenant="shared")
    assert waiting.waits(0.3), waiting.said()
    held.signal(signal.SIGCONT)
    held.end()
    same(waiting.result(), whole, "the one that waited")
    assert all(state == "done" for _, state in nursery.play(store.env, "chunks", tenant="shared"))


def test_a_worker_killed_inside_its_transaction_frees_those_who_wait(nursery: Nursery, store: Store) -> None:
    """The lock goes with the process; its part of the chunk is undone and done again, once."""
    whole = wanted(nursery, store, SMALL)
    prepared(nursery, store, SMALL)
    held = stopped_at(nursery, store, "before", 3)
    waiting = nursery.start(store.env, "unassign", SMALL, tenant="shared")
    assert waiting.waits(0.3), waiting.said()
    held.signal(signal.SIGKILL)
    same(waiting.result(), whole, "the one that waited")


@pytest.mark.parametrize("n", [1, 5, 8, 11])
def test_a_load_that_slept_while_another_began_anew_gives_up(nursery: Nursery, store: Store, n: int) -> None:
    """Two loads of one name: the second takes the first for a dead one and removes it; no row of the first stays."""
    nursery.play(store.env, "load", tenant="whole")
    trap = {"at": "after", "n": n, "signal": int(signal.SIGSTOP)}
    first = nursery.start(store.env, "load", {"trap": trap}, tenant="shop")
    first.wait_until_stopped()
    nursery.play(store.env, "load", tenant="shop")
    first.signal(signal.SIGCONT)
    assert first.refusal()["refused"] == "tenant_exists"
    same(ends(nursery, store, "shop"), ends(nursery, store, "whole"), "the second load")
    left = nursery.play(store.env, "delete_go_on", tenant="nobody")
    assert set(left) <= {"id_block"}, "rows of the first load"


def test_a_tenant_deleted_under_a_worker_is_gone(nursery: Nursery, store: Store) -> None:
    """The worker turns away at its next chunk and writes no row of a tenant that is not there."""
    prepared(nursery, store, SMALL)
    trap = {"at": "after", "n": 3, "signal": int(signal.SIGSTOP)}
    worker = nursery.start(store.env, "work", SMALL | {"trap": trap})
    worker.wait_until_stopped()
    assert nursery.play(store.env, "delete_go_on", tenant="shared") == {}
    worker.signal(signal.SIGCONT)
    worker.end()
    assert nursery.play(store.env, "delete_go_on", tenant="shared") == {}
