"""Accounts on a real store: blocked, deleted, restored, gone for good; seats, names, clocks and the journal with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from licentia.changes import advance, guards, run
from licentia.changes import who as who_of
from licentia.changes.inline import apply_inline
from licentia.domain.facts import SourceKind
from licentia.domain.instants import DAY, SECOND
from licentia.domain.intents import (
    Assign,
    Block,
    DeleteUser,
    Intent,
    PurgeUser,
    RestoreUser,
    RevokeSessions,
    SetManager,
    Unblock,
    Undo,
)
from licentia.domain.permissions import ROLE_CAPABILITIES, Actor, ActorKind, Role
from licentia.domain.reasons import NotPermitted, Outcome, Reason, Refused
from licentia.importing.rows import LicenseRow, PurchaseRow
from licentia.store import clock
from licentia.store.bulk import accounts
from licentia.store.lists import audit, deleted, users
from world_store import (
    AUDIO,
    E3,
    PLANNER,
    World,
    by_group,
    crowd,
    direct,
    object_id,
    person,
    tenant_rows,
    unknown,
    watched,
)

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
VERIFIED = ("verified", None)
HELD, MEMORY = 1, 5


def account(world: World, user: int) -> tuple[Any, ...]:
    """(enabled, manager, deleted, key) of an account."""
    found = world.rows(
        "SELECT account_enabled, manager_id, deleted_at, principal_key FROM users "
        "WHERE tenant_id = %(tenant)s AND id = %(user)s",
        user=user,
    )
    return (None if found[0][0] is None else bool(found[0][0]), *found[0][1:])


def done(world: World, intent: Intent, *ids: int) -> int:
    """The number of a plan that was applied for these users."""
    plan = world.propose(intent, *ids)
    world.apply(plan)
    return plan


def states(world: World) -> dict[tuple[int, str], int]:
    """By user and product, the state of the assignment."""
    return {key[:2]: value[0] for key, value in world.sources().items()}


def rename(world: World, user: int, name: str) -> None:
    """Somebody is given another name outside of Licentia."""
    world.plant(
        "UPDATE users SET principal_name = %(name)s, principal_key = %(name)s WHERE tenant_id = %(tenant)s AND id = %(u)s",
        name=name,
        u=user,
    )


# ---- sign-in, sessions, manager


def test_blocking_many_is_one_plan_and_can_be_undone(make_world: Make) -> None:
    """R-64, R-65: nobody signs in, sessions end at that instant, licenses stay; undo lets everybody in again."""
    world = make_world([*crowd(5), person(6, account_enabled=False), person(7, account_enabled=None)])
    plan = done(world, Block(), *range(1, 8))
    assert world.steps(plan)[6] == ("skipped", "already")
    assert {account(world, user)[0] for user in range(1, 8)} == {False}
    ended = world.rows("SELECT sessions_valid_from FROM users WHERE tenant_id = %(tenant)s AND id < 6")
    assert {row[0] for row in ended} == {world.header(plan)["finished_at"]}
    assert world.consumed() == 5
    assert {row[2:] for row in world.journal("account.enabled")} == {('"true"', '"false"'), (None, '"false"')}
    world.undo(plan)
    assert [account(world, user)[0] for user in range(1, 8)] == [True] * 5 + [False, True]


def test_one_account_at_once(make_world: Make) -> None:
    """In one transaction, with its plan number; what is so already changes nothing."""
    world = make_world(crowd(2))
    first = apply_inline(world.tenant, Block(), 1, world.actor)
    assert (first.verdict.outcome, account(world, 1)[0]) == (Outcome.READY, False)
    again = apply_inline(world.tenant, Block(), 1, world.actor)
    assert (again.plan_id, again.verdict.reason) == (None, Reason.ALREADY)
    apply_inline(world.tenant, Unblock(), 1, world.actor)
    assert account(world, 1)[0] is True
    apply_inline(world.tenant, RevokeSessions(), 1, world.actor)
    assert len(world.journal("account.sessions")) == 2


def test_a_manager_is_set_and_taken_away(make_world: Make) -> None:
    """Undo gives the one before."""
    world = make_world(crowd(3))
    first = done(world, SetManager(2), 1)
    second = done(world, SetManager(3), 1)
    assert account(world, 1)[1] == 3
    world.undo(second)
    assert account(world, 1)[1] == 2
    world.undo(first)
    assert account(world, 1)[1] is None


def test_what_was_planned_for_another_state_is_left_alone(make_world: Make) -> None:
    """Blocked by somebody else meanwhile: stale, and not counted as done."""
    world = make_world(crowd(3))
    plan = world.propose(Block(), 1, 2)
    apply_inline(world.tenant, Block(), 1, world.actor)
    world.apply(plan)
    assert world.steps(plan) == {1: ("skipped", "stale"), 2: VERIFIED}


def test_a_write_compares_before_it_sets(make_world: Make) -> None:
    """Only whose fact is still as planned is touched, and never somebody who is deleted."""
    world = make_world([person(1), person(2, account_enabled=False), person(3, account_enabled=None), person(4)])
    done(world, DeleteUser(), 4)
    tenant = world.tenant
    before = [account(world, user) for user in range(1, 5)]
    assert accounts.present(tenant, "enabled", [1, 2, 3, 4]) == {1: "true", 2: "false", 3: None}
    assert accounts.present(tenant, "deleted", [1, 4, 99]) == {1: False, 4: True}
    assert accounts.present(tenant, "manager", [1, 4]) == {1: None}
    assert set(accounts.present(tenant, "sessions", [1, 4])) == {1}
    assert accounts.set_enabled(tenant, [1, 2, 3, 4], "false", "false") == 1
    assert accounts.set_enabled(tenant, [1, 2, 4], None, "true") == 0
    assert accounts.set_manager(tenant, [1, 4], "7", None) == 0
    assert accounts.delete(tenant, [4], 5) == 0
    assert accounts.restore(tenant, [1, 2]) == 0
    assert accounts.purge(tenant, [1, 2]) == 0
    assert [account(world, user) for user in range(1, 5)] == before


def test_who_may_block_and_who_may_delete(make_world: Make) -> None:
    """A License Administrator does neither; nothing is written."""
    world = make_world(crowd(1))
    world.actor = Actor(ActorKind.OPERATOR, "l", "lisa", world.tenant, ROLE_CAPABILITIES[Role.LICENSE])
    for intent in (Block(), DeleteUser(), SetManager(1)):
        with pytest.raises(NotPermitted):
            world.propose(intent, 1)
        with pytest.raises(NotPermitted):
            apply_inline(world.tenant, intent, 1, world.actor)
    world.actor = Actor(ActorKind.OPERATOR, "u", "udo", world.tenant, ROLE_CAPABILITIES[Role.USER])
    done(world, Block(), 1)


# ---- deleting and restoring


def test_a_deleted_user_frees_seats_and_comes_back_with_them(make_world: Make) -> None:
    """R-70, R-71, R-81: every path is remembered, nobody finds the user, and restoring gives the first state."""
    world = make_world([person(1, direct(E3, AUDIO) + by_group(E3)), person(2, unknown(E3)), person(3, direct(E3))])
    first, seats = world.sources(), world.pools()
    plan = done(world, DeleteUser(), 1, 2)
    assert (world.consumed(), world.consumed(AUDIO), world.header(plan)["seats_freed"]) == (1, 0, 3)
    assert set(states(world).items()) == {((1, E3), MEMORY), ((1, AUDIO), MEMORY), ((2, E3), MEMORY), ((3, E3), HELD)}
    assert world.header(plan)["undo_until"] == world.header(plan)["finished_at"] + 30 * DAY
    assert {kind for user, kind, _ in world.clocks() if user == 1} == {"user_purge", "mailbox_purge"}
    assert users.find(world.tenant, "p00001@contoso.example") is None
    assert [user.id for user in users.page(world.tenant, users.Query("persoon 0000")).users] == [3]
    done(world, RestoreUser(), 1, 2)
    assert (world.sources(), world.pools(), world.clocks()) == (first, seats, [])
    assert [user.id for user in users.page(world.tenant, users.Query("persoon 0000")).users] == [1, 2, 3]


def test_undo_of_a_deletion_restores_and_undo_of_a_restore_deletes(make_world: Make) -> None:
    """Each is the other's opposite."""
    world = make_world(crowd(3))
    first = world.sources()
    plan = done(world, DeleteUser(), 1, 2, 3)
    undone = world.undo(plan)
    assert world.sources() == first
    assert world.header(plan)["undone"] == 3
    world.undo(undone)
    assert set(states(world).values()) == {MEMORY}


