"""The door for who may act: operators of the store, and their roles per tenant. Nobody signs in here.

An operator is the whole store's; a role is a tenant's, and only roles are in its journal.
"""

from __future__ import annotations

from licentia.changes import journal
from licentia.changes.journal import Entry
from licentia.domain.permissions import ROLE_CAPABILITIES, Actor, ActorKind, Capability, Role
from licentia.domain.reasons import BadInput, NotPermitted, Refused
from licentia.store import clock
from licentia.store.bulk import operators as rows_of
from licentia.store.lists import operators as list_of
from licentia.store.lists.operators import OperatorRow
from licentia.store.writing import writing

NOWHERE = -1
"""The tenant of an operator for whom none was named: no door opens to it."""

LONGEST_NAME = 254


def add_operator(name: str, display_name: str, actor: Actor) -> str:
    """The id of a new operator, without a role anywhere; BadInput when the name is taken or is none."""
    actor.require(Capability.MANAGE_OPERATORS, 0)
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or any(not letter.isprintable() for letter in name):
        raise BadInput("bad_operator_name", text=name)
    with writing():
        if list_of.find(name) is not None:
            raise BadInput("operator_exists", name=name)
        return rows_of.insert(name, display_name.strip()[:200])


def disable_operator(name: str, actor: Actor) -> bool:
    """Whether the operator could act until now and can no longer, anywhere; Refused `last_global`."""
    return _set_active(name, actor, active=False)


def enable_operator(name: str, actor: Actor) -> bool:
    """Whether the operator could not act until now and can again, with the roles it had."""
    return _set_active(name, actor, active=True)


def _set_active(name: str, actor: Actor, *, active: bool) -> bool:
    actor.require(Capability.MANAGE_OPERATORS, 0)
    with writing():
        one = known(name)
        tenants = sorted({(tenant, title) for tenant, title, _role in one.roles})
        if not active:
            for tenant_id, title in tenants:
                _keeps_global(tenant_id, title, one, None)
        if not rows_of.set_active(one.id, active=active):
            return False
        if not active:
            rows_of.end_sessions(one.id, clock.machine_now())
        kind = "operator.enable" if active else "operator.disable"
        for tenant_id, _title in tenants:
            text = journal.canonical({"operator": one.name})
            entry = Entry(kind, "operator", 0, None, text)
            now = clock.tenant_now(tenant_id)
            journal.write(tenant_id, door="record", actor=actor, now=now, entries=[entry])
    return True


def grant(name: str, tenant_id: int, role: Role, actor: Actor) -> bool:
    """Whether the operator has the role in the tenant from now on and had it not before; BadInput `unknown_operator`."""
    actor.require(Capability.MANAGE_OPERATORS, tenant_id)
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        one = known(name)
        number = rows_of.add_role(one.id, tenant_id, role.value)
        if number is None:
            return False
        after = journal.canonical({"operator": one.name, "role": role.value})
        entry = Entry("operator.grant", "operator", number, None, after)
        journal.write(tenant_id, door="record", actor=actor, now=now, entries=[entry])
    return True


def revoke(name: str, tenant_id: int, role: Role, actor: Actor) -> bool:
    """Whether the operator had the role and no longer has; Refused `last_global`."""
    actor.require(Capability.MANAGE_OPERATORS, tenant_id)
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        one = known(name)
        _keeps_global(tenant_id, "", one, role)
        number = rows_of.drop_role(one.id, tenant_id, role.value)
        if number is None:
            return False
        before = journal.canonical({"operator": one.name, "role": role.value})
        entry = Entry("operator.revoke", "operator", number, before, None)
        journal.write(tenant_id, door="record", actor=actor, now=now, entries=[entry])
    return True


def _keeps_global(tenant_id: int, title: str, leaving: OperatorRow, role: Role | None) -> None:
    """Refuses when operators would be left in the tenant with no Global Administrator among them (R-135).

    `role` is what the leaving one gives up; None: everything.
    """
    if role not in (None, Role.GLOBAL) or not leaving.is_active or Role.GLOBAL not in leaving.roles_in(tenant_id):
        return
    others = [one for one in list_of.members(tenant_id) if one.id != leaving.id and one.is_active]
    stays = role is not None and leaving.roles_in(tenant_id) != {Role.GLOBAL.value}
    if (others or stays) and not any(Role.GLOBAL in one.roles_in(tenant_id) for one in others):
        raise Refused("last_global", name=leaving.name, tenant=title)


def known(name: str) -> OperatorRow:
    """The operator of this name; BadInput `unknown_operator`."""
    found = list_of.find(name)
    if found is None:
        raise BadInput("unknown_operator", name=name)
    return found


def actor_for(name: str, tenant_id: int) -> Actor:
    """The operator as it acts in the tenant: the capabilities of all its roles there together.

    BadInput `unknown_operator`; NotPermitted `operator_disabled`, or `no_role` when it has none in the tenant.
    """
    return _actor(known(name), tenant_id)


def actor_of_id(operator_id: str, tenant_id: int) -> Actor:
    """The same, of an operator remembered by its id; NotPermitted `operator_gone` when there is none any more."""
    found = list_of.by_id(operator_id)
    if found is None:
        raise NotPermitted("operator_gone")
    return _actor(found, tenant_id)


def actor_anywhere(name: str) -> Actor:
    """The operator before a tenant is chosen: it may nothing yet. BadInput and NotPermitted as `actor_for`."""
    one = known(name)
    if not one.is_active:
        raise NotPermitted("operator_disabled", name=one.name)
    return Actor(ActorKind.OPERATOR, one.id, one.name, NOWHERE, frozenset())


def _actor(one: OperatorRow, tenant_id: int) -> Actor:
    if not one.is_active:
        raise NotPermitted("operator_disabled", name=one.name)
    roles = one.roles_in(tenant_id)
    if not roles:
        raise NotPermitted("no_role", name=one.name)
    capabilities = frozenset[Capability]().union(*(ROLE_CAPABILITIES[Role(role)] for role in roles))
    return Actor(ActorKind.OPERATOR, one.id, one.name, tenant_id, capabilities)
