"""Every operation times every scope times a program or an operator with every role: as Microsoft's tables say, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import RequestFactory

import signing as people
from licentia.changes import apps, operators
from licentia.domain.permissions import ROLE_CAPABILITIES, SCOPE_CAPABILITIES, ActorKind, Role
from licentia.graph_api import access, tokens
from licentia.graph_api.access import Caller
from licentia.graph_api.errors import GraphRefused
from licentia.graph_api.operations import OPERATIONS
from licentia.store.lists import operators as list_of
from licentia.store.lists.apps import AppRow
from world_store import OWNER, World, build, crowd, tenant_rows

if TYPE_CHECKING:
    from database import Store

READS_USERS = {"User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
READS_GROUPS = {
    "GroupMember.Read.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
}
READS_PRODUCTS = {
    "LicenseAssignment.Read.All",
    "LicenseAssignment.ReadWrite.All",
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
}
LICENSES_OF_USERS = {"LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"}

EVERYBODY = set(Role)
LICENSE_ADMINS = {Role.GLOBAL, Role.LICENSE, Role.USER}
USER_ADMINS = {Role.GLOBAL, Role.USER}
GROUP_ADMINS = {Role.GLOBAL, Role.GROUPS}

EXPECTED: dict[str, tuple[set[str], set[Role]]] = {
    "users.list": (READS_USERS, EVERYBODY),
    "users.get": (READS_USERS, EVERYBODY),
    "users.count": (READS_USERS, EVERYBODY),
    "users.delta": (READS_USERS, EVERYBODY),
    "users.manager": (READS_USERS, EVERYBODY),
    "users.member_of": (READS_USERS | {"GroupMember.Read.All"}, EVERYBODY),
    "users.licenses": (READS_USERS | {"LicenseAssignment.Read.All"}, EVERYBODY),
    "users.sign_in_activity": ({"AuditLog.Read.All"}, EVERYBODY),
    "users.create": ({"User.ReadWrite.All"}, USER_ADMINS),
    "users.update": ({"User.ReadWrite.All"}, USER_ADMINS),
    "users.enable": ({"User.ReadWrite.All", "User.EnableDisableAccount.All"}, USER_ADMINS),
    "users.set_location": ({"User.ReadWrite.All", "LicenseAssignment.ReadWrite.All"}, LICENSE_ADMINS),
    "users.delete": ({"User.ReadWrite.All"}, USER_ADMINS),
    "users.assign_license": (LICENSES_OF_USERS, LICENSE_ADMINS),
    "users.reprocess": (LICENSES_OF_USERS, LICENSE_ADMINS),
    "users.revoke_sessions": ({"User.ReadWrite.All", "User.RevokeSessions.All"}, USER_ADMINS),
    "skus.list": (READS_PRODUCTS, EVERYBODY),
    "subscriptions.list": (READS_PRODUCTS, EVERYBODY),
    "organization.get": (
        READS_PRODUCTS - {"LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All"},
        EVERYBODY,
    ),
    "groups.list": (READS_GROUPS, EVERYBODY),
    "groups.get": (READS_GROUPS, EVERYBODY),
    "groups.delta": (READS_GROUPS, EVERYBODY),
    "groups.members": (READS_GROUPS | {"GroupMember.ReadWrite.All"}, EVERYBODY),
    "groups.transitive_members": (READS_GROUPS | {"GroupMember.ReadWrite.All"}, EVERYBODY),
    "groups.errors": (READS_GROUPS | {"GroupMember.ReadWrite.All"}, EVERYBODY),
    "groups.create": ({"Group.ReadWrite.All"}, GROUP_ADMINS),
    "groups.update": ({"Group.ReadWrite.All"}, GROUP_ADMINS),
    "groups.delete": ({"Group.ReadWrite.All"}, GROUP_ADMINS),
    "groups.assign_license": (
        {"LicenseAssignment.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"},
        LICENSE_ADMINS | GROUP_ADMINS,
    ),
    "groups.change_members": (
        {"GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"},
        GROUP_ADMINS,
    ),
    "deleted.list": (READS_USERS, EVERYBODY),
    "deleted.restore": ({"User.ReadWrite.All"}, USER_ADMINS),
    "deleted.purge": ({"User.ReadWrite.All"}, USER_ADMINS),
    "deleted_groups.list": (READS_GROUPS - {"GroupMember.Read.All"}, EVERYBODY),
    "deleted_groups.restore": ({"Group.ReadWrite.All"}, GROUP_ADMINS),
    "deleted_groups.purge": ({"Group.ReadWrite.All"}, GROUP_ADMINS),
    "objects.get": ({"Directory.Read.All", "Directory.ReadWrite.All"}, EVERYBODY),
}
"""Which scopes open an operation, and which roles the operator must have one of, written from Microsoft's texts by hand."""

SCOPES = sorted(SCOPE_CAPABILITIES)


@pytest.fixture
def world(store: Store) -> World:
    """Two tenants alike."""
    return build(store, tenant_rows(crowd(1)))


def called(token: str, scheme: str = "Bearer") -> Caller:
    """Who a request with this token is."""
    return access.authenticate(RequestFactory().get("/v1.0/users", headers={"Authorization": f"{scheme} {token}"}))


