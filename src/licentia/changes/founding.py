"""The door by which an operator adds a tenant: the demo, an empty one, or a copy from a file; he or she administers it.

Who may: somebody who is Global Administrator of a tenant of this store, or any operator while the store has none.
An existing tenant is never touched here, whatever the name.
"""

from __future__ import annotations

from licentia.changes import record, refresh
from licentia.changes.refresh import Outcome
from licentia.domain.permissions import Actor, ActorKind, Capability, Role
from licentia.domain.places import country_of, zone_of
from licentia.domain.reasons import BadInput, NotPermitted
from licentia.importing.demo import demo_tenant
from licentia.importing.rows import UserFile
from licentia.store import clock
from licentia.store.lists import operators as operator_list
from licentia.store.lists import tenants as tenant_list

WHOLE_STORE = 0
MOST_DEMO_USERS = 20_000
"""Of a demo tenant that somebody waits for."""


def may(operator_id: str) -> bool:
    """Whether the operator may add a tenant."""
    one = operator_list.by_id(operator_id)
    if one is None or not one.is_active:
        return False
    every = {tenant.id for tenant in tenant_list.every()}
    return not every or any(role == Role.GLOBAL and tenant in every for tenant, _title, role in one.roles)


def require(operator_id: str) -> None:
    """Returns when the operator may add a tenant; NotPermitted else."""
    _founder(operator_id)


def add_demo(operator_id: str, name: str, users: int) -> int:
    """The id of a new demo tenant; BadInput `tenant_exists`."""
    now = clock.machine_now()
    rows = demo_tenant(min(users, MOST_DEMO_USERS), now=now - now % 86_400_000_000)
    return record.load_tenant(rows, _founder(operator_id), _new(name or rows.name))


def add_empty(operator_id: str, name: str, country: str, time_zone: str) -> int:
    """The id of a new local tenant with nobody in it; BadInput `tenant_exists`, `bad_country`, `unknown_zone`."""
    actor = _founder(operator_id)
    return record.create_tenant(_new(name), actor, country=country_of(country), time_zone=zone_of(time_zone))


def add_copy(
    operator_id: str, name: str, file: UserFile, *, skip_bad: bool = False, check_only: bool = False
) -> Outcome:
    """What the import of a new copy did; BadInput `tenant_exists`, and those of reading the file."""
    return refresh.refresh(_new(name), file, _founder(operator_id), skip_bad=skip_bad, check_only=check_only)


def _founder(operator_id: str) -> Actor:
    """The operator as it adds a tenant: it may that, and nothing in any tenant that is there. NotPermitted else."""
    one = operator_list.by_id(operator_id)
    if one is None or not may(operator_id):
        raise NotPermitted(Capability.MANAGE_TENANTS.value, tenant_id=WHOLE_STORE)
    can = frozenset({Capability.MANAGE_TENANTS, Capability.IMPORT_FACTS})
    return Actor(ActorKind.OPERATOR, one.id, one.name, WHOLE_STORE, can)


def _new(name: str) -> str:
    """The name, unless a tenant has it; one whose load was interrupted has none yet."""
    name = name.strip()
    found = tenant_list.find(name)
    if found is not None and found.origin != record.LOADING:
        raise BadInput("tenant_exists", name=name)
    return name
