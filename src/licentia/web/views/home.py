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
from licentia.store.lists.users import Query
from licentia.web import undoing
from licentia.web.attention import attention
from licentia.web.desk import TENANT, Desk
from licentia.web.people import people
from licentia.web.views import licenses, plans
from licentia.words.parts import product_name

FIVE = 5
ALIASES = ("niet toewijzen", "inlever", "detoewijz", "ontlen", "intrekken", "unassign", "remove license", "take back")
"""Words for unassigning in Microsoft's older and machine-made texts, and our own: search leads to where it is done."""


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What needs a decision, the largest products, and the latest plans."""
    rows = sorted(products.every(desk.tenant_id), key=lambda one: -one.consumed)[:FIVE]
    latest = plan_list.latest(desk.tenant_id, FIVE, None, inline=False)
    found = {
        "today": desk.text.date(desk.now),
        "attention": attention(desk),
        "products": [line for row in rows for line in licenses.lines(desk, row)[:1]],
        "plans": [plans.row(desk, plan) for plan in latest],
    }
    return render(request, "web/home.html", found)


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