def test_the_last_seats_go_by_number(make_world: Make) -> None:
    """R-82: seats were taken meanwhile; the first comes back with the license, the others without, and that was said."""
    world = make_world([*crowd(4), person(5), person(6)], seats={E3: 4})
    done(world, DeleteUser(), 1, 2, 3)
    done(world, Assign(E3), 5, 6)
    plan = world.propose(RestoreUser(), 1, 2, 3)
    said = {row[1]: [rule for rule, *_ in json.loads(row[7])] for row in world.judged(plan)}
    assert [("license_not_back" in said[user]) for user in (1, 2, 3)] == [False, True, True]
    world.apply(plan)
    assert set(world.steps(plan).values()) == {VERIFIED}
    assert states(world) == {(1, E3): 1, (4, E3): 1, (5, E3): 1, (6, E3): 1}
    assert world.consumed() == 4
    assert [account(world, user)[2] for user in (1, 2, 3)] == [None] * 3


def test_one_user_restored_at_once_without_a_seat(make_world: Make) -> None:
    """R-82, R-56: back, without the license; the mailbox's date stands, and OneDrive's dates begin."""
    world = make_world([*crowd(1), person(2)], seats={E3: 1})
    done(world, DeleteUser(), 1)
    due = [row for row in world.clocks() if row[1] == "mailbox_purge"]
    done(world, Assign(E3), 2)
    result = apply_inline(world.tenant, RestoreUser(), 1, world.actor)
    rules = {said.rule for said in result.verdict.consequences}
    assert {"license_not_back", "grace_runs", "onedrive_readonly"} <= rules
    assert [row for row in world.clocks() if row[1] == "mailbox_purge"] == due
    assert {row[1] for row in world.clocks()} == {"mailbox_purge", "drive_readonly", "drive_archive"}


