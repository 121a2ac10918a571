"""What unassign and assign share: the product meant, one user inline, more as a plan."""

from __future__ import annotations

import json
from gettext import gettext as _
from typing import Any

import click

from licentia.changes import inline, propose
from licentia.changes.preview import Subjects
from licentia.cli import sentences, whom
from licentia.cli.app import App
from licentia.cli.applying import Progress, decide, show
from licentia.cli.formats import number
from licentia.domain import catalog as catalog_of
from licentia.domain import rulebook
from licentia.domain.catalog import Product
from licentia.domain.instants import SECOND, to_iso
from licentia.domain.intents import Assign, Unassign
from licentia.domain.reasons import REASONS
from licentia.store.lists import products, selecting


def resolve_product(app: App, text: str) -> Product:
    """The product meant, among those the tenant has first."""
    owned = [row.sku_id for row in products.every(app.tenant_id)]
    return catalog_of.load().resolve(text, owned)


def change(
    app: App,
    intent: Unassign | Assign,
    options: dict[str, Any],
    *,
    only_plan: bool,
    yes: bool,
    confirm: int | None,
    over_limit: bool,
) -> int:
    """Plans, shows, asks and applies; one named user with --yes goes at once."""
    who = whom.resolve(app, sku_id=intent.sku_id, **options)
    if yes and not only_plan and who.kind in ("users", "file") and len(set(who.ids)) == 1:
        return _inline(app, intent, who.ids[0])
    progress = Progress(_("Planning"))
    plan_id = propose.propose(app.tenant_id, intent, who, app.actor, progress)
    progress.end()
    shown = show(app, plan_id)
    if who.kind == "everyone":
        _say_left_out(app, intent)
    return decide(app, shown, yes=yes, only_plan=only_plan, confirm=confirm, over_limit=over_limit)


def _say_left_out(app: App, intent: Unassign | Assign) -> None:
    """--everyone means direct holders; the others are counted, never chosen silently."""
    ids = {row.sku_id: row.id for row in products.every(app.tenant_id)}
    others = selecting.count_holders_otherwise(app.tenant_id, ids[intent.sku_id])
    kinds = {"groups": 2, "purchases": 3, "unknown": 4}
    if others and not app.as_json:
        click.echo(
            "\n"
            + _(
                "Assignments not in this plan: {groups} by group, {purchases} self-service, {unknown} by an unknown path."
            ).format(**{word: number(others.get(kind, 0), app.language) for word, kind in kinds.items()})
        )


def _inline(app: App, intent: Unassign | Assign, user_id: int) -> int:
    from licentia.cli.receipts import receipt
    from licentia.cli.render import Text, copy_line, sentence, undo_line

    done = inline.apply_inline(app.tenant_id, intent, user_id, app.actor)
    verdict, text = done.verdict, Text(app)
    if app.as_json:
        click.echo(json.dumps(_json(done), ensure_ascii=False, indent=2))
    elif done.plan_id is None:
        assert verdict.reason is not None
        subject = Subjects(app.tenant_id, [(verdict.reason, verdict.subject)]).name(verdict.reason, verdict.subject)
        click.echo(sentences.reason(verdict.reason, subject))
    else:
        click.echo(receipt(app, done.plan_id))
        click.echo("")
        book = rulebook.load().by_key
        for said in verdict.consequences:
            when = "" if said.seconds is None else text.date(done.at + said.seconds * SECOND)
            rule = book[said.rule]
            click.echo(f"{rule.id}  {sentence(rule.sentence(app.language), said.params, when)}")
        click.echo("\n" + undo_line(text, done.plan_id, done.undo_until))
        if app.tenant.origin == "imported":
            click.echo(copy_line())
    if done.plan_id is not None:
        return 0
    return 1 if verdict.reason and REASONS[verdict.reason].is_error else 0


def _json(done: inline.InlineResult) -> dict[str, Any]:
    verdict = done.verdict
    return {
        "planId": done.plan_id,
        "outcome": verdict.outcome.value,
        "reason": verdict.reason.value if verdict.reason else None,
        "subject": verdict.subject,
        "dateTime": to_iso(done.at),
        "undoUntilDateTime": None if done.undo_until is None else to_iso(done.undo_until),
        "consequences": [
            {
                "rule": rulebook.load().by_key[said.rule].id,
                "parameters": dict(said.params),
                "dateTime": None if said.seconds is None else to_iso(done.at + said.seconds * SECOND),
            }
            for said in verdict.consequences
        ],
    }
