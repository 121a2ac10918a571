"""Finders: which users hold a license that may be taken back, what each finder looks at, and what it can't know.

Pure values. What a finder means for one user's sources is said here; asking a whole tenant is `store.lists.finders`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from licentia.domain.catalog import Catalog
from licentia.domain.facts import UNKNOWN, AssignmentState, Maybe, Source, SourceKind
from licentia.domain.intents import Intent, Unassign, UnassignAll
from licentia.domain.reasons import BadInput


class FinderKind(StrEnum):
    """What can be looked for, by the name a command takes."""

    BLOCKED = "blocked"
    NEVER_SIGNED_IN = "never-signed-in"
    INACTIVE = "inactive"
    DUPLICATE = "duplicate"
    OVERLAP = "overlap"
    ADDON_WITHOUT_BASE = "addon-without-base"
    NOTHING_ON = "nothing-on"
    SHARED = "shared"


class NotKnown(StrEnum):
    """A fact without which a finder can't say yes or no of a user (I-7): such users are counted, never listed."""

    SIGN_IN_STATUS = "sign_in_status"
    SIGN_IN = "sign_in"
    CREATED = "created"
    ACTIVITY = "activity"
    MAILBOX = "mailbox"
    PATH = "path"
    PRODUCT = "product"
    AGE = "age"
    HOLD = "hold"
    MAILBOX_KIND = "mailbox_kind"


class LeaveOut(StrEnum):
    """Whom a search about accounts leaves out, although it would find them. Not known is left out too, and counted."""

    NEW = "new"
    """Created in the last 30 days."""
    HOLD = "hold"
    """The mailbox is on hold."""
    SHARED = "shared"
    """A shared mailbox, a room or equipment."""
    BLOCKED = "blocked"
    """Sign-in is blocked."""


NEW_DAYS: Final = 30
USUALLY_LEFT_OUT: Final = frozenset({LeaveOut.NEW, LeaveOut.HOLD, LeaveOut.SHARED})
"""What a page offers first; the never list is left out by every plan."""
MISSES: Final[Mapping[LeaveOut, NotKnown]] = {
    LeaveOut.NEW: NotKnown.AGE,
    LeaveOut.HOLD: NotKnown.HOLD,
    LeaveOut.SHARED: NotKnown.MAILBOX_KIND,
    LeaveOut.BLOCKED: NotKnown.SIGN_IN_STATUS,
}
"""The fact that says whether somebody is left out."""


@dataclass(frozen=True, slots=True)
class Finder:
    """A finder: the rule it cites, its usual number of days, and which facts it may miss."""

    kind: FinderKind
    rule: str
    not_known: tuple[NotKnown, ...]
    days: int | None = None
    looks_at_account: bool = False
    """It is about the account or its mailbox: every direct license of a user it finds can go, not only one product."""


FINDERS: Final[Mapping[FinderKind, Finder]] = {
    finder.kind: finder
    for finder in (
        Finder(FinderKind.BLOCKED, "R-145", (NotKnown.SIGN_IN_STATUS, NotKnown.PATH), looks_at_account=True),
        Finder(
            FinderKind.NEVER_SIGNED_IN,
            "R-146",
            (NotKnown.SIGN_IN, NotKnown.CREATED, NotKnown.PATH),
            days=30,
            looks_at_account=True,
        ),
        Finder(
            FinderKind.INACTIVE,
            "R-147",
            (NotKnown.SIGN_IN, NotKnown.CREATED, NotKnown.ACTIVITY, NotKnown.PATH),
            days=90,
            looks_at_account=True,
        ),
        Finder(FinderKind.DUPLICATE, "R-148", (NotKnown.PATH,)),
        Finder(FinderKind.OVERLAP, "R-149", (NotKnown.PATH,)),
        Finder(FinderKind.ADDON_WITHOUT_BASE, "R-150", (NotKnown.PATH, NotKnown.PRODUCT)),
        Finder(FinderKind.NOTHING_ON, "R-151", (NotKnown.PATH, NotKnown.PRODUCT)),
        Finder(FinderKind.SHARED, "R-152", (NotKnown.MAILBOX, NotKnown.PATH), looks_at_account=True),
    )
}


# ---- a search: a finder with its parameters


@dataclass(frozen=True, slots=True)
class Search:
    """A finder, for one product or any, with its number of days. Users held by an unknown path only where asked."""

    kind: FinderKind
    sku_id: str | None = None
    days: int | None = None
    with_unknown_path: bool = False
    leave: frozenset[LeaveOut] = frozenset()

    @property
    def finder(self) -> Finder:
        """What its kind looks at."""
        return FINDERS[self.kind]

    @property
    def params(self) -> dict[str, Any]:
        """What was asked besides the kind, as a plan or a saved finder keeps it."""
        return {
            name: value
            for name, value in (
                ("days", self.days),
                ("sku_id", self.sku_id),
                ("with_unknown_path", self.with_unknown_path or None),
                ("leave", sorted(self.leave) or None),
            )
            if value is not None
        }

    def to_text(self) -> str:
        """Canonical text, as the selection of a plan keeps it."""
        return json.dumps({"kind": self.kind, "params": self.params}, sort_keys=True, separators=(",", ":"))

    def for_plan(self) -> Search:
        """The same without users of unknown path: a plan never chooses them by itself (R-155)."""
        return replace(self, with_unknown_path=False)


