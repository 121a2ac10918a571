"""`licentia plans approve|reject|unschedule|hand-over`, plans that start at a moment, and where a plan stands, in words."""

from __future__ import annotations

import json
from gettext import gettext as _
from typing import Any

import click

from licentia.cli.app import App, command_options
from licentia.domain.reasons import BadInput


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
    from licentia.store import clock
    from licentia.words.moments import moment_of
    from licentia.words.rules import cited
    from licentia.words.text import Text

    at = moment_of(moment, clock.tenant_now(app.tenant_id), app.tenant.time_zone)
    state = door.schedule(app.tenant_id, plan_id, at, app.actor, confirm=confirm, over_limit=over_limit)
    if state == "awaiting_approval":
        return waits(app, plan_id)
    text = Text.of(app.tenant)
    sentence = _("Plan {plan} starts on {time}.").format(plan=plan_id, time=text.time(at))
    return said(app, plan_id, f"{sentence} {cited(text, 'unattended_start')}")


def waits(app: App, plan_id: int) -> int:
    """Says that a second person is asked; nothing was applied, so the exit status is 1."""
    from licentia.words.rules import cited
    from licentia.words.text import Text

    sentence = _("Nothing was changed. Plan {plan} waits for approval.")
    said(app, plan_id, f"{sentence} {cited(Text.of(app.tenant), 'second_approver')}")
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


def standing(app: App, plan: dict[str, Any]) -> list[str]:
    """Where the plan stands, and what starts it when its moment has come."""
    from licentia.cli.sentences import said as explained
    from licentia.store import clock
    from licentia.words import standing as words
    from licentia.words.text import Text

    lines = words.standing(Text.of(app.tenant), app.tenant_id, plan, explained)
    if plan["state"] == "scheduled" and plan["start_at"] <= clock.tenant_now(app.tenant_id):
        lines.append(_("Its moment has come. It starts when a worker runs: licentia worker"))
    return lines


def require_list(app: App, plan_id: int) -> None:
    """Returns when the plan's users are kept; BadInput `list_gone` when they no longer are."""
    from licentia.changes import run
    from licentia.store.lists.keeping import keeps_list

    if not keeps_list(app.tenant_id, run.load(app.tenant_id, plan_id)):
        raise BadInput("list_gone", plan=plan_id)
