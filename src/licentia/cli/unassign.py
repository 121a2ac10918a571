"""`licentia unassign PRODUCT`, or --all: shows what everybody loses and until when, asks, applies, checks."""

from __future__ import annotations

from gettext import gettext as _
from typing import Any

import click

from licentia.cli.app import App, command_options
from licentia.cli.changing import change_options, parted
from licentia.cli.whom import who_options


@click.command(
    "unassign",
    help=_("Take a product back. Shows first what everybody loses and until when it can be undone; then asks."),
    epilog=_('Example: licentia unassign "Microsoft 365 E3" --user anna@contoso.example --plan'),
)
@click.argument("product", required=False, metavar="[PRODUCT]")
@click.option("--all", "everything", is_flag=True, help=_("Every product that is assigned directly."))
@who_options(everyone=True)
@change_options(unknown=True)
@command_options()
def command(app: App, product: str | None, *, everything: bool, **options: Any) -> int:
    """Resolves, then plans or applies."""
    from licentia.cli.licenses import change, resolve_product
    from licentia.domain.intents import Unassign, UnassignAll
    from licentia.domain.reasons import BadInput

    if (product is None) is not everything:
        raise BadInput("product_or_all")
    guards, who, accept = parted(options)
    if product is not None:
        return change(app, Unassign(resolve_product(app, product).sku_id, accept), who, **guards)
    if who["everyone"]:
        raise BadInput("all_needs_users")
    if options["include_unknown"]:
        raise BadInput("all_is_direct")
    return change(app, UnassignAll(accept), who, **guards)
