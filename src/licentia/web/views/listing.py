"""What every list page shares: the rows, where it stands, the links to the pages around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from licentia.domain.userfilter import UserFilter
from licentia.store.lists import filtered
from licentia.store.lists import users as list_of
from licentia.store.lists.users import Page, Query
from licentia.web import paging
from licentia.web.desk import Desk
from licentia.web.people import Person, people
from licentia.words.language import gettext as _

TOP = 50
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of users. `total` None: more than are counted."""

    rows: list[Person]
    where: str
    total: int | None
    next: str
    previous: str
    search: str


def listing(
    request: HttpRequest,
    desk: Desk,
    *,
    product_id: int | None = None,
    sku_id: str | None = None,
    group_id: int | None = None,
    wanted: UserFilter | None = None,
    columns: Sequence[str] = (),
) -> Listing:
    """The users that the address asks for; `wanted`: by these filters, with these columns."""
    place = paging.place_of(request.GET)
    search = request.GET.get("q", "")[:LONGEST_SEARCH] if wanted is None else wanted.search
    query = Query(search, product_id, after=place.after, before=place.before, top=TOP, group_id=group_id)
    page = (
        list_of.page(desk.tenant_id, query)
        if wanted is None
        else filtered.page(desk.tenant_id, wanted, desk.now, query)
    )
    total = page.total
    if total is None and not search and not (wanted and wanted.chosen) and product_id is None and group_id is None:
        counted = list_of.count_up_to(desk.tenant_id)
        total = counted if counted <= list_of.COUNTED else None
    first = max(1, place.first)
    return Listing(
        rows=people(desk, page.users, sku_id, columns),
        where=_where(desk, page, first, total),
        total=total,
        next=_next(request, page, first),
        previous=_previous(request, page, first),
        search=search,
    )


def _next(request: HttpRequest, page: Page, first: int) -> str:
    if page.next_key is None:
        return ""
    return paging.link(request.GET, after=paging.written(page.next_key), first=first + len(page.users))


def _previous(request: HttpRequest, page: Page, first: int) -> str:
    if page.previous_key is None:
        return ""
    return paging.link(request.GET, before=paging.written(page.previous_key), first=max(1, first - TOP))


def _where(desk: Desk, page: Page, first: int, total: int | None) -> str:
    if not page.users:
        return ""
    n = desk.text.n
    span = {"first": n(first), "last": n(first + len(page.users) - 1)}
    if total is not None:
        return _("{first} to {last} of {total}").format(**span, total=n(total))
    if page.more_than is not None:
        return _("{first} to {last} of more than {total}").format(**span, total=n(page.more_than))
    return _("{first} to {last}").format(**span)
