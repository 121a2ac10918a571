"""`licentia subscriptions`: list, show, resize, recurring, cancel, take-over, undo, order."""

from __future__ import annotations

import csv
import json
import sys
from gettext import gettext as _
from typing import TYPE_CHECKING, Any

import click

from licentia.cli import takeover
from licentia.cli.app import App, command_options

if TYPE_CHECKING:
    from licentia.domain.intents import SubscriptionIntent
    from licentia.domain.savings import OrderLine
    from licentia.domain.subscriptions import Subscription
    from licentia.store.lists.subscriptions import PoolRow, Row

ON = {"on": True, "off": False}


@click.group("subscriptions", help=_("Show subscriptions and their seats; change seats, recurring billing and orders."))
def command() -> None:
    """A noun; its verbs are below."""


command.add_command(takeover.command)


def _found(app: App, text: str) -> Row:
    """The subscription of this number or id; BadInput `unknown_subscription`."""
    from licentia.domain.reasons import BadInput
    from licentia.store.lists import subscriptions

    found = subscriptions.named(app.tenant_id, text)
    if found is None:
        raise BadInput("unknown_subscription", text=text)
    return found


def _by_product(app: App) -> list[tuple[str, PoolRow | None, list[Subscription]]]:
    """(product, its pool, its subscriptions), products by name."""
    from licentia.store.lists import subscriptions
    from licentia.words.parts import product_name

    rows: list[Row] = []
    while page := subscriptions.page(app.tenant_id, rows[-1].subscription.id if rows else 0):
        rows += page
    pools = subscriptions.pools(app.tenant_id, sorted({row.product_id for row in rows}))
    products: dict[str, tuple[int, list[Subscription]]] = {}
    for row in rows:
        products.setdefault(row.subscription.sku_id, (row.product_id, []))[1].append(row.subscription)
    ordered = sorted(products.items(), key=lambda item: product_name(item[0]).casefold())
    return [
        (sku, pools.get((number, 0)), sorted(found, key=lambda one: (one.purchase_id, one.id)))
        for sku, (number, found) in ordered
    ]


