"""The SQL of finders: for each kind, what is read, which rows are found, and which only might be.

Reads no user; builds text from constants and parameters only. What a finder means is `domain.finders`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from licentia.domain import catalog as catalog_of
from licentia.domain.catalog import Catalog
from licentia.domain.finders import FinderKind, NotKnown, Search, addons, overlaps
from licentia.domain.instants import DAY, Instant
from licentia.domain.mailboxes import SHARED_FREE_GB
from licentia.store import sql

_FEW = 10
"""Of products with so many service plans or more, a short list of those switched off is passed over at once."""
_RARE = 5_000
"""Holders of a product that are looked at one by one sooner than everybody who has been away."""
_FREE_BYTES = SHARED_FREE_GB * 1_073_741_824
_HELD = "s.tenant_id = u.tenant_id AND s.user_id = u.id AND s.state < 4"
_BESIDE_MAILBOX = "s.tenant_id = u.tenant_id AND s.user_id = coalesce(b.user_id, u.id) AND s.state < 4"
"""The same, looked up only after the mailbox was: most mailboxes are not shared ones."""
_ALIVE = "u.tenant_id = %(tenant)s AND u.deleted_at IS NULL"
_MAILBOX = " LEFT JOIN mailbox b ON b.tenant_id = u.tenant_id AND b.user_id = u.id"


@dataclass(frozen=True, slots=True)
class Part:
    """Users who might be found: what to read, which rows, and the expression that says which fact is missing."""

    source: str
    where: str
    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """One search as SQL. `of_user` is the same condition over the alias `u` of users (`b`: its mailbox).

    `quick` reads the same users by the index of the fact: for some of them, not for an order.
    """

    source: str
    where: str
    key: str
    of_user: str
    missing: tuple[Part, ...]
    params: dict[str, Any]
    products: Mapping[str, int]
    """Numbers of the tenant's products by SKU id."""
    quick: tuple[str, str] | None = None
    """What is read, and which rows."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every kind's SQL is made from."""

    wanted: Search
    products: Mapping[str, int]
    catalog: Catalog
    is_copy: bool
    now: Instant
    is_rare: bool = False
    """So few hold the product that they are looked at, and not the users to whom the rest applies."""
    apart: str = ""
    """Behind a column: keeps the planner from the index of it, where the order is another's."""

    @property
    def path(self) -> str:
        """The paths that count."""
        return "" if self.wanted.with_unknown_path else " AND s.source_kind <> 4"

    @property
    def product(self) -> str:
        """The product that counts."""
        return "" if self.wanted.sku_id is None else " AND s.product_id = %(product)s"

    def params(self) -> dict[str, Any]:
        """The parameters that any part may name."""
        span = (self.wanted.days or 0) * DAY
        product = self.products.get(self.wanted.sku_id or "", 0)
        return {"product": product, "before": self.now - span, "span": span, "free": _FREE_BYTES}


def question(tenant_id: int, wanted: Search, now: Instant) -> Question | None:
    """The search as SQL for this tenant; None where its products leave nothing to be found."""
    products: dict[str, int] = dict(
        sql.rows("SELECT p.sku_id, p.id FROM product p WHERE p.tenant_id = %(tenant)s", {"tenant": tenant_id})
    )
    if wanted.sku_id is not None and wanted.sku_id not in products:
        return None
    origin = sql.value("SELECT origin FROM tenant WHERE id = %(tenant)s", {"tenant": tenant_id})
    rare = wanted.sku_id is not None and _holders_of(tenant_id, products[wanted.sku_id]) <= _RARE
    asked = _Asked(wanted, products, catalog_of.load(), origin == "imported", now, rare)
    if wanted.finder.looks_at_account:
        return _about_account(asked)
    return _LICENSES[wanted.kind](asked)