def test_a_taken_name_refuses_one_and_not_the_others(make_world: Make) -> None:
    """The name was free for somebody new; whoever has it must be renamed first, and then it works."""
    world = make_world(crowd(3))
    done(world, DeleteUser(), 1, 2)
    rename(world, 3, "p00001@contoso.example")
    plan = done(world, RestoreUser(), 1, 2)
    assert world.steps(plan) == {1: ("refused", "name_taken"), 2: VERIFIED}
    rename(world, 3, "new@contoso.example")
    done(world, RestoreUser(), 1)
    assert account(world, 1)[3] == "p00001@contoso.example"


def test_a_name_taken_after_the_plan_was_made_is_not_taken_back(make_world: Make) -> None:
    """The restore writes nothing over the new user: that one fails, the rest goes on."""
    world = make_world(crowd(3))
    done(world, DeleteUser(), 1, 2)
    plan = world.propose(RestoreUser(), 1, 2)
    rename(world, 3, "p00001@contoso.example")
    world.apply(plan)
    assert world.steps(plan) == {1: ("failed", "not_applied"), 2: VERIFIED}
    assert account(world, 1)[2] is not None
    assert account(world, 3)[3] == "p00001@contoso.example"


def test_of_two_deleted_users_of_one_name_one_comes_back(make_world: Make) -> None:
    """The first by number; nothing breaks, and the other can't while the name is taken."""
    world = make_world(crowd(3))
    done(world, DeleteUser(), 1)
    rename(world, 2, "p00001@contoso.example")
    done(world, DeleteUser(), 2)
    assert deleted.by_names(world.tenant, ["p00001@contoso.example"]) == {"p00001@contoso.example": [1, 2]}
    assert accounts.present(world.tenant, "deleted", [1, 2]) == {1: True, 2: True}
    result = apply_inline(world.tenant, RestoreUser(), 2, world.actor)
    assert result.verdict.outcome is Outcome.READY
    assert apply_inline(world.tenant, RestoreUser(), 1, world.actor).verdict.reason is Reason.NAME_TAKEN


def test_memberships_come_back_and_groups_are_followed_anew(make_world: Make) -> None:
    """R-83: the group stopped giving the product while the user was away."""
    world = make_world([person(1, by_group(E3)), person(2, by_group(E3))])
    done(world, DeleteUser(), 1)
    world.plant("DELETE FROM group_license WHERE tenant_id = %(tenant)s")
    result = apply_inline(world.tenant, RestoreUser(), 1, world.actor)
    assert "group_not_back" in {said.rule for said in result.verdict.consequences}
    assert [key[0] for key in world.sources()] == [2]
    assert world.rows("SELECT user_id FROM group_member WHERE tenant_id = %(tenant)s ORDER BY user_id") == [(1,), (2,)]


