"""`licentia unassign PRODUCT`: shows what everybody loses and until when, asks, applies, checks."""

from __future__ import annotations

from gettext import gettext as _
from typing import Any

import click

from licentia.cli.app import App, command_options
from licentia.cli.whom import who_options


@click.command(
    "unassign",
    help=_("Take a product back. Shows first what everybody loses and until when it can be undone; then asks."),
    epilog=_('Example: licentia unassign "Microsoft 365 E3" --user anna@contoso.example --plan'),
)
@click.argument("product")
@who_options(everyone=True)
@click.option("--plan", "only_plan", is_flag=True, help=_("Only make the plan and show it."))
@click.option("--yes", is_flag=True, help=_("Apply without asking."))
@click.option("--confirm", type=int, metavar="N", help=_("How many users the plan changes; needed above 20."))
@click.option("--over-limit", is_flag=True, help=_("Go above the tenant's limits; see licentia tenants set."))
@click.option("--include-unknown", is_flag=True, help=_("Also licenses whose assignment path is not known."))
@click.option("--anyway", is_flag=True, help=_("Also shared mailboxes that need a license."))
@command_options()
def command(
    app: App,
    product: str,
    *,
    only_plan: bool,
    yes: bool,
    confirm: int | None,
    over_limit: bool,
    include_unknown: bool,
    anyway: bool,
    **whom: Any,
) -> int:
    """Resolves, then plans or applies."""
    from licentia.cli.licenses import change, resolve_product
    from licentia.domain.intents import Unassign
    from licentia.domain.reasons import Reason

    found = resolve_product(app, product)
    accept = frozenset({Reason.UNKNOWN_PATH} if include_unknown and not whom["everyone"] else set())
    accept |= frozenset({Reason.SHARED_OVER} if anyway else set())
    intent = Unassign(found.sku_id, accept)
    return change(app, intent, whom, only_plan=only_plan, yes=yes, confirm=confirm, over_limit=over_limit)
