"""Copies of a real tenant: made and refreshed from files, all of it or nothing, and only what the file states."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from licentia.changes import advance, refresh
from licentia.domain.instants import DAY
from licentia.domain.intents import DeleteUser, Unassign
from licentia.domain.reasons import BadInput
from licentia.importing.rows import Family, RowError, UserFile, UserRow
from licentia.store.lists import tenants, users
from world_store import (
    ALL_FIELDS,
    E3,
    E5,
    FLOW,
    STAFF,
    SWAY_PLAN,
    World,
    by_group,
    crowd,
    digest,
    direct,
    object_id,
    person,
    unknown,
)
from world_store import user_file as file

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
ACCOUNTS = frozenset({Family.ACCOUNT})


def again(world: World, rows: list[UserRow | RowError] | UserFile, **how: object) -> refresh.Outcome:
    """What a refresh of the copy did."""
    whole = rows if isinstance(rows, UserFile) else file(rows)
    return refresh.refresh("Copy", whole, world.actor, **how)  # type: ignore[arg-type]


def found(world: World, words: str) -> set[str]:
    """Principal names of the users a search finds."""
    return {user.principal_name for user in users.page(world.tenant, users.Query(search=words)).users}


# ---- a first load


def test_a_file_makes_a_copy(make_copy: Make) -> None:
    """Users, products, groups and pools of unknown size; the journal has one marker and no row per user."""
    world = make_copy([person(1, direct(E3)), person(2, by_group(E3, E5)), person(3, unknown(FLOW))])
    assert tenants.settings(world.tenant)["origin"] == "imported"
    assert [row[2:] for row in world.pools()] == [(None, 2), (None, 1), (None, 1)]
    assert len(world.journal("baseline")) == 1
    assert world.journal("user.import") == []
    assert {key[:3] for key in world.sources()} == {(1, E3, 1), (2, E3, 2), (2, E5, 2), (3, FLOW, 4)}


def test_a_user_without_an_object_id_gets_one(make_copy: Make) -> None:
    """A file of names has none; ours is kept at a refresh."""
    world = make_copy([person(2)])
    again(world, [person(1, object_id=None)])
    before = world.rows("SELECT object_id FROM users WHERE tenant_id = %(tenant)s AND id = 2")
    assert len(before[0][0]) == 36
    outcome = again(world, [person(1, object_id=None, department="Kade"), person(2)])
    assert (outcome.new_users, outcome.changed_users) == (0, 1)
    assert world.rows("SELECT object_id FROM users WHERE tenant_id = %(tenant)s AND id = 2") == before


def test_an_empty_file_makes_nothing(make_copy: Make) -> None:
    """No tenant, and no change to one that is there."""
    world = make_copy(crowd(1))
    before = digest(world.tenant)
    for name in ("Copy", "Nobody"):
        with pytest.raises(BadInput, match="no_users_in_file"):
            refresh.refresh(name, file([]), world.actor)
    assert digest(world.tenant) == before
    assert tenants.find("Nobody") is None


def test_a_demo_tenant_takes_no_file(make_world: Make) -> None:
    """It is no copy of anything: not_a_copy, and nothing changes."""
    world = make_world(crowd(1))
    before = digest(world.tenant)
    with pytest.raises(BadInput, match="not_a_copy"):
        refresh.refresh("Contoso", file(crowd(2)), world.actor)
    assert digest(world.tenant) == before


# ---- what a file states, and what it does not


def test_users_not_named_are_kept(make_copy: Make) -> None:
    """Absent never means remove."""
    world = make_copy(crowd(3))
    outcome = again(world, [person(2, direct(E3)), person(4, direct(E3))])
    assert (outcome.rows, outcome.new_users, outcome.changed_users, outcome.license_changes) == (2, 1, 0, 1)
    assert len(world.sources()) == 4
    assert len(world.journal("user.import")) == 1


def test_only_the_stated_families_are_replaced(make_copy: Make) -> None:
    """A file of accounts leaves licenses and sign-ins alone, and says nothing of when they were read."""
    world = make_copy(
        [person(1, direct(E3), last_sign_in_at=5)],
        families=frozenset({Family.ACCOUNT, Family.LICENSES, Family.SIGN_IN}),
    )
    before = world.sources()
    advance.set_clock(world.tenant, world.journal("baseline")[0][0] + DAY, world.actor)
    again(world, file([person(1, (), department="Kade", last_sign_in_at=None)], families=ACCOUNTS))
    [(department, seen, read, licenses)] = world.rows(
        "SELECT department, last_sign_in_at, account_read_at - sign_in_read_at, licenses_read_at - sign_in_read_at "
        "FROM users WHERE tenant_id = %(tenant)s"
    )
    assert (department, seen, licenses) == ("Kade", 5, 0)
    assert read >= DAY
    assert world.sources() == before


def test_only_the_stated_fields_are_replaced(make_copy: Make) -> None:
    """A column that the file does not have keeps what the store knows."""
    world = make_copy([person(1, direct(E3))])
    fields = frozenset({"department"})
    again(
        world, file([person(1, direct(E3), department="Kade", display_name=None, usage_location=None)], fields=fields)
    )
    row = users.page(world.tenant, users.Query()).users[0]
    assert (row.department, row.display_name, row.usage_location) == ("Kade", "Persoon 00001", "NL")
    assert world.journal("user.update")[0][2:] == ('{"department":"Kantoor"}', '{"department":"Kade"}')


def test_never_signed_in_is_a_fact(make_copy: Make) -> None:
    """With the family, an empty date means never; without it nobody knows."""
    world = make_copy([person(1), person(2)])
    again(world, file([person(1)], families=ACCOUNTS | {Family.SIGN_IN}))
    rows = world.rows(
        "SELECT id, last_sign_in_at IS NULL, sign_in_read_at IS NULL FROM users WHERE tenant_id = %(tenant)s ORDER BY id"
    )
    assert [(i, bool(a), bool(b)) for i, a, b in rows] == [(1, True, False), (2, True, True)]


# ---- paths


def test_a_known_path_replaces_an_unknown_one(make_copy: Make) -> None:
    """One source goes, the other comes, the seat stays one."""
    world = make_copy([person(1, unknown(E3))])
    again(world, [person(1, direct(E3, off=frozenset({SWAY_PLAN})))])
    assert world.sources() == {(1, E3, 1, 0): (1, SWAY_PLAN)}
    assert world.consumed() == 1


def test_an_unknown_path_never_replaces_a_known_one(make_copy: Make) -> None:
    """A file of names keeps direct and group licenses it lists, adds the new as unknown, removes the unlisted."""
    world = make_copy([person(1, direct(E3, off=frozenset({SWAY_PLAN})) + by_group(E3)), person(2, direct(E3, FLOW))])
    names = file([person(1, unknown(E3, E5)), person(2, unknown(FLOW))], paths_known=False)
    outcome = again(world, names)
    group = next(key[3] for key in world.sources() if key[2] == 2)
    assert world.sources() == {
        (1, E3, 1, 0): (1, SWAY_PLAN),
        (1, E3, 2, group): (1, ""),
        (1, E5, 4, 0): (1, ""),
        (2, FLOW, 1, 0): (1, ""),
    }
    assert outcome.license_changes == 2
    assert again(world, names).license_changes == 0


def test_a_refresh_names_every_license_it_changes(make_copy: Make) -> None:
    """Each with its before and after, as a plan would."""
    world = make_copy([person(1, direct(E3)), person(2, direct(E3)), person(3)])
    again(world, [person(1), person(2, direct(E3, off=frozenset({SWAY_PLAN}))), person(3, by_group(E3))])
    assert [row[1] for row in world.journal("license.unassign")] == [1]
    assert [row[1] for row in world.journal("license.change")] == [2]
    [(_, user, before, after)] = world.journal("license.assign")
    assert (user, before) == (3, None)
    assert '"kind":2' in after


def test_the_same_file_again_changes_nothing(make_copy: Make) -> None:
    """But when it was read."""
    rows = [person(1, direct(E3)), person(2, by_group(E3) + unknown(FLOW))]
    world = make_copy(rows)
    before = world.sources(), world.pools()
    outcome = again(world, rows)
    assert (outcome.new_users, outcome.changed_users, outcome.license_changes) == (0, 0, 0)
    assert (world.sources(), world.pools()) == before


# ---- bad rows


def test_a_bad_row_stops_everything(make_copy: Make) -> None:
    """It comes back with its reason, and nothing of the file is there; left out on request, the rest is."""
    world = make_copy(crowd(2))
    before = digest(world.tenant)
    rows: list[UserRow | RowError] = [person(1), RowError(3, "bad_value"), person(3)]
    outcome = again(world, rows)
    assert (outcome.tenant_id, [bad.code for bad in outcome.bad]) == (None, ["bad_value"])
    assert digest(world.tenant) == before
    outcome = again(world, rows, skip_bad=True)
    assert (outcome.tenant_id, outcome.rows, outcome.new_users, len(outcome.bad)) == (world.tenant, 2, 1, 1)


def test_two_rows_for_one_user_are_bad(make_copy: Make) -> None:
    """One names it by object id, the other by name: the second row comes back and names the first."""
    world = make_copy(crowd(1))
    rows: list[UserRow | RowError] = [
        person(1, upn="new@contoso.example"),
        person(1, object_id=None, upn="p00001@contoso.example"),
    ]
    outcome = again(world, rows)
    assert [(bad.line, bad.code, bad.details) for bad in outcome.bad] == [(3, "duplicate_user", {"first_line": 2})]
    assert again(world, rows, skip_bad=True).rows == 1
    assert set(world.ids()) == {"new@contoso.example"}


def test_a_name_somebody_else_has_is_bad(make_copy: Make) -> None:
    """The row comes back; so does one that wanted the name which that row's user now keeps."""
    world = make_copy(crowd(3))
    rows: list[UserRow | RowError] = [
        person(1, upn="p00002@contoso.example"),
        person(2, upn="p00003@contoso.example"),
        person(4),
    ]
    outcome = again(world, rows)
    assert {bad.code for bad in outcome.bad} == {"name_taken"}
    outcome = again(world, rows, skip_bad=True)
    assert sorted(bad.line for bad in outcome.bad) == [2, 3]
    assert (outcome.rows, outcome.new_users) == (1, 1)
    assert world.ids() == {f"p{n:05d}@contoso.example": n for n in range(1, 5)}


