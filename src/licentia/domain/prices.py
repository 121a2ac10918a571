"""Public list prices that come with this release: defaults an administrator replaces with what the contract says.

Reads its own table only (catalog_data/prices.tsv, made by scripts/make_prices.py); knows no tenant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from licentia.domain.money import Money


@dataclass(frozen=True, slots=True)
class ListPrice:
    """What a product costs per seat and month for a term, without tax, as published; `as_of` is a month."""

    sku_id: str
    price: Money
    term_months: int
    as_of: str
    confidence: str
    source: str


@cache
def load() -> tuple[ListPrice, ...]:
    """All list prices, by product and currency."""
    text = (files("licentia.domain") / "catalog_data" / "prices.tsv").read_text(encoding="utf-8")
    return tuple(parse(text.splitlines()[1:]))


def parse(lines: Iterable[str]) -> Iterable[ListPrice]:
    """The prices of the table's lines."""
    for line in lines:
        sku_id, currency, amount, months, as_of, confidence, source = line.split("\t")
        yield ListPrice(sku_id, Money(Decimal(amount), currency), int(months), as_of, confidence, source)


def in_currency(currency: str) -> dict[str, ListPrice]:
    """By product, the list price in this currency; a product without one there is left out, never converted."""
    return {one.sku_id: one for one in load() if one.price.currency == currency}