def search(kind: str, params: Mapping[str, Any]) -> Search:
    """The search of this kind with these parameters; its usual days where none are given.

    BadInput `unknown_finder` for a kind that is none, `finder_no_days` for days where they say nothing,
    `finder_no_leave` for somebody to leave out where accounts are not looked at, or whom nothing describes.
    """
    if kind not in set(FinderKind):
        raise BadInput("unknown_finder", text=kind, known=", ".join(FinderKind))
    finder = FINDERS[FinderKind(kind)]
    days = params.get("days")
    if days is not None and finder.days is None:
        raise BadInput("finder_no_days", finder=kind)
    return Search(
        finder.kind,
        params.get("sku_id"),
        finder.days if days is None else int(days),
        bool(params.get("with_unknown_path", False)),
        _leave(finder, params.get("leave", ())),
    )


def _leave(finder: Finder, names: Iterable[str]) -> frozenset[LeaveOut]:
    chosen = list(names)
    wrong = next((name for name in chosen if not finder.looks_at_account or name not in set(LeaveOut)), None)
    if wrong is not None:
        raise BadInput("finder_no_leave", finder=finder.kind.value, text=wrong)
    return frozenset(map(LeaveOut, chosen))


def intent_of(asked: Search) -> Intent:
    """What takes back what the search finds: its product, or every direct license where the account is looked at.

    BadInput `finder_needs_product` where only a product can be taken back and none is given.
    """
    if asked.sku_id is not None:
        return Unassign(asked.sku_id)
    if asked.finder.looks_at_account:
        return UnassignAll()
    raise BadInput("finder_needs_product", finder=asked.kind.value)


# ---- what it means for one user's sources


@dataclass(frozen=True, slots=True)
class Finding:
    """Which product was found, and beside what: the group, the larger product, or the plan of it that lacks its base."""

    sku_id: str
    group_id: int = 0
    other_sku: str = ""
    plan_id: str = ""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Everything in `small` is also in `large` as long as its plans `needs` are on (R-149)."""

    small: str
    large: str
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Addon:
    """The product `sku_id` has a plan that works only beside another, and has none of those itself (R-150)."""

    sku_id: str
    plan_id: str
    bases: frozenset[str]
    """Plans beside which it works, or may work for all that anybody knows."""


_TECHNICAL: Final = frozenset(
    {
        "113feb6c-3fe4-4440-bddc-54d774bf0318",  # EXCHANGE_S_FOUNDATION
        "922ba911-5694-4e99-a794-73aed9bfeec8",  # EXCHANGE_S_FOUNDATION_GOV
    }
)
"""Plans that are in many products and give nothing by themselves."""

_TO_DO = (
    "5e62787c-c316-451f-b873-1d05acd4d12c",
    "c87f142c-d1e9-4363-8630-aaea9c4d9ae5",
    "3fb82609-8c27-4f7b-bd51-30634711ee67",
)
_LARGER: Final[Mapping[str, tuple[str, ...]]] = {
    _TO_DO[0]: _TO_DO[1:],
    _TO_DO[1]: _TO_DO[2:],
    "932ad362-64a8-4783-9106-97849a1a30b9": ("2e2ddb96-6af9-4b1d-a3f0-d6ecfd22edb2",),  # Cloud App Discovery, whole
}
"""By plan, others of the same family that give all of it and more; mailboxes and drives are compared by what they carry."""


def overlaps(catalog: Catalog, sku_ids: Iterable[str]) -> tuple[Overlap, ...]:
    """Pairs of these products of which one is wholly in the other. Two of equal content are a pair both ways."""
    return _pairs(catalog, frozenset(sku_ids))


@lru_cache(maxsize=256)
def _pairs(catalog: Catalog, sku_ids: frozenset[str]) -> tuple[Overlap, ...]:
    known = [catalog.products[sku] for sku in sorted(sku_ids) if sku in catalog.products]
    found: list[Overlap] = []
    for small in known:
        wanted = [plan for plan in small.plan_ids if plan not in _TECHNICAL]
        for large in known if wanted else ():
            needs = [_covered_by(catalog, plan, large.plan_ids) for plan in wanted]
            if small is not large and None not in needs:
                found.append(Overlap(small.sku_id, large.sku_id, frozenset(plan for plan in needs if plan)))
    return tuple(found)


def _covered_by(catalog: Catalog, plan: str, others: tuple[str, ...]) -> str | None:
    """The plan among others that gives what this one gives; itself where it is there."""
    if plan in others:
        return plan
    for other in others:
        if other in _LARGER.get(plan, ()) or _carries_as_much(catalog, plan, other):
            return other
    return None


def _carries_as_much(catalog: Catalog, plan: str, other: str) -> bool:
    """Of two mailbox plans, or two SharePoint plans: whether the other has the limits and rights of this one."""
    if not (catalog.is_classified(plan) and catalog.is_classified(other)):
        return False
    less, more = catalog.carries(plan), catalog.carries(other)
    families = {_family(catalog, plan), _family(catalog, other)}
    if families == {"EXCHANGE"}:
        gives = less.mailbox_gb is not None or less.archive or less.holds
        rights = less.archive <= more.archive and less.holds <= more.holds
        return gives and rights and _fits(less.mailbox_gb, more.mailbox_gb)
    if families == {"SHAREPOINT"}:
        return less.onedrive is True and more.onedrive is True and _fits(less.onedrive_gb, more.onedrive_gb)
    return False


def _family(catalog: Catalog, plan: str) -> str:
    name = catalog.plans[plan].name.upper() if plan in catalog.plans else ""
    return next((family for family in ("EXCHANGE", "SHAREPOINT") if name.startswith(family)), "")


def _fits(less: int | Maybe | None, more: int | Maybe | None) -> bool:
    return less is not UNKNOWN and more is not UNKNOWN and (less or 0) <= (more or 0)


def addons(catalog: Catalog, sku_ids: Iterable[str]) -> tuple[Addon, ...]:
    """These products with each plan of theirs that is of no use without another product."""
    return tuple(
        Addon(sku, need.plan_id, need.needs_any_of | _stand_ins(catalog, need.needs_any_of))
        for sku in sorted(set(sku_ids))
        if sku in catalog.products
        for need in catalog.dependencies
        if need.plan_id in catalog.products[sku].plan_ids
        and need.needs_any_of.isdisjoint(catalog.products[sku].plan_ids)
    )


def _stand_ins(catalog: Catalog, needed: frozenset[str]) -> frozenset[str]:
    """Plans that nobody classified and that may be the mailbox or drive that is needed (I-7)."""
    found = frozenset[str]()
    for what in ("mailbox_gb", "onedrive"):
        if needed & catalog.carriers(what):
            found |= catalog.possible_carriers(what) - catalog.carriers(what)
    return found


def findings(asked: Search, sources: Iterable[Source], catalog: Catalog) -> tuple[Finding, ...]:
    """What a search about licenses finds in one user's sources; () for one about the account."""
    held = [source for source in sources if source.state.holds]
    skus = {source.sku_id for source in held}
    wanted = [
        source
        for source in held
        if asked.sku_id in (None, source.sku_id) and (asked.with_unknown_path or source.kind is not SourceKind.UNKNOWN)
    ]
    match asked.kind:
        case FinderKind.DUPLICATE:
            found = _duplicates(wanted, held)
        case FinderKind.OVERLAP:
            found = _overlapping(wanted, held, overlaps(catalog, skus))
        case FinderKind.ADDON_WITHOUT_BASE:
            found = _baseless(wanted, held, catalog)
        case FinderKind.NOTHING_ON:
            found = _nothing_on(wanted, held, catalog)
        case _:
            found = []
    return tuple(dict.fromkeys(found))