def test_a_purchase_that_is_full_gives_nothing_back(make_world: Make) -> None:
    """R-82: its own seats count; what it has left comes back, and nothing is oversold."""
    bought = (LicenseRow(PLANNER, SourceKind.PURCHASE, "plan-1"),)
    purchase = PurchaseRow("plan-1", PLANNER, 1, "p00001@contoso.example", 1_700_000_000_000_000)
    world = make_world(tenant_rows([person(1, bought), person(2)], purchases=(purchase,)))
    done(world, DeleteUser(), 1)
    full = "UPDATE pool SET capacity = 0 WHERE tenant_id = %(tenant)s AND purchase_id > 0"
    world.plant(full)
    plan = done(world, RestoreUser(), 1)
    assert (world.steps(plan), world.sources()) == ({1: VERIFIED}, {})


def test_never_means_never_deleted_and_never_blocked(make_world: Make) -> None:
    """With the reason in the plan."""
    rows = tenant_rows(crowd(2))
    world = make_world(rows)
    world.plant(
        "INSERT INTO never_list (tenant_id, id, object_kind, object_id, reason) VALUES (%(tenant)s, 900, 'user', 1, 'x')"
    )
    for intent in (DeleteUser(), Block()):
        plan = world.propose(intent, 1, 2)
        assert world.steps(plan)[1] == ("refused", "never")
        assert world.header(plan)["ready"] == 1


def test_the_limits_count_deletions(make_world: Make) -> None:
    """A deletion takes a product from its holders as a plan that takes it back does."""
    world = make_world(crowd(30))
    plan = world.propose(DeleteUser(), *range(1, 31))
    with pytest.raises(Refused) as refused:
        run.apply(world.tenant, plan, world.actor, confirm=30)
    assert refused.value.code == "over_limit"


# ---- gone for good


def test_after_thirty_days_the_user_is_gone(make_world: Make) -> None:
    """R-71, R-84: at its own instant, with everything that is known of it; the journal keeps what happened."""
    world = make_world(crowd(3))
    done(world, SetManager(1), 2)
    plan = done(world, DeleteUser(), 1)
    end = world.header(plan)["undo_until"]
    advance.set_clock(world.tenant, end - 600 * SECOND, world.actor)
    assert len(deleted.page(world.tenant, None, 10)[0]) == 1
    advance.set_clock(world.tenant, end, world.actor)
    assert world.rows("SELECT id FROM users WHERE tenant_id = %(tenant)s ORDER BY id") == [(2,), (3,)]
    assert [(at, user) for at, user, _, _ in world.journal("clock.user_purge")] == [(end, 1)]
    for table in ("source", "mailbox", "drive", "clock", "group_member"):
        assert world.rows(f"SELECT user_id FROM {table} WHERE tenant_id = %(tenant)s AND user_id = 1") == []
    assert account(world, 2)[1] is None
    assert world.header(world.propose(Undo(plan)))["users"] == 0


@pytest.mark.parametrize("by_plan", [True, False])
def test_the_journal_keeps_the_name_of_who_is_gone(make_world: Make, by_plan: bool) -> None:
    """Who was deleted for good has a name in every row about them, older ones too; once each, whoever did it."""
    world = make_world(crowd(2))
    plan = done(world, DeleteUser(), 1)
    if by_plan:
        done(world, PurgeUser(), 1)
    else:
        advance.set_clock(world.tenant, world.header(plan)["undo_until"], world.actor)
    [(_, user, before, after)] = world.journal("user.gone")
    assert (user, after) == (1, None)
    assert json.loads(before) == {"id": object_id(1), "userPrincipalName": "p00001@contoso.example"}
    rows = audit.newest(world.tenant, 50, user_id=1)
    assert {row.object_name for row in rows} == {"p00001@contoso.example"}
    assert {row.object_name for row in audit.receipt(world.tenant, plan, 0, 50)} == {"p00001@contoso.example"}


def test_a_restored_user_stays(make_world: Make) -> None:
    """Restoring stops the 30 days."""
    world = make_world(crowd(1))
    plan = done(world, DeleteUser(), 1)
    done(world, RestoreUser(), 1)
    advance.set_clock(world.tenant, world.header(plan)["undo_until"] + DAY, world.actor)
    assert account(world, 1)[2] is None
    assert world.journal("clock.user_purge") == []