def _holders_of(tenant_id: int, product_id: int) -> int:
    """Seats taken of the product, of all its pools: as many holders, or a few more."""
    found = sql.value(
        "SELECT sum(o.consumed) FROM pool o WHERE o.tenant_id = %(tenant)s AND o.product_id = %(product)s",
        {"tenant": tenant_id, "product": product_id},
    )
    return int(found or 0)


# ---- about the account or its mailbox


def _about_account(asked: _Asked) -> Question:
    conditions, ordered = (_ACCOUNTS[asked.wanted.kind](one) for one in (asked, replace(asked, apart=" + 0")))
    found = ordered.found
    is_mailbox = asked.wanted.kind is FinderKind.SHARED
    held = (_BESIDE_MAILBOX if is_mailbox else _HELD) + asked.product
    known = f"EXISTS (SELECT 1 FROM source s WHERE {held}{asked.path})"
    mailbox = _MAILBOX if is_mailbox else ""
    missing = [
        Part(
            f"users u{sql.by(index)}{mailbox}",
            f"{_ALIVE} AND {unsure} AND EXISTS (SELECT 1 FROM source s WHERE {held})",
            "u.id",
            f"'{why}'",
        )
        for why, (index, unsure) in conditions.maybe.items()
    ]
    if not asked.wanted.with_unknown_path:
        of_path = f"{_holders(asked)} AND s.source_kind = 4 AND {found} AND NOT {known}"
        by = sql.by("source_of_unknown_path")
        missing.append(Part(f"source s{by} CROSS JOIN users u{mailbox}", of_path, "s.user_id", f"'{NotKnown.PATH}'"))
    source, where, key = f"users u{mailbox}", f"{_ALIVE} AND {found} AND {known}", "u.id"
    quick = (f"users u{sql.by(conditions.index)}", f"{_ALIVE} AND {conditions.found} AND {known}")
    if asked.is_rare:
        source, key = f"source s CROSS JOIN users u{mailbox}", "s.user_id"
        where = f"{_holders(asked)}{asked.path} AND {found}"
    elif is_mailbox:
        # Most users are not in it: the mailboxes come first.
        source, key = "mailbox b CROSS JOIN users u", "b.user_id"
        where = f"b.tenant_id = %(tenant)s AND u.id = b.user_id AND {where}"
    return Question(
        source,
        where,
        key,
        f"{found} AND {known}",
        tuple(missing),
        asked.params(),
        asked.products,
        None if asked.is_rare or is_mailbox else quick,
    )


def _holders(asked: _Asked) -> str:
    return (
        f"s.tenant_id = %(tenant)s{asked.product} AND s.state < 4 "
        "AND u.tenant_id = s.tenant_id AND u.id = s.user_id AND u.deleted_at IS NULL"
    )


@dataclass(frozen=True, slots=True)
class _Conditions:
    """Over `u` and `b`: who is found for certain, and who might be, by the fact that is missing; each with its index."""

    index: str
    found: str
    maybe: Mapping[NotKnown, tuple[str, str]]


def _blocked(_asked: _Asked) -> _Conditions:
    """R-145."""
    unread = "u.account_enabled IS NULL"
    return _Conditions(
        "users_blocked", "(NOT u.account_enabled)", {NotKnown.SIGN_IN_STATUS: ("users_status_unread", unread)}
    )


def _never_signed_in(asked: _Asked) -> _Conditions:
    """R-146. A copy's days end when its file was read."""
    limit = "u.sign_in_read_at - %(span)s" if asked.is_copy else "%(before)s"
    never = "u.sign_in_read_at IS NOT NULL AND u.last_sign_in_at IS NULL"
    long_ago = f"u.created_at{asked.apart} < %(before)s AND u.created_at{asked.apart} < {limit}"
    unread = "u.sign_in_read_at IS NULL AND u.last_sign_in_at IS NULL"
    return _Conditions(
        "users_never_in",
        f"({never} AND {long_ago})",
        {
            NotKnown.SIGN_IN: (
                "users_sign_in_unread",
                f"({unread} AND (u.created_at IS NULL OR u.created_at < %(before)s))",
            ),
            NotKnown.CREATED: ("users_never_in", f"({never} AND u.created_at IS NULL)"),
        },
    )