def _duplicates(wanted: list[Source], held: list[Source]) -> list[Finding]:
    """R-148: the group's license must be without trouble, or it may end at any time."""
    groups = [s for s in held if s.kind is SourceKind.GROUP and s.state is AssignmentState.ACTIVE]
    direct = {source.sku_id for source in wanted if source.kind is SourceKind.DIRECT}
    return [Finding(source.sku_id, group_id=source.source_id) for source in groups if source.sku_id in direct]


def _overlapping(wanted: list[Source], held: list[Source], pairs: tuple[Overlap, ...]) -> list[Finding]:
    """R-149: the larger product must be held without trouble, with everything on that the smaller one has."""
    return [
        Finding(pair.small, other_sku=pair.large)
        for pair in pairs
        if any(source.sku_id == pair.small for source in wanted)
        and any(
            source.sku_id == pair.large
            and source.state is AssignmentState.ACTIVE
            and source.disabled_plans.isdisjoint(pair.needs)
            for source in held
        )
    ]


def _baseless(wanted: list[Source], held: list[Source], catalog: Catalog) -> list[Finding]:
    """R-150; who also holds a product that the catalog does not know may have the base in it."""
    if any(source.sku_id not in catalog.products for source in held):
        return []
    enabled = {
        plan
        for source in held
        for plan in catalog.products[source.sku_id].plan_ids
        if plan not in source.disabled_plans
    }
    return [
        Finding(source.sku_id, plan_id=addon.plan_id)
        for source in wanted
        for addon in addons(catalog, (source.sku_id,))
        if addon.plan_id not in source.disabled_plans and enabled.isdisjoint(addon.bases)
    ]


def _nothing_on(wanted: list[Source], held: list[Source], catalog: Catalog) -> list[Finding]:
    """R-151: over all the ways in which the user has the product, nothing of it is on."""
    on = {
        source.sku_id
        for source in held
        if source.sku_id not in catalog.products
        or not catalog.products[source.sku_id].plan_ids
        or set(catalog.products[source.sku_id].plan_ids) - source.disabled_plans
    }
    return [Finding(source.sku_id) for source in wanted if source.sku_id not in on]
