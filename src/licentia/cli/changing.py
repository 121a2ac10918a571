"""Options that every change of licenses takes: only plan, apply without asking, guards, and choices made beforehand.

Light: it imports no store. What is done with them is `licenses.change`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from gettext import gettext as _
from typing import Any

import click

GUARDS = ("only_plan", "yes", "confirm", "over_limit")


def change_options(*, unknown: bool, shared: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds them; `unknown` and `shared` are the choices that the change can meet (R-33, R-12)."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        options = [
            click.option("--plan", "only_plan", is_flag=True, help=_("Only make the plan and show it.")),
            click.option("--yes", is_flag=True, help=_("Apply without asking.")),
            click.option(
                "--confirm", type=int, metavar="N", help=_("How many users the plan changes; needed above 20.")
            ),
            click.option(
                "--over-limit", is_flag=True, help=_("Go above the tenant's limits; see licentia tenants set.")
            ),
        ]
        if unknown:
            text = _("Also licenses whose assignment path is not known.")
            options.append(click.option("--include-unknown", is_flag=True, help=text))
        if shared:
            options.append(click.option("--anyway", is_flag=True, help=_("Also shared mailboxes that need a license.")))
        for option in reversed(options):
            function = option(function)
        return function

    return wrap


def parted(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], frozenset[Any]]:
    """(guards, who, choices made) of a command's options. Of an unknown path only named users are changed (I-7)."""
    from licentia.domain.reasons import Reason

    guards = {name: options[name] for name in GUARDS}
    who = {name: value for name, value in options.items() if name not in (*GUARDS, "include_unknown", "anyway")}
    who.setdefault("everyone", False)
    accept = {Reason.SHARED_OVER} if options.get("anyway") else set()
    if options.get("include_unknown") and not who["everyone"]:
        accept.add(Reason.UNKNOWN_PATH)
    return guards, who, frozenset(accept)
