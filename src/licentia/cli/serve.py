"""`licentia serve`: the admin center in a browser and the Graph API, with their worker."""

from __future__ import annotations

import os
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from licentia.cli.app import system_user

if TYPE_CHECKING:
    from licentia.serving.tls import Encrypting


@click.command(
    "serve",
    help=_(
        "Serve the admin center, the Graph API and their worker until Ctrl-C; "
        "prints a link that signs in once, within 15 minutes."
    ),
    epilog=_("Example: licentia serve --tls"),
)
@click.option("--host", default="127.0.0.1", show_default=True, help=_("Address to listen on."))
@click.option("--port", type=click.IntRange(0, 65_535), default=8365, show_default=True, help=_("Port; 0: any."))
@click.option("--tls", is_flag=True, help=_("Encrypt, with a certificate of a local CA that is made once."))
@click.option("--certificate", type=click.Path(), help=_("Encrypt with your own certificate: a PEM file."))
@click.option("--key", type=click.Path(), help=_("The key of your own certificate: a PEM file."))
@click.option(
    "--log",
    type=click.Choice(["text", "json"]),
    envvar="LICENTIA_LOG",
    default="text",
    show_default=True,
    help=_("Log as lines of text, or as one JSON object a line."),
)
@click.option("--open-metrics", is_flag=True, help=_("Let other machines read /metrics too, not only this one."))
@click.option("--lang", type=click.Choice(["en", "nl"]), help=_("Language of all text."))
def command(
    host: str,
    port: int,
    *,
    tls: bool,
    certificate: str | None,
    key: str | None,
    log: str,
    open_metrics: bool,
    lang: str | None,
) -> int:
    """Serves."""

    from licentia import serving
    from licentia.domain.reasons import BadInput

    if bool(certificate) != bool(key):
        raise BadInput("certificate_without_key")
    is_encrypted = tls or bool(certificate)
    os.environ["LICENTIA_LOG"] = log
    os.environ["LICENTIA_OPEN_METRICS"] = "1" if open_metrics else "0"
    serving.prepare(host, is_encrypted=is_encrypted)
    encrypted = serving.encrypting(certificate, key) if is_encrypted else None

    def ready(address: str) -> None:
        from licentia.changes import entering
        from licentia.domain.permissions import local_shell

        actor = local_shell(system_user())
        name = entering.first_operator(system_user(), actor)
        secret = entering.link_for(name, actor)
        click.echo(_("The admin center is at {address}").format(address=address))
        click.echo(_("Sign in as {name}, once, within 15 minutes:").format(name=name))
        click.echo(f"{address}/sign-in/link/{secret}")
        click.echo(_("The Graph API is at {address}").format(address=f"{address}/v1.0"))
        if encrypted:
            _say_whom_to_trust(encrypted, address)

    return serving.serve(host, port, ready, encrypted)


def _say_whom_to_trust(encrypted: Encrypting, address: str) -> None:
    """Where the CA is, and how programs come to trust it."""
    ca = encrypted.pair.ca
    if ca is None:
        return
    click.echo()
    click.echo(_("Programs must trust this CA. It can sign for this machine only: {ca}").format(ca=ca))
    for who, line in _recipes(ca, address):
        click.echo(f"  {who}\n    {line}")


def _recipes(ca: Path, address: str) -> list[tuple[str, str]]:
    """What each kind of program needs, one line to type."""
    return [
        ("curl", f'curl --cacert "{ca}" {address}/health'),
        ("Python", f'export REQUESTS_CA_BUNDLE="{ca}" SSL_CERT_FILE="{ca}"'),
        ("Node", f'export NODE_EXTRA_CA_CERTS="{ca}"'),
        (_(".NET, PowerShell on Linux"), f'export SSL_CERT_FILE="{ca}"'),
        (
            _(".NET, PowerShell on Windows"),
            f'Import-Certificate -FilePath "{ca}" -CertStoreLocation Cert:\\CurrentUser\\Root',
        ),
        (
            _(".NET, PowerShell, browsers on macOS"),
            f'security add-trusted-cert -k ~/Library/Keychains/login.keychain-db "{ca}"',
        ),
    ]
