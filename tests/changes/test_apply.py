"""Applying plans on a real store: what ends how, what pauses a plan, and what its life allows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from licentia.changes import advance, handing, keeping, propose, record, run, schedule
from licentia.changes import who as who_of
from licentia.changes.who import Who
from licentia.domain.facts import SourceKind
from licentia.domain.instants import DAY, SECOND
from licentia.domain.intents import Assign, Unassign, Undo
from licentia.domain.lifecycle import PLAN_LIFE, PlanEvent, PlanState
from licentia.domain.permissions import ROLE_CAPABILITIES, Actor, ActorKind, Role
from licentia.domain.reasons import BadInput, NotPermitted, Outcome, Reason, Refused
from licentia.store import clock
from licentia.store.lists import agenda, check
from world_store import AUDIO, E3, E5, FLOW, SWAY_PLAN, World, by_group, crowd, direct, person, unknown

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
VERIFIED = ("verified", None)
STALE = ("skipped", "stale")
LOST = ("failed", "not_applied")


def lose(world: World, table: str, event: str, column: str, value: int) -> None:
    """From now on the database loses this write without a word: a planted fault."""
    row = "OLD" if event == "DELETE" else "NEW"
    here = f"{row}.tenant_id = {world.tenant} AND {row}.{column} = {value}"
    name = f"lose_{event}_{value}"
    if world.store.vendor == "sqlite":
        world.plant(f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {here} BEGIN SELECT RAISE(IGNORE); END")
        return
    world.plant(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    world.plant(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN ({here}) EXECUTE FUNCTION {name}()")


def heal(world: World, table: str, event: str, value: int) -> None:
    """The planted fault is gone."""
    where = "" if world.store.vendor == "sqlite" else f" ON {table}"
    world.plant(f"DROP TRIGGER lose_{event}_{value}{where}")


# ---- what an apply does


def test_a_plan_takes_every_direct_license_back(make_world: Make) -> None:
    """Each step is verified, the seats are free, each user's clocks run and the journal says so."""
    world = make_world(crowd(30))
    plan = world.propose(Unassign(E3))
    header = world.apply(plan)
    assert (header["state"], header["verified"], header["seats_freed"]) == ("applied", 30, 30)
    assert set(world.steps(plan).values()) == {VERIFIED}
    assert world.sources() == {}
    assert world.consumed() == 0
    assert len(world.journal("license.unassign")) == 30
    assert {kind for _, kind, _ in world.clocks()} == {"mailbox_purge", "drive_readonly", "drive_archive"}
    assert header["undo_until"] == header["finished_at"] + 30 * DAY


def test_a_proposal_changes_nothing_but_itself(make_world: Make) -> None:
    """Sources, pools and clocks are as before; a discarded draft leaves them so."""
    world = make_world(crowd(5))
    before = world.sources(), world.pools(), world.clocks()
    plan = world.propose(Unassign(E3))
    run.discard(world.tenant, plan, world.actor)
    assert (world.sources(), world.pools(), world.clocks()) == before
    assert world.header(plan)["state"] == "discarded"


def test_each_user_has_its_own_reason(make_world: Make) -> None:
    """Direct is taken; by group, by unknown path and not held are named, and touched by nothing."""
    world = make_world(
        [person(1, direct(E3)), person(2, by_group(E3)), person(3, unknown(E3)), person(4), person(5, direct(AUDIO))]
    )
    plan = world.propose(Unassign(E3), *range(1, 6))
    world.apply(plan)
    assert world.steps(plan) == {
        1: VERIFIED,
        2: ("refused", "inherited"),
        3: ("choice", "unknown_path"),
        4: ("skipped", "not_held"),
        5: ("skipped", "not_held"),
    }
    assert {key[:3] for key in world.sources()} == {(2, E3, 2), (3, E3, 4), (5, AUDIO, 1)}
    assert world.header(plan)["state"] == "applied"


