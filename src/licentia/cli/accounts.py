"""`licentia users block|unblock|revoke-sessions|set-manager|delete|restore|purge|deleted`: accounts, one or many.

Only resolves whom is meant, asks and shows; the doors decide.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from gettext import gettext as _
from gettext import ngettext
from typing import Any

import click

from licentia.cli.app import App, command_options
from licentia.cli.changing import change_options, parted
from licentia.cli.whom import BATCH, who_options


def _change(app: App, intent: Any, options: dict[str, Any]) -> int:
    """Plans, shows, asks and applies for users who are not deleted."""
    from licentia.cli.licenses import change

    guards, who, _accept = parted(options)
    return change(app, intent, who, **guards)


@click.command(
    "block",
    help=_("Block sign-in and end all sessions. Licenses stay."),
    epilog=_("Example: licentia users block --users-from leavers.txt --plan"),
)
@who_options(everyone=False)
@change_options(unknown=False, shared=False)
@command_options()
def block(app: App, **options: Any) -> int:
    """Blocks."""
    from licentia.domain.intents import Block

    return _change(app, Block(), options)


@click.command("unblock", help=_("Allow sign-in again."))
@who_options(everyone=False)
@change_options(unknown=False, shared=False)
@command_options()
def unblock(app: App, **options: Any) -> int:
    """Unblocks."""
    from licentia.domain.intents import Unblock

    return _change(app, Unblock(), options)


@click.command("revoke-sessions", help=_("End all sessions; who knows the password can sign in again."))
@who_options(everyone=False)
@change_options(unknown=False, shared=False)
@command_options()
def revoke_sessions(app: App, **options: Any) -> int:
    """Signs out."""
    from licentia.domain.intents import RevokeSessions

    return _change(app, RevokeSessions(), options)


@click.command(
    "set-manager",
    help=_("Set the manager of a user, or none. The manager gets access to OneDrive when the user is deleted."),
    epilog=_("Example: licentia users set-manager anna@contoso.example bram@contoso.example --yes"),
)
@click.argument("user")
@click.argument("manager", required=False, metavar="[MANAGER]")
@click.option("--none", "nobody", is_flag=True, help=_("The user has no manager."))
@change_options(unknown=False, shared=False)
@command_options()
def set_manager(app: App, user: str, manager: str | None, *, nobody: bool, **options: Any) -> int:
    """Sets a manager."""
    from licentia.changes.who import Who
    from licentia.cli.licenses import change
    from licentia.cli.whom import named_user
    from licentia.domain.intents import SetManager
    from licentia.domain.reasons import BadInput

    if (manager is None) != nobody:
        raise BadInput("which_manager")
    user_id = named_user(app, user)
    manager_id = None if manager is None else named_user(app, manager)
    if manager_id == user_id:
        raise BadInput("own_manager", user=user)
    guards, _who, _accept = parted(options)
    return change(app, SetManager(manager_id), Who("users", user, (user_id,)), **guards)


@click.command(
    "delete",
    help=_("Delete users. Shows first what everybody loses and until when it can be undone; then asks."),
    epilog=_("Example: licentia users delete --user anna@contoso.example --plan"),
)
@who_options(everyone=False)
@change_options(unknown=False, shared=False)
@command_options()
def delete(app: App, **options: Any) -> int:
    """Deletes; it can be undone for 30 days."""
    from licentia.domain.intents import DeleteUser

    return _change(app, DeleteUser(), options)


# ---- deleted users


def deleted_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that say which deleted users."""
    for option in (
        click.option("--skip-bad", is_flag=True, help=_("Leave out rows that can't be used.")),
        click.option(
            "--users-from",
            metavar="FILE",
            help=_("User names or object IDs, one a line or a CSV; - reads standard input."),
        ),
        click.option("--user", "users", multiple=True, metavar="UPN", help=_("A deleted user; may be repeated.")),
    ):
        function = option(function)
    return function


@click.command(
    "restore",
    help=_("Restore deleted users. Shows first which names are taken and which licenses are missing; then asks."),
    epilog=_("Example: licentia users restore --user anna@contoso.example --plan"),
)
@deleted_options
@change_options(unknown=False, shared=False)
@command_options()
def restore(app: App, **options: Any) -> int:
    """Restores."""
    from licentia.domain.intents import RestoreUser

    return _change_deleted(app, RestoreUser(), options)


@click.command(
    "purge",
    help=_("Delete deleted users for good, now. There is no way back; the number of users must be typed."),
    epilog=_("Example: licentia users purge --user anna@contoso.example"),
)
@deleted_options
@change_options(unknown=False, shared=False)
@command_options()
def purge(app: App, **options: Any) -> int:
    """Deletes for good."""
    from licentia.domain.intents import PurgeUser

    return _change_deleted(app, PurgeUser(), options)


def _change_deleted(app: App, intent: Any, options: dict[str, Any]) -> int:
    from licentia.changes.who import Who
    from licentia.cli.licenses import change
    from licentia.domain.reasons import BadInput

    guards, who, _accept = parted(options)
    users, users_from = who["users"], who["users_from"]
    if users and users_from is not None:
        raise BadInput("several_deleted_who")
    if users:
        meant = Who("users", ", ".join(users)[:500], _named(app, users))
    elif users_from is not None:
        meant = Who("file", users_from, _listed(app, users_from, skip_bad=who["skip_bad"]))
    else:
        raise BadInput("no_deleted_who")
    return change(app, intent, meant, **guards)


