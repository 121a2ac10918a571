"""Everything that can be done to a plan: apply, schedule, approve, choose, pause, resume, undo, try again, discard."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.changes import again, approving, propose, run, schedule, users
from licentia.changes.preview import preview
from licentia.changes.who import Who
from licentia.domain import intents
from licentia.domain.intents import SubscriptionIntent, Undo
from licentia.domain.lifecycle import PlanEvent, PlanState
from licentia.domain.reasons import REASONS, BadInput, Outcome, Refused
from licentia.store.lists.plan_steps import StepQuery
from licentia.web import selection, undoing
from licentia.web.desk import Desk
from licentia.web.selection import Selection
from licentia.web.views import plan_page
from licentia.web.views.plans import AT_ONCE, cause
from licentia.words.moments import moment_of

KEPT = ("confirm", "start", "at", "back")
"""What a form that applies a plan says, and what the second box must say again."""


def apply(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """Applies the draft, with the number that was typed."""
    return applied(request, desk, plan_id, number_of(request.POST.get("confirm", "")))


def applied(request: HttpRequest, desk: Desk, plan_id: int, confirm: int | None) -> HttpResponse:
    """At once where it is small; refused by a guard, the plan's page or the second box says what is needed."""
    is_over = "over_limit" in request.POST
    try:
        if request.POST.get("start") == "date":
            at = moment_of(request.POST.get("at", ""), desk.now, desk.tenant.time_zone)
            schedule.schedule(desk.tenant_id, plan_id, at, desk.actor, confirm=confirm, over_limit=is_over)
            return _shown(plan_id)
        state = run.apply(desk.tenant_id, plan_id, desk.actor, confirm=confirm, over_limit=is_over)
    except Refused as refused:
        if refused.code == "over_limit":
            said = {name: request.POST[name] for name in KEPT if name in request.POST} | {"confirm": confirm or ""}
            return HttpResponseRedirect(reverse("over_limit", args=[plan_id]) + "?" + urlencode(said))
        if refused.code != "confirm_needed":
            raise
        return _asked(request, desk, plan_id, refused)
    except BadInput as wrong:
        return _asked(request, desk, plan_id, wrong)
    plan = carried_out(request, desk, plan_id, state)
    return HttpResponseRedirect(_after(request, desk, plan))


def _after(request: HttpRequest, desk: Desk, plan: run.Header) -> str:
    """The list whose box applied the plan, once that is over; else the plan's page."""
    sku = intents.sku_of(intents.from_text(plan["intent"]))
    if sku:
        selection.save(request, desk, sku, Selection())
    if plan["finished_at"] is not None:
        return _list_of(request, sku) or reverse("plan", args=[plan["id"]])
    return reverse("plan", args=[plan["id"]])


def _list_of(request: HttpRequest, sku: str | None) -> str:
    """The list over which the box stood; empty where there was none."""
    back = request.POST.get("back")
    if back == "product" and sku:
        return reverse("product", args=[sku])
    return reverse("deleted_users") if back == "deleted" else ""


def carried_out(request: HttpRequest, desk: Desk, plan_id: int, state: PlanState) -> run.Header:
    """The header of a plan that was just applied: at its end where it is small, else as a worker goes on with it.

    The banner speaks of it from here on.
    """
    plan = run.load(desk.tenant_id, plan_id)
    if state is PlanState.RUNNING and plan["ready"] <= AT_ONCE:
        plan = run.run(desk.tenant_id, plan_id, desk.actor)
    undoing.remember(request, desk, plan_id)
    return plan


def number_of(text: str) -> int | None:
    """The number that somebody typed, with or without marks between thousands."""
    typed = text.strip().replace(".", "").replace(",", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def _shown(plan_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("plan", args=[plan_id]))


def _asked(request: HttpRequest, desk: Desk, plan_id: int, why: Refused | BadInput) -> HttpResponse:
    """The plan's page with what is needed, or what is wrong, and what was typed."""
    shown = preview(desk.tenant_id, plan_id)
    found = plan_page.values(desk, shown, StepQuery())
    found |= {"asks": why.code, "said": cause(why), "typed": request.POST.get("confirm", "")}
    found |= {"on_date": request.POST.get("start") == "date", "at": request.POST.get("at", "")}
    return render(request, "web/plan.html", found, status=422 if isinstance(why, BadInput) else 409)


def discard(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """Throws the draft away; from a box, back to its list with the selection kept."""
    sku = intents.sku_of(intents.from_text(run.load(desk.tenant_id, plan_id)["intent"]))
    run.discard(desk.tenant_id, plan_id, desk.actor)
    return HttpResponseRedirect(_list_of(request, sku) or reverse("plans"))


def pause(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """Pauses after the batch at work."""
    run.pause(desk.tenant_id, plan_id, desk.actor)
    return _shown(plan_id)


def resume(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """Goes on; a worker takes it up."""
    run.resume(desk.tenant_id, plan_id, desk.actor)
    return HttpResponseRedirect(reverse("plan", args=[plan_id]))


def undo(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """A plan that puts back what this one changed; it is shown first."""
    plan = run.load(desk.tenant_id, plan_id)
    if isinstance(intents.from_text(plan["intent"]), SubscriptionIntent):
        return HttpResponseRedirect(reverse("undo_subscription", args=[plan_id]))
    if users.is_update(desk.tenant_id, plan_id):
        return _shown(users.undo_update(desk.tenant_id, plan_id, desk.actor).plan_id)
    made = propose.propose(desk.tenant_id, Undo(plan_id), Who("plan", str(plan_id)), desk.actor)
    return _shown(made)


def retry(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """A new draft for those who failed or changed meanwhile."""
    return _shown(again.unfinished(desk.tenant_id, plan_id, desk.actor))


def accept(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """A new draft in which the choice is made for everybody who needs it, in place of this one."""
    run.load(desk.tenant_id, plan_id)
    given = request.POST.get("reason", "")
    reasons = {one.value: one for one, rule in REASONS.items() if rule.outcome is Outcome.CHOICE}
    if given not in reasons:
        raise BadInput("bad_selection")
    run.applicable(desk.tenant_id, plan_id, PlanEvent.APPLY)
    made = again.accepting(desk.tenant_id, plan_id, frozenset({reasons[given]}), desk.actor)
    return _shown(made)


def unschedule(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """A draft again."""
    schedule.unschedule(desk.tenant_id, plan_id, desk.actor)
    return _shown(plan_id)


def approve(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """A second person agrees; its maker can apply it."""
    approving.approve(desk.tenant_id, plan_id, desk.actor)
    return _shown(plan_id)


def reject(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """A second person says no, and why."""
    run.load(desk.tenant_id, plan_id)
    approving.reject(desk.tenant_id, plan_id, request.POST.get("why", ""), desk.actor)
    return _shown(plan_id)
