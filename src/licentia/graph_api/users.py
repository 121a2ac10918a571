"""Users, read: pages, counts, one user, its license details, manager and groups, and deleted ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from licentia.domain import catalog as catalog_of
from licentia.domain.reasons import Reason
from licentia.graph_api import paging, people
from licentia.graph_api.asking import Answer, Ask, refused
from licentia.graph_api.errors import GraphRefused
from licentia.odata import advanced
from licentia.odata.errors import QueryError
from licentia.store.lists import filters, matching
from licentia.store.lists import graph_users as list_of
from licentia.store.lists.filter_orders import Key, Order, order_users
from licentia.store.lists.filters import Condition
from licentia.store.lists.matching import Hit
from licentia.store.names import principal_key
from licentia.wire.bodies import Json, license_details
from licentia.wire.entities import USER
from licentia.wire.errors import GRAPH_ERRORS, NOT_FOUND

_MISSING: Final = GRAPH_ERRORS[Reason.USER_GONE]


def gone(key: str) -> GraphRefused:
    """There is no such object, or the caller may not know of it."""
    assert _MISSING is not None
    return GraphRefused(404, NOT_FOUND, _MISSING.message(user_id=key))


def number_of(ask: Ask, key: str) -> int:
    """The number of the user of this object id or user principal name; GraphRefused 404."""
    found = list_of.number(ask.tenant_id, principal_key(key))
    if found is None:
        raise gone(key)
    return found


@dataclass(frozen=True, slots=True)
class Which:
    """The users that a query means, and their order."""

    condition: Condition
    order: Order
    is_deleted: bool

    def page(self, tenant_id: int, after: Key | None, top: int) -> list[Hit]:
        """At most `top` of them behind a key."""
        read = matching.deleted_users if self.is_deleted else matching.users
        return read(tenant_id, self.condition, self.order, after, top)

    def count(self, tenant_id: int) -> int:
        """How many they are."""
        read = matching.count_deleted_users if self.is_deleted else matching.count_users
        return read(tenant_id, self.condition)


def which(ask: Ask, *, is_deleted: bool = False) -> Which:
    """Which users the query means, and in which order; GraphRefused as the dialect says."""
    options = ask.options
    try:
        kind: Literal["user", "deleted_user"] = "deleted_user" if is_deleted else "user"
        advanced.check(options, kind, paging.was_eventual(ask), is_count_path=ask.segments[-1].lower() == "$count")
        condition = filters.compile_users(options.filter, options.search, deleted=is_deleted)
        return Which(condition, order_users(options.orderby), is_deleted)
    except QueryError as error:
        raise refused(error) from None


def listing(ask: Ask) -> Answer:
    """A page of users."""
    names = people.chosen(ask, USER)
    people.refuse_single(names)
    return Answer(body=_page(ask, names, which(ask)))


def _page(ask: Ask, names: tuple[str, ...], meant: Which) -> Json:
    top = paging.top_of(ask)
    hits = meant.page(ask.tenant_id, paging.position(ask), top + 1)
    shown = hits[:top]
    found = list_of.rows(ask.tenant_id, names, [hit.id for hit in shown], is_deleted=meant.is_deleted)
    made = people.bodies(ask, found, names)
    people.expanded(ask, ask.options, found, made)
    wants_count = ask.options.count and ask.options.skiptoken is None and paging.was_eventual(ask)
    return paging.collection(
        ask,
        "users" + context_of(ask),
        made,
        next_key=shown[-1].key if len(hits) > top else None,
        count=meant.count(ask.tenant_id) if wants_count else None,
    )


def context_of(ask: Ask) -> str:
    """What a context says of a selection: `(id,displayName)`."""
    names = [*ask.options.select, *(f"{'/'.join(one.path)}()" for one in ask.options.expand)]
    return f"({','.join(names)})" if names else ""


def counting(ask: Ask) -> Answer:
    """How many users the filter means, as plain text; without the header it is refused (1.4)."""
    return Answer(text=str(which(ask).count(ask.tenant_id)))


def getting(ask: Ask, key: str) -> Answer:
    """One user."""
    return Answer(body=one_of(ask, number_of(ask, key)))


def one_of(ask: Ask, number: int, *more: str) -> Json:
    """The body of one user: what was selected, else the defaults and `more`."""
    names = people.chosen(ask, USER)
    if not ask.options.select:
        names = tuple(dict.fromkeys((*names, *more)))
    found = list_of.rows(ask.tenant_id, names, [number])
    if not found:
        raise gone(str(number))
    made = people.bodies(ask, found, names)
    people.expanded(ask, ask.options, found, made)
    return {"@odata.context": f"{ask.base}/$metadata#users{context_of(ask)}/$entity"} | made[0]


def details(ask: Ask, key: str) -> Answer:
    """The user's licenses with their service plans, those from groups included."""
    number = number_of(ask, key)
    sources = list_of.sources(ask.tenant_id, [number]).get(number, [])
    found = license_details(ask.caller.tenant_guid, sources, catalog_of.load())
    return Answer(body=paging.collection(ask, f"users('{key}')/licenseDetails", found))


def manager(ask: Ask, key: str) -> Answer:
    """The user's manager; 404 when there is none."""
    found = list_of.managers(ask.tenant_id, [number_of(ask, key)])
    if not found:
        raise gone("manager")
    names = people.chosen(ask, USER)
    body = people.bodies(ask, list_of.rows(ask.tenant_id, names, list(found.values())), names)[0]
    context = {"@odata.context": f"{ask.base}/$metadata#directoryObjects/$entity"}
    return Answer(body=context | {"@odata.type": "#microsoft.graph.user"} | body)


def deleted(ask: Ask) -> Answer:
    """A page of deleted users."""
    names = people.chosen(ask, USER)
    if not ask.options.select:
        names = (*names, "deletedDateTime")
    people.refuse_single(names)
    return Answer(body=_page(ask, names, which(ask, is_deleted=True)))
