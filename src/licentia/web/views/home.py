"""Home, and what the frame around every page does: tenants, the banner, search."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from licentia.domain.reasons import NotPermitted
from licentia.store.lists import plans as plan_list
from licentia.store.lists import products
from licentia.store.lists import users as user_list
from licentia.store.lists.finders import CAP
from licentia.store.lists.users import Query
from licentia.web import undoing, worth
from licentia.web.attention import SHOWN, attention
from licentia.web.desk import TENANT, Desk
from licentia.web.endings import endings
from licentia.web.people import people
from licentia.web.views import licenses, plans
from licentia.words.amounts import amounts
from licentia.words.parts import product_name

FIVE = 5
ALIASES = ("niet toewijzen", "inlever", "detoewijz", "ontlen", "intrekken", "unassign", "remove license", "take back")
"""Words for unassigning in Microsoft's older and machine-made texts, and our own: search leads to where it is done."""


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What needs a decision, the largest products, what ends and what is saved, and the latest plans."""
    rows = products.every(desk.tenant_id)
    largest = sorted(rows, key=lambda one: -one.consumed)[:FIVE]
    latest = plan_list.latest(desk.tenant_id, FIVE, None, inline=False)
    idle = worth.unused(desk)
    of_unused, all_of_it = worth.can_be_saved(desk, rows, idle)
    waiting = attention(desk, rows, idle, of_unused)
    is_all = "all" in request.GET
    ends = endings(desk)
    found = {
        "today": desk.text.date(desk.now),
        "attention": waiting if is_all else waiting[:SHOWN],
        "more": 0 if is_all or len(waiting) <= SHOWN else len(waiting),
        "products": [line for row in largest for line in licenses.lines(desk, row)[:1]],
        "plans": [plans.row(desk, plan) for plan in latest],
        "endings": ends,
        "next_end": "" if ends.next_at is None else desk.text.date(ends.next_at),
        "idle": idle,
        "can_save": all_of_it,
        "cap": CAP,
    }
    return render(request, "web/home.html", found | _saved(desk))


def _saved(desk: Desk) -> dict[str, Any]:
    """What was saved; in a copy nothing is, for nobody pays for it."""
    if desk.is_copy:
        return {"is_copy": True}
    done = worth.saved(desk)
    return {
        "saved_seats": done.seats,
        "saved": amounts(done.per_month, desk.text.language),
        "saved_unpriced": worth.unpriced(done.unpriced),
    }


def set_tenant(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The tenant for the rest of the session, one in which the operator has a role."""
    chosen = request.POST.get("tenant", "")
    if chosen not in {str(one.id) for one in desk.others}:
        raise NotPermitted("no_role", name=desk.actor.name)
    request.session[TENANT] = int(chosen)
    return HttpResponseRedirect("/")


def dismiss(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The banner is gone."""
    undoing.forget(request)
    return HttpResponseRedirect(back(request))


def back(request: HttpRequest) -> str:
    """The page to go back to, one of ours; Home when the form names none."""
    given = request.POST.get("next", "")
    return given if url_has_allowed_host_and_scheme(given, allowed_hosts=None) and given.startswith("/") else "/"


def search(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Users, products and plans with these words."""
    words = request.GET.get("q", "").strip()[:200]
    found: dict[str, Any] = {"q": words, "people": [], "products": [], "plan": None}
    if words:
        page = user_list.page(desk.tenant_id, Query(words, top=10))
        key = words.casefold()
        found["is_unassign"] = any(alias in key for alias in ALIASES)
        names = [(row.sku_id, product_name(row.sku_id)) for row in products.every(desk.tenant_id)]
        found["people"] = people(desk, page.users)
        found["products"] = [(sku, name) for sku, name in sorted(names) if key in name.casefold() or key == sku]
        number = key.removeprefix("p-").lstrip("0")
        if number.isascii() and number.isdigit() and len(number) < 16:
            header = plan_list.header(desk.tenant_id, int(number))
            found["plan"] = plans.row(desk, header) if header else None
    return render(request, "web/search.html", found)


def later(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A place of the menu whose page is not there yet: it says so."""
    return render(request, "web/later.html", {})
