"""Where an administrator works: the tenant chosen in this session, who acts there, in which language.

Made once per request; it reads, and brings the tenant's own time up to date, and writes nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpRequest

from licentia.changes import advance, keeping, operators
from licentia.domain.permissions import ROLE_CAPABILITIES, Actor, Capability, Role
from licentia.store import clock
from licentia.store.lists import copying
from licentia.store.lists import operators as operator_list
from licentia.store.lists import tenants as tenant_list
from licentia.store.lists.tenants import TenantRow
from licentia.words.text import Text

TENANT = "tenant"
"""The session's key for the chosen tenant."""


SEEN_AS = "seen_as"
"""The session's key for the role whose view is looked at."""


class NoTenantError(Exception):
    """There is no tenant, or none in which this operator has a role."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One operator in one tenant. `others` are the tenants to switch to."""

    tenant: TenantRow
    others: tuple[TenantRow, ...]
    actor: Actor
    roles: tuple[str, ...]
    now: int
    text: Text
    seen_as: Role | None = None
    """The role whose view is looked at: the actor can do what both can, and the pages change nothing."""
    copy_of: str | None = None
    """The tenant of which this one is a rehearsal copy; None: of none."""

    @property
    def is_imported(self) -> bool:
        """Whether it came from a file, and is as old as that."""
        return self.tenant.origin == "imported"

    @property
    def is_copy(self) -> bool:
        """Whether a change here changes another tenant's copy only: of a file, or for a rehearsal."""
        return self.is_imported or self.copy_of is not None

    @property
    def tenant_id(self) -> int:
        """The tenant's number."""
        return self.tenant.id

    def can(self, capability: Capability) -> bool:
        """Whether the operator may."""
        return capability in self.actor.capabilities


def open_desk(request: HttpRequest, language: str) -> Desk:
    """The desk of a signed-in operator; NoTenantError, or NotPermitted when the operator was disabled."""
    operator = operator_list.by_id(str(request.user.pk))
    mine = {tenant for tenant, _name, _role in operator.roles} if operator else set()
    every = [one for one in tenant_list.every() if one.id in mine]
    if operator is None or not every:
        raise NoTenantError
    chosen = request.session.get(TENANT)
    tenant = next((one for one in every if one.id == chosen), every[0])
    actor = operators.actor_of_id(operator.id, tenant.id)
    seen_as = _seen_as(request)
    if seen_as is not None:
        actor = replace(actor, capabilities=actor.capabilities & ROLE_CAPABILITIES[seen_as])
    advance.catch_up(tenant.id)
    keeping.expire(tenant.id)
    return Desk(
        tenant=tenant,
        others=tuple(one for one in every if one.id != tenant.id),
        actor=actor,
        roles=tuple(sorted(operator.roles_in(tenant.id))) if seen_as is None else (seen_as.value,),
        seen_as=seen_as,
        now=clock.tenant_now(tenant.id),
        text=Text(language, tenant.time_zone),
        copy_of=copying.copied_from(tenant.id),
    )


def _seen_as(request: HttpRequest) -> Role | None:
    kept = request.session.get(SEEN_AS)
    return Role(kept) if kept in set(Role) else None
