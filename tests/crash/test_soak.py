"""Hours of bad luck in a minute: processes killed and paused at random while they work on one tenant side by side."""

from __future__ import annotations

import random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from crash.nursery import KILLED, sound

if TYPE_CHECKING:
    from crash.nursery import Child, Nursery
    from database import Store

ROUNDS, BLOWS = 8, 50
SHOP = "shop"


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_lost_or_twice_after_hundreds_of_random_kills(nursery: Nursery, store: Store, seed: int) -> None:
    """After each round the journal is whole, counts are right, plans end, and no plan changed anybody twice."""
    dice = random.Random(seed)
    nursery.play(store.env, "load", tenant=SHOP)
    for _ in range(ROUNDS):
        storm(nursery, store, dice)
        found = nursery.play(store.env, "settle", tenant=SHOP)
        sound(found)
        assert found["still running"] == []
        assert found["still waiting"] == 0
        assert found["twice"] == []
        for copy in found["copies"]:
            sound(copy)
    assert found["plans"]["applied"] > ROUNDS, found["plans"]


def storm(nursery: Nursery, store: Store, dice: random.Random) -> None:
    """Two processes at work; each blow kills one, or holds it for longer than its lease. In the end both are killed."""
    pair = [begun(nursery, store, dice) for _ in range(2)]
    for _ in range(BLOWS):
        time.sleep(dice.uniform(0, 0.12))
        which = dice.randrange(2)
        assert pair[which].poll() is None, f"it broke by itself: {nursery.errors()}"
        if dice.random() < 0.3:
            pair[which].signal(signal.SIGSTOP)
            time.sleep(dice.uniform(0, 0.12))
            pair[which].signal(signal.SIGCONT)
        else:
            pair[which].signal(signal.SIGKILL)
            assert pair[which].wait() == KILLED
            pair[which] = begun(nursery, store, dice)
    for child in pair:
        child.signal(signal.SIGKILL)
        assert child.wait() == KILLED, nursery.errors()


def begun(nursery: Nursery, store: Store, dice: random.Random) -> Child:
    """A process that works at random."""
    return nursery.start(store.env, "busy", tenant=SHOP, seed=dice.randrange(1 << 30))
