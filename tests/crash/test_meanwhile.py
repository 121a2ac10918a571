"""What changes under a plan about a group between its preview and its end: it ends, and says the truth.

Users and groups go, the never list grows, clocks jump, plans are stopped. In one process; kills are elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from licentia import worker
from licentia.changes import advance, following, run, schedule, who
from licentia.changes.groups import create_group, delete_group, update_group
from licentia.changes.record import add_never
from licentia.changes.who import Who
from licentia.domain.facts import SourceKind
from licentia.domain.group_facts import GroupKind
from licentia.domain.instants import DAY, SECOND
from licentia.domain.intents import (
    ChangeMembers,
    DeleteUser,
    PurgeUser,
    Reprocess,
    RestoreUser,
    SetGroupLicenses,
)
from licentia.domain.reasons import Refused
from licentia.store import clock
from world_store import AUDIO, E3, OWNER, STAFF, VISIO, World, by_group, crowd, direct, person

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


def entering(world: World, *ids: int, to: int | None = None) -> int:
    """A draft that puts these users into the group."""
    return world.propose(ChangeMembers(to_group=to or group(world)), who=Who("users", ids=ids))


def leaving(world: World, *ids: int) -> int:
    """A draft that takes these users out of the group."""
    return world.propose(ChangeMembers(from_group=group(world)), who=Who("users", ids=ids))


def losing(world: World) -> int:
    """A draft that takes E3 from the group."""
    intent = SetGroupLicenses(group(world), frozenset({E3}))
    return world.propose(intent, who=Who("members", str(group(world))))


def begun(world: World, plan: int) -> int:
    """The plan, stopped after the first part of the group's own change, before anybody followed."""
    world.start(plan)
    stops = iter([False, True])
    run.run(world.tenant, plan, world.actor, should_stop=lambda: next(stops))
    assert world.header(plan)["state"] == "paused"
    return plan


def resumed(world: World, plan: int) -> dict[str, Any]:
    """The header after the plan went on as far as it can."""
    run.resume(world.tenant, plan, world.actor)
    return world.run(plan)


