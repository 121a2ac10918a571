"""`licentia apps`: create, list, rotate, delete programs that sign in to the Graph API; and the keys that sign their tokens."""

from __future__ import annotations

import json
from gettext import gettext as _
from typing import Any

import click

from licentia.cli.app import App, command_options


@click.group("apps", help=_("Programs that sign in to a tenant's Graph API: what they may, and their secrets."))
def command() -> None:
    """A noun; its verbs are below."""


@command.command(
    "create",
    help=_("Add a program and print its client ID and secret, once. Permissions are those of Microsoft Graph."),
    epilog=_("Example: licentia apps create 'Leavers script' --application LicenseAssignment.ReadWrite.All"),
)
@click.argument("name")
@click.option(
    "--application", multiple=True, metavar="SCOPE", help=_("What it may by itself. Can be given several times.")
)
@click.option(
    "--delegated",
    multiple=True,
    metavar="SCOPE",
    help=_("What it may on behalf of an operator, who must be able to do it too. Can be given several times."),
)
@click.option("--public", "is_public", is_flag=True, help=_("It can't keep a secret, so it acts for operators only."))
@click.option(
    "--days", type=int, default=180, show_default=True, help=_("For how many days the secret is valid, 1 to 730.")
)
@command_options()
def create(
    app: App, name: str, *, application: tuple[str, ...], delegated: tuple[str, ...], is_public: bool, days: int
) -> int:
    """Adds one."""
    from licentia.changes import apps

    made = apps.create_app(
        app.tenant_id,
        name,
        app.actor,
        application=application,
        delegated=delegated,
        is_public=is_public,
        days=days,
    )
    said = _("Added the program {name} to {tenant}.").format(name=made.app.name, tenant=app.tenant.name)
    return _shown(app, made, said)


@command.command(
    "rotate",
    help=_("Print a new secret of a program, once. Earlier ones stay valid for some hours, so that nothing stops."),
    epilog=_("Example: licentia apps rotate 'Leavers script' --overlap 48"),
)
@click.argument("name")
@click.option(
    "--days", type=int, default=180, show_default=True, help=_("For how many days the secret is valid, 1 to 730.")
)
@click.option(
    "--overlap",
    "hours",
    type=int,
    default=24,
    show_default=True,
    help=_("For how many hours earlier secrets stay valid, 0 to 720."),
)
@command_options()
def rotate(app: App, name: str, *, days: int, hours: int) -> int:
    """A new secret."""
    from licentia.changes import apps

    made = apps.rotate_secret(app.tenant_id, name, app.actor, days=days, hours=hours)
    return _shown(app, made, _("{name} has a new secret.").format(name=made.app.name))


def _shown(app: App, made: Any, sentence: str) -> int:
    """The secret, this once, with all that a program needs to sign in."""
    from licentia.domain.instants import to_iso
    from licentia.words.formats import date_time

    if app.as_json:
        fields = _fields(made.app) | {
            "secret": made.secret,
            "secretExpires": made.expires_at and to_iso(made.expires_at),
        }
        if made.earlier_until is not None:
            fields["earlierUntil"] = to_iso(made.earlier_until)
        click.echo(json.dumps(fields, ensure_ascii=False))
        return 0
    rows = [(_("Tenant ID"), made.app.tenant_guid), (_("Client ID"), made.app.id)]
    if made.secret is not None:
        rows += [
            (_("Secret"), made.secret),
            (_("Valid until"), date_time(made.expires_at, app.language, app.tenant.time_zone)),
        ]
    if made.earlier_until is not None:
        rows.append((_("Earlier secrets until"), date_time(made.earlier_until, app.language, app.tenant.time_zone)))
    width = max(len(word) for word, _value in rows)
    click.echo(sentence)
    click.echo("\n".join(f"  {word:<{width}}  {value}" for word, value in rows))
    if made.secret is not None:
        click.echo(_("Keep the secret now: it is not shown again."))
    return 0


@command.command(
    "list",
    help=_("List the programs of a tenant: their permissions, and until when their secrets are valid."),
    epilog=_("Example: licentia apps list --tenant Contoso"),
)
@command_options()
def list_(app: App) -> int:
    """Programs, by name."""
    from licentia.cli.layout import table
    from licentia.domain.permissions import Capability
    from licentia.store.lists import apps

    app.actor.require(Capability.MANAGE_APPS, app.tenant_id)
    found = apps.of_tenant(app.tenant_id)
    secrets: dict[str, list[Any]] = {}
    for one in apps.secrets_in(app.tenant_id):
        secrets.setdefault(one.app_id, []).append(one)
    if app.as_json:
        click.echo(json.dumps([_listed(one, secrets.get(one.id, [])) for one in found], ensure_ascii=False, indent=2))
        return 0
    if not found:
        click.echo(_("There are no programs. Add one: licentia apps create NAME --application SCOPE"))
        return 0
    head = [_("Program"), _("Client ID"), _("Secrets"), _("By itself"), _("For operators")]
    click.echo(table(head, [_row(app, one, secrets.get(one.id, [])) for one in found]))
    return 0


def _row(app: App, one: Any, secrets: list[Any]) -> list[str]:
    from licentia.store import clock
    from licentia.words.formats import date_time

    now = clock.machine_now()
    said = [
        (_("{hint}… until {moment}") if now < secret.expires_at else _("{hint}… expired {moment}")).format(
            hint=secret.hint, moment=date_time(secret.expires_at, app.language, app.tenant.time_zone)
        )
        for secret in secrets
    ]
    scopes = [", ".join(sorted(some)) or "-" for some in (one.application, one.delegated)]
    return [one.name, one.id, _("None, public") if one.is_public else "; ".join(said) or "-", *scopes]


def _listed(one: Any, secrets: list[Any]) -> dict[str, Any]:
    from licentia.domain.instants import to_iso

    kept = [
        {"hint": secret.hint, "created": to_iso(secret.created_at), "expires": to_iso(secret.expires_at)}
        for secret in secrets
    ]
    return _fields(one) | {"secrets": kept}


def _fields(one: Any) -> dict[str, Any]:
    return {
        "name": one.name,
        "clientId": one.id,
        "tenant": one.tenant_name,
        "tenantId": one.tenant_guid,
        "application": sorted(one.application),
        "delegated": sorted(one.delegated),
        "public": one.is_public,
    }


@command.command(
    "delete",
    help=_("Delete a program and its secrets. Tokens that it still has open nothing any more."),
    epilog=_("Example: licentia apps delete 'Leavers script'"),
)
@click.argument("name")
@command_options()
def delete(app: App, name: str) -> int:
    """Deletes one."""
    from licentia.changes import apps

    gone = apps.delete_app(app.tenant_id, name, app.actor)
    said = _("Deleted the program {name}.").format(name=gone.name)
    click.echo(json.dumps(_fields(gone), ensure_ascii=False) if app.as_json else said)
    return 0


@command.group("keys", help=_("The keys that sign the tokens of all programs of this store."))
def keys() -> None:
    """Their verbs are below."""


@keys.command(
    "rotate",
    help=_("Make a new key that signs from now on. Tokens signed with the one before stay valid until they end."),
    epilog=_("Example: licentia apps keys rotate"),
)
@command_options(tenant=False)
def rotate_keys(app: App) -> int:
    """A new key."""
    from licentia.changes import signing

    key_id = signing.rotate(app.actor)
    said = _("A new key signs from now on: {id}.").format(id=key_id)
    click.echo(json.dumps({"keyId": key_id}) if app.as_json else said)
    return 0
