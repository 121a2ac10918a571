"""Finders over a whole tenant beside their floors: the plainest statement that reads the same rows and returns the same users.

    .venv/bin/python bench/finders.py --users 1000000

Measures the page that `licentia find` shows, with what could not be known, and all the ids that go into a plan.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import stores as stores_of

GOAL = 3.0
TENANT = 1
CHUNK = 5_000
HELD = "EXISTS (SELECT 1 FROM source s WHERE s.tenant_id = u.tenant_id AND s.user_id = u.id AND s.state < 4)"
ALIVE = "u.tenant_id = %(tenant)s AND u.deleted_at IS NULL"
SAME_USER = "t.tenant_id = s.tenant_id AND t.user_id = s.user_id"
FLOORS = {
    "blocked": f"SELECT u.id FROM users u WHERE {ALIVE} AND NOT u.account_enabled AND {HELD}",
    "never-signed-in": f"SELECT u.id FROM users u WHERE {ALIVE} AND u.last_sign_in_at IS NULL "
    f"AND u.sign_in_read_at IS NOT NULL AND u.created_at < %(month)s AND {HELD}",
    "inactive": f"SELECT u.id FROM users u WHERE {ALIVE} AND coalesce(u.last_sign_in_at, u.created_at) < %(quarter)s "
    f"AND coalesce(u.last_activity_at, 0) < %(quarter)s AND u.activity_read_at IS NOT NULL AND {HELD}",
    "duplicate": f"SELECT DISTINCT s.user_id FROM source s JOIN source t ON {SAME_USER} "
    "AND t.product_id = s.product_id AND t.source_kind = 2 AND t.state = 1 "
    "WHERE s.tenant_id = %(tenant)s AND s.source_kind = 1 AND s.state < 4",
    "overlap": f"SELECT DISTINCT s.user_id FROM source s JOIN source t ON {SAME_USER} AND t.state = 1 "
    "WHERE s.tenant_id = %(tenant)s AND s.state < 4 AND s.product_id IN ({smalls}) AND ({pairs})",
    "addon-without-base": "SELECT DISTINCT s.user_id FROM source s WHERE s.tenant_id = %(tenant)s AND s.state < 4 "
    f"AND s.product_id IN ({{addons}}) AND NOT EXISTS (SELECT 1 FROM source t WHERE {SAME_USER} AND t.state < 4 "
    "AND t.product_id IN ({bases}))",
    "nothing-on": "SELECT DISTINCT s.user_id FROM source s WHERE s.tenant_id = %(tenant)s AND s.state < 4 "
    "AND s.disabled_plans <> '' AND length(s.disabled_plans) > 100000",
    "shared": f"SELECT u.id FROM users u JOIN mailbox b ON b.tenant_id = u.tenant_id AND b.user_id = u.id WHERE {ALIVE} "
    f"AND b.kind = 'shared' AND b.size_bytes <= 53687091200 AND NOT b.has_archive AND b.hold = 'none' AND {HELD}",
}
"""Each returns the users a finder finds in the demo tenant, where nobody switched everything off."""


@dataclass(frozen=True, slots=True)
class Line:
    """One finder: how many it finds, and median seconds of the floor, the page and the whole selection."""

    kind: str
    found: int
    floor: float
    page: float
    whole: float


def measure(stores: stores_of.Stores, users: int, rounds: int) -> list[Line]:
    """Every finder on a demo tenant of so many users; floor and product take turns on a warm store."""
    from licentia.domain.finders import FinderKind, search
    from licentia.store import clock, sql
    from licentia.store.lists import finders

    stores.restore(stores.tenant(users))
    now = clock.tenant_now(TENANT)
    params = {"tenant": TENANT, "month": now - 30 * 86_400_000_000, "quarter": now - 90 * 86_400_000_000}
    lines = []
    for kind in FinderKind:
        asked, floor = search(kind, {}), FLOORS[kind.value].format(**_numbers(TENANT))
        took: dict[str, list[float]] = {"floor": [], "page": [], "whole": []}
        found: list[int] = []

        def whole(asked: Any = asked, found: list[int] = found) -> None:
            found[:] = []
            while True:
                after = found[-1] if found else 0
                chunk = finders.user_ids(TENANT, asked.kind, asked.params, now, after, CHUNK)
                found += chunk
                if len(chunk) < CHUNK:
                    return

        def page(asked: Any = asked) -> None:
            finders.page(TENANT, asked, now)
            finders.not_known(TENANT, asked, now)

        expected = sorted(row[0] for row in sql.rows(floor, params))
        for _ in range(rounds):
            _timed(took["floor"], lambda floor=floor: sql.rows(floor, params))
            _timed(took["page"], page)
            _timed(took["whole"], whole)
        if found != expected:
            raise SystemExit(f"{kind}: the floor finds {len(expected)}, the finder {len(found)}")
        lines.append(Line(kind.value, len(found), *(median(took[name]) for name in ("floor", "page", "whole"))))
    return lines


def _numbers(tenant_id: int) -> dict[str, str]:
    """Product numbers for the floors, written into their text."""
    from licentia.domain import catalog as catalog_of
    from licentia.domain.finders import addons, overlaps
    from licentia.store.lists import products

    catalog, numbers = catalog_of.load(), {row.sku_id: row.id for row in products.every(tenant_id)}
    pairs = overlaps(catalog, numbers)
    found = addons(catalog, numbers)
    bases = {
        numbers[sku]
        for sku in numbers
        if any(addon.bases & set(catalog.products[sku].plan_ids) for addon in found)
    }
    return {
        "smalls": ", ".join(sorted({str(numbers[pair.small]) for pair in pairs})),
        "pairs": " OR ".join(
            f"s.product_id = {numbers[pair.small]} AND t.product_id = {numbers[pair.large]}" for pair in pairs
        ),
        "addons": ", ".join(sorted({str(numbers[addon.sku_id]) for addon in found})),
        "bases": ", ".join(map(str, sorted(bases))),
    }


def _timed(into: list[float], work: Callable[[], object]) -> None:
    begin = time.perf_counter()
    work()
    into.append(time.perf_counter() - begin)


def main() -> int:
    """Prints a line per finder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--users", type=int, default=1_000_000, help="users of the tenant (1,000,000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds a figure is the median of (5)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="licentia-bench-") as folder:
        stores = stores_of.prepare(Path(folder))
        print(f"{stores.vendor}, {options.users:,} users, medians of {options.rounds} rounds")
        for line in measure(stores, options.users, options.rounds):
            ratio, page_ratio = line.whole / line.floor, line.page / line.floor
            verdict = "OK" if max(ratio, page_ratio) <= GOAL else "short"
            print(
                f"{line.kind:20}{line.found:>10,} found  floor {line.floor:8.3f} s  page {line.page:8.3f} s "
                f"{page_ratio:6.2f} x  all {line.whole:8.3f} s {ratio:6.2f} x  <= {GOAL:g}  {verdict}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