def by_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two users a chunk."""
    for module in (who, following):
        monkeypatch.setattr(module, "CHUNK", 2)


# ---- users go


def test_a_user_deleted_while_waiting_is_stale(make_world: Make) -> None:
    """Its turn comes and goes; the others follow, and the plan ends."""
    world = make_world(crowd(3, ()))
    plan = begun(world, entering(world, 1, 2, 3))
    world.inline(DeleteUser(), 2)
    done = resumed(world, plan)
    assert world.steps(plan) == {1: ("verified", None), 2: ("skipped", "stale"), 3: ("verified", None)}
    assert (done["state"], done["verified"], done["skipped_late"]) == ("applied_with_errors", 2, 1)
    assert queue(world) == []
    assert world.consumed() == 2


def test_a_user_who_is_gone_for_good_while_waiting_is_stale(make_world: Make) -> None:
    """No row of it is left to look at."""
    world = make_world(crowd(3, ()))
    plan = begun(world, entering(world, 1, 2, 3))
    world.inline(DeleteUser(), 2)
    world.apply(world.propose(PurgeUser(), 2))
    done = resumed(world, plan)
    assert world.steps(plan)[2] == ("skipped", "stale")
    assert (done["state"], done["verified"], done["skipped_late"]) == ("applied_with_errors", 2, 1)
    assert queue(world) == []


def test_a_user_deleted_before_the_groups_own_change_does_not_enter(make_world: Make) -> None:
    """Deleted users keep their memberships and get no new ones."""
    world = make_world(crowd(2, ()))
    plan = entering(world, 1, 2)
    world.start(plan)
    world.inline(DeleteUser(), 2)
    assert world.run(plan)["skipped_late"] == 1
    assert members(world, group(world)) == [1]


def test_everybody_gone_while_waiting_ends_the_plan_too(make_world: Make) -> None:
    """Whole chunks of nobody."""
    world = make_world(crowd(2, ()))
    plan = begun(world, entering(world, 1, 2))
    for user in (1, 2):
        world.inline(DeleteUser(), user)
    assert resumed(world, plan)["skipped_late"] == 2
    assert queue(world) == []


def test_a_user_deleted_and_restored_while_waiting_follows(make_world: Make) -> None:
    """The restore has given what the group gives already; nothing is given twice."""
    world = make_world(crowd(3, ()))
    plan = begun(world, entering(world, 1, 2, 3))
    world.inline(DeleteUser(), 2)
    world.inline(RestoreUser(), 2)
    assert world.consumed() == 1
    assert resumed(world, plan)["state"] == "applied"
    assert world.consumed() == 3


# ---- groups go


@pytest.mark.parametrize("kind", [GroupKind.SECURITY, GroupKind.MICROSOFT_365])
def test_nobody_enters_a_group_that_was_deleted(make_world: Make, kind: GroupKind) -> None:
    """The draft is refused; a running plan pauses as changed and can be ended."""
    world = make_world(crowd(3, ()))
    other = create_group(world.tenant, "Andere", world.actor, kind=kind).group_id
    plan, draft = entering(world, 1, 2, 3, to=other), entering(world, 1, to=other)
    world.start(plan)
    delete_group(world.tenant, other, world.actor)
    with pytest.raises(Refused, match="group_gone"):
        world.start(draft)
    done = world.run(plan)
    assert (done["state"], done["pause_reason"]) == ("paused", "changed")
    assert members(world, other) == []
    run.discard(world.tenant, plan, world.actor)
    assert world.header(plan)["state"] == "stopped"


def test_a_group_deleted_between_two_parts_keeps_nobody(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who had entered is out again with the group; who waits for it leaves the queue."""
    by_two(monkeypatch)
    world = make_world(crowd(3, ()))
    other = create_group(world.tenant, "Andere", world.actor).group_id
    plan = begun(world, entering(world, 1, 2, 3, to=other))
    assert queue(world) == [1, 2]
    delete_group(world.tenant, other, world.actor)
    assert resumed(world, plan)["pause_reason"] == "changed"
    advance.advance(world.tenant)
    assert (members(world, other), queue(world)) == ([], [])
    assert world.header(plan)["verified"] == 2


def test_a_group_that_was_deleted_gets_no_licenses(make_world: Make) -> None:
    """Nor does a product go to a group whose number is nobody's."""
    world = make_world(crowd(1, ()), seats={VISIO: 5})
    other = create_group(world.tenant, "Andere", world.actor).group_id
    intent = SetGroupLicenses(other, add=((VISIO, NOTHING_OFF),))
    plan = world.propose(intent, who=Who("members", str(other)))
    world.start(plan)
    delete_group(world.tenant, other, world.actor)
    assert world.run(plan)["pause_reason"] == "changed"
    assert world.rows("SELECT group_id FROM group_license WHERE tenant_id = %(tenant)s") == [(group(world),)]


def test_nobody_enters_a_group_that_got_a_rule(make_world: Make) -> None:
    """R-93: from then on the rule decides who is in it."""
    world = make_world(crowd(2, ()))
    other = create_group(world.tenant, "Andere", world.actor).group_id
    plan, draft = entering(world, 1, 2, to=other), entering(world, 1, to=other)
    world.start(plan)
    update_group(world.tenant, other, world.actor, membership_rule='user.department -eq "Kantoor"')
    with pytest.raises(Refused, match="group_dynamic"):
        world.start(draft)
    assert world.run(plan)["pause_reason"] == "changed"
    assert members(world, other) == []


