"""Plans that start by themselves (R-137): at their moment, in their order, with every check made again."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from licentia import worker
from licentia.changes import advance, approving, operators, propose, record, run, schedule
from licentia.changes.who import Who
from licentia.domain import rulebook
from licentia.domain.instants import DAY, SECOND
from licentia.domain.intents import Assign, Unassign
from licentia.domain.lifecycle import PlanState
from licentia.domain.permissions import Role
from licentia.domain.reasons import BadInput, Refused
from licentia.store import clock
from licentia.store.lists import operators as list_of
from world_store import E3, OWNER, World, crowd, direct, person

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]


def at(world: World, plan: int, after: int, **typed: object) -> int:
    """The moment at which the plan starts: so much later than now."""
    moment = clock.tenant_now(world.tenant) + after
    typed = {"confirm": world.header(plan)["ready"], "over_limit": True} | typed
    assert schedule.schedule(world.tenant, plan, moment, world.actor, **typed) is PlanState.SCHEDULED  # type: ignore[arg-type]
    return moment


def move(world: World, to: int) -> None:
    """The tenant's time is now so."""
    advance.set_clock(world.tenant, to, OWNER)


def refused(world: World, plan: int) -> tuple[str, str, int | None]:
    """(state, code, moment) of a plan that could not start."""
    header = world.header(plan)
    word = list_of.last_word(world.tenant, plan, ("plan.start_refused",))
    assert word is not None
    return header["state"], json.loads(word.after)["code"], header["start_at"]


# ---- starting


def test_a_plan_starts_at_its_moment_and_not_before(make_world: Make) -> None:
    """R-137: a worker starts it at or after the tenant's time has come to it, and nobody else."""
    assert rulebook.load().by_id["R-137"].key == "unattended_start"
    world = make_world(crowd(3))
    plan = world.propose(Unassign(E3))
    moment = at(world, plan, DAY)
    header = world.header(plan)
    assert (header["state"], header["start_at"], bool(header["is_unattended"])) == ("scheduled", moment, True)
    assert worker.work_once() == 0
    move(world, moment - SECOND * 60)
    assert worker.work_once() == 0
    move(world, moment)
    assert world.header(plan)["state"] == "scheduled"
    assert worker.work_once() == 1
    header = world.header(plan)
    assert (header["state"], header["verified"]) == ("applied", 3)
    assert header["started_at"] >= moment
    assert worker.work_once() == 0


def test_it_starts_when_somebody_works_however_late(make_world: Make) -> None:
    """No worker for ten days: the plan starts then, with every check."""
    world = make_world(crowd(2))
    plan = world.propose(Unassign(E3))
    moment = at(world, plan, DAY)
    move(world, moment + 10 * DAY)
    worker.work_once()
    assert world.header(plan)["started_at"] >= moment + 10 * DAY
    assert world.header(plan)["state"] == "applied"


def test_plans_start_in_the_order_of_their_moments_each_after_the_last_has_ended(make_world: Make) -> None:
    """The second needs the seats that the first frees; by number it would have come first."""
    world = make_world([person(1), *[person(n, direct(E3)) for n in (2, 3)]], seats={E3: 2})
    giving = world.propose(Assign(E3), 1)
    taking = world.propose(Unassign(E3), 2, 3)
    at(world, taking, DAY)
    world.plant(  # as if a seat had been free when it was scheduled
        "UPDATE pool SET capacity = 3 WHERE tenant_id = %(tenant)s AND product_id = %(p)s", p=world.product(E3)
    )
    at(world, giving, 2 * DAY)
    world.set_seats(2)
    move(world, clock.tenant_now(world.tenant) + 3 * DAY)
    assert worker.work_once() == 2
    assert [world.header(plan)["state"] for plan in (giving, taking)] == ["applied", "applied"]
    assert world.header(taking)["finished_at"] <= world.header(giving)["started_at"]
    assert world.consumed() == 1


