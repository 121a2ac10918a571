"""Money as text: what seats that come free are worth, what a seat costs, and what to ask a reseller.

Values in, text out; what is worth what is the domain's.
"""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _
from gettext import ngettext
from typing import Any

from licentia.cli.app import App
from licentia.cli.layout import table
from licentia.domain import catalog as catalog_of
from licentia.domain.savings import OrderLine, Part, Saving
from licentia.domain.seats import When
from licentia.store.lists.subscriptions import PriceRow
from licentia.words.amounts import amounts, money
from licentia.words.parts import product_name
from licentia.words.text import Text


def part_number(sku_id: str) -> str:
    """The product's part number, or its id when the catalog does not know it."""
    product = catalog_of.load().product_or_none(sku_id)
    return product.part_number if product else sku_id


def months_text(text: Text, months: int | None) -> str:
    """How long a term is."""
    if months is None:
        return _("Not known")
    return ngettext("{n} month", "{n} months", months).format(n=text.n(months))


def saving(text: Text, found: Saving) -> list[str]:
    """What seats that come free are worth, a line per moment; unassigning alone saves nothing (R-38)."""
    lines = [_part(text, part) for part in found.parts]
    if found.covers:
        said = ngettext(
            "{n} seat makes good for more assigned than owned, or can't go.",
            "{n} seats make good for more assigned than owned, or can't go.",
            found.covers,
        )
        lines.append(said.format(n=text.n(found.covers)))
    return lines


def _part(text: Text, part: Part) -> str:
    seats = ngettext("{n} seat", "{n} seats", part.seats).format(n=text.n(part.seats))
    if part.when is When.NEVER:
        if part.at is None:
            return _("{seats}: saves nothing.").format(seats=seats)
        return _("{seats}: saves nothing before {date}.").format(seats=seats, date=text.date(part.at))
    saves = _("saves an amount that is not known")
    if part.per_month is not None:
        saves = _("saves {amount} per month").format(amount=money(part.per_month, text.language))
    return _("{seats}: {saves} when removed; {moment}.").format(seats=seats, saves=saves, moment=_moment(text, part))


def _moment(text: Text, part: Part) -> str:
    """From when seats can be removed, inside a sentence."""
    if part.when is When.NOW:
        if part.until is None:
            return _("possible now")
        return _("possible now until {time}").format(time=text.time(part.until))
    if part.when is When.ASK:
        if part.at is None:
            return _("ask the partner")
        return _("ask the partner, the term ends on {date}").format(date=text.date(part.at))
    if part.at is None:
        return _("not known when")
    if part.when is When.LATER:
        return _("possible from {time}").format(time=text.time(part.at))
    return _("possible from the renewal on {date}").format(date=text.date(part.at))


def price_lines(app: App, rows: Sequence[tuple[str, PriceRow | None]]) -> str:
    """Products with what a seat of each costs."""
    text = Text.of(app.tenant)
    lines = []
    for sku, row in rows:
        if row is None:
            lines.append([product_name(sku), part_number(sku), _("Not known"), "-", "-"])
            continue
        source = _("Your own") if row.is_own else _("List price of {month}").format(month=row.as_of)
        term = months_text(text, row.term_months)
        lines.append([product_name(sku), part_number(sku), amounts([row.price], text.language), term, source])
    header = [_("Product"), _("Part number"), _("Per seat and month"), _("Term"), _("Source")]
    return table(header, lines, frozenset({2}))


def order_rows(app: App, lines: Sequence[OrderLine]) -> list[dict[str, Any]]:
    """What to ask the reseller, a row per subscription."""
    text = Text.of(app.tenant)
    return [
        {
            "product": product_name(line.subscription.sku_id),
            "partNumber": part_number(line.subscription.sku_id),
            "subscription": line.subscription.ref,
            "seatsNow": line.subscription.seats,
            "seatsWanted": line.seats,
            "from": _("Not known") if line.at is None else text.date(line.at),
        }
        for line in lines
    ]
