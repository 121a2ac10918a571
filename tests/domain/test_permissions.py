"""Who may do what: every role and scope times every capability, and no tenant but the actor's own."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from licentia.domain import intents, rulebook
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
    DOUBTFUL_SCOPES,
    ROLE_CAPABILITIES,
    SCOPE_CAPABILITIES,
    SYSTEM,
    Actor,
    ActorKind,
    Capability,
    Role,
    local_shell,
    roles_with,
)
from licentia.domain.reasons import NotPermitted

MAY: dict[Capability, set[Role]] = {
    Capability.READ: set(Role),
    Capability.ASSIGN_LICENSES: {Role.GLOBAL, Role.LICENSE, Role.USER},
    Capability.ASSIGN_GROUP_LICENSES: {Role.GLOBAL, Role.LICENSE, Role.USER, Role.GROUPS},
    Capability.MANAGE_GROUPS: {Role.GLOBAL, Role.GROUPS},
    Capability.CHANGE_MEMBERS: {Role.GLOBAL, Role.GROUPS},
    Capability.MANAGE_USERS: {Role.GLOBAL, Role.USER},
    Capability.BLOCK_USERS: {Role.GLOBAL, Role.USER},
    Capability.MANAGE_SUBSCRIPTIONS: {Role.GLOBAL, Role.BILLING},
    Capability.SET_PRICES: {Role.GLOBAL, Role.BILLING},
    Capability.APPROVE_PLANS: {Role.GLOBAL, Role.LICENSE, Role.USER},
    Capability.SAVE_FINDERS: {Role.GLOBAL, Role.LICENSE, Role.USER, Role.BILLING, Role.GROUPS},
    Capability.IMPORT_FACTS: {Role.GLOBAL},
    Capability.MANAGE_TENANTS: {Role.GLOBAL},
    Capability.MANAGE_NEVER_LIST: {Role.GLOBAL},
    Capability.MOVE_CLOCK: {Role.GLOBAL},
    Capability.MANAGE_OPERATORS: {Role.GLOBAL},
    Capability.MANAGE_APPS: {Role.GLOBAL},
}
"""R-135 and Microsoft's table of roles: Billing buys seats and may not assign them, License and User the reverse."""

NEEDS: dict[type[Any], Capability] = {
    Unassign: Capability.ASSIGN_LICENSES,
    Assign: Capability.ASSIGN_LICENSES,
    Swap: Capability.ASSIGN_LICENSES,
    Replace: Capability.ASSIGN_LICENSES,
    UnassignAll: Capability.ASSIGN_LICENSES,
    SetPlans: Capability.ASSIGN_LICENSES,
    Reprocess: Capability.ASSIGN_LICENSES,
    ChangeLicenses: Capability.ASSIGN_LICENSES,
    TakeOver: Capability.MANAGE_SUBSCRIPTIONS,
    Block: Capability.BLOCK_USERS,
    Unblock: Capability.BLOCK_USERS,
    RevokeSessions: Capability.BLOCK_USERS,
    SetManager: Capability.MANAGE_USERS,
    CreateUser: Capability.MANAGE_USERS,
    UpdateUser: Capability.MANAGE_USERS,
    DeleteUser: Capability.MANAGE_USERS,
    RestoreUser: Capability.MANAGE_USERS,
    PurgeUser: Capability.MANAGE_USERS,
    ChangeMembers: Capability.CHANGE_MEMBERS,
    SetGroupLicenses: Capability.ASSIGN_GROUP_LICENSES,
    CreateGroup: Capability.MANAGE_GROUPS,
    UpdateGroup: Capability.MANAGE_GROUPS,
    DeleteGroup: Capability.MANAGE_GROUPS,
    RestoreGroup: Capability.MANAGE_GROUPS,
    PurgeGroup: Capability.MANAGE_GROUPS,
    Resize: Capability.MANAGE_SUBSCRIPTIONS,
    SetRecurring: Capability.MANAGE_SUBSCRIPTIONS,
    CancelSubscription: Capability.MANAGE_SUBSCRIPTIONS,
}
"""What each intent is for the administrator who wants it."""


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("capability", Capability)
def test_roles_may_what_microsofts_roles_may(role: Role, capability: Capability) -> None:
    """All read; who assigns does not buy, who buys does not assign; what is the tenant's own setting is Global's."""
    assert (capability in ROLE_CAPABILITIES[role]) is (role in MAY[capability])


