"""The SQL of finders: for each kind, what is read, which rows are found, and which only might be.

Reads no user; builds text from constants and parameters only. What a finder means is `domain.finders`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from licentia.domain import catalog as catalog_of
from licentia.domain.finders import FinderKind, NotKnown, Search, addons, overlaps
from licentia.domain.instants import Instant
from licentia.store import sql
from licentia.store.lists.finder_accounts import about_account
from licentia.store.lists.finder_parts import HELD, Asked, Part, Question

_FEW = 10
"""Of products with so many service plans or more, a short list of those switched off is passed over at once."""
_RARE = 5_000
"""Holders of a product that are looked at one by one sooner than everybody who has been away."""


def question(tenant_id: int, wanted: Search, now: Instant) -> Question | None:
    """The search as SQL for this tenant; None where its products leave nothing to be found."""
    products: dict[str, int] = dict(
        sql.rows("SELECT p.sku_id, p.id FROM product p WHERE p.tenant_id = %(tenant)s", {"tenant": tenant_id})
    )
    if wanted.sku_id is not None and wanted.sku_id not in products:
        return None
    origin = sql.value("SELECT origin FROM tenant WHERE id = %(tenant)s", {"tenant": tenant_id})
    rare = wanted.sku_id is not None and _holders_of(tenant_id, products[wanted.sku_id]) <= _RARE
    asked = Asked(wanted, products, catalog_of.load(), origin == "imported", now, rare)
    if wanted.finder.looks_at_account:
        return about_account(asked)
    return _LICENSES[wanted.kind](asked)


def _holders_of(tenant_id: int, product_id: int) -> int:
    """Seats taken of the product, of all its pools: as many holders, or a few more."""
    found = sql.value(
        "SELECT sum(o.consumed) FROM pool o WHERE o.tenant_id = %(tenant)s AND o.product_id = %(product)s",
        {"tenant": tenant_id, "product": product_id},
    )
    return int(found or 0)


# ---- about licenses: deleted users hold none, so `source` alone says who


def _about_licenses(
    asked: Asked,
    more: str,
    condition: str,
    params: Mapping[str, Any],
    others: Sequence[tuple[NotKnown, str, str]] = (),
) -> Question:
    """A question over `s` and what is joined to it. `others`: (missing fact, joined, condition) beside unknown paths."""
    scope = f"s.tenant_id = %(tenant)s{asked.product} AND s.state < 4"
    of_user = f"EXISTS (SELECT 1 FROM source s{more} WHERE {HELD}{asked.product}{asked.path} AND {condition})"
    missing = [
        Part(f"source s{joined}", f"{scope}{asked.path} AND {unsure}", "s.user_id", f"'{why}'")
        for why, joined, unsure in others
    ]
    if not asked.wanted.with_unknown_path:
        path = f"{scope} AND s.source_kind = 4 AND {condition}"
        by = sql.by("source_of_unknown_path")
        missing.append(Part(f"source s{by}{more}", path, "s.user_id", f"'{NotKnown.PATH}'"))
    return Question(
        source=f"source s{more}",
        where=f"{scope}{asked.path} AND {condition}",
        key="s.user_id",
        of_user=of_user,
        missing=tuple(missing),
        params=asked.params() | dict(params),
        products=asked.products,
    )


def _duplicate(asked: Asked) -> Question:
    """R-148. A license of unknown path may be direct, by group, or both."""
    by_group = (
        "s.source_kind = 1 AND EXISTS (SELECT 1 FROM source g WHERE g.tenant_id = s.tenant_id AND g.user_id = s.user_id "
        "AND g.product_id = s.product_id AND g.source_kind = 2 AND g.state = 1)"
    )
    scope = f"s.tenant_id = %(tenant)s{asked.product} AND s.state < 4"
    by = sql.by("source_of_unknown_path")
    part = Part(f"source s{by}", f"{scope} AND s.source_kind = 4", "s.user_id", f"'{NotKnown.PATH}'")
    return Question(
        source="source s",
        where=f"{scope} AND {by_group}",
        key="s.user_id",
        of_user=f"EXISTS (SELECT 1 FROM source s WHERE {HELD}{asked.product} AND {by_group})",
        missing=(part,),
        params=asked.params(),
        products=asked.products,
    )


def _overlap(asked: Asked) -> Question | None:
    """R-149."""
    numbers = asked.products
    found = overlaps(asked.catalog, numbers)
    pairs = [(numbers[x.small], numbers[x.large], " ".join(sorted(x.needs))) for x in found]
    if not pairs:
        return None
    missing = "replace(pairs_.needs, off_.value, '') <> pairs_.needs"
    condition = (
        f"s.product_id + 0 {sql.among('smalls')} AND pairs_.small = s.product_id "
        "AND t.tenant_id = s.tenant_id AND t.user_id = s.user_id + 0 AND t.product_id = pairs_.large AND t.state = 1 "
        f"AND (t.disabled_plans = '' OR NOT EXISTS (SELECT 1 FROM {_switched_off('t')} WHERE {missing}))"
    )
    more = f" CROSS JOIN {_rows('pairs', small=int, large=int, needs=str)} CROSS JOIN source t"
    smalls = sorted({small for small, _, _ in pairs})
    return _about_licenses(asked, more, condition, {"pairs": json.dumps(pairs), "smalls": sql.listed(smalls)})


def _addon_without_base(asked: Asked) -> Question | None:
    """R-150."""
    numbers, catalog = asked.products, asked.catalog
    found = addons(catalog, numbers)
    if not found:
        return None
    needs = sorted({(x.plan_id, x.bases) for x in found}, key=lambda need: need[0])
    order = {plan: n for n, (plan, _) in enumerate(needs)}
    held = [(numbers[x.sku_id], order[x.plan_id], x.plan_id) for x in found]
    bases = [
        (n, numbers[sku], plan)
        for n, (_, wanted) in enumerate(needs)
        for sku in numbers
        if sku in catalog.products
        for plan in catalog.products[sku].plan_ids
        if plan in wanted
    ]
    strangers = [number for sku, number in numbers.items() if sku not in catalog.products]
    is_on = "(t.disabled_plans = '' OR replace(t.disabled_plans, bases_.plan, '') = t.disabled_plans)"
    theirs = "t.tenant_id = s.tenant_id AND t.user_id = s.user_id AND t.state < 4"
    lacks = (
        f"s.product_id + 0 {sql.among('addon_products')} AND addons_.product = s.product_id "
        "AND replace(s.disabled_plans, addons_.plan, '') = s.disabled_plans "
        f"AND NOT EXISTS (SELECT 1 FROM source t CROSS JOIN {_rows('bases', need=int, product=int, plan=str)} "
        f"WHERE {theirs} AND bases_.need = addons_.need AND bases_.product = t.product_id AND {is_on})"
    )
    more = f" CROSS JOIN {_rows('addons', product=int, need=int, plan=str)}"
    has_stranger = f"EXISTS (SELECT 1 FROM source t WHERE {theirs} AND t.product_id {sql.among('strangers')})"
    condition = f"{lacks} AND NOT {has_stranger}" if strangers else lacks
    params = {
        "addons": json.dumps(held),
        "bases": json.dumps(bases),
        "strangers": sql.listed(strangers),
        "addon_products": sql.listed(sorted({product for product, _, _ in held})),
    }
    others = [(NotKnown.PRODUCT, more, f"{lacks} AND {has_stranger}")] if strangers else []
    return _about_licenses(asked, more, condition, params, others)


def _nothing_on(asked: Asked) -> Question:
    """R-151."""
    known = {sku: asked.catalog.products[sku].plan_ids for sku in asked.products if sku in asked.catalog.products}
    whole = [(asked.products[sku], len(set(plans)), " ".join(plans)) for sku, plans in known.items() if plans]
    strangers = [number for sku, number in asked.products.items() if sku not in known]
    few = [number for number, plans, _ in whole if plans < _FEW]
    condition = (
        f"s.disabled_plans <> '' AND (length(s.disabled_plans) >= {37 * _FEW - 1} "
        f"OR s.product_id + 0 {sql.among('few')}) AND whole_.product = s.product_id AND {_all_off('s')} "
        "AND NOT EXISTS (SELECT 1 FROM source t WHERE t.tenant_id = s.tenant_id AND t.user_id = s.user_id "
        f"AND t.product_id = s.product_id AND t.state < 4 AND NOT {_all_off('t')})"
    )
    more = f" CROSS JOIN {_rows('whole', product=int, plans=int, ids=str)}"
    params = {"whole": json.dumps(whole), "few": sql.listed(few), "strangers": sql.listed(strangers)}
    strange = f"s.disabled_plans <> '' AND s.product_id + 0 {sql.among('strangers')}"
    others = [(NotKnown.PRODUCT, "", strange)] if strangers else []
    return _about_licenses(asked, more, condition, params, others)


def _all_off(alias: str) -> str:
    """Whether every plan of the product is among those switched off; short lists are seen at once."""
    count = f"(SELECT count(*) FROM {_switched_off(alias)} WHERE replace(whole_.ids, off_.value, '') <> whole_.ids)"
    return f"(length({alias}.disabled_plans) >= 37 * whole_.plans - 1 AND {count} >= whole_.plans)"


_LICENSES: Mapping[FinderKind, Callable[[Asked], Question | None]] = {
    FinderKind.DUPLICATE: _duplicate,
    FinderKind.OVERLAP: _overlap,
    FinderKind.ADDON_WITHOUT_BASE: _addon_without_base,
    FinderKind.NOTHING_ON: _nothing_on,
}


# ---- the dialects' own words


def _switched_off(alias: str) -> str:
    """A FROM item `off_` with the column `value`: the service plans switched off in a source."""
    if sql.is_postgres():
        return f"unnest(string_to_array({alias}.disabled_plans, ',')) AS off_(value)"
    return f"""json_each('["' || replace({alias}.disabled_plans, ',', '","') || '"]') AS off_"""


def _rows(name: str, **columns: type) -> str:
    """A FROM item `name_` over a parameter of JSON rows, with numbers and texts."""
    if sql.is_postgres():
        parts = [
            f"CAST(e->>{i} AS bigint) AS {column}" if kind is int else f"e->>{i} AS {column}"
            for i, (column, kind) in enumerate(columns.items())
        ]
        return f"(SELECT {', '.join(parts)} FROM jsonb_array_elements(CAST(%({name})s AS jsonb)) AS j(e)) AS {name}_"
    parts = [f"json_extract(value, '$[{i}]') AS {column}" for i, column in enumerate(columns)]
    # LIMIT keeps the list whole: merged into the query, SQLite reads the text again for every row of the other table.
    return f"(SELECT {', '.join(parts)} FROM json_each(%({name})s) LIMIT -1) AS {name}_"
