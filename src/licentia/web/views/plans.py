"""Plans: the list, one plan before, while and after it runs, the Unassign box, and everything that can be done to a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.changes import guards, propose, run
from licentia.changes.preview import Fate, Line, Preview, fates, preview, titled
from licentia.changes.who import Who
from licentia.domain.intents import Undo
from licentia.domain.lifecycle import PlanState
from licentia.domain.reasons import Outcome, Refused
from licentia.store.lists import plans as list_of
from licentia.web import selection, undoing
from licentia.web.desk import Desk
from licentia.web.selection import Selection
from licentia.words import plans as words
from licentia.words import rules, sentences
from licentia.words.language import gettext as _
from licentia.words.parts import product_name
from licentia.words.titles import title

TOP = 50
AT_ONCE = 1_000
"""Plans for so many users are applied while the page waits; larger ones by the worker, and the page shows progress."""
NAMED = 8
"""So many users have a row of their own in the box; more are grouped by what happens to them."""

ICON = {"mailbox": "mail", "onedrive": "cloud", "office": "apps", "ediscovery": "search", "hold": "shield"}
CLASS = {"loss": "c-er", "change": "c-wa", "unknown": "c-wa", "safe": "c-ok"}
TAG = {Outcome.READY: "ok", Outcome.CHOICE: "wa", Outcome.REFUSED: "er", Outcome.SKIPPED: ""}


def every(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The newest plans; `before` goes on from a number, `all` shows changes of one user too."""
    given = request.GET.get("before", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None
    inline = request.GET.get("all") == "1"
    found = list_of.latest(desk.tenant_id, TOP + 1, before, inline=inline)
    shown = [row(desk, plan) for plan in found[:TOP]]
    more = found[TOP - 1]["id"] if len(found) > TOP else None
    return render(request, "web/plans.html", {"plans": shown, "more": more, "inline": inline, "before": before})


def row(desk: Desk, plan: dict[str, Any]) -> dict[str, Any]:
    state = sentences.plan_state(plan["state"])
    return {
        "id": plan["id"],
        "number": undoing.number(plan["id"]),
        "title": title(titled(plan)),
        "users": desk.text.n(plan["users"]),
        "state": state,
        "undone": words.undone(desk.text, plan) if plan["undone"] else "",
        "maker": plan["actor_name"],
        "made": desk.text.time(plan["created_at"]),
        "applied": "" if plan["finished_at"] is None else desk.text.time(plan["finished_at"]),
        "until": "" if plan["undo_until"] is None else desk.text.date(plan["undo_until"]),
    }


@dataclass(frozen=True, slots=True)
class Change:
    """A consequence in a table."""

    icon: str
    color: str
    what: str
    users: str
    when: str
    undo: str
    rule: str


def one(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """A plan: what changes, for whom, when, how to undo it; then its progress and result."""
    shown = preview(desk.tenant_id, plan_id)
    after = request.GET.get("after", "0")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0
    found = plan_values(desk, shown) | _steps(desk, shown, start)
    if request.headers.get("HX-Target") == "progress":
        return render(request, "web/progress.html", found)
    return render(request, "web/plan.html", found)


def plan_values(desk: Desk, shown: Preview) -> dict[str, Any]:
    """What the pages say of a plan."""
    plan = shown.plan
    state = PlanState(plan["state"])
    limits = list_of.limits(desk.tenant_id)
    may = guards.needs(desk.tenant_id, plan)
    return {
        "plan": plan,
        "number": undoing.number(plan["id"]),
        "title": title(shown),
        "state": sentences.plan_state(plan["state"]),
        "made": desk.text.time(plan["created_at"]),
        "counts": [(name, desk.text.n(value)) for name, value in words.counts(plan)],
        "changes": [_change(desk, line) for line in shown.lines],
        "reasons": [
            (
                words.outcome_word(one.outcome),
                TAG[one.outcome],
                desk.text.n(one.users),
                sentences.reason(one.reason, one.subject),
            )
            for one in shown.reasons
        ],
        "facts": words.facts(desk.text, shown),
        "line": _line(desk, shown),
        "is_draft": state is PlanState.DRAFT,
        "is_running": state is PlanState.RUNNING,
        "is_paused": state is PlanState.PAUSED,
        "is_done": plan["finished_at"] is not None,
        "needs_number": guards.needs_number(shown.intent, plan["ready"], limits),
        "has_work": shown.has_work,
        "may": desk.can(may),
        "done": plan["verified"] + plan["failed"] + plan["skipped_late"],
        "can_undo": plan["finished_at"] is not None and plan["verified"] > 0,
    }


def _change(desk: Desk, line: Line) -> Change:
    key = line.rule.key.partition("_")[0]
    return Change(
        icon=ICON.get(key, "warning" if line.rule.severity != "safe" else "check"),
        color=CLASS[line.rule.severity],
        what=rules.consequence(desk.text, line.rule, line.params, line.at),
        users=desk.text.n(line.users),
        when=words.when(desk.text, line),
        undo=line.rule.undo(desk.text.language),
        rule=line.rule.id,
    )


def _line(desk: Desk, shown: Preview) -> dict[str, Any]:
    """The 30-day line: today, how to undo, and what is deleted on which day; without a loss it has no end."""
    first = shown.undo_until
    lost = next((line for line in shown.lines if line.at is not None and line.at == first), None)
    return {
        "start": desk.text.date(shown.start),
        "end": None if first is None else desk.text.date(first),
        "what": "" if lost is None else rules.consequence(desk.text, lost.rule, lost.params, lost.at),
        "ready": desk.text.n(shown.plan["ready"]),
    }


def _steps(desk: Desk, shown: Preview, after: int) -> dict[str, Any]:
    steps = list_of.steps(desk.tenant_id, shown.plan["id"], after, TOP + 1)
    known = fates(desk.tenant_id, shown.plan["id"], shown.start)
    rows = [step_values(desk, step, known[step.class_id], shown.plan["verb"]) for step in steps[:TOP]]
    return {"steps": rows, "more_steps": steps[TOP - 1].n if len(steps) > TOP else None}


def step_values(desk: Desk, step: list_of.StepRow, fate: Fate, verb: str) -> dict[str, Any]:
    """What a table says of one user of a plan of this verb."""
    is_open = step.state in ("pending", "choice", "refused", "skipped") and fate.reason is not None
    return {
        "name": step.display_name or _("A user who is gone"),
        "user_name": step.principal_name,
        "lost": _lost(desk, fate) if not is_open else "",
        "why": sentences.reason(fate.reason, fate.subject)
        if is_open and fate.reason
        else sentences.reason_word(step.reason),
        "kept": _kept(desk, step, fate),
        "state": words.result_word(verb, step.state),
        "tag": {"pending": "ok", "verified": "ok", "choice": "wa", "refused": "er", "failed": "er"}.get(step.state, ""),
    }


def _lost(desk: Desk, fate: Fate) -> str:
    """The two gravest consequences, in words."""
    grave = [line for line in fate.lines if line.rule.severity in ("loss", "change", "unknown")][:2] or list(
        fate.lines[:1]
    )
    return " ".join(rules.consequence(desk.text, line.rule, line.params, line.at) for line in grave)


def _kept(desk: Desk, step: list_of.StepRow, fate: Fate) -> str:
    until = step.undo_until or fate.undo_until
    if step.state in ("choice", "refused", "skipped"):
        return _("Not applicable")
    return _("No end date") if until is None else desk.text.date(until)


def cause(error: Exception) -> str:
    """What an expected error says."""
    return sentences.cause(error) or ""


# ---- the box


def unassign(request: HttpRequest, desk: Desk, sku_id: str, plan_id: int) -> HttpResponse:
    """The Unassign licenses box over the product's page: the draft plan in short, with its three buttons."""
    shown = preview(desk.tenant_id, plan_id)
    if shown.sku_id != sku_id.lower() or shown.plan["state"] != PlanState.DRAFT.value:
        raise Http404
    found = plan_values(desk, shown)
    known = fates(desk.tenant_id, plan_id, shown.start)
    if shown.plan["users"] <= NAMED:
        found["steps"] = [
            step_values(desk, step, known[step.class_id], shown.plan["verb"])
            for step in list_of.steps(desk.tenant_id, plan_id, 0, NAMED)
        ]
    else:
        found["groups"] = found["changes"]
    found |= {"name": product_name(sku_id), "sku_id": sku_id}
    return render(request, "web/unassign.html", found)


# ---- what can be done to a plan


def apply(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """Applies the draft: at once where it is small; refused by a guard, the plan's page says what is needed."""
    typed = request.POST.get("confirm", "").strip().replace(".", "").replace(",", "")
    confirm = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
    try:
        state = run.apply(desk.tenant_id, plan_id, desk.actor, confirm=confirm, over_limit="over_limit" in request.POST)
    except Refused as refused:
        if refused.code not in ("confirm_needed", "over_limit"):
            raise
        return _asked(request, desk, plan_id, refused)
    plan = run.load(desk.tenant_id, plan_id)
    if state is PlanState.RUNNING and plan["ready"] <= AT_ONCE:
        plan = run.run(desk.tenant_id, plan_id, desk.actor)
    undoing.remember(request, desk, plan_id)
    shown = preview(desk.tenant_id, plan_id)
    if shown.sku_id:
        selection.save(request, desk, shown.sku_id, Selection())
    goes_back = request.POST.get("back") == "product" and shown.sku_id and plan["finished_at"] is not None
    where = reverse("product", args=[shown.sku_id]) if goes_back else reverse("plan", args=[plan_id])
    return HttpResponseRedirect(where)


def _asked(request: HttpRequest, desk: Desk, plan_id: int, refused: Refused) -> HttpResponse:
    shown = preview(desk.tenant_id, plan_id)
    found = plan_values(desk, shown) | _steps(desk, shown, 0)
    found |= {"asks": refused.code, "said": cause(refused), "typed": request.POST.get("confirm", "")}
    return render(request, "web/plan.html", found, status=409)


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
    return HttpResponseRedirect(reverse("plan", args=[plan_id]))


def resume(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """Goes on; a worker takes it up."""
    run.resume(desk.tenant_id, plan_id, desk.actor)
    return HttpResponseRedirect(reverse("plan", args=[plan_id]))


def undo(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """A plan that puts back what this one changed; it is shown first."""
    run.load(desk.tenant_id, plan_id)
    made = propose.propose(desk.tenant_id, Undo(plan_id), Who("plan", str(plan_id)), desk.actor)
    return HttpResponseRedirect(reverse("plan", args=[made]))