def _inactive(asked: _Asked) -> _Conditions:
    """R-147."""
    limit = "u.sign_in_read_at - %(span)s" if asked.is_copy else "%(before)s"
    used_limit = "u.activity_read_at - %(span)s" if asked.is_copy else "%(before)s"
    seen = f"coalesce(u.last_sign_in_at, u.created_at){asked.apart}"
    # `before` is said for the index: a copy's limit is another for every user, and never later.
    away = f"(u.sign_in_read_at IS NOT NULL AND {seen} < %(before)s AND {seen} < {limit})"
    unused = f"(u.last_activity_at IS NULL OR u.last_activity_at < {used_limit})"
    maybe_unused = f"(u.activity_read_at IS NULL OR {unused})"
    nameless = "u.sign_in_read_at IS NOT NULL AND u.last_sign_in_at IS NULL AND u.created_at IS NULL"
    return _Conditions(
        "users_away",
        f"({away} AND u.activity_read_at IS NOT NULL AND {unused})",
        {
            NotKnown.SIGN_IN: ("users_sign_in_unread", f"(u.sign_in_read_at IS NULL AND {maybe_unused})"),
            NotKnown.CREATED: ("users_never_in", f"({nameless} AND {maybe_unused})"),
            NotKnown.ACTIVITY: ("users_unused", f"({away} AND u.activity_read_at IS NULL)"),
        },
    )


def _shared(_asked: _Asked) -> _Conditions:
    """R-152: anything that is not known to be so is not found (R-11, R-12)."""
    fits = "b.size_bytes <= %(free)s"
    found = f"(b.kind = 'shared' AND {fits} AND NOT b.has_archive AND b.hold = 'none')"
    may = (
        f"(b.size_bytes IS NULL OR {fits}) AND (b.has_archive IS NULL OR NOT b.has_archive) "
        "AND (b.hold IS NULL OR b.hold = 'none')"
    )
    gap = "(b.size_bytes IS NULL OR b.has_archive IS NULL OR b.hold IS NULL)"
    unsure = f"(b.user_id IS NULL OR (b.kind = 'shared' AND {may} AND {gap}))"
    return _Conditions("", found, {NotKnown.MAILBOX: ("", unsure)})


_ACCOUNTS: Mapping[FinderKind, Callable[[_Asked], _Conditions]] = {
    FinderKind.BLOCKED: _blocked,
    FinderKind.NEVER_SIGNED_IN: _never_signed_in,
    FinderKind.INACTIVE: _inactive,
    FinderKind.SHARED: _shared,
}


# ---- about licenses: deleted users hold none, so `source` alone says who


def _about_licenses(
    asked: _Asked,
    more: str,
    condition: str,
    params: Mapping[str, Any],
    others: Sequence[tuple[NotKnown, str, str]] = (),
) -> Question:
    """A question over `s` and what is joined to it. `others`: (missing fact, joined, condition) beside unknown paths."""
    scope = f"s.tenant_id = %(tenant)s{asked.product} AND s.state < 4"
    of_user = f"EXISTS (SELECT 1 FROM source s{more} WHERE {_HELD}{asked.product}{asked.path} AND {condition})"
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


def _duplicate(asked: _Asked) -> Question:
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
        of_user=f"EXISTS (SELECT 1 FROM source s WHERE {_HELD}{asked.product} AND {by_group})",
        missing=(part,),
        params=asked.params(),
        products=asked.products,
    )


def _overlap(asked: _Asked) -> Question | None:
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


def _addon_without_base(asked: _Asked) -> Question | None:
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


def _nothing_on(asked: _Asked) -> Question:
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


_LICENSES: Mapping[FinderKind, Callable[[_Asked], Question | None]] = {
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
