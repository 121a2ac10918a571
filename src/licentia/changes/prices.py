"""The doors to prices: what a seat of a product costs a month, from the list that comes with the release or the tenant's own.

A price that the tenant stated is never overwritten by one of a list; no currency is ever converted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from licentia.changes import journal
from licentia.domain import prices as release
from licentia.domain.money import Money
from licentia.domain.permissions import Actor, Capability
from licentia.importing.prices import PriceRow as FileRow
from licentia.store import clock
from licentia.store.bulk import subscriptions as rows_of
from licentia.store.lists import subscriptions as list_of
from licentia.store.lists.subscriptions import OWN, PriceRow
from licentia.store.writing import writing

LIST = "list"
"""Source of a price from the list that comes with the release."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many prices are new or changed, how many were so already, and how many own ones a list left alone."""

    written: int
    same: int
    kept_own: int


def set_price(tenant_id: int, sku_id: str, price: Money, actor: Actor, *, term_months: int = 12) -> bool:
    """Whether the tenant's own price of the product was another before; NotPermitted without SET_PRICES."""
    actor.require(Capability.SET_PRICES, tenant_id)
    return bool(_write(tenant_id, [PriceRow(sku_id, price, term_months, OWN, "")], actor).written)


def import_own(tenant_id: int, rows: Iterable[FileRow], actor: Actor) -> Imported:
    """The tenant's own prices are as the file says; products that it does not name keep theirs."""
    actor.require(Capability.SET_PRICES, tenant_id)
    return _write(tenant_id, [PriceRow(row.sku_id, row.amount, row.term_months, OWN, "") for row in rows], actor)


def import_list(tenant_id: int, actor: Actor) -> Imported:
    """The list prices of the release in the tenant's currency, where the tenant has no price of its own."""
    actor.require(Capability.SET_PRICES, tenant_id)
    currency, _ = list_of.place(tenant_id)
    return _write(tenant_id, list_rows(currency), actor)


def list_rows(currency: str) -> list[PriceRow]:
    """The list prices of the release in a currency, as a tenant stores them."""
    return [_listed(one) for one in release.in_currency(currency).values()]


def _listed(one: release.ListPrice) -> PriceRow:
    return PriceRow(one.sku_id, one.price, one.term_months, LIST, one.as_of)


def list_price(one: release.ListPrice) -> tuple[str, str, str, int, str, str]:
    """A list price as the columns of a tenant's price."""
    return stored(_listed(one))


def _write(tenant_id: int, rows: list[PriceRow], actor: Actor) -> Imported:
    """One transaction: what differs is written, with a journal row each."""
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        present = list_of.prices(tenant_id)
        kept = [row for row in rows if not row.is_own and row.sku_id in present and present[row.sku_id].is_own]
        wanted = [row for row in rows if row not in kept]
        fresh = [row for row in wanted if present.get(row.sku_id) != row]
        if fresh:
            rows_of.put_prices(tenant_id, [stored(row) for row in fresh])
            numbers = list_of.product_ids(tenant_id, sorted(row.sku_id for row in fresh))
            entries = [
                journal.Entry(
                    "price.set",
                    "price",
                    numbers.get(row.sku_id, 0),
                    _text(present.get(row.sku_id)),
                    _text(row),
                )
                for row in fresh
            ]
            journal.write(tenant_id, door="record", actor=actor, now=now, entries=entries)
        return Imported(len(fresh), len(wanted) - len(fresh), len(kept))


def stored(row: PriceRow) -> tuple[str, str, str, int, str, str]:
    """The columns of a price."""
    return (row.sku_id, str(row.price.amount), row.price.currency, row.term_months, row.source, row.as_of)


def _text(row: PriceRow | None) -> str | None:
    if row is None:
        return None
    fields = ("sku", "amount", "currency", "term_months", "source", "as_of")
    return journal.canonical(dict(zip(fields, stored(row), strict=True)))
