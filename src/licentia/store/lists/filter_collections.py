"""What lambdas of a $filter walk: lists of texts, licenses, service plans, kinds of group.

Pieces of SQL over `u` and `g`; each table in them is tied to the row's own tenant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from licentia.domain import catalog
from licentia.store import sql
from licentia.store.lists.filter_columns import GROUP_TYPES, USER_LISTS, Column
from licentia.store.lists.filter_compiler import FALSE, Collection, Compiler, Element, all_of, any_of

MOST_PLANS: Final = 40
"""So many plans at most may meet a condition on assignedPlans: each is a question of its own to the database."""

Condition = Callable[[Element], str]


@dataclass(frozen=True, slots=True)
class Texts:
    """A JSON array of texts in a column of the profile."""

    column: str

    def exists(self, compiler: Compiler, condition: Condition | None) -> str:
        """Some text has the condition; of a user without a profile nobody knows, or there is none (R-190, R-191).

        A text out of JSON has the collation of the database; only "C" leaves letters but a to z as they are (R-192).
        """
        alias = compiler.alias("e")
        value = f'({alias}.value COLLATE "C")' if sql.is_postgres() else f"{alias}.value"
        found = "" if condition is None else condition(Element({"": Column(value, is_required=True)}))
        if found == FALSE:
            return FALSE
        where = f" WHERE {found}" if found else ""
        some = f"(EXISTS (SELECT 1 FROM {self._each(alias)}{where}))"
        return f"(CASE WHEN p.user_id IS NOT NULL THEN {some} END)" if compiler.keeps_unknown else some

    def count(self, compiler: Compiler, sign: str, number: int) -> str | None:
        """So many texts."""
        alias = compiler.alias("e")
        counted = f"((SELECT count(*) FROM {self._each(alias)}) {sign} {compiler.bind(number)})"
        return f"(CASE WHEN p.user_id IS NOT NULL THEN {counted} END)" if compiler.keeps_unknown else counted

    def _each(self, alias: str) -> str:
        if sql.is_postgres():
            return f"jsonb_array_elements_text(CAST({self.column} AS jsonb)) AS {alias}(value)"
        return f"json_each({self.column}) AS {alias}"


@dataclass(frozen=True, slots=True)
class Licenses:
    """Products held, through any source (an assignment in error is not), or given by a group."""

    rows: str
    """FROM and WHERE, with {a} for the alias."""

    def exists(self, compiler: Compiler, condition: Condition | None) -> str:
        """Some product has the condition."""
        alias = compiler.alias("s")
        found = "" if condition is None else condition(Element({"skuid": _product(alias)}))
        if found == FALSE:
            return FALSE
        also = f" AND {found}" if found else ""
        return f"(EXISTS (SELECT 1 {self.rows.format(a=alias)}{also}))"

    def count(self, compiler: Compiler, sign: str, number: int) -> str | None:
        """So many products, each once."""
        alias = compiler.alias("s")
        rows = self.rows.format(a=alias)
        return f"((SELECT count(DISTINCT {alias}.product_id) {rows}) {sign} {compiler.bind(number)})"


def _product(alias: str) -> Callable[[Compiler, str], str]:
    def held(compiler: Compiler, sku: str) -> str:
        wanted = f"SELECT q.id FROM product q WHERE q.tenant_id = %(tenant)s AND q.sku_id = {compiler.bind(sku)}"
        return f"({alias}.product_id IN ({wanted}))"

    return held


@cache
def _products_of_plans() -> Mapping[str, tuple[str, ...]]:
    """By service plan, the products of the catalog that hold it."""
    found: dict[str, list[str]] = defaultdict(list)
    for product in catalog.load().products.values():
        for plan in product.plan_ids:
            found[plan].append(product.sku_id)
    return {plan: tuple(skus) for plan, skus in found.items()}


@dataclass(frozen=True, slots=True)
class Plans:
    """Service plans that are on: of the products held, minus what every source of them switches off."""

    rows: str

    def exists(self, compiler: Compiler, condition: Condition | None) -> str:
        """Some plan has the condition. Which products hold a plan says the catalog, not the database."""
        parts: list[str] = []
        named = 0
        for plan, skus in _products_of_plans().items():
            element = Element({"serviceplanid": plan, "capabilitystatus": "Enabled"})
            found = "" if condition is None else condition(element)
            if found == FALSE:
                continue
            named += 1
            if named > MOST_PLANS:
                raise compiler.unknown(("assignedPlans",))
            parts.append(all_of([*([found] if found else []), self._on(compiler, plan, skus)]))
        return any_of(parts)

    def _on(self, compiler: Compiler, plan: str, skus: tuple[str, ...]) -> str:
        alias = compiler.alias("s")
        among = sql.among_texts(compiler.name(sql.listed_texts(skus)))
        wanted = f"SELECT q.id FROM product q WHERE q.tenant_id = %(tenant)s AND q.sku_id {among}"
        off = compiler.bind(f"%{plan}%")
        return (
            # + 0: a user's few sources are looked through, instead of asking for each of a hundred products.
            f"(EXISTS (SELECT 1 {self.rows.format(a=alias)} AND {alias}.product_id + 0 IN ({wanted}) "
            f"AND {alias}.disabled_plans NOT LIKE {off}))"
        )

    def count(self, compiler: Compiler, sign: str, number: int) -> str | None:
        """Nobody counts plans."""
        return None


@dataclass(frozen=True, slots=True)
class GroupTypes:
    """What kind of group it is, as Graph's list of words."""

    def exists(self, compiler: Compiler, condition: Condition | None) -> str:
        """Some word has the condition."""
        parts = []
        for word, when in GROUP_TYPES.items():
            found = "" if condition is None else condition(Element({"": word}))
            parts.append(all_of([*([found] if found else []), f"({when})"]))
        return any_of(parts)

    def count(self, compiler: Compiler, sign: str, number: int) -> str | None:
        """So many words."""
        counted = " + ".join(f"CASE WHEN {when} THEN 1 ELSE 0 END" for when in GROUP_TYPES.values())
        return f"(({counted}) {sign} {compiler.bind(number)})"


_HELD = "FROM source {a} WHERE {a}.tenant_id = u.tenant_id AND {a}.user_id = u.id AND {a}.state < 4"
_GIVEN = "FROM group_license {a} WHERE {a}.tenant_id = g.tenant_id AND {a}.group_id = g.id"

OF_USERS: Final[Mapping[str, Collection]] = {
    **{name: Texts(column) for name, column in USER_LISTS.items()},
    "assignedlicenses": Licenses(_HELD),
    "assignedplans": Plans(_HELD),
}
OF_GROUPS: Final[Mapping[str, Collection]] = {"grouptypes": GroupTypes(), "assignedlicenses": Licenses(_GIVEN)}