def test_a_scheduled_plan_whose_group_is_gone_is_a_draft_again_and_stands_in_nobodys_way(make_world: Make) -> None:
    """The worker goes on to the plan after it."""
    world = make_world(crowd(2, ()))
    other = create_group(world.tenant, "Andere", world.actor).group_id
    gone, after = entering(world, 1, to=other), entering(world, 2)
    at = clock.tenant_now(world.tenant) + DAY
    schedule.schedule(world.tenant, gone, at, world.actor)
    schedule.schedule(world.tenant, after, at + SECOND, world.actor)
    delete_group(world.tenant, other, world.actor)
    advance.set_clock(world.tenant, at + DAY, OWNER)
    worker.work_once()
    assert [world.header(plan)["state"] for plan in (gone, after)] == ["draft", "applied"]
    assert '"code":"group_gone"' in world.journal("plan.start_refused")[0][3]


# ---- the never list grows


def test_a_user_who_came_on_the_never_list_stays_in_the_group(make_world: Make) -> None:
    """The plan would take the license; its step is stale."""
    world = make_world(crowd(3, by_group(E3)))
    plan = leaving(world, 1, 2, 3)
    world.start(plan)
    add_never(world.tenant, "user", 2, "emergency account", world.actor)
    world.run(plan)
    assert world.steps(plan) == {1: ("verified", None), 2: ("skipped", "stale"), 3: ("verified", None)}
    assert members(world, group(world)) == [2]
    assert set(world.sources()) == {(2, E3, SourceKind.GROUP, group(world))}


def test_a_whole_group_that_came_on_the_never_list_stays(make_world: Make) -> None:
    """Who is in it, is on the list by it."""
    world = make_world(crowd(2, by_group(E3)))
    plan = leaving(world, 1, 2)
    world.start(plan)
    add_never(world.tenant, "group", group(world), "board", world.actor)
    assert world.run(plan)["skipped_late"] == 2
    assert world.consumed() == 2


def test_who_loses_nothing_may_enter_a_group_while_on_the_never_list(make_world: Make) -> None:
    """R-34: the list keeps licenses, it keeps nobody from getting more."""
    world = make_world(crowd(2, ()))
    plan = entering(world, 1, 2)
    world.start(plan)
    add_never(world.tenant, "user", 2, "emergency account", world.actor)
    assert world.run(plan)["state"] == "applied"
    assert world.consumed() == 2


@pytest.mark.parametrize("how", ["user", "group", "newcomer"])
def test_a_group_keeps_a_product_for_a_member_who_came_on_the_never_list(make_world: Make, how: str) -> None:
    """Before the plan runs it is refused; while it runs it pauses, and nobody loses anything. Newcomers count."""
    world = make_world([person(1, by_group(E3)), person(2, by_group(E3)), person(3)])
    plan, draft = losing(world), losing(world)
    world.start(plan)
    if how == "newcomer":
        world.apply(entering(world, 3))
    on_list = {"user": ("user", 2), "group": ("group", group(world)), "newcomer": ("user", 3)}[how]
    add_never(world.tenant, *on_list, "emergency account", world.actor)
    with pytest.raises(Refused, match="never_in_group"):
        world.start(draft)
    done = world.run(plan)
    assert (done["state"], done["pause_reason"]) == ("paused", "changed")
    assert world.consumed() == (3 if how == "newcomer" else 2)


def test_who_came_on_the_never_list_after_leaving_follows(make_world: Make) -> None:
    """The group's change was made before: the tenant follows, as at Microsoft; no license of no group stays behind."""
    world = make_world(crowd(2, by_group(E3)))
    plan = begun(world, leaving(world, 1, 2))
    add_never(world.tenant, "user", 2, "emergency account", world.actor)
    assert resumed(world, plan)["state"] == "applied"
    assert world.sources() == {}


