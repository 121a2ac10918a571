"""`licentia import`: a copy of a real tenant from a file, made or refreshed."""

from __future__ import annotations

import json
from gettext import gettext as _

import click

from licentia.cli import imports_facts
from licentia.cli.app import App, command_options


@click.group("import", help=_("Make or refresh a copy of a real tenant from a file."))
def command() -> None:
    """A verb that needs an object; its objects are below."""


@command.command(
    "users",
    help=_(
        "Read users from the admin center's Export users file, from Graph JSON, or from a plain CSV. "
        "Nothing is written while a row is bad."
    ),
    epilog=_("Example: licentia import users users.csv --tenant contoso.example"),
)
@click.argument("file")
@click.option(
    "--tenant", "tenant_name", envvar="LICENTIA_TENANT", help=_("The copy's name; made when it is not there.")
)
@click.option("--skip-bad", is_flag=True, help=_("Leave out rows that can't be used."))
@click.option(
    "--product",
    "means",
    multiple=True,
    metavar="PART",
    help=_("The product meant where a name means several; may be repeated."),
)
@command_options(tenant=False)
def users(app: App, file: str, *, tenant_name: str | None, skip_bad: bool, means: tuple[str, ...]) -> int:
    """Reads everything, then writes at once."""
    from licentia.changes import refresh
    from licentia.cli.applying import Progress
    from licentia.cli.whom import bad_path, report_bad, source_of
    from licentia.domain import catalog as catalog_of
    from licentia.importing.userfile import read_user_file
    from licentia.store.lists import products, tenants

    catalog = catalog_of.load()
    source = source_of(file)
    name = tenant_name or _name_of(read_user_file(source, catalog), file)
    known = tenants.find(name)
    owned = [catalog.resolve(text).sku_id for text in means]
    owned += [row.sku_id for row in products.every(known.id)] if known else []
    found = read_user_file(source, catalog, owned)
    progress = Progress(_("Reading"))
    outcome = refresh.refresh(name, found, app.actor, skip_bad=skip_bad, progress=progress)
    progress.end()
    if outcome.bad:
        report_bad(outcome.bad, found.header, bad_path(file), stop=outcome.tenant_id is None)
    _say(app, name, outcome)
    return 0


def _name_of(found: object, file: str) -> str:
    """The domain of the first user that can be read."""
    from licentia.domain.reasons import BadInput
    from licentia.importing.rows import UserFile, UserRow
    from licentia.importing.userfile import domain_of

    assert isinstance(found, UserFile)
    name = domain_of(found)
    if not name and not any(isinstance(row, UserRow) for row in found.rows()):
        raise BadInput("no_users_in_file")
    return name or file


def _say(app: App, name: str, outcome: object) -> None:
    from licentia.changes.refresh import Outcome
    from licentia.words.formats import number

    assert isinstance(outcome, Outcome)
    if app.as_json:
        fields = {
            "tenant": name,
            "rows": outcome.rows,
            "newUsers": outcome.new_users,
            "changedUsers": outcome.changed_users,
            "licenseChanges": outcome.license_changes,
            "badRows": len(outcome.bad),
        }
        click.echo(json.dumps(fields, ensure_ascii=False))
        return
    click.echo(
        _("{name}. Users read: {rows}, new: {new}. Changed accounts: {changed}, licenses: {licenses}.").format(
            name=name,
            rows=number(outcome.rows, app.language),
            new=number(outcome.new_users, app.language),
            changed=number(outcome.changed_users, app.language),
            licenses=number(outcome.license_changes, app.language),
        )
    )


for _more in imports_facts.COMMANDS:
    command.add_command(_more)
