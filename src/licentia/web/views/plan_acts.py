"""Everything that can be done to a plan: apply, schedule, approve, choose, pause, resume, undo, try again, discard."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.changes import again, approving, propose, run, schedule
from licentia.changes.preview import preview
from licentia.changes.who import Who
from licentia.domain import intents
from licentia.domain.intents import SubscriptionIntent, Undo
from licentia.domain.lifecycle import PlanEvent, PlanState
from licentia.domain.reasons import REASONS, BadInput, Outcome, Refused
from licentia.web import selection, undoing
from licentia.web.desk import Desk
from licentia.web.selection import Selection
from licentia.web.views.plans import AT_ONCE, cause, plan_steps, plan_values
from licentia.words.moments import moment_of


def apply(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """Applies the draft: at once where it is small; refused by a guard, the plan's page says what is needed."""
    is_over = "over_limit" in request.POST
    try:
        if request.POST.get("start") == "date":
            at = moment_of(request.POST.get("at", ""), desk.now, desk.tenant.time_zone)
            schedule.schedule(desk.tenant_id, plan_id, at, desk.actor, confirm=_typed(request), over_limit=is_over)
            return _shown(plan_id)
        state = run.apply(desk.tenant_id, plan_id, desk.actor, confirm=_typed(request), over_limit=is_over)
    except Refused as refused:
        if refused.code not in ("confirm_needed", "over_limit"):
            raise
        return _asked(request, desk, plan_id, refused)
    except BadInput as wrong:
        return _asked(request, desk, plan_id, wrong)
    plan = carried_out(request, desk, plan_id, state)
    shown = preview(desk.tenant_id, plan_id)
    if shown.sku_id:
        selection.save(request, desk, shown.sku_id, Selection())
    goes_back = request.POST.get("back") == "product" and shown.sku_id and plan["finished_at"] is not None
    where = reverse("product", args=[shown.sku_id]) if goes_back else reverse("plan", args=[plan_id])
    return HttpResponseRedirect(where)


def carried_out(request: HttpRequest, desk: Desk, plan_id: int, state: PlanState) -> run.Header:
    """The header of a plan that was just applied: at its end where it is small, else as a worker goes on with it.

    The banner speaks of it from here on.
    """
    plan = run.load(desk.tenant_id, plan_id)
    if state is PlanState.RUNNING and plan["ready"] <= AT_ONCE:
        plan = run.run(desk.tenant_id, plan_id, desk.actor)
    undoing.remember(request, desk, plan_id)
    return plan


def _typed(request: HttpRequest) -> int | None:
    """The number that somebody typed, with or without marks between thousands."""
    typed = request.POST.get("confirm", "").strip().replace(".", "").replace(",", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def _shown(plan_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("plan", args=[plan_id]))


def _asked(request: HttpRequest, desk: Desk, plan_id: int, why: Refused | BadInput) -> HttpResponse:
    """The plan's page with what is needed, or what is wrong, and what was typed."""
    shown = preview(desk.tenant_id, plan_id)
    found = plan_values(desk, shown) | plan_steps(desk, shown, 0)
    found |= {"asks": why.code, "said": cause(why), "typed": request.POST.get("confirm", "")}
    found |= {"on_date": request.POST.get("start") == "date", "at": request.POST.get("at", "")}
    return render(request, "web/plan.html", found, status=422 if isinstance(why, BadInput) else 409)


def discard(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """Throws the draft away; from the box, back to the product with the selection kept."""
    shown = preview(desk.tenant_id, plan_id)
    run.discard(desk.tenant_id, plan_id, desk.actor)
    if request.POST.get("back") == "product" and shown.sku_id:
        return HttpResponseRedirect(reverse("product", args=[shown.sku_id]))
    return HttpResponseRedirect(reverse("plans"))


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
