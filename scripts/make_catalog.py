"""Turns Microsoft's table of product names and service plans into the compact tables the catalog loads.

Never edits what people classified (carries, dependencies, exclusions, sources); reads no clock, no network.

The table is the CSV offered for download on Microsoft's page "Product names and service plan identifiers for
licensing". To refresh (the same file and date give the same bytes):

    python scripts/make_catalog.py DOWNLOADED.csv --as-of YYYY-MM-DD
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

SOURCE = "Product names and service plan identifiers for licensing (Microsoft)"
URL = "https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference"
COLUMNS = (
    "Product_Display_Name",
    "String_Id",
    "GUID",
    "Service_Plan_Name",
    "Service_Plan_Id",
    "Service_Plans_Included_Friendly_Names",
)
TARGET = Path(__file__).resolve().parent.parent / "src" / "licentia" / "domain" / "catalog_data"
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SHORTEST_REFERENCE = 4


class BadTableError(Exception):
    """The file is not the table it should be; the message says where."""


@dataclass(frozen=True, slots=True)
class Row:
    """One product with one of its service plans, blanks and letter case of identifiers settled."""

    display_name: str
    part_number: str
    sku_id: str
    plan_name: str
    plan_id: str
    friendly_name: str


def clean(text: str) -> str:
    """The text with every run of blanks (no-break spaces too) as one space, none at the ends; dashes stay."""
    return " ".join(text.split())


def read_rows(text: str) -> list[Row]:
    """The distinct rows of the CSV, in order; BadTableError for a missing column, short row, broken GUID."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise BadTableError(f"missing column(s): {', '.join(missing)}")
    rows: dict[Row, None] = {}
    for record in reader:
        values = [record[column] for column in COLUMNS]
        if any(value is None for value in values):
            raise BadTableError(f"line {reader.line_num}: too few columns")
        name, part, sku, plan, plan_id, friendly = (clean(value) for value in values)
        row = Row(name, part, sku.lower(), plan, plan_id.lower(), friendly)
        for identifier in (row.sku_id, row.plan_id):
            if not _GUID.fullmatch(identifier):
                raise BadTableError(f"line {reader.line_num}: {identifier!r} is not a GUID")
        rows[row] = None
    if not rows:
        raise BadTableError("no rows")
    return list(rows)


def choose(names: Iterable[str]) -> str:
    """The most frequent name; of equals one that is not all capitals, then the first in code point order."""
    counted = Counter(names)
    return min(counted, key=lambda name: (-counted[name], name.isupper(), name))


def reference_length(plan_ids: Iterable[str]) -> int:
    """How many leading characters tell every plan identifier from every other."""
    known = set(plan_ids)
    length = _SHORTEST_REFERENCE
    while len({plan_id[:length] for plan_id in known}) < len(known):
        length += 1
    return length


def plan_lines(rows: list[Row]) -> Iterator[str]:
    """The lines of service_plans.tsv: identifier, name, friendly name; ordered by identifier."""
    by_plan: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_plan[row.plan_id].append(row)
    yield "plan_id\tname\tfriendly_name"
    for plan_id, found in sorted(by_plan.items()):
        name, friendly = choose(row.plan_name for row in found), choose(row.friendly_name for row in found)
        yield f"{plan_id}\t{name}\t{friendly}"


def product_lines(rows: list[Row], length: int) -> Iterator[str]:
    """The lines of products.tsv, ordered by identifier; plans by their first `length` characters."""
    by_product: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_product[row.sku_id].append(row)
    yield "sku_id\tpart_number\tdisplay_name\tother_names\tplans"
    for sku_id, found in sorted(by_product.items()):
        part, name = choose(row.part_number for row in found), choose(row.display_name for row in found)
        others = sorted({row.display_name for row in found} - {name})
        plans = sorted({row.plan_id[:length] for row in found})
        yield f"{sku_id}\t{part}\t{name}\t{' | '.join(others)}\t{' '.join(plans)}"


def build(csv_bytes: bytes, as_of: date) -> dict[str, bytes]:
    """The content of each generated file, by name; BadTableError when the CSV cannot be trusted."""
    try:
        rows = read_rows(csv_bytes.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadTableError(f"not UTF-8 at byte {error.start}") from error
    length = reference_length(row.plan_id for row in rows)
    tables = {
        "products.tsv": _encode(product_lines(rows, length)),
        "service_plans.tsv": _encode(plan_lines(rows)),
    }
    facts = {
        "source": SOURCE,
        "url": URL,
        "as_of": as_of.isoformat(),
        "products": len({row.sku_id for row in rows}),
        "service_plans": len({row.plan_id for row in rows}),
        "pairs": len({(row.sku_id, row.plan_id) for row in rows}),
        "reference_length": length,
        "csv_sha256": hashlib.sha256(csv_bytes).hexdigest(),
    }
    facts |= {f"{name}_sha256": hashlib.sha256(table).hexdigest() for name, table in tables.items()}
    return {**tables, "version.tsv": _encode(f"{key}\t{value}" for key, value in facts.items())}


def _encode(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def main(arguments: list[str] | None = None) -> int:
    """0 when the files were written, 2 when the table was refused (nothing is written then)."""
    parser = argparse.ArgumentParser(description="Write the catalog's tables from Microsoft's CSV.")
    parser.add_argument("csv", type=Path, help="the downloaded CSV")
    parser.add_argument("--as-of", type=date.fromisoformat, required=True, help="the table's date, YYYY-MM-DD")
    parser.add_argument("--target", type=Path, default=TARGET, help="where the tables go")
    given = parser.parse_args(arguments)
    try:
        files = build(given.csv.read_bytes(), given.as_of)
    except BadTableError as error:
        print(f"{given.csv.name}: {error}", file=sys.stderr)
        return 2
    given.target.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (given.target / name).write_bytes(content)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
