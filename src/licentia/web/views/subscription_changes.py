"""Changes of one subscription: its licenses, recurring billing, its end, and the way back; and taking a purchase over.

Each page shows what happens by the verdict that then decides; a refusal says why, and when or by whom it can be done.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.changes import propose
from licentia.changes import subscriptions as doors
from licentia.changes.subscriptions import Change
from licentia.changes.who import Who
from licentia.domain.intents import CancelSubscription, Resize, SetRecurring, SubscriptionIntent, TakeOver
from licentia.domain.permissions import Capability
from licentia.domain.reasons import BadInput, Refused
from licentia.domain.subscriptions import SubscriptionState
from licentia.store.lists import products, selecting
from licentia.store.lists import subscriptions as list_of
from licentia.store.lists import users as user_list
from licentia.web import undoing
from licentia.web.desk import Desk
from licentia.web.views.groups import lock
from licentia.web.views.subscriptions import find
from licentia.words import sentences
from licentia.words import subscriptions as words
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.parts import product_name
from licentia.words.rules import numbered

NAMED = 8
"""So many users of a purchase are named; of the rest, how many."""


def _frame(desk: Desk, number: int) -> dict[str, Any]:
    sub = find(desk, number).subscription
    return {
        "subscription": sub,
        "name": product_name(sub.sku_id),
        "locked": lock(desk, Capability.MANAGE_SUBSCRIPTIONS),
        "back": reverse("subscription", args=[number]),
    }


def _shown(desk: Desk, made: Change) -> dict[str, Any]:
    """What the change does, or why it can't be made, with its rule."""
    rule = numbered(desk.text, made.verdict.rule)
    if made.after is None:
        return {"refused": words.refused(desk.text, made), "rule": rule}
    return {"effect": words.effect(desk.text, made), "rule": rule}


def _done(request: HttpRequest, desk: Desk, intent: SubscriptionIntent, undo_of: int | None = None) -> HttpResponse:
    done = doors.change(desk.tenant_id, intent, desk.actor, undo_of)
    assert done.plan_id is not None
    undoing.remember(request, desk, done.plan_id)
    return HttpResponseRedirect(reverse("subscription", args=[intent.subscription_id]))


# ---- licenses