def test_the_rule_names_the_roles_of_the_table() -> None:
    """R-135 says in words who assigns and who buys."""
    rule = rulebook.load().by_id["R-135"]
    assert rule.confidence == "documented"
    assert rule.en.startswith("Global, License and User Administrators assign")
    assert roles_with(Capability.ASSIGN_LICENSES) == (Role.GLOBAL, Role.LICENSE, Role.USER)
    assert roles_with(Capability.MANAGE_SUBSCRIPTIONS) == (Role.GLOBAL, Role.BILLING)


def test_every_intent_needs_something() -> None:
    """Each class of intents is in the table; an undo needs what the plan that it undoes needed."""
    assert {Undo, *CAPABILITY_OF} == set(get_args(intents.Intent))
    assert CAPABILITY_OF == NEEDS


SCOPES: dict[str, set[Capability]] = {
    "LicenseAssignment.ReadWrite.All": {
        Capability.READ,
        Capability.ASSIGN_LICENSES,
        Capability.ASSIGN_GROUP_LICENSES,
    },
    "User.ReadWrite.All": {
        Capability.READ,
        Capability.ASSIGN_LICENSES,
        Capability.MANAGE_USERS,
        Capability.BLOCK_USERS,
    },
    "User.EnableDisableAccount.All": {Capability.BLOCK_USERS},
    "User.RevokeSessions.All": {Capability.BLOCK_USERS},
    "Group.ReadWrite.All": {
        Capability.READ,
        Capability.MANAGE_GROUPS,
        Capability.CHANGE_MEMBERS,
        Capability.ASSIGN_GROUP_LICENSES,
    },
    "GroupMember.ReadWrite.All": {Capability.READ, Capability.CHANGE_MEMBERS},
    "Directory.ReadWrite.All": {
        Capability.READ,
        Capability.ASSIGN_LICENSES,
        Capability.ASSIGN_GROUP_LICENSES,
        Capability.CHANGE_MEMBERS,
    },
}
"""Scopes that do more than read."""


@pytest.mark.parametrize("scope", SCOPE_CAPABILITIES)
def test_scopes_may_what_their_names_say(scope: str) -> None:
    """A scope that only reads reads; no scope approves, buys, imports, or sees to tenants and operators."""
    found = SCOPE_CAPABILITIES[scope]
    assert found == SCOPES.get(scope, {Capability.READ})
    assert set(SCOPES) <= set(SCOPE_CAPABILITIES)
    assert scope in SCOPES or ".ReadWrite." not in scope or scope in DOUBTFUL_SCOPES


def test_doubtful_scopes_are_scopes_and_say_what_is_open() -> None:
    """What Microsoft's text leaves open is named, and gives less rather than more."""
    assert set(DOUBTFUL_SCOPES) <= set(SCOPE_CAPABILITIES)
    assert all("confirmed" in why for why in DOUBTFUL_SCOPES.values())
    assert Capability.MANAGE_USERS not in SCOPE_CAPABILITIES["Directory.ReadWrite.All"]


@pytest.mark.parametrize(
    ("home", "asked", "has", "may"),
    [(1, 1, True, True), (1, 2, True, False), (0, 2, True, True), (1, 1, False, False), (0, 2, False, False)],
)
def test_an_actor_acts_in_its_own_tenant_only(home: int, asked: int, has: bool, may: bool) -> None:
    """I-9: tenant 0 is the whole store's shell; everybody else stays at home."""
    capabilities = frozenset({Capability.ASSIGN_LICENSES} if has else set())
    actor = Actor(ActorKind.OPERATOR, "anna", "Anna", home, capabilities)
    if may:
        actor.require(Capability.ASSIGN_LICENSES, asked)
        return
    with pytest.raises(NotPermitted) as refused:
        actor.require(Capability.ASSIGN_LICENSES, asked)
    assert refused.value.needs == "assign_licenses"
    assert refused.value.details == {"tenant_id": asked}


@pytest.mark.parametrize("actor", [SYSTEM, local_shell("anna")])
def test_the_shell_and_the_tenant_itself_may_everything(actor: Actor) -> None:
    """The store's owner, and what a tenant does by itself."""
    for capability in Capability:
        actor.require(capability, 7)
    assert local_shell("anna").name == "anna"
