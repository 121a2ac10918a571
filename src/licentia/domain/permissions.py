"""Who may do what: roles mapped onto one set of capabilities, and the actor that a door receives.

Doors ask `require`; nothing here knows sign-in or a command line. The roles are those of Microsoft 365.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from licentia.domain import intents
from licentia.domain.reasons import NotPermitted


class Capability(StrEnum):
    """One thing a door can be asked to do."""

    READ = "read"
    ASSIGN_LICENSES = "assign_licenses"
    IMPORT_FACTS = "import_facts"
    MANAGE_TENANTS = "manage_tenants"
    MANAGE_NEVER_LIST = "manage_never_list"
    MOVE_CLOCK = "move_clock"
    MANAGE_GROUPS = "manage_groups"
    CHANGE_MEMBERS = "change_members"
    ASSIGN_GROUP_LICENSES = "assign_group_licenses"
    MANAGE_USERS = "manage_users"
    BLOCK_USERS = "block_users"
    MANAGE_SUBSCRIPTIONS = "manage_subscriptions"
    SET_PRICES = "set_prices"
    MANAGE_OPERATORS = "manage_operators"
    APPROVE_PLANS = "approve_plans"
    SAVE_FINDERS = "save_finders"
    MANAGE_APPS = "manage_apps"


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
_LICENSES = _READ | {Capability.ASSIGN_LICENSES, Capability.ASSIGN_GROUP_LICENSES}
_GROUPS = _READ | {Capability.MANAGE_GROUPS, Capability.CHANGE_MEMBERS, Capability.ASSIGN_GROUP_LICENSES}
_USERS = _READ | {Capability.MANAGE_USERS, Capability.BLOCK_USERS}

ROLE_CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.GLOBAL: frozenset(Capability),
    Role.LICENSE: _LICENSES | {Capability.APPROVE_PLANS, Capability.SAVE_FINDERS},
    Role.USER: _LICENSES | _USERS | {Capability.APPROVE_PLANS, Capability.SAVE_FINDERS},
    Role.BILLING: _READ | {Capability.MANAGE_SUBSCRIPTIONS, Capability.SET_PRICES, Capability.SAVE_FINDERS},
    Role.GROUPS: _GROUPS | {Capability.SAVE_FINDERS},
    Role.HELPDESK: _READ,
    Role.EXCHANGE: _READ,
    Role.GLOBAL_READER: _READ,
    Role.EDISCOVERY: _READ,
}
"""R-135. Billing buys seats and may not assign them; License and User assign and may not buy."""

SCOPE_CAPABILITIES: dict[str, frozenset[Capability]] = {
    "LicenseAssignment.ReadWrite.All": _LICENSES,
    "User.ReadWrite.All": _READ | _USERS | {Capability.ASSIGN_LICENSES},
    "User.EnableDisableAccount.All": frozenset({Capability.BLOCK_USERS}),
    "User.RevokeSessions.All": frozenset({Capability.BLOCK_USERS}),
    "Group.ReadWrite.All": _GROUPS,
    "GroupMember.ReadWrite.All": _READ | {Capability.CHANGE_MEMBERS},
    "Directory.ReadWrite.All": _LICENSES | {Capability.CHANGE_MEMBERS},
    "LicenseAssignment.Read.All": _READ,
    "Organization.Read.All": _READ,
    "Organization.ReadWrite.All": _READ,
    "User.Read.All": _READ,
    "Group.Read.All": _READ,
    "GroupMember.Read.All": _READ,
    "Directory.Read.All": _READ,
    "AuditLog.Read.All": _READ,
    "Reports.Read.All": _READ,
}
"""What a program may by its scopes of Microsoft Graph. Directory.ReadWrite.All deletes no users and no groups."""

DOUBTFUL_SCOPES: dict[str, str] = {
    "LicenseAssignment.ReadWrite.All": "whether it is enough for the licenses of a group is not confirmed",
    "User.EnableDisableAccount.All": "whether it ends sessions too, as blocking does here, is not confirmed",
    "User.RevokeSessions.All": "whether every tenant knows it is not confirmed; it ends sessions and does no more",
    "AuditLog.Read.All": "whether it is what sign-in dates need is not confirmed; here they need it",
    "LicenseAssignment.Read.All": "which users it may read, besides products and subscriptions, is not confirmed",
    "Organization.Read.All": "reads products; which users it may read is not confirmed",
    "Organization.ReadWrite.All": "reads products; which users it may read is not confirmed",
    "Directory.Read.All": "whether it is enough for products and subscriptions is not confirmed",
    "Directory.ReadWrite.All": "whether it may make groups or block accounts is not confirmed; here it may not",
}
"""Scopes of which Microsoft's text leaves something open, and what. Where it is open, the scope gives less."""

CAPABILITY_OF: dict[type[Any], Capability] = {
    intents.Unassign: Capability.ASSIGN_LICENSES,
    intents.Assign: Capability.ASSIGN_LICENSES,
    intents.Swap: Capability.ASSIGN_LICENSES,
    intents.Replace: Capability.ASSIGN_LICENSES,
    intents.UnassignAll: Capability.ASSIGN_LICENSES,
    intents.SetPlans: Capability.ASSIGN_LICENSES,
    intents.ChangeLicenses: Capability.ASSIGN_LICENSES,
    intents.TakeOver: Capability.MANAGE_SUBSCRIPTIONS,
    intents.Block: Capability.BLOCK_USERS,
    intents.Unblock: Capability.BLOCK_USERS,
    intents.RevokeSessions: Capability.BLOCK_USERS,
    intents.SetManager: Capability.MANAGE_USERS,
    intents.CreateUser: Capability.MANAGE_USERS,
    intents.UpdateUser: Capability.MANAGE_USERS,
    intents.DeleteUser: Capability.MANAGE_USERS,
    intents.RestoreUser: Capability.MANAGE_USERS,
    intents.PurgeUser: Capability.MANAGE_USERS,
    intents.ChangeMembers: Capability.CHANGE_MEMBERS,
    intents.SetGroupLicenses: Capability.ASSIGN_GROUP_LICENSES,
    intents.Reprocess: Capability.ASSIGN_LICENSES,
    intents.CreateGroup: Capability.MANAGE_GROUPS,
    intents.UpdateGroup: Capability.MANAGE_GROUPS,
    intents.DeleteGroup: Capability.MANAGE_GROUPS,
    intents.RestoreGroup: Capability.MANAGE_GROUPS,
    intents.PurgeGroup: Capability.MANAGE_GROUPS,
    intents.Resize: Capability.MANAGE_SUBSCRIPTIONS,
    intents.SetRecurring: Capability.MANAGE_SUBSCRIPTIONS,
    intents.CancelSubscription: Capability.MANAGE_SUBSCRIPTIONS,
}
"""What each intent needs. An undo is not here: it needs what the plan that it undoes needed (`changes.guards.needs`)."""


def roles_with(capability: Capability) -> tuple[Role, ...]:
    """The roles that have the capability, in the order of the table."""
    return tuple(role for role, capabilities in ROLE_CAPABILITIES.items() if capability in capabilities)


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
            raise NotPermitted(capability.value, tenant_id=tenant_id)


def local_shell(name: str) -> Actor:
    """The person at this machine's command line: the store's owner, named with the system user."""
    return Actor(ActorKind.LOCAL_SHELL, name, name, 0, ROLE_CAPABILITIES[Role.GLOBAL])


SYSTEM = Actor(ActorKind.SYSTEM, "licentia", "Licentia", 0, frozenset(Capability))
"""What a tenant does by itself: clocks, group processing."""
