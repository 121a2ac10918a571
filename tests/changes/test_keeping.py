"""Old drafts expire (R-138), lists are thrown away (R-139), plans are carried out elsewhere; leases of the dead."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from licentia import worker
from licentia.changes import advance, handing, keeping, run, schedule
from licentia.changes import who as who_of
from licentia.domain import rulebook
from licentia.domain.instants import DAY, SECOND
from licentia.domain.intents import Assign, Unassign
from licentia.domain.lifecycle import PlanState
from licentia.domain.reasons import Refused
from licentia.store import clock, owners
from licentia.store.lists import agenda, check
from licentia.store.lists import keeping as kept_list
from world_store import E3, E5, OWNER, World, by_group, crowd, direct, person

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


# ---- expiring


def test_a_draft_expires_after_30_days(make_world: Make) -> None:
    """R-138: at that instant by the tenant's time, once; a scheduled plan has a moment of its own and does not."""
    rule = rulebook.load().by_id["R-138"]
    assert (rule.key, rule.days) == ("draft_expires", 30)
    world = make_world(crowd(2))
    plan = world.propose(Unassign(E3), 1)
    later = world.propose(Unassign(E3), 2)
    moment = at(world, later, 40 * DAY)
    made = world.header(plan)["created_at"]
    move(world, made + 30 * DAY - SECOND * 60)
    assert worker.work_once() == 0
    assert world.header(plan)["state"] == "draft"
    move(world, made + 30 * DAY)
    assert worker.work_once() == 1
    assert (world.header(plan)["state"], world.header(plan)["finished_at"]) == ("expired", made + 30 * DAY)
    assert world.journal("plan.expire") == [(made + 30 * DAY, plan, "draft", "expired")]
    move(world, moment)
    worker.work_once()
    assert world.header(later)["state"] == "applied"


def test_an_old_draft_is_not_applied_though_no_worker_looked(make_world: Make) -> None:
    """Every door that would use it lets it expire first."""
    world = make_world(crowd(1))
    plan = world.propose(Unassign(E3))
    move(world, world.header(plan)["created_at"] + 31 * DAY)
    with pytest.raises(Refused) as refused_:
        world.start(plan)
    assert refused_.value.details["state"] == "expired"
    assert len(world.sources()) == 1


