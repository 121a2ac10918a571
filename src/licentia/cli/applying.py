"""Shows a plan, asks, applies it in this process with progress and clean stops, and shows what became of it.

Used by unassign, assign and plans; the doors decide, this only asks and shows.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gettext import gettext as _
from typing import Any

import click

from licentia.cli import render_json
from licentia.cli.app import App, is_interactive, says_yes
from licentia.domain.reasons import Refused
from licentia.words.formats import number

PROGRESS_AFTER = 2.0
"""Seconds of silence before progress is shown."""


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Within it, Ctrl-C and SIGTERM ask to stop after the present chunk instead of interrupting it."""
    asked = threading.Event()

    def ask(_signal: int, _frame: object) -> None:
        asked.set()

    old = {name: signal.signal(name, ask) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for name, handler in old.items():
            signal.signal(name, handler)


class Progress:
    """A line on standard error that counts up, from two seconds on, and only for a person."""

    def __init__(self, label: str, total: int | None = None) -> None:
        self.label = label
        self.total = total
        self.begin = time.monotonic()
        self.shown = False

    def __call__(self, done: int) -> None:
        """So many are done."""
        waited = time.monotonic() - self.begin
        if not sys.stderr.isatty() or waited < PROGRESS_AFTER:
            return
        self.shown = True
        if self.total:
            share = 100 * done // self.total
            left = int(waited * (self.total - done) / done) if done else 0
            text = _("{label}: {done} of {total}, {share}%, about {left} s left").format(
                label=self.label, done=done, total=self.total, share=share, left=left
            )
        else:
            text = _("{label}: {done}").format(label=self.label, done=done)
        click.echo(f"\r\x1b[K{text}", nl=False, err=True)

    def end(self) -> None:
        """The line is gone."""
        if self.shown:
            click.echo("\r\x1b[K", nl=False, err=True)


def show(app: App, plan_id: int) -> Any:
    """The plan's preview, printed as text unless JSON is wanted."""
    from licentia.changes.preview import preview
    from licentia.cli import render

    shown = preview(app.tenant_id, plan_id)
    if not app.as_json:
        click.echo(render.preview(app, shown))
    return shown


def decide(app: App, shown: Any, *, yes: bool, only_plan: bool, confirm: int | None, over_limit: bool) -> int:
    """Applies the plan after a yes, typed or given; returns the exit status."""
    plan = shown.plan
    if only_plan or not shown.has_work:
        return _leave(app, shown, only_plan=only_plan)
    if not yes:
        answer = _ask(app, shown)
        if answer is None:
            return _leave(app, shown, only_plan=True)
        confirm, over_limit = answer
    if not app.as_json:
        click.echo("")
    try:
        return apply(app, plan["id"], confirm=confirm, over_limit=over_limit, drift=False)
    except Refused as refused:
        if refused.code not in ("confirm_needed", "over_limit"):
            raise
        how = f"licentia plans apply {plan['id']} --confirm {plan['ready']}"
        how += " --over-limit" if refused.code == "over_limit" else ""
        click.echo(explained(refused), err=True)
        click.echo(_("Nothing was changed. To apply: {how}").format(how=how), err=True)
        return 1


def explained(refused: Refused) -> str:
    """The sentence of a refusal."""
    from licentia.cli.sentences import said

    return said(refused)


def _leave(app: App, shown: Any, *, only_plan: bool) -> int:
    from licentia.changes import run

    plan = shown.plan
    if app.as_json:
        click.echo(json.dumps(render_json.preview(shown), ensure_ascii=False, indent=2))
    if not shown.has_work:
        run.discard(app.tenant_id, plan["id"], app.actor)
        if not app.as_json:
            click.echo("\n" + _("Nothing to apply."))
        return 1 if plan["refused"] or plan["choice"] else 0
    if not app.as_json:
        how = f"licentia plans apply {plan['id']}"
        click.echo("\n" + _("Nothing was changed. To apply: {how}").format(how=how))
    return 0


def _ask(app: App, shown: Any) -> tuple[int | None, bool] | None:
    """(typed number, over the limit) when the person says yes; None when not, or when nobody is there."""
    from licentia.changes import guards
    from licentia.store.lists import plans as list_of

    if app.as_json or not is_interactive():
        return None
    ready = shown.plan["ready"]
    click.echo("")
    if guards.needs_number(shown.intent, ready, list_of.limits(app.tenant_id)):
        typed = click.prompt(
            _("Type {n} to apply, or press Enter to leave it").format(n=ready), default="", show_default=False
        )
        if typed.strip() != str(ready):
            return None
    elif not says_yes(_("Apply this plan?")):
        return None
    try:
        guards.check(app.tenant_id, shown.plan, confirm=ready, over_limit=False)
    except Refused as refused:
        if refused.code != "over_limit":
            raise
        question = _("This takes back {percent}% of the product, {n} users. Have you checked them?")
        n = number(int(str(refused.details["n"])), app.language)
        if not says_yes(question.format(percent=refused.details["percent"], n=n)):
            return None
        return ready, True
    return ready, False


def apply(app: App, plan_id: int, *, confirm: int | None, over_limit: bool, drift: bool) -> int:
    """Applies a draft plan in this process and shows the result; returns the exit status."""
    from licentia.changes import run

    if drift and run.load(app.tenant_id, plan_id)["state"] == "draft":
        show_drift(app, plan_id)
    return carry_on(
        app, plan_id, lambda: run.apply(app.tenant_id, plan_id, app.actor, confirm=confirm, over_limit=over_limit)
    )


def show_drift(app: App, plan_id: int) -> None:
    """Says how the selection differs from the plan's users now."""
    from licentia.changes.preview import drift

    found = drift(app.tenant_id, plan_id)
    if (found.came or found.went) and not app.as_json:
        click.echo(
            _(
                "The selection has changed since the plan was made. New, and not in the plan: {came}. Gone: {went}."
            ).format(came=number(found.came, app.language), went=number(found.went, app.language)),
            err=True,
        )


def carry_on(app: App, plan_id: int, begin: Callable[[], object]) -> int:
    """Begins, then works on the running plan until it ends or is stopped; returns the exit status."""
    from licentia.changes import run
    from licentia.cli import render
    from licentia.store.lists import plans as list_of

    progress = Progress(_("Applying"), run.load(app.tenant_id, plan_id)["ready"])
    with stopping() as should_stop:
        begin()
        plan = run.run(app.tenant_id, plan_id, app.actor, should_stop=should_stop, progress=progress)
        stopped = should_stop()
    progress.end()
    if plan["state"] == "awaiting_approval":
        from licentia.cli.plan_life import waits

        return waits(app, plan_id)
    results = list_of.step_results(app.tenant_id, plan_id)
    if app.as_json:
        click.echo(json.dumps(render_json.result(plan, results), ensure_ascii=False, indent=2))
    else:
        click.echo(render.result(app, plan, results))
        if 0 < plan["verified"] <= 20:
            from licentia.cli.receipts import receipt

            click.echo("\n" + receipt(app, plan_id))
    if plan["state"] == "running":
        click.echo(
            _("Another process is working on this plan. See: licentia plans show {plan}").format(plan=plan_id), err=True
        )
    if stopped and plan["state"] == "paused":
        return 130
    return status_of(plan)


def status_of(plan: dict[str, Any]) -> int:
    """0 when everybody is done or needed nothing, 1 when some were refused, failed or changed meanwhile."""
    bad = plan["refused"] + plan["choice"] + plan["failed"] + plan["skipped_late"]
    return 1 if bad or plan["state"] not in ("applied", "applied_with_errors") else 0
