"""`licentia service-plans set PRODUCT`: of a product held directly, some service plans on or off, the others as they are."""

from __future__ import annotations

from gettext import gettext as _
from typing import Any

import click

from licentia.cli.app import App, command_options
from licentia.cli.changing import change_options, parted
from licentia.cli.whom import who_options


@click.group("service-plans", help=_("Switch service plans of a product on and off."))
def command() -> None:
    """A noun; its verb is below."""


@command.command(
    "set",
    help=_("Switch service plans of a product on or off; the others stay as they are. Shows first, then asks."),
    epilog=_("Example: licentia service-plans set SPE_E3 --off Sway --user anna@contoso.example"),
)
@click.argument("product")
@click.option("--on", "on", multiple=True, metavar="PLAN", help=_("A service plan to switch on; may be repeated."))
@click.option("--off", "off", multiple=True, metavar="PLAN", help=_("A service plan to switch off; may be repeated."))
@who_options(everyone=True)
@change_options(unknown=True)
@command_options()
def set_(app: App, product: str, *, on: tuple[str, ...], off: tuple[str, ...], **options: Any) -> int:
    """Resolves, then plans or applies."""
    from licentia.cli.licenses import change, resolve_product
    from licentia.domain import catalog as catalog_of
    from licentia.domain.intents import SetPlans
    from licentia.domain.reasons import BadInput

    if not on and not off:
        raise BadInput("no_service_plans")
    found, catalog = resolve_product(app, product), catalog_of.load()
    wanted = {plan.id: plan for plan in (catalog.resolve_plan(name, found) for name in on)}
    unwanted = {plan.id: plan for plan in (catalog.resolve_plan(name, found) for name in off)}
    both = sorted(wanted.keys() & unwanted.keys())
    if both:
        raise BadInput("on_and_off", plan=wanted[both[0]].friendly_name or wanted[both[0]].name)
    guards, who, accept = parted(options)
    intent = SetPlans(found.sku_id, frozenset(wanted), frozenset(unwanted), accept)
    return change(app, intent, who, **guards)
