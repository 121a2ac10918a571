"""Finders over a whole tenant beside their floors: the plainest statements that read the same rows and return the same users.

Measured are the page that `licentia find` shows, with what could not be known, and all the ids that go into a plan.
"""

from __future__ import annotations

from statistics import median
from typing import Any

from rows import TENANT, Bench, Figure, timed

GOAL = 3.0
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
LOOSE = frozenset({"overlap", "addon-without-base"})
"""Floors that do not look at service plans switched off, and so return a few users more."""


_UNREAD = "s.tenant_id = %(tenant)s AND s.state < 4 AND s.source_kind = 4"
UNKNOWN = {
    "blocked": f"SELECT u.id FROM users u WHERE {ALIVE} AND u.account_enabled IS NULL AND {HELD}",
    "never-signed-in": f"SELECT u.id FROM users u WHERE {ALIVE} AND u.sign_in_read_at IS NULL AND {HELD}",
    "inactive": f"SELECT u.id FROM users u WHERE {ALIVE} AND (u.sign_in_read_at IS NULL OR u.activity_read_at IS NULL) "
    f"AND {HELD}",
    "shared": "SELECT u.id FROM users u LEFT JOIN mailbox b ON b.tenant_id = u.tenant_id AND b.user_id = u.id "
    f"WHERE {ALIVE} AND b.user_id IS NULL AND {HELD}",
}
"""Users whom nobody can judge; for finders about licenses: those of unknown path."""


def figures(bench: Bench) -> list[Figure]:
    """Seconds and ratios of every finder on the largest tenant; floor and product take turns on a warm store."""
    from licentia.domain.finders import FinderKind

    bench.say(f"finders over {bench.scale:,} users")
    bench.stores.restore(bench.stores.tenant(bench.scale))
    return [figure for kind in FinderKind for figure in _one(bench, kind)]


def _one(bench: Bench, kind: Any) -> list[Figure]:
    from licentia.domain.finders import search
    from licentia.store import clock, sql
    from licentia.store.lists import finders

    now = clock.tenant_now(TENANT)
    params = {"tenant": TENANT, "month": now - 30 * 86_400_000_000, "quarter": now - 90 * 86_400_000_000}
    asked, text = search(kind, {}), FLOORS[kind.value].format(**_numbers(TENANT))
    unknown = UNKNOWN.get(kind.value, f"SELECT DISTINCT s.user_id FROM source s WHERE {_UNREAD}")

    def floor() -> list[int]:
        return sorted(row[0] for row in sql.rows(text, params))

    def page() -> None:
        finders.page(TENANT, asked, now)
        finders.not_known(TENANT, asked, now)

    def whole() -> list[int]:
        found: list[int] = []
        while (
            len(chunk := finders.user_ids(TENANT, kind, asked.params, now, found[-1] if found else 0, CHUNK)) == CHUNK
        ):
            found += chunk
        return found + chunk

    expected, found = floor(), whole()
    if not set(found) <= set(expected) or (kind.value not in LOOSE and found != expected):
        raise SystemExit(f"{kind}: the floor finds {len(expected)}, the finder {len(found)}")
    took: dict[str, list[float]] = {}
    for _ in range(bench.rounds):
        timed(took, "floor", floor)
        timed(took, "unknown", lambda: sql.rows(unknown, params))
        timed(took, "page", page)
        timed(took, "whole", whole)
    middle = {name: median(values) for name, values in took.items()}
    both = middle["floor"] + middle["unknown"]
    of = f"{kind.value}, {len(found):,} of {bench.scale:,}"
    return [
        Figure("find", f"all ids, {of}", middle["whole"], "s"),
        Figure("find", f"page and what is not known, {of}", middle["page"], "s"),
        Figure("find", f"all ids / floor, {of}", middle["whole"] / middle["floor"], "x", GOAL),
        Figure("find", f"page / floor with what is not known, {of}", middle["page"] / both, "x", GOAL),
    ]


def _numbers(tenant_id: int) -> dict[str, str]:
    """Product numbers for the floors, written into their text."""
    from licentia.domain import catalog as catalog_of
    from licentia.domain.finders import addons, overlaps
    from licentia.store.lists import products

    catalog, numbers = catalog_of.load(), {row.sku_id: row.id for row in products.every(tenant_id)}
    pairs = overlaps(catalog, numbers)
    found = addons(catalog, numbers)
    bases = {
        numbers[sku] for sku in numbers if any(addon.bases & set(catalog.products[sku].plan_ids) for addon in found)
    }
    return {
        "smalls": ", ".join(sorted({str(numbers[pair.small]) for pair in pairs})),
        "pairs": " OR ".join(
            f"s.product_id = {numbers[pair.small]} AND t.product_id = {numbers[pair.large]}" for pair in pairs
        ),
        "addons": ", ".join(sorted({str(numbers[addon.sku_id]) for addon in found})),
        "bases": ", ".join(map(str, sorted(bases))),
    }
