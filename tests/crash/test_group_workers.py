"""Several processes at one group's plan and its queue. There is no lease: each part finds its own work, and nothing is twice."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest

from crash.nursery import same, sound
from crash.scenes import E3
from crash.test_stopping import licentia
from crash.test_trouble import FILE, as_another_account, copied, sqlite_store
from crash.test_workers import LONG_LEASE, SMALL, ends

if TYPE_CHECKING:
    from crash.nursery import Child, Nursery
    from database import Store

__all__ = ["sqlite_store"]
PREPARED = {"lose": "prepare_group", "enter": "prepare_members"}
"""By scene, what sets its plan running: a group loses a product, and people enter a group."""


def both_ways(nursery: Nursery, store: Store, scene: str) -> dict[str, Any]:
    """The end state when one process does it all; the plan of `shared` runs, with no part begun."""
    whole: dict[str, Any] = nursery.start(store.env, scene, SMALL, tenant="whole").result()
    sound(whole)
    nursery.start(store.env, PREPARED[scene], SMALL, tenant="shared").result()
    return whole


@pytest.mark.parametrize("scene", PREPARED)
def test_two_processes_share_a_groups_plan(nursery: Nursery, store: Store, scene: str) -> None:
    """Both let members follow, and the end is that of one process alone: also which users got the last seats."""
    whole = both_ways(nursery, store, scene)
    both = [nursery.start(store.env | LONG_LEASE, "run_only", SMALL, tenant="shared", slow=0.03) for _ in range(2)]
    assert all(child.end()["result"]["state"].startswith("applied") for child in both)
    assert all(sum("done" in word for word in child.said()) > 1 for child in both)
    same(ends(nursery, store), whole, "two processes")


def test_two_workers_finish_the_group_plans_of_two_tenants(nursery: Nursery, store: Store) -> None:
    """One lets the queue follow as the tenant's own work, the other as the plan's: it is the same work."""
    whole = both_ways(nursery, store, "lose")
    nursery.start(store.env, "prepare_members", SMALL, tenant="other").result()
    entered = nursery.start(store.env, "enter", SMALL, tenant="whole other").result()
    for child in [nursery.start(store.env, "work", SMALL) for _ in range(2)]:
        child.end()
    same(ends(nursery, store), whole, "shared")
    same(ends(nursery, store, "other"), entered, "other")


def stopped_at(nursery: Nursery, store: Store, at: str, n: int) -> Child:
    """A process at the shared plan that SIGSTOP holds before or after its n-th commit."""
    trap = {"at": at, "n": n, "signal": int(signal.SIGSTOP)}
    child = nursery.start(store.env, "run_only", SMALL | {"trap": trap}, tenant="shared")
    child.wait_until_stopped()
    return child


@pytest.mark.parametrize(("scene", "n"), [("lose", 1), ("lose", 4), ("enter", 3), ("enter", 8)])
def test_a_worker_that_slept_past_its_turn_repeats_nothing(nursery: Nursery, store: Store, scene: str, n: int) -> None:
    """Another ends the plan; the first wakes up, finds nothing to do and writes nothing."""
    whole = both_ways(nursery, store, scene)
    sleeper = stopped_at(nursery, store, "after", n)
    same(nursery.start(store.env, scene, SMALL, tenant="shared").result(), whole, "the second worker")
    end = nursery.play(store.env, "journal_end", tenant="shared")
    sleeper.signal(signal.SIGCONT)
    assert sleeper.result()["state"].startswith("applied")
    assert nursery.play(store.env, "journal_end", tenant="shared") == end
    same(ends(nursery, store), whole, "after the first woke up")


@pytest.mark.parametrize("how", [signal.SIGCONT, signal.SIGKILL])
def test_a_worker_held_inside_its_part_holds_others_up(nursery: Nursery, store: Store, how: signal.Signals) -> None:
    """Members are looked at by one at a time; woken or killed, the others go on, and nobody is looked at twice."""
    whole = both_ways(nursery, store, "lose")
    held = stopped_at(nursery, store, "before", 3)
    waiting = nursery.start(store.env, "lose", SMALL, tenant="shared")
    assert waiting.waits(0.3), waiting.said()
    held.signal(how)
    same(waiting.result(), whole, "the one that waited")
    held.wait()


def test_a_groups_plan_paused_by_a_signal_is_followed_by_a_worker_and_resumed(nursery: Nursery, store: Store) -> None:
    """What the group's change asks of its members is the tenant's work: it goes on while the plan is paused."""
    whole = both_ways(nursery, store, "lose")
    child = nursery.start(store.env, "run_until_signal", SMALL, tenant="shared", slow=0.15)
    child.wait_for_words(3)  # begun, the group changed, a first part followed
    child.signal(signal.SIGTERM)
    result = child.result()
    assert (result["state"], result["why"]) == ("paused", "interrupted")
    assert nursery.play(store.env, "waiting", tenant="shared") > 0
    nursery.play(store.env, "settle", tenant="shared")
    assert nursery.play(store.env, "waiting", tenant="shared") == 0
    sound(ends(nursery, store))
    done = nursery.start(store.env, "lose", SMALL, tenant="shared").result()
    events = [row[0] for row in done.pop("plan events")]
    same(done, {part: rows for part, rows in whole.items() if part != "plan events"}, "resumed")
    assert events.count("plan.pause") == events.count("plan.resume") == 1


def test_the_command_beside_a_worker(nursery: Nursery, store: Store) -> None:
    """`licentia groups licenses` while `licentia worker` takes its members from it: it ends applied, with every step."""
    nursery.play(store.env, "load", tenant="shop", users=4_000)
    beside = licentia(store, "worker")
    words = ["groups", "licenses", "Licenties - Kantoor", "--remove", E3, "--yes", "--over-limit", "--json"]
    counted = licentia(store, *words)
    out, errors = counted.communicate(timeout=60)
    asked = [word for word in errors.replace(".", " ").split() if word.isdigit()]
    command = licentia(store, *words, "--confirm", asked[-1])
    out, errors = command.communicate(timeout=90)
    beside.send_signal(signal.SIGTERM)
    _, trouble = beside.communicate(timeout=30)
    assert "Traceback" not in trouble
    assert command.returncode == 0, (out, errors)
    state = ends(nursery, store, "shop")
    sound(state)
    (header,) = [row for row in state["plans"] if row[1] == "applied"]
    assert header[8] == header[4] == int(asked[-1])
    assert state["waiting"] == []


# ---- no room, no right to write


def test_a_full_disk_in_the_middle_of_following(nursery: Nursery, sqlite_store: Store) -> None:
    """However far it came: who waits, waits; with room the rest follows to the same end."""
    store = sqlite_store
    whole = both_ways(nursery, store, "lose")
    reached = set()
    for kibibytes in (64, 192, 320, 448):
        tenant = f"{kibibytes} KiB"
        nursery.start(store.env, "prepare_group", SMALL, tenant=tenant).result()
        order = SMALL | {"file_limit": kibibytes * 1_024}
        child = nursery.start(store.env, "run_only", order, tenant=tenant)
        if child.wait() != 0:
            assert child.refusal() == {"refused": "store_full", "said": "disk I/O error"}
            sound(nursery.play(store.env, "state", tenant=tenant))
            reached.add(nursery.play(store.env, "waiting", tenant=tenant))
        same(nursery.start(store.env, "lose", SMALL, tenant=tenant).result(), whole, tenant)
    assert any(0 < n < 66 for n in reached), f"never in the middle: {reached}"


def test_a_store_that_turns_read_only_in_the_middle_of_following(nursery: Nursery, sqlite_store: Store) -> None:
    """The command and the tenant's own work say so; once it can be written, the rest follows."""
    store = sqlite_store
    whole = both_ways(nursery, store, "lose")
    held = stopped_at(nursery, store, "after", 3)
    held.signal(signal.SIGKILL)
    held.wait()
    left = nursery.play(store.env, "waiting", tenant="shared")
    assert 0 < left < 66
    with copied(store) as (folder, env):
        (folder / FILE).chmod(0o444)
        folder.chmod(0o555)
        for scene in ("run_only", "present"):
            child = nursery.start(env, scene, SMALL | as_another_account(), tenant="shared")
            assert child.refusal() == {"refused": "store_readonly", "said": "attempt to write a readonly database"}
        assert nursery.play(env, "waiting", tenant="shared") == left
    same(nursery.start(store.env, "lose", SMALL, tenant="shared").result(), whole, "writable again")