def test_deleting_for_good_asks_for_the_number_always(make_world: Make) -> None:
    """R-84: also for one; then everything of the user is gone and nothing brings it back."""
    world = make_world(crowd(2))
    done(world, DeleteUser(), 1)
    plan = world.propose(PurgeUser(), 1, 2)
    assert world.steps(plan)[2] == ("skipped", "not_deleted")
    with pytest.raises(Refused) as refused:
        run.apply(world.tenant, plan, world.actor)
    assert refused.value.code == "confirm_needed"
    world.apply(plan)
    assert world.rows("SELECT id FROM users WHERE tenant_id = %(tenant)s") == [(2,)]
    assert world.header(plan)["verified"] == 1
    with pytest.raises(Refused) as no:
        world.propose(Undo(plan))
    assert no.value.code == "no_undo"
    assert guards.needs(world.tenant, world.header(plan)) == "manage_users"


def test_rows_that_rest_on_the_user_go_too(make_world: Make) -> None:
    """Its own never-list entry, its memberships; the twin keeps all of its own."""
    world = make_world([person(1, by_group(E3) + direct(AUDIO)), person(2)])
    done(world, DeleteUser(), 1)
    world.plant(
        "INSERT INTO never_list (tenant_id, id, object_kind, object_id, reason) VALUES (%(tenant)s, 900, 'user', 1, 'x')"
    )
    assert accounts.purge(world.tenant, [1, 2]) == 1
    for table in ("source", "group_member", "mailbox", "drive", "clock"):
        assert 1 not in {row[0] for row in world.rows(f"SELECT user_id FROM {table} WHERE tenant_id = %(tenant)s")}
    assert world.rows("SELECT id FROM never_list WHERE tenant_id = %(tenant)s") == []


# ---- lists


def test_deleted_users_are_listed_by_when_they_go(make_world: Make) -> None:
    """Page after page by key; with what each held, whether a seat of it is free, and whether the name is taken."""
    world = make_world([*crowd(4), person(5)], seats={E3: 3})
    world.set_seats(4)
    for user in (3, 1, 2):
        done(world, DeleteUser(), user)
        advance.set_clock(world.tenant, clock.tenant_now(world.tenant) + DAY, world.actor)
    rename(world, 5, "p00001@contoso.example")
    first, key = deleted.page(world.tenant, None, 2)
    rest, end = deleted.page(world.tenant, key, 2)
    assert [row.id for row in (*first, *rest)] == [3, 1, 2]
    assert (len(first), end) == (2, None)
    assert [row.taken_by for row in (*first, *rest)] == [None, 5, None]
    assert all(row.gone_at == row.deleted_at + 30 * DAY for row in first)
    world.set_seats(1)
    assert [(one.user_id, one.sku_id, one.has_seat) for one in deleted.remembered(world.tenant, [1, 3])] == [
        (1, E3, False),
        (3, E3, False),
    ]
    world.set_seats(None)
    assert {one.has_seat for one in deleted.remembered(world.tenant, [1, 3])} == {None}
    assert deleted.close_names(world.tenant, "p0000") == [f"p0000{n}@contoso.example" for n in (1, 2, 3)]
    assert deleted.by_names(world.tenant, [first[0].object_id]) == {first[0].object_id: [3]}
    assert [row.id for row in deleted.of_ids(world.tenant, [2, 4])] == [2]


@pytest.mark.parametrize("intent", [Block(), DeleteUser()])
def test_statements_grow_with_chunks_not_with_users(
    make_world: Make, monkeypatch: pytest.MonkeyPatch, intent: Intent
) -> None:
    """I-4: five users and fifty take as many."""
    world = make_world(crowd(60))
    counts = []
    for ids in (range(1, 6), range(6, 56)):
        plan = world.propose(intent, *ids)
        world.start(plan)
        with watched(monkeypatch) as seen:
            world.run(plan)
        counts.append(seen.count())
    assert counts[0] == counts[1]


def test_many_chunks_end_as_one(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deleted and restored in parts of seven; the seats run out over the whole plan, not per part."""
    monkeypatch.setattr(who_of, "CHUNK", 7)
    world = make_world(crowd(30), seats={E3: 30})
    done(world, DeleteUser(), *range(1, 31))
    world.set_seats(20)
    plan = done(world, RestoreUser(), *range(1, 31))
    assert world.header(plan)["verified"] == 30
    assert sorted(user for user, _ in states(world)) == list(range(1, 21))


def test_a_copy_says_what_it_does_not_know(make_copy: Make) -> None:
    """R-68: whether an account is synced; the change is made in the copy all the same."""
    world = make_copy([person(1, direct(E3)), person(2, direct(E3))])
    ids = sorted(world.ids().values())
    plan = world.propose(Block(), *ids)
    assert all("synced_unknown" in row[7] for row in world.judged(plan))
    world.apply(plan)
    assert {account(world, user)[0] for user in ids} == {False}
