"""What each operation of the Graph API needs: Microsoft's permissions, the least first, and what the doors ask. One table.

Source: Microsoft's permission tables of each operation; where they leave something open, less is given here.
"""

from __future__ import annotations

from dataclasses import dataclass

from licentia.domain.permissions import Capability


@dataclass(frozen=True, slots=True)
class Operation:
    """Any one of the scopes opens it, delegated or a program's own, if what the caller may holds the capability too."""

    scopes: tuple[str, ...]
    capability: Capability = Capability.READ


_DIRECTORY = ("Directory.Read.All", "Directory.ReadWrite.All")
_USERS = ("User.Read.All", "User.ReadWrite.All", *_DIRECTORY)
_PRODUCTS = ("LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All")
_ORGANIZATION = ("Organization.Read.All", "Organization.ReadWrite.All", *_DIRECTORY)
_GROUPS = ("GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", *_DIRECTORY)
_MEMBERS = ("GroupMember.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All", "Group.ReadWrite.All", *_DIRECTORY)
_LICENSES = ("LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All")

OPERATIONS: dict[str, Operation] = {
    "users.list": Operation(_USERS),
    "users.get": Operation(_USERS),
    "users.count": Operation(_USERS),
    "users.delta": Operation(_USERS),
    "users.manager": Operation(_USERS),
    "users.member_of": Operation(("User.Read.All", "GroupMember.Read.All", "User.ReadWrite.All", *_DIRECTORY)),
    "users.licenses": Operation(("LicenseAssignment.Read.All", *_USERS)),
    "users.sign_in_activity": Operation(("AuditLog.Read.All",)),
    "users.create": Operation(("User.ReadWrite.All",), Capability.MANAGE_USERS),
    "users.update": Operation(("User.ReadWrite.All",), Capability.MANAGE_USERS),
    "users.enable": Operation(("User.EnableDisableAccount.All", "User.ReadWrite.All"), Capability.BLOCK_USERS),
    "users.set_location": Operation(
        ("User.ReadWrite.All", "LicenseAssignment.ReadWrite.All"), Capability.ASSIGN_LICENSES
    ),
    "users.delete": Operation(("User.ReadWrite.All",), Capability.MANAGE_USERS),
    "users.assign_license": Operation(_LICENSES, Capability.ASSIGN_LICENSES),
    "users.reprocess": Operation(_LICENSES, Capability.ASSIGN_LICENSES),
    "users.revoke_sessions": Operation(("User.RevokeSessions.All", "User.ReadWrite.All"), Capability.BLOCK_USERS),
    "skus.list": Operation((*_PRODUCTS, *_ORGANIZATION)),
    "subscriptions.list": Operation((*_PRODUCTS, *_ORGANIZATION)),
    "organization.get": Operation(_ORGANIZATION),
    "groups.list": Operation(_GROUPS),
    "groups.get": Operation(_GROUPS),
    "groups.delta": Operation(_GROUPS),
    "groups.members": Operation(_MEMBERS),
    "groups.transitive_members": Operation(_MEMBERS),
    "groups.errors": Operation(_MEMBERS),
    "groups.create": Operation(("Group.ReadWrite.All",), Capability.MANAGE_GROUPS),
    "groups.update": Operation(("Group.ReadWrite.All",), Capability.MANAGE_GROUPS),
    "groups.delete": Operation(("Group.ReadWrite.All",), Capability.MANAGE_GROUPS),
    "groups.assign_license": Operation(
        ("LicenseAssignment.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"),
        Capability.ASSIGN_GROUP_LICENSES,
    ),
    "groups.change_members": Operation(
        ("GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"), Capability.CHANGE_MEMBERS
    ),
    "deleted.list": Operation(_USERS),
    "deleted.restore": Operation(("User.ReadWrite.All",), Capability.MANAGE_USERS),
    "deleted.purge": Operation(("User.ReadWrite.All",), Capability.MANAGE_USERS),
    "deleted_groups.list": Operation(("Group.Read.All", "Group.ReadWrite.All", *_DIRECTORY)),
    "deleted_groups.restore": Operation(("Group.ReadWrite.All",), Capability.MANAGE_GROUPS),
    "deleted_groups.purge": Operation(("Group.ReadWrite.All",), Capability.MANAGE_GROUPS),
    "objects.get": Operation(_DIRECTORY),
}
"""`users.enable` is a change of `accountEnabled` and nothing else, `users.set_location` one of `usageLocation` (R-176);
`users.sign_in_activity` comes on top of a read.

`deleted.*` is about users, `deleted_groups.*` about groups: Microsoft asks by what was deleted.
"""
