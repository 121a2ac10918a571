"""Operators and their roles on a real store, and every door times every role: NotPermitted exactly where the table says."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

import licentia.changes
from licentia.changes import operators, propose, record, run
from licentia.changes.who import Who
from licentia.domain.instants import DAY
from licentia.domain.intents import (
    Assign,
    Block,
    CancelSubscription,
    ChangeLicenses,
    ChangeMembers,
    CreateGroup,
    CreateUser,
    DeleteGroup,
    DeleteUser,
    Intent,
    PurgeGroup,
    PurgeUser,
    Replace,
    Reprocess,
    Resize,
    RestoreGroup,
    RestoreUser,
    RevokeSessions,
    SetGroupLicenses,
    SetManager,
    SetPlans,
    SetRecurring,
    Swap,
    TakeOver,
    Unassign,
    UnassignAll,
    Unblock,
    Undo,
    UpdateGroup,
    UpdateUser,
)
from licentia.domain.permissions import (
    CAPABILITY_OF,
    ROLE_CAPABILITIES,
    Actor,
    ActorKind,
    Capability,
    Role,
)
from licentia.domain.reasons import BadInput, NotPermitted, Refused
from licentia.importing.rows import Report
from licentia.store import clock
from licentia.store.lists import operators as list_of
from world_store import AUDIO, E3, OWNER, World, crowd, user_file

if TYPE_CHECKING:
    from database import Store

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
WHOLE_STORE = "whole store"
"""A door that is the owner's of the store: no role of a tenant opens it."""

DOORS: dict[str, Capability | str] = {
    "advance.advance": Capability.MOVE_CLOCK,
    "advance.set_clock": Capability.MOVE_CLOCK,
    "approving.approve": Capability.APPROVE_PLANS,
    "apps.create_app": Capability.MANAGE_APPS,
    "apps.delete_app": Capability.MANAGE_APPS,
    "apps.rotate_secret": Capability.MANAGE_APPS,
    "approving.reject": Capability.APPROVE_PLANS,
    "copying.copy_tenant": WHOLE_STORE,
    "enrich.check_copy": Capability.IMPORT_FACTS,
    "enrich.import_sign_ins": Capability.IMPORT_FACTS,
    "enrich.import_usage": Capability.IMPORT_FACTS,
    "enrich_groups.import_groups": Capability.IMPORT_FACTS,
    "enrich_groups.import_members": Capability.IMPORT_FACTS,
    "enrich_subscriptions.import_subscriptions": Capability.IMPORT_FACTS,
    "finders.forget": Capability.SAVE_FINDERS,
    "finders.save": Capability.SAVE_FINDERS,
    "groups.create_group": Capability.MANAGE_GROUPS,
    "groups.delete_group": Capability.MANAGE_GROUPS,
    "groups.purge_group": Capability.MANAGE_GROUPS,
    "groups.restore_group": Capability.MANAGE_GROUPS,
    "groups.update_group": Capability.MANAGE_GROUPS,
    "handing.hand_over": Capability.ASSIGN_LICENSES,
    "entering.first_operator": WHOLE_STORE,
    "entering.link_for": WHOLE_STORE,
    "inline.consider": Capability.ASSIGN_LICENSES,
    "inline.apply_inline": Capability.ASSIGN_LICENSES,
    "operators.add_operator": WHOLE_STORE,
    "operators.disable_operator": WHOLE_STORE,
    "operators.enable_operator": WHOLE_STORE,
    "operators.grant": Capability.MANAGE_OPERATORS,
    "operators.revoke": Capability.MANAGE_OPERATORS,
    "prices.import_list": Capability.SET_PRICES,
    "prices.import_own": Capability.SET_PRICES,
    "prices.set_price": Capability.SET_PRICES,
    "propose.propose": Capability.ASSIGN_LICENSES,
    "again.unfinished": Capability.ASSIGN_LICENSES,
    "record.add_never": Capability.MANAGE_NEVER_LIST,
    "again.accepting": Capability.ASSIGN_LICENSES,
    "record.create_tenant": WHOLE_STORE,
    "record.delete_tenant": Capability.MANAGE_TENANTS,
    "record.load_tenant": WHOLE_STORE,
    "record.remove_never": Capability.MANAGE_NEVER_LIST,
    "record.set_tenant": Capability.MANAGE_TENANTS,
    "refresh.refresh": WHOLE_STORE,
    "run.apply": Capability.ASSIGN_LICENSES,
    "run.discard": Capability.ASSIGN_LICENSES,
    "run.pause": Capability.ASSIGN_LICENSES,
    "run.resume": Capability.ASSIGN_LICENSES,
    "schedule.schedule": Capability.ASSIGN_LICENSES,
    "schedule.unschedule": Capability.ASSIGN_LICENSES,
    "signing.rotate": WHOLE_STORE,
    "subscriptions.cancel": Capability.MANAGE_SUBSCRIPTIONS,
    "subscriptions.change": Capability.MANAGE_SUBSCRIPTIONS,
    "subscriptions.resize": Capability.MANAGE_SUBSCRIPTIONS,
    "subscriptions.set_recurring": Capability.MANAGE_SUBSCRIPTIONS,
    "subscriptions.undo": Capability.MANAGE_SUBSCRIPTIONS,
    "views.choose_columns": Capability.READ,
    "views.forget": Capability.READ,
    "views.save": Capability.READ,
    "users.create_user": Capability.MANAGE_USERS,
    "users.update_user": Capability.MANAGE_USERS,
    "users.undo_update": Capability.MANAGE_USERS,
}
"""Every door, and what it needs; those for plans with a plan that unassigns."""

