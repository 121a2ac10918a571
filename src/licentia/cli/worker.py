"""`licentia worker`: works on running plans and due clocks until stopped."""

from __future__ import annotations

import json
from gettext import gettext as _

import click

from licentia.cli.app import App, command_options


@click.command(
    "worker",
    help=_("Work on running plans and due clocks until stopped. Any number of workers may run."),
    epilog=_("Example: licentia worker --once"),
)
@click.option("--once", is_flag=True, help=_("Do what is due now and stop."))
@command_options(tenant=False)
def command(app: App, *, once: bool) -> int:
    """Works."""
    from licentia import worker
    from licentia.cli.applying import stopping

    with stopping() as should_stop:
        if once:
            done = worker.work_once(app.actor, should_stop)
            if app.as_json:
                click.echo(json.dumps({"done": done}))
        else:
            click.echo(_("Working. Stop with Ctrl-C."), err=True)
            worker.work(should_stop, app.actor)
        return 130 if should_stop() and once else 0
