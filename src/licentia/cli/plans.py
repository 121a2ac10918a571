"""`licentia plans`: list, show, apply, pause, resume, undo, discard, export; the rest of a plan's life is in `plan_life`."""

from __future__ import annotations

import csv
import json
import sys
from gettext import gettext as _
from typing import Any

import click

from licentia.cli import plan_life
from licentia.cli.app import App, command_options
from licentia.cli.plan_life import said


@click.group("plans", help=_("Show, apply, schedule, approve, pause, resume, undo, retry and export plans."))
def command() -> None:
    """A noun; its verbs are below."""


for _one in plan_life.COMMANDS:
    command.add_command(_one)


@command.command("list", help=_("List plans, newest first."), epilog=_("Example: licentia plans list --all --top 50"))
@click.option("--top", type=click.IntRange(1, 10_000), default=20, show_default=True, help=_("How many."))
@click.option("--all", "inline", is_flag=True, help=_("Also changes of one user that needed no plan."))
@command_options()
def list_(app: App, *, top: int, inline: bool) -> int:
    """The newest plans."""
    from licentia.changes.preview import titled
    from licentia.cli import render_json
    from licentia.cli.layout import table
    from licentia.store.lists import plans
    from licentia.words import sentences
    from licentia.words.plans import undone
    from licentia.words.text import Text
    from licentia.words.titles import title

    found = plans.latest(app.tenant_id, top, None, inline=inline)
    if app.as_json:
        click.echo(json.dumps([render_json.header(plan) for plan in found], ensure_ascii=False, indent=2))
        return 0
    if not found:
        click.echo(_("No plans yet."))
        return 0
    text = Text.of(app.tenant)
    lines = []
    for plan in found:
        state = sentences.plan_state(plan["state"])
        if plan["undone"]:
            state = f"{state}. {undone(text, plan)}"
        until = "-" if plan["undo_until"] is None else text.time(plan["undo_until"])
        lines.append(
            [
                str(plan["id"]),
                title(titled(plan)),
                text.n(plan["users"]),
                state,
                plan["actor_name"],
                text.time(plan["created_at"]),
                until,
            ]
        )
    header = [_("Plan"), _("What"), _("Users"), _("Status"), _("Made by"), _("Made on"), _("Undo until")]
    click.echo(table(header, lines, frozenset({0, 2})))
    return 0


@command.command(
    "show",
    help=_("Show a plan: what changes for how many, when, and how to undo it; then what became of it."),
    epilog=_("Example: licentia plans show 3 --users"),
)
@click.argument("plan_id", metavar="PLAN", type=int)
@click.option("--users", "show_users", is_flag=True, help=_("Also its users, one a line."))
@click.option("--top", type=click.IntRange(1, 100_000), default=50, show_default=True, help=_("How many users."))
@command_options()
def show(app: App, plan_id: int, *, show_users: bool, top: int) -> int:
    """One plan."""
    from licentia.changes.preview import preview
    from licentia.cli import render, render_json
    from licentia.cli.receipts import receipt
    from licentia.store.lists import plans

    shown = preview(app.tenant_id, plan_id)
    results = plans.step_results(app.tenant_id, plan_id)
    if app.as_json:
        fields = render_json.preview(shown) | {"steps": render_json.result(shown.plan, results)["steps"]}
        click.echo(json.dumps(fields, ensure_ascii=False, indent=2))
        return 0
    click.echo(render.preview(app, shown))
    for line in plan_life.standing(app, shown.plan):
        click.echo("\n" + line)
    if shown.plan["started_at"] is not None:
        click.echo("\n" + render.result(app, shown.plan, results))
        if 0 < shown.plan["verified"] <= 20:
            click.echo("\n" + receipt(app, plan_id))
    if show_users:
        click.echo("\n" + _users(app, plan_id, top))
    return 0


def _users(app: App, plan_id: int, top: int) -> str:
    from licentia.cli.layout import table
    from licentia.store.lists import plans
    from licentia.words import sentences
    from licentia.words.text import Text

    text = Text.of(app.tenant)
    lines = [
        [
            step.display_name,
            step.principal_name,
            sentences.step_state(step.state),
            sentences.reason_word(step.reason),
            "-" if step.undo_until is None else text.time(step.undo_until),
        ]
        for step in plans.steps(app.tenant_id, plan_id, 0, top)
    ]
    return table([_("Display name"), _("Username"), _("Status"), _("Why"), _("Undo until")], lines)


