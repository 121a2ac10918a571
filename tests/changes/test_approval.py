"""A second person's approval (R-136): who must ask, who may answer, and what an answer is worth."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from licentia.changes import advance, approving, handing, keeping, record, run, schedule
from licentia.domain import rulebook
from licentia.domain.instants import DAY
from licentia.domain.intents import Assign, Unassign, Undo
from licentia.domain.lifecycle import PlanState
from licentia.domain.permissions import ROLE_CAPABILITIES, Actor, ActorKind, Capability, Role, local_shell
from licentia.domain.reasons import BadInput, NotPermitted, Refused
from licentia.store import clock
from licentia.store.lists import operators as list_of
from world_store import E3, OWNER, World, crowd, person

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]


def operator(world: World, name: str, role: Role = Role.LICENSE) -> Actor:
    """Somebody with a role in the tenant."""
    return Actor(ActorKind.OPERATOR, f"id of {name}", name, world.tenant, ROLE_CAPABILITIES[role])


def strict(world: World, above: int | None = 1) -> None:
    """Plans for more users than this need approval."""
    record.set_tenant(world.tenant, OWNER, {"approve_above": above})


def start(world: World, plan: int, actor: Actor) -> PlanState:
    """The plan's state after this actor asked to apply it."""
    return run.apply(world.tenant, plan, actor, confirm=world.header(plan)["ready"], over_limit=True)


def asked(make_world: Make, count: int = 3) -> tuple[World, int, Actor, Actor]:
    """A world with a plan of Anna's that waits for approval; Berend may approve."""
    world = make_world(crowd(count))
    strict(world)
    anna, berend = operator(world, "Anna"), operator(world, "Berend")
    world.actor = anna
    plan = world.propose(Unassign(E3))
    assert start(world, plan, anna) is PlanState.AWAITING_APPROVAL
    return world, plan, anna, berend


def test_a_large_plan_is_applied_after_somebody_else_approved_it(make_world: Make) -> None:
    """R-136: its maker may apply it then; before, nobody's licenses change."""
    assert rulebook.load().by_id["R-136"].key == "second_approver"
    world, plan, anna, berend = asked(make_world)
    assert world.run(plan)["state"] == "awaiting_approval"
    assert len(world.sources()) == 3
    approving.approve(world.tenant, plan, berend)
    header = world.header(plan)
    assert (header["state"], header["approved_by"]) == ("draft", "Berend")
    assert start(world, plan, anna) is PlanState.RUNNING
    assert world.run(plan)["verified"] == 3
    assert world.sources() == {}


@pytest.mark.parametrize(
    ("above", "users", "state"),
    [(None, 3, "running"), (3, 3, "running"), (2, 3, "awaiting_approval"), (1, 1, "running")],
)
def test_above_the_tenants_number_and_only_there(make_world: Make, above: int | None, users: int, state: str) -> None:
    """Off, at the number, above it: the plan counts the users whom it changes."""
    world = make_world([*crowd(users), person(90)])
    strict(world, above)
    plan = world.propose(Unassign(E3), *range(1, users + 2))
    assert start(world, plan, OWNER) == state


def test_nobody_approves_a_plan_of_ones_own(make_world: Make) -> None:
    """Not even a Global Administrator; the shell of the machine is somebody of its own."""
    world, plan, anna, _ = asked(make_world)
    everything = replace(anna, capabilities=frozenset(Capability))
    with pytest.raises(NotPermitted, match="own_plan"):
        approving.approve(world.tenant, plan, everything)
    assert world.header(plan)["state"] == "awaiting_approval"
    approving.approve(world.tenant, plan, local_shell("Anna"))
    assert world.header(plan)["approved_by"] == "Anna"


def test_two_people_at_one_machine_are_two(make_world: Make) -> None:
    """The shell bears the name of the system's user."""
    world = make_world(crowd(3))
    strict(world)
    plan = world.propose(Unassign(E3))
    start(world, plan, OWNER)
    with pytest.raises(NotPermitted, match="own_plan"):
        approving.approve(world.tenant, plan, OWNER)
    approving.approve(world.tenant, plan, local_shell("somebody else"))


@pytest.mark.parametrize(
    ("role", "may"), [(Role.USER, True), (Role.GLOBAL, True), (Role.BILLING, False), (Role.GLOBAL_READER, False)]
)
def test_who_approves_could_do_it(make_world: Make, role: Role, may: bool) -> None:
    """The right to approve, and the right to what the plan does."""
    world, plan, _, _ = asked(make_world)
    other = operator(world, "Carla", role)
    if may:
        approving.approve(world.tenant, plan, other)
        return
    with pytest.raises(NotPermitted, match="approve_plans"):
        approving.approve(world.tenant, plan, other)
    with pytest.raises(NotPermitted, match="approve_plans"):
        approving.reject(world.tenant, plan, "no", other)


def test_who_approves_what_it_could_not_do_is_turned_away(make_world: Make) -> None:
    """The right to approve alone is not enough."""
    world, plan, _, berend = asked(make_world)
    only = replace(berend, capabilities=frozenset({Capability.READ, Capability.APPROVE_PLANS}))
    with pytest.raises(NotPermitted, match="assign_licenses"):
        approving.approve(world.tenant, plan, only)


def test_a_rejected_plan_is_a_draft_that_says_why(make_world: Make) -> None:
    """Who, when, why; it must be asked for again, and can be approved then."""
    world, plan, anna, berend = asked(make_world)
    approving.reject(world.tenant, plan, " The drivers\nstay until March ", berend)
    word = list_of.last_word(world.tenant, plan, ("plan.approve", "plan.reject"))
    assert word is not None
    assert (word.kind, word.actor_name) == ("plan.reject", "Berend")
    assert json.loads(word.after) == {"state": "draft", "why": "The drivers stay until March"}
    assert world.header(plan)["state"] == "draft"
    assert start(world, plan, anna) is PlanState.AWAITING_APPROVAL
    approving.approve(world.tenant, plan, berend)
    assert start(world, plan, anna) is PlanState.RUNNING


