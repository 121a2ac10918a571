"""Undoing: what a plan changed is put back where it stands as it was left; the rest is named and goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from licentia.changes import advance, record, run
from licentia.changes import who as who_of
from licentia.domain.instants import DAY
from licentia.domain.intents import Assign, Unassign, Undo
from licentia.domain.reasons import BadInput, Refused
from world_store import E3, FLOW, SWAY_PLAN, World, crowd, direct, person

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
VERIFIED = ("verified", None)
CHANGED = ("refused", "changed_since")


def state(world: World) -> tuple[object, ...]:
    """Licenses, seats and clocks."""
    return world.sources(), world.pools(), world.clocks()


def subjects(world: World, plan: int) -> dict[int, str]:
    """By user, what the verdict is about."""
    return {row[1]: row[6] for row in world.judged(plan)}


def rules(world: World, plan: int) -> str:
    """The stored consequences of all classes."""
    return "".join(row[7] for row in world.judged(plan))


def test_a_whole_plan_is_undone(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Licenses with their plans, seats and clocks are as at first; the plan counts its users as undone."""
    monkeypatch.setattr(who_of, "CHUNK", 4)
    world = make_world([*crowd(6), *(person(n, direct(E3, off=frozenset({SWAY_PLAN}))) for n in range(7, 11))])
    before = state(world)
    plan = world.unassign()
    undoing = world.undo(plan)
    assert state(world) == before
    assert world.header(plan)["undone"] == 10
    assert world.header(undoing)["undo_of"] == plan
    assert "mailbox_returns" in rules(world, undoing)


def test_one_user_of_a_plan_is_undone(make_world: Make) -> None:
    """Only that user's license is back; the others can be undone later, that one is there already."""
    world = make_world(crowd(3))
    plan = world.unassign()
    one = world.undo(plan, 2)
    assert world.steps(one) == {2: VERIFIED}
    assert (set(world.sources()), world.header(plan)["undone"]) == ({(2, E3, 1, 0)}, 1)
    rest = world.undo(plan)
    assert world.steps(rest) == {1: VERIFIED, 2: ("skipped", "already"), 3: VERIFIED}
    assert world.header(plan)["undone"] == 3


def test_an_undo_is_undone(make_world: Make) -> None:
    """The license goes again, and the first plan has nobody undone; that can be undone again."""
    world = make_world(crowd(2))
    plan = world.unassign()
    undoing = world.undo(plan)
    again = world.undo(undoing)
    assert world.sources() == {}
    assert [world.header(p)["undone"] for p in (plan, undoing, again)] == [0, 2, 0]
    world.undo(again)
    assert len(world.sources()) == 2
    assert [world.header(p)["undone"] for p in (plan, undoing, again)] == [2, 0, 2]


def test_what_changed_since_is_refused_and_names_the_later_plan(make_world: Make) -> None:
    """The other users of the plan go on."""
    world = make_world(crowd(3))
    plan = world.unassign()
    later = world.propose(Assign(E3, frozenset({SWAY_PLAN})), 2)
    world.apply(later)
    undoing = world.undo(plan)
    assert world.steps(undoing) == {1: VERIFIED, 2: CHANGED, 3: VERIFIED}
    assert subjects(world, undoing)[2] == str(later)
    assert world.sources()[2, E3, 1, 0] == (1, SWAY_PLAN)
    assert world.header(plan)["undone"] == 2


def test_an_inline_change_is_named_too(make_world: Make) -> None:
    """The later plan may be one user's."""
    world = make_world(crowd(1))
    plan = world.unassign()
    later = world.inline(Assign(E3, frozenset({SWAY_PLAN})), 1)
    undoing = world.propose(Undo(plan))
    assert (world.steps(undoing), subjects(world, undoing)) == ({1: CHANGED}, {1: str(later.plan_id)})


def test_an_assignment_is_undone(make_world: Make) -> None:
    """The license that was given goes; what was there before with other plans comes back."""
    world = make_world([person(1), person(2, direct(E3))])
    before = world.sources(), world.pools()
    plan = world.propose(Assign(E3, frozenset({SWAY_PLAN})), 1, 2)
    world.apply(plan)
    undoing = world.undo(plan)
    assert world.steps(undoing) == {1: VERIFIED, 2: VERIFIED}
    assert (world.sources(), world.pools()) == before


