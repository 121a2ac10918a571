"""Users made and changed on a real store: keys and search move with names, the journal has what changed, undo gives it back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from command_line import CommandLine
from licentia.changes import record, users
from licentia.changes.users import create_user, undo_update, update_user
from licentia.domain.intents import Assign, Block, DeleteUser, RestoreUser
from licentia.domain.permissions import ROLE_CAPABILITIES, Actor, ActorKind, Capability, Role
from licentia.domain.reasons import BadInput, NotPermitted, Outcome, Reason, Refused
from licentia.store import clock
from licentia.store.lists import user_fields as list_of
from licentia.store.lists import users as user_list
from replay import differences, replay, snapshot
from world_store import E3, OWNER, World, crowd, direct, person, tenant_rows

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
ZOE: dict[str, Any] = {
    "account_enabled": True,
    "display_name": "Zoë van der Berg",
    "mail_nickname": "zoe",
    "principal_name": "Zoe.Berg@Contoso.example",
}


def found(world: World, text: str) -> list[str]:
    """User names that a search for the text finds."""
    return [row.principal_name for row in user_list.page(world.tenant, user_list.Query(search=text)).users]


def values(world: World, user: int) -> dict[str, Any]:
    """The user's fields."""
    known = list_of.get(world.tenant, user)
    assert known is not None
    return known.values


def changed(world: World, plan: int) -> list[tuple[str, Any, Any]]:
    """(kind, before, after) of the plan's rows about users."""
    rows = world.rows(
        "SELECT j.kind, j.before, j.after FROM journal j JOIN segment s ON s.tenant_id = j.tenant_id "
        "AND s.id = j.segment_id WHERE j.tenant_id = %(tenant)s AND s.plan_id = %(plan)s ORDER BY j.seq",
        plan=plan,
    )
    return [(kind, json.loads(before or "null"), json.loads(after or "null")) for kind, before, after in rows]


def test_a_user_is_made_and_can_be_licensed(make_world: Make) -> None:
    """R-175, R-178, R-179: found by name, sorted by surname, licensed where a location is given; undo deletes it."""
    world = make_world(crowd(2))
    first = snapshot(world.tenant)
    done = create_user(world.tenant, ZOE | {"mail": "zoe@contoso.example", "city": "Ede"}, OWNER)
    user = done.user_id
    assert found(world, "berg") == ["Zoe.Berg@Contoso.example"]
    row = world.rows("SELECT sort_key, principal_key, created_at, user_type, is_synced FROM users WHERE tenant_id = "
                     "%(tenant)s AND id = %(user)s", user=user)[0]  # fmt: skip
    assert (row[0], row[1], row[3], bool(row[4])) == ("berg zoe", "zoe.berg@contoso.example", "Member", False)
    assert abs(row[2] - clock.tenant_now(world.tenant)) < 60_000_000
    known = values(world, user)
    assert (known["proxy_addresses"], known["usage_location"]) == (("SMTP:zoe@contoso.example",), "")
    assert known["password_changed_at"] == row[2]
    ((kind, before, after),) = changed(world, done.plan_id)
    assert (kind, before, after["display_name"]) == ("user.create", None, "Zoë van der Berg")
    assert "password" not in json.dumps(after).replace("password_changed_at", "")
    assert world.inline(Assign(E3), user).verdict.reason is Reason.LOCATION_MISSING
    assert update_user(world.tenant, user, {"usage_location": "nl"}, OWNER) is not None
    assert world.inline(Assign(E3), user).verdict.outcome is Outcome.READY
    assert differences(replay(first, world.tenant), snapshot(world.tenant)) == {}
    header = world.header(done.plan_id)
    assert (header["verb"], header["is_inline"], header["state"]) == ("create_user", True, "applied")
    world.undo(done.plan_id)
    assert list_of.get(world.tenant, user) is None
    assert found(world, "berg") == []
    assert differences(replay(first, world.tenant), snapshot(world.tenant)) == {}


