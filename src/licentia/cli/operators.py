"""`licentia operators`: list, add, link, disable, enable, grant, revoke. Who may act in which tenant, with which role."""

from __future__ import annotations

import json
from gettext import gettext as _
from typing import Any

import click

from licentia.cli.app import App, command_options
from licentia.domain.permissions import Capability, Role

ROLES = click.Choice([role.value for role in Role])


@click.group("operators", help=_("People who act in this store, and their roles per tenant."))
def command() -> None:
    """A noun; its verbs are below."""


@command.command(
    "list",
    help=_("List the operators and their roles; with --tenant, or acting as an operator, those of one tenant."),
    epilog=_("Example: licentia operators list --tenant Contoso"),
)
@click.option("--tenant", "tenant_name", envvar="LICENTIA_TENANT", help=_("Only those with a role in this tenant."))
@command_options(tenant=False, whole_store=False)
def list_(app: App, *, tenant_name: str | None) -> int:
    """Operators, by name."""
    from licentia.cli.app import the_tenant
    from licentia.cli.layout import table
    from licentia.store.lists import operators
    from licentia.words.said.operators import role_word

    if tenant_name is not None or app.operator:
        tenant = the_tenant(tenant_name)
        app.acting_in(tenant.id).require(Capability.READ, tenant.id)
        found = operators.members(tenant.id)
    else:
        found = operators.every()
    if app.as_json:
        click.echo(json.dumps([_fields(one) for one in found], ensure_ascii=False, indent=2))
        return 0
    if not found:
        click.echo(_("There are no operators. Add one: licentia operators add NAME"))
        return 0
    lines = [
        [
            one.name,
            one.display_name or "-",
            _("Can act") if one.is_active else _("Disabled"),
            ", ".join(f"{role_word(role)} ({name})" for _tenant, name, role in one.roles) or "-",
        ]
        for one in found
    ]
    click.echo(table([_("Operator"), _("Display name"), _("Status"), _("Roles (tenant)")], lines))
    return 0


def _fields(one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "displayName": one.display_name,
        "accountEnabled": one.is_active,
        "roles": [{"tenant": name, "role": role} for _tenant, name, role in one.roles],
    }


@command.command(
    "add",
    help=_("Add an operator, who can do nothing until you give a role."),
    epilog=_("Example: licentia operators add anna@contoso.example --display-name 'Anna de Vries'"),
)
@click.argument("name")
@click.option("--display-name", default="", metavar="TEXT", help=_("The person's name."))
@command_options(tenant=False)
def add(app: App, name: str, *, display_name: str) -> int:
    """Adds one."""
    from licentia.changes import operators

    operator_id = operators.add_operator(name, display_name, app.actor)
    said = _("Added the operator {name}. Give a role: licentia operators grant {name} ROLE")
    return _done(app, {"id": operator_id, "name": name}, said.format(name=name))


@command.command(
    "link",
    help=_("Print a link with which an operator signs in to the admin center, once, within 15 minutes."),
    epilog=_("Example: licentia operators link anna@contoso.example"),
)
@click.argument("name")
@click.option(
    "--address", default="http://127.0.0.1:8365", show_default=True, help=_("Where the admin center is served.")
)
@command_options(tenant=False)
def link(app: App, name: str, *, address: str) -> int:
    """Makes one."""
    from licentia.changes import entering

    secret = entering.link_for(name, app.actor)
    url = f"{address.rstrip('/')}/sign-in/link/{secret}"
    fields = {"name": name, "link": url, "validSeconds": entering.LINK_SECONDS}
    return _done(app, fields, _("Sign in as {name}, once, within 15 minutes:").format(name=name) + f"\n{url}")


@command.command(
    "disable",
    help=_("Disable an operator: it can't act in any tenant. Its roles stay."),
    epilog=_("Example: licentia operators disable anna@contoso.example"),
)
@click.argument("name")
@command_options(tenant=False)
def disable(app: App, name: str) -> int:
    """Disables one."""
    from licentia.changes import operators

    changed = operators.disable_operator(name, app.actor)
    said = _("{name} is disabled.") if changed else _("{name} was disabled already.")
    return _done(app, {"name": name, "accountEnabled": False, "changed": changed}, said.format(name=name))


@command.command(
    "enable",
    help=_("Enable an operator again, with the roles it had."),
    epilog=_("Example: licentia operators enable anna@contoso.example"),
)
@click.argument("name")
@command_options(tenant=False)
def enable(app: App, name: str) -> int:
    """Enables one."""
    from licentia.changes import operators

    changed = operators.enable_operator(name, app.actor)
    said = _("{name} can act again.") if changed else _("{name} was not disabled.")
    return _done(app, {"name": name, "accountEnabled": True, "changed": changed}, said.format(name=name))


@command.command(
    "grant",
    help=_("Give an operator a role in a tenant."),
    epilog=_("Example: licentia operators grant anna@contoso.example license"),
)
@click.argument("name")
@click.argument("role", type=ROLES)
@command_options()
def grant(app: App, name: str, role: str) -> int:
    """Gives a role."""
    from licentia.changes import operators
    from licentia.words.said.operators import role_word

    changed = operators.grant(name, app.tenant_id, Role(role), app.actor)
    said = _("{name} is now {role} in {tenant}.") if changed else _("{name} was {role} in {tenant} already.")
    text = said.format(name=name, role=role_word(role), tenant=app.tenant.name)
    return _done(app, {"name": name, "tenant": app.tenant.name, "role": role, "changed": changed}, text)


@command.command(
    "revoke",
    help=_("Take a role in a tenant from an operator."),
    epilog=_("Example: licentia operators revoke anna@contoso.example license"),
)
@click.argument("name")
@click.argument("role", type=ROLES)
@command_options()
def revoke(app: App, name: str, role: str) -> int:
    """Takes a role away."""
    from licentia.changes import operators
    from licentia.words.said.operators import role_word

    changed = operators.revoke(name, app.tenant_id, Role(role), app.actor)
    said = _("{name} is no longer {role} in {tenant}.") if changed else _("{name} was not {role} in {tenant}.")
    text = said.format(name=name, role=role_word(role), tenant=app.tenant.name)
    return _done(app, {"name": name, "tenant": app.tenant.name, "role": role, "changed": changed}, text)


def _done(app: App, fields: dict[str, Any], sentence: str) -> int:
    click.echo(json.dumps(fields, ensure_ascii=False) if app.as_json else sentence)
    return 0
