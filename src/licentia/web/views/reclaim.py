"""Reclaim: the finders of licenses that may be taken back, what each finds and can't know, saved finders, the way to a plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from licentia.changes import finders as door
from licentia.changes import propose
from licentia.changes.subscriptions import savings
from licentia.changes.who import Who
from licentia.domain.finders import (
    FINDERS,
    USUALLY_LEFT_OUT,
    FinderKind,
    LeaveOut,
    Search,
    intent_of,
    search,
)
from licentia.domain.permissions import Capability
from licentia.domain.reasons import BadInput
from licentia.domain.savings import Saving
from licentia.store.lists import finders as list_of
from licentia.store.lists import found as measure
from licentia.store.lists import products
from licentia.store.lists import users as user_list
from licentia.store.lists.finders import CAP, FoundPage, Missing
from licentia.store.lists.found import Takeable
from licentia.web import histogram, paging
from licentia.web.desk import Desk
from licentia.web.exporting import PAGE, Cells, pages, streamed
from licentia.web.typed import line, whole
from licentia.web.worth import per_month
from licentia.words import finders as words
from licentia.words import money as money_words
from licentia.words.finders import Found
from licentia.words.language import gettext as _
from licentia.words.parts import count, product_name
from licentia.words.said.finding import FINDER, LEFT_OUT, missing

TOP = 50
MOST_DAYS = 3_650


def asked(desk: Desk, given: QueryDict) -> Search:
    """The search that an address or a form names; who has not signed in for as long as the tenant says where it names none.

    BadInput `unknown_finder`, `finder_no_days`, `bad_number`, `product_not_owned`.
    """
    params: dict[str, Any] = {}
    days, sku = given.get("days", "").strip(), given.get("product", "").strip().lower()
    if days:
        params["days"] = whole(days, _("Days"), 1, MOST_DAYS)
    if sku:
        if sku not in {row.sku_id for row in products.every(desk.tenant_id)}:
            raise BadInput("product_not_owned", sku=sku)
        params["sku_id"] = sku
    kind = given.get("kind", FinderKind.INACTIVE.value)
    leave = given.getlist("leave") if "kind" in given else sorted(USUALLY_LEFT_OUT)
    if leave:
        params["leave"] = leave
    if kind == FinderKind.INACTIVE:
        params.setdefault("days", desk.tenant.inactive_days)
    return search(kind, params)


def query_of(wanted: Search) -> str:
    """The search as the words of an address."""
    fields = (("kind", wanted.kind.value), ("days", wanted.days), ("product", wanted.sku_id))
    known: list[tuple[str, Any]] = [(name, value) for name, value in fields if value is not None]
    return urlencode([*known, *(("leave", one.value) for one in sorted(wanted.leave))])


def usual(kind: FinderKind) -> Search:
    """The search of this kind as the page offers it first."""
    return search(kind, {"leave": sorted(one for one in USUALLY_LEFT_OUT if _fits(kind, one))})


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What a finder finds: totals, how long ago they signed in, users by name, and who could not be judged."""
    wanted = asked(desk, request.GET)
    place = paging.place_of(request.GET)
    hits = list_of.hits(desk.tenant_id, wanted, desk.now)
    page = list_of.page(desk.tenant_id, wanted, desk.now, place.after, TOP, hits)
    found = _found(desk, wanted, page, list_of.not_known(desk.tenant_id, wanted, desk.now))
    return render(
        request,
        "web/reclaim.html",
        _choices(desk, wanted)
        | _list(request, desk, found, place)
        | _worth(desk, wanted, hits)
        | {
            "wanted": wanted,
            "query": query_of(wanted),
            "name": words.name(wanted),
            "rule": wanted.finder.rule,
            "rule_text": words.rule(wanted),
            "missing": [missing(why, n) for why, n in found.missing.counts.items()]
            + ([words.counting_stopped()] if found.missing.is_more else []),
            "may_assign": desk.can(Capability.ASSIGN_LICENSES),
            "may_save": desk.can(Capability.SAVE_FINDERS),
        },
    )


def _found(desk: Desk, wanted: Search, page: FoundPage, absent: Missing) -> Found:
    held: dict[int, list[Any]] = defaultdict(list)
    ids = [user.id for user in page.users]
    for row in user_list.sources(desk.tenant_id, ids) if ids else ():
        held[row[0]].append(row)
    return Found(wanted, page, held, absent)


def _choices(desk: Desk, wanted: Search) -> dict[str, Any]:
    """What can be chosen: the eight finders, the tenant's products, saved finders."""
    owned = sorted((product_name(row.sku_id), row.sku_id) for row in products.every(desk.tenant_id))
    saved = [(one, door.search_of(one)) for one in list_of.saved(desk.tenant_id)]
    return {
        "kinds": [(query_of(usual(kind)), FINDER[kind](), kind is wanted.kind) for kind in FINDERS],
        "leaves": [(one.value, LEFT_OUT[one](), one in wanted.leave) for one in LeaveOut if _fits(wanted.kind, one)],
        "left": sorted(wanted.leave),
        "products": [(sku, name, sku == wanted.sku_id) for name, sku in owned],
        "saved": [(one.name, words.summary(kept), query_of(kept)) for one, kept in saved],
        "most_days": MOST_DAYS,
    }


