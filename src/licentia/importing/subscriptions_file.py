"""Subscriptions from Graph JSON, the admin center's "Your products" CSV, or a plain table; and products' totals.

Never guesses a price, a term or an account that a file does not state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from licentia.domain.catalog import Catalog
from licentia.domain.reasons import BadInput
from licentia.importing.encoding import Source, TextSource, find_encoding
from licentia.importing.graph_rows import entries, lacks_pages, read_entries
from licentia.importing.json_values import starts_as_json
from licentia.importing.licenses import LicenseCells
from licentia.importing.rows import FactFile, ProductRow, RowError, SubscriptionRow
from licentia.importing.seen import Seen
from licentia.importing.sheets import Cells, Sheet, columns_seen, read_rows, read_sheet
from licentia.importing.values import CellError
from licentia.wire.graph_subscriptions import (
    MOST_SEATS,
    GraphSku,
    GraphSubscription,
    is_sku,
    is_subscription,
    parse_sku,
    parse_subscription,
)
from licentia.wire.graph_users import is_guid, shown

Row = SubscriptionRow | ProductRow
_SHOWN: Final = 50
_GRAPH_FIELDS: Final = frozenset({"ref", "seats", "state", "started_at", "renews_at", "next_at", "account"})


def read_subscriptions(source: Source, catalog: Catalog, owned: Collection[str] = ()) -> FactFile[Row]:
    """The subscriptions of a file; product names are looked for among the `owned` products first.

    BadInput `no_seats_column` (`columns` seen), `more_pages` when Graph's last answer is not the last,
    `bad_json`, those of `read_sheet` and of `find_encoding`.
    """
    text = find_encoding(source)
    if starts_as_json(text):
        return _from_json(text)
    sheet = read_sheet(text, "subscriptions")
    if not (sheet.has("product") and sheet.has("seats")):
        raise BadInput("no_seats_column", columns=columns_seen(sheet.header))
    sheet = replace(sheet, key="seats", reads_key=lambda cell: cell.strip().isdigit())
    fields = frozenset(sheet.columns)
    return FactFile("subscriptions-csv", sheet.header, fields, lambda: _csv_rows(sheet, LicenseCells(catalog, owned)))


# ---- a table


def _csv_rows(sheet: Sheet, products: LicenseCells) -> Iterator[Row | RowError]:
    seen = Seen()

    def row(line: int, cells: Cells) -> Row:
        ref = cells.stored("ref")
        renews = cells.instant("renews_at")
        found = SubscriptionRow(
            line=line,
            sku_id=_product(cells, products),
            seats=_seats(cells),
            ref=ref.lower() if ref and is_guid(ref.lower()) else ref,
            state=_word(cells, "state"),
            account=_word(cells, "account"),
            offer=_word(cells, "offer"),
            term_months=_months(cells),
            started_at=cells.instant("started_at"),
            renews_at=renews,
            next_at=renews,
            recurring=cells.truth("recurring"),
            price=_price(cells),
            currency=_currency(cells),
        )
        return _once(found, seen)

    return read_rows(sheet, row)


def _product(cells: Cells, products: LicenseCells) -> str:
    found = products.read(cells.text("product"))
    if len(found) != 1:
        raise cells.bad("product")
    return found[0].sku_id


def _seats(cells: Cells) -> int:
    seats = cells.number("seats")
    if seats is None or seats > MOST_SEATS:
        raise cells.bad("seats")
    return seats


def _word(cells: Cells, field: str) -> str | None:
    return cells.word(field) if cells.sheet.has(field) else None


def _months(cells: Cells) -> int | None:
    months = _word(cells, "term_months")
    return None if months is None else int(months)


def _price(cells: Cells) -> str | None:
    """The amount with a point; a comma counts as one where at most two digits follow it."""
    text = cells.text("price")
    if not text:
        return None
    whole, comma, cents = text.partition(",")
    if comma and ("." in text or len(cents) > 2):
        raise cells.bad("price")
    try:
        amount = Decimal(f"{whole}.{cents}" if comma else text)
    except InvalidOperation:
        raise cells.bad("price") from None
    if not amount.is_finite() or not 0 <= amount < 1_000_000 or amount.as_tuple().exponent < -6:  # type: ignore[operator]
        raise cells.bad("price")
    return format(amount, "f")


def _currency(cells: Cells) -> str | None:
    code = cells.text("currency").upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise cells.bad("currency")
    return code or None


def _once(row: Row, seen: Seen) -> Row:
    """The row; CellError `duplicate_subscription` when the file has that subscription, or product total, already."""
    key = f"product {row.sku_id}" if isinstance(row, ProductRow) else row.ref and f"subscription {row.ref}"
    if key:
        first = seen.first_line(key)
        if first is not None:
            raise CellError("duplicate_subscription", first_line=first)
        seen.add(key, row.line)
    return row


# ---- Graph JSON


def _from_json(source: TextSource) -> FactFile[Row]:
    """The whole text is read once here, to learn that it is whole and of subscriptions or products."""
    columns: dict[str, None] = {}
    fields: frozenset[str] = frozenset()
    is_known = False
    answers: list[Mapping[str, object]] = []
    for entry in entries(source, answers):
        if isinstance(entry, Mapping):
            columns.update(dict.fromkeys(entry) if len(columns) < _SHOWN else {})
            is_known = is_known or is_sku(entry) or is_subscription(entry)
            fields |= _GRAPH_FIELDS if is_subscription(entry) else frozenset()
    if columns and not is_known:
        raise BadInput("no_seats_column", columns=columns_seen(tuple(columns)))
    if lacks_pages(answers):
        raise BadInput("more_pages")
    return FactFile("subscriptions-json", ("json",), fields, lambda: _json_rows(source))


def _json_rows(source: TextSource) -> Iterator[Row | RowError]:
    seen = Seen()

    def row(number: int, entry: Mapping[str, Any]) -> Row:
        if is_subscription(entry):
            return _once(_subscription(number, parse_subscription(entry)), seen)
        if is_sku(entry):
            return _once(_total(number, parse_sku(entry)), seen)
        raise CellError("not_a_subscription", text=shown(", ".join(map(str, entry))))

    return read_entries(source, row)


def _subscription(number: int, found: GraphSubscription) -> SubscriptionRow:
    """An active subscription's next event is its renewal; of the others it is the next state."""
    return SubscriptionRow(
        line=number,
        sku_id=found.sku_id,
        seats=found.seats,
        ref=found.ref,
        state=found.state,
        account="trial" if found.is_trial else None,
        started_at=found.started_at,
        renews_at=found.next_at if found.state == "enabled" else None,
        next_at=found.next_at,
    )


def _total(number: int, found: GraphSku) -> ProductRow:
    """Assignable is enabled plus warning; without the first the size is not known."""
    capacity = None if found.enabled is None else found.enabled + (found.warning or 0)
    return ProductRow(number, found.sku_id, found.applies_to, capacity, found.consumed)