def test_a_moment_that_has_been_is_none(make_world: Make) -> None:
    """Now is too late as well."""
    world = make_world(crowd(1))
    plan = world.propose(Unassign(E3))
    for moment in (clock.tenant_now(world.tenant) - DAY, clock.tenant_now(world.tenant)):
        with pytest.raises(BadInput, match="start_past"):
            schedule.schedule(world.tenant, plan, moment, world.actor)
    assert world.header(plan)["state"] == "draft"


def test_guards_are_asked_when_it_is_scheduled(make_world: Make) -> None:
    """The number is typed by whoever schedules; without it the plan stays a draft."""
    world = make_world(crowd(30))
    plan = world.propose(Unassign(E3))
    moment = clock.tenant_now(world.tenant) + DAY
    with pytest.raises(Refused, match="confirm_needed"):
        schedule.schedule(world.tenant, plan, moment, world.actor)
    with pytest.raises(Refused, match="over_limit"):
        schedule.schedule(world.tenant, plan, moment, world.actor, confirm=30)
    assert world.header(plan)["state"] == "draft"
    assert schedule.schedule(world.tenant, plan, moment, world.actor, confirm=30, over_limit=True) == "scheduled"


def test_a_scheduled_plan_adds_nobody_and_skips_who_changed(make_world: Make) -> None:
    """Who came to hold the product meanwhile is not in it; who was changed ends stale."""
    world = make_world([*crowd(2), person(3)])
    plan = propose.propose(world.tenant, Unassign(E3), Who("everyone", E3), OWNER)
    moment = at(world, plan, DAY)
    world.assign(3)
    world.inline(Unassign(E3), 1)
    move(world, moment)
    worker.work_once()
    assert world.steps(plan) == {1: ("skipped", "stale"), 2: ("verified", None)}
    assert {key[0] for key in world.sources()} == {3}
    assert world.header(plan)["state"] == "applied_with_errors"


def test_a_moment_can_be_taken_back(make_world: Make) -> None:
    """The plan is a draft again and starts at no time; it can be applied or scheduled anew."""
    world = make_world(crowd(2))
    plan = world.propose(Unassign(E3))
    moment = at(world, plan, DAY)
    with pytest.raises(Refused, match="plan_state"):
        world.start(plan)
    schedule.unschedule(world.tenant, plan, OWNER)
    header = world.header(plan)
    assert (header["state"], header["start_at"], bool(header["is_unattended"])) == ("draft", None, False)
    move(world, moment)
    worker.work_once()
    assert world.header(plan)["state"] == "draft"
    at(world, plan, DAY)
    run.discard(world.tenant, plan, OWNER)
    assert world.header(plan)["state"] == "discarded"


def test_scheduling_starting_and_taking_back_are_in_the_journal(make_world: Make) -> None:
    """With what was typed, so that it need not be asked again."""
    world = make_world(crowd(2))
    plan = world.propose(Unassign(E3))
    moment = at(world, plan, DAY, confirm=2, over_limit=False)
    schedule.unschedule(world.tenant, plan, OWNER)
    moment = at(world, plan, DAY, confirm=None, over_limit=True)
    move(world, moment)
    worker.work_once()
    said = [json.loads(row[3]) for row in world.journal("plan.schedule")]
    assert [(one["confirm"], one["over_limit"]) for one in said] == [(2, False), (None, True)]
    assert said[1] == {"state": "scheduled", "start_at": moment, "confirm": None, "over_limit": True}
    assert [row[2:] for row in world.journal("plan.unschedule")] == [("scheduled", "draft")]
    assert [row[2:] for row in world.journal("plan.start")] == [("scheduled", "running")]


# ---- not starting