def test_two_users_trade_names(make_copy: Make) -> None:
    """Known by their object ids, each has the other's name, is found by it, and the journal says so."""
    world = make_copy([person(1, upn="anna@contoso.example"), person(2, upn="bram@contoso.example"), person(3)])
    assert again(world, [person(1, upn="bram@contoso.example"), person(2, upn="anna@contoso.example")]).bad == []
    assert {n: i for n, i in world.ids().items() if i < 3} == {"bram@contoso.example": 1, "anna@contoso.example": 2}
    assert found(world, "anna@") == {"anna@contoso.example"}
    assert world.journal("user.update")[0][2:] == (
        '{"principal_name":"anna@contoso.example"}',
        '{"principal_name":"bram@contoso.example"}',
    )


def test_a_renamed_user_is_found_by_the_new_name_only(make_copy: Make) -> None:
    """Search, list and exact lookup follow."""
    world = make_copy([person(1, display_name="Anna de Vries", upn="anna.devries@contoso.example"), person(2)])
    again(world, [person(1, display_name="Anna Jansen", upn="anna.jansen@contoso.example")])
    assert found(world, "jansen") == {"anna.jansen@contoso.example"}
    assert found(world, "vries") == set()
    assert users.find(world.tenant, "anna.devries@contoso.example") is None
    assert [user.sort_key for user in users.page(world.tenant, users.Query()).users] == ["00002 persoon", "jansen anna"]


