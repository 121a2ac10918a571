"""Groups, changed: made, updated, deleted, licensed in the background, members in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from licentia.changes import groups as doors
from licentia.domain.group_facts import GroupKind
from licentia.domain.intents import ChangeMembers, SetGroupLicenses
from licentia.domain.reasons import Reason
from licentia.graph_api import plans, refusals
from licentia.graph_api.asking import NO_CONTENT, Answer, Ask
from licentia.graph_api.groups import number_of_group, one_of
from licentia.graph_api.reading import bad, by_key, licenses, object_id, reference
from licentia.graph_api.user_fields import fields
from licentia.graph_api.users import gone
from licentia.store.lists import graph_users as list_of
from licentia.store.lists import groups as group_list
from licentia.wire.entities import GROUP
from licentia.wire.graph_groups import group_kind
from licentia.wire.user_fields import GROUP_FIELDS

MEMBERS: Final = "members@odata.bind"
OWNERS: Final = "owners@odata.bind"
KIND: Final = frozenset({"grouptypes", "mailenabled", "securityenabled", "membershipruleprocessingstate", "id"})
ALREADY_IN: Final = (
    "One or more added object references already exist for the following modified properties: 'members'."
)
MOST_BOUND: Final = 20
"""Members that one PATCH may add."""


def create(ask: Ask) -> Answer:
    """The new group, with the members that the body binds."""
    body = ask.json()
    given = by_key(body)
    for name in ("displayName", "mailEnabled", "mailNickname", "securityEnabled"):
        if given.get(name.casefold()) in (None, ""):
            raise bad(f"A value is required for property '{name}' of resource 'Group'.")
    kind, rule = _kind(given), given.get("membershiprule")
    wanted = fields(_without_kind(given), GROUP, GROUP_FIELDS, KIND)
    members = _bound(ask, body)
    wanted.pop("membership_rule", None)
    done = doors.create_group(
        ask.tenant_id,
        str(wanted.pop("name")),
        ask.caller.actor,
        kind=kind,
        membership_rule=rule if isinstance(rule, str) else "",
        more=wanted,
        may_share_name=True,
    )
    _enter(ask, done.group_id, members)
    return Answer(201, one_of(ask, done.group_id))


def _without_kind(given: Mapping[str, object]) -> dict[str, object]:
    bound = {MEMBERS, OWNERS, "membershiprule"}
    return {name: value for name, value in given.items() if name not in bound} | (
        {"membershipRule".casefold(): given["membershiprule"]} if given.get("membershiprule") else {}
    )


def _kind(given: Mapping[str, object]) -> GroupKind:
    types, mail, security = given.get("grouptypes") or [], given.get("mailenabled"), given.get("securityenabled")
    if not isinstance(types, list) or not isinstance(mail, bool) or not isinstance(security, bool):
        raise bad("Invalid value specified for property 'groupTypes' of resource 'Group'.")
    words = frozenset(str(one).casefold() for one in types)
    dynamic = "dynamicmembership" in words
    if words - {"unified", "dynamicmembership"}:
        raise bad("Invalid value specified for property 'groupTypes' of resource 'Group'.")
    if dynamic is not bool(given.get("membershiprule")):
        raise bad("A membershipRule and the group type DynamicMembership belong together.")
    kind = group_kind(words, mail, security)
    if kind is None:
        raise bad("A group is mail-enabled, security-enabled, or both.")
    return GroupKind(kind)


def update(ask: Ask, key: str) -> Answer:
    """What the body names is so now; members that it binds are added."""
    number = number_of_group(ask, key)
    body = ask.json()
    members = _bound(ask, body)
    wanted = fields(_without_kind(by_key(body)), GROUP, GROUP_FIELDS, KIND)
    if wanted:
        name, rule = wanted.pop("name", None), wanted.pop("membership_rule", None)
        doors.update_group(
            ask.tenant_id,
            number,
            ask.caller.actor,
            name=None if name is None else str(name),
            membership_rule=None if rule is None else str(rule),
            more=wanted,
            may_share_name=True,
        )
    _enter(ask, number, members)
    return NO_CONTENT


def _bound(ask: Ask, body: Mapping[str, object]) -> list[int]:
    named = next((value for name, value in body.items() if name.casefold() == MEMBERS), [])
    if not isinstance(named, list) or len(named) > MOST_BOUND:
        raise bad(f"At most {MOST_BOUND} members can be added in one request.")
    return _users(ask, [object_id(one) for one in named])


def _users(ask: Ask, named: Sequence[str]) -> list[int]:
    found = list_of.numbers(ask.tenant_id, named)
    missing = [one for one in named if one not in found]
    if missing:
        raise gone(missing[0])
    return [found[one] for one in named]


def delete(ask: Ask, key: str) -> Answer:
    """The group is deleted; one that gives licenses is refused (2.5)."""
    doors.delete_group(ask.tenant_id, number_of_group(ask, key), ask.caller.actor)
    return NO_CONTENT


def assign_license(ask: Ask, key: str) -> Answer:
    """The group's licenses are so now; its members follow in the background: 202 with the group."""
    add, remove = licenses(ask)
    number = number_of_group(ask, key)
    given = dict(group_list.licenses(ask.tenant_id, [number])[number])
    missing = sorted(remove - given.keys())
    if missing:
        refusals.raise_for(Reason.NOT_HELD, "", key, missing[0])
    if remove & {sku for sku, _ in add}:
        raise bad("A license cannot be in both addLicenses and removeLicenses.")
    if add or remove:
        plans.in_background(ask, SetGroupLicenses(number, remove, add), number)
    where = {"location": f"{ask.base}/groups/{key}"}
    return Answer(202, one_of(ask, number, "assignedLicenses", "licenseProcessingState"), headers=where)


def add_member(ask: Ask, key: str) -> Answer:
    """The user is in the group; its licenses follow."""
    number = number_of_group(ask, key)
    users = _users(ask, [reference(ask)])
    if group_list.members_of(ask.tenant_id, number, users):
        raise bad(ALREADY_IN)
    _enter(ask, number, users)
    return NO_CONTENT


def _enter(ask: Ask, group: int, users: Sequence[int]) -> None:
    if users:
        plans.carry_out(ask, ChangeMembers(to_group=group), users)


def drop_member(ask: Ask, key: str, member: str) -> Answer:
    """The user is no longer in the group; licenses that came from it go."""
    number = number_of_group(ask, key)
    users = _users(ask, [member.lower()])
    if not group_list.members_of(ask.tenant_id, number, users):
        raise gone(member)
    plans.carry_out(ask, ChangeMembers(from_group=number), users)
    return NO_CONTENT
