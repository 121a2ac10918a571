"""Plans about groups: the group's own rows change first, then each member's licenses follow, in chunks, by themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from licentia.changes import advance, following, run, who
from licentia.changes.preview import preview
from licentia.changes.who import Who
from licentia.domain.intents import (
    Assign,
    ChangeMembers,
    DeleteUser,
    PurgeUser,
    Reprocess,
    SetGroupLicenses,
    Unassign,
    Undo,
)
from licentia.domain.reasons import Reason, Refused
from world_store import AUDIO, E3, E5, STAFF, VISIO, World, by_group, crowd, direct, person

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
ALL_ON: frozenset[str] = frozenset()


def group(world: World, object_id: str = STAFF) -> int:
    """The group's number."""
    found = world.rows("SELECT id FROM user_group WHERE tenant_id = %(tenant)s AND object_id = %(o)s", o=object_id)
    return int(found[0][0])


def members(world: World, number: int) -> list[int]:
    """Who is in the group."""
    found = world.rows("SELECT user_id FROM group_member WHERE tenant_id = %(tenant)s AND group_id = %(g)s", g=number)
    return sorted(row[0] for row in found)


def by_state(world: World, sku: str) -> dict[int, tuple[int, str | None]]:
    """(state, error) of the group license of each user."""
    found = world.rows(
        "SELECT user_id, state, error FROM source WHERE tenant_id = %(tenant)s AND product_id = %(p)s AND source_kind = 2",
        p=world.product(sku),
    )
    return {user: (state, error) for user, state, error in found}


def enter(world: World, *ids: int) -> int:
    """A plan that put these users into the group."""
    plan = world.propose(ChangeMembers(to_group=group(world)), who=Who("users", ids=ids))
    world.apply(plan)
    return plan


def leave(world: World, *ids: int) -> int:
    """A plan that took these users out of the group."""
    plan = world.propose(ChangeMembers(from_group=group(world)), who=Who("users", ids=ids))
    world.apply(plan)
    return plan


def licenses(world: World, remove: tuple[str, ...] = (), add: tuple[str, ...] = ()) -> int:
    """A plan that changed the group's licenses."""
    intent = SetGroupLicenses(group(world), frozenset(remove), tuple((sku, ALL_ON) for sku in add))
    plan = world.propose(intent, who=Who("members", str(group(world))))
    world.apply(plan)
    return plan


def test_who_enters_a_group_gets_its_licenses(make_world: Make) -> None:
    """A seat each; the step is verified, the user's history shows membership and license."""
    world = make_world(crowd(3, ()))
    plan = enter(world, 1, 2)
    assert members(world, group(world)) == [1, 2]
    assert by_state(world, E3) == {1: (1, None), 2: (1, None)}
    assert world.consumed() == 2
    assert world.steps(plan) == {1: ("verified", None), 2: ("verified", None)}
    assert world.header(plan)["state"] == "applied"
    assert [row[1] for row in world.journal("member.add")] == [1, 2]
    assert [row[1] for row in world.journal("license.assign")] == [1, 2]


def test_the_preview_of_a_group_says_who_loses_and_who_keeps(make_world: Make) -> None:
    """Anna holds the product directly too: for her no seat comes free and nothing is lost."""
    both = direct(E3) + by_group(E3)
    world = make_world([person(1, both), person(2, by_group(E3))])
    plan = world.propose(ChangeMembers(from_group=group(world)), who=Who("members", str(group(world))))
    shown = preview(world.tenant, plan)
    said = {line.rule.key: line.users for line in shown.lines}
    assert said["stays_held"] == 1
    assert said["mailbox_lost"] == 1
    assert shown.plan["seats_freed"] == 1
    assert members(world, group(world)) == [1, 2]
    world.apply(plan)
    assert world.consumed() == 1
    assert set(by_state(world, E3)) == set()


def test_a_group_that_loses_a_product_takes_it_from_its_members(make_world: Make) -> None:
    """The group's row goes first; clocks start for who has no mailbox plan left."""
    world = make_world(crowd(3, by_group(E3)))
    plan = licenses(world, remove=(E3,))
    assert world.consumed() == 0
    assert world.sources() == {}
    assert {user for user, kind, _ in world.clocks() if kind == "mailbox_purge"} == {1, 2, 3}
    header = world.header(plan)
    assert (header["verified"], header["seats_freed"], header["state"]) == (3, 3, "applied")
    assert header["undo_until"] is not None
    before, after = world.journal("group.licenses")[0][2:]
    assert (json.loads(before), json.loads(after)) == ({E3: []}, {})


