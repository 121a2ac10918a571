"""What changes under a plan about a group, and under a take-over, between its preview and its end: it ends, and its counts are true."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from licentia.changes import advance, following, grouping, run, who
from licentia.changes.groups import create_group, delete_group, update_group
from licentia.changes.record import add_never
from licentia.changes.who import Who
from licentia.domain.groups import GroupKind
from licentia.domain.instants import DAY
from licentia.domain.intents import (
    Assign,
    ChangeMembers,
    DeleteUser,
    Intent,
    PurgeUser,
    Reprocess,
    RestoreUser,
    SetGroupLicenses,
    TakeOver,
)
from licentia.domain.reasons import BadInput, Refused
from licentia.store import clock
from world_store import AUDIO, E3, E5, STAFF, VISIO, World, by_group, crowd, direct, person

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
NOTHING_OFF: frozenset[str] = frozenset()


def group(world: World) -> int:
    """The group that gives E3."""
    found = world.rows("SELECT id FROM user_group WHERE tenant_id = %(tenant)s AND object_id = %(o)s", o=STAFF)
    return int(found[0][0])


def members(world: World, number: int) -> list[int]:
    """Who is in the group."""
    found = world.rows("SELECT user_id FROM group_member WHERE tenant_id = %(tenant)s AND group_id = %(g)s", g=number)
    return sorted(row[0] for row in found)


def queue(world: World) -> list[int]:
    """Who waits for a group's licenses."""
    return [row[0] for row in world.rows("SELECT user_id FROM group_queue WHERE tenant_id = %(tenant)s ORDER BY 1")]


def entered_only(world: World, *ids: int) -> int:
    """A plan that put these users into the group, stopped before anybody followed."""
    plan = world.propose(ChangeMembers(to_group=group(world)), who=Who("users", ids=ids))
    world.start(plan)
    stops = iter([False, True])
    run.run(world.tenant, plan, world.actor, should_stop=lambda: next(stops))
    assert queue(world) == list(ids)
    return plan


def test_user_deleted_waiting(make_world: Make) -> None:
    world = make_world(crowd(3, ()))
    plan = entered_only(world, 1, 2, 3)
    world.inline(DeleteUser(), 2)
    run.resume(world.tenant, plan, world.actor)
    done = world.run(plan)
    assert world.steps(plan)[2] == ("skipped", "stale")
    assert done["state"] == "applied_with_errors"
    assert queue(world) == []


def test_user_purged_waiting(make_world: Make) -> None:
    world = make_world(crowd(3, ()))
    plan = entered_only(world, 1, 2, 3)
    world.inline(DeleteUser(), 2)
    world.apply(world.propose(PurgeUser(), 2))
    run.resume(world.tenant, plan, world.actor)
    done = world.run(plan)
    assert world.steps(plan)[2] == ("skipped", "stale")
    assert done["state"] == "applied_with_errors"
    assert queue(world) == []


def test_deleted_and_restored_waiting(make_world: Make) -> None:
    world = make_world(crowd(3, ()))
    plan = entered_only(world, 1, 2, 3)
    world.inline(DeleteUser(), 2)
    world.inline(RestoreUser(), 2)
    run.resume(world.tenant, plan, world.actor)
    done = world.run(plan)
    assert done["state"] == "applied"
    assert world.consumed() == 3


def other(world: World, kind: GroupKind = GroupKind.SECURITY) -> int:
    return create_group(world.tenant, "Andere", world.actor, kind=kind).group_id


@pytest.mark.parametrize("kind", [GroupKind.SECURITY, GroupKind.MICROSOFT_365])
@pytest.mark.parametrize("when", ["draft", "running", "paused"])
def test_group_deleted(make_world: Make, kind: GroupKind, when: str, monkeypatch) -> None:
    for module in (who, following):
        monkeypatch.setattr(module, "CHUNK", 2)
    world = make_world(crowd(3, ()))
    number = other(world, kind)
    plan = world.propose(ChangeMembers(to_group=number), who=Who("users", ids=(1, 2, 3)))
    if when != "draft":
        world.start(plan)
    if when == "paused":
        stops = iter([False, True])
        run.run(world.tenant, plan, world.actor, should_stop=lambda: next(stops))
    delete_group(world.tenant, number, world.actor)
    if when == "draft":
        with pytest.raises((Refused, BadInput)):
            world.start(plan)
        return
    if when == "paused":
        run.resume(world.tenant, plan, world.actor)
    done = world.run(plan)
    print(done, world.steps(plan), members(world, number))
    assert done["state"] == "applied_with_errors"
    if kind is GroupKind.SECURITY:
        assert members(world, number) == []
    assert queue(world) == []


