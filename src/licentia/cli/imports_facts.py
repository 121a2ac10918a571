"""`licentia import groups | members | subscriptions | usage | sign-ins`: more facts into a copy that is there already.

Only reads and shows; what is bad, and what becomes of the rest, the importers and the door say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gettext import gettext as _
from gettext import ngettext
from typing import Any

import click

from licentia.cli.app import App, command_options

_SKIP_BAD = click.option("--skip-bad", is_flag=True, help=_("Leave out rows that can't be used."))
_PRODUCT = click.option(
    "--product",
    "means",
    multiple=True,
    metavar="PART",
    help=_("The product meant where a name means several; may be repeated."),
)


@click.command(
    "groups",
    help=_("Read groups from Entra's Download groups file or from Graph JSON: names, kinds, rules, licenses."),
    epilog=_("Example: licentia import groups groups.csv --tenant contoso.example"),
)
@click.argument("file")
@_SKIP_BAD
@_PRODUCT
@command_options()
def groups(app: App, file: str, *, skip_bad: bool, means: tuple[str, ...]) -> int:
    """Groups that the file does not have are kept."""
    from licentia.changes.enrich_groups import import_groups
    from licentia.cli.whom import source_of
    from licentia.domain import catalog as catalog_of
    from licentia.importing.groups_file import read_groups

    found = read_groups(source_of(file), catalog_of.load(), _owned(app, means))
    with _reading() as progress:
        outcome = import_groups(app.tenant_id, found, app.actor, skip_bad=skip_bad, progress=progress)
    _report_bad(file, found.header, outcome)
    _show(
        app,
        {"rows": outcome.rows, "newGroups": outcome.new, "changedGroups": outcome.changed},
        outcome,
        _("{name}. Groups read: {rows}, new: {new}. Changed: {changed}."),
    )
    return 0


@click.command(
    "members",
    help=_("Read who is in which group, from Entra's Download members file, Graph JSON, or a plain CSV."),
    epilog=_("Example: licentia import members sales.csv --group Sales"),
)
@click.argument("file")
@click.option("--group", metavar="NAME", help=_("The group, where the file does not say which: name or object ID."))
@_SKIP_BAD
@command_options()
def members(app: App, file: str, *, group: str | None, skip_bad: bool) -> int:
    """The groups named have these members and no others."""
    from licentia.changes.enrich_groups import import_members
    from licentia.cli.whom import source_of
    from licentia.importing.groups_file import read_members

    found = read_members(source_of(file))
    with _reading() as progress:
        outcome = import_members(app.tenant_id, found, app.actor, group=group, skip_bad=skip_bad, progress=progress)
    _report_bad(file, found.header, outcome)
    fields = {
        "rows": outcome.rows,
        "groups": outcome.groups,
        "joined": outcome.joined,
        "left": outcome.left,
        "groupsInGroups": outcome.nested,
        "others": outcome.others,
    }
    said = _("{name}. Groups: {groups}, members read: {rows}. Joined: {joined}, left: {left}.")
    _show(app, fields, outcome, said, _left_out(app, outcome))
    return 0


@click.command(
    "subscriptions",
    help=_(
        "Read subscriptions and seats from Graph JSON, from the admin center's Your products file, or from a plain CSV."
    ),
    epilog=_("Example: licentia import subscriptions subscriptions.json --tenant contoso.example"),
)
@click.argument("file")
@_SKIP_BAD
@_PRODUCT
@command_options()
def subscriptions(app: App, file: str, *, skip_bad: bool, means: tuple[str, ...]) -> int:
    """The file is whole for the products it names."""
    from licentia.changes.enrich_subscriptions import import_subscriptions
    from licentia.cli.whom import source_of
    from licentia.domain import catalog as catalog_of
    from licentia.importing.subscriptions_file import read_subscriptions

    found = read_subscriptions(source_of(file), catalog_of.load(), _owned(app, means))
    with _reading() as progress:
        outcome = import_subscriptions(app.tenant_id, found, app.actor, skip_bad=skip_bad, progress=progress)
    _report_bad(file, found.header, outcome)
    fields = {
        "rows": outcome.rows,
        "newSubscriptions": outcome.new,
        "changedSubscriptions": outcome.changed,
        "differences": [
            {
                "skuId": one.sku_id,
                "of": "prepaidUnits" if one.is_seats else "consumedUnits",
                "stated": one.stated,
                "counted": one.counted,
            }
            for one in outcome.differences
        ],
    }
    said = _("{name}. Subscriptions and products read: {rows}. New subscriptions: {new}, changed: {changed}.")
    _show(app, fields, outcome, said, _differences(app, outcome))
    return 0


@click.command(
    "usage",
    help=_(
        "Read one of Microsoft's usage reports: active users, mailbox usage or OneDrive usage. "
        "Turn off concealed names in the report settings first."
    ),
    epilog=_("Example: licentia import usage MailboxUsageDetail.csv --tenant contoso.example"),
)
@click.argument("file")
@_SKIP_BAD
@command_options()
def usage(app: App, file: str, *, skip_bad: bool) -> int:
    """Which report it is, its columns say."""
    from licentia.changes.enrich import import_usage
    from licentia.cli.whom import source_of
    from licentia.importing.reports import read_usage_report

    found = read_usage_report(source_of(file))
    with _reading() as progress:
        outcome = import_usage(app.tenant_id, found, app.actor, skip_bad=skip_bad, progress=progress)
    _report_bad(file, found.header, outcome)
    fields = {
        "report": found.form,
        "rows": outcome.rows,
        "changedUsers": outcome.changed,
        "older": outcome.older,
        "deletedAccounts": outcome.deleted,
        "withoutType": outcome.kindless,
    }
    said = _("{name}, {report}. Users read: {rows}, changed: {changed}.")
    _show(app, fields, outcome, said, _not_taken(app, outcome), report=_report_word(found.form))
    return 0


@click.command(
    "sign-ins",
    help=_("Read when users last signed in, from a CSV with the dates or from Graph JSON with signInActivity."),
    epilog=_("Example: licentia import sign-ins users.csv --tenant contoso.example"),
)
@click.argument("file")
@_SKIP_BAD
@command_options()
def sign_ins(app: App, file: str, *, skip_bad: bool) -> int:
    """An empty date means never."""
    from licentia.changes.enrich import import_sign_ins
    from licentia.cli.whom import source_of
    from licentia.importing.signins import read_sign_ins

    found = read_sign_ins(source_of(file))
    with _reading() as progress:
        outcome = import_sign_ins(app.tenant_id, found, app.actor, skip_bad=skip_bad, progress=progress)
    _report_bad(file, found.header, outcome)
    fields = {"rows": outcome.rows, "changedUsers": outcome.changed, "states": sorted(found.fields)}
    notes = []
    if "non_interactive" not in found.fields:
        notes.append(
            _(
                "The file has only sign-ins by the users themselves. Who signs in only through apps, such as mail on "
                "a phone, looks as if they never did."
            )
        )
    _show(app, fields, outcome, _("{name}. Users read: {rows}, changed: {changed}."), notes)
    return 0


COMMANDS = (groups, members, subscriptions, usage, sign_ins)


# ---- what they share


def _owned(app: App, means: tuple[str, ...]) -> list[str]:
    """The products among which a name is looked for first: those said, then the tenant's own."""
    from licentia.domain import catalog as catalog_of
    from licentia.store.lists import products

    catalog = catalog_of.load()
    return [catalog.resolve(text).sku_id for text in means] + [row.sku_id for row in products.every(app.tenant_id)]