@pytest.mark.parametrize(
    ("fields", "code", "name"),
    [
        ({"display_name": None}, "field_missing", "display_name"),
        ({"display_name": " "}, "bad_field", "display_name"),
        ({"display_name": "x" * 257}, "field_too_long", "display_name"),
        ({"department": "x" * 65}, "field_too_long", "department"),
        ({"principal_name": "zoë@contoso.example"}, "bad_principal_name", "principal_name"),
        ({"principal_name": "zoe"}, "bad_principal_name", "principal_name"),
        ({"principal_name": "zoe@elders.example"}, "foreign_domain", "principal_name"),
        ({"principal_name": "P00001@contoso.example"}, "name_taken", "principal_name"),
        ({"usage_location": "XX"}, "bad_country", "usage_location"),
        ({"user_type": "Robot"}, "bad_field", "user_type"),
        ({"account_enabled": "yes"}, "bad_field", "account_enabled"),
        ({"business_phones": "1"}, "bad_field", "business_phones"),
        ({"created_at": 1}, "read_only_field", "created_at"),
        ({"shoe_size": "42"}, "unknown_field", "shoe_size"),
    ],
)
def test_a_field_that_will_not_do_is_named(make_world: Make, fields: dict[str, Any], code: str, name: str) -> None:
    """R-174, R-175, R-178: before anything is written."""
    world = make_world(crowd(1))
    before = snapshot(world.tenant)
    with pytest.raises(BadInput) as bad:
        create_user(world.tenant, ZOE | fields, OWNER)
    assert (bad.value.code, bad.value.details["name"]) == (code, name)
    assert differences(before, snapshot(world.tenant)) == {}


def test_names_and_ids_are_of_one_user(make_world: Make) -> None:
    """R-174: a deleted user's name is free, its object id is not; an address is of one user."""
    world = make_world(crowd(2))
    one = create_user(world.tenant, ZOE | {"mail": "z@contoso.example"}, OWNER, object_id="0" * 32)
    with pytest.raises(BadInput, match="object_id_taken"):
        create_user(world.tenant, ZOE, OWNER, object_id="00000000-0000-0000-0000-000000000000")
    with pytest.raises(BadInput, match="bad_object_id"):
        create_user(world.tenant, ZOE, OWNER, object_id="zoe")
    with pytest.raises(BadInput, match="mail_taken"):
        update_user(world.tenant, 1, {"mail": "Z@contoso.example"}, OWNER)
    with pytest.raises(BadInput, match="name_taken"):
        update_user(world.tenant, 1, {"principal_name": "ZOE.berg@contoso.example"}, OWNER)
    world.inline(DeleteUser(), one.user_id)
    again = create_user(world.tenant, ZOE | {"mail": "z@contoso.example"}, OWNER)
    assert again.user_id != one.user_id
    assert world.inline(RestoreUser(), one.user_id).verdict.reason is Reason.NAME_TAKEN
    with pytest.raises(BadInput, match="unknown_user"):
        update_user(world.tenant, one.user_id, {"city": "Ede"}, OWNER)


def test_only_what_is_named_changes_and_undo_puts_it_back(make_world: Make) -> None:
    """I-8, R-180: exactly the changed fields in the journal; keys and search move there and back; again is nothing."""
    world = make_world(crowd(2, department="Inkoop"))
    first = snapshot(world.tenant)
    fields = {
        "display_name": "Łukasz Ørsted",
        "principal_name": "lukasz@contoso.example",
        "department": None,
        "city": "Ede",
    }
    done = update_user(world.tenant, 1, fields | {"usage_location": values(world, 1)["usage_location"]}, OWNER)
    assert done is not None
    ((kind, before, after),) = changed(world, done.plan_id)
    assert kind == "user.update"
    assert set(before) == set(after) == set(fields)
    assert (before["department"], after["department"]) == ("Inkoop", "")
    assert found(world, "orsted") == ["lukasz@contoso.example"]
    assert found(world, "p00001") == []
    assert update_user(world.tenant, 1, fields, OWNER) is None
    back = undo_update(world.tenant, done.plan_id, OWNER)
    assert differences(first, snapshot(world.tenant)) == {}
    assert found(world, "p00001") == ["p00001@contoso.example"]
    assert (world.header(done.plan_id)["undone"], world.header(back.plan_id)["undo_of"]) == (1, done.plan_id)
    with pytest.raises(BadInput, match="nothing_to_undo"):
        undo_update(world.tenant, done.plan_id, OWNER)
    undo_update(world.tenant, back.plan_id, OWNER)
    assert values(world, 1)["city"] == "Ede"
    assert world.header(done.plan_id)["undone"] == 0
    assert differences(replay(first, world.tenant), snapshot(world.tenant)) == {}


