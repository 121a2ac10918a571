"""A tenant's own prices from a CSV: a product, what a seat of it costs, where stated per which term and in which currency.

Never converts a currency and never takes a yearly amount for a monthly one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal

from licentia.domain.catalog import Catalog
from licentia.domain.money import Money, amount_of, currency_of
from licentia.domain.reasons import BadInput
from licentia.importing.encoding import Source, find_encoding
from licentia.importing.licenses import LicenseCells
from licentia.importing.rows import FactFile, RowError
from licentia.importing.seen import Seen
from licentia.importing.sheets import Cells, columns_seen, read_rows, read_sheet
from licentia.importing.values import CellError

TERMS = {"P1M": 1, "P1Y": 12, "P3Y": 36, "1": 1, "12": 12, "36": 36}
"""How a file says for how long a price was agreed, and how many months that is."""


@dataclass(frozen=True, slots=True)
class PriceRow:
    """What one seat of a product costs a month."""

    line: int
    sku_id: str
    amount: Money
    term_months: int = 12


def read_prices(source: Source, catalog: Catalog, owned: Collection[str], currency: str) -> FactFile[PriceRow]:
    """The prices of a file; without a currency in a row they are in `currency`.

    BadInput `no_price_column` (`columns` seen), and those of `read_sheet` and of `find_encoding`.
    """
    sheet = read_sheet(find_encoding(source), "prices")
    if not (sheet.has("product") and sheet.has("price")):
        raise BadInput("no_price_column", columns=columns_seen(sheet.header))
    products = LicenseCells(catalog, owned)

    def rows() -> Iterator[PriceRow | RowError]:
        seen = Seen()
        return read_rows(sheet, lambda line, cells: _row(line, cells, products, currency, seen))

    return FactFile("prices-csv", sheet.header, frozenset(sheet.columns), rows)


def _row(line: int, cells: Cells, products: LicenseCells, currency: str, seen: Seen) -> PriceRow:
    found = products.read(cells.text("product"))
    if len(found) != 1:
        raise cells.bad("product")
    first = seen.first_line(found[0].sku_id)
    if first is not None:
        raise CellError("duplicate_price", first_line=first)
    row = PriceRow(line, found[0].sku_id, Money(_amount(cells), _currency(cells, currency)), _months(cells))
    seen.add(found[0].sku_id, line)
    return row


def _amount(cells: Cells) -> Decimal:
    try:
        return amount_of(cells.text("price"))
    except BadInput:
        raise cells.bad("price") from None


def _currency(cells: Cells, currency: str) -> str:
    text = cells.text("currency")
    try:
        return currency_of(text) if text else currency
    except BadInput:
        raise cells.bad("currency") from None


def _months(cells: Cells) -> int:
    text = cells.text("term").upper()
    if not text:
        return 12
    if text not in TERMS:
        raise cells.bad("term")
    return TERMS[text]