def test_a_rejection_has_a_reason(make_world: Make) -> None:
    """Nothing but blanks is none."""
    world, plan, _, berend = asked(make_world)
    with pytest.raises(BadInput, match="no_why"):
        approving.reject(world.tenant, plan, " \n ", berend)
    assert world.header(plan)["state"] == "awaiting_approval"


def test_asking_approving_and_rejecting_are_in_the_journal(make_world: Make) -> None:
    """Each with the states before and after."""
    world, plan, anna, berend = asked(make_world)
    approving.reject(world.tenant, plan, "no", berend)
    start(world, plan, anna)
    approving.approve(world.tenant, plan, berend)
    assert [row[1:] for row in world.journal("plan.ask")] == [(plan, "draft", "awaiting_approval")] * 2
    assert [row[1:3] for row in world.journal("plan.reject")] == [(plan, "awaiting_approval")]
    assert [row[1:] for row in world.journal("plan.approve")] == [(plan, "awaiting_approval", "draft")]


def test_guards_come_before_asking(make_world: Make) -> None:
    """A plan that could not be applied anyway troubles nobody."""
    world = make_world(crowd(30))
    strict(world)
    plan = world.propose(Unassign(E3))
    with pytest.raises(Refused, match="confirm_needed"):
        run.apply(world.tenant, plan, world.actor)
    assert world.header(plan)["state"] == "draft"


def test_guards_are_asked_again_after_approval(make_world: Make) -> None:
    """An approval is no typed number."""
    world = make_world(crowd(30))
    strict(world)
    plan = world.propose(Unassign(E3))
    start(world, plan, OWNER)
    approving.approve(world.tenant, plan, operator(world, "Berend"))
    with pytest.raises(Refused, match="confirm_needed"):
        run.apply(world.tenant, plan, OWNER)
    assert start(world, plan, OWNER) is PlanState.RUNNING


def test_a_plan_made_again_needs_its_own_approval(make_world: Make) -> None:
    """Approval is for the plan as it is; so it is for an undo."""
    world, plan, anna, berend = asked(make_world)
    approving.approve(world.tenant, plan, berend)
    again = world.propose(Unassign(E3))
    assert start(world, again, anna) is PlanState.AWAITING_APPROVAL
    start(world, plan, anna)
    world.run(plan)
    undoing = world.propose(Undo(plan))
    assert start(world, undoing, anna) is PlanState.AWAITING_APPROVAL
    assert world.sources() == {}


def test_only_a_plan_that_waits_is_answered(make_world: Make) -> None:
    """A draft is not approved beforehand, nor one that runs."""
    world = make_world(crowd(3))
    berend = operator(world, "Berend")
    plan = world.propose(Unassign(E3))
    for _ in ("draft", "running"):
        with pytest.raises(Refused, match="plan_state"):
            approving.approve(world.tenant, plan, berend)
        with pytest.raises(Refused, match="plan_state"):
            approving.reject(world.tenant, plan, "no", berend)
        if world.header(plan)["state"] == "draft":
            start(world, plan, OWNER)
    assert world.header(plan)["state"] == "running"


def test_a_plan_that_waits_is_not_applied_but_can_be_discarded(make_world: Make) -> None:
    """Applying, scheduling and handing it over wait for the answer."""
    world, plan, anna, _ = asked(make_world)
    with pytest.raises(Refused, match="plan_state"):
        start(world, plan, anna)
    with pytest.raises(Refused, match="plan_state"):
        schedule.schedule(world.tenant, plan, clock.tenant_now(world.tenant) + DAY, anna, confirm=3, over_limit=True)
    run.discard(world.tenant, plan, anna)
    assert world.header(plan)["state"] == "discarded"


def test_a_plan_that_waits_too_long_expires(make_world: Make) -> None:
    """R-138: 30 days after it was made, answered or not."""
    world, plan, _, berend = asked(make_world)
    advance.set_clock(world.tenant, world.header(plan)["created_at"] + 30 * DAY, OWNER)
    with pytest.raises(Refused, match="plan_state"):
        approving.approve(world.tenant, plan, berend)
    assert world.header(plan)["state"] == "expired"
    assert keeping.expire(world.tenant) == 0


def test_scheduling_and_handing_over_ask_too(make_world: Make, make_copy: Make) -> None:
    """There is no way around a second person."""
    world = make_world(crowd(3))
    strict(world)
    plan = world.propose(Unassign(E3))
    at = clock.tenant_now(world.tenant) + DAY
    assert schedule.schedule(world.tenant, plan, at, OWNER) is PlanState.AWAITING_APPROVAL
    approving.approve(world.tenant, plan, operator(world, "Berend"))
    assert schedule.schedule(world.tenant, plan, at, OWNER) is PlanState.SCHEDULED
    copy = make_copy(crowd(3))
    strict(copy)
    plan = copy.propose(Unassign(E3))
    assert handing.hand_over(copy.tenant, plan, OWNER) is PlanState.AWAITING_APPROVAL
    approving.approve(copy.tenant, plan, operator(copy, "Berend"))
    assert handing.hand_over(copy.tenant, plan, OWNER) is PlanState.HANDED_OVER


def test_a_change_of_one_user_never_waits(make_world: Make) -> None:
    """The least number is one user: what is done at once is seen by who does it."""
    world = make_world(crowd(2))
    strict(world, 1)
    assert world.inline(Assign(E3), 1).plan_id is None  # is so already
    assert world.inline(Unassign(E3), 1).plan_id is not None
