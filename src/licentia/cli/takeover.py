"""`licentia subscriptions take-over`: the end of a self-service purchase, in either variant; shows first, then asks."""

from __future__ import annotations

from gettext import gettext as _
from typing import Any

import click

from licentia.cli.app import App, command_options
from licentia.cli.changing import change_options, parted


@click.command(
    "take-over",
    help=_(
        "Take over a self-service purchase: its users move to the organization's licenses, or lose the product. "
        "Whole or not at all. Shows first what happens; then asks."
    ),
    epilog=_("Example: licentia subscriptions take-over 9 --move"),
)
@click.argument("subscription")
@click.option("--move", "move", is_flag=True, help=_("Its users keep the product; needs a free seat for each."))
@click.option("--cancel", "cancel", is_flag=True, help=_("Its users lose the product."))
@change_options(unknown=False)
@command_options()
def command(app: App, subscription: str, *, move: bool, cancel: bool, **options: Any) -> int:
    """The plan for everybody who has the product through the purchase."""
    from licentia.changes.who import Who
    from licentia.cli.licenses import change
    from licentia.domain.intents import TakeOver
    from licentia.domain.reasons import BadInput
    from licentia.domain.subscriptions import SubscriptionState
    from licentia.store.lists import subscriptions

    if move == cancel:
        raise BadInput("move_or_cancel")
    found = subscriptions.named(app.tenant_id, subscription)
    if found is None:
        raise BadInput("unknown_subscription", text=subscription)
    one = found.subscription
    if not one.purchase_id:
        raise BadInput("not_a_purchase", text=subscription)
    if one.state is SubscriptionState.DELETED:
        raise BadInput("purchase_ended", text=subscription)
    guards, _who, accept = parted(options)
    intent = TakeOver(one.purchase_id, one.sku_id, move, accept)
    return change(app, intent, Who("purchase", str(one.purchase_id)), **guards)
