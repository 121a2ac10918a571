"""`licentia users`: find users, and show one whole: licenses with their paths, mailbox, OneDrive, grace periods.

What changes accounts is in `accounts`.
"""

from __future__ import annotations

import json
from gettext import gettext as _
from gettext import ngettext
from typing import Any

import click

from licentia.cli import accounts
from licentia.cli.app import App, command_options


@click.group("users", help=_("Find and show users; block, delete and restore them."))
def command() -> None:
    """A noun; its verbs are below."""


for _one in accounts.COMMANDS:
    command.add_command(_one)


@command.command(
    "list",
    help=_("List users by name."),
    epilog=_("Example: licentia users list --filter \"department eq 'Finance' and accountEnabled eq false\" --top 20"),
)
@click.option("--search", default="", metavar="TEXT", help=_("Part of a name or user name."))
@click.option("--product", help=_("Only holders of this product."))
@click.option("--filter", "filter_text", metavar="F", help=_("Users that a Microsoft Graph $filter means."))
@click.option("--top", type=click.IntRange(1, 100_000), default=50, show_default=True, help=_("How many."))
@command_options()
def list_(app: App, *, search: str, product: str | None, filter_text: str | None, top: int) -> int:
    """A page of users."""
    from licentia.cli.licenses import resolve_product
    from licentia.domain.reasons import BadInput
    from licentia.odata.filters import parse_filter
    from licentia.store.lists import products, users

    product_id = None
    if product is not None:
        sku = resolve_product(app, product).sku_id
        product_id = {row.sku_id: row.id for row in products.every(app.tenant_id)}.get(sku)
        if product_id is None:
            raise BadInput("product_not_owned", sku=product)
    node = parse_filter(filter_text) if filter_text is not None else None
    page = users.page(app.tenant_id, users.Query(search, product_id, node, None, top))
    held: dict[int, list[Any]] = {}
    for row in users.sources(app.tenant_id, [user.id for user in page.users]):
        held.setdefault(row[0], []).append(row)
    if app.as_json:
        click.echo(
            json.dumps([as_json(user, held.get(user.id, [])) for user in page.users], ensure_ascii=False, indent=2)
        )
        return 0
    _table(app, page, held)
    return 0


def _table(app: App, page: Any, held: dict[int, list[Any]]) -> None:
    from licentia.cli.layout import table
    from licentia.words.formats import number
    from licentia.words.users import known, licenses, sign_in_word

    if not page.users:
        click.echo(_("No users match."))
        return
    lines = [
        [
            user.display_name,
            user.principal_name,
            known(user.department) if user.department != "" else "-",
            sign_in_word(user.account_enabled),
            licenses(held.get(user.id, [])),
        ]
        for user in page.users
    ]
    header = [_("Display name"), _("Username"), _("Department"), _("Sign-in status"), _("Licenses")]
    click.echo(table(header, lines))
    shown = number(len(page.users), app.language)
    if page.next_key is None:
        click.echo("\n" + ngettext("{n} user.", "{n} users.", len(page.users)).format(n=shown))
    elif page.total is not None:
        click.echo("\n" + _("{n} of {total} users.").format(n=shown, total=number(page.total, app.language)))
    elif page.more_than is not None:
        more = number(page.more_than, app.language)
        click.echo("\n" + _("The first {n} of more than {total} users.").format(n=shown, total=more))
    else:
        click.echo("\n" + _("The first {n} users; there are more. See --top.").format(n=shown))


def as_json(user: Any, rows: list[Any]) -> dict[str, Any]:
    """A user for programs, with Graph's names."""
    from licentia.domain.instants import to_iso

    return {
        "id": user.object_id,
        "userPrincipalName": user.principal_name,
        "displayName": user.display_name,
        "accountEnabled": None if user.account_enabled is None else bool(user.account_enabled),
        "department": user.department,
        "usageLocation": user.usage_location,
        "userType": user.user_type,
        "lastSignInDateTime": None if user.last_sign_in_at is None else to_iso(user.last_sign_in_at),
        "signInKnown": user.sign_in_read_at is not None,
        "licenses": licenses_json(rows),
    }


def licenses_json(rows: list[Any]) -> list[dict[str, Any]]:
    """Sources of a user for programs."""
    from licentia.domain.facts import AssignmentState, SourceKind
    from licentia.domain.instants import to_iso

    return [
        {
            "skuId": sku,
            "path": SourceKind(kind).name.lower(),
            "sourceId": source,
            "state": AssignmentState(state).name.lower(),
            "disabledPlans": plans.split(",") if plans else [],
            "error": error,
            "sinceDateTime": None if since is None else to_iso(since),
        }
        for _user, sku, kind, source, state, plans, error, since in rows
    ]


@command.command(
    "show",
    help=_("Show one user: licenses with their paths, mailbox, OneDrive, grace periods."),
    epilog=_("Example: licentia users show anna@contoso.example"),
)
@click.argument("user")
@command_options()
def show(app: App, user: str) -> int:
    """One user."""
    from licentia.cli.userview import as_text, detail_json
    from licentia.store.lists import deleted, users

    found = _found(app, user)
    detail, account = users.detail(app.tenant_id, found.id), deleted.account(app.tenant_id, found.id)
    rows = users.sources(app.tenant_id, [found.id])
    if app.as_json:
        click.echo(json.dumps(as_json(found, rows) | detail_json(detail, account), ensure_ascii=False, indent=2))
    else:
        click.echo(as_text(app, found, detail, account, rows))
    return 0


def _found(app: App, user: str) -> Any:
    """The user of this name or object id; a deleted one when nobody else is meant."""
    from licentia.domain.reasons import BadInput
    from licentia.store.lists import deleted, users
    from licentia.store.names import principal_key

    key = principal_key(user)
    found = users.find(app.tenant_id, key)
    if found is None:
        gone = deleted.by_names(app.tenant_id, [key]).get(key, [])
        found = users.by_id(app.tenant_id, gone[0]) if len(gone) == 1 else None
    if found is None:
        close = users.close_names(app.tenant_id, key)
        raise BadInput("unknown_user", text=user, candidates=tuple(close))
    return found