def resize(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Remove licenses: what is assigned, the safe minimum, and what the number does; a POST saves it."""
    found = _frame(desk, number)
    sub = found["subscription"]
    given = (request.POST.get("seats") or request.GET.get("seats") or str(sub.seats)).strip()
    later = "at_renewal" in request.POST or "at_renewal" in request.GET
    seen = doors.look(desk.tenant_id, number)
    least = min(sub.seats, max(1, seen.around.consumed - seen.around.other_seats))
    found |= {
        "seats": given,
        "at_renewal": later,
        "assigned": desk.text.n(seen.around.consumed),
        "others": desk.text.n(seen.around.other_seats) if seen.around.other_seats else "",
        "least": desk.text.n(least),
        "cost": words.cost(desk.text, seen.price, sub.seats),
    }
    try:
        intent = Resize(sub.id, sub.sku_id, _seats(given), later)
        made = doors.consider(desk.tenant_id, intent)
    except BadInput as error:
        found |= {"refused": [sentences.cause(error)]}
        return _resize_page(request, found, 422 if request.method == "POST" else 200)
    if request.method == "POST" and made.after is not None:
        return _done(request, desk, intent)
    if given != str(sub.seats) or request.method == "POST":
        found |= _shown(desk, made)
    if made.after is not None:
        found["new_cost"] = words.cost(desk.text, seen.price, intent.seats)
    return _resize_page(request, found, 409 if request.method == "POST" else 200)


def _resize_page(request: HttpRequest, found: dict[str, Any], status: int) -> HttpResponse:
    if request.headers.get("HX-Target") == "effect":
        return render(request, "web/effect.html", found)
    return render(request, "web/resize.html", found, status=status)


def _seats(text: str) -> int:
    """The number typed, with or without separators of thousands; BadInput `bad_seats`."""
    bare = text.replace(".", "").replace(",", "")
    if not (bare.isascii() and bare.isdigit() and len(bare) < 12):
        raise BadInput("bad_seats", text=text[:40] or "-")
    return int(bare)


# ---- recurring billing, the end, the way back


def recurring(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Recurring billing on or off (`on=1`, `on=0`): what that does; a POST does it."""
    found = _frame(desk, number)
    given = request.POST.get("on") or request.GET.get("on", "")
    if given not in ("0", "1"):
        raise Http404
    sub, is_on = found["subscription"], given == "1"
    heading = _("Turn on recurring billing") if is_on else _("Turn off recurring billing")
    if is_on and sub.state is not SubscriptionState.ENABLED:
        heading = _("Reactivate")
    found |= {"heading": heading, "submit": heading, "on": given}
    return _asked(request, desk, SetRecurring(sub.id, sub.sku_id, is_on), found)


def cancel(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Cancel subscription: whether now or at the end of its term, and what that does; a POST does it."""
    found = _frame(desk, number) | {"heading": _("Cancel subscription"), "submit": _("Cancel subscription")}
    found["is_loss"] = True
    sub = found["subscription"]
    return _asked(request, desk, CancelSubscription(sub.id, sub.sku_id), found)


def _asked(request: HttpRequest, desk: Desk, intent: SubscriptionIntent, found: dict[str, Any]) -> HttpResponse:
    made = doors.consider(desk.tenant_id, intent)
    if request.method == "POST" and made.after is not None:
        return _done(request, desk, intent)
    status = 409 if request.method == "POST" else 200
    return render(request, "web/subscription_change.html", found | _shown(desk, made), status=status)


def undo(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """What undoes the plan's change of a subscription, where its rules allow it now; a POST does it."""
    back = doors.way_back(desk.tenant_id, plan_id)
    if back.change is None:
        refusal = Refused("no_undo" if back.why == "ended" else "subscription_changed_since", plan=plan_id)
        found = _frame(desk, doors.subscription_of(desk.tenant_id, plan_id))
        found |= {"heading": _("Undo plan {plan}").format(plan=undoing.number(plan_id)), "submit": _("Undo")}
        found["refused"] = [sentences.cause(refusal)]
        return render(request, "web/subscription_change.html", found, status=409)
    found = _frame(desk, back.change.intent.subscription_id) | _shown(desk, back.change)
    found |= {"heading": _("Undo plan {plan}").format(plan=undoing.number(plan_id)), "submit": _("Undo")}
    if request.method == "POST" and back.change.after is not None:
        return _done(request, desk, back.change.intent, plan_id)
    return render(request, "web/subscription_change.html", found, status=409 if request.method == "POST" else 200)


# ---- taking over


def take_over(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Take control of this subscription: both ways, with what they mean; a POST makes the plan, which is shown first."""
    found = _frame(desk, number)
    sub = found["subscription"]
    if not sub.purchase_id:
        raise BadInput("not_a_purchase", text=str(number))
    if sub.state is SubscriptionState.DELETED:
        raise BadInput("purchase_ended", text=str(number))
    found |= _purchase(desk, sub.sku_id, sub.purchase_id)
    if request.method != "POST":
        return render(request, "web/take_over.html", found)
    how, typed = request.POST.get("how"), request.POST.get("name", "").strip()
    said = ""
    if how not in ("move", "cancel"):
        said = _("Choose Move users or Cancel subscription.")
    elif typed.casefold() != found["name"].casefold():
        said = _("Type the name exactly as it is: {name}").format(name=found["name"])
    if said:
        return render(request, "web/take_over.html", found | {"said": said, "how": how, "typed": typed}, status=422)
    intent = TakeOver(sub.purchase_id, sub.sku_id, how == "move")
    plan = propose.propose(desk.tenant_id, intent, Who("purchase", str(sub.purchase_id)), desk.actor)
    return HttpResponseRedirect(reverse("plan", args=[plan]))


def _purchase(desk: Desk, sku: str, purchase_id: int) -> dict[str, Any]:
    """Who bought it, who has the product through it, and how many seats of the organization are free for them."""
    product_id = list_of.product_ids(desk.tenant_id, [sku])[sku]
    users = selecting.purchase_holders(desk.tenant_id, product_id, purchase_id)
    pool = list_of.pools(desk.tenant_id, [product_id]).get((product_id, 0))
    names = user_list.principal_names(desk.tenant_id, users[:NAMED])
    n = desk.text.n
    if pool is None:
        free = _("The organization has no licenses of this product, so users can't be moved. Buy it first.")
    elif pool.capacity is None:
        free = _("Not known: how many licenses of the organization are free.")
    else:
        left = max(0, pool.capacity - pool.consumed)
        free = ngettext(
            "{free} license of the organization is free; {users} needed at most.",
            "{free} licenses of the organization are free; {users} needed at most.",
            left,
        ).format(free=n(left), users=n(len(users)))
    return {
        "buyer": products.purchase_buyers(desk.tenant_id, [purchase_id]).get(purchase_id, ""),
        "users": len(users),
        "names": sorted(names.values()),
        "rest": max(0, len(users) - NAMED),
        "free": free,
        "can_move": pool is not None,
    }
