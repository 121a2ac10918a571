"""The page of one plan, before, while and after it runs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from licentia.changes.preview import Preview, drift, preview
from licentia.store.lists.plan_steps import StepQuery
from licentia.web.desk import Desk
from licentia.web.views import plan_steps, subscription_plans
from licentia.web.views.plans import plan_values
from licentia.words.language import gettext as _


def one(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """A plan: what changes, for whom, when, how to undo it; then its progress and result."""
    shown = preview(desk.tenant_id, plan_id)
    found = values(desk, shown, plan_steps.query_of(request.GET))
    if found["is_draft"]:
        found["drift"] = _drift(desk, plan_id)
    if request.headers.get("HX-Target") == "progress":
        return render(request, "web/progress.html", found)
    return render(request, "web/plan.html", found)


def values(desk: Desk, shown: Preview, query: StepQuery) -> dict[str, Any]:
    """What the page says: of the plan, of a page of its users, of a subscription that it is about."""
    return plan_values(desk, shown) | plan_steps.values(desk, shown, query) | subscription_plans.values(desk, shown)


def _drift(desk: Desk, plan_id: int) -> str:
    """How the selection differs from the plan's users now; nothing when it does not."""
    found = drift(desk.tenant_id, plan_id)
    if not found.came and not found.went:
        return ""
    said = _("The selection has changed since the plan was made. New, and not in the plan: {came}. Gone: {went}.")
    return said.format(came=desk.text.n(found.came), went=desk.text.n(found.went))
