"""A draft plan in short, in a box over the list that it was made on: Unassign licenses, Restore, Delete permanently.

And the second box of a plan above the tenant's limits. Each has an address and is a page of its own.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.changes import guards
from licentia.changes.preview import Preview, fates, preview
from licentia.domain.intents import PurgeUser, RestoreUser
from licentia.domain.lifecycle import PlanState
from licentia.domain.reasons import Refused
from licentia.store.lists import plans as list_of
from licentia.web.desk import Desk
from licentia.web.views import plan_acts
from licentia.web.views.plans import cause, plan_values, step_values
from licentia.words.language import gettext as _
from licentia.words.parts import product_name

NAMED = 8
"""So many users have a row of their own in the box; more are grouped by what happens to them."""


def unassign(request: HttpRequest, desk: Desk, sku_id: str, plan_id: int) -> HttpResponse:
    """The Unassign licenses box over the product's page."""
    shown = preview(desk.tenant_id, plan_id)
    if shown.sku_id != sku_id.lower():
        raise Http404
    crumbs = [(_("Licenses"), reverse("licenses")), (product_name(sku_id), reverse("product", args=[sku_id]))]
    words = {"heading": _("Unassign licenses"), "submit": _("Unassign"), "back": "product", "crumbs": crumbs}
    return _box(request, desk, shown, words | {"is_loss": True})


def restore(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """The Restore box over the deleted users."""
    shown = _of(desk, plan_id, RestoreUser)
    words = {"heading": _("Restore"), "submit": _("Restore")}
    return _box(request, desk, shown, _over_deleted() | words)


def purge(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """The Delete permanently box: the user name is typed, of several users their number; a POST applies the plan."""
    shown = _of(desk, plan_id, PurgeUser)
    wanted = _to_type(desk, shown)
    words = _over_deleted() | {"heading": _("Delete permanently"), "submit": _("Delete permanently"), "is_loss": True}
    words |= {"type_this": wanted if shown.has_work else "", "action": reverse("purge", args=[plan_id])}
    if request.method != "POST" or shown.plan["state"] != PlanState.DRAFT.value:
        return _box(request, desk, shown, words)
    typed = request.POST.get("typed", "").strip()
    if _is_typed(typed, wanted):
        return plan_acts.applied(request, desk, plan_id, shown.plan["ready"])
    said = _("Type exactly what is asked: {what}").format(what=wanted)
    return _box(request, desk, shown, words | {"said": said, "typed": typed}, status=422)


def over_limit(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """Above the tenant's limits: what is above them, a check box, and Apply plan once more."""
    shown = preview(desk.tenant_id, plan_id)
    kept = {name: request.GET[name] for name in plan_acts.KEPT if name in request.GET}
    try:
        guards.check(desk.tenant_id, shown.plan, confirm=plan_acts.number_of(kept.get("confirm", "")), over_limit=False)
    except Refused as refused:
        if refused.code == "over_limit" and shown.plan["state"] == PlanState.DRAFT.value:
            found = plan_values(desk, shown) | {"said": cause(refused), "kept": kept.items()}
            return render(request, "web/over_limit.html", found)
    return HttpResponseRedirect(reverse("plan", args=[plan_id]))


def _of(desk: Desk, plan_id: int, kind: type[RestoreUser] | type[PurgeUser]) -> Preview:
    shown = preview(desk.tenant_id, plan_id)
    if not isinstance(shown.intent, kind):
        raise Http404
    return shown


def _over_deleted() -> dict[str, Any]:
    return {"back": "deleted", "crumbs": [(_("Deleted users"), reverse("deleted_users"))]}


def _to_type(desk: Desk, shown: Preview) -> str:
    """The user name of the only one, else how many."""
    ready = list_of.steps(desk.tenant_id, shown.plan["id"], 0, NAMED) if shown.plan["users"] == 1 else []
    return ready[0].principal_name if ready else desk.text.n(shown.plan["ready"])


def _is_typed(typed: str, wanted: str) -> bool:
    """Whether the user name was typed, in whatever case; or the number, with or without marks between thousands."""
    number = plan_acts.number_of(wanted)
    return typed.casefold() == wanted.casefold() or (number is not None and plan_acts.number_of(typed) == number)


def _box(request: HttpRequest, desk: Desk, shown: Preview, words: dict[str, Any], status: int = 200) -> HttpResponse:
    """The draft plan in short; a plan that is none any more has its own page."""
    plan = shown.plan
    if plan["state"] != PlanState.DRAFT.value:
        return HttpResponseRedirect(reverse("plan", args=[plan["id"]]))
    found = {"action": reverse("apply", args=[plan["id"]])} | plan_values(desk, shown) | words
    if plan["users"] <= NAMED:
        known = fates(desk.tenant_id, plan["id"], shown.start)
        steps = list_of.steps(desk.tenant_id, plan["id"], 0, NAMED)
        found["steps"] = [step_values(desk, step, known[step.class_id], plan["verb"]) for step in steps]
    return render(request, "web/plan_box.html", found, status=status)