def test_removing_one_of_two_paths_frees_no_seat(make_world: Make) -> None:
    """The group still gives the product: an assignment went, the seat stayed, and no clock started."""
    world = make_world([person(1, direct(E3) + by_group(E3))])
    header = world.header(world.unassign(1))
    assert (header["verified"], header["seats_freed"], world.consumed()) == (1, 0, 1)
    assert world.clocks() == []


def test_an_assignment_sets_exactly_the_stated_plans(make_world: Make) -> None:
    """Switched-off plans are those of the intent; KEEP leaves those of a direct license alone."""
    world = make_world([person(1), person(2, direct(E3))])
    world.apply(world.propose(Assign(E3, frozenset({SWAY_PLAN})), 1, 2))
    assert set(world.sources().values()) == {(1, SWAY_PLAN)}
    again = world.propose(Assign(E3), 1, 2)
    assert set(world.steps(again).values()) == {("skipped", "already")}
    assert world.consumed() == 2


def test_a_product_the_tenant_does_not_know_is_refused(make_world: Make) -> None:
    """No plan is made of it."""
    world = make_world(crowd(1))
    with pytest.raises(BadInput) as refused:
        world.propose(Unassign(E5), 1)
    assert refused.value.code == "product_not_owned"
    assert world.rows("SELECT id FROM plan WHERE tenant_id = %(tenant)s") == []


@pytest.mark.parametrize("text", ["displayName eq", "shoeSize eq 'x'"])
def test_a_selection_that_means_nothing_leaves_no_plan(make_world: Make, text: str) -> None:
    """It is refused before anything is written."""
    world = make_world(crowd(1))
    with pytest.raises(Exception, match=r"unexpected_token|unknown_property"):
        world.propose(Unassign(E3), who=Who("filter", text))
    with pytest.raises(BadInput, match="unknown_plan_number"):
        world.propose(Undo(77))
    assert world.rows("SELECT id FROM plan WHERE tenant_id = %(tenant)s") == []


