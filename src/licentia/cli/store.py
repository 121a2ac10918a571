"""`licentia store check`: proves that the store is sound."""

from __future__ import annotations

import json
from gettext import gettext as _
from gettext import ngettext

import click

from licentia.cli.app import App, command_options


@click.group("store", help=_("Check the store."))
def command() -> None:
    """A noun; its verbs are below."""


@command.command("check", help=_("Prove that no row is orphaned, counters equal holders, and every journal is whole."))
@command_options(tenant=False)
def check(app: App) -> int:
    """Checks every tenant."""
    from licentia.changes.verify import verify_chain
    from licentia.store.lists import check as checks
    from licentia.store.lists import tenants
    from licentia.words.journal import why_word

    found: list[dict[str, object]] = [
        {"tenant": None, "check": "integrity", "row": text} for text in checks.integrity()
    ]
    every = tenants.every()
    for tenant in every:
        found += [{"tenant": tenant.name, "check": name, "row": list(row)} for name, row in checks.problems(tenant.id)]
        report = verify_chain(tenant.id)
        if report.broken is not None:
            found.append({"tenant": tenant.name, "check": "journal", "row": [report.broken, why_word(report.why)]})
    if app.as_json:
        click.echo(json.dumps({"sound": not found, "tenants": len(every), "problems": found}, ensure_ascii=False))
    elif not found:
        done = ngettext(
            "The store is sound: {n} tenant checked.", "The store is sound: {n} tenants checked.", len(every)
        )
        click.echo(done.format(n=len(every)))
    else:
        for problem in found:
            click.echo("{tenant}: {check} {row}".format(**problem))
        click.echo(_("The store is not sound. Stop writing to it and restore a backup."), err=True)
    return 1 if found else 0