def opened(caller: Caller) -> set[str]:
    """The operations the caller may."""
    found: set[str] = set()
    said: set[tuple[int, str, str]] = set()
    for operation in OPERATIONS:
        try:
            access.require(caller, operation)
        except GraphRefused as refused:
            said.add((refused.status, refused.code, refused.message))
        else:
            found.add(operation)
    assert said <= {(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")}
    return found


def program(world: World, *scopes: str, delegated: bool = False, tenant: int = 0) -> AppRow:
    """A program with these scopes of its own, or lent by operators."""
    how: dict[str, tuple[str, ...]] = {"delegated" if delegated else "application": scopes}
    name = f"{'for people' if delegated else 'alone'} {' '.join(scopes)}"
    return apps.create_app(tenant or world.tenant, name, OWNER, **how).app  # type: ignore[arg-type]  # one of two


def test_the_table_names_every_operation_and_no_scope_that_nobody_knows() -> None:
    """Each row of the one has a row in the other; each scope is one a program can be given."""
    assert set(OPERATIONS) == set(EXPECTED)
    assert all(scope in SCOPE_CAPABILITIES for one in OPERATIONS.values() for scope in one.scopes)
    assert all(len(set(one.scopes)) == len(one.scopes) for one in OPERATIONS.values())


@pytest.mark.parametrize("scope", SCOPES)
def test_a_program_may_what_its_scope_opens(world: World, scope: str) -> None:
    """Its own scopes, and nothing else; it has no role."""
    caller = called(tokens.for_app(program(world, scope))[0])
    assert caller.is_app_only
    assert caller.roles == frozenset()
    assert caller.actor.kind is ActorKind.APP
    assert caller.actor.tenant_id == caller.tenant_id == world.tenant
    assert caller.scopes == {scope}
    assert opened(caller) == {name for name, (scopes, _roles) in EXPECTED.items() if scope in scopes}


@pytest.mark.parametrize("role", Role)
def test_on_behalf_of_an_operator_both_must_be_allowed(world: World, role: Role) -> None:
    """The scopes lent to the program, of which only what the operator's roles can do counts."""
    people.add("anna@contoso.example", (world.tenant, role))
    anna = operators.known("anna@contoso.example")
    for scope in SCOPES:
        caller = called(tokens.for_operator(program(world, scope, delegated=True), anna, [scope])[0])
        assert not caller.is_app_only
        assert (caller.actor.kind, caller.actor.id) == (ActorKind.OPERATOR, anna.id)
        assert caller.actor.capabilities <= ROLE_CAPABILITIES[role]
        may = {name for name, (scopes, roles) in EXPECTED.items() if scope in scopes and role in roles}
        assert opened(caller) == may, scope


def test_scopes_of_its_own_are_not_lent_ones(world: World) -> None:
    """A program's application scope does nothing on behalf of an operator, a delegated one nothing by itself."""
    people.add("anna@contoso.example", (world.tenant, Role.GLOBAL))
    anna = operators.known("anna@contoso.example")
    alone, lent = program(world, "User.Read.All"), program(world, "User.Read.All", delegated=True)
    assert opened(called(tokens.for_operator(alone, anna, ["User.Read.All"])[0])) == set()
    assert opened(called(tokens.for_app(lent)[0])) == set()


def refusal(token: str, scheme: str = "Bearer") -> str:
    """Why a request with this token is nobody's: always 401 in Graph's words."""
    with pytest.raises(GraphRefused) as found:
        called(token, scheme)
    assert (found.value.status, found.value.code) == (401, "InvalidAuthenticationToken")
    assert found.value.headers["WWW-Authenticate"].startswith("Bearer ")
    return found.value.message


def test_who_is_gone_is_out(world: World) -> None:
    """A deleted program, a disabled operator, one without a role any more: their tokens open nothing."""
    people.add("anna@contoso.example", (world.tenant, Role.LICENSE))
    people.add("root@contoso.example", (world.tenant, Role.GLOBAL))
    anna = operators.known("anna@contoso.example")
    app = program(world, "User.Read.All", delegated=True)
    token = tokens.for_operator(app, anna, ["User.Read.All"])[0]
    called(token)
    operators.disable_operator(anna.name, OWNER)
    access.forget()
    assert refusal(token) == "Access token validation failure."
    operators.enable_operator(anna.name, OWNER)
    operators.revoke(anna.name, world.tenant, Role.LICENSE, OWNER)
    access.forget()
    assert refusal(token) == "Access token validation failure."
    operators.grant(anna.name, world.tenant, Role.LICENSE, OWNER)
    own = tokens.for_app(app)[0]
    called(own)
    apps.delete_app(world.tenant, app.id, OWNER)
    access.forget()
    assert refusal(own) == refusal(token) == "Access token validation failure."
    assert list_of.find("anna@contoso.example") is not None


def test_no_token_is_no_caller(world: World) -> None:
    """Nothing, another scheme, an empty token."""
    assert refusal("", "Bearer") == "Access token is empty."
    assert refusal("YW5uYTpzZWNyZXQ=", "Basic") == "Access token is empty."
    with pytest.raises(GraphRefused) as found:
        access.authenticate(RequestFactory().get("/v1.0/users"))
    assert found.value.message == "Access token is empty."


def test_a_token_stays_in_its_tenant(world: World) -> None:
    """A program of one tenant acts in that one, also where both have one of the same name."""
    mine, other = program(world, "User.Read.All"), program(world, "User.Read.All", tenant=world.twin)
    assert called(tokens.for_app(mine)[0]).tenant_id == world.tenant
    assert called(tokens.for_app(other)[0]).tenant_id == world.twin
    assert mine.tenant_guid != other.tenant_guid
