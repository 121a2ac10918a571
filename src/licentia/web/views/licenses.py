"""Licenses: the products of the tenant, and one product with its users, groups, services, subscriptions and history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.changes import propose
from licentia.changes.who import Who
from licentia.domain import catalog as catalog_of
from licentia.domain.intents import Unassign
from licentia.domain.permissions import Capability
from licentia.store.lists import products
from licentia.store.lists import subscriptions as subscription_list
from licentia.store.lists.products import ProductRow
from licentia.web import selection
from licentia.web.desk import Desk
from licentia.web.selection import Selection
from licentia.web.views import groups, product_history, subscriptions
from licentia.web.views.listing import listing
from licentia.words import subscriptions as subscription_words
from licentia.words.language import gettext as _
from licentia.words.parts import plan_name, product_name

TABS = ("users", "groups", "services", "subscriptions", "history")


@dataclass(frozen=True, slots=True)
class Product:
    """A product in the list. `total` and `free` are words; None of a number is not known."""

    sku_id: str
    name: str
    used: int
    capacity: int | None
    assigned: str
    available: str
    over: str
    account_type: str


def every(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All products, by name; `kind=self-service` only what people bought for themselves."""
    rows = sorted(products.every(desk.tenant_id), key=lambda one: product_name(one.sku_id).casefold())
    only_bought = request.GET.get("kind") == "self-service"
    shown = [one for row in rows for one in lines(desk, row) if not only_bought or not row.has_pool]
    return render(request, "web/licenses.html", {"products": shown, "only_bought": only_bought})


def lines(desk: Desk, row: ProductRow) -> list[Product]:
    """The organization's line, and one for all self-service purchases of the product."""
    n, found = desk.text.n, []
    if row.has_pool:
        free = None if row.capacity is None else row.capacity - row.consumed
        found.append(
            Product(
                row.sku_id,
                product_name(row.sku_id),
                row.consumed,
                row.capacity,
                _("{used} of {total}").format(
                    used=n(row.consumed), total=_("not known") if row.capacity is None else n(row.capacity)
                ),
                _("Not known") if free is None else n(max(0, free)),
                _("{n} more assigned than owned").format(n=n(-free)) if free is not None and free < 0 else "",
                _("Organization"),
            )
        )
    if row.purchases:
        found.append(
            Product(
                row.sku_id,
                product_name(row.sku_id),
                row.purchased_consumed,
                row.purchased_seats,
                _("{used} of {total}").format(used=n(row.purchased_consumed), total=n(row.purchased_seats)),
                n(max(0, row.purchased_seats - row.purchased_consumed)),
                "",
                _("Self-service"),
            )
        )
    return found


def find(desk: Desk, sku_id: str) -> ProductRow:
    """The tenant's product; 404 when it has none of it."""
    for row in products.every(desk.tenant_id):
        if row.sku_id == sku_id.lower():
            return row
    raise Http404


def product(request: HttpRequest, desk: Desk, sku_id: str) -> HttpResponse:
    """One product; `tab` names the page. A POST keeps the selection, or does what its button says."""
    row = find(desk, sku_id)
    if request.method == "POST":
        return _chosen(request, desk, row)
    tab = request.GET.get("tab", "users")
    found: dict[str, Any] = {
        "product": row,
        "name": product_name(row.sku_id),
        "tab": tab if tab in TABS else "users",
        "tabs": [
            ("users", _("Users")),
            ("groups", _("Groups")),
            ("services", _("Apps and services")),
            ("subscriptions", _("Subscriptions")),
            ("history", _("History")),
        ],
        "lines": lines(desk, row),
        "may_assign": desk.can(Capability.ASSIGN_LICENSES),
    }
    if found["tab"] == "services":
        known = catalog_of.load().product_or_none(row.sku_id)
        found["services"] = sorted({plan_name(plan) for plan in known.plan_ids}) if known else []
    elif found["tab"] == "groups":
        found |= groups.lines(request, desk, product_id=row.id)
    elif found["tab"] == "subscriptions":
        found |= _subscriptions(desk, row)
    elif found["tab"] == "history":
        found |= product_history.history(request, desk, row)
    else:
        found |= _users(request, desk, row)
    return render(request, "web/product.html", found)


def _users(request: HttpRequest, desk: Desk, row: ProductRow) -> dict[str, Any]:
    chosen = selection.load(request, desk, row.sku_id)
    return {
        "list": listing(request, desk, product_id=row.id, sku_id=row.sku_id),
        "selected": chosen,
        "holders": row.consumed + row.purchased_consumed,
        "count": _count(row, chosen),
    }


def _subscriptions(desk: Desk, row: ProductRow) -> dict[str, Any]:
    """The organization's subscriptions of the product with their sum (5 + 8 = 13), and how many purchases there are."""
    every_one = subscription_list.of_products(desk.tenant_id, [row.id])
    own = [one for one in every_one if not one.subscription.purchase_id]
    bought = len(every_one) - len(own)
    return {
        "sum": subscription_words.total(desk.text, [one.subscription for one in own]) if len(own) > 1 else "",
        "subscriptions": subscriptions.lines(desk, own),
        "purchases": subscription_words.purchases_word(desk.text, bought) if bought else "",
    }


def _count(row: ProductRow, chosen: Selection) -> int:
    return row.consumed + row.purchased_consumed if chosen.is_all else len(chosen.users)


def _chosen(request: HttpRequest, desk: Desk, row: ProductRow) -> HttpResponse:
    chosen = selection.mark(request, desk, row.sku_id)
    act = request.POST.get("do", "")
    here = HttpResponseRedirect(request.get_full_path())
    if act == "clear":
        selection.save(request, desk, row.sku_id, Selection())
    elif act == "all":
        selection.save(request, desk, row.sku_id, Selection(is_all=True))
    elif act.startswith("go:?"):
        return HttpResponseRedirect(reverse("product", args=[row.sku_id]) + act.removeprefix("go:"))
    elif act == "unassign" and chosen:
        return _unassign(desk, row, chosen)
    elif request.htmx:  # type: ignore[attr-defined]
        found = {"product": row, "selected": chosen, "count": _count(row, chosen)}
        found |= {"holders": row.consumed + row.purchased_consumed, "may_assign": desk.can(Capability.ASSIGN_LICENSES)}
        return render(request, "web/product_bar.html", found)
    return here


def _unassign(desk: Desk, row: ProductRow, chosen: Selection) -> HttpResponse:
    """A draft plan for the selection, and the box that shows it."""
    desk.actor.require(Capability.ASSIGN_LICENSES, desk.tenant_id)
    who = Who("users", "", tuple(sorted(chosen.users)))
    if chosen.is_all:
        who = Who("filter", f"assignedLicenses/any(x:x/skuId eq {row.sku_id})")
    plan = propose.propose(desk.tenant_id, Unassign(row.sku_id), who, desk.actor)
    return HttpResponseRedirect(reverse("unassign", args=[row.sku_id, plan]))
