"""Proposing, applying and undoing plans on a real store: what ends how, and what a guard refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from licentia.changes import run
from licentia.domain.intents import Unassign
from licentia.domain.reasons import Refused
from world_store import E3, World, crowd

pytest_plugins = ["world_store"]
Make = Callable[..., World]


def test_a_plan_takes_every_direct_license_back(make_world: Make) -> None:
    """Each step is verified, the seats are free, each user's clocks run and the journal says so."""
    world = make_world(crowd(30))
    plan = world.propose(Unassign(E3))
    header = world.apply(plan)
    assert (header["state"], header["verified"], header["seats_freed"]) == ("applied", 30, 30)
    assert world.sources() == {}
    assert world.consumed() == 0
    assert len(world.journal("license.unassign")) == 30
    assert {kind for _, kind, _ in world.clocks()} == {"mailbox_purge", "drive_readonly", "drive_archive"}