@pytest.mark.parametrize("kind", [GroupKind.SECURITY, GroupKind.MICROSOFT_365])
def test_licenses_for_deleted_group(make_world: Make, kind: GroupKind) -> None:
    world = make_world(crowd(3, ()), seats={VISIO: 5})
    number = other(world, kind)
    plan = world.propose(SetGroupLicenses(number, add=((VISIO, NOTHING_OFF),)), who=Who("members", str(number)))
    world.start(plan)
    delete_group(world.tenant, number, world.actor)
    done = world.run(plan)
    print(done)
    assert world.rows("SELECT * FROM group_license WHERE tenant_id = %(tenant)s AND group_id = %(g)s", g=number) == []


def test_never_before_removal(make_world: Make) -> None:
    world = make_world(crowd(3, by_group(E3)))
    plan = world.propose(ChangeMembers(from_group=group(world)), who=Who("users", ids=(1, 2, 3)))
    world.start(plan)
    add_never(world.tenant, "user", 2, "nood", world.actor)
    done = world.run(plan)
    print(done["state"], world.steps(plan), members(world, group(world)))
    assert world.steps(plan)[2] == ("skipped", "stale")
    assert members(world, group(world)) == [2]


def test_never_before_licenses(make_world: Make) -> None:
    world = make_world(crowd(3, by_group(E3)))
    plan = world.propose(SetGroupLicenses(group(world), frozenset({E3})), who=Who("members", str(group(world))))
    add_never(world.tenant, "user", 2, "nood", world.actor)
    with pytest.raises(Refused, match="never_in_group"):
        world.start(plan)


def test_never_before_licenses_running(make_world: Make) -> None:
    world = make_world(crowd(3, by_group(E3)))
    plan = world.propose(SetGroupLicenses(group(world), frozenset({E3})), who=Who("members", str(group(world))))
    world.start(plan)
    add_never(world.tenant, "user", 2, "nood", world.actor)
    done = world.run(plan)
    print(done["state"], done["pause_reason"], world.steps(plan))
    assert done["state"] == "paused"
    assert world.consumed() == 3


def test_never_while_waiting(make_world: Make) -> None:
    world = make_world(crowd(3, by_group(E3)))
    plan = world.propose(ChangeMembers(from_group=group(world)), who=Who("users", ids=(1, 2, 3)))
    world.start(plan)
    stops = iter([False, True])
    run.run(world.tenant, plan, world.actor, should_stop=lambda: next(stops))
    add_never(world.tenant, "user", 2, "nood", world.actor)
    run.resume(world.tenant, plan, world.actor)
    done = world.run(plan)
    print(done["state"], done["pause_reason"], world.steps(plan), world.sources())
    assert world.sources() == {}


def test_stopped_while_following(make_world: Make) -> None:
    world = make_world(crowd(3, ()))
    plan = entered_only(world, 1, 2, 3)
    run.discard(world.tenant, plan, world.actor)
    advance.advance(world.tenant)
    assert queue(world) == []
    head = world.header(plan)
    print(head)
    assert (head["state"], head["verified"]) == ("stopped", 3)
    assert world.consumed() == 3
    world.undo(plan)
    assert world.consumed() == 0


def test_stop_then_undo_before_follow(make_world: Make) -> None:
    world = make_world(crowd(3, ()))
    plan = entered_only(world, 1, 2, 3)
    run.discard(world.tenant, plan, world.actor)
    world.undo(plan)
    print(world.header(plan), world.steps(plan))
    advance.advance(world.tenant)
    print(world.header(plan), world.steps(plan))
    assert queue(world) == []
    assert world.consumed() == 0
    assert members(world, group(world)) == []


def test_reprocess_never(make_world: Make) -> None:
    world = make_world([person(1, by_group(E3) + direct(AUDIO)), person(2, by_group(E3))])
    plan = world.propose(ChangeMembers(from_group=group(world)), who=Who("users", ids=(1,)))
    world.apply(plan)
    world.unassign(1, sku=AUDIO)
    add_never(world.tenant, "user", 1, "nood", world.actor)
    again = world.propose(Reprocess(), who=Who("users", ids=(1,)))
    print(world.steps(again))
    world.apply(again)
    print(world.steps(again), world.sources())
