"""`licentia plans approve|reject|unschedule|hand-over`, plans that start at a moment, and where a plan stands, in words."""

from __future__ import annotations

import json
from gettext import gettext as _
from typing import Any

import click

from licentia.cli.app import App, command_options
from licentia.domain.reasons import BadInput, Refused

WORDS = ("plan.approve", "plan.reject", "plan.start_refused", "plan.schedule", "plan.unschedule")
"""Rows of the journal that say why a draft is one."""


@click.command(
    "approve",
    help=_("Approve a plan that somebody else made and that waits for it."),
    epilog=_("Example: licentia plans approve 3 --as berend@contoso.example"),
)
@click.argument("plan_id", metavar="PLAN", type=int)
@command_options()
def approve(app: App, plan_id: int) -> int:
    """Approves."""
    from licentia.changes import approving

    approving.approve(app.tenant_id, plan_id, app.actor)
    return said(app, plan_id, _("Plan {plan} is approved. To apply: licentia plans apply {plan}"))


@click.command(
    "reject",
    help=_("Reject a plan that waits for approval; it is a draft again and shows why."),
    epilog=_("Example: licentia plans reject 3 --why 'The drivers stay until March'"),
)
@click.argument("plan_id", metavar="PLAN", type=int)
@click.option("--why", required=True, metavar="TEXT", help=_("The reason, in one line."))
@command_options()
def reject(app: App, plan_id: int, *, why: str) -> int:
    """Rejects."""
    from licentia.changes import approving

    approving.reject(app.tenant_id, plan_id, why, app.actor)
    return said(app, plan_id, _("Plan {plan} is rejected."))


@click.command(
    "unschedule",
    help=_("Take back the moment at which a plan would start; it is a draft again."),
    epilog=_("Example: licentia plans unschedule 3"),
)
@click.argument("plan_id", metavar="PLAN", type=int)
@command_options()
def unschedule(app: App, plan_id: int) -> int:
    """Takes the moment back."""
    from licentia.changes import schedule

    schedule.unschedule(app.tenant_id, plan_id, app.actor)
    return said(app, plan_id, _("Plan {plan} is no longer scheduled."))


@click.command(
    "hand-over",
    help=_("Say that a copy's plan is carried out in another tool; a later import shows what became of it."),
    epilog=_("Example: licentia plans hand-over 3"),
)
@click.argument("plan_id", metavar="PLAN", type=int)
@command_options()
def hand_over(app: App, plan_id: int) -> int:
    """Hands over."""
    from licentia.changes import handing

    if handing.hand_over(app.tenant_id, plan_id, app.actor) == "awaiting_approval":
        return waits(app, plan_id)
    return said(
        app, plan_id, _("Plan {plan} is carried out elsewhere. After the next import: licentia plans show {plan}")
    )


COMMANDS = (approve, reject, unschedule, hand_over)


def schedule(app: App, plan_id: int, moment: str, *, confirm: int | None, over_limit: bool) -> int:
    """Sets the moment at which the plan starts by itself; returns the exit status."""
    from licentia.changes import schedule as door
    from licentia.cli.tenants import moment_of
    from licentia.store import clock
    from licentia.words.formats import date_time

    at = moment_of(moment, clock.tenant_now(app.tenant_id), app.tenant.time_zone)
    state = door.schedule(app.tenant_id, plan_id, at, app.actor, confirm=confirm, over_limit=over_limit)
    if state == "awaiting_approval":
        return waits(app, plan_id)
    shown = date_time(at, app.language, app.tenant.time_zone)
    sentence = _("Plan {plan} starts on {time}.").format(plan=plan_id, time=shown)
    return said(app, plan_id, sentence + " " + rule(app, "unattended_start"))


def waits(app: App, plan_id: int) -> int:
    """Says that a second person is asked; nothing was applied, so the exit status is 1."""
    said(app, plan_id, _("Nothing was changed. Plan {plan} waits for approval.") + " " + rule(app, "second_approver"))
    return 1


