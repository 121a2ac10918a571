"""`licentia audit`: who changed what, and proof that the journal is whole."""

from __future__ import annotations

import json
from gettext import gettext as _

import click

from licentia.cli.app import App, command_options


@click.group("audit", help=_("Show and verify the journal."))
def command() -> None:
    """A noun; its verbs are below."""


@command.command(
    "list",
    help=_("List what happened, newest first."),
    epilog=_("Example: licentia audit list --user anna@contoso.example --top 20"),
)
@click.option("--top", type=click.IntRange(1, 100_000), default=50, show_default=True, help=_("How many."))
@click.option("--user", metavar="UPN", help=_("Only what happened to this user."))
@click.option("--plan", "plan_id", type=int, help=_("Only what this plan did."))
@command_options()
def list_(app: App, *, top: int, user: str | None, plan_id: int | None) -> int:
    """The newest rows."""
    from licentia.cli.layout import table
    from licentia.cli.whom import any_user
    from licentia.domain.instants import to_iso
    from licentia.store.lists import audit
    from licentia.words.journal import objects, what
    from licentia.words.text import Text

    user_id = None if user is None else any_user(app, user)
    found = audit.newest(app.tenant_id, top, user_id=user_id, plan_id=plan_id)
    if app.as_json:
        for row in found:
            fields = {
                "seq": row.seq,
                "dateTime": to_iso(row.at),
                "actor": row.actor_name,
                "actorKind": row.actor_kind,
                "door": row.door,
                "plan": row.plan_id,
                "kind": row.kind,
                "objectKind": row.object_kind,
                "objectId": row.object_id,
                "objectName": row.object_name,
                "before": row.before,
                "after": row.after,
            }
            click.echo(json.dumps(fields, ensure_ascii=False))
        return 0
    text = Text.of(app.tenant)
    lines = [
        [
            str(r.seq),
            text.time(r.at),
            r.actor_name,
            what(r),
            named,
            str(r.plan_id or "-"),
        ]
        for r, named in zip(found, objects(app.tenant, found), strict=True)
    ]
    click.echo(table([_("No."), _("Time"), _("Who"), _("What"), _("Object"), _("Plan")], lines, frozenset({0})))
    return 0


@command.command("verify", help=_("Prove that the journal is whole: nothing changed, removed, added or swapped."))
@command_options()
def verify(app: App) -> int:
    """Recomputes the whole chain."""
    from licentia.changes.verify import verify_chain
    from licentia.words.formats import number
    from licentia.words.journal import why_word

    report = verify_chain(app.tenant_id)
    if app.as_json:
        fields = {"whole": report.broken is None, "rows": report.rows, "segments": report.segments, "head": report.head}
        click.echo(json.dumps(fields | {"brokenSegment": report.broken, "why": report.why}))
    elif report.broken is None:
        done = _("The journal is whole: {rows} rows in {segments} parts. Checksum: {head}")
        rows, parts = number(report.rows, app.language), number(report.segments, app.language)
        click.echo(done.format(rows=rows, segments=parts, head=report.head))
    else:
        click.echo(
            _("The journal is not whole: part {part}: {why}.").format(part=report.broken, why=why_word(report.why))
        )
    return 0 if report.broken is None else 1
