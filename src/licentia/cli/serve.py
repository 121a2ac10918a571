"""`licentia serve`: the admin center in a browser, with its worker."""

from __future__ import annotations

from gettext import gettext as _

import click

from licentia.cli.app import system_user


@click.command(
    "serve",
    help=_("Serve the admin center and its worker until Ctrl-C; prints a link that signs in once, within 15 minutes."),
    epilog=_("Example: licentia serve --port 8365"),
)
@click.option("--host", default="127.0.0.1", show_default=True, help=_("Address to listen on."))
@click.option("--port", type=click.IntRange(0, 65_535), default=8365, show_default=True, help=_("Port; 0: any."))
@click.option("--lang", type=click.Choice(["en", "nl"]), help=_("Language of all text."))
def command(host: str, port: int, lang: str | None) -> int:
    """Serves."""
    from licentia import serving

    serving.prepare(host)

    def ready(address: str) -> None:
        from licentia.changes import entering
        from licentia.domain.permissions import local_shell

        actor = local_shell(system_user())
        name = entering.first_operator(system_user(), actor)
        secret = entering.link_for(name, actor)
        click.echo(_("The admin center is at {address}").format(address=address))
        click.echo(_("Sign in as {name}, once, within 15 minutes:").format(name=name))
        click.echo(f"{address}/sign-in/link/{secret}")

    return serving.serve(host, port, ready)
