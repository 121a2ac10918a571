"""A group and its members as Microsoft Graph v1.0 writes them, and the values they stand for.

Never guesses: what an object does not state, or states too little of, is None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from licentia.wire.graph_users import (
    LICENSES_PROPERTY,
    AssignedLicense,
    GraphValueError,
    flag_of,
    guid,
    parse_assigned_licenses,
    text_of,
)

MEMBERS_PROPERTY: Final = "members"
MORE_MEMBERS_PROPERTY: Final = "members@odata.nextLink"
TYPE_PROPERTY: Final = "@odata.type"
GROUP_PROPERTIES: Final = frozenset(
    {"groupTypes", "membershipRule", "mailEnabled", "securityEnabled", LICENSES_PROPERTY, "onPremisesSyncEnabled"}
)
"""What tells a group from other directory objects beside its name."""

RULE_NOT_STATED: Final = "?"
"""The membership rule of a group that is known to be dynamic, when nobody said by which rule."""


@dataclass(frozen=True, slots=True)
class GraphGroup:
    """A group object understood. None: not stated; an empty rule is known to be none."""

    object_id: str
    display_name: str | None = None
    kind: str | None = None
    """security, microsoft365, mail_security or distribution."""
    membership_rule: str | None = None
    is_synced: bool | None = None
    licenses: tuple[AssignedLicense, ...] | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class GraphMember:
    """One entry of a group's members; `type` is Graph's word after the last dot, None when the entry has none."""

    object_id: str | None
    user_principal_name: str | None
    type: str | None


def group_kind(types: frozenset[str] | None, mail: bool | None, security: bool | None) -> str | None:
    """The kind of a group from what Graph states of it; None where that is not enough.

    A Microsoft 365 group is mail-enabled too: without its types a mail-enabled group may be either.
    """
    if types is not None and "unified" in types:
        return "microsoft365"
    if mail is False:
        return "security" if security is True else None
    if types is None or mail is None or security is None:
        return None
    return "mail_security" if security else "distribution"


def parse_group(entry: Mapping[str, Any]) -> GraphGroup:
    """The group of one Graph object; GraphValueError when a known property has a value of another type."""
    types = _types(entry.get("groupTypes"))
    licenses = entry.get(LICENSES_PROPERTY)
    synced = flag_of(entry, "onPremisesSyncEnabled")
    return GraphGroup(
        object_id=guid(entry.get("id"), "id"),
        display_name=text_of(entry, "displayName") or None,
        kind=group_kind(types, flag_of(entry, "mailEnabled"), flag_of(entry, "securityEnabled")),
        membership_rule=_rule(entry, types),
        # Graph writes null for a group that was never synced; only a missing property says nothing.
        is_synced=bool(synced) if "onPremisesSyncEnabled" in entry else None,
        licenses=None if licenses is None else parse_assigned_licenses(licenses),
        is_deleted=entry.get("deletedDateTime") is not None,
    )


def parse_member(entry: Mapping[str, Any]) -> GraphMember:
    """One member of a group; GraphValueError when a known property has a value of another type."""
    stated = text_of(entry, TYPE_PROPERTY)
    identifier = entry.get("id")
    return GraphMember(
        object_id=None if identifier is None or identifier == "" else guid(identifier, "id"),
        user_principal_name=text_of(entry, "userPrincipalName") or None,
        type=None if not stated else stated.rpartition(".")[2],
    )


def _types(value: object) -> frozenset[str] | None:
    if value is None:
        return None
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(x, str) for x in value):
        raise GraphValueError("groupTypes", value)
    return frozenset(x.casefold() for x in value)


def _rule(entry: Mapping[str, Any], types: frozenset[str] | None) -> str | None:
    rule = text_of(entry, "membershipRule")
    if types is not None:
        return (rule or RULE_NOT_STATED) if "dynamicmembership" in types else ""
    return rule or ("" if "membershipRule" in entry else None)
