"""Several active users: the selection of the list, and the pane that gives, replaces or takes back products for them.

What the pane shows under "If you save" is a draft plan, made anew when the choice changes; saving applies that very plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from licentia.changes import propose, run
from licentia.changes.preview import fates, preview
from licentia.domain.intents import Assign, Block, Intent, Replace, UnassignAll, Unblock
from licentia.domain.lifecycle import PlanState
from licentia.domain.permissions import Capability
from licentia.domain.reasons import BadInput, Refused
from licentia.store.lists import filtered, products
from licentia.store.lists import plans as list_of
from licentia.store.lists import users as user_list
from licentia.web import selection
from licentia.web.desk import Desk
from licentia.web.selection import Selection
from licentia.web.views import plans
from licentia.web.views.plan_acts import carried_out
from licentia.web.views.plan_boxes import NAMED as IN_BOX
from licentia.web.views.user_list import LIST, back, bar, wanted_of
from licentia.words.language import ngettext
from licentia.words.parts import product_name
from licentia.words.seats import available

SHOWN = 3
SIGN_IN: Mapping[str, Intent] = {"block": Block(), "unblock": Unblock()}
"""What a plan for the selection does at once, by the button's word; its door asks who may."""
DRAFT = "manage"
"""The session's key: the draft that the pane shows, and the choice that it stands for."""
NAMED = 20
"""So many users are applied from the pane; more go on as a plan."""