@command.command(
    "list",
    help=_("List each product's total and, under it, every subscription with its seats and next date."),
    epilog=_("Example: licentia subscriptions list --json"),
)
@click.option("--purchases", is_flag=True, help=_("Each self-service purchase on a line of its own."))
@command_options()
def list_(app: App, *, purchases: bool) -> int:
    """All subscriptions, by product."""
    from licentia.cli import subscription_json, subscriptionview

    found = _by_product(app)
    if app.as_json:
        rows = [
            {
                "skuId": sku,
                "skuPartNumber": subscription_json.part_number(sku),
                "total": pool.capacity if pool else None,
                "consumedUnits": pool.consumed if pool else 0,
                "subscriptions": [subscription_json.as_json(one) for one in some],
            }
            for sku, pool, some in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif not found:
        click.echo(_("No subscriptions are known. Import them: licentia import subscriptions FILE"))
    else:
        click.echo(subscriptionview.listed(app, found, every_purchase=purchases))
    return 0


@command.command(
    "show",
    help=_("Show one subscription: its dates, and what can be done with it, until when and by whom."),
    epilog=_("Example: licentia subscriptions show 3"),
)
@click.argument("subscription")
@command_options()
def show(app: App, subscription: str) -> int:
    """One subscription."""
    from licentia.changes import subscriptions as doors
    from licentia.cli import subscription_json, subscriptionview
    from licentia.words.subscriptions import abilities

    seen = doors.look_at(app.tenant_id, _found(app, subscription))
    if app.as_json:
        names = ("add", "remove", "cancel", "recurring")
        can = {
            name: subscription_json.verdict_json(verdict)
            for name, (_text, verdict) in zip(names, abilities(seen), strict=True)
        }
        fields = subscription_json.as_json(seen.subscription) | {
            "consumedUnits": seen.around.consumed,
            "pricePerLicense": subscription_json.money_json(seen.price),
            "can": can,
        }
        click.echo(json.dumps(fields, ensure_ascii=False, indent=2))
    else:
        click.echo(subscriptionview.shown(app, seen))
    return 0


@command.command(
    "resize",
    help=_(
        "Set the seats of a subscription: now where its rules allow it, else for its renewal. "
        "Shows first what happens and what it saves; then asks."
    ),
    epilog=_("Examples: licentia subscriptions resize 3 80; licentia subscriptions resize 3 80 --yes"),
)
@click.argument("subscription")
@click.argument("seats", type=int)
@click.option("--at-renewal", is_flag=True, help=_("Only from the renewal on, also where it could be now."))
@click.option("--yes", is_flag=True, help=_("Apply without asking."))
@command_options()
def resize(app: App, subscription: str, *, seats: int, at_renewal: bool, yes: bool) -> int:
    """Seats, now or later."""
    from licentia.domain.intents import Resize

    one = _found(app, subscription).subscription
    return _change(app, Resize(one.id, one.sku_id, seats, at_renewal), yes=yes)


@command.command(
    "recurring",
    help=_("Turn recurring billing on or off; on also reactivates a subscription that has expired."),
    epilog=_("Example: licentia subscriptions recurring 3 off"),
)
@click.argument("subscription")
@click.argument("switch", type=click.Choice(list(ON)), metavar="on|off")
@click.option("--yes", is_flag=True, help=_("Apply without asking."))
@command_options()
def recurring(app: App, subscription: str, *, switch: str, yes: bool) -> int:
    """Whether the term begins again."""
    from licentia.domain.intents import SetRecurring

    one = _found(app, subscription).subscription
    return _change(app, SetRecurring(one.id, one.sku_id, ON[switch]), yes=yes)


@command.command(
    "cancel",
    help=_("Cancel a subscription: at once inside its window, else by turning off recurring billing."),
    epilog=_("Example: licentia subscriptions cancel 3"),
)
@click.argument("subscription")
@click.option("--yes", is_flag=True, help=_("Apply without asking."))
@command_options()
def cancel(app: App, subscription: str, *, yes: bool) -> int:
    """The end of a subscription."""
    from licentia.domain.intents import CancelSubscription

    one = _found(app, subscription).subscription
    return _change(app, CancelSubscription(one.id, one.sku_id), yes=yes)


@command.command(
    "undo",
    help=_("Undo what a plan changed about a subscription, where its rules allow it now; shows it first, then asks."),
    epilog=_("Example: licentia subscriptions undo 12"),
)
@click.argument("plan_id", metavar="PLAN", type=int)
@click.option("--yes", is_flag=True, help=_("Apply without asking."))
@command_options()
def undo(app: App, plan_id: int, *, yes: bool) -> int:
    """The inverse of a change."""
    from licentia.changes import subscriptions as doors

    back = doors.way_back(app.tenant_id, plan_id)
    if back.change is None:
        doors.undo(app.tenant_id, plan_id, app.actor)
    assert back.change is not None
    return _change(app, back.change.intent, yes=yes, undo_of=plan_id)


def _change(app: App, intent: SubscriptionIntent, *, yes: bool, undo_of: int | None = None) -> int:
    """Shows what the intent does, asks, does it; the exit status."""
    from licentia.changes import subscriptions as doors
    from licentia.cli import subscription_json, subscriptionview
    from licentia.cli.app import is_interactive, says_yes
    from licentia.domain.permissions import Capability

    app.actor.require(Capability.MANAGE_SUBSCRIPTIONS, app.tenant_id)
    seen = doors.consider(app.tenant_id, intent)
    if not app.as_json:
        click.echo(subscriptionview.change(app, seen))
    going = seen.after is not None and (
        yes or (not app.as_json and is_interactive() and says_yes("\n" + _("Apply this change?")))
    )
    done = doors.change(app.tenant_id, intent, app.actor, undo_of) if going else seen
    if app.as_json:
        click.echo(json.dumps(subscription_json.change_json(done), ensure_ascii=False, indent=2))
    elif going:
        said = _("Done, as plan {plan}. To undo it: licentia subscriptions undo {plan}")
        click.echo("\n" + said.format(plan=done.plan_id))
    elif seen.after is not None:
        click.echo("\n" + _("Nothing was changed. To apply: the same command with --yes"))
    return 0 if seen.after is not None else 1


@command.command(
    "order",
    help=_(
        "List what to ask the reseller, per subscription, so that no seats stay unassigned; as text, CSV or JSON. "
        "Changes nothing."
    ),
    epilog=_("Example: licentia subscriptions order --keep 5 --csv --to order.csv"),
)
@click.option("--product", metavar="PRODUCT", help=_("Only this product."))
@click.option(
    "--keep", type=click.IntRange(min=0), default=0, show_default=True, help=_("Seats to keep free per product.")
)
@click.option("--csv", "as_csv", is_flag=True, help=_("As CSV, for a spreadsheet or a mail."))
@click.option("--to", "path", metavar="FILE", help=_("A file instead of standard output."))
@command_options()
def order(app: App, *, product: str | None, keep: int, as_csv: bool, path: str | None) -> int:
    """What a reseller is asked for."""
    from licentia.cli.layout import table
    from licentia.cli.licenses import resolve_product
    from licentia.domain import savings
    from licentia.store import clock
    from licentia.words.money import order_cells, order_header
    from licentia.words.text import Text

    only = None if product is None else resolve_product(app, product).sku_id
    now = clock.tenant_now(app.tenant_id)
    lines: list[OrderLine] = []
    for sku, pool, some in _by_product(app):
        if only in (None, sku):
            own = [one for one in some if not one.purchase_id]
            lines += savings.order(own, pool.consumed if pool else 0, now, keep)
    rows = [order_cells(Text.of(app.tenant), line) for line in lines]
    if app.as_json:
        fields = [_order_json(line) for line in lines]
        _put(path, lambda out: out.write(json.dumps(fields, ensure_ascii=False, indent=2) + "\n"))
    elif as_csv:
        _put(path, lambda out: _write_csv(out, order_header(), rows))
    elif not rows:
        click.echo(_("There is nothing to ask a reseller: no reseller's subscription has seats to spare."))
    else:
        _put(path, lambda out: out.write(table(order_header(), rows, frozenset({3, 4})) + "\n"))
    return 0


def _order_json(line: OrderLine) -> dict[str, Any]:
    from licentia.cli import subscription_json
    from licentia.domain.instants import to_iso

    one = line.subscription
    return {
        "number": one.id,
        "id": one.ref,
        "skuId": one.sku_id,
        "skuPartNumber": subscription_json.part_number(one.sku_id),
        "totalLicenses": one.seats,
        "wantedLicenses": line.seats,
        "fromDateTime": None if line.at is None else to_iso(line.at),
    }


def _write_csv(out: Any, names: list[str], rows: list[list[str]]) -> None:
    from licentia.cli.exporting import cell

    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([[cell(value) for value in row] for row in rows])


def _put(path: str | None, write: Any) -> None:
    """Writes to a file, or to standard output; BadInput `unwritable_file`."""
    from licentia.domain.reasons import BadInput

    if path is None:
        write(sys.stdout)
        return
    try:
        with open(path, "w", encoding="utf-8", newline="") as out:
            write(out)
    except OSError as error:
        raise BadInput("unwritable_file", name=path, detail=error.strerror or str(error)) from None
