"""`licentia never`: users and groups whose licenses no plan takes back."""

from __future__ import annotations

import json
from gettext import gettext as _

import click

from licentia.cli.app import App, command_options


@click.group("never", help=_("Users and groups whose licenses are never taken back."))
def command() -> None:
    """A noun; its verbs are below."""


@command.command("list", help=_("List them, with the reasons."))
@command_options()
def list_(app: App) -> int:
    """All entries."""
    from licentia.cli.layout import table
    from licentia.store.lists import never

    every = never.every(app.tenant_id)
    if app.as_json:
        rows = [{"kind": row.object_kind, "name": row.name, "reason": row.reason} for row in every]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif not every:
        click.echo(_("The never list is empty."))
    else:
        kinds = {"user": _("User"), "group": _("Group")}
        click.echo(
            table([_("Kind"), _("Name"), _("Reason")], [[kinds[r.object_kind], r.name, r.reason] for r in every])
        )
    return 0


@command.command(
    "add",
    help=_("Put a user or group on the list."),
    epilog=_("Example: licentia never add --user anna@contoso.example --reason Director"),
)
@click.option("--user", metavar="UPN", help=_("A user."))
@click.option("--group", metavar="NAME", help=_("A group, by name or object ID."))
@click.option("--reason", required=True, help=_("Why; it is shown in every plan."))
@command_options()
def add(app: App, *, user: str | None, group: str | None, reason: str) -> int:
    """Adds an entry."""
    from licentia.changes import record

    kind, object_id, name = _whom(app, user, group)
    is_new = record.add_never(app.tenant_id, kind, object_id, reason, app.actor)
    text = _("{name} is on the never list.") if is_new else _("{name} was on the never list already.")
    click.echo(json.dumps({"name": name, "new": is_new}, ensure_ascii=False) if app.as_json else text.format(name=name))
    return 0


@command.command(
    "remove",
    help=_("Take a user or group off the list."),
    epilog=_("Example: licentia never remove --group Management"),
)
@click.option("--user", metavar="UPN", help=_("A user."))
@click.option("--group", metavar="NAME", help=_("A group, by name or object ID."))
@command_options()
def remove(app: App, *, user: str | None, group: str | None) -> int:
    """Removes an entry."""
    from licentia.changes import record

    kind, object_id, name = _whom(app, user, group)
    was_there = record.remove_never(app.tenant_id, kind, object_id, app.actor)
    text = _("{name} is no longer on the never list.") if was_there else _("{name} was not on the never list.")
    click.echo(
        json.dumps({"name": name, "removed": was_there}, ensure_ascii=False) if app.as_json else text.format(name=name)
    )
    return 0


def _whom(app: App, user: str | None, group: str | None) -> tuple[str, int, str]:
    from licentia.cli.whom import named_user
    from licentia.domain.reasons import BadInput
    from licentia.store.lists import groups

    if (user is None) == (group is None):
        raise BadInput("never_what")
    if user is not None:
        return "user", named_user(app, user), user
    assert group is not None
    found = groups.find(app.tenant_id, group)
    return "group", found.id, found.name