def test_a_new_user_may_take_a_name_that_the_file_frees(make_copy: Make) -> None:
    """Somebody was renamed and a newcomer has the old name: two users, told apart by object id."""
    world = make_copy([person(1, upn="info@contoso.example")])
    outcome = again(world, [person(1, upn="old@contoso.example"), person(2, upn="info@contoso.example")])
    assert outcome.bad == []
    assert world.ids() == {"old@contoso.example": 1, "info@contoso.example": 2}


def test_a_name_that_is_not_freed_after_all_is_taken(make_copy: Make) -> None:
    """The renamed user's row is left out, so the newcomer's row comes back too."""
    world = make_copy([person(1, upn="info@contoso.example"), person(2)])
    rows: list[UserRow | RowError] = [
        person(1, upn="p00002@contoso.example"),
        person(3, upn="info@contoso.example"),
        person(4),
    ]
    outcome = again(world, rows, skip_bad=True)
    assert sorted((bad.line, bad.code) for bad in outcome.bad) == [(2, "name_taken"), (3, "name_taken")]
    assert (outcome.rows, outcome.new_users) == (1, 1)


# ---- all of it or nothing


@pytest.mark.parametrize("step", ["merge_users", "merge_sources"])
def test_a_refresh_that_stops_half_way_leaves_the_copy_as_it_was(
    make_copy: Make, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """One transaction: rows, journal, seats and search are untouched, and the next refresh works."""
    world = make_copy(crowd(3))
    before = digest(world.tenant)
    rows: list[UserRow | RowError] = [person(1, (), upn="new@contoso.example"), person(9, direct(E3))]

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(refresh.staging, step, stop)
        with pytest.raises(KeyboardInterrupt):
            again(world, rows)
    blocks = {"id_block"}  # a number taken and not used leaves a hole
    now = digest(world.tenant)
    assert {table for table in before if before[table] != now[table]} <= blocks
    assert again(world, rows).new_users == 1


def test_a_first_load_that_stopped_is_made_anew(make_copy: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not listed, and the next attempt removes it."""
    world = make_copy(crowd(1))

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(refresh.staging, "merge_sources", stop)
        with pytest.raises(KeyboardInterrupt):
            refresh.refresh("Second", file(crowd(2)), world.actor)
    assert "Second" not in {tenant.name for tenant in tenants.every()}
    outcome = refresh.refresh("Second", file(crowd(2)), world.actor)
    assert outcome.new_users == 2
    assert [tenant.name for tenant in tenants.every()] == ["Copy", "Copy, twin", "Second"]


def test_a_refresh_makes_steps_of_changed_users_stale(make_copy: Make) -> None:
    """A plan made before it: users whose group source or location came since are skipped, others go on."""
    world = make_copy(crowd(4))
    plan = world.propose(Unassign(E3))
    again(
        world,
        [
            person(1, direct(E3)),
            person(2, direct(E3) + by_group(E3)),
            person(3, direct(E3), usage_location=""),
            person(4, direct(E3), department="Kade"),
        ],
    )
    header = world.apply(plan)
    stale = ("skipped", "stale")
    assert world.steps(plan) == {1: ("verified", None), 2: stale, 3: stale, 4: ("verified", None)}
    assert header["state"] == "applied_with_errors"
    assert {key[:3] for key in world.sources()} == {(2, E3, 1), (2, E3, 2), (3, E3, 1)}


def test_a_refresh_after_a_plan_shows_what_the_real_tenant_says(make_copy: Make) -> None:
    """The license that the file still lists is back: a copy follows its file, and undo then finds it there already."""
    world = make_copy(crowd(2))
    plan = world.unassign()
    again(world, crowd(2))
    assert world.consumed() == 2
    undoing = world.undo(plan)
    assert set(world.steps(undoing).values()) == {("skipped", "already")}


def test_groups_and_products_are_known_once(make_copy: Make) -> None:
    """A later file adds the new ones only."""
    world = make_copy([person(1, by_group(E3))])
    again(world, [replace(person(1), licenses=by_group(E3) + by_group(E5, group=STAFF[:-1] + "b"))])
    assert [r[0] for r in world.rows("SELECT id FROM user_group WHERE tenant_id = %(tenant)s ORDER BY id")] == [1, 2]
    assert ALL_FIELDS
    assert len(world.rows("SELECT id FROM product WHERE tenant_id = %(tenant)s")) == 2


# ---- a deletion that was rehearsed in the copy


@pytest.mark.parametrize("paths", [True, False])
def test_a_deleted_user_that_a_file_has_is_there_again(make_copy: Make, paths: bool) -> None:
    """It was never deleted in the real tenant: found, unclocked, with what the file says; the journal says so."""
    world = make_copy([person(1, direct(E3, E5) + by_group(E3)), person(2, direct(E3))])
    world.apply(world.propose(DeleteUser(), 1))
    assert (found(world, "p00001"), world.consumed()) == (set(), 1)
    held = direct(E3) + by_group(E3) if paths else unknown(E3)
    outcome = again(world, file([person(1, held, display_name="Anna de Vries")], paths_known=paths))
    assert (outcome.bad, outcome.new_users) == ([], 0)
    assert set(world.sources()) == {(1, E3, 1, 0), (1, E3, 2, 1), (2, E3, 1, 0)}
    assert {row[0] for row in world.sources().values()} == {1}
    assert (found(world, "vries"), found(world, "persoon 00001")) == ({"p00001@contoso.example"}, set())
    assert (world.clocks(), world.consumed(), world.consumed(E5)) == ([], 2, 0)
    assert [row[2:] for row in world.journal("account.deleted")][1] == ('"now"', None)
    assert users.find(world.tenant, "p00001@contoso.example") is not None


def test_a_deleted_user_in_a_file_without_licenses_holds_what_it_held(make_copy: Make) -> None:
    """The file says that the account is there, and nothing of what it holds."""
    world = make_copy([person(1, direct(E3, E5, off=frozenset({SWAY_PLAN})) + by_group(E3))])
    before = world.sources()
    world.apply(world.propose(DeleteUser(), 1))
    again(world, file([person(1)], families=ACCOUNTS))
    assert world.sources() == before
    assert "user_purge" not in {kind for _, kind, _ in world.clocks()}


def test_the_journal_of_a_refresh_is_enough_to_do_it_again(make_copy: Make) -> None:
    """New users whole, truths as truths on every database, groups before their members, who joins and who leaves."""
    sales = STAFF[:-1] + "b"
    world = make_copy([person(1, by_group(E3)), person(2)])
    again(world, [person(1, by_group(E3, group=sales), account_enabled=False), person(3, department="")])
    ((_, group, before, after),) = world.journal("group.import")
    assert (group, before, json.loads(after)) == (2, None, {"object_id": sales, "display_name": sales})
    assert [row[1:] for row in world.journal("user.facts")] == [
        (1, f'{{"groups":["{STAFF}"]}}', f'{{"groups":["{sales}"]}}')
    ]
    assert world.journal("user.update")[0][2:] == ('{"account_enabled":true}', '{"account_enabled":false}')
    ((_, user, before, after),) = world.journal("user.import")
    assert (user, before) == (3, None)
    assert json.loads(after) == {
        "object_id": object_id(3),
        "principal_name": "p00003@contoso.example",
        "display_name": "Persoon 00003",
        "account_enabled": True,
        "usage_location": "NL",
        "user_type": "Member",
        "department": "",
        "created_at": 1_600_000_000_000_000,
    }
