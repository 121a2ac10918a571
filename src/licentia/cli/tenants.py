"""`licentia tenants`: list, create, copy, delete, set, set-clock; `profile` is in `tenant_profile`."""

from __future__ import annotations

import json
from gettext import gettext as _
from gettext import ngettext
from typing import Any

import click

from licentia.cli import tenant_profile
from licentia.cli.app import App, command_options, is_interactive


@click.group("tenants", help=_("List, make, change and delete tenants; move their clock."))
def command() -> None:
    """A noun; its verbs are below."""


command.add_command(tenant_profile.command)


@command.command("list", help=_("List the tenants of this store."))
@command_options(tenant=False, whole_store=False)
def list_(app: App) -> int:
    """All tenants."""
    from licentia.cli.layout import table
    from licentia.cli.sentences import said
    from licentia.domain.instants import to_iso
    from licentia.domain.reasons import BadInput
    from licentia.store import clock
    from licentia.store.lists import tenants
    from licentia.store.lists.copying import copied_from
    from licentia.words.formats import date_time
    from licentia.words.tenants import came_from

    every = [one for one in tenants.every() if not app.operator or one.id in _open_to(app.operator)]
    if app.as_json:
        rows = [
            {
                "id": t.id,
                "name": t.name,
                "origin": t.origin,
                "copyOf": copied_from(t.id),
                "dateTime": to_iso(clock.tenant_now(t.id)),
            }
            for t in every
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return 0
    if not every:
        click.echo(said(BadInput("no_tenant")))
        return 0
    lines = [
        [
            t.name,
            came_from(t.origin, copied_from(t.id)),
            t.country,
            date_time(clock.tenant_now(t.id), app.language, t.time_zone),
        ]
        for t in every
    ]
    click.echo(table([_("Tenant"), _("Origin"), _("Country"), _("Tenant time")], lines))
    return 0


def _open_to(operator: str) -> set[int]:
    from licentia.store.lists import operators

    found = operators.find(operator)
    return {tenant for tenant, _name, _role in found.roles} if found else set()


@command.command(
    "create",
    help=_("Make an empty local tenant."),
    epilog=_("Example: licentia tenants create Rehearsal --time-zone Europe/Amsterdam"),
)
@click.argument("name")
@click.option("--country", default="NL", show_default=True, help=_("Two letters."))
@click.option("--time-zone", default="Europe/Amsterdam", show_default=True, help=_("Dates are shown in this zone."))
@command_options(tenant=False)
def create(app: App, name: str, *, country: str, time_zone: str) -> int:
    """Makes the tenant."""
    from licentia.changes import record
    from licentia.domain.places import country_of, zone_of

    tenant_id = record.create_tenant(name, app.actor, country=country_of(country), time_zone=zone_of(time_zone))
    if app.as_json:
        click.echo(json.dumps({"id": tenant_id, "name": name}, ensure_ascii=False))
    else:
        click.echo(_("Made the tenant {name}.").format(name=name))
    return 0


@command.command(
    "copy",
    help=_(
        "Make a rehearsal copy of a tenant: users, groups, licenses, subscriptions, settings and time, "
        "without its journal and plans. The tenant itself is only read."
    ),
    epilog=_('Example: licentia tenants copy contoso.example "contoso.example, rehearsal"'),
)
@click.argument("name")
@click.argument("new", metavar="NEW")
@command_options(tenant=False)
def copy(app: App, name: str, new: str) -> int:
    """Copies."""
    from licentia.changes import copying
    from licentia.cli.app import find_tenant
    from licentia.cli.applying import Progress
    from licentia.store.lists import tenants
    from licentia.words.formats import number

    source = find_tenant(name)
    progress = Progress(_("Copying"))
    tenant_id = copying.copy_tenant(source.id, new, app.actor, progress)
    progress.end()
    users = tenants.count_users(tenant_id)
    if app.as_json:
        fields = {"id": tenant_id, "name": new, "copyOf": source.name, "origin": source.origin, "users": users}
        click.echo(json.dumps(fields, ensure_ascii=False))
        return 0
    text = ngettext(
        "Made {new}, a rehearsal copy of {name} with {n} user.",
        "Made {new}, a rehearsal copy of {name} with {n} users.",
        users,
    )
    click.echo(text.format(new=new, name=source.name, n=number(users, app.language)))
    return 0


@command.command(
    "delete",
    help=_("Delete a tenant and everything in it: users, plans, journal. This can't be undone."),
    epilog=_("Example: licentia tenants delete Rehearsal"),
)
@click.argument("name")
@click.option("--yes", is_flag=True, help=_("Delete without asking."))
@command_options(tenant=False, whole_store=False)
def delete(app: App, name: str, *, yes: bool) -> int:
    """Deletes after the name was typed."""
    from licentia.changes import record
    from licentia.cli.app import find_tenant
    from licentia.domain.permissions import Capability
    from licentia.domain.reasons import Refused

    tenant = find_tenant(name)
    actor = app.acting_in(tenant.id)
    actor.require(Capability.MANAGE_TENANTS, tenant.id)
    if not yes:
        if not is_interactive():
            raise Refused("confirm_delete", name=tenant.name)
        typed = click.prompt(_("Type the tenant's name to delete it for good"), default="", show_default=False)
        if typed.strip() != tenant.name:
            click.echo(_("Nothing was deleted."))
            return 1
    record.delete_tenant(tenant.id, actor)
    if app.as_json:
        click.echo(json.dumps({"deleted": tenant.name}, ensure_ascii=False))
    else:
        click.echo(_("Deleted the tenant {name}.").format(name=tenant.name))
    return 0


@command.command(
    "set", help=_("Change a tenant's settings."), epilog=_("Example: licentia tenants set --switch education=on")
)
@click.option("--time-zone", help=_("Dates are shown in this zone."))
@click.option("--country", help=_("Two letters."))
@click.option(
    "--confirm-above", type=click.IntRange(0, 10_000), help=_("Users above which a plan needs its number typed.")
)
@click.option(
    "--limit-percent", type=click.IntRange(1, 100), help=_("Share of a product above which a plan needs --over-limit.")
)
@click.option("--limit-users", type=click.IntRange(1), help=_("Users above which a plan needs --over-limit."))
@click.option(
    "--approve-above", metavar="N|off", help=_("Users above which a plan needs the approval of a second person.")
)
@click.option(
    "--switch", "switches", multiple=True, metavar="NAME=on|off", help=_("A switch of the rules; may be repeated.")
)
@command_options()
def set_(app: App, *, switches: tuple[str, ...], **options: Any) -> int:
    """Sets what was given; shows all settings."""
    from licentia.changes import record
    from licentia.domain.places import country_of, zone_of
    from licentia.store.lists import tenants

    fields = {name: value for name, value in options.items() if value is not None}
    if "time_zone" in fields:
        fields["time_zone"] = zone_of(fields["time_zone"])
    if "country" in fields:
        fields["country"] = country_of(fields["country"])
    if "approve_above" in fields:
        fields["approve_above"] = _approve_above(fields["approve_above"])
    if switches:
        fields["switches"] = _switches(app, switches)
    if fields:
        record.set_tenant(app.tenant_id, app.actor, fields)
    settings = tenants.settings(app.tenant_id)
    del settings["graph_profile"]  # `tenants profile` shows it
    if app.as_json:
        click.echo(json.dumps(settings, ensure_ascii=False, indent=2))
        return 0
    shown = {
        _("Name"): settings["name"],
        _("Country"): settings["country"],
        _("Time zone"): settings["time_zone"],
        _("Users above which a plan needs its number typed"): settings["confirm_above"],
        _("Share of a product above which a plan needs --over-limit"): f"{settings['limit_percent']}%",
        _("Users above which a plan needs --over-limit"): settings["limit_users"],
        _("Users above which a plan needs approval"): settings["approve_above"] or "-",
        _("Switches that are on"): settings["switches"].replace(",", ", ") or "-",
    }
    width = max(map(len, shown))
    for name, value in shown.items():
        click.echo(f"{name.ljust(width)}  {value}")
    return 0


def _approve_above(text: str) -> int | None:
    from licentia.domain.reasons import BadInput

    if text == "off":
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 10_000_000:
        raise BadInput("bad_approve_above", text=text)
    return int(text)


def _switches(app: App, given: tuple[str, ...]) -> list[str]:
    from licentia.domain.facts import Switch
    from licentia.domain.reasons import BadInput

    on = {name for name in app.tenant.switches.split(",") if name}
    for text in given:
        name, _equals, value = text.partition("=")
        if name not in set(Switch) or value not in ("on", "off"):
            raise BadInput("unknown_switch", text=text, known=", ".join(f"{s}=on|off" for s in Switch))
        on = on | {name} if value == "on" else on - {name}
    return sorted(on)


@command.command(
    "set-clock",
    help=_("Move a local tenant's clock forward, with everything that falls due on the way."),
    epilog=_("Examples: licentia tenants set-clock +31d; licentia tenants set-clock 2026-12-31T08:00"),
)
@click.argument("moment")
@command_options()
def set_clock(app: App, moment: str) -> int:
    """Moves the clock."""
    from licentia.changes import advance
    from licentia.domain.instants import to_iso
    from licentia.store import clock
    from licentia.store.lists import audit
    from licentia.words.formats import date_time
    from licentia.words.moments import moment_of

    seen, _segment, _hash = audit.head(app.tenant_id)
    target = moment_of(moment, clock.tenant_now(app.tenant_id), app.tenant.time_zone)
    done = advance.set_clock(app.tenant_id, target, app.actor)
    now = clock.tenant_now(app.tenant_id)
    found = audit.happened(app.tenant_id, seen)
    if app.as_json:
        click.echo(json.dumps({"dateTime": to_iso(now), "clocks": done, "happened": found}))
        return 0
    shown = date_time(now, app.language, app.tenant.time_zone)
    click.echo(_("It is now {time} in {name}.").format(time=shown, name=app.tenant.name))
    click.echo(_happened(app, found))
    return 0


def _happened(app: App, found: dict[str, int]) -> str:
    """What came of the time that passed, a line per kind."""
    from licentia.cli.layout import table
    from licentia.words.formats import number
    from licentia.words.sentences import happened

    if not found:
        return _("Nothing happened on the way.")
    lines = [[happened(kind), number(n, app.language)] for kind, n in found.items()]
    return "\n" + table([_("What happened on the way"), _("Times")], lines, frozenset({1}))
