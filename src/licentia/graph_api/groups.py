"""Groups, read: pages, one group, its members, its members with errors, and the groups of a user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from licentia.domain.group_facts import Processing
from licentia.graph_api import paging, people
from licentia.graph_api.asking import Answer, Ask, refused
from licentia.graph_api.errors import GraphRefused
from licentia.graph_api.users import context_of, gone, number_of
from licentia.odata import advanced
from licentia.odata.errors import QueryError
from licentia.store.lists import filters, matching
from licentia.store.lists import graph_groups as list_of
from licentia.store.lists import graph_users as user_list
from licentia.store.lists import groups as group_list
from licentia.store.lists.filter_orders import Order, order_groups
from licentia.store.lists.filters import Condition
from licentia.store.lists.graph_users import Found
from licentia.wire.bodies import Json, when
from licentia.wire.entities import GROUP, USER
from licentia.wire.errors import BAD_REQUEST
from licentia.wire.group_kinds import SHAPES, types_of

TYPE_OF_USER: Final = {"@odata.type": "#microsoft.graph.user"}
TYPE_OF_GROUP: Final = {"@odata.type": "#microsoft.graph.group"}


def number_of_group(ask: Ask, key: str) -> int:
    """The number of the group of this object id; GraphRefused 404."""
    found = list_of.number(ask.tenant_id, key.lower())
    if found is None:
        raise gone(key)
    return found


def which(ask: Ask, *, is_deleted: bool = False) -> tuple[Condition, Order]:
    """Which groups the query means, and in which order; GraphRefused as the dialect says."""
    options = ask.options
    try:
        kind: Literal["group", "deleted_group"] = "deleted_group" if is_deleted else "group"
        advanced.check(options, kind, paging.was_eventual(ask), is_count_path=ask.segments[-1].lower() == "$count")
        return filters.compile_groups(options.filter, options.search), order_groups(options.orderby)
    except QueryError as error:
        raise refused(error) from None


def listing(ask: Ask) -> Answer:
    """A page of groups."""
    return Answer(body=_page(ask, is_deleted=False))


def deleted(ask: Ask) -> Answer:
    """A page of deleted groups: Microsoft 365 groups only, any other is gone at once."""
    return Answer(body=_page(ask, is_deleted=True))


def counting(ask: Ask) -> Answer:
    """How many groups the filter means, as plain text."""
    return Answer(text=str(matching.count_groups(ask.tenant_id, which(ask)[0])))


def _page(ask: Ask, *, is_deleted: bool) -> Json:
    names, top = people.chosen(ask, GROUP), paging.top_of(ask)
    condition, order = which(ask, is_deleted=is_deleted)
    hits = matching.groups(ask.tenant_id, condition, order, paging.position(ask), top + 1, deleted=is_deleted)
    found = list_of.rows(ask.tenant_id, names, [hit.id for hit in hits[:top]], is_deleted=is_deleted)
    wants_count = ask.options.count and ask.options.skiptoken is None and paging.was_eventual(ask)
    return paging.collection(
        ask,
        "groups" + context_of(ask),
        bodies(ask, found, names),
        next_key=hits[top - 1].key if len(hits) > top else None,
        count=matching.count_groups(ask.tenant_id, condition, deleted=is_deleted) if wants_count else None,
    )


def getting(ask: Ask, key: str) -> Answer:
    """One group."""
    return Answer(body=one_of(ask, number_of_group(ask, key)))


def one_of(ask: Ask, number: int, *more: str) -> Json:
    """The body of one group: what was selected, else the defaults and `more`."""
    names = people.chosen(ask, GROUP)
    if not ask.options.select:
        names = (*names, *more)
    found = list_of.rows(ask.tenant_id, names, [number])
    if not found:
        raise gone(str(number))
    return {"@odata.context": f"{ask.base}/$metadata#groups{context_of(ask)}/$entity"} | bodies(ask, found, names)[0]


def bodies(ask: Ask, found: Sequence[Found], names: Sequence[str], *, is_sparse: bool = False) -> list[Json]:
    """The groups' bodies in the order of `names`; `is_sparse` leaves out what is null."""
    numbers = [one.id for one in found]
    licenses = group_list.licenses(ask.tenant_id, numbers) if "assignedLicenses" in names else {}
    states = group_list.processing(ask.tenant_id, numbers) if "licenseProcessingState" in names else {}
    made = []
    for one in found:
        body: Json = {}
        for name in names:
            if name == "assignedLicenses":
                given = licenses.get(one.id, [])
                body[name] = [
                    {"disabledPlans": plans.split(",") if plans else [], "skuId": sku} for sku, plans in given
                ]
            elif name == "licenseProcessingState":
                body[name] = {"state": states.get(one.id, Processing.COMPLETE).value}
            else:
                body[name] = _value(name, one)
        made.append({key: value for key, value in body.items() if value is not None} if is_sparse else body)
    return made