def test_the_last_seats_go_to_the_first_by_number(make_world: Make) -> None:
    """All or nothing per user: who finds no seat holds nothing of the group, and the plan ends with errors."""
    world = make_world(crowd(4, ()), seats={E3: 2, VISIO: 10})
    licenses(world, add=(VISIO,))
    plan = world.propose(ChangeMembers(to_group=group(world)), who=Who("users", ids=(1, 2, 3, 4)))
    shown = preview(world.tenant, plan)
    assert [(line.reason, line.users) for line in shown.reasons] == [(Reason.NO_SEATS, 2)]
    done = world.apply(plan)
    assert world.steps(plan) == {
        1: ("verified", None),
        2: ("verified", None),
        3: ("failed", "no_seats"),
        4: ("failed", "no_seats"),
    }
    assert done["state"] == "applied_with_errors"
    assert by_state(world, E3) == {1: (1, None), 2: (1, None), 3: (4, "CountViolation"), 4: (4, "CountViolation")}
    assert by_state(world, VISIO) == {1: (1, None), 2: (1, None), 3: (4, "Other"), 4: (4, "Other")}
    assert (world.consumed(), world.consumed(VISIO)) == (2, 2)


def test_freed_seats_are_not_given_out_until_somebody_reprocesses(make_world: Make) -> None:
    """R-85 and on: the intent is kept in error; a look at the group gives what there is now."""
    world = make_world(crowd(2, ()), seats={E3: 1})
    enter(world, 1, 2)
    world.set_seats(2)
    assert by_state(world, E3)[2] == (4, "CountViolation")
    plan = world.propose(Reprocess(group(world)), who=Who("members", str(group(world))))
    world.apply(plan)
    assert by_state(world, E3) == {1: (1, None), 2: (1, None)}
    assert world.steps(plan) == {1: ("skipped", "already"), 2: ("verified", None)}
    assert world.consumed() == 2


def test_a_retry_of_a_group_plan_looks_again_at_those_in_error(make_world: Make) -> None:
    """The group is as it should be already: only the users are looked at again."""
    from licentia.changes.again import unfinished

    world = make_world(crowd(2, ()), seats={E3: 1})
    plan = enter(world, 1, 2)
    world.set_seats(2)
    again = unfinished(world.tenant, plan, world.actor)
    world.apply(again)
    assert world.steps(again) == {2: ("verified", None)}


def test_an_undo_of_members_is_the_opposite(make_world: Make) -> None:
    """Only those whose membership the plan really changed; undoing the undo brings them back."""
    world = make_world([person(1, by_group(E3)), person(2), person(3)])
    plan = enter(world, 1, 2, 3)
    assert world.steps(plan)[1] == ("skipped", "already")
    undoing = world.undo(plan)
    assert members(world, group(world)) == [1]
    assert world.header(undoing)["undo_of"] == plan
    assert world.header(plan)["undone"] == 2
    assert world.consumed() == 1
    world.undo(undoing)
    assert members(world, group(world)) == [1, 2, 3]
    assert world.header(plan)["undone"] == 0


def test_an_undo_of_a_groups_licenses_puts_back_what_it_found(make_world: Make) -> None:
    """With the service plans that were off; mailboxes return in time."""
    world = make_world(crowd(2, by_group(E3)), seats={VISIO: 10})
    plan = licenses(world, remove=(E3,), add=(VISIO,))
    world.undo(plan)
    assert {sku for _, sku, _, _ in world.sources()} == {E3}
    assert world.clocks() == []
    assert (world.consumed(), world.consumed(VISIO)) == (2, 0)


def test_an_undo_is_refused_when_the_group_changed_since(make_world: Make) -> None:
    """Somebody gave it the product again: there is nothing to put back."""
    world = make_world(crowd(1, by_group(E3)))
    plan = licenses(world, remove=(E3,))
    licenses(world, add=(E3,))
    with pytest.raises(Refused, match="group_changed_since"):
        world.propose(Undo(plan))


def test_one_user_of_a_group_plan_is_undone(make_world: Make) -> None:
    """The others stay where they are."""
    world = make_world(crowd(3, ()))
    plan = enter(world, 1, 2, 3)
    world.undo(plan, 2)
    assert members(world, group(world)) == [1, 3]


