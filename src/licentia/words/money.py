"""Money as sentences: what seats that come free are worth, and what a seat costs. What is worth what is the domain's."""

from __future__ import annotations

from licentia.domain import catalog as catalog_of
from licentia.domain.savings import OrderLine, Part, Saving
from licentia.domain.seats import When
from licentia.store.lists.subscriptions import PriceRow
from licentia.words.amounts import money
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
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


def price_source(row: PriceRow) -> str:
    """Whose price it is, and of when."""
    return _("Your own") if row.is_own else _("List price of {month}").format(month=row.as_of)


def order_header() -> list[str]:
    """Names of the columns of what a reseller is asked for."""
    return [_("Product"), _("Part number"), _("Subscription"), _("Seats now"), _("Seats wanted"), _("From")]


def order_cells(text: Text, line: OrderLine) -> list[str]:
    """What to ask the reseller for one subscription; seats as plain numbers."""
    one = line.subscription
    since = _("Not known") if line.at is None else text.date(line.at)
    return [product_name(one.sku_id), part_number(one.sku_id), one.ref, str(one.seats), str(line.seats), since]


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
