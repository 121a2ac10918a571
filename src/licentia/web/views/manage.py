"""Several active users: the selection of the list, and the pane that gives, replaces or takes back products for them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.changes import propose
from licentia.changes.who import Who
from licentia.domain.intents import Assign, Intent, Replace, UnassignAll
from licentia.domain.permissions import Capability
from licentia.domain.reasons import BadInput
from licentia.store.lists import products
from licentia.store.lists import users as list_of
from licentia.web import selection
from licentia.web.desk import Desk
from licentia.web.selection import Selection
from licentia.web.views.users import LIST
from licentia.words.language import gettext as _
from licentia.words.parts import product_name

HOW = ("more", "replace", "all")
SHOWN = 3


def choose(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Keeps the selection of Active users, then does what the button says."""
    chosen = selection.mark(request, desk, LIST)
    act = request.POST.get("do", "")
    if act == "clear":
        chosen = selection.save(request, desk, LIST, Selection())
    elif act.startswith("go:?"):
        return HttpResponseRedirect(reverse("active_users") + act.removeprefix("go:"))
    elif act == "manage" and chosen:
        desk.actor.require(Capability.ASSIGN_LICENSES, desk.tenant_id)
        return HttpResponseRedirect(reverse("manage_licenses"))
    if request.htmx:  # type: ignore[attr-defined]
        return render(
            request,
            "web/users_bar.html",
            {"selected": chosen, "may_assign": desk.can(Capability.ASSIGN_LICENSES)},
        )
    return HttpResponseRedirect(reverse("active_users"))


def pane(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The pane; a POST makes the plan of it, which is shown before anything happens."""
    chosen = selection.load(request, desk, LIST)
    if not chosen:
        return HttpResponseRedirect(reverse("active_users"))
    if request.method == "POST":
        who = Who("users", "", tuple(sorted(chosen.users)))
        plan = propose.propose(desk.tenant_id, _intent(request), who, desk.actor)
        return HttpResponseRedirect(reverse("plan", args=[plan]))
    names = [one.display_name for one in _some(desk, chosen)]
    rows = sorted(products.every(desk.tenant_id), key=lambda one: product_name(one.sku_id).casefold())
    found = {
        "count": len(chosen.users),
        "names": names,
        "rest": len(chosen.users) - len(names),
        "products": [(one.sku_id, product_name(one.sku_id), _free(desk, one)) for one in rows if one.has_pool],
    }
    return render(request, "web/manage.html", found)


def _some(desk: Desk, chosen: Selection) -> list[list_of.UserRow]:
    found = [list_of.by_id(desk.tenant_id, user) for user in sorted(chosen.users)[:SHOWN]]
    return [one for one in found if one is not None]


def _free(desk: Desk, row: products.ProductRow) -> str:
    if row.capacity is None:
        return _("Available: not known")
    free = max(0, row.capacity - row.consumed)
    return _("{free} of {total} available").format(free=desk.text.n(free), total=desk.text.n(row.capacity))


def _intent(request: HttpRequest) -> Intent:
    how = request.POST.get("how")
    wanted = frozenset(request.POST.getlist("product"))
    if how == "all" or (how == "replace" and "none" in request.POST):
        return UnassignAll()
    if not wanted:
        raise BadInput("no_product_chosen")
    if how == "replace":
        return Replace(wanted)
    if how == "more" and len(wanted) == 1:
        return Assign(next(iter(wanted)))
    raise BadInput("one_product_at_a_time")
