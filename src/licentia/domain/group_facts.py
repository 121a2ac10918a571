"""What a group is, and what may be done to it by whom: rules about the group itself, never about a member.

What becomes of members is `groups`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from licentia.domain.facts import UNKNOWN, Maybe
from licentia.domain.intents import ChangeMembers, Reprocess, SetGroupLicenses
from licentia.domain.reasons import BadInput, Reason, Refused


class GroupKind(StrEnum):
    """What a group is, by Microsoft's four kinds."""

    SECURITY = "security"
    MICROSOFT_365 = "microsoft365"
    MAIL_SECURITY = "mail_security"
    DISTRIBUTION = "distribution"


class Processing(StrEnum):
    """How far the members of a group have followed it, in Graph's words."""

    QUEUED = "QueuedForProcessing"
    IN_PROGRESS = "ProcessingInProgress"
    COMPLETE = "ProcessingComplete"


def processing(waiting: int, done: int) -> Processing:
    """R-181: from how many wait to follow the group, members or not any more, and how many members do not wait."""
    if not waiting:
        return Processing.COMPLETE
    return Processing.IN_PROGRESS if done else Processing.QUEUED


LONGEST: Mapping[str, int] = {"description": 1_024, "mail": 320, "mail_nickname": 64, "visibility": 20}
"""What else a group can be given, and of how many characters."""

VISIBILITY = ("Public", "Private", "HiddenMembership")


def checked(more: Mapping[str, object]) -> tuple[tuple[str, str | None], ...]:
    """The group's further fields; None or '' clears. BadInput `unknown_field`, `bad_field`, `field_too_long` (`name`)."""
    for name, value in more.items():
        if name not in LONGEST:
            raise BadInput("unknown_field", name=name)
        if value is not None and (not isinstance(value, str) or "\x00" in value):
            raise BadInput("bad_field", name=name)
        if isinstance(value, str) and len(value) > LONGEST[name]:
            raise BadInput("field_too_long", name=name, n=LONGEST[name])
    found: dict[str, str | None] = {name: str(value) if value else None for name, value in more.items()}
    shown = found.get("visibility")
    if shown is not None:
        known = {one.casefold(): one for one in VISIBILITY}
        if shown.casefold() not in known:
            raise BadInput("bad_field", name="visibility")
        found["visibility"] = known[shown.casefold()]
    return tuple(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """What is known of a group. An empty rule is known to be none: members are assigned."""

    id: int
    name: str
    kind: GroupKind | Maybe = UNKNOWN
    membership_rule: str | Maybe = UNKNOWN
    is_synced: bool | Maybe = UNKNOWN

    @property
    def is_dynamic(self) -> bool | Maybe:
        """Whether a rule decides who is a member."""
        return UNKNOWN if self.membership_rule is UNKNOWN else bool(self.membership_rule)


def may_change_members(group: GroupFacts) -> Reason | None:
    """Why members can't be changed here; the reason says who can (R-93). What is not known stands in no way."""
    if group.is_synced is True:
        return Reason.GROUP_SYNCED
    if group.kind in (GroupKind.MAIL_SECURITY, GroupKind.DISTRIBUTION):
        return Reason.GROUP_MAIL
    return Reason.GROUP_DYNAMIC if group.is_dynamic is True else None


def may_have_licenses(group: GroupFacts) -> Reason | None:
    """Why the group can't give licenses (R-99): a distribution list is no security group. Not known stands in no way."""
    return Reason.GROUP_MAIL if group.kind is GroupKind.DISTRIBUTION else None


def may_change(group: GroupFacts) -> Reason | None:
    """Why the group itself (its name, its rule, its being there) is not changed here: another place is its master."""
    reason = may_change_members(group)
    return None if reason is Reason.GROUP_DYNAMIC else reason


def elsewhere(group: GroupFacts, reason: Reason) -> Refused:
    """The refusal of a change of the group here; its sentence says who can make it instead."""
    if reason is Reason.GROUP_SYNCED:
        return Refused("group_synced", group=group.name)
    if reason is Reason.GROUP_MAIL:
        return Refused("group_mail", group=group.name)
    return Refused("group_dynamic", group=group.name)


def may_delete(group: GroupFacts, *, has_licenses: bool) -> None:
    """Returns when the group may go; Refused `group_has_licenses` until its licenses are removed (R-94), or elsewhere."""
    if has_licenses:
        raise Refused("group_has_licenses", group=group.name)
    reason = may_change(group)
    if reason is not None:
        raise elsewhere(group, reason)


def returns_after_deletion(group: GroupFacts) -> bool:
    """Whether a deleted group can be restored for 30 days (R-95); any other is gone at once (R-96)."""
    return group.kind is GroupKind.MICROSOFT_365


def refusal(group: GroupFacts, intent: ChangeMembers | SetGroupLicenses | Reprocess) -> Reason | None:
    """Why the intent can't be made of this group at all; asked for each group of a move.

    Users on the never list are no matter of the group: each refuses for itself, with its own reason, where the
    verdict takes something (R-34). When the tenant follows a change made elsewhere nothing stops it, as at Microsoft.
    """
    if isinstance(intent, ChangeMembers):
        return may_change_members(group)
    if isinstance(intent, SetGroupLicenses) and intent.add:
        return may_have_licenses(group)
    return None