def _fits(kind: FinderKind, one: LeaveOut) -> bool:
    """Whether it is of use to leave these out: who looks for the blocked, or for shared mailboxes, would find nobody."""
    of_itself = {FinderKind.BLOCKED: LeaveOut.BLOCKED, FinderKind.SHARED: LeaveOut.SHARED}
    return FINDERS[kind].looks_at_account and of_itself.get(kind) is not one


def _list(request: HttpRequest, desk: Desk, found: Found, place: paging.Place) -> dict[str, Any]:
    page, n = found.page, desk.text.n
    first = max(1, place.first) if place.after else 1
    span = {"first": n(first), "last": n(first + len(page.users) - 1)}
    where = _("{first} to {last} of more than {total}").format(**span, total=n(CAP))
    if page.total is not None:
        where = _("{first} to {last} of {total}").format(**span, total=n(page.total))
    following = ""
    if page.next_key is not None:
        following = paging.link(request.GET, after=paging.written(page.next_key), first=first + len(page.users))
    cells = words.Cells(desk.text, desk.tenant_id, found)
    return {
        "header": words.header(found.asked.kind),
        "rows": [(user, cells.of(user)) for user in page.users],
        "where": where if page.users else "",
        "next": following,
        "is_first": place.after is None,
        "total": words.total(page.total),
    }


# ---- what it is worth


@dataclass(frozen=True, slots=True)
class Line:
    """A product among what was found: how many direct licenses, how many seats come free, and what those are worth."""

    sku_id: str
    name: str
    licenses: str
    users: int
    seats: str
    worth: list[str]


def _worth(desk: Desk, wanted: Search, hits: list[int]) -> dict[str, Any]:
    """Totals over everybody who was found; of more than are counted, only that there are more."""
    if len(hits) > CAP:
        return {"is_counted": False, "cap": count(CAP), "users": CAP + 1}
    rows = measure.takeable(desk.tenant_id, wanted, desk.now, hits)
    worth = {one.sku_id: one for one in savings(desk.tenant_id, {r.sku_id: r.seats for r in rows if r.seats}, desk.now)}
    is_copy = desk.is_imported
    days = measure.days_since(desk.tenant_id, hits, desk.now, is_copy=is_copy) if hits else {}
    limit = wanted.days if wanted.kind is FinderKind.INACTIVE else None
    return {
        "is_counted": True,
        "users": len(hits),
        "lines": sorted((_line(desk, row, worth.get(row.sku_id)) for row in rows), key=lambda one: one.name.casefold()),
        "licenses": count(sum(row.licenses for row in rows)),
        "seats": count(sum(row.seats for row in rows)),
        "money": per_month(desk, worth.values()),
        "bars": histogram.bars(days, limit) if hits else [],
        "has_all": wanted.sku_id is not None or wanted.finder.looks_at_account,
    }


def _line(desk: Desk, row: Takeable, worth: Saving | None) -> Line:
    said = [_("No seat comes free.")] if worth is None else money_words.saving(desk.text, worth)
    return Line(row.sku_id, product_name(row.sku_id), count(row.licenses), row.licenses, count(row.seats), said)


# ---- what can be done with it


def plan(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A draft plan that takes back what is found now; who can't be judged is never in it."""
    wanted = asked(desk, request.POST).for_plan()
    made = propose.propose(desk.tenant_id, intent_of(wanted), Who("found", wanted.to_text()), desk.actor)
    return HttpResponseRedirect(reverse("plan", args=[made]))


def save(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The search is kept under a name."""
    wanted = asked(desk, request.POST)
    door.save(desk.tenant_id, line(request.POST.get("name", "")), wanted.for_plan(), desk.actor)
    return HttpResponseRedirect(f"{reverse('reclaim')}?{query_of(wanted)}")


def forget(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The saved finder is gone."""
    door.forget(desk.tenant_id, line(request.POST.get("name", "")), desk.actor)
    return HttpResponseRedirect(reverse("reclaim"))


def export(request: HttpRequest, desk: Desk) -> StreamingHttpResponse:
    """Everybody whom the finder finds, with what speaks for it."""
    wanted = asked(desk, request.GET)
    header = [_("Display name"), _("Username"), _("Object ID"), *words.header(wanted.kind), _("Never list")]
    return streamed(desk, "reclaim", header, _cells(desk, wanted))


def _cells(desk: Desk, wanted: Search) -> Iterator[Cells]:
    hits = list_of.hits(desk.tenant_id, wanted, desk.now)

    def read(after: paging.Key | None) -> tuple[list[Cells], paging.Key | None]:
        page = list_of.page(desk.tenant_id, wanted, desk.now, after, PAGE, hits)
        cells = words.Cells(desk.text, desk.tenant_id, _found(desk, wanted, page, Missing({}, is_more=False)))
        rows: list[Cells] = [
            (u.display_name, u.principal_name, u.object_id, *cells.of(u), u.never or "") for u in page.users
        ]
        return rows, page.next_key

    return pages(read)
