"""A tenant's own time: retention clocks run out in due order, each at its own instant, once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from licentia import worker
from licentia.changes import advance
from licentia.domain.instants import DAY, SECOND
from licentia.domain.intents import Assign, Unassign
from licentia.domain.reasons import BadInput
from licentia.store import clock
from licentia.store.lists import agenda, users
from world_store import E3, World, crowd

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]


def agenda_of(world: World) -> list[int]:
    """The instant the tenant's agenda names for clocks."""
    found = world.rows("SELECT next_at FROM agenda WHERE tenant_id = %(tenant)s AND kind = 'clock'")
    return [row[0] for row in found]


def ran_out(world: World) -> list[tuple[int, str, int]]:
    """(at, kind, user) of the journal's rows of clocks, as written."""
    found = world.rows("SELECT at, kind, object_id, seq FROM journal WHERE tenant_id = %(tenant)s ORDER BY seq")
    return [(at, kind, user) for at, kind, user, _ in found if kind.startswith("clock.")]


def test_clocks_run_out_in_order_each_at_its_own_instant(make_world: Make) -> None:
    """The journal has every clock at the instant it was due, not at the one at which somebody looked."""
    world = make_world(crowd(3))
    first = world.inline(Unassign(E3), 3).at
    second = world.inline(Unassign(E3), 1).at
    due = [(due_at, kind, user) for user, kind, due_at in world.clocks()]
    assert agenda_of(world) == [first + 30 * DAY]
    count = advance.set_clock(world.tenant, second + 100 * DAY, world.actor)
    assert count == 6
    assert ran_out(world) == [
        (at, f"clock.{kind}", user) for at, kind, user in sorted(due, key=lambda c: (c[0], c[2], c[1]))
    ]
    assert world.clocks() == []
    assert agenda_of(world) == []


def test_what_ran_out_has_had_its_effect(make_world: Make) -> None:
    """The mailbox is gone, the drive is read-only and then archived, each since its instant."""
    world = make_world(crowd(2))
    at = world.inline(Unassign(E3), 1).at
    advance.set_clock(world.tenant, at + 61 * DAY, world.actor)
    detail = users.detail(world.tenant, 1)
    assert detail.mailbox is not None
    assert detail.drive is not None
    assert (detail.mailbox[0], detail.mailbox[5]) == ("none", at + 30 * DAY)
    assert (detail.drive[3], detail.drive[4]) == (at + 60 * DAY, None)
    assert detail.clocks == (("drive_archive", at + 93 * DAY),)
    advance.set_clock(world.tenant, at + 94 * DAY, world.actor)
    drive = users.detail(world.tenant, 1).drive
    assert drive is not None
    assert drive[3:5] == (at + 60 * DAY, at + 93 * DAY)
    untouched = users.detail(world.tenant, 2)
    assert untouched.mailbox is not None
    assert untouched.mailbox[0] == "user"


def test_a_license_that_returns_opens_the_drive_again(make_world: Make) -> None:
    """A read-only drive whose user is licensed again is neither read-only nor on its way to the archive."""
    world = make_world(crowd(1))
    at = world.inline(Unassign(E3), 1).at
    advance.set_clock(world.tenant, at + 61 * DAY, world.actor)
    world.inline(Assign(E3), 1)
    detail = users.detail(world.tenant, 1)
    assert detail.drive is not None
    assert detail.drive[3:5] == (None, None)
    assert detail.clocks == ()


def test_an_instant_before_it_is_due_nothing_has_happened(make_world: Make) -> None:
    """The mailbox returns strictly before that instant; at it, it is gone."""
    world = make_world(crowd(2))
    at = world.inline(Unassign(E3), 1).at
    assert advance.advance(world.tenant, at + 30 * DAY - 1) == 0
    assert advance.advance(world.tenant, at + 30 * DAY) == 1
    assert ran_out(world) == [(at + 30 * DAY, "clock.mailbox_purge", 1)]


def test_looking_twice_does_nothing_twice(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that ran out is gone in the same transaction."""
    monkeypatch.setattr(advance, "BATCH", 2)
    world = make_world(crowd(5))
    plan = world.unassign()
    until = world.header(plan)["finished_at"] + 31 * DAY
    assert advance.set_clock(world.tenant, until, world.actor) == 5
    assert advance.advance(world.tenant) == 0
    assert len(ran_out(world)) == 5


def test_a_tenants_time_never_goes_back(make_world: Make) -> None:
    """An earlier target, or the present, is refused."""
    world = make_world(crowd(1))
    now = clock.tenant_now(world.tenant)
    advance.set_clock(world.tenant, now + DAY, world.actor)
    for target in (now, now + DAY - 1):
        with pytest.raises(BadInput, match="clock_back"):
            advance.set_clock(world.tenant, target, world.actor)
    assert clock.tenant_now(world.tenant) >= now + DAY
    assert clock.tenant_now(world.twin) < now + DAY


def test_a_host_clock_that_jumps_back_repeats_nothing(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time goes on from the last instant the journal kept, and what ran out stays so."""
    world = make_world(crowd(1))
    at = world.inline(Unassign(E3), 1).at
    real = clock.machine_now
    monkeypatch.setattr(clock, "machine_now", lambda: real() + 31 * DAY)
    assert advance.advance(world.tenant) == 1
    monkeypatch.setattr(clock, "machine_now", lambda: real() - 400 * DAY)
    assert clock.tenant_now(world.tenant) >= at + 30 * DAY
    assert advance.advance(world.tenant) == 0
    again = world.inline(Assign(E3), 1)
    assert again.at >= at + 30 * DAY
    assert len(ran_out(world)) == 1


def test_the_worker_finds_what_is_due(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads the agenda, not the tenants: only the tenant whose clock is due is looked into."""
    world = make_world(crowd(2))
    world.inline(Unassign(E3), 1)
    assert agenda.tenants_due("clock") == []
    assert worker.work_once() == 0
    real = clock.machine_now
    monkeypatch.setattr(clock, "machine_now", lambda: real() + 30 * DAY + SECOND)
    assert agenda.tenants_due("clock") == [world.tenant]
    assert worker.work_once() == 1
    assert agenda.tenants_due("clock") == []


def test_the_worker_applies_a_plan_that_runs(make_world: Make) -> None:
    """Whoever started it need not stay; the agenda is empty afterwards."""
    world = make_world(crowd(3))
    plan = world.propose(Unassign(E3))
    world.start(plan)
    assert worker.work_once() == 1
    assert world.header(plan)["state"] == "applied"
    assert agenda.tenants_with_plans() == []


def test_moving_the_clock_is_in_the_journal(make_world: Make) -> None:
    """Who moved it, and to where."""
    world = make_world(crowd(1))
    target = clock.tenant_now(world.tenant) + 5 * DAY
    advance.set_clock(world.tenant, target, world.actor)
    [(at, tenant, _, after)] = world.journal("tenant.clock")
    assert (at, tenant) == (target, world.tenant)
    assert '"offset":' in after
