"""Who may do what: roles mapped onto one set of capabilities, and the actor that a door receives.

Doors ask `require`; nothing here knows sign-in or a command line. The roles are those of Microsoft 365.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from licentia.domain.reasons import NotPermitted


class Capability(StrEnum):
    """One thing a door can be asked to do."""

    READ = "read"
    ASSIGN_LICENSES = "assign_licenses"
    IMPORT_FACTS = "import_facts"
    MANAGE_TENANTS = "manage_tenants"
    MANAGE_NEVER_LIST = "manage_never_list"
    MOVE_CLOCK = "move_clock"


class Role(StrEnum):
    """The roles of a tenant, by Microsoft's names."""

    GLOBAL = "global"
    LICENSE = "license"
    USER = "user"
    BILLING = "billing"
    GROUPS = "groups"
    HELPDESK = "helpdesk"
    EXCHANGE = "exchange"
    GLOBAL_READER = "global_reader"
    EDISCOVERY = "ediscovery"


_READ = frozenset({Capability.READ})
ROLE_CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.GLOBAL: frozenset(Capability),
    Role.LICENSE: _READ | {Capability.ASSIGN_LICENSES},
    Role.USER: _READ | {Capability.ASSIGN_LICENSES},
    Role.BILLING: _READ,
    Role.GROUPS: _READ,
    Role.HELPDESK: _READ,
    Role.EXCHANGE: _READ,
    Role.GLOBAL_READER: _READ,
    Role.EDISCOVERY: _READ,
}

SCOPE_CAPABILITIES: dict[str, frozenset[Capability]] = {
    "LicenseAssignment.ReadWrite.All": _READ | {Capability.ASSIGN_LICENSES},
    "User.ReadWrite.All": _READ | {Capability.ASSIGN_LICENSES},
    "Directory.ReadWrite.All": _READ | {Capability.ASSIGN_LICENSES},
    "LicenseAssignment.Read.All": _READ,
    "User.Read.All": _READ,
    "Directory.Read.All": _READ,
}


class ActorKind(StrEnum):
    """What acts."""

    OPERATOR = "operator"
    APP = "app"
    SYSTEM = "system"
    LOCAL_SHELL = "local_shell"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts in which tenant, with what capabilities. `tenant_id` 0 is the whole store (local shell, system)."""

    kind: ActorKind
    id: str
    name: str
    tenant_id: int
    capabilities: frozenset[Capability]

    def require(self, capability: Capability, tenant_id: int) -> None:
        """Returns when the actor may; raises NotPermitted, also for another tenant than its own."""
        if capability not in self.capabilities or self.tenant_id not in (0, tenant_id):
            raise NotPermitted(capability.value)


def local_shell(name: str) -> Actor:
    """The person at this machine's command line: the store's owner, named with the system user."""
    return Actor(ActorKind.LOCAL_SHELL, name, name, 0, ROLE_CAPABILITIES[Role.GLOBAL])


SYSTEM = Actor(ActorKind.SYSTEM, "licentia", "Licentia", 0, frozenset(Capability))
"""What a tenant does by itself: clocks, group processing."""