@command.command(
    "apply",
    help=_("Apply a draft plan in this process; with --at, a worker starts it at that moment."),
    epilog=_("Examples: licentia plans apply 3 --confirm 279; licentia plans apply 3 --at 2026-12-31T18:00"),
)
@click.argument("plan_id", metavar="PLAN", type=int)
@click.option(
    "--at", "moment", metavar="MOMENT", help=_("Start by itself then: a date and time of the tenant, or +12h.")
)
@click.option("--confirm", type=int, metavar="N", help=_("How many users the plan changes; needed above 20."))
@click.option("--over-limit", is_flag=True, help=_("Go above the tenant's limits; see licentia tenants set."))
@command_options()
def apply(app: App, plan_id: int, *, moment: str | None, confirm: int | None, over_limit: bool) -> int:
    """Applies what was shown before."""
    if moment is not None:
        return plan_life.schedule(app, plan_id, moment, confirm=confirm, over_limit=over_limit)
    from licentia.cli.applying import apply as apply_plan

    return apply_plan(app, plan_id, confirm=confirm, over_limit=over_limit, drift=True)


@command.command(
    "pause",
    help=_("Pause a running plan; the batch being applied ends first."),
    epilog=_("Example: licentia plans pause 3"),
)
@click.argument("plan_id", metavar="PLAN", type=int)
@command_options()
def pause(app: App, plan_id: int) -> int:
    """Pauses."""
    from licentia.changes import run

    run.pause(app.tenant_id, plan_id, app.actor)
    return said(app, plan_id, _("Plan {plan} is paused."))


@command.command(
    "resume",
    help=_("Go on with a paused plan, or with one whose process died, in this process."),
    epilog=_("Example: licentia plans resume 3"),
)
@click.argument("plan_id", metavar="PLAN", type=int)
@command_options()
def resume(app: App, plan_id: int) -> int:
    """Goes on."""
    from licentia.changes import run
    from licentia.cli.applying import carry_on

    return carry_on(app, plan_id, lambda: run.resume(app.tenant_id, plan_id, app.actor))


@command.command(
    "discard",
    help=_("Discard a draft plan, or what is left of a paused one."),
    epilog=_("Example: licentia plans discard 3"),
)
@click.argument("plan_id", metavar="PLAN", type=int)
@command_options()
def discard(app: App, plan_id: int) -> int:
    """Discards."""
    from licentia.changes import run

    run.discard(app.tenant_id, plan_id, app.actor)
    return said(app, plan_id, _("Plan {plan} is discarded."))


@command.command(
    "undo",
    help=_(
        "Put back what a plan changed, for all its users or one. Shows first what returns and what does not; then asks."
    ),
    epilog=_("Examples: licentia plans undo 3; licentia plans undo 3 --user anna@contoso.example --yes"),
)
@click.argument("plan_id", metavar="PLAN", type=int)
@click.option("--user", metavar="UPN", help=_("Only this user."))
@click.option("--plan", "only_plan", is_flag=True, help=_("Only make the plan and show it."))
@click.option("--yes", is_flag=True, help=_("Apply without asking."))
@click.option("--confirm", type=int, metavar="N", help=_("How many users the plan changes; needed above 20."))
@click.option("--over-limit", is_flag=True, help=_("Go above the tenant's limits; see licentia tenants set."))
@command_options()
def undo(app: App, plan_id: int, *, user: str | None, **options: Any) -> int:
    """An undo is a plan like any other."""
    from licentia.changes import propose, run, users
    from licentia.changes.who import Who
    from licentia.cli.applying import Progress, decide, show
    from licentia.cli.whom import any_user
    from licentia.domain.intents import Undo

    run.load(app.tenant_id, plan_id)
    user_id = None if user is None else any_user(app, user)
    if users.is_update(app.tenant_id, plan_id) and not options["only_plan"]:
        return _fields_back(app, plan_id, user_id, yes=options["yes"])
    progress = Progress(_("Planning"))
    made = propose.propose(app.tenant_id, Undo(plan_id, user_id), Who("plan", str(plan_id)), app.actor, progress)
    progress.end()
    return decide(app, show(app, made), **options)


