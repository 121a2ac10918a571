"""`licentia swap --from A --to B`: one product for another in one step, with the service plans that were off."""

from __future__ import annotations

from gettext import gettext as _
from typing import Any

import click

from licentia.cli.app import App, command_options
from licentia.cli.changing import change_options, parted
from licentia.cli.whom import who_options


@click.command(
    "swap",
    help=_(
        "Give users one product instead of another, in one step: never a moment with neither. Shows first, then asks."
    ),
    epilog=_("Example: licentia swap --from SPE_E3 --to SPE_E5 --user anna@contoso.example --plan"),
)
@click.option("--from", "old", required=True, metavar="PRODUCT", help=_("The product that goes."))
@click.option("--to", "new", required=True, metavar="PRODUCT", help=_("The product that comes."))
@click.option(
    "--without",
    "without",
    multiple=True,
    metavar="PLAN",
    help=_("A service plan to switch off, and no other; else what was off stays off. May be repeated."),
)
@who_options(everyone=True)
@change_options(unknown=True)
@command_options()
def command(app: App, *, old: str, new: str, without: tuple[str, ...], **options: Any) -> int:
    """Resolves, then plans or applies."""
    from licentia.cli.licenses import change, resolve_product
    from licentia.domain import catalog as catalog_of
    from licentia.domain.intents import KEEP, Swap
    from licentia.domain.reasons import BadInput

    gone, comes = resolve_product(app, old), resolve_product(app, new)
    if gone.sku_id == comes.sku_id:
        raise BadInput("same_product", product=gone.display_name)
    catalog = catalog_of.load()
    off = frozenset(catalog.resolve_plan(name, comes).id for name in without)
    guards, who, accept = parted(options)
    return change(app, Swap(gone.sku_id, comes.sku_id, off if without else KEEP, accept), who, **guards)