def test_a_plan_of_many_chunks_ends_as_one(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks end one by one; the header counts them together and the agenda is empty afterwards."""
    monkeypatch.setattr(who_of, "CHUNK", 7)
    world = make_world(crowd(30))
    header = world.apply(world.propose(Unassign(E3)))
    assert (header["state"], header["verified"]) == ("applied", 30)
    run.settle_agenda(world.tenant)
    assert agenda.tenants_with_plans() == []


def test_an_actor_without_the_capability_changes_nothing(make_world: Make) -> None:
    """A reader may not, nor may an administrator of another tenant."""
    world = make_world(crowd(1))
    reader = Actor(ActorKind.OPERATOR, "r", "reader", world.tenant, ROLE_CAPABILITIES[Role.GLOBAL_READER])
    stranger = Actor(ActorKind.OPERATOR, "s", "stranger", world.twin, ROLE_CAPABILITIES[Role.GLOBAL])
    for actor in (reader, stranger):
        world.actor = actor
        with pytest.raises(NotPermitted):
            world.propose(Unassign(E3))
        with pytest.raises(NotPermitted):
            world.inline(Unassign(E3), 1)


# ---- inline


def test_one_user_in_one_request(make_world: Make) -> None:
    """A header and journal rows, no steps; the same verdicts as a plan."""
    world = make_world([person(1, direct(E3)), person(2, by_group(E3))])
    done = world.inline(Unassign(E3), 1)
    assert done.plan_id is not None
    header = world.header(done.plan_id)
    assert (header["state"], header["is_inline"], header["verified"]) == ("applied", True, 1)
    assert done.undo_until == done.at + 30 * DAY
    assert world.steps(done.plan_id) == {}
    assert world.inline(Unassign(E3), 1).verdict.reason is Reason.NOT_HELD
    assert world.inline(Unassign(E3), 2).verdict.reason is Reason.INHERITED
    assert world.inline(Unassign(E3), 99).verdict.outcome is Outcome.REFUSED
    world.undo(done.plan_id)
    assert set(world.sources()) == {(1, E3, 1, 0), (2, E3, 2, 1)}


def test_the_last_seat_goes_to_one(make_world: Make) -> None:
    """The next assignment is refused and writes nothing."""
    world = make_world(crowd(2, ()), seats={E3: 1})
    world.inline(Assign(E3), 1)
    with pytest.raises(Refused) as refused:
        world.inline(Assign(E3), 2)
    assert (refused.value.code, world.consumed()) == ("no_seats", 1)


def test_a_lost_row_of_one_user_is_refused(make_world: Make) -> None:
    """Nothing is kept of a change that did not happen."""
    world = make_world(crowd(1))
    lose(world, "source", "DELETE", "user_id", 1)
    with pytest.raises(Refused, match="not_applied"):
        world.inline(Unassign(E3), 1)
    assert world.consumed() == 1
    assert world.clocks() == []


# ---- somebody else was faster


def other_direct(world: World) -> None:
    world.inline(Unassign(FLOW), 2)


def other_never(world: World) -> None:
    record.add_never(world.tenant, "user", 2, "Emergency access", world.actor)


def other_clock(world: World) -> None:
    world.inline(Unassign(E3), 2)
    world.inline(Assign(E3, frozenset({SWAY_PLAN})), 2)


@pytest.mark.parametrize("change", [other_direct, other_never, other_clock])
def test_a_user_changed_since_the_plan_is_skipped(make_world: Make, change: Callable[[World], None]) -> None:
    """Its step ends skipped(stale), nothing of it is overwritten, the others go on."""
    world = make_world(crowd(4, direct(E3, FLOW)))
    plan = world.propose(Unassign(E3))
    change(world)
    before = {key: row for key, row in world.sources().items() if key[0] == 2}
    header = world.apply(plan)
    assert world.steps(plan) == {1: VERIFIED, 2: STALE, 3: VERIFIED, 4: VERIFIED}
    assert (header["state"], header["skipped_late"]) == ("applied_with_errors", 1)
    assert {key: row for key, row in world.sources().items() if key[0] == 2} == before


def test_a_group_on_the_never_list_makes_its_members_stale(make_world: Make) -> None:
    """Members of the group are skipped, the others are taken."""
    world = make_world([person(1, direct(E3)), person(2, direct(E3) + by_group(E5)), person(3, direct(E3))])
    plan = world.propose(Unassign(E3))
    group = world.rows("SELECT id FROM user_group WHERE tenant_id = %(tenant)s")[0][0]
    assert record.add_never(world.tenant, "group", group, "Board", world.actor)
    assert not record.add_never(world.tenant, "group", group, "Board", world.actor)
    world.apply(plan)
    assert world.steps(plan) == {1: VERIFIED, 2: STALE, 3: VERIFIED}
    assert world.steps(world.propose(Unassign(E3), 2))[2] == ("refused", "never")
    assert record.remove_never(world.tenant, "group", group, world.actor)
    assert world.steps(world.propose(Unassign(E3), 2))[2] == ("pending", None)


def test_a_clock_that_ran_out_makes_its_user_stale(make_world: Make) -> None:
    """An undo made before the mailbox went says it returns; after that it is skipped and offered again."""
    world = make_world(crowd(2))
    taken = world.unassign(1)
    now = world.header(taken)["finished_at"]
    advance.set_clock(world.tenant, now + 2 * DAY, world.actor)
    undoing = world.propose(Undo(taken))
    advance.set_clock(world.tenant, now + 31 * DAY, world.actor)
    assert world.apply(undoing)["state"] == "applied_with_errors"
    assert world.steps(undoing) == {1: STALE}
    assert (1, E3, 1, 0) not in world.sources()


def test_a_clock_that_ran_out_unseen_is_caught_up_with(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker looked for 29 days: apply lets the clocks run out first, so nothing is promised that is gone."""
    world = make_world(crowd(1))
    taken = world.unassign(1)
    advance.set_clock(world.tenant, clock.tenant_now(world.tenant) + 2 * DAY, world.actor)
    undoing = world.propose(Undo(taken))
    real = clock.machine_now
    monkeypatch.setattr(clock, "machine_now", lambda: real() + 29 * DAY)
    world.apply(undoing)
    assert world.steps(undoing) == {1: STALE}
    assert [kind for _, kind, _ in world.clocks()] == ["drive_archive", "drive_readonly"]


def test_a_change_that_does_not_matter_is_no_reason_to_skip(make_world: Make) -> None:
    """Another plan changed other users only; a user whose facts are the same again is not stale either."""
    world = make_world(crowd(4, direct(E3, FLOW)))
    plan = world.propose(Unassign(E3), 1, 2)
    world.unassign(3)
    world.undo(world.unassign(2, sku=FLOW))
    header = world.apply(plan)
    assert (header["state"], world.steps(plan)) == ("applied", {1: VERIFIED, 2: VERIFIED})


def test_a_row_changed_behind_the_journal_is_stale_not_failed(make_world: Make) -> None:
    """The row is not as the plan found it: it stays as it is, the others go on."""
    world = make_world(crowd(3))
    plan = world.propose(Unassign(E3))
    world.plant("UPDATE source SET disabled_plans = %(p)s WHERE tenant_id = %(tenant)s AND user_id = 2", p=SWAY_PLAN)
    assert world.apply(plan)["state"] == "applied_with_errors"
    assert world.steps(plan) == {1: VERIFIED, 2: STALE, 3: VERIFIED}
    assert world.sources() == {(2, E3, 1, 0): (1, SWAY_PLAN)}


# ---- rows that get lost


def test_a_lost_row_fails_its_step_only(make_world: Make) -> None:
    """The step ends failed(not_applied), the others are verified, counters and journal are right."""
    world = make_world(crowd(6))
    lose(world, "source", "DELETE", "user_id", 3)
    plan = world.propose(Unassign(E3))
    header = world.apply(plan)
    assert world.steps(plan) == {n: LOST if n == 3 else VERIFIED for n in range(1, 7)}
    assert (header["state"], header["failed"], header["verified"]) == ("applied_with_errors", 1, 5)
    assert world.consumed() == 1
    assert {user for user, _, _ in world.clocks()} == {1, 2, 4, 5, 6}
    assert {row[1] for row in world.journal("license.unassign")} == {1, 2, 4, 5, 6}
    assert check.problems(world.tenant) == []


def test_a_lost_assignment_fails_its_step_only(make_world: Make) -> None:
    """A seat is taken only for rows that are there."""
    world = make_world(crowd(3, ()))
    lose(world, "source", "INSERT", "user_id", 2)
    plan = world.propose(Assign(E3), 1, 2, 3)
    world.apply(plan)
    assert world.steps(plan) == {1: VERIFIED, 2: LOST, 3: VERIFIED}
    assert world.consumed() == 2


def test_a_lost_change_fails_its_step_only(make_world: Make) -> None:
    """A row that kept its old plans is not verified."""
    world = make_world(crowd(3))
    lose(world, "source", "UPDATE", "user_id", 2)
    plan = world.propose(Assign(E3, frozenset({SWAY_PLAN})), 1, 2, 3)
    world.apply(plan)
    assert world.steps(plan) == {1: VERIFIED, 2: LOST, 3: VERIFIED}
    assert world.sources()[2, E3, 1, 0] == (1, "")


def test_a_step_whose_end_is_lost_is_never_counted(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A license goes only together with its step's end; once the fault is gone the plan goes on."""
    world = make_world(crowd(3))
    plan = world.propose(Unassign(E3))
    lose(world, "plan_step", "UPDATE", "user_id", 2)
    world.start(plan)
    with pytest.raises(Exception):  # noqa: B017, PT011  nothing sensible can be done: it must only not be hidden
        world.run(plan)
    heal(world, "plan_step", "UPDATE", 2)
    assert check.problems(world.tenant) == []
    assert len(world.sources()) == 3
    real = clock.machine_now
    monkeypatch.setattr(clock, "machine_now", lambda: real() + 61 * SECOND)  # its lease has to end first
    assert world.run(plan)["state"] == "applied_with_errors"
    assert world.steps(plan) == {1: LOST, 2: VERIFIED, 3: LOST}


def test_too_many_failures_pause_the_plan(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six of thirty are more than max(5, 2 %): it pauses; resumed, six more may fail before it pauses again."""
    monkeypatch.setattr(who_of, "CHUNK", 10)
    world = make_world(crowd(30))
    for n in range(1, 7):
        lose(world, "source", "DELETE", "user_id", n)
    plan = world.propose(Unassign(E3))
    header = world.apply(plan)
    assert (header["state"], header["pause_reason"]) == ("paused", "errors")
    assert (header["failed"], header["verified"]) == (6, 4)
    assert world.run(plan)["state"] == "paused"
    run.resume(world.tenant, plan, world.actor)
    header = world.run(plan)
    assert (header["state"], header["failed"], header["verified"]) == ("applied_with_errors", 6, 24)


def test_five_failures_do_not_pause(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to the limit the plan goes on."""
    monkeypatch.setattr(who_of, "CHUNK", 10)
    world = make_world(crowd(30))
    for n in range(1, 6):
        lose(world, "source", "DELETE", "user_id", n)
    assert world.header(world.unassign())["state"] == "applied_with_errors"


@pytest.mark.parametrize(("ready", "limit"), [(0, 5), (250, 5), (251, 6), (1_000, 20), (100_000, 2_000)])
def test_the_error_stop_is_five_or_two_percent(ready: int, limit: int) -> None:
    """Whichever is more."""
    assert run.error_limit(ready) == limit


# ---- seats


def test_seats_that_vanish_pause_the_plan(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """It pauses with no_seats and keeps what it did; with seats there again it resumes and ends."""
    monkeypatch.setattr(who_of, "CHUNK", 3)
    world = make_world(crowd(9, ()), seats={E3: 9})
    plan = world.propose(Assign(E3), *range(1, 10))
    world.start(plan)
    world.set_seats(4)
    header = world.run(plan)
    assert (header["state"], header["pause_reason"], header["verified"]) == ("paused", "no_seats", 3)
    assert world.consumed() == 3
    run.resume(world.tenant, plan, world.actor)
    assert world.run(plan)["pause_reason"] == "no_seats"
    world.set_seats(9)
    run.resume(world.tenant, plan, world.actor)
    header = world.run(plan)
    assert (header["state"], header["verified"], world.consumed()) == ("applied", 9, 9)


def test_a_pool_of_unknown_size_refuses_nothing(make_world: Make) -> None:
    """Nobody stated how many seats there are."""
    world = make_world(crowd(3, ()), seats={E3: None})
    assert world.header(world.assign(1, 2, 3))["state"] == "applied"


def test_an_overfull_pool_still_gives_seats_back(make_world: Make) -> None:
    """Consumed may exceed what is owned; freeing goes, taking is refused."""
    world = make_world([*crowd(3), person(4)], seats={E3: 2})
    world.unassign(1)
    assert world.consumed() == 2
    with pytest.raises(Refused, match="no_seats"):
        world.inline(Assign(E3), 4)


# ---- guards


def refusal(world: World, plan: int, confirm: int | None = None, over_limit: bool = False) -> str:
    """The code with which apply refuses; the plan stays a draft."""
    with pytest.raises(Refused) as refused:
        run.apply(world.tenant, plan, world.actor, confirm=confirm, over_limit=over_limit)
    assert world.header(plan)["state"] == "draft"
    return refused.value.code


def test_more_than_twenty_users_need_their_number(make_world: Make) -> None:
    """Twenty go without it; twenty-one need exactly 21."""
    world = make_world(crowd(100))
    run.apply(world.tenant, world.propose(Unassign(E3), *range(1, 21)), world.actor)
    plan = world.propose(Unassign(E3), *range(21, 42))
    assert refusal(world, plan) == "confirm_needed"
    assert refusal(world, plan, confirm=20) == "confirm_needed"
    run.apply(world.tenant, plan, world.actor, confirm=21)


def test_a_large_share_needs_a_second_word(make_world: Make) -> None:
    """More than a quarter of a product's holders, when they are more than twenty."""
    world = make_world(crowd(88))
    assert refusal(world, world.propose(Unassign(E3), *range(1, 24)), confirm=23) == "over_limit"
    exactly = world.propose(Unassign(E3), *range(1, 23))
    run.apply(world.tenant, exactly, world.actor, confirm=22)


def test_a_large_number_needs_a_second_word(make_world: Make) -> None:
    """More users than the tenant's limit, whatever their share."""
    world = make_world(crowd(60))
    record.set_tenant(world.tenant, world.actor, {"limit_users": 10, "limit_percent": 100})
    plan = world.propose(Unassign(E3), *range(1, 12))
    assert refusal(world, plan) == "over_limit"
    run.apply(world.tenant, plan, world.actor, over_limit=True)


def test_assigning_is_not_taking(make_world: Make) -> None:
    """The share and number limits are about licenses taken back."""
    world = make_world(crowd(30, ()))
    run.apply(world.tenant, world.propose(Assign(E3), *range(1, 31)), world.actor, confirm=30)


def test_seats_short_refuse_the_whole_plan(make_world: Make) -> None:
    """Nobody is chosen silently."""
    world = make_world(crowd(3, ()), seats={E3: 2})
    assert refusal(world, world.propose(Assign(E3), 1, 2, 3)) == "no_seats"
    assert world.header(world.assign(1, 2))["state"] == "applied"


@pytest.mark.parametrize("column", ["catalog_version", "rules_version"])
def test_a_plan_of_other_rules_is_outdated(make_world: Make, column: str) -> None:
    """It was made with another catalog or rule book: it is proposed again."""
    world = make_world(crowd(1))
    plan = world.propose(Unassign(E3))
    world.plant(f"UPDATE plan SET {column} = 'other' WHERE tenant_id = %(tenant)s AND id = %(plan)s", plan=plan)
    assert refusal(world, plan) == "plan_outdated"


def test_a_plan_that_was_not_finished_is_never_applied(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proposal that stopped half-way stays incomplete."""
    monkeypatch.setattr(who_of, "CHUNK", 2)
    world = make_world(crowd(5))

    def stop(done: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        propose.propose(world.tenant, Unassign(E3), Who("everyone", E3), world.actor, stop)
    [(plan,)] = world.rows("SELECT id FROM plan WHERE tenant_id = %(tenant)s")
    assert refusal(world, plan) == "plan_incomplete"
    run.discard(world.tenant, plan, world.actor)


# ---- its life


def put(world: World, state: PlanState) -> int:
    """A plan in this state, by the doors that lead there."""
    plan = world.propose(Unassign(E3), 1)
    if state is PlanState.DISCARDED:
        run.discard(world.tenant, plan, world.actor)
    elif state is PlanState.AWAITING_APPROVAL:
        record.set_tenant(world.tenant, world.actor, {"approve_above": 0})
        world.start(plan)
    elif state is PlanState.SCHEDULED:
        schedule.schedule(world.tenant, plan, clock.tenant_now(world.tenant) + DAY, world.actor)
    elif state is PlanState.EXPIRED:
        advance.set_clock(world.tenant, clock.tenant_now(world.tenant) + 30 * DAY, world.actor)
        keeping.expire(world.tenant)
    elif state is PlanState.HANDED_OVER:
        world.plant("UPDATE tenant SET origin = 'imported' WHERE id = %(tenant)s")
        handing.hand_over(world.tenant, plan, world.actor)
    elif state is not PlanState.DRAFT:
        if state is PlanState.APPLIED_WITH_ERRORS:
            world.inline(Unassign(E3), 1)
        world.start(plan)
        if state in (PlanState.PAUSED, PlanState.STOPPED):
            run.pause(world.tenant, plan, world.actor)
            if state is PlanState.STOPPED:
                run.discard(world.tenant, plan, world.actor)
        elif state is not PlanState.RUNNING:
            world.run(plan)
    assert world.header(plan)["state"] == state
    return plan


@pytest.mark.parametrize("state", list(PlanState))
def test_what_a_life_does_not_allow_is_refused(make_world: Make, state: PlanState) -> None:
    """Apply, pause, resume and discard do what the table says, from every state, and else nothing."""
    world = make_world(crowd(1))
    plan = put(world, state)
    doors = {
        PlanEvent.APPLY: lambda: world.start(plan),
        PlanEvent.PAUSE: lambda: run.pause(world.tenant, plan, world.actor),
        PlanEvent.RESUME: lambda: run.resume(world.tenant, plan, world.actor),
        PlanEvent.DISCARD: lambda: run.discard(world.tenant, plan, world.actor),
    }
    for event, door in doors.items():
        allowed = (state, event) in PLAN_LIFE or (state, event) in (
            (PlanState.RUNNING, PlanEvent.RESUME),  # its process may have died
            (PlanState.PAUSED, PlanEvent.DISCARD),  # what is left of it: STOP
        )
        if not allowed:
            with pytest.raises(Refused) as refused:
                door()
            assert refused.value.code == "plan_state"
            assert world.header(plan)["state"] == state


def test_a_paused_plan_waits(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody works on it until it is resumed; then it goes on where it was."""
    monkeypatch.setattr(who_of, "CHUNK", 2)
    world = make_world(crowd(6))
    plan = world.propose(Unassign(E3))
    world.start(plan)
    stops = iter([False, True, True])
    header = run.run(world.tenant, plan, world.actor, should_stop=lambda: next(stops))
    assert (header["state"], header["pause_reason"], header["verified"]) == ("paused", "interrupted", 2)
    assert world.run(plan)["verified"] == 2
    run.resume(world.tenant, plan, world.actor)
    assert agenda.tenants_with_plans() == [world.tenant]
    assert agenda.running_plans(world.tenant) == [plan]
    header = world.run(plan)
    assert (header["state"], header["verified"]) == ("applied", 6)


def test_a_plan_paused_meanwhile_gives_its_chunk_back(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that holds a chunk of a plan somebody paused stops before it writes."""
    monkeypatch.setattr(who_of, "CHUNK", 2)
    world = make_world(crowd(6))
    plan = world.propose(Unassign(E3))
    world.start(plan)
    seen: list[int] = []

    def pause_once(done: int) -> None:
        if not seen:
            run.pause(world.tenant, plan, world.actor)
        seen.append(done)

    header = run.run(world.tenant, plan, world.actor, progress=pause_once)
    assert (header["state"], header["verified"], header["pause_reason"]) == ("paused", 2, "asked")
    states = [r[0] for r in world.rows("SELECT state FROM plan_chunk WHERE tenant_id = %(tenant)s ORDER BY from_n")]
    assert states == ["done", "ready", "ready"]


def test_a_lease_that_ended_is_taken_over(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it ends nobody else works on the chunk; whoever lost it writes nothing."""
    world = make_world(crowd(2))
    plan = world.propose(Unassign(E3))
    world.start(plan)
    slow = run._Runner(world.tenant, plan, world.actor, "slow", lambda: False)
    chunk = slow.first()
    assert chunk is not None
    assert world.run(plan)["verified"] == 0
    assert agenda.running_plans(world.tenant) == []
    real = clock.machine_now
    monkeypatch.setattr(clock, "machine_now", lambda: real() + 61 * SECOND)
    assert agenda.running_plans(world.tenant) == [plan]
    assert world.run(plan)["state"] == "applied"
    assert slow.apply(chunk) is None
    assert world.header(plan)["verified"] == 2
    assert len(world.journal("license.unassign")) == 2


def test_kinds_of_sources_are_stored_as_the_house_numbers_them(make_world: Make) -> None:
    """Direct 1, group 2, unknown 4: what a purchase or a group gave is never called direct."""
    world = make_world([person(1, direct(E3)), person(2, by_group(E3)), person(3, unknown(E3))])
    assert {key[0]: SourceKind(key[2]).name for key in world.sources()} == {1: "DIRECT", 2: "GROUP", 3: "UNKNOWN"}
