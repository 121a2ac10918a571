"""Finders and what they find in words: the rule, what speaks for a user, how many, and that more could not be known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from licentia.domain import catalog as catalog_of
from licentia.domain import rulebook
from licentia.domain.facts import AssignmentState, Source, SourceKind
from licentia.domain.finders import FinderKind, Finding, Search, findings
from licentia.store.lists import products
from licentia.store.lists.finders import CAP, FoundPage, FoundUser, Missing
from licentia.words.language import current, ngettext
from licentia.words.language import gettext as _
from licentia.words.parts import count, plan_name, product_name
from licentia.words.said.finding import FINDER, LEFT_OUT
from licentia.words.text import Text
from licentia.words.users import licenses


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: a page, the sources of its users, and who could not be judged."""

    asked: Search
    page: FoundPage
    held: dict[int, list[Any]]
    missing: Missing

    def rows(self, user: FoundUser) -> list[Any]:
        """The user's sources."""
        return self.held.get(user.id, [])

    def of(self, user: FoundUser) -> tuple[Finding, ...]:
        """What speaks for it in the user's licenses."""
        sources = [
            Source(
                sku_id=sku,
                kind=SourceKind(kind),
                source_id=source,
                disabled_plans=frozenset(plans.split(",")) if plans else frozenset(),
                state=AssignmentState(state),
            )
            for _user, sku, kind, source, state, plans, _error, _since in self.rows(user)
        ]
        return findings(self.asked, sources, catalog_of.load())


def name(asked: Search) -> str:
    """What a search is called: its finder, and the product it looks at."""
    of = "" if asked.sku_id is None else f": {product_name(asked.sku_id)}"
    return f"{FINDER[asked.kind]()}{of}"


def rule(asked: Search) -> str:
    """What it finds, in the words of its rule."""
    return rulebook.load().by_id[asked.finder.rule].sentence(current()).format(days=asked.days)


def header(kind: FinderKind) -> list[str]:
    """The names of a finder's own columns."""
    match kind:
        case FinderKind.BLOCKED:
            return [_("Last sign-in"), _("Licenses")]
        case FinderKind.NEVER_SIGNED_IN:
            return [_("Created"), _("Licenses")]
        case FinderKind.INACTIVE:
            return [_("Last sign-in"), _("Last used"), _("Licenses")]
        case FinderKind.DUPLICATE:
            return [_("Product"), _("Also from group")]
        case FinderKind.OVERLAP:
            return [_("Product"), _("Also in")]
        case FinderKind.ADDON_WITHOUT_BASE:
            return [_("Add-on"), _("Service plan without its base")]
        case FinderKind.NOTHING_ON:
            return [_("Product")]
        case FinderKind.SHARED:
            return [_("Size of the mailbox"), _("Licenses")]


class Cells:
    """The cells of a finder's own columns."""

    def __init__(self, text: Text, tenant_id: int, found: Found) -> None:
        self.text = text
        self.found = found
        groups = {one.group_id for user in found.page.users for one in found.of(user) if one.group_id}
        self.groups = products.group_names(tenant_id, sorted(groups)) if groups else {}

    def of(self, user: FoundUser) -> list[str]:
        """The user's cells, in the order of `header`."""
        held = licenses(self.found.rows(user))
        match self.found.asked.kind:
            case FinderKind.BLOCKED:
                return [self._sign_in(user), held]
            case FinderKind.NEVER_SIGNED_IN:
                return [self.text.date(user.created_at) if user.created_at is not None else _("Not known"), held]
            case FinderKind.INACTIVE:
                used = _("Never") if user.last_activity_at is None else self.text.date(user.last_activity_at)
                return [self._sign_in(user), used, held]
            case FinderKind.SHARED:
                return [self.text.size(user.mailbox_bytes or 0), held]
        return self._licenses(user)

    def _sign_in(self, user: FoundUser) -> str:
        if user.sign_in_read_at is None:
            return _("Not known")
        return _("Never") if user.last_sign_in_at is None else self.text.date(user.last_sign_in_at)

    def _licenses(self, user: FoundUser) -> list[str]:
        found = self.found.of(user)
        names = [product_name(one.sku_id) for one in found]
        match self.found.asked.kind:
            case FinderKind.DUPLICATE:
                others = [self.groups.get(one.group_id, "") for one in found]
            case FinderKind.OVERLAP:
                others = [product_name(one.other_sku) for one in found]
            case FinderKind.ADDON_WITHOUT_BASE:
                others = [plan_name(one.plan_id) for one in found]
            case _:
                return [_listed(names)]
        return [_listed(names), _listed(others)]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def how_many(page: FoundPage) -> str:
    """How many are shown, and of how many."""
    shown = count(len(page.users))
    if page.total == len(page.users):
        return ngettext("{n} user.", "{n} users.", len(page.users)).format(n=shown)
    if page.total is not None:
        return _("{n} of {total} users.").format(n=shown, total=count(page.total))
    return _("The first {n} of more than {total} users.").format(n=shown, total=count(CAP))


def counting_stopped() -> str:
    """That more users could not be judged than were counted."""
    return _("There are more; counting stopped at {n}.").format(n=count(CAP))


def total(found: int | None) -> str:
    """How many a finder finds; None is more than were counted."""
    return _("more than {n}").format(n=count(CAP)) if found is None else count(found)


def summary(asked: Search) -> str:
    """A saved search in a few words."""
    of = [] if asked.sku_id is None else [product_name(asked.sku_id)]
    days = [] if asked.days is None else [_("{n} days").format(n=count(asked.days))]
    left = [_("without: {who}").format(who=LEFT_OUT[one]()) for one in sorted(asked.leave)]
    return ", ".join([FINDER[asked.kind](), *of, *days, *left])
