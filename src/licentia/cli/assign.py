"""`licentia assign PRODUCT`: shows the seats it takes and what changes, asks, applies, checks."""

from __future__ import annotations

from gettext import gettext as _
from typing import Any

import click

from licentia.cli.app import App, command_options
from licentia.cli.changing import change_options, parted
from licentia.cli.whom import who_options


@click.command(
    "assign",
    help=_("Give a product directly, with or without some service plans. Shows first what changes; then asks."),
    epilog=_("Example: licentia assign SPE_E3 --without Sway --user anna@contoso.example"),
)
@click.argument("product")
@who_options(everyone=False)
@click.option(
    "--without", "without", multiple=True, metavar="PLAN", help=_("A service plan to switch off; may be repeated.")
)
@change_options(unknown=True)
@command_options()
def command(app: App, product: str, *, without: tuple[str, ...], **options: Any) -> int:
    """Resolves, then plans or applies."""
    from licentia.cli.licenses import change, resolve_product
    from licentia.domain import catalog as catalog_of
    from licentia.domain.intents import KEEP, Assign

    found = resolve_product(app, product)
    catalog = catalog_of.load()
    off = frozenset(catalog.resolve_plan(name, found).id for name in without)
    guards, who, accept = parted(options)
    return change(app, Assign(found.sku_id, off if without else KEEP, accept), who, **guards)