def choose(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Keeps the selection of Active users, then does what the button says."""
    chosen = selection.mark(request, desk, LIST)
    act, place = request.POST.get("do", ""), QueryDict(request.POST.get("place", ""))
    if act == "clear":
        chosen = selection.save(request, desk, LIST, Selection())
    elif act == "all":
        chosen = selection.everybody(request, desk, LIST, wanted_of(desk, place))
    elif act.startswith("go:?"):
        return HttpResponseRedirect(reverse("active_users") + act.removeprefix("go:"))
    elif act == "manage" and chosen:
        desk.actor.require(Capability.ASSIGN_LICENSES, desk.tenant_id)
        return HttpResponseRedirect(reverse("manage_licenses"))
    elif act in SIGN_IN and chosen:
        return HttpResponseRedirect(
            reverse("plan", args=[propose.propose(desk.tenant_id, SIGN_IN[act], chosen.who, desk.actor)])
        )
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "web/users_bar.html", bar(desk, chosen, place))
    return back(request)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the pane's form says."""

    how: str
    products: tuple[str, ...]
    is_none: bool

    def intent(self) -> Intent:
        """What it means; BadInput where it means nothing yet."""
        if self.how == "all" or (self.how == "replace" and self.is_none):
            return UnassignAll()
        if not self.products:
            raise BadInput("no_product_chosen")
        if self.how == "replace":
            return Replace(frozenset(self.products))
        if self.how == "more" and len(self.products) == 1:
            return Assign(self.products[0])
        raise BadInput("one_product_at_a_time")


def _choice(request: HttpRequest) -> Choice:
    wanted = tuple(sorted(set(request.POST.getlist("product"))))
    return Choice(request.POST.get("how", ""), wanted, "none" in request.POST)


def pane(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The pane. A POST shows what would happen; once that has been shown, it saves."""
    chosen = selection.load(request, desk, LIST)
    if not chosen:
        return HttpResponseRedirect(reverse("active_users"))
    if request.method != "POST":
        return render(request, "web/manage.html", _form(desk, chosen, Choice("", (), is_none=False)))
    choice = _choice(request)
    if chosen.listed is not None:
        return _as_plan(request, desk, choice, chosen)
    seen = request.session.get(DRAFT)
    if seen is not None and request.POST.get("plan") == str(seen[1]) and seen == _mark(desk, seen[1], choice, chosen):
        return _save(request, desk, int(seen[1]))
    found = _form(desk, chosen, choice) | _considered(request, desk, choice, chosen)
    page = "web/manage_if.html" if request.headers.get("HX-Target") == "if-you-save" else "web/manage.html"
    return render(request, page, found)


def _as_plan(request: HttpRequest, desk: Desk, choice: Choice, chosen: Selection) -> HttpResponse:
    """So many go on as a plan at once: its own page shows what happens to them, before it does."""
    try:
        intent = choice.intent()
    except BadInput as error:
        found = _form(desk, chosen, choice) | {"bad": plans.cause(error)}
        return render(request, "web/manage.html", found, status=400)
    plan_id = propose.propose(desk.tenant_id, intent, chosen.who, desk.actor)
    return HttpResponseRedirect(reverse("plan", args=[plan_id]))


def _mark(desk: Desk, plan_id: int, choice: Choice, chosen: Selection) -> list[Any]:
    """What the session keeps of a draft: when anything of it is otherwise, another draft is made."""
    return [desk.tenant_id, plan_id, choice.how, list(choice.products), choice.is_none, sorted(chosen.users)]


def _considered(request: HttpRequest, desk: Desk, choice: Choice, chosen: Selection) -> dict[str, Any]:
    """A draft for the choice, and what it would do."""
    _forget(request, desk)
    try:
        intent = choice.intent()
    except BadInput as error:
        return {"bad": plans.cause(error)}
    plan_id = propose.propose(desk.tenant_id, intent, chosen.who, desk.actor)
    request.session[DRAFT] = _mark(desk, plan_id, choice, chosen)
    shown = preview(desk.tenant_id, plan_id)
    found = plans.plan_values(desk, shown)
    if shown.plan["users"] <= IN_BOX:
        known = fates(desk.tenant_id, plan_id, shown.start)
        steps = list_of.steps(desk.tenant_id, plan_id, 0, IN_BOX)
        found["steps"] = [plans.step_values(desk, step, known[step.class_id], shown.plan["verb"]) for step in steps]
    return found


def _forget(request: HttpRequest, desk: Desk) -> None:
    """The draft that was shown before is thrown away, where it still is one."""
    seen = request.session.pop(DRAFT, None)
    if seen is None or seen[0] != desk.tenant_id:
        return
    header = list_of.header(desk.tenant_id, seen[1])
    if header is not None and header["state"] == PlanState.DRAFT.value:
        run.discard(desk.tenant_id, seen[1], desk.actor)


def _save(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """Applies what was shown; above the number to type, or a limit, the plan's own page goes on."""
    try:
        state = run.apply(desk.tenant_id, plan_id, desk.actor)
    except Refused as refused:
        if refused.code not in ("confirm_needed", "over_limit"):
            raise
        return HttpResponseRedirect(reverse("plan", args=[plan_id]))
    request.session.pop(DRAFT, None)
    plan = carried_out(request, desk, plan_id, state)
    if plan["finished_at"] is None:
        return HttpResponseRedirect(reverse("plan", args=[plan_id]))
    selection.save(request, desk, LIST, Selection())
    return HttpResponseRedirect(reverse("managed", args=[plan_id]))


def done(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """What became of each user, and Done."""
    shown = preview(desk.tenant_id, plan_id)
    known = fates(desk.tenant_id, plan_id, shown.start)
    steps = list_of.steps(desk.tenant_id, plan_id, 0, NAMED)
    found = plans.plan_values(desk, shown)
    found["steps"] = [plans.step_values(desk, step, known[step.class_id], shown.plan["verb"]) for step in steps]
    found["more"] = shown.plan["users"] > len(steps)
    return render(request, "web/managed.html", found)


def _form(desk: Desk, chosen: Selection, choice: Choice) -> dict[str, Any]:
    """The pane. Of filters only their users' number is said: how many have a product, their plan shows."""
    ids = sorted(chosen.users)
    count = chosen.number
    if chosen.listed is not None:
        ids = filtered.ids(desk.tenant_id, chosen.listed, desk.now, 0, SHOWN)
    names = [one.display_name for one in user_list.of_ids(desk.tenant_id, ids[:SHOWN])]
    sources = [] if chosen.listed else user_list.sources(desk.tenant_id, ids)
    held = Counter(sku for _user, sku in {(s[0], s[1]) for s in sources if s[4] < 4})
    rows = sorted(products.every(desk.tenant_id), key=lambda one: product_name(one.sku_id).casefold())
    offered = [
        (
            one.sku_id,
            product_name(one.sku_id),
            available(desk.text, one),
            "" if chosen.listed else _have(desk, held[one.sku_id], count),
        )
        for one in rows
        if one.has_pool
    ]
    return {
        "count": count,
        "many": chosen.listed is not None,
        "is_more": count > selection.COUNTED,
        "names": names,
        "rest": count - len(names),
        "products": offered,
        "choice": choice,
    }


def _have(desk: Desk, some: int, every: int) -> str:
    said = ngettext("{a} of {n} has this", "{a} of {n} have this", some)
    return said.format(a=desk.text.n(some), n=desk.text.n(every))