def _value(name: str, one: Found) -> object:
    known, rule = one.values.get(name), str(one.values["rule"])
    match name:
        case "groupTypes":
            return types_of(known if isinstance(known, str) else None, rule)
        case "mailEnabled":
            return SHAPES[known if isinstance(known, str) else None].mail
        case "securityEnabled":
            return SHAPES[known if isinstance(known, str) else None].security
        case "membershipRuleProcessingState":
            return "On" if rule else None
    kind = GROUP.find(name)
    if kind.is_collection:
        return []
    if known is None:
        return None
    if kind.type == "Boolean":
        return bool(known)
    return when(known) if kind.type == "DateTimeOffset" and isinstance(known, int) else known


def members(ask: Ask, key: str, cast: str = "") -> Answer:
    """A page of the group's members: users, for there are no groups in groups here."""
    return _people(ask, number_of_group(ask, key), list_of.members, cast)


def troubled(ask: Ask, key: str) -> Answer:
    """A page of the members with a license of this group in error."""
    return _people(ask, number_of_group(ask, key), list_of.in_error, "")


def _people(ask: Ask, group: int, read: list_of.Walk, cast: str) -> Answer:
    if cast not in ("", "user"):
        return Answer(body=paging.collection(ask, f"{cast}s", []))
    names, top = people.chosen(ask, USER), paging.top_of(ask)
    people.refuse_single(names)
    after = paging.number_after(ask)
    numbers = read(ask.tenant_id, group, after, top + 1)
    found = user_list.rows(ask.tenant_id, names, numbers[:top])
    made = people.bodies(ask, found, names)
    wants_count = ask.options.count and not after and ask.is_eventual
    body = paging.collection(
        ask,
        "users" if cast else "directoryObjects",
        made if cast else [TYPE_OF_USER | one for one in made],
        next_key=(numbers[top - 1],) if len(numbers) > top else None,
        count=list_of.count_members(ask.tenant_id, group) if wants_count else None,
    )
    return Answer(body=body)


def counting_members(ask: Ask, key: str) -> Answer:
    """How many members, as plain text."""
    if not ask.is_eventual:
        raise GraphRefused(400, BAD_REQUEST, "$count is not currently supported.")
    return Answer(text=str(list_of.count_members(ask.tenant_id, number_of_group(ask, key))))


def of_user(ask: Ask, key: str, cast: str = "") -> Answer:
    """A page of the groups in which the user is."""
    user = number_of(ask, key)
    if cast not in ("", "group"):
        return Answer(body=paging.collection(ask, f"{cast}s", []))
    names, top = people.chosen(ask, GROUP), paging.top_of(ask)
    numbers = list_of.of_member(ask.tenant_id, user, paging.number_after(ask), top + 1)
    made = bodies(ask, list_of.rows(ask.tenant_id, names, numbers[:top]), names)
    body = paging.collection(
        ask,
        "groups" if cast else "directoryObjects",
        made if cast else [TYPE_OF_GROUP | one for one in made],
        next_key=(numbers[top - 1],) if len(numbers) > top else None,
    )
    return Answer(body=body)