INSIDE = {
    "enrich.write_journal",
    "ending.finish",
    "ending.pause",
    "grouping.run",
    "journal.write",
    "propose.header",
    "run.move",
    "run.run",
}
"""What takes an actor only to name it: parts of a door's transaction, and work on a plan that somebody started."""


def doors() -> dict[str, Callable[..., Any]]:
    """Every public function of the doors' modules that takes an actor, by module and name."""
    found: dict[str, Callable[..., Any]] = {}
    for one in pkgutil.iter_modules(licentia.changes.__path__):
        module = importlib.import_module(f"licentia.changes.{one.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            takes = any("Actor" in str(p.annotation) for p in inspect.signature(function).parameters.values())
            if takes and function.__module__ == module.__name__ and not name.startswith("_"):
                found[f"{one.name}.{name}"] = function
    return found


def samples(world: World) -> dict[str, Any]:
    """A value for each parameter of a door, by its name."""
    plan = world.propose(Unassign(E3), 1, 2)
    world.inline(Unassign(E3), 1)
    world.apply(plan)  # user 1 ends stale: there is something to do again
    return {
        "tenant_id": world.tenant,
        "plan_id": plan,
        "intent": Assign(E3),
        "who": Who("users", ids=(2,)),
        "user_id": 2,
        "name": "Vrij",
        "display_name": "Vrij",
        "address": "",
        "columns": (),
        "role": Role.LICENSE,
        "why": "Niet nu",
        "at": clock.tenant_now(world.tenant) + DAY,
        "target": clock.tenant_now(world.tenant) + DAY,
        "object_kind": "user",
        "object_id": 2,
        "reason": "Blijft",
        "fields": {"country": "BE"},
        "rows": None,
        "file": replace(user_file([]), form=Report.ACTIVITY.value),
        "wanted": None,
        "accept": frozenset(),
        "group_id": 1,
        "sku_id": E3,
        "price": None,
        "subscription_id": 1,
        "seats": 5,
        "on": True,
    }


def actor_with(world: World, role: Role) -> Actor:
    """Somebody with one role in the tenant."""
    return Actor(ActorKind.OPERATOR, f"id of {role}", role.value, world.tenant, ROLE_CAPABILITIES[role])


def is_turned_away(door: Callable[..., Any], *words: Any, **named: Any) -> bool:
    """Whether the door says that this actor may not; whatever else it does or says is taken back."""
    try:
        with transaction.atomic():
            try:
                door(*words, **named)
            finally:
                transaction.set_rollback(True)
    except NotPermitted as refused:
        return refused.needs not in ("own_plan",)
    except Exception:  # noqa: BLE001 - it was let in; the values are only good enough to ask who may
        return False
    return False


def test_every_door_is_in_the_table() -> None:
    """A new door is named here with what it needs, or it is no door."""
    assert set(doors()) == set(DOORS) | INSIDE


def test_every_door_asks_every_role(make_world: Make) -> None:
    """Each door with an actor of each role: it opens exactly to those whose role has what it needs."""
    world = make_world(crowd(3))
    values = samples(world)
    wrong = []
    for name, function in doors().items():
        if name in INSIDE:
            continue
        named = {
            parameter: values[parameter]
            for parameter, one in inspect.signature(function).parameters.items()
            if one.default is inspect.Parameter.empty and parameter != "actor"
        }
        for role in Role:
            may = DOORS[name] in ROLE_CAPABILITIES[role]
            if is_turned_away(function, **named, actor=actor_with(world, role)) is may:
                wrong.append((name, role.value, "may" if may else "may not"))
    assert wrong == []


INTENTS: tuple[Intent, ...] = (
    Unassign(E3),
    Assign(E3),
    Swap(E3, AUDIO),
    Replace(frozenset({AUDIO})),
    UnassignAll(),
    SetPlans(E3),
    ChangeLicenses(((AUDIO, frozenset()),), frozenset({E3})),
    TakeOver(1, E3, move=True),
    Block(),
    Unblock(),
    RevokeSessions(),
    SetManager(None),
    CreateUser((("display_name", "Vrij"),)),
    UpdateUser(1, (("city", "Ede"),)),
    DeleteUser(),
    RestoreUser(),
    PurgeUser(),
    ChangeMembers(None, 1),
    SetGroupLicenses(1),
    Reprocess(),
    Resize(1, E3, 5),
    SetRecurring(1, E3, on=True),
    CancelSubscription(1, E3),
    CreateGroup("Vrij", "security"),
    UpdateGroup(1, "Vrij"),
    DeleteGroup(1),
    RestoreGroup(1),
    PurgeGroup(1),
)


def test_making_a_plan_needs_what_its_intent_needs(make_world: Make) -> None:
    """Every intent with every role: a Billing Administrator takes over and assigns nobody."""
    world = make_world(crowd(2))
    assert {type(intent) for intent in INTENTS} == set(CAPABILITY_OF)
    wrong = []
    for intent in INTENTS:
        for role in Role:
            may = CAPABILITY_OF[type(intent)] in ROLE_CAPABILITIES[role]
            who = Who("users", ids=(1,))
            if is_turned_away(propose.propose, world.tenant, intent, who, actor_with(world, role)) is may:
                wrong.append((type(intent).__name__, role.value))
    assert wrong == []


def test_a_plan_is_moved_by_those_who_could_make_it(make_world: Make) -> None:
    """Applying, undoing and ending a plan need what its intent needs; an undo is no way around it."""
    world = make_world(crowd(2))
    blocking = world.propose(Block(), 1)
    assert is_turned_away(run.apply, world.tenant, blocking, actor_with(world, Role.LICENSE))
    assert is_turned_away(run.discard, world.tenant, blocking, actor_with(world, Role.LICENSE))
    assert not is_turned_away(run.apply, world.tenant, blocking, actor_with(world, Role.USER))
    world.apply(blocking)
    for role, may in ((Role.LICENSE, False), (Role.USER, True)):
        words = (world.tenant, Undo(blocking), Who("plan", str(blocking)), actor_with(world, role))
        assert is_turned_away(propose.propose, *words) is not may


# ---- operators


def actor(world: World, name: str, *roles: Role) -> Actor:
    """A new operator with these roles in the tenant."""
    operators.add_operator(name, "", OWNER)
    for role in roles:
        operators.grant(name, world.tenant, role, OWNER)
    return operators.actor_for(name, world.tenant)


def test_an_operator_has_the_capabilities_of_all_its_roles(make_world: Make) -> None:
    """Billing and License together buy and assign; in another tenant it has no role at all."""
    world = make_world(crowd(1))
    anna = actor(world, "anna@contoso.example", Role.BILLING, Role.LICENSE)
    assert anna.capabilities == ROLE_CAPABILITIES[Role.BILLING] | ROLE_CAPABILITIES[Role.LICENSE]
    assert (anna.kind, anna.name, anna.tenant_id) == (ActorKind.OPERATOR, "anna@contoso.example", world.tenant)
    with pytest.raises(NotPermitted, match="no_role"):
        operators.actor_for("anna@contoso.example", world.twin)


def test_what_an_operator_does_bears_its_name(make_world: Make) -> None:
    """The journal and the plan say who it was."""
    world = make_world(crowd(1))
    anna = actor(world, "Anna", Role.LICENSE)
    world.actor = anna
    world.unassign(1)
    found = world.rows(
        "SELECT DISTINCT actor_kind, actor_id, actor_name FROM segment WHERE tenant_id = %(tenant)s AND plan_id = 1"
    )
    assert found == [("operator", anna.id, "Anna")]
    assert world.header(1)["actor_name"] == "Anna"


def test_names_are_unique_and_found_in_any_letter_case(store: Store) -> None:
    """Two people with one name could not be told apart in the journal."""
    operators.add_operator(" Anna@Contoso.example ", "Anna de Vries", OWNER)
    with pytest.raises(BadInput, match="operator_exists"):
        operators.add_operator("anna@contoso.EXAMPLE", "", OWNER)
    for text in ("", "  ", "a\nb", "x" * 255):
        with pytest.raises(BadInput, match="bad_operator_name"):
            operators.add_operator(text, "", OWNER)
    [one] = list_of.every()
    assert (one.name, one.display_name, one.is_active, one.roles) == ("Anna@Contoso.example", "Anna de Vries", True, ())
    with pytest.raises(BadInput, match="unknown_operator"):
        operators.disable_operator("berend", OWNER)


def test_an_operator_has_no_password(store: Store) -> None:
    """Nobody can sign in with one: what is stored is no hash of anything."""
    from licentia.store.models import Operator

    operators.add_operator("Anna", "", OWNER)
    assert not Operator.objects.get().has_usable_password()


def test_a_disabled_operator_does_nothing(make_world: Make) -> None:
    """It keeps its roles for when it is enabled again; each change is in the tenant's journal."""
    world = make_world(crowd(1))
    actor(world, "Anna", Role.LICENSE)
    assert operators.disable_operator("Anna", OWNER)
    assert not operators.disable_operator("Anna", OWNER)
    with pytest.raises(NotPermitted, match="operator_disabled"):
        operators.actor_for("Anna", world.tenant)
    with pytest.raises(NotPermitted, match="operator_disabled"):
        operators.actor_anywhere("Anna")
    assert operators.enable_operator("Anna", OWNER)
    assert not operators.enable_operator("Anna", OWNER)
    assert operators.actor_for("Anna", world.tenant).capabilities == ROLE_CAPABILITIES[Role.LICENSE]
    for kind in ("operator.disable", "operator.enable"):
        [(_at, _object, _before, after)] = world.journal(kind)
        assert after == '{"operator":"Anna"}'


def test_giving_and_taking_a_role_is_in_the_journal(make_world: Make) -> None:
    """Who, which role; what was so already changes nothing and is not written."""
    world = make_world(crowd(1))
    operators.add_operator("Anna", "", OWNER)
    assert operators.grant("anna", world.tenant, Role.LICENSE, OWNER)
    assert not operators.grant("anna", world.tenant, Role.LICENSE, OWNER)
    assert operators.revoke("anna", world.tenant, Role.LICENSE, OWNER)
    assert not operators.revoke("anna", world.tenant, Role.LICENSE, OWNER)
    text = '{"operator":"Anna","role":"license"}'
    assert [row[2:] for row in world.journal("operator.grant")] == [(None, text)]
    assert [row[2:] for row in world.journal("operator.revoke")] == [(text, None)]


def test_the_last_global_administrator_stays(make_world: Make) -> None:
    """Others would be left whom nobody of them can help: refused, whether by taking the role or by disabling."""
    world = make_world(crowd(1))
    actor(world, "Anna", Role.GLOBAL, Role.LICENSE)
    with pytest.raises(Refused, match="last_global"):  # Anna herself would stay, without it
        operators.revoke("Anna", world.tenant, Role.GLOBAL, OWNER)
    actor(world, "Berend", Role.USER)
    with pytest.raises(Refused, match="last_global"):
        operators.revoke("Anna", world.tenant, Role.GLOBAL, OWNER)
    with pytest.raises(Refused, match="last_global"):
        operators.disable_operator("Anna", OWNER)
    assert operators.revoke("Anna", world.tenant, Role.LICENSE, OWNER)
    operators.grant("Berend", world.tenant, Role.GLOBAL, OWNER)
    assert operators.disable_operator("Anna", OWNER)
    with pytest.raises(Refused, match="last_global"):  # one who is disabled is no Global Administrator to others
        operators.revoke("Berend", world.tenant, Role.GLOBAL, OWNER)


def test_the_last_operator_may_go(make_world: Make) -> None:
    """With nobody left in the tenant there is nobody to leave behind; the store's owner can always begin anew."""
    world = make_world(crowd(1))
    actor(world, "Anna", Role.GLOBAL)
    assert operators.revoke("Anna", world.tenant, Role.GLOBAL, OWNER)
    assert list_of.members(world.tenant) == []


def test_a_global_administrator_gives_roles_in_its_own_tenant_only(make_world: Make) -> None:
    """Adding and disabling people is the whole store's, so its owner's."""
    world = make_world(crowd(1))
    anna = actor(world, "Anna", Role.GLOBAL)
    operators.add_operator("Berend", "", OWNER)
    assert operators.grant("Berend", world.tenant, Role.LICENSE, anna)
    with pytest.raises(NotPermitted, match="manage_operators"):
        operators.grant("Berend", world.twin, Role.LICENSE, anna)
    with pytest.raises(NotPermitted, match="manage_operators"):
        operators.add_operator("Carla", "", anna)
    with pytest.raises(NotPermitted, match="manage_operators"):
        operators.disable_operator("Berend", anna)


def test_an_operator_before_a_tenant_is_chosen_may_nothing(store: Store) -> None:
    """No door opens to it, not even for reading the whole store."""
    operators.add_operator("Anna", "", OWNER)
    nobody = operators.actor_anywhere("anna")
    for capability in Capability:
        for tenant in (0, 1):
            with pytest.raises(NotPermitted):
                nobody.require(capability, tenant)


def test_a_tenant_that_is_deleted_takes_its_roles_along(make_world: Make) -> None:
    """The operator stays, with the roles it has elsewhere."""
    world = make_world(crowd(1))
    other = record.create_tenant("Later", OWNER)
    actor(world, "Anna", Role.GLOBAL_READER)
    operators.grant("Anna", other, Role.GLOBAL, OWNER)
    record.delete_tenant(other, OWNER)
    found = list_of.find("Anna")
    assert found is not None
    assert [role for _tenant, _name, role in found.roles] == ["global_reader"]
