"""Plans: the list, and what every page says of a plan before, while and after it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from licentia.changes import guards, run
from licentia.changes.preview import Fate, Line, Preview, titled
from licentia.domain.intents import PurgeUser
from licentia.domain.lifecycle import PlanState
from licentia.domain.permissions import Capability
from licentia.domain.reasons import NotPermitted, Outcome
from licentia.store.lists import plans as list_of
from licentia.web import undoing
from licentia.web.desk import Desk
from licentia.words import plans as words
from licentia.words import rules, sentences
from licentia.words.language import gettext as _
from licentia.words.standing import standing
from licentia.words.titles import title

TOP = 50
AT_ONCE = 1_000
"""Plans for so many users are applied while the page waits; larger ones by the worker, and the page shows progress."""
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
        "line": None if isinstance(shown.intent, PurgeUser) else _line(desk, shown),
        "is_draft": state is PlanState.DRAFT,
        "is_running": state is PlanState.RUNNING,
        "is_paused": state is PlanState.PAUSED,
        "is_done": plan["finished_at"] is not None,
        "needs_number": guards.needs_number(shown.intent, plan["ready"], limits),
        "has_work": shown.has_work,
        "may": desk.can(may),
        "needs": cause(NotPermitted(may.value)),
        "done": plan["verified"] + plan["failed"] + plan["skipped_late"],
        "can_undo": undoing.has_way_back(shown) and (plan["verified"] > 0 or plan["is_inline"]),
        "can_retry": plan["finished_at"] is not None and bool(plan["failed"] + plan["skipped_late"]),
        "is_scheduled": state is PlanState.SCHEDULED,
        "is_waiting": state is PlanState.AWAITING_APPROVAL,
        "may_approve": desk.can(Capability.APPROVE_PLANS) and plan["actor_name"] != desk.actor.name,
        "standing": standing(desk.text, desk.tenant_id, plan, sentences.cause),
        "paused": words.paused(plan) if state is PlanState.PAUSED else "",
        "choices": _choices(desk, shown) if state is PlanState.DRAFT else [],
        "errors": run.error_limit(plan["ready"]),
    }


def _choices(desk: Desk, shown: Preview) -> list[tuple[str, str, str]]:
    """Reasons of which the administrator decides: code, users, why."""
    return [
        (one.reason.value, desk.text.n(one.users), sentences.reason(one.reason, one.subject))
        for one in shown.reasons
        if one.outcome is Outcome.CHOICE
    ]


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
        "kept": _("Not applicable") if verb == "purge_user" else _kept(desk, step, fate),
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