def _fields_back(app: App, plan_id: int, user_id: int | None, *, yes: bool) -> int:
    """Puts back what a plan set of one user, after asking; the exit status."""
    from licentia.changes import users
    from licentia.changes.preview import preview
    from licentia.cli.app import is_interactive, says_yes
    from licentia.domain.reasons import BadInput
    from licentia.words.plans import heading

    shown = preview(app.tenant_id, plan_id)
    if user_id not in (None, getattr(shown.intent, "user_id", None)):
        raise BadInput("nothing_to_undo", plan=plan_id)
    if not app.as_json:
        click.echo(heading(shown))
    if not yes and (app.as_json or not is_interactive() or not says_yes("\n" + _("Apply this change?"))):
        click.echo("\n" + _("Nothing was changed. To apply: the same command with --yes"), err=app.as_json)
        return 0
    done = users.undo_update(app.tenant_id, plan_id, app.actor)
    if app.as_json:
        click.echo(json.dumps({"plan": done.plan_id, "kept": list(done.kept)}))
        return 0
    click.echo("\n" + _("Done, as plan {plan}. To undo it: licentia plans undo {plan}").format(plan=done.plan_id))
    if done.kept:
        click.echo(_("Set since, so left as it is: {names}").format(names=", ".join(done.kept)))
    return 0


@command.command(
    "retry",
    help=_("Make a new plan for the users of a plan who failed or changed meanwhile; shows it, then asks."),
    epilog=_("Example: licentia plans retry 3 --plan"),
)
@click.argument("plan_id", metavar="PLAN", type=int)
@click.option("--plan", "only_plan", is_flag=True, help=_("Only make the plan and show it."))
@click.option("--yes", is_flag=True, help=_("Apply without asking."))
@click.option("--confirm", type=int, metavar="N", help=_("How many users the plan changes; needed above 20."))
@click.option("--over-limit", is_flag=True, help=_("Go above the tenant's limits; see licentia tenants set."))
@command_options()
def retry(app: App, plan_id: int, **options: Any) -> int:
    """Nobody is forced: the same intent is judged anew on today's facts."""
    from licentia.changes import again
    from licentia.cli.applying import Progress, decide, show

    plan_life.require_list(app, plan_id)
    progress = Progress(_("Planning"))
    made = again.unfinished(app.tenant_id, plan_id, app.actor, progress)
    progress.end()
    return decide(app, show(app, made), **options)


@command.command(
    "export",
    help=_("Write a plan's users with what happens, or its receipt, as CSV or JSON lines."),
    epilog=_("Example: licentia plans export 3 --receipt --to receipt.csv"),
)
@click.argument("plan_id", metavar="PLAN", type=int)
@click.option(
    "--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True, help=_("The file format.")
)
@click.option(
    "--receipt", "only_receipt", is_flag=True, help=_("What was changed: product, path, before, after, time, actor.")
)
@click.option("--to", "path", metavar="FILE", help=_("A file instead of standard output."))
@command_options()
def export(app: App, plan_id: int, *, form: str, only_receipt: bool, path: str | None) -> int:
    """Streams, a page at a time."""
    from licentia.cli import exporting
    from licentia.domain.reasons import BadInput

    form = "json" if app.as_json else form
    if not only_receipt:
        plan_life.require_list(app, plan_id)
    rows = exporting.receipt_rows(app, plan_id) if only_receipt else exporting.step_rows(app, plan_id)
    try:
        stream = open(path, "w", encoding="utf-8", newline="") if path else sys.stdout  # noqa: SIM115
    except OSError as error:
        raise BadInput("unwritable_file", name=path, detail=error.strerror or str(error)) from None
    try:
        if form == "json":
            for row in rows:
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        else:
            writer = None
            for row in rows:
                writer = writer or _writer(stream, row)
                writer.writerow({name: exporting.cell(value) for name, value in row.items()})
    finally:
        if path:
            stream.close()
    return 0


def _writer(stream: Any, row: dict[str, Any]) -> csv.DictWriter[str]:
    writer = csv.DictWriter(stream, fieldnames=list(row))
    writer.writeheader()
    return writer