def test_a_group_without_members_changes_too(make_world: Make) -> None:
    """There is nobody to follow, and the plan is applied."""
    world = make_world(crowd(1, ()), seats={VISIO: 10})
    plan = licenses(world, add=(VISIO,))
    assert world.header(plan)["state"] == "applied"
    assert len(world.journal("group.licenses")) == 1
    enter(world, 1)
    assert {sku for _, sku, _, _ in world.sources()} == {E3, VISIO}


def test_a_never_listed_member_blocks_the_whole_change(make_world: Make) -> None:
    """Nobody can be left out of what a group gives: the plan says who, and cannot be applied."""
    from licentia.changes.record import add_never

    world = make_world(crowd(2, by_group(E3)))
    add_never(world.tenant, "user", 1, "emergency account", world.actor)
    intent = SetGroupLicenses(group(world), frozenset({E3}))
    plan = world.propose(intent, who=Who("members", str(group(world))))
    assert world.steps(plan)[1] == ("refused", "never")
    with pytest.raises(Refused, match="never_in_group"):
        world.start(plan)
    leaving = world.propose(ChangeMembers(from_group=group(world)), who=Who("users", ids=(1, 2)))
    world.apply(leaving)
    assert members(world, group(world)) == [1]
    assert world.consumed() == 1


