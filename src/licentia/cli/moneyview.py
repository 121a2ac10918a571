"""Prices as a table. Values in, text out."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _

from licentia.cli.app import App
from licentia.cli.layout import table
from licentia.store.lists.subscriptions import PriceRow
from licentia.words.amounts import amounts
from licentia.words.money import months_text, part_number, price_source
from licentia.words.parts import product_name
from licentia.words.text import Text


def price_lines(app: App, rows: Sequence[tuple[str, PriceRow | None]]) -> str:
    """Products with what a seat of each costs."""
    text = Text.of(app.tenant)
    lines = []
    for sku, row in rows:
        if row is None:
            lines.append([product_name(sku), part_number(sku), _("Not known"), "-", "-"])
            continue
        price, term = amounts([row.price], text.language), months_text(text, row.term_months)
        lines.append([product_name(sku), part_number(sku), price, term, price_source(row)])
    header = [_("Product"), _("Part number"), _("Per seat and month"), _("Term"), _("Source")]
    return table(header, lines, frozenset({2}))