def test_a_new_look_at_a_group_takes_nothing_from_the_never_list(make_world: Make) -> None:
    """The preview blocks her, for what another group left behind; the run leaves her alone too, and gives others theirs."""
    world = make_world([person(1, by_group(E3) + direct(AUDIO)), person(2)], seats={VISIO: 1})
    other = create_group(world.tenant, "Tekenaars", world.actor).group_id
    add = SetGroupLicenses(other, add=((VISIO, NOTHING_OFF),))
    world.apply(world.propose(add, who=Who("members", str(other))))
    world.apply(entering(world, 1, 2, to=other))  # no seat for the second
    world.apply(leaving(world, 1))  # an add-on needs the product: it stays, in error
    world.unassign(1, sku=AUDIO)
    add_never(world.tenant, "user", 1, "emergency account", world.actor)
    world.set_seats(2, VISIO)
    plan = world.propose(Reprocess(other), who=Who("members", str(other)))
    world.apply(plan)
    assert world.steps(plan) == {1: ("refused", "never"), 2: ("verified", None)}
    assert {(user, sku) for user, sku, *_ in world.sources()} == {(1, E3), (1, VISIO), (2, VISIO)}


# ---- stopped, failing, out of time


def test_who_waits_for_a_stopped_plan_still_follows_and_is_counted(make_world: Make) -> None:
    """The group's change stays, so its licenses come; an undo takes them back."""
    world = make_world(crowd(3, ()))
    plan = begun(world, entering(world, 1, 2, 3))
    run.discard(world.tenant, plan, world.actor)
    worker.work_once()
    head = world.header(plan)
    assert (head["state"], head["verified"], queue(world)) == ("stopped", 3, [])
    assert world.consumed() == 3
    undoing = world.undo(plan)
    assert world.header(undoing)["verified"] == world.header(plan)["undone"] == 3
    assert world.consumed() == 0


def test_a_stopped_plan_is_undone_before_anybody_followed(make_world: Make) -> None:
    """Each waits for both plans; both end their steps."""
    world = make_world(crowd(3, ()))
    plan = begun(world, entering(world, 1, 2, 3))
    run.discard(world.tenant, plan, world.actor)
    undoing = world.undo(plan)
    advance.advance(world.tenant)
    assert (queue(world), members(world, group(world)), world.consumed()) == ([], [], 0)
    for number in (plan, undoing):
        assert set(world.steps(number).values()) == {("verified", None)}


def test_a_group_plan_in_which_everybody_fails_ends(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Licenses in error are what a group gives when it can't: they pause nothing, and nobody is looked at twice."""
    by_two(monkeypatch)
    world = make_world(crowd(12, ()), seats={E3: 0})
    done = world.apply(entering(world, *range(1, 13)))
    assert (done["state"], done["failed"], done["verified"]) == ("applied_with_errors", 12, 0)
    assert queue(world) == []
    assert len(members(world, group(world))) == 12


def test_a_clock_that_jumps_back_repeats_nothing(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Members still follow, the plan ends, and the journal's instants never run back."""
    by_two(monkeypatch)
    world = make_world(crowd(5, by_group(E3)))
    plan = begun(world, leaving(world, 1, 2, 3, 4, 5))
    real = clock.machine_now
    monkeypatch.setattr(clock, "machine_now", lambda: real() - 400 * DAY)
    assert resumed(world, plan)["state"] == "applied"
    assert (world.sources(), queue(world)) == ({}, [])
    moments = [row[0] for row in world.rows("SELECT at FROM journal WHERE tenant_id = %(tenant)s ORDER BY seq")]
    assert moments == sorted(moments)
    assert advance.advance(world.tenant) == 0


def test_a_worker_whose_clock_jumped_back_lets_members_follow(
    make_world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tenant's time is not its machine's: who waits for a stopped plan does not wait for the machine."""
    world = make_world(crowd(2, ()))
    plan = begun(world, entering(world, 1, 2))
    run.discard(world.tenant, plan, world.actor)
    real = clock.machine_now
    monkeypatch.setattr(clock, "machine_now", lambda: real() - 400 * DAY)
    worker.work_once()
    assert (queue(world), world.consumed()) == ([], 2)
