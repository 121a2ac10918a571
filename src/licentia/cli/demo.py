"""`licentia demo`: a complete tenant to rehearse with, the same for the same seed."""

from __future__ import annotations

import json
from gettext import gettext as _
from gettext import ngettext

import click

from licentia.cli.app import App, command_options


@click.command(
    "demo",
    help=_("Make the demo tenant Noordzee Logistiek: every case the rules know, the same for the same seed."),
    epilog=_("Example: licentia demo --users 100000 --name Rehearsal"),
)
@click.option("--users", type=click.IntRange(min=1), default=2_000, show_default=True, help=_("How many users."))
@click.option("--seed", type=int, default=1, show_default=True, help=_("Another seed makes other people."))
@click.option("--name", help=_("Another name than Noordzee Logistiek."))
@command_options(tenant=False)
def command(app: App, *, users: int, seed: int, name: str | None) -> int:
    """Loads the demo tenant."""
    from licentia.changes import record
    from licentia.cli.applying import Progress
    from licentia.importing.demo import demo_tenant
    from licentia.store import clock
    from licentia.words.formats import number

    now = clock.machine_now()
    rows = demo_tenant(users, seed, now - now % 86_400_000_000)
    progress = Progress(_("Making users"), users)
    tenant_id = record.load_tenant(rows, app.actor, name, progress)
    progress.end()
    if app.as_json:
        click.echo(json.dumps({"id": tenant_id, "name": name or rows.name, "users": users}, ensure_ascii=False))
    else:
        done = ngettext("Made the tenant {name} with {n} user.", "Made the tenant {name} with {n} users.", users)
        click.echo(done.format(name=name or rows.name, n=number(users, app.language)))
        click.echo(_("Next: licentia products list"))
    return 0
