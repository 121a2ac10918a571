"""WHO of a command: --user, --users-from, --filter or --everyone, resolved before anything is written (I-11).

Names are resolved set-based; what can't be resolved is one sentence, or a file of bad rows.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import Any, BinaryIO

import click

from licentia.cli.app import App
from licentia.domain.reasons import BadInput
from licentia.words import language
from licentia.words.formats import number

BATCH = 5_000


def who_options(*, everyone: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds the options that say for whom."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        if everyone:
            function = click.option("--everyone", is_flag=True, help=_("Everyone who holds the product directly."))(
                function
            )
        for option in (
            click.option("--skip-bad", is_flag=True, help=_("Leave out rows that can't be used.")),
            click.option("--filter", "filter_text", metavar="F", help=_("Users that a Microsoft Graph $filter means.")),
            click.option(
                "--users-from",
                metavar="FILE",
                help=_("User names or object IDs, one a line or a CSV; - reads standard input."),
            ),
            click.option("--user", "users", multiple=True, metavar="UPN", help=_("A user; may be repeated.")),
        ):
            function = option(function)
        return function

    return wrap


def resolve(
    app: App,
    *,
    users: tuple[str, ...],
    users_from: str | None,
    filter_text: str | None,
    everyone: bool,
    skip_bad: bool,
    sku_id: str,
) -> Any:
    """The Who that the options mean; BadInput when there is none, several, or an unknown user among them."""
    from licentia.changes.who import Who
    from licentia.odata.filters import parse_filter

    given = [bool(users), users_from is not None, filter_text is not None, everyone]
    if sum(given) == 0:
        raise BadInput("no_who")
    if sum(given) > 1:
        raise BadInput("several_who")
    if users:
        return Who("users", ", ".join(users)[:500], _named(app, users))
    if users_from is not None:
        return Who("file", users_from, _listed(app, users_from, skip_bad=skip_bad))
    if filter_text is not None:
        parse_filter(filter_text)
        return Who("filter", filter_text)
    return Who("everyone", sku_id)


def named_user(app: App, user: str) -> int:
    """The id of a user by name or object id; BadInput `unknown_user` with names that begin alike."""
    return _named(app, (user,))[0]


def any_user(app: App, user: str) -> int:
    """The same, a deleted user too; who has the name now goes first. BadInput `several_deleted` with object ids."""
    from licentia.store.lists import deleted, selecting
    from licentia.store.names import principal_key

    key = principal_key(user)
    if key in selecting.by_names(app.tenant_id, [key]):
        return named_user(app, user)
    return the_deleted(app, user, deleted.by_names(app.tenant_id, [key]).get(key, [])) or named_user(app, user)


def the_deleted(app: App, user: str, meant: list[int]) -> int | None:
    """The only one of the deleted users who had this name, None of none; BadInput `several_deleted` with object ids."""
    from licentia.store.lists import deleted

    if len(meant) > 1:
        named = tuple(row.object_id for row in deleted.of_ids(app.tenant_id, meant))
        raise BadInput("several_deleted", text=user, n=len(meant), candidates=named)
    return meant[0] if meant else None


def _named(app: App, users: tuple[str, ...]) -> tuple[int, ...]:
    from licentia.store.lists import selecting
    from licentia.store.lists import users as user_list
    from licentia.store.names import principal_key

    found = selecting.by_names(app.tenant_id, [principal_key(user) for user in users])
    for user in users:
        if principal_key(user) not in found:
            close = user_list.close_names(app.tenant_id, principal_key(user))
            raise BadInput("unknown_user", text=user, candidates=tuple(close))
    return tuple(found[principal_key(user)] for user in users)


def source_of(name: str) -> Any:
    """What the importers read: a path, or standard input as often as they like."""
    if name != "-":
        return name
    content = sys.stdin.buffer.read()

    def again() -> BinaryIO:
        return io.BytesIO(content)

    return again


def _listed(app: App, name: str, *, skip_bad: bool) -> tuple[int, ...]:
    from licentia.importing.rows import RowError
    from licentia.importing.userlist import UserId, read_user_list
    from licentia.store.lists import selecting
    from licentia.store.names import principal_key

    bad: list[RowError] = []
    ids: list[int] = []
    batch: list[UserId] = []

    def settle() -> None:
        found = selecting.by_names(app.tenant_id, [principal_key(one.text) for one in batch])
        for one in batch:
            user = found.get(principal_key(one.text))
            if user is None:
                bad.append(RowError(one.line, "unknown_user", {"text": one.text}, (one.text,)))
            else:
                ids.append(user)
        batch.clear()

    for row in read_user_list(source_of(name)):
        if isinstance(row, RowError):
            bad.append(row)
        else:
            batch.append(row)
        if len(batch) >= BATCH:
            settle()
    settle()
    if bad:
        report_bad(bad, (), bad_path(name), stop=not skip_bad)
    if not ids:
        raise BadInput("no_users_in_file")
    return tuple(ids)


def bad_path(name: str) -> Path:
    """Where the bad rows of a file go: beside it, or in the working folder for standard input."""
    path = Path(name if name != "-" else "users")
    return path.with_name(f"{path.stem}.bad-rows.csv")


def report_bad(bad: list[Any], header: tuple[str, ...], path: Path, *, stop: bool) -> None:
    """The bad rows are in a file with their reasons; BadInput `bad_rows` when they stop the command."""
    from licentia.importing.badrows import write_bad_rows
    from licentia.words import sentences

    rows = [(error, sentences.ROW[error.code](error.details)) for error in sorted(bad, key=lambda e: e.line)]
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            write_bad_rows(rows, header or (_("User"),), stream, (_("Line"), _("Reason")))
    except OSError as error:
        raise BadInput("unwritable_file", name=str(path), detail=error.strerror or str(error)) from None
    if stop:
        raise BadInput("bad_rows", n=len(bad), path=str(path))
    text = ngettext("{n} row left out; see {path}.", "{n} rows left out; see {path}.", len(bad))
    click.echo(text.format(n=number(len(bad), language.current()), path=path), err=True)
