"""One user changed at a time while a plan of thousands runs beside: both finish, every change is made and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crash.nursery import sound

if TYPE_CHECKING:
    from crash.nursery import Nursery
    from database import Store

BIG = {"chunk": 250}
USERS = 20_000
ONES = 10
ROUNDS = 10


def test_small_changes_go_on_beside_a_large_plan(nursery: Nursery, store: Store) -> None:
    """The plan takes E3 from everybody; others lose and get a free product meanwhile, a hundred times."""
    nursery.start(store.env, "prepare", BIG, tenant="big", users=USERS).result()
    ones = nursery.play(store.env, "free_holders", tenant="big", top=ONES)
    assert len(ones) == ONES
    before = nursery.play(store.env, "state", tenant="big")
    plan = nursery.start(store.env, "run_only", BIG, tenant="big")
    inline = nursery.start(store.env, "inline", tenant="big", users=ones, rounds=ROUNDS)
    assert inline.result() == {"done": 2 * ONES * ROUNDS}
    result = plan.result()
    after = nursery.play(store.env, "state", tenant="big")
    sound(after)
    assert nursery.play(store.env, "writers_between", tenant="big") > ONES, "they did not run beside each other"
    (header,) = [row for row in after["plans"] if row[4] > 1]
    assert header[8] == header[4] == result["verified"] > USERS // 4
    assert header[9:11] == [0, 0]
    touched = set(ones)
    of_ones = [row for row in after["sources"] if row[1] in touched]
    assert of_ones == [row for row in before["sources"] if row[1] in touched]
    changes = [row for row in after["journal"] if row[1] == "user" and row[2] in touched]
    assert len(changes) == 2 * ONES * ROUNDS