def test_many_drafts_expire_in_batches_and_a_plan_half_made_too(
    make_world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with its own instant in the journal."""
    monkeypatch.setattr(keeping, "BATCH", 2)
    world = make_world(crowd(5))
    plans = [world.propose(Unassign(E3), n) for n in range(1, 6)]
    world.plant("UPDATE plan SET is_complete = false WHERE tenant_id = %(tenant)s AND id = %(p)s", p=plans[0])
    move(world, clock.tenant_now(world.tenant) + 31 * DAY)
    assert keeping.expire(world.tenant) == 5
    moments = {row[1]: row[0] for row in world.journal("plan.expire")}
    assert moments == {plan: world.header(plan)["created_at"] + 30 * DAY for plan in plans}


# ---- lists that go


def test_a_plans_list_goes_30_days_after_its_last_use(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-139: after the last moment at which a user can be put back; header, totals, classes and journal stay."""
    rule = rulebook.load().by_id["R-139"]
    assert (rule.key, rule.days) == ("plan_list_gone", 30)
    monkeypatch.setattr(who_of, "CHUNK", 2)
    world = make_world(crowd(5))
    plan = world.unassign(*range(1, 6))
    header = world.header(plan)
    last = world.rows("SELECT max(undo_until) FROM plan_step WHERE tenant_id = %(tenant)s")[0][0]
    assert header["undo_until"] < last  # the header has the first, and each chunk an instant of its own
    move(world, last + 30 * DAY - SECOND * 60)
    worker.work_once()
    assert (len(world.steps(plan)), kept_list.has_list(world.tenant, plan)) == (5, True)
    move(world, last + 30 * DAY)
    worker.work_once()
    assert (world.steps(plan), kept_list.has_list(world.tenant, plan)) == ({}, False)
    assert world.header(plan) == header
    assert len(world.journal("license.unassign")) == 5
    assert check.problems(world.tenant) == []


def test_undo_works_without_the_list(make_world: Make) -> None:
    """It reads the journal."""
    world = make_world(crowd(3))
    plan = world.unassign(1, 2, 3)
    move(world, clock.tenant_now(world.tenant) + 61 * DAY)
    worker.work_once()
    assert world.steps(plan) == {}
    undoing = world.undo(plan)
    assert world.header(undoing)["verified"] == 3
    assert world.header(plan)["undone"] == 3


def test_a_plan_that_loses_nothing_keeps_its_list_30_days(make_world: Make) -> None:
    """Nothing runs out, so its end counts; discarded and expired plans go the same way, waiting ones stay."""
    world = make_world(crowd(3, by_group(E3)))
    given = world.assign(1)
    discarded = world.propose(Assign(E3), 2)
    run.discard(world.tenant, discarded, OWNER)
    assert world.header(discarded)["finished_at"] is not None
    old = world.propose(Assign(E3), 3)
    move(world, clock.tenant_now(world.tenant) + 29 * DAY)
    waiting = world.propose(Assign(E3), 3)
    worker.work_once()
    assert [len(world.steps(plan)) for plan in (given, discarded, old, waiting)] == [1, 1, 1, 1]
    move(world, clock.tenant_now(world.tenant) + 2 * DAY)
    worker.work_once()
    assert [len(world.steps(plan)) for plan in (given, discarded, old, waiting)] == [0, 0, 1, 1]
    assert world.header(old)["state"] == "expired"
    move(world, clock.tenant_now(world.tenant) + 30 * DAY)
    worker.work_once()
    assert [len(world.steps(plan)) for plan in (old, waiting)] == [0, 1]


def test_a_list_half_thrown_away_is_sound_and_goes_on(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between two chunks: `store check` finds nothing, and the rest goes at the next look."""
    monkeypatch.setattr(who_of, "CHUNK", 2)
    world = make_world(crowd(5))
    plan = world.unassign(*range(1, 6))
    move(world, clock.tenant_now(world.tenant) + 61 * DAY)
    keeping._drop_chunk(world.tenant, plan)
    assert len(world.steps(plan)) == 3
    assert check.problems(world.tenant) == []
    worker.work_once()
    assert world.steps(plan) == {}


def test_a_plan_that_is_paused_keeps_its_list_and_the_worker_its_peace(make_world: Make) -> None:
    """It can go on; nothing is due until it could have ended."""
    world = make_world(crowd(2))
    plan = world.propose(Unassign(E3))
    world.start(plan)
    run.pause(world.tenant, plan, OWNER)
    move(world, clock.tenant_now(world.tenant) + 90 * DAY)
    worker.work_once()
    assert len(world.steps(plan)) == 2
    assert not agenda.is_due(world.tenant, keeping.AGENDA)


# ---- carried out elsewhere


def test_a_plan_carried_out_elsewhere_is_verified_by_a_later_import(make_copy: Make) -> None:
    """Nothing changes here; the file says who is as planned."""
    from licentia.changes import refresh
    from world_store import user_file

    world = make_copy(crowd(3))
    plan = world.propose(Unassign(E3), 1, 2, 3)
    assert handing.hand_over(world.tenant, plan, OWNER) is PlanState.HANDED_OVER
    assert len(world.sources()) == 3
    assert kept_list.as_planned(world.tenant, plan) == (0, 3)
    file = user_file([person(1), person(2, direct(E3)), person(3, direct(E5))])
    refresh.refresh("Copy", file, OWNER)
    assert kept_list.as_planned(world.tenant, plan) == (2, 3)
    with pytest.raises(Refused, match="plan_state"):
        world.start(plan)


def test_service_plans_count_for_as_planned(make_world: Make) -> None:
    """A license with other apps than planned is not as planned."""
    world = make_world(crowd(2, ()))
    plan = world.propose(Assign(E3, frozenset()), 1, 2)
    assert kept_list.as_planned(world.tenant, plan) == (0, 2)
    world.inline(Assign(E3, frozenset()), 1)
    world.inline(Assign(E3, frozenset({"a23b959c-7ce8-4e57-9140-b90eb88a9e97"})), 2)
    assert kept_list.as_planned(world.tenant, plan) == (1, 2)


def test_only_a_copys_plan_is_carried_out_elsewhere(make_world: Make) -> None:
    """In a local tenant it is applied."""
    world = make_world(crowd(1))
    plan = world.propose(Unassign(E3))
    with pytest.raises(Refused, match="not_for_hand_over"):
        handing.hand_over(world.tenant, plan, OWNER)


# ---- leases of the dead


def leased_by(world: World, plan: int, owner: str) -> None:
    """The plan's chunk is leased for an hour by this process."""
    until = clock.machine_now() + 3_600 * SECOND
    world.plant(
        "UPDATE plan_chunk SET state = 'leased', owner = %(o)s, lease_until = %(u)s WHERE tenant_id = %(tenant)s "
        "AND plan_id = %(plan)s",
        o=owner,
        u=until,
        plan=plan,
    )


def owner_of_the_dead() -> str:
    """The name of a process that has ended."""
    code = "from licentia.store.owners import new_owner; print(new_owner())"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


def test_a_chunk_of_a_process_that_died_here_is_taken_at_once(make_world: Make) -> None:
    """After a kill nobody waits for the lease: neither `plans resume` nor a worker."""
    world = make_world(crowd(3))
    plans = [world.propose(Unassign(E3), 1), world.propose(Unassign(E3), 2)]
    for plan in plans:
        world.start(plan)
        leased_by(world, plan, owner_of_the_dead())
    assert agenda.running_plans(world.tenant) == plans
    assert world.run(plans[0])["state"] == "applied"
    assert worker.work_once() == 1
    assert world.header(plans[1])["state"] == "applied"


@pytest.mark.parametrize("whose", ["mine", "elsewhere", "old form", "before the last start"])
def test_a_chunk_of_anybody_else_is_left_until_its_lease_runs_out(make_world: Make, whose: str) -> None:
    """A living process, another machine, or one of which nobody can tell."""
    world = make_world(crowd(2))
    plan = world.propose(Unassign(E3))
    world.start(plan)
    mine = owners.new_owner()
    host, boot, pid, began, chance = mine.split("/")
    leased_by(
        world,
        plan,
        {
            "mine": mine,
            "elsewhere": "/".join(("elsewhere", boot, pid, "1", chance)),
            "old form": "somewhere-4711-abcdef01",
            "before the last start": "/".join((host, "0123456789ab.1", pid, began, chance)),
        }[whose],
    )
    assert agenda.running_plans(world.tenant) == []
    assert world.run(plan)["state"] == "running"
    assert len(world.sources()) == 2


def test_a_process_number_used_again_is_another_process() -> None:
    """The moment at which it began tells them apart."""
    host, boot, pid, began, chance = owners.new_owner().split("/")
    assert not owners.is_gone("/".join((host, boot, pid, began, chance)))
    assert owners.is_gone("/".join((host, boot, pid, str(int(began) - 1), chance)))