def said(app: App, plan_id: int, sentence: str) -> int:
    """Says what became of the plan, or its header as JSON."""
    from licentia.changes import run
    from licentia.cli import render_json

    if app.as_json:
        click.echo(json.dumps(render_json.header(run.load(app.tenant_id, plan_id)), ensure_ascii=False, indent=2))
    else:
        click.echo(sentence.replace("{plan}", str(plan_id)))
    return 0


def rule(app: App, key: str, when: str = "") -> str:
    """A rule's sentence with its number."""
    from licentia.domain import rulebook

    found = rulebook.load().by_key[key]
    return f"{found.sentence(app.language).format(date=when)} ({found.id})"


def standing(app: App, plan: dict[str, Any]) -> list[str]:
    """Where the plan stands, where its state alone does not say it: approval, moment, rejection, hand-over, its list."""
    state = plan["state"]
    told = {"draft": _draft, "scheduled": _scheduled, "handed_over": _handed_over, "expired": _expired}
    if state == "awaiting_approval":
        return [rule(app, "second_approver")]
    lines = told[state](app, plan) if state in told else []
    return lines + ([] if keeps_list(app, plan) else [_("The list of its users is no longer kept.") + " (R-139)"])


def keeps_list(app: App, plan: dict[str, Any]) -> bool:
    """Whether the plan has as many users as it shows: the list of an old plan is thrown away."""
    from licentia.store.lists import keeping

    return plan["is_inline"] or not plan["users"] or keeping.has_list(app.tenant_id, plan["id"])


def require_list(app: App, plan_id: int) -> None:
    """Returns when the plan's users are kept; BadInput `list_gone` when they no longer are."""
    from licentia.changes import run

    if not keeps_list(app, run.load(app.tenant_id, plan_id)):
        raise BadInput("list_gone", plan=plan_id)


def _draft(app: App, plan: dict[str, Any]) -> list[str]:
    from licentia.store.lists import operators

    word = operators.last_word(app.tenant_id, plan["id"], WORDS)
    lines = []
    if plan["approved_by"]:
        lines.append(_("Approved by {name}.").format(name=plan["approved_by"]))
    if word is not None and word.kind == "plan.reject":
        why = json.loads(word.after)["why"]
        sentence = _("Rejected by {name} on {time}: {why}")
        lines.append(sentence.format(name=word.actor_name, time=_time(app, word.at), why=why))
    if word is not None and word.kind == "plan.start_refused":
        sentence = _("Did not start on {time}: {why}")
        lines.append(sentence.format(time=_time(app, word.at), why=_why(json.loads(word.after))))
    return lines


def _why(refused: dict[str, Any]) -> str:
    from licentia.cli.applying import explained

    return explained(Refused(str(refused["code"]), **refused["details"]))


def _scheduled(app: App, plan: dict[str, Any]) -> list[str]:
    from licentia.store import clock

    lines = [_("Starts on {time}.").format(time=_time(app, plan["start_at"])) + " " + rule(app, "unattended_start")]
    if plan["start_at"] <= clock.tenant_now(app.tenant_id):
        lines.append(_("Its moment has come. It starts when a worker runs: licentia worker"))
    return lines


def _handed_over(app: App, plan: dict[str, Any]) -> list[str]:
    from licentia.store.lists import keeping
    from licentia.words.formats import number

    if not keeps_list(app, plan):
        return []
    done, every = keeping.as_planned(app.tenant_id, plan["id"])
    sentence = _("Handed over on {time}. As far as is known, {n} of {m} users are as planned now.")
    n, m = number(done, app.language), number(every, app.language)
    return [sentence.format(time=_time(app, plan["finished_at"]), n=n, m=m)]


def _expired(app: App, plan: dict[str, Any]) -> list[str]:
    from licentia.words.formats import date

    when = date(plan["finished_at"], app.language, app.tenant.time_zone)
    return [rule(app, "draft_expires", when)]


def _time(app: App, at: int) -> str:
    from licentia.words.formats import date_time

    return date_time(at, app.language, app.tenant.time_zone)