def test_what_was_set_since_stays(make_world: Make) -> None:
    """R-180: the rest goes back and says so; nothing as it was left: refused, naming the plan."""
    world = make_world(crowd(1))
    done = update_user(world.tenant, 1, {"city": "Ede", "job_title": "Chef"}, OWNER, is_new_password=True)
    assert done is not None
    password = values(world, 1)["password_changed_at"]
    update_user(world.tenant, 1, {"city": "Epe"}, OWNER)
    back = undo_update(world.tenant, done.plan_id, OWNER)
    assert back.kept == ("city",)
    assert (values(world, 1)["city"], values(world, 1)["job_title"]) == ("Epe", None)
    assert values(world, 1)["password_changed_at"] == password
    with pytest.raises(Refused, match="changed_since"):
        undo_update(world.tenant, done.plan_id, OWNER)


def test_blocking_by_a_field_is_blocking(make_world: Make) -> None:
    """R-64: the same facts, sessions end too; the never list and Active Directory refuse; undo allows sign-in again."""
    world = make_world([*crowd(2), person(3, is_synced=True)])
    first = snapshot(world.tenant)
    done = update_user(world.tenant, 1, {"account_enabled": False, "city": "Ede"}, OWNER)
    assert done is not None
    kinds = [kind for kind, _, _ in changed(world, done.plan_id)]
    assert kinds == ["user.update", "account.enabled", "account.sessions"]
    single = world.inline(Block(), 2)
    assert single.plan_id is not None
    assert changed(world, single.plan_id)[0] == changed(world, done.plan_id)[1]
    undo_update(world.tenant, done.plan_id, OWNER)
    assert values(world, 1)["account_enabled"] is True
    for fields in (
        {"account_enabled": False},
        {"city": "Ede"},
        {"mail": "c@contoso.example"},
        {"city": "Ede", "usage_location": "BE"},
    ):
        with pytest.raises(Refused, match="synced_account"):
            update_user(world.tenant, 3, fields, OWNER)
    assert update_user(world.tenant, 3, {"usage_location": "BE"}, OWNER) is not None
    record.add_never(world.tenant, "user", 1, "Noodaccount", OWNER)
    with pytest.raises(Refused, match="never"):
        update_user(world.tenant, 1, {"account_enabled": False, "job_title": "Chef"}, OWNER)
    assert values(world, 1)["job_title"] is None
    assert differences(replay(first, world.tenant), snapshot(world.tenant)) == {}


@pytest.mark.parametrize(
    ("role", "fields", "may"),
    [
        (Role.LICENSE, {"usage_location": "BE"}, True),
        (Role.LICENSE, {"usage_location": "BE", "city": "Ede"}, False),
        (Role.LICENSE, {"account_enabled": False}, False),
        (Role.USER, {"usage_location": "BE", "account_enabled": False}, True),
        (Role.BILLING, {"usage_location": "BE"}, False),
    ],
)
def test_who_may_set_what(make_world: Make, role: Role, fields: dict[str, Any], may: bool) -> None:
    """R-176: a usage location alone with licenses, sign-in alone with blocking."""
    world = make_world(crowd(1))
    actor = Actor(ActorKind.OPERATOR, "x", "x", world.tenant, ROLE_CAPABILITIES[role])
    if may:
        assert update_user(world.tenant, 1, fields, actor) is not None
    else:
        with pytest.raises(NotPermitted):
            update_user(world.tenant, 1, fields, actor)
    blocker = Actor(ActorKind.APP, "x", "x", world.tenant, frozenset({Capability.BLOCK_USERS}))
    users.update_user(world.tenant, 1, {"account_enabled": True}, blocker)