def test_a_group_plan_goes_on_where_it_was_stopped(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Members change a chunk at a time; the tenant itself lets them follow; resuming ends the plan."""
    for module in (who, following):
        monkeypatch.setattr(module, "CHUNK", 2)
    world = make_world(crowd(5, ()))
    plan = world.propose(ChangeMembers(to_group=group(world)), who=Who("users", ids=(1, 2, 3, 4, 5)))
    world.start(plan)
    stops = iter([False, True])
    run.run(world.tenant, plan, world.actor, should_stop=lambda: next(stops))
    assert members(world, group(world)) == [1, 2]
    assert world.consumed() == 0
    assert world.header(plan)["state"] == "paused"
    following.follow_all(world.tenant)
    assert world.consumed() == 2
    assert world.header(plan)["verified"] == 2
    run.resume(world.tenant, plan, world.actor)
    world.run(plan)
    assert world.header(plan)["state"] == "applied"
    assert world.consumed() == 5


def test_the_tenants_own_time_lets_members_follow(make_world: Make) -> None:
    """Who waits in the queue follows when anybody lets the tenant's time pass, the plan's own process or not."""
    world = make_world(crowd(2, ()))
    plan = world.propose(ChangeMembers(to_group=group(world)), who=Who("users", ids=(1, 2)))
    world.start(plan)
    stops = iter([False, True])
    run.run(world.tenant, plan, world.actor, should_stop=lambda: next(stops))
    assert world.consumed() == 0
    advance.advance(world.tenant)
    assert world.consumed() == 2
    assert world.rows("SELECT * FROM group_queue WHERE tenant_id = %(tenant)s") == []


def test_a_direct_change_meanwhile_is_seen_by_who_follows(make_world: Make) -> None:
    """Facts are read when the user's turn comes, never those of the preview."""
    world = make_world(crowd(2, by_group(E3)))
    intent = SetGroupLicenses(group(world), frozenset({E3}))
    plan = world.propose(intent, who=Who("members", str(group(world))))
    world.inline(Assign(E3), 1)
    world.apply(plan)
    assert set(world.sources()) == {(1, E3, 1, 0)}
    assert {user for user, kind, _ in world.clocks() if kind == "mailbox_purge"} == {2}


def test_an_add_on_that_needs_the_product_keeps_the_group_license(make_world: Make) -> None:
    """The removal breaks a documented dependency: the license stays in error, its seat in use, and the step fails."""
    world = make_world([person(1, by_group(E3) + direct(AUDIO))])
    plan = leave(world, 1)
    assert by_state(world, E3) == {1: (2, "DependencyViolation")}
    assert world.steps(plan) == {1: ("failed", "dependency")}
    assert world.consumed() == 1
    world.unassign(1, sku=AUDIO)
    again = world.propose(Reprocess(), who=Who("users", ids=(1,)))
    world.apply(again)
    assert world.sources() == {}
    assert world.consumed() == 0


def test_trouble_with_another_group_is_not_this_plans(make_world: Make) -> None:
    """A license that another group cannot give fails its own plan, not that of a group entered later."""
    from licentia.changes.groups import create_group

    world = make_world(crowd(1, ()), seats={E3: 0, VISIO: 5})
    assert world.steps(enter(world, 1)) == {1: ("failed", "no_seats")}
    other = create_group(world.tenant, "Tekenaars", world.actor).group_id
    add = SetGroupLicenses(other, add=((VISIO, ALL_ON),))
    world.apply(world.propose(add, who=Who("members", str(other))))
    plan = world.propose(ChangeMembers(to_group=other), who=Who("users", ids=(1,)))
    world.apply(plan)
    assert world.steps(plan) == {1: ("verified", None)}
    assert by_state(world, VISIO) == {1: (1, None)}


def test_moving_between_groups_is_one_step(make_world: Make, store: Any) -> None:
    """Never a moment without: the user leaves one and enters the other before licenses are looked at."""
    from licentia.changes.groups import create_group

    world = make_world(crowd(2, by_group(E3)), seats={E5: 10})
    other = create_group(world.tenant, "E5-gebruikers", world.actor).group_id
    add = SetGroupLicenses(other, add=((E5, ALL_ON),))
    world.apply(world.propose(add, who=Who("members", str(other))))
    plan = world.propose(ChangeMembers(group(world), other), who=Who("users", ids=(1, 2)))
    shown = preview(world.tenant, plan)
    assert "mailbox_lost" not in {line.rule.key for line in shown.lines}
    world.apply(plan)
    assert world.clocks() == []
    assert {sku for _, sku, _, _ in world.sources()} == {E5}
    assert (world.consumed(), world.consumed(E5)) == (0, 2)
    world.undo(plan)
    assert (world.consumed(), world.consumed(E5)) == (2, 0)


def test_statements_grow_with_chunks_only(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """I-4: twenty times the members, the same statements."""
    from world_store import watched

    counts = []
    for number in (2, 40):
        world = make_world(crowd(number, by_group(E3)), name=f"T{number}")
        intent = SetGroupLicenses(group(world), frozenset({E3}))
        with watched(monkeypatch) as seen:
            plan = world.propose(intent, who=Who("members", str(group(world))))
            world.apply(plan)
        counts.append(seen.count())
    assert counts[0] == counts[1]


def test_unassigning_a_group_license_is_still_refused(make_world: Make) -> None:
    """R-31: it comes from the group, and only the group takes it back."""
    world = make_world(crowd(1, by_group(E3)))
    plan = world.propose(Unassign(E3), 1)
    assert world.steps(plan) == {1: ("refused", "inherited")}


def test_who_is_gone_for_good_while_waiting_is_stale(make_world: Make) -> None:
    """Nobody is there to follow: the step ends, the queue is empty, and the store is sound all the way."""
    world = make_world(crowd(3, ()))
    plan = world.propose(ChangeMembers(to_group=group(world)), who=Who("users", ids=(1, 2, 3)))
    world.start(plan)
    stops = iter([False, True])
    run.run(world.tenant, plan, world.actor, should_stop=lambda: next(stops))
    world.inline(DeleteUser(), 1)
    world.apply(world.propose(DeleteUser(), 2))
    world.apply(world.propose(PurgeUser(), 2))
    world.assert_sound()
    following.follow_all(world.tenant)
    world.assert_sound()
    stale = ("skipped", "stale")
    assert world.steps(plan) == {1: stale, 2: stale, 3: ("verified", None)}
    run.resume(world.tenant, plan, world.actor)
    header = world.run(plan)
    assert (header["state"], header["verified"], header["skipped_late"]) == ("applied_with_errors", 1, 2)


def test_the_journal_says_in_which_error_a_license_was(make_world: Make) -> None:
    """Also where the intent looks at no group: what is taken away is told whole."""
    world = make_world(crowd(1, ()), seats={E3: 0})
    enter(world, 1)
    world.inline(DeleteUser(), 1)
    before, after = world.journal("license.unassign")[-1][2:]
    assert (json.loads(before)["error"], after) == ("CountViolation", None)


def test_the_preview_says_of_a_standing_error_that_the_plan_ends_in_it(make_world: Make) -> None:
    """Nothing changes for the license, and the step fails: both are known before (I-2)."""
    world = make_world([person(1, by_group(E3) + direct(AUDIO))])
    leave(world, 1)
    enter(world, 1)
    plan = world.propose(ChangeMembers(from_group=group(world)), who=Who("users", ids=(1,)))
    shown = preview(world.tenant, plan)
    assert [(line.reason, line.users) for line in shown.reasons] == [(Reason.DEPENDENCY, 1)]
    world.apply(plan)
    assert world.steps(plan) == {1: ("failed", "dependency")}
