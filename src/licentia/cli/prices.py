"""`licentia prices`: list, set, import. What a seat of a product costs a month."""

from __future__ import annotations

import json
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

import click

from licentia.cli.app import App, command_options

if TYPE_CHECKING:
    from licentia.changes.prices import Imported


@click.group("prices", help=_("What a seat of each product costs a month: list prices as defaults, or your own."))
def command() -> None:
    """A noun; its verbs are below."""


@command.command(
    "list",
    help=_("List the tenant's products with their prices, without tax."),
    epilog=_("Example: licentia prices list --json"),
)
@command_options()
def list_(app: App) -> int:
    """Products that the tenant has, and others with a price of its own."""
    from licentia.cli import moneyview, subscription_json
    from licentia.store.lists import products, subscriptions
    from licentia.words.parts import product_name

    stated = subscriptions.prices(app.tenant_id)
    owned = {row.sku_id for row in products.every(app.tenant_id)}
    wanted = owned | {sku for sku, row in stated.items() if row.is_own}
    rows = [(sku, stated.get(sku)) for sku in sorted(wanted, key=lambda sku: product_name(sku).casefold())]
    if app.as_json:
        fields = [
            {
                "skuId": sku,
                "skuPartNumber": subscription_json.part_number(sku),
                "pricePerLicense": subscription_json.money_json(row.price if row else None),
                "termMonths": row.term_months if row else None,
                "source": row.source if row else None,
                "asOf": (row.as_of or None) if row else None,
            }
            for sku, row in rows
        ]
        click.echo(json.dumps(fields, ensure_ascii=False, indent=2))
    elif not rows:
        click.echo(_("No prices are known, and no products. Set one: licentia prices set PRODUCT AMOUNT"))
    else:
        click.echo(moneyview.price_lines(app, rows))
    return 0


@command.command(
    "set",
    help=_("Set your own price of a product, per seat and month, without tax. A list price never overwrites it."),
    epilog=_("Example: licentia prices set SPE_E3 31.40"),
)
@click.argument("product")
@click.argument("amount")
@click.option("--currency", metavar="EUR", help=_("Another currency than the tenant's; three letters."))
@click.option(
    "--term", "months", type=click.Choice(["1", "12", "36"]), default="12", show_default=True, help=_("Months.")
)
@command_options()
def set_(app: App, product: str, *, amount: str, currency: str | None, months: str) -> int:
    """One price."""
    from licentia.changes import prices
    from licentia.cli import subscription_json
    from licentia.cli.licenses import resolve_product
    from licentia.domain.money import Money, amount_of, currency_of
    from licentia.store.lists import subscriptions
    from licentia.words.amounts import money

    found = resolve_product(app, product)
    letters = currency_of(currency) if currency else subscriptions.place(app.tenant_id)[0]
    price = Money(amount_of(amount), letters)
    prices.set_price(app.tenant_id, found.sku_id, price, app.actor, term_months=int(months))
    if app.as_json:
        fields = {"skuId": found.sku_id, "pricePerLicense": subscription_json.money_json(price)}
        click.echo(json.dumps(fields, ensure_ascii=False))
    else:
        said = _("{product} costs {amount} per seat and month.")
        click.echo(said.format(product=found.display_name, amount=money(price, app.language)))
    return 0


@command.command(
    "import",
    help=_(
        "Read your own prices from a CSV with products and prices; without a file, the public list prices "
        "of this release in the tenant's currency, where you have none of your own."
    ),
    epilog=_("Examples: licentia prices import; licentia prices import contract.csv"),
)
@click.argument("file", required=False, metavar="[FILE]")
@click.option("--skip-bad", is_flag=True, help=_("Leave out rows that can't be used."))
@command_options()
def import_(app: App, *, file: str | None, skip_bad: bool) -> int:
    """List prices, or a file of one's own."""
    from licentia.changes import prices
    from licentia.words.formats import number

    done = prices.import_list(app.tenant_id, app.actor) if file is None else _own(app, file, skip_bad=skip_bad)
    if app.as_json:
        click.echo(json.dumps({"written": done.written, "same": done.same, "keptOwn": done.kept_own}))
        return 0
    said = ngettext("{n} price set.", "{n} prices set.", done.written).format(n=number(done.written, app.language))
    if done.kept_own:
        kept = ngettext("{n} of your own kept.", "{n} of your own kept.", done.kept_own)
        said += " " + kept.format(n=number(done.kept_own, app.language))
    click.echo(said)
    return 0


def _own(app: App, file: str, *, skip_bad: bool) -> Imported:
    """What became of the file's prices; BadInput when a row can't be used, or none can."""
    from licentia.changes import prices
    from licentia.cli.whom import bad_path, report_bad, source_of
    from licentia.domain import catalog as catalog_of
    from licentia.domain.reasons import BadInput
    from licentia.importing.prices import read_prices
    from licentia.importing.rows import RowError
    from licentia.store.lists import products, subscriptions

    owned = [row.sku_id for row in products.every(app.tenant_id)]
    currency, _country = subscriptions.place(app.tenant_id)
    found = read_prices(source_of(file), catalog_of.load(), owned, currency)
    rows = list(found.rows())
    bad = [row for row in rows if isinstance(row, RowError)]
    good = [row for row in rows if not isinstance(row, RowError)]
    if bad:
        report_bad(bad, found.header, bad_path(file), stop=not skip_bad)
    if not good:
        raise BadInput("no_prices_in_file")
    return prices.import_own(app.tenant_id, good, app.actor)