def test_a_plan_whose_seats_are_gone_does_not_start(make_world: Make) -> None:
    """It is a draft again, says why, and has changed nobody; another that is due starts all the same."""
    world = make_world([*crowd(2, ()), person(3), person(4, direct(E3))], seats={E3: 3})
    plan = world.propose(Assign(E3), 1, 2)
    other = world.propose(Unassign(E3), 4)
    moment = at(world, plan, DAY)
    at(world, other, DAY + SECOND)
    world.assign(3)
    move(world, moment + DAY)
    assert worker.work_once() == 1
    assert refused(world, plan) == ("draft", "no_seats", None)
    assert {key[0] for key in world.sources()} == {3}
    assert world.header(other)["state"] == "applied"
    assert worker.work_once() == 0


def test_a_plan_of_other_rules_does_not_start(make_world: Make) -> None:
    """The rule book changed since: it is made again."""
    world = make_world(crowd(1))
    plan = world.propose(Unassign(E3))
    moment = at(world, plan, DAY)
    world.plant("UPDATE plan SET rules_version = 'other' WHERE tenant_id = %(tenant)s")
    move(world, moment)
    worker.work_once()
    assert refused(world, plan) == ("draft", "plan_outdated", None)


def test_a_limit_that_became_smaller_stops_a_plan_that_did_not_ask(make_world: Make) -> None:
    """Who went above the limit said so; who did not need to has not said so."""
    world = make_world(crowd(30))
    plan = world.propose(Unassign(E3), *range(1, 6))
    moment = at(world, plan, DAY, confirm=None, over_limit=False)
    record.set_tenant(world.tenant, OWNER, {"limit_users": 4})
    move(world, moment)
    worker.work_once()
    assert refused(world, plan)[:2] == ("draft", "over_limit")
    assert len(world.sources()) == 30


def test_approval_that_is_needed_since_then_stops_a_plan(make_world: Make) -> None:
    """The tenant's number became smaller; nobody has approved this plan."""
    world = make_world(crowd(3))
    plan = world.propose(Unassign(E3))
    moment = at(world, plan, DAY)
    record.set_tenant(world.tenant, OWNER, {"approve_above": 2})
    move(world, moment)
    worker.work_once()
    assert refused(world, plan)[:2] == ("draft", "approval_needed")


@pytest.mark.parametrize("end", ["disable", "revoke"])
def test_an_operator_who_may_no_longer_starts_nothing(make_world: Make, end: str) -> None:
    """Disabled, or without the role: what it scheduled does not start."""
    world = make_world(crowd(2))
    operators.add_operator("Anna", "", OWNER)
    operators.grant("Anna", world.tenant, Role.LICENSE, OWNER)
    plan = world.propose(Unassign(E3))
    world.actor = operators.actor_for("Anna", world.tenant)
    moment = at(world, plan, DAY)
    if end == "disable":
        operators.disable_operator("Anna", OWNER)
    else:
        operators.grant("Anna", world.tenant, Role.BILLING, OWNER)
        operators.revoke("Anna", world.tenant, Role.LICENSE, OWNER)
    move(world, moment)
    worker.work_once()
    assert refused(world, plan)[:2] == ("draft", "scheduler_not_permitted")
    assert len(world.sources()) == 2


def test_an_approved_plan_that_did_not_start_is_still_approved(make_world: Make) -> None:
    """The plan is as it was when it was approved."""
    world = make_world(crowd(2, ()), seats={E3: 2})
    record.set_tenant(world.tenant, OWNER, {"approve_above": 1})
    plan = world.propose(Assign(E3), 1, 2)
    world.start(plan)
    operators.add_operator("Berend", "", OWNER)
    operators.grant("Berend", world.tenant, Role.LICENSE, OWNER)
    approving.approve(world.tenant, plan, operators.actor_for("Berend", world.tenant))
    moment = at(world, plan, DAY)
    world.set_seats(1)
    move(world, moment)
    worker.work_once()
    assert refused(world, plan)[1] == "no_seats"
    world.set_seats(2)
    assert world.apply(plan)["state"] == "applied"
