"""What unassign and assign share: the product meant, one user inline, more as a plan."""

from __future__ import annotations

import json
from gettext import gettext as _
from typing import Any, get_args

import click

from licentia.changes import inline, propose
from licentia.changes.preview import Subjects
from licentia.changes.undo import NO_WAY_BACK
from licentia.changes.who import Who
from licentia.cli import whom
from licentia.cli.app import App
from licentia.cli.applying import Progress, decide, show
from licentia.cli.sentences import reason
from licentia.domain import catalog as catalog_of
from licentia.domain import intents, rulebook
from licentia.domain.catalog import Product
from licentia.domain.instants import SECOND, to_iso
from licentia.domain.intents import AccountIntent, Intent, LicenseIntent, PurgeUser, TakeOver
from licentia.domain.reasons import REASONS, Outcome
from licentia.store.lists import products, selecting
from licentia.words.formats import number
from licentia.words.text import Text

_AT_ONCE = tuple(
    one for one in (*get_args(LicenseIntent), *get_args(AccountIntent)) if one not in (TakeOver, PurgeUser)
)
"""Intents that change one user in one request. Deleting for good always asks for the number."""


def resolve_product(app: App, text: str) -> Product:
    """The product meant, among those the tenant has first."""
    owned = [row.sku_id for row in products.every(app.tenant_id)]
    return catalog_of.load().resolve(text, owned)


def change(
    app: App,
    intent: Intent,
    options: dict[str, Any] | Who,
    *,
    only_plan: bool,
    yes: bool,
    confirm: int | None,
    over_limit: bool,
) -> int:
    """Plans, shows, asks and applies; one named user with --yes goes at once. `options` say WHO, or are it."""
    sku_id = getattr(intent, "from_sku", None) or intents.sku_of(intent) or ""
    who = options if isinstance(options, Who) else whom.resolve(app, sku_id=sku_id, **options)
    is_one = who.kind in ("users", "file") and len(set(who.ids)) == 1
    if yes and not only_plan and is_one and isinstance(intent, _AT_ONCE):
        return _inline(app, intent, who.ids[0])
    progress = Progress(_("Planning"))
    plan_id = propose.propose(app.tenant_id, intent, who, app.actor, progress)
    progress.end()
    shown = show(app, plan_id)
    if who.kind == "everyone":
        _say_left_out(app, who.text)
    return decide(app, shown, yes=yes, only_plan=only_plan, confirm=confirm, over_limit=over_limit)


def _say_left_out(app: App, sku_id: str) -> None:
    """--everyone means direct holders; the others are counted, never chosen silently."""
    ids = {row.sku_id: row.id for row in products.every(app.tenant_id)}
    others = selecting.count_holders_otherwise(app.tenant_id, ids[sku_id])
    kinds = {"groups": 2, "purchases": 3, "unknown": 4}
    if others and not app.as_json:
        click.echo(
            "\n"
            + _(
                "Assignments not in this plan: {groups} by group, {purchases} self-service, {unknown} by an unknown path."
            ).format(**{word: number(others.get(kind, 0), app.language) for word, kind in kinds.items()})
        )


def _inline(app: App, intent: LicenseIntent | AccountIntent, user_id: int) -> int:
    from licentia.cli.receipts import receipt
    from licentia.cli.render import undo_line
    from licentia.words.plans import copy_line, no_undo_line

    done = inline.apply_inline(app.tenant_id, intent, user_id, app.actor)
    verdict, text = done.verdict, Text.of(app.tenant)
    about = [(verdict.reason, verdict.subject)] if verdict.reason else []
    names = Subjects(app.tenant_id, about, [said.params for said in verdict.consequences])
    if app.as_json:
        click.echo(json.dumps(_json(done, names), ensure_ascii=False, indent=2))
    elif done.plan_id is None:
        assert verdict.reason is not None
        click.echo(reason(verdict.reason, names.name(verdict.reason, verdict.subject)))
        if verdict.outcome is Outcome.SKIPPED:
            _say_consequences(app, done, names)
    else:
        click.echo(receipt(app, done.plan_id))
        if verdict.consequences:
            click.echo("")
            _say_consequences(app, done, names)
        is_final = isinstance(intent, NO_WAY_BACK)
        click.echo("\n" + (no_undo_line() if is_final else undo_line(text, done.plan_id, done.undo_until)))
        if app.tenant.origin == "imported":
            click.echo(copy_line())
    if done.plan_id is not None:
        return 0
    return 1 if verdict.reason and REASONS[verdict.reason].is_error else 0


def _say_consequences(app: App, done: inline.InlineResult, names: Subjects) -> None:
    from licentia.words.rules import consequence

    book, text = rulebook.load().by_key, Text.of(app.tenant)
    for said in done.verdict.consequences:
        rule, at = book[said.rule], None if said.seconds is None else done.at + said.seconds * SECOND
        click.echo(f"{rule.id}  {consequence(text, rule, names.words(said.params), at)}")


def _json(done: inline.InlineResult, names: Subjects) -> dict[str, Any]:
    verdict = done.verdict
    return {
        "planId": done.plan_id,
        "outcome": verdict.outcome.value,
        "reason": verdict.reason.value if verdict.reason else None,
        "subject": names.name(verdict.reason, verdict.subject) if verdict.reason else "",
        "dateTime": to_iso(done.at),
        "undoUntilDateTime": None if done.undo_until is None else to_iso(done.undo_until),
        "consequences": [
            {
                "rule": rulebook.load().by_key[said.rule].id,
                "parameters": dict(names.words(said.params)),
                "dateTime": None if said.seconds is None else to_iso(done.at + said.seconds * SECOND),
            }
            for said in verdict.consequences
        ],
    }
