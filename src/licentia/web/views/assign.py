"""Assign licenses of one product: who gets them, whether there are seats for them, and the plan that shows what happens."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.changes import propose
from licentia.changes.who import Who
from licentia.domain.intents import KEEP, Assign
from licentia.store.lists import group_pages
from licentia.store.lists.products import ProductRow
from licentia.web import naming
from licentia.web.desk import Desk
from licentia.web.views.group_changes import services, switched_off
from licentia.web.views.licenses import find
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.parts import product_name
from licentia.words.seats import available


def assign(request: HttpRequest, desk: Desk, sku_id: str) -> HttpResponse:
    """The pane; a POST searches, or makes the plan. Where seats are short it says so, and leaves out only who is asked to."""
    row = find(desk, sku_id)
    if not row.has_pool:
        raise Http404
    found: dict[str, Any] = {
        "heading": _("Assign licenses to users"),
        "back": reverse("product", args=[row.sku_id]),
        "back_name": product_name(row.sku_id),
        "submit": _("Assign"),
        "counter": available(desk.text, row),
        "services": services(row.sku_id, ""),
    }
    if request.method != "POST" or request.POST.get("do") == "find":
        form = naming.form(request, desk)
        picked = len(form["checked"]) + sum(is_checked for *_rest, is_checked in form["found"])
        return render(request, "web/people_box.html", found | form | {"counter": _counter(desk, row, picked)})
    who = naming.named(request, desk)
    said = naming.problem(request, who)
    found["counter"] = _counter(desk, row, len(who.ids))
    if said:
        return _again(request, desk, who, found | {"said": said}, 422)
    short = _short(desk, row, who.ids)
    if short and request.POST.get("do") != "leave_out":
        return _again(request, desk, who, found | {"said": short["said"], "short": short}, 409)
    ids = [user for user in who.ids if user not in short["last"]] if short else who.ids
    if not ids:
        return _again(request, desk, who, found | {"said": _("No licenses available.")}, 409)
    off = switched_off(request, row.sku_id, "")
    intent = Assign(row.sku_id, off if off and "services" in request.POST else KEEP)
    plan = propose.propose(desk.tenant_id, intent, Who("users", "", tuple(ids)), desk.actor)
    return HttpResponseRedirect(reverse("plan", args=[plan]))


def _again(request: HttpRequest, desk: Desk, who: naming.Named, found: dict[str, Any], status: int) -> HttpResponse:
    return render(request, "web/people_box.html", naming.form(request, desk, who) | found, status=status)


def _counter(desk: Desk, row: ProductRow, picked: int) -> str:
    """How many seats are free, and how many are left after those who are chosen."""
    free = available(desk.text, row)
    if not picked or row.capacity is None:
        return free
    left = desk.text.n(max(0, row.capacity - row.consumed - picked))
    said = ngettext(
        "{available}. Chosen: {n} user; then {left} left.", "{available}. Chosen: {n} users; then {left} left.", picked
    )
    return said.format(available=free, n=desk.text.n(picked), left=left)


def _short(desk: Desk, row: ProductRow, ids: list[int]) -> dict[str, Any]:
    """What is missing where there are not enough seats; who has one already needs none. Empty when there are enough."""
    if row.capacity is None:
        return {}
    held: set[int] = set()
    for start in range(0, len(ids), naming.BATCH):
        held |= group_pages.holders(desk.tenant_id, row.id, ids[start : start + naming.BATCH])
    new = [user for user in ids if user not in held]
    free = max(0, row.capacity - row.consumed)
    missing = len(new) - free
    if missing <= 0:
        return {}
    n = desk.text.n
    said = ngettext(
        "Only {free} of {n} can be assigned. Buy {missing}, take back {missing}, or leave {missing} out.",
        "Only {free} of {n} can be assigned. Buy {missing}, take back {missing}, or leave {missing} out.",
        free,
    ).format(free=n(free), n=n(len(new)), missing=n(missing))
    last = _("Left out are the last of your list.")
    return {
        "said": f"{said} {last}" if free else said,
        "missing": missing,
        "last": frozenset(new[free:]),
        "buy": reverse("your_products") + f"?product={row.sku_id}",
        "take_back": reverse("product", args=[row.sku_id]),
    }
