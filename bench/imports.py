"""A first load of a whole tenant from a file: the command's rate and memory, beside the floor.

The floor reads the same file with Python's csv module and writes the same rows into the same tables and search
index, in one transaction: it checks nothing, resolves no name twice, keeps no journal and refreshes nothing.
"""

from __future__ import annotations

import csv
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from rows import LICENTIA, Bench, Figure, measured

LICENSES = ("Microsoft 365 E3", "Enterprise Mobility + Security E3", "Microsoft 365 E5", "Power BI Pro")
SKUS = (
    "05e9a617-0261-4cee-bb44-138d3ef5d965",
    "efccb6f7-5641-4e0e-bd10-b4976e1bf68e",
    "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
    "f8a1db68-be16-40ed-86d5-cb42ce701560",
)
HEADER = "Block credential,Department,Display name,Licenses,Object Id,Usage location,User principal name,When created"


def figures(bench: Bench) -> list[Figure]:
    """Wall seconds, users a second, peak memory at two sizes, and the ratio to the floor."""
    out: list[Figure] = []
    peaks: dict[int, float] = {}
    for users in (bench.scale * 3 // 10, bench.scale):  # with fewer, the database's page cache is not full yet
        path = bench.folder / f"users-{users}.csv"
        _write(path, users)
        bench.say(f"a first load of {users:,} users and {2 * users:,} licenses")
        took, floors, peak = [], [], []
        for _ in range(max(1, bench.rounds // 2)):
            bench.stores.clear()
            cost = measured([str(LICENTIA), "import", "users", str(path), "--tenant", "Bench"])
            took.append(cost["wall"])
            peak.append(cost["peak_mib"])
            counts = _counts()
            bench.stores.clear()
            begin = time.perf_counter()
            _floor(path)
            floors.append(time.perf_counter() - begin)
            if _counts() != counts:
                raise SystemExit(f"floor and product differ: {_counts()} {counts}")
        path.unlink()
        peaks[users] = median(peak)
        out += [
            Figure("import", f"floor, {users:,} users", median(floors), "s"),
            Figure("import", f"import users, {users:,} users: whole command", median(took), "s"),
            Figure("import", "its rate", users / median(took), "users/s"),
            Figure("import", "its peak memory", peaks[users], "MiB", 400.0),
            Figure("import", "whole command / floor", median(took) / median(floors), "x",
                   3.0 if users == bench.scale else None, "" if users == bench.scale else "an empty store is made too"),
        ]  # fmt: skip
    few, many = sorted(peaks)
    out.append(Figure("import", f"peak memory, {many:,} / {few:,} users (flat)", peaks[many] / peaks[few], "x", 1.5))
    return out


def _write(path: Path, users: int) -> None:
    """An Export users file: two licenses each, one user in three has others than the most."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER.split(","))
        for n in range(users):
            two = LICENSES[:2] if n % 3 else LICENSES[2:]
            name = f"Persoon {n:07d}"
            object_id = str(uuid.UUID(int=n + 1))
            upn = f"p{n:07d}@contoso.example"
            writer.writerow(["False", "Sales", name, "+".join(two), object_id, "NL", upn, "2023-04-05 08:15:00Z"])


def _counts() -> list[int]:
    """How many users, sources and seats in use the store has."""
    from licentia.store import sql

    tables = ("SELECT count(*) FROM users", "SELECT count(*) FROM source", "SELECT sum(consumed) FROM pool")
    return [int(sql.value(one, {}) or 0) for one in tables]


def _floor(path: Path) -> None:
    from django.db import connection, transaction

    from licentia.store import sql
    from licentia.store.bulk import journal, tenants

    with transaction.atomic():
        fields = {"name": "Bench", "kind": "local", "origin": "imported", "country": "NL", "time_zone": "UTC"}
        fields |= {"language": "nl", "switches": "", "clock_offset": 0, "confirm_above": 20}
        tenant = tenants.insert_tenant(fields | {"limit_percent": 25, "limit_users": 500, "created_at": 0})
        journal.open_head(tenant)
        tenants.add_products(tenant, list(SKUS), 1)
        first = 1
        for rows in _batches(path):
            sql.insert("users", USER, (_user(tenant, first + i, row) for i, row in enumerate(rows)))
            sql.insert("source", SOURCE, (x for i, row in enumerate(rows) for x in _sources(tenant, first + i, row)))
            tenants.index_search(tenant, first, first + len(rows) - 1)
            first += len(rows)
        tenants.recount_pools(tenant)
    connection.close()


USER = ("tenant_id", "id", "object_id", "principal_name", "principal_key", "display_name", "sort_key", "search_key",
        "account_enabled", "usage_location", "department", "created_at", "account_read_at", "licenses_read_at")  # fmt: skip
SOURCE = ("tenant_id", "product_id", "user_id", "source_kind", "source_id", "state", "disabled_plans")


def _batches(path: Path) -> Iterator[list[dict[str, str]]]:
    with path.open(newline="", encoding="utf-8") as file:
        batch: list[dict[str, str]] = []
        for row in csv.DictReader(file):
            batch.append(row)
            if len(batch) == 5_000:
                yield batch
                batch = []
        yield batch


def _user(tenant: int, number: int, row: dict[str, str]) -> tuple[Any, ...]:
    upn, name = row["User principal name"], row["Display name"]
    key = name.casefold()
    return (tenant, number, row["Object Id"], upn, upn.casefold(), name, key, f"{key} {upn.casefold()}", True,
            row["Usage location"], row["Department"], 1_680_682_500_000_000, 0, 0)  # fmt: skip


def _sources(tenant: int, number: int, row: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    for product, name in enumerate(LICENSES, start=1):
        if name in row["Licenses"]:
            yield (tenant, product, number, 4, 0, 1, "")


if __name__ == "__main__":
    sys.exit("python bench/run.py --only import")
