"""Who may do what: every role and scope times every capability, and no tenant but the actor's own."""

from __future__ import annotations

import pytest

from licentia.domain.permissions import (
    ROLE_CAPABILITIES,
    SCOPE_CAPABILITIES,
    SYSTEM,
    Actor,
    ActorKind,
    Capability,
    Role,
    local_shell,
)
from licentia.domain.reasons import NotPermitted

ASSIGNERS = {Role.GLOBAL, Role.LICENSE, Role.USER}
"""Billing buys seats and may not assign them."""


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("capability", Capability)
def test_roles_may_what_microsofts_roles_may(role: Role, capability: Capability) -> None:
    """All read; three assign; what is the tenant's own setting is Global's."""
    expected = (
        role is Role.GLOBAL
        or capability is Capability.READ
        or (capability is Capability.ASSIGN_LICENSES and role in ASSIGNERS)
    )
    assert (capability in ROLE_CAPABILITIES[role]) is expected


def test_scopes_that_write_may_assign_and_all_may_read() -> None:
    """Graph's scope names say which is which."""
    for scope, capabilities in SCOPE_CAPABILITIES.items():
        wanted = {Capability.READ, Capability.ASSIGN_LICENSES} if ".ReadWrite." in scope else {Capability.READ}
        assert capabilities == wanted


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


@pytest.mark.parametrize("actor", [SYSTEM, local_shell("anna")])
def test_the_shell_and_the_tenant_itself_may_everything(actor: Actor) -> None:
    """The store's owner, and what a tenant does by itself."""
    for capability in Capability:
        actor.require(capability, 7)
    assert local_shell("anna").name == "anna"