@contextmanager
def _reading() -> Iterator[Callable[[int], None]]:
    from licentia.cli.applying import Progress

    progress = Progress(_("Reading"))
    yield progress
    progress.end()


def _report_bad(file: str, header: tuple[str, ...], outcome: Any) -> None:
    from licentia.cli.whom import bad_path, report_bad

    if outcome.bad:
        report_bad(outcome.bad, header, bad_path(file), stop=not outcome.is_done)


def _show(
    app: App, fields: dict[str, Any], outcome: Any, said: str, notes: list[str] | None = None, **words: str
) -> None:
    """The result as JSON, or as one line and the lines after it."""
    from licentia.words.formats import number

    if app.as_json:
        whole = {"tenant": app.tenant.name} | fields | {"badRows": len(outcome.bad)}
        click.echo(json.dumps(whole, ensure_ascii=False))
        return
    names = ("rows", "new", "changed", "groups", "joined", "left")
    counts = {name: number(getattr(outcome, name), app.language) for name in names}
    click.echo(said.format(name=app.tenant.name, **counts, **words))
    for note in notes or ():
        click.echo(note)


def _report_word(form: str) -> str:
    return {
        "activity-report": _("active users"),
        "mailbox-report": _("mailbox usage"),
        "onedrive-report": _("OneDrive usage"),
    }[form]


def _left_out(app: App, outcome: Any) -> list[str]:
    from licentia.words.formats import number

    notes = []
    if outcome.nested:
        text = ngettext(
            "{n} group among the members left out: a group in a group gives its members no licenses.",
            "{n} groups among the members left out: a group in a group gives its members no licenses.",
            outcome.nested,
        )
        notes.append(text.format(n=number(outcome.nested, app.language)))
    if outcome.others:
        text = ngettext(
            "{n} member that is no user left out.", "{n} members that are no users left out.", outcome.others
        )
        notes.append(text.format(n=number(outcome.others, app.language)))
    return notes


def _not_taken(app: App, outcome: Any) -> list[str]:
    from licentia.words.formats import number

    notes = []
    if outcome.deleted:
        text = ngettext("{n} deleted account left out.", "{n} deleted accounts left out.", outcome.deleted)
        notes.append(text.format(n=number(outcome.deleted, app.language)))
    if outcome.older:
        text = ngettext(
            "{n} user left as is: a newer file was read before.",
            "{n} users left as they are: a newer file was read before.",
            outcome.older,
        )
        notes.append(text.format(n=number(outcome.older, app.language)))
    if outcome.kindless:
        text = ngettext(
            "{n} mailbox left out: the report does not say whether it is a user's or a shared one.",
            "{n} mailboxes left out: the report does not say whether they are users' or shared ones.",
            outcome.kindless,
        )
        notes.append(text.format(n=number(outcome.kindless, app.language)))
    return notes


def _differences(app: App, outcome: Any) -> list[str]:
    from licentia.words.formats import number
    from licentia.words.parts import product_name

    holders = _(
        "{product}: {stated} assigned by Microsoft's count, {counted} in this copy. Nothing was changed for that."
    )
    seats = _("{product}: {stated} licenses by Microsoft's count, {counted} in the subscriptions of this copy.")
    return [
        (seats if one.is_seats else holders).format(
            product=product_name(one.sku_id),
            stated=number(one.stated, app.language),
            counted=number(one.counted, app.language),
        )
        for one in outcome.differences
    ]
