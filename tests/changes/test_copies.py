"""What a copy must keep true after a refresh: who is in a licensed group, and which clocks still run."""

from __future__ import annotations

from collections.abc import Callable

from licentia.changes import record, refresh
from licentia.domain.intents import Unassign
from licentia.store.lists import groups
from world_store import E3, STAFF, World, by_group, direct, person
from world_store import user_file as file

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]


def test_a_group_on_the_never_list_protects_its_members_in_a_copy(make_copy: Make) -> None:
    """Paths by group make members, so a direct license of one of them is blocked (R-34)."""
    both = (*direct(E3), *by_group(E3))
    world = make_copy([person(1, both), person(2, direct(E3))])
    group = groups.find(world.tenant, STAFF).id
    record.add_never(world.tenant, "group", group, "Board", world.actor)
    steps = world.steps(world.propose(Unassign(E3), 1, 2))
    assert steps == {1: ("refused", "never"), 2: ("pending", None)}


def test_who_no_longer_has_the_path_is_no_longer_a_member(make_copy: Make) -> None:
    """A refresh without the group's path ends the membership."""
    world = make_copy([person(1, by_group(E3))])
    refresh.refresh("Copy", file([person(1, direct(E3))]), world.actor)
    assert world.rows("SELECT user_id FROM group_member WHERE tenant_id = %(tenant)s") == []


def test_a_license_that_is_back_stops_the_clock(make_copy: Make) -> None:
    """A refresh in which the user has the mailbox license again ends the grace periods (R-29)."""
    world = make_copy([person(1, direct(E3)), person(2, direct(E3))])
    world.unassign(1, 2)
    assert {row[0] for row in world.clocks()} == {1, 2}
    refresh.refresh("Copy", file([person(1, direct(E3))]), world.actor)
    assert {row[0] for row in world.clocks()} == {2}
    world.assert_sound()


def test_a_switch_turned_after_planning_makes_everybody_stale(make_world: Make) -> None:
    """A verdict holds under the switches it was made with: nobody is changed under others."""
    world = make_world([person(1, direct(E3))])
    plan = world.propose(Unassign(E3), 1)
    record.set_tenant(world.tenant, world.actor, {"switches": ["education"]})
    world.apply(plan)
    assert world.steps(plan) == {1: ("skipped", "stale")}
    assert world.consumed() == 1