def test_a_later_change_of_another_product_does_not_hinder(make_world: Make) -> None:
    """Each source is looked at by itself."""
    world = make_world([person(1, direct(E3, FLOW))])
    plan = world.unassign(1)
    world.unassign(1, sku=FLOW)
    world.undo(plan)
    assert set(world.sources()) == {(1, E3, 1, 0)}


def test_an_undo_after_the_mailbox_is_gone_says_so(make_world: Make) -> None:
    """After 31 days the license comes back and the mailbox is new and empty."""
    world = make_world(crowd(2))
    plan = world.unassign()
    advance.set_clock(world.tenant, world.header(plan)["finished_at"] + 31 * DAY, world.actor)
    undoing = world.undo(plan)
    assert "mailbox_new_empty" in rules(world, undoing)
    assert "mailbox_returns" not in rules(world, undoing)
    assert set(world.steps(undoing).values()) == {VERIFIED}
    assert world.clocks() == []


def test_an_undo_without_seats_is_refused(make_world: Make) -> None:
    """Somebody else took them: the plan waits as a draft until there are seats."""
    world = make_world([*crowd(2), person(3)], seats={E3: 2})
    plan = world.unassign(1, 2)
    world.assign(3)
    undoing = world.propose(Undo(plan))
    with pytest.raises(Refused, match="no_seats"):
        world.start(undoing)
    world.set_seats(3)
    assert world.apply(undoing)["state"] == "applied"
    assert world.consumed() == 3


def test_who_has_no_usage_location_any_more_is_refused(make_world: Make) -> None:
    """The others go on."""
    world = make_world([person(1, direct(E3)), person(2, direct(E3), usage_location="")])
    undoing = world.undo(world.unassign())
    assert world.steps(undoing) == {1: VERIFIED, 2: ("refused", "location_missing")}


def test_the_never_list_keeps_an_undo_from_taking(make_world: Make) -> None:
    """Giving back goes, taking away does not."""
    world = make_world([person(1), person(2, direct(E3))])
    given, taken = world.assign(1), world.unassign(2)
    for user in (1, 2):
        record.add_never(world.tenant, "user", user, "Emergency access", world.actor)
    assert world.steps(world.undo(given)) == {1: ("refused", "never")}
    assert world.steps(world.undo(taken)) == {2: VERIFIED}


def test_only_what_was_verified_is_undone(make_world: Make) -> None:
    """Users whose step was skipped or refused are no part of it."""
    world = make_world([person(1, direct(E3)), person(2)])
    plan = world.propose(Unassign(E3), 1, 2)
    world.apply(plan)
    assert world.steps(world.propose(Undo(plan))) == {1: ("pending", None)}


def test_a_plan_that_changed_nobody_cannot_be_undone(make_world: Make) -> None:
    """A draft has changed nobody, and another tenant's plan is none of ours."""
    world = make_world(crowd(1))
    draft = world.propose(Unassign(E3))
    for number, code in ((draft, "nothing_to_undo"), (draft + 1, "unknown_plan_number")):
        with pytest.raises(BadInput, match=code):
            world.propose(Undo(number))
    with pytest.raises(BadInput, match="nothing_to_undo"):
        world.propose(Undo(draft, 1))


def test_an_undo_that_was_overtaken_skips(make_world: Make) -> None:
    """Between its proposal and its apply somebody gave the license back by hand."""
    world = make_world(crowd(2))
    undoing = world.propose(Undo(world.unassign()))
    world.inline(Assign(E3), 1)
    world.apply(undoing)
    assert world.steps(undoing) == {1: ("skipped", "stale"), 2: VERIFIED}
    assert world.consumed() == 2


def test_a_half_applied_plan_is_undone_as_far_as_it_went(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paused after its first chunk: those users come back, the rest was never touched."""
    monkeypatch.setattr(who_of, "CHUNK", 2)
    world = make_world(crowd(6))
    plan = world.propose(Unassign(E3))
    world.start(plan)
    stops = iter([False, True, True])
    run.run(world.tenant, plan, world.actor, should_stop=lambda: next(stops))
    undoing = world.undo(plan)
    assert world.steps(undoing) == {1: VERIFIED, 2: VERIFIED}
    assert len(world.sources()) == 6
