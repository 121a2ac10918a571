"""`licentia replace --with A --with B`: whatever users have directly goes, and these products come."""

from __future__ import annotations

from gettext import gettext as _
from typing import Any

import click

from licentia.cli.app import App, command_options
from licentia.cli.changing import change_options, parted
from licentia.cli.whom import who_options


@click.command(
    "replace",
    help=_(
        "Give users these products instead of all that they have directly. What comes from a group or a purchase stays "
        "and is named. Shows first, then asks."
    ),
    epilog=_("Example: licentia replace --with SPE_E5 --with VISIOCLIENT --user anna@contoso.example --plan"),
)
@click.option(
    "--with", "wanted", required=True, multiple=True, metavar="PRODUCT", help=_("A product to have; may be repeated.")
)
@who_options(everyone=False)
@change_options(unknown=False)
@command_options()
def command(app: App, *, wanted: tuple[str, ...], **options: Any) -> int:
    """Resolves, then plans or applies."""
    from licentia.cli.licenses import change, resolve_product
    from licentia.domain.intents import Replace

    products = frozenset(resolve_product(app, name).sku_id for name in wanted)
    guards, who, accept = parted(options)
    return change(app, Replace(products, accept), who, **guards)
