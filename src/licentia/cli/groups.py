"""`licentia groups`: groups, their members and the licenses they give; every license error by cause with its fix.

Members and licenses change by a plan that is shown first, as everywhere; a refusal says who can change the group instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from gettext import gettext as _
from typing import Any

import click

from licentia.cli.app import App, command_options, is_interactive
from licentia.cli.changing import change_options, parted
from licentia.cli.whom import who_options


@click.group("groups", help=_("Groups, their members and licenses; license errors."))
def command() -> None:
    """A noun; its verbs are below."""


def _top() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option("--top", type=click.IntRange(1, 100_000), default=50, show_default=True, help=_("How many."))


def _all_members() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option("--everyone", is_flag=True, help=_("All members of the group."))


@command.command(
    "list", help=_("List groups with the licenses they give."), epilog=_("Example: licentia groups list --licensed")
)
@click.option("--licensed", is_flag=True, help=_("Only groups that give licenses."))
@click.option("--deleted", is_flag=True, help=_("Deleted groups that can still be restored."))
@_top()
@command_options()
def list_(app: App, *, licensed: bool, deleted: bool, top: int) -> int:
    """A page of groups by name."""
    from licentia.changes.groups import kept_until
    from licentia.cli import groupview
    from licentia.store.lists import groups

    if deleted:
        gone = groups.deleted(app.tenant_id, top)
        until = {group.id: kept_until(group) or 0 for group in gone}
        _echo(app, [groupview.as_json(group, ()) for group in gone], groupview.deleted_text(app, gone, until))
        return 0
    shown, following = groups.page(app.tenant_id, top=top, licensed=licensed)
    given = groups.licenses(app.tenant_id, [group.id for group in shown])
    found = [groupview.as_json(group, given[group.id]) for group in shown]
    _echo(app, found, groupview.list_text(app, shown, given, more=following is not None))
    return 0


def _echo(app: App, found: Any, text: str) -> None:
    click.echo(json.dumps(found, ensure_ascii=False, indent=2) if app.as_json else text)


@command.command(
    "show",
    help=_("Show one group: what it gives, where that fails, and who can change it."),
    epilog=_("Example: licentia groups show Sales"),
)
@click.argument("group")
@command_options()
def show(app: App, group: str) -> int:
    """One group."""
    from licentia.cli import groupview
    from licentia.store.lists import groups

    found = groups.find(app.tenant_id, group)
    given = groups.licenses(app.tenant_id, [found.id])[found.id]
    if app.as_json:
        click.echo(json.dumps(groupview.show_json(app, found, given), ensure_ascii=False, indent=2))
    else:
        click.echo(groupview.show_text(app, found, given))
    return 0


@command.command(
    "create", help=_("Make a group."), epilog=_("Example: licentia groups create Sales --kind microsoft365")
)
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(["security", "microsoft365"]),
    default="security",
    show_default=True,
    help=_("A security group or a Microsoft 365 group."),
)
@click.option("--rule", default="", metavar="TEXT", help=_("Make it dynamic: Microsoft Entra decides who is a member."))
@command_options()
def create(app: App, name: str, *, kind: str, rule: str) -> int:
    """Makes the group."""
    from licentia.changes import groups
    from licentia.domain.group_facts import GroupKind

    done = groups.create_group(app.tenant_id, name, app.actor, kind=GroupKind(kind), membership_rule=rule)
    return _said(app, done, _("Made group {name}."), name)


@command.command(
    "update",
    help=_("Rename a group, or change the rule of a dynamic one."),
    epilog=_('Example: licentia groups update Sales --name "Sales Europe"'),
)
@click.argument("group")
@click.option("--name", help=_("The new name."))
@click.option("--rule", metavar="TEXT", help=_("Make it dynamic; its members leave first."))
@click.option("--no-rule", is_flag=True, help=_("Members are assigned from now on; those of today stay."))
@command_options()
def update(app: App, group: str, *, name: str | None, rule: str | None, no_rule: bool) -> int:
    """Changes the group itself."""
    from licentia.changes import groups
    from licentia.domain.reasons import BadInput
    from licentia.store.lists import groups as list_of

    if (rule is not None and no_rule) or (name is None and rule is None and not no_rule):
        raise BadInput("no_group_change")
    found = list_of.find(app.tenant_id, group)
    rule = "" if no_rule else rule
    done = groups.update_group(app.tenant_id, found.id, app.actor, name=name, membership_rule=rule)
    if done is None:
        _echo(app, {"displayName": found.name, "planId": None}, _("Nothing to change: it is so already."))
        return 0
    return _said(app, done, _("Group {name} is changed."), name or found.name)


@command.command(
    "delete",
    help=_(
        "Delete a group without licenses. A Microsoft 365 group can be restored for 30 days; any other is gone at once."
    ),
    epilog=_("Example: licentia groups delete Sales --yes"),
)
@click.argument("group")
@click.option("--yes", is_flag=True, help=_("Delete without asking."))
@command_options()
def delete(app: App, group: str, *, yes: bool) -> int:
    """Deletes after a yes, where nothing brings the group back."""
    from licentia.changes import groups
    from licentia.cli.app import says_yes
    from licentia.domain.group_facts import returns_after_deletion
    from licentia.domain.reasons import Refused
    from licentia.store.lists import groups as list_of
    from licentia.words.text import Text

    found = list_of.find(app.tenant_id, group)
    if not yes and not returns_after_deletion(found.facts):
        if not is_interactive():
            raise Refused("confirm_delete", name=found.name)
        if not says_yes(_("Delete group {name} for good?").format(name=found.name)):
            click.echo(_("Nothing was deleted."))
            return 1
    done = groups.delete_group(app.tenant_id, found.id, app.actor)
    if done.restorable_until is None:
        return _said(app, done, _("Group {name} is deleted for good."), found.name)
    until = Text.of(app.tenant).time(done.restorable_until)
    return _said(app, done, _("Group {name} is deleted. It can be restored until {date}."), found.name, date=until)


@command.command(
    "restore", help=_("Restore a deleted Microsoft 365 group."), epilog=_("Example: licentia groups restore Sales")
)
@click.argument("group")
@command_options()
def restore(app: App, group: str) -> int:
    """Brings the group back with its members."""
    from licentia.changes import groups
    from licentia.store.lists import groups as list_of

    found = list_of.find(app.tenant_id, group, deleted=True)
    done = groups.restore_group(app.tenant_id, found.id, app.actor)
    return _said(app, done, _("Group {name} is back with its members."), found.name)


def _said(app: App, done: Any, text: str, name: str, **words: str) -> int:
    from licentia.domain.instants import to_iso

    until = done.restorable_until
    fields = {"displayName": name, "planId": done.plan_id, "restorableUntil": None if until is None else to_iso(until)}
    _echo(app, fields, text.format(name=name, **words))
    return 0


@command.command(
    "members", help=_("List a group's members by name."), epilog=_("Example: licentia groups members Sales --top 20")
)
@click.argument("group")
@_top()
@command_options()
def members(app: App, group: str, *, top: int) -> int:
    """A page of members."""
    from licentia.cli import groupview
    from licentia.store.lists import groups

    found = groups.find(app.tenant_id, group)
    shown, following = groups.members(app.tenant_id, found.id, top=top)
    rows = [{"userPrincipalName": row.principal_name, "displayName": row.display_name} for row in shown]
    _echo(app, rows, groupview.members_text(app, shown, more=following is not None))
    return 0


@command.command(
    "add",
    help=_("Put users into a group; its licenses follow. Shows first what changes; then asks."),
    epilog=_("Example: licentia groups add Sales --user anna@contoso.example --plan"),
)
@click.argument("group")
@who_options(everyone=False)
@change_options(unknown=False, shared=False)
@command_options()
def add(app: App, group: str, **options: Any) -> int:
    """Plans or applies."""
    from licentia.domain.intents import ChangeMembers
    from licentia.store.lists import groups

    to_group = groups.find(app.tenant_id, group).id
    return _change(app, ChangeMembers(to_group=to_group), options, None)


@command.command(
    "remove",
    help=_("Take users out of a group; its licenses go. Shows first what everybody loses; then asks."),
    epilog=_("Example: licentia groups remove Sales --user anna@contoso.example --plan"),
)
@click.argument("group")
@who_options(everyone=False)
@_all_members()
@change_options(unknown=False, shared=False)
@command_options()
def remove(app: App, group: str, **options: Any) -> int:
    """Plans or applies."""
    from licentia.domain.intents import ChangeMembers
    from licentia.store.lists import groups

    from_group = groups.find(app.tenant_id, group).id
    return _change(app, ChangeMembers(from_group=from_group), options, from_group)


@command.command(
    "move",
    help=_("Move users from one group to another in one step. Shows first what changes; then asks."),
    epilog=_("Example: licentia groups move Sales Marketing --user anna@contoso.example --plan"),
)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@who_options(everyone=False)
@_all_members()
@change_options(unknown=False, shared=False)
@command_options()
def move(app: App, source: str, target: str, **options: Any) -> int:
    """Plans or applies."""
    from licentia.domain.intents import ChangeMembers
    from licentia.domain.reasons import BadInput
    from licentia.store.lists import groups

    old, new = (groups.find(app.tenant_id, name) for name in (source, target))
    if old.id == new.id:
        raise BadInput("same_group", name=old.name)
    return _change(app, ChangeMembers(old.id, new.id), options, old.id)


def _change(app: App, intent: Any, options: dict[str, Any], group_id: int | None) -> int:
    """The common road; --everyone means the members of the group."""
    from licentia.changes.who import Who
    from licentia.cli.licenses import change
    from licentia.domain.reasons import BadInput

    guards, who, _accept = parted(options)
    if not who["everyone"]:
        return change(app, intent, who, **guards)
    if who["users"] or who["users_from"] is not None or who["filter_text"] is not None:
        raise BadInput("several_who")
    return change(app, intent, Who("members", str(group_id)), **guards)


@command.command(
    "licenses",
    help=_("Change the licenses a group gives; its members follow. Shows first what changes; then asks."),
    epilog=_("Example: licentia groups licenses Sales --add SPE_E5 --off Sway --remove SPE_E3 --plan"),
)
@click.argument("group")
@click.option("--add", "added", multiple=True, metavar="PRODUCT", help=_("A product to give; may be repeated."))
@click.option(
    "--remove", "removed", multiple=True, metavar="PRODUCT", help=_("A product to give no more; may be repeated.")
)
@click.option("--off", multiple=True, metavar="PLAN", help=_("A service plan of an added product to switch off."))
@click.option("--on", multiple=True, metavar="PLAN", help=_("A service plan of an added product to switch on again."))
@change_options(unknown=False, shared=False)
@command_options()
def licenses(
    app: App,
    group: str,
    *,
    added: tuple[str, ...],
    removed: tuple[str, ...],
    off: tuple[str, ...],
    on: tuple[str, ...],
    **options: Any,
) -> int:
    """Resolves, then plans or applies; a product that the group gives already keeps its plans but for those named."""
    from licentia.changes.who import Who
    from licentia.cli.licenses import change, resolve_product
    from licentia.domain.intents import SetGroupLicenses
    from licentia.domain.reasons import BadInput
    from licentia.store.lists import groups

    if not added and not removed:
        raise BadInput("no_group_licenses")
    if (off or on) and not added:
        raise BadInput("plans_without_product")
    found = groups.find(app.tenant_id, group)
    gone = frozenset(resolve_product(app, name).sku_id for name in removed)
    products = {product.sku_id: product for product in (resolve_product(app, name) for name in added)}
    both = sorted(gone & products.keys())
    if both:
        raise BadInput("add_and_remove", sku=both[0])
    given = dict(groups.licenses(app.tenant_id, [found.id])[found.id])
    intent = SetGroupLicenses(found.id, gone, _plans(products, given, off, on))
    guards, _who, _accept = parted(options)
    return change(app, intent, Who("members", str(found.id)), **guards)


def _plans(
    products: dict[str, Any], given: dict[str, str], off: tuple[str, ...], on: tuple[str, ...]
) -> tuple[tuple[str, frozenset[str]], ...]:
    """Each added product with its plans off: as the group gives it already, changed by what is named (I-8)."""
    from licentia.domain import catalog as catalog_of
    from licentia.domain.reasons import BadInput

    wanted = {sku: set(filter(None, given.get(sku, "").split(","))) for sku in products}
    for name, switch in (*((name, set.add) for name in off), *((name, set.discard) for name in on)):
        faults = []
        for sku, product in products.items():
            try:
                switch(wanted[sku], catalog_of.load().resolve_plan(name, product).id)
            except BadInput as error:
                faults.append(error)
        if len(faults) == len(products):
            raise faults[0]
    return tuple((sku, frozenset(plans)) for sku, plans in sorted(wanted.items()))


@command.command(
    "reprocess",
    help=_("Look again at the licenses that groups give: errors are tried again. Shows first what changes; then asks."),
    epilog=_("Example: licentia groups reprocess Sales --plan"),
)
@click.argument("group", required=False, metavar="[GROUP]")
@who_options(everyone=False)
@change_options(unknown=False, shared=False)
@command_options()
def reprocess(app: App, group: str | None, **options: Any) -> int:
    """A group's members, or named users."""
    from licentia.changes.who import Who
    from licentia.cli.licenses import change
    from licentia.domain.intents import Reprocess
    from licentia.domain.reasons import BadInput
    from licentia.store.lists import groups

    guards, who, _accept = parted(options)
    named = bool(who["users"]) or who["users_from"] is not None or who["filter_text"] is not None
    if (group is not None) is named:
        raise BadInput("reprocess_whom")
    if group is None:
        return change(app, Reprocess(), who, **guards)
    group_id = groups.find(app.tenant_id, group).id
    return change(app, Reprocess(group_id), Who("members", str(group_id)), **guards)


@command.command(
    "errors",
    help=_("List license errors by cause, with what to do about each."),
    epilog=_("Example: licentia groups errors --users --top 20"),
)
@click.option("--group", help=_("Only of this group."))
@click.option("--users", is_flag=True, help=_("List the users instead of counting them."))
@_top()
@command_options()
def errors(app: App, *, group: str | None, users: bool, top: int) -> int:
    """Every license in error."""
    from licentia.cli import groupview
    from licentia.store.lists import groups

    group_id = None if group is None else groups.find(app.tenant_id, group).id
    if users:
        people = groups.troubled(app.tenant_id, group_id, top=top)
        text = groupview.users_text(app, people) if people else _("No license is in error.")
        _echo(app, groupview.users_json(app, people), text)
        return 0
    found = groups.trouble(app.tenant_id, group_id)
    text = groupview.errors_text(app, found) if found else _("No license is in error.")
    _echo(app, groupview.errors_json(app, found), text)
    return 0