def _named(app: App, users: tuple[str, ...]) -> tuple[int, ...]:
    """The deleted users of these names; one who is not deleted is found too, and gets that as its reason."""
    from licentia.cli.whom import the_deleted
    from licentia.domain.reasons import BadInput
    from licentia.store.lists import deleted, selecting
    from licentia.store.names import principal_key

    keys = [principal_key(user) for user in users]
    found, living = deleted.by_names(app.tenant_id, keys), selecting.by_names(app.tenant_id, keys)
    ids = []
    for user, key in zip(users, keys, strict=True):
        meant = the_deleted(app, user, found.get(key, [])) or living.get(key)
        if meant is None:
            close = deleted.close_names(app.tenant_id, key)
            raise BadInput("unknown_deleted_user", text=user, candidates=tuple(close))
        ids.append(meant)
    return tuple(ids)


def _listed(app: App, name: str, *, skip_bad: bool) -> tuple[int, ...]:
    from licentia.cli import whom
    from licentia.domain.reasons import BadInput
    from licentia.importing.rows import RowError
    from licentia.importing.userlist import UserId, read_user_list

    bad: list[RowError] = []
    ids: list[int] = []
    batch: list[UserId] = []
    for row in read_user_list(whom.source_of(name)):
        if isinstance(row, RowError):
            bad.append(row)
        else:
            batch.append(row)
        if len(batch) >= BATCH:
            _settle(app, batch, ids, bad)
    _settle(app, batch, ids, bad)
    if bad:
        whom.report_bad(bad, (), whom.bad_path(name), stop=not skip_bad)
    if not ids:
        raise BadInput("no_users_in_file")
    return tuple(ids)


def _settle(app: App, batch: list[Any], ids: list[int], bad: list[Any]) -> None:
    """The batch is resolved and empty."""
    from licentia.importing.rows import RowError
    from licentia.store.lists import deleted
    from licentia.store.names import principal_key

    found = deleted.by_names(app.tenant_id, [principal_key(one.text) for one in batch])
    for one in batch:
        meant = found.get(principal_key(one.text), [])
        if not meant:
            bad.append(RowError(one.line, "unknown_deleted_user", {"text": one.text}, (one.text,)))
        elif len(meant) > 1:
            bad.append(RowError(one.line, "several_deleted", {"text": one.text, "n": len(meant)}, (one.text,)))
        else:
            ids += meant
    batch.clear()


@click.command(
    "deleted",
    help=_("List deleted users: until when each can be restored, with which licenses, and what stands in the way."),
    epilog=_("Example: licentia users deleted --top 20"),
)
@click.option("--top", type=click.IntRange(1, 100_000), default=50, show_default=True, help=_("How many."))
@command_options()
def list_deleted(app: App, *, top: int) -> int:
    """Deleted users, those first who go first."""
    from licentia.store.lists import deleted

    rows, following = deleted.page(app.tenant_id, None, top)
    kept: dict[int, list[Any]] = {}
    for one in deleted.remembered(app.tenant_id, [row.id for row in rows]):
        kept.setdefault(one.user_id, []).append(one)
    if app.as_json:
        click.echo(json.dumps([_json(row, kept.get(row.id, [])) for row in rows], ensure_ascii=False, indent=2))
        return 0
    if not rows:
        click.echo(_("There are no deleted users."))
        return 0
    click.echo(_table(app, rows, kept))
    n = len(rows)
    if following is None:
        click.echo("\n" + ngettext("{n} deleted user.", "{n} deleted users.", n).format(n=n))
    else:
        click.echo("\n" + _("The first {n} deleted users; there are more. See --top.").format(n=n))
    return 0


def _table(app: App, rows: list[Any], kept: dict[int, list[Any]]) -> str:
    from licentia.cli.layout import table
    from licentia.domain.instants import DAY
    from licentia.store import clock
    from licentia.words.text import Text

    text, now = Text.of(app.tenant), clock.tenant_now(app.tenant_id)
    lines = [
        [
            row.display_name,
            row.principal_name,
            text.date(row.deleted_at),
            text.n(max(0, -((now - row.gone_at) // DAY))),
            text.time(row.gone_at),
            _products(kept.get(row.id, [])) or "-",
            _in_the_way(row, kept.get(row.id, [])) or "-",
        ]
        for row in rows
    ]
    header = [
        _("Display name"),
        _("Username"),
        _("Deleted on"),
        _("Days left"),
        _("Permanently deleted on"),
        _("Comes back with"),
        _("In the way"),
    ]
    return table(header, lines, frozenset({3}))


def _products(kept: list[Any]) -> str:
    from licentia.words.parts import product_name

    return ", ".join(sorted({product_name(one.sku_id) for one in kept if one.has_seat is not False}))


def _missing(kept: list[Any]) -> list[str]:
    """Products of which no seat is free now."""
    return sorted({one.sku_id for one in kept} - {one.sku_id for one in kept if one.has_seat is not False})


def _in_the_way(row: Any, kept: list[Any]) -> str:
    from licentia.words.parts import product_name

    said = [_("The user name is taken")] if row.taken_by is not None else []
    said += [_("No license of {product}").format(product=product_name(sku)) for sku in _missing(kept)]
    return "; ".join(said)


def _json(row: Any, kept: list[Any]) -> dict[str, Any]:
    from licentia.domain.instants import to_iso

    return {
        "id": row.object_id,
        "userPrincipalName": row.principal_name,
        "displayName": row.display_name,
        "deletedDateTime": to_iso(row.deleted_at),
        "purgeDateTime": to_iso(row.gone_at),
        "isNameTaken": row.taken_by is not None,
        "skuIds": sorted({one.sku_id for one in kept if one.has_seat is not False}),
        "missingSkuIds": _missing(kept),
    }


COMMANDS = (block, unblock, revoke_sessions, set_manager, delete, restore, purge, list_deleted)
