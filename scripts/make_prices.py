"""Turns a CSV of public list prices into the compact table that new prices come from.

Facts only: no price that its own source calls uncertain is kept; reads no clock, no network.

The same file gives the same bytes:

    python scripts/make_prices.py PRICES.csv
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "src" / "licentia" / "domain" / "catalog_data" / "prices.tsv"
COLUMNS = ("sku_id", "currency", "per_user_per_month", "term", "as_of", "confidence", "source")
HEADER = "sku_id\tcurrency\tper_month\tterm_months\tas_of\tconfidence\tsource"
MONTHS = {"P1M": 1, "P1Y": 12, "P3Y": 36}
LEFT_OUT = "uncertain"
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class BadTableError(Exception):
    """The file is not the table it should be; the message says where."""


def build(content: bytes) -> bytes:
    """The table: a line per product and currency, by product; BadTableError when the CSV can't be trusted."""
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise BadTableError(f"missing column(s): {', '.join(missing)}")
    lines: dict[tuple[str, str], str] = {}
    for record in reader:
        cells = [" ".join((record[column] or "").split()) for column in COLUMNS]
        if cells[5] == LEFT_OUT:
            continue
        key, line = _line(cells, reader.line_num)
        if lines.setdefault(key, line) != line:
            raise BadTableError(f"line {reader.line_num}: a second price of {key[0]} in {key[1]}")
    if not lines:
        raise BadTableError("no rows")
    return "".join(f"{line}\n" for line in (HEADER, *(lines[key] for key in sorted(lines)))).encode()


def _line(cells: list[str], number: int) -> tuple[tuple[str, str], str]:
    sku_id, currency, amount, term, as_of, confidence, source = cells
    sku_id = sku_id.lower()
    try:
        price = Decimal(amount)
    except InvalidOperation:
        raise BadTableError(f"line {number}: {amount!r} is not an amount") from None
    sound = _GUID.fullmatch(sku_id) and re.fullmatch("[A-Z]{3}", currency) and price > 0 and term in MONTHS
    if not sound:
        raise BadTableError(f"line {number}: product, currency, amount or term is none")
    return (sku_id, currency), "\t".join((sku_id, currency, str(price), str(MONTHS[term]), as_of, confidence, source))


def main(arguments: list[str] | None = None) -> int:
    """0 when the table was written, 2 when the CSV was refused (nothing is written then)."""
    parser = argparse.ArgumentParser(description="Write the table of list prices from a CSV.")
    parser.add_argument("csv", type=Path, help="the CSV of list prices")
    parser.add_argument("--target", type=Path, default=TARGET, help="where the table goes")
    given = parser.parse_args(arguments)
    try:
        table = build(given.csv.read_bytes())
    except (BadTableError, UnicodeDecodeError) as error:
        print(f"{given.csv.name}: {error}", file=sys.stderr)
        return 2
    given.target.write_bytes(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