def test_an_address_that_changes_stays_as_an_alias(make_world: Make) -> None:
    """R-179."""
    world = make_world(crowd(1))
    update_user(world.tenant, 1, {"mail": "a@contoso.example"}, OWNER)
    update_user(world.tenant, 1, {"mail": "b@contoso.example"}, OWNER)
    assert values(world, 1)["proxy_addresses"] == ("SMTP:b@contoso.example", "smtp:a@contoso.example")
    update_user(world.tenant, 1, {"mail": None}, OWNER)
    assert values(world, 1)["proxy_addresses"] == ("smtp:b@contoso.example", "smtp:a@contoso.example")


def test_the_command_line_shows_such_plans_and_undoes_them(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Title, journal and undo, in both languages; --plan has nothing to show."""
    world = make_world(tenant_rows([person(1, direct(E3))]))
    made = create_user(world.tenant, ZOE, OWNER)
    done = update_user(world.tenant, 1, {"city": "Ede", "job_title": "Chef"}, OWNER)
    assert done is not None
    line = CommandLine(world.store, monkeypatch)
    shown = [line.run("plans", "show", str(plan), "--tenant", "Contoso").out for plan in (made.plan_id, done.plan_id)]
    assert "Create user Zoe.Berg@Contoso.example" in shown[0]
    assert "Change user p00001@contoso.example" in shown[1]
    assert "User created" in line.run("audit", "list", "--tenant", "Contoso").out
    looked = line.run("plans", "undo", str(done.plan_id), "--plan", "--tenant", "Contoso")
    assert (looked.status, values(world, 1)["city"]) == (1, "Ede")
    asked = line.run("plans", "undo", str(done.plan_id), "--tenant", "Contoso")
    assert (asked.status, values(world, 1)["city"]) == (0, "Ede")
    update_user(world.tenant, 1, {"job_title": "Kok"}, OWNER)
    undone = line.run("plans", "undo", str(done.plan_id), "--yes", "--tenant", "Contoso")
    assert (undone.status, values(world, 1)["city"]) == (0, None)
    assert "Set since, so left as it is: job_title" in undone.out


def test_a_deleted_user_comes_back_under_another_name(make_world: Make) -> None:
    """R-183: where the old name is taken; the new one must be free, of the tenant, and of a user of the cloud."""
    world = make_world([*crowd(2), person(3, is_synced=True)])
    world.inline(DeleteUser(), 1)
    update_user(world.tenant, 2, {"principal_name": "p00001@contoso.example"}, OWNER)
    first = snapshot(world.tenant)
    assert world.inline(RestoreUser(), 1).verdict.reason is Reason.NAME_TAKEN
    assert world.inline(RestoreUser("P00001@contoso.example"), 1).verdict.reason is Reason.NAME_TAKEN
    assert world.inline(RestoreUser("x@contoso.example"), 2).verdict.reason is Reason.NOT_DELETED
    with pytest.raises(BadInput, match="foreign_domain"):
        world.inline(RestoreUser("terug@elders.example"), 1)
    with pytest.raises(BadInput, match="restore_name_alone"):
        world.propose(RestoreUser("terug@contoso.example"), 1)
    assert differences(first, snapshot(world.tenant)) == {}
    done = world.inline(RestoreUser("Terug@contoso.example"), 1)
    assert done.plan_id is not None
    assert [kind for kind, _, _ in changed(world, done.plan_id)][:2] == ["user.update", "account.deleted"]
    assert found(world, "terug@") == ["Terug@contoso.example"]
    assert list_of.owner_of_name(world.tenant, "terug@contoso.example") == 1
    assert differences(replay(first, world.tenant), snapshot(world.tenant)) == {}
    world.plant("UPDATE users SET deleted_at = 1 WHERE tenant_id = %(tenant)s AND id = 3")
    with pytest.raises(Refused, match="synced_account"):
        world.inline(RestoreUser("drie@contoso.example"), 3)
    world.plant("UPDATE users SET deleted_at = NULL WHERE tenant_id = %(tenant)s AND id = 3")
