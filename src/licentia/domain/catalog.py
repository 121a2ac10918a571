"""What products contain and what each service plan carries: names, mailboxes, drives, apps, dependencies.

Must never decide what a user loses or know a tenant; it reads tables shipped beside it, never a network.
"""

from __future__ import annotations

import difflib
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import combinations
from types import MappingProxyType
from typing import Final, Literal

from licentia.domain.facts import UNKNOWN, Maybe
from licentia.domain.reasons import BadInput

Confidence = Literal["documented", "reported", "ours"]

_CONFIDENCE: Final[Mapping[str, Confidence]] = {
    "documented": "documented",
    "reported": "reported",
    "ours": "ours",
}
_CANDIDATES: Final = 5
_TABLES: Final = (
    "version.tsv",
    "service_plans.tsv",
    "products.tsv",
    "sources.tsv",
    "carries.tsv",
    "dependencies.tsv",
    "exclusions.tsv",
)


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """One service ("app") inside products; `id` is a lower-case GUID."""

    id: str
    name: str
    friendly_name: str


@dataclass(frozen=True, slots=True)
class Product:
    """What is bought and assigned (a SKU); identifiers are lower-case GUIDs, plans in their order."""

    sku_id: str
    part_number: str
    display_name: str
    plan_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Carries:
    """What one enabled service plan gives its user, how sure we are of it, and who says so."""

    mailbox_gb: int | Maybe | None = None
    """The primary mailbox's limit in GB; None: no mailbox; UNKNOWN: unclassified, so it may be one."""
    archive: bool = False
    """Whether an archive mailbox may be used (of its own, or added to another plan's mailbox)."""
    holds: bool = False
    """Whether the mailbox may be placed on hold."""
    onedrive: bool | Maybe = False
    onedrive_gb: int | Maybe | None = None
    """The drive's largest size in GB an administrator can set; None: no drive; UNKNOWN: limit not known."""
    office: bool = False
    """Office desktop apps; Visio and Project are licensed apart and have their own flags."""
    visio: bool = False
    project: bool = False
    teams: bool = False
    phone: bool = False
    """A phone system or a calling plan."""
    confidence: Confidence = "ours"
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dependency:
    """`plan_id` may be enabled only beside at least one of `needs_any_of`."""

    plan_id: str
    needs_any_of: frozenset[str]
    confidence: Confidence
    source: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Plans `a` and `b` cannot be enabled for the same user; a < b."""

    a: str
    b: str
    confidence: Confidence
    source: str


_NOTHING: Final = Carries(source="not classified")
_MAYBE_MAILBOX: Final = Carries(mailbox_gb=UNKNOWN, source="not classified; named like a mailbox plan")
_MAYBE_DRIVE: Final = Carries(onedrive=UNKNOWN, onedrive_gb=UNKNOWN, source="not classified; named like a drive plan")


class Catalog:
    """Products and service plans by identifier, and the ways people name them; never changes once built."""

    def __init__(
        self,
        *,
        version: str,
        products: Iterable[Product],
        plans: Iterable[ServicePlan],
        carries: Mapping[str, Carries] | None = None,
        dependencies: tuple[Dependency, ...] = (),
        exclusions: tuple[Exclusion, ...] = (),
        other_names: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self.version: Final = version
        self.products: Final[Mapping[str, Product]] = MappingProxyType({p.sku_id: p for p in products})
        self.plans: Final[Mapping[str, ServicePlan]] = MappingProxyType({p.id: p for p in plans})
        self.dependencies: Final = dependencies
        self.exclusions: Final = exclusions
        self._carries: Final = dict(carries or {})
        self._carriers: Final[dict[str, tuple[frozenset[str], frozenset[str]]]] = {}
        index: dict[str, dict[str, Product]] = defaultdict(dict)
        for sku_id, product in self.products.items():
            for name in (product.display_name, product.part_number, *(other_names or {}).get(sku_id, ())):
                index[_key(name)][sku_id] = product
        self._index: Final = {key: tuple(found.values()) for key, found in index.items()}
        self._most_pieces: Final = 1 + max((key.count("+") for key in self._index), default=0)

    def product_or_none(self, sku_id: str) -> Product | None:
        """The product with this GUID in any letter case; None when the table does not have it."""
        return self.products.get(sku_id.lower())

    def carries(self, plan_id: str) -> Carries:
        """What the plan carries; unclassified: nothing, or UNKNOWN if named like a mailbox or drive."""
        plan_id = plan_id.lower()
        known = self._carries.get(plan_id)
        if known is not None:
            return known
        plan = self.plans.get(plan_id)
        name = plan.name.upper() if plan else ""
        if name.startswith("EXCHANGE"):
            return _MAYBE_MAILBOX
        return _MAYBE_DRIVE if name.startswith(("ONEDRIVE", "SHAREPOINT")) else _NOTHING

    def carriers(self, what: str) -> frozenset[str]:
        """The plans of the catalog that carry `what` (a field of Carries), whatever the size."""
        return self._by_field(what)[0]

    def possible_carriers(self, what: str) -> frozenset[str]:
        """Those, and the plans of which nobody knows whether they carry it."""
        return self._by_field(what)[1]

    def _by_field(self, what: str) -> tuple[frozenset[str], frozenset[str]]:
        """Made once per field: a change of many users makes thousands of verdicts, each over some hundred plans."""
        found = self._carriers.get(what)
        if found is None:
            values = {plan: getattr(self.carries(plan), what) for plan in {*self.plans, *self._carries}}
            possible = frozenset(plan for plan, value in values.items() if value is not None and value is not False)
            sure = frozenset(plan for plan in possible if values[plan] is not UNKNOWN)
            found = self._carriers[what] = (sure, possible)
        return found

    def is_classified(self, plan_id: str) -> bool:
        """Whether the table says what the plan carries, be it nothing."""
        return plan_id.lower() in self._carries

    def resolve(self, text: str, owned: Collection[str] = ()) -> Product:
        """The product named by display name, part number or GUID, looked for among `owned` SKU ids first.

        BadInput `unknown_product` (text, candidates: display names) or `ambiguous_product` (text, n,
        candidates: part number and SKU id of each).
        """
        found = self._find(text)
        if not found:
            raise BadInput("unknown_product", text=text, candidates=self._close(text))
        among = _owned_first(found, owned)
        if len(among) > 1:
            candidates = tuple((product.part_number, product.sku_id) for product in among)
            raise BadInput("ambiguous_product", text=text, n=len(among), candidates=candidates)
        return among[0]

    def resolve_plan(self, text: str, product: Product) -> ServicePlan:
        """The plan of `product` named by name, friendly name or GUID; a name wins over a friendly name.

        BadInput `unknown_plan` (text, product: display name, candidates): close friendly names, or, where
        several plans bear the same friendly name, their names.
        """
        inside = [self.plans[plan_id] for plan_id in product.plan_ids if plan_id in self.plans]
        key = _key(text)
        by_name = [plan for plan in inside if key == _key(plan.name) or _guid(key) == plan.id]
        found = by_name or [plan for plan in inside if key == _key(plan.friendly_name)]
        if len(found) == 1:
            return found[0]
        candidates = tuple(plan.name for plan in found) or _close_plans(key, inside)
        raise BadInput("unknown_plan", text=text, product=product.display_name, candidates=candidates)

    def split_names(self, text: str, owned: Collection[str] = ()) -> tuple[tuple[Product, ...], tuple[str, ...]]:
        """The distinct products of names joined with "+", and the pieces that name none, or more than one.

        Some names hold "+" themselves, so the longest name that fits wins. Of several products with one name
        the single owned one is meant; otherwise the piece stays unresolved.
        """
        pieces = [piece for piece in map(_spaced, text.split("+")) if piece]
        products: dict[str, Product] = {}
        unresolved: list[str] = []
        at = 0
        while at < len(pieces):
            size, found = self._longest(pieces[at : at + self._most_pieces])
            among = _owned_first(found, owned)
            if len(among) == 1:
                products[among[0].sku_id] = among[0]
            else:
                unresolved.append(" + ".join(pieces[at : at + size]))
            at += size
        return tuple(products.values()), tuple(unresolved)

    def _longest(self, pieces: list[str]) -> tuple[int, tuple[Product, ...]]:
        for size in range(len(pieces), 0, -1):
            found = self._find("+".join(pieces[:size]))
            if found:
                return size, found
        return 1, ()

    def _find(self, text: str) -> tuple[Product, ...]:
        key = _key(text)
        product = self.products.get(_guid(key))
        return (product,) if product else self._index.get(key, ())

    def _close(self, text: str) -> tuple[str, ...]:
        keys = difflib.get_close_matches(_key(text), self._index, n=2 * _CANDIDATES)
        names = dict.fromkeys(product.display_name for key in keys for product in self._index[key])
        return tuple(names)[:_CANDIDATES]


def _spaced(text: str) -> str:
    """Any run of blanks, the no-break space too, as one space."""
    return " ".join(text.split())


def _key(text: str) -> str:
    """The form in which names are compared: blanks, letter case, dashes, room around "+" do not matter."""
    return "+".join(map(_spaced, text.casefold().replace("\N{EN DASH}", "-").split("+")))


def _guid(key: str) -> str:
    return key.strip("{}()")


def _owned_first(found: tuple[Product, ...], owned: Collection[str]) -> tuple[Product, ...]:
    if len(found) < 2:
        return found
    held = {sku_id.lower() for sku_id in owned}
    return tuple(product for product in found if product.sku_id in held) or found


def _close_plans(key: str, plans: list[ServicePlan]) -> tuple[str, ...]:
    friendly = {_key(name): plan.friendly_name for plan in plans for name in (plan.name, plan.friendly_name)}
    keys = difflib.get_close_matches(key, friendly, n=2 * _CANDIDATES)
    return tuple(dict.fromkeys(friendly[found] for found in keys))[:_CANDIDATES]


@cache
def load() -> Catalog:
    """The shipped catalog, read once per process; its version changes with any byte of its tables."""
    folder = resources.files("licentia.domain") / "catalog_data"
    contents = {name: (folder / name).read_bytes() for name in _TABLES}
    digest = hashlib.sha256(b"".join(contents.values())).hexdigest()
    rows = {name: [line.split("\t") for line in content.decode().splitlines()] for name, content in contents.items()}
    facts = {row[0]: row[1] for row in rows["version.tsv"]}
    plans = [ServicePlan(*row) for row in rows["service_plans.tsv"][1:]]
    sources = {key: _citation(*rest) for key, *rest in rows["sources.tsv"][1:]}
    length = int(facts["reference_length"])
    by_reference = {plan.id[:length]: plan.id for plan in plans}
    products = rows["products.tsv"][1:]
    return Catalog(
        version=f"{facts['as_of']}-{digest[:12]}",
        plans=plans,
        products=[
            Product(sku, part, name, tuple([by_reference[reference] for reference in references.split()]))
            for sku, part, name, _, references in products
        ],
        other_names={row[0]: row[3].split(" | ") for row in products if row[3]},
        carries={row[0]: _carries(row, sources) for row in rows["carries.tsv"][1:]},
        dependencies=tuple(
            Dependency(plan, frozenset(needs.split()), _CONFIDENCE[confidence], sources[source])
            for plan, _, needs, _, confidence, source, _ in rows["dependencies.tsv"][1:]
        ),
        exclusions=tuple(
            Exclusion(a, b, _CONFIDENCE[confidence], sources[source])
            for group, _, confidence, source, _ in rows["exclusions.tsv"][1:]
            for a, b in combinations(sorted(group.split()), 2)
        ),
    )


def _citation(title: str, url: str, read_on: str) -> str:
    where = "" if url == "-" else f", {url}"
    return f"{title}{where}, read {read_on}"


def _carries(row: list[str], sources: Mapping[str, str]) -> Carries:
    _, _, mailbox, archive, holds, drive, office, visio, project, teams, phone, confidence, source, note = row
    return Carries(
        mailbox_gb=None if mailbox == "-" else int(mailbox),
        archive=archive == "yes",
        holds=holds == "yes",
        onedrive=UNKNOWN if drive == "?" else drive != "-",
        onedrive_gb=None if drive == "-" else int(drive) if drive.isdigit() else UNKNOWN,
        office=office == "yes",
        visio=visio == "yes",
        project=project == "yes",
        teams=teams == "yes",
        phone=phone == "yes",
        confidence=_CONFIDENCE[confidence],
        source=sources[source],
        note="" if note == "-" else note,
    )
