"""Finders and what they find as text and JSON: the rule, the users with what speaks for it, and what could not be known.

Shows only; no rule and no SQL is here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _
from gettext import ngettext
from typing import Any

from licentia.cli.app import App
from licentia.cli.layout import table
from licentia.cli.receipts import plan_name
from licentia.cli.sentences import missing
from licentia.cli.users import licenses, licenses_json
from licentia.domain import catalog as catalog_of
from licentia.domain import rulebook
from licentia.domain.facts import AssignmentState, Source, SourceKind
from licentia.domain.finders import FinderKind, Finding, NotKnown, Search, findings
from licentia.domain.instants import to_iso
from licentia.store.lists import products
from licentia.store.lists.finders import CAP, FoundPage, FoundUser, Missing
from licentia.words.formats import number, size
from licentia.words.parts import count, product_name
from licentia.words.said.finding import FINDER
from licentia.words.text import Text


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


# ---- text


def found_text(app: App, found: Found) -> str:
    """The rule, the table, how many, and who could not be judged."""
    parts = [_heading(app, found.asked)]
    if found.page.users:
        parts += [_table(app, found), _how_many(app, found.page)]
    else:
        parts.append(_("No unused licenses found with these limits."))
    lines = missing_lines(found.missing)
    if lines:
        parts.append("\n".join([_("Not known, so not in the list:"), *lines]))
    if found.page.users:
        parts.append(_("To take these licenses back, see first: {how}").format(how=_how(found.asked)))
    return "\n\n".join(parts)


def _heading(app: App, asked: Search) -> str:
    of = "" if asked.sku_id is None else f": {product_name(asked.sku_id)}"
    return f"{FINDER[asked.kind]()}{of}\n{_rule(app, asked)}"


def _rule(app: App, asked: Search) -> str:
    rule = rulebook.load().by_id[asked.finder.rule]
    return f"{rule.id}  {rule.sentence(app.language).format(days=asked.days)}"


def _table(app: App, found: Found) -> str:
    users = found.page.users
    is_marked = any(user.never is not None for user in users)
    header = [_("Display name"), _("Username"), *_header(found.asked.kind)]
    cells = _Cells(app, found)
    lines = [[user.display_name, user.principal_name, *cells.of(user)] for user in users]
    if is_marked:
        header.append(_("Never list"))
        lines = [[*line, user.never or ""] for line, user in zip(lines, users, strict=True)]
    return table(header, lines)


def _header(kind: FinderKind) -> list[str]:
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


class _Cells:
    """The cells of a finder's own columns."""

    def __init__(self, app: App, found: Found) -> None:
        self.text = Text.of(app.tenant)
        self.found = found
        groups = {one.group_id for user in found.page.users for one in found.of(user) if one.group_id}
        self.groups = products.group_names(app.tenant_id, sorted(groups)) if groups else {}

    def of(self, user: FoundUser) -> list[str]:
        """The user's cells, in the order of `_header`."""
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
                return [size(user.mailbox_bytes or 0, self.text.language), held]
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


def _how_many(app: App, page: FoundPage) -> str:
    shown = number(len(page.users), app.language)
    if page.total == len(page.users):
        return ngettext("{n} user.", "{n} users.", len(page.users)).format(n=shown)
    if page.total is not None:
        return _("{n} of {total} users.").format(n=shown, total=number(page.total, app.language))
    return _("The first {n} of more than {total} users.").format(n=shown, total=number(CAP, app.language))


def missing_lines(found: Missing) -> list[str]:
    """Who could not be judged, a line for each fact that is missing."""
    lines = [f"  {missing(why, n)}" for why, n in found.counts.items()]
    if found.is_more:
        lines.append("  " + _("There are more; counting stopped at {n}.").format(n=count(CAP)))
    return lines


def _how(asked: Search) -> str:
    words = ["licentia find", asked.kind.value]
    if asked.days not in (None, asked.finder.days):
        words.append(f"--days {asked.days}")
    if asked.sku_id is not None:
        words.append(f'--product "{product_name(asked.sku_id)}"')
    elif not asked.finder.looks_at_account:
        words.append(f"--product {_('PRODUCT')}")
    return " ".join([*words, "--unassign --plan"])


# ---- all finders

Listed = tuple[str, Search, int | None]
"""The name of a saved finder ('' for one of ours), what it asks, and how many it finds (None: more than CAP)."""


def every_text(app: App, listed: Sequence[Listed], *, counts: bool) -> str:
    """Our finders with their rules, then the saved ones."""
    lines, saved = [], []
    for name, asked, total in listed:
        users = [_total(app, total)] if counts else []
        if name:
            saved.append([name, *users, _said(app, asked)])
        else:
            lines.append([asked.kind.value, *users, _rule(app, asked)])
    head = [_("Users")] if counts else []
    right = frozenset({1}) if counts else frozenset[int]()
    parts = [table([_("Finder"), *head, _("Finds")], lines, right)]
    if saved:
        parts.append(table([_("Saved finder"), *head, _("Finds")], saved, right))
    return "\n\n".join(parts)


def _total(app: App, total: int | None) -> str:
    if total is None:
        return _("more than {n}").format(n=number(CAP, app.language))
    return number(total, app.language)


def _said(app: App, asked: Search) -> str:
    of = [] if asked.sku_id is None else [product_name(asked.sku_id)]
    days = [] if asked.days is None else [_("{n} days").format(n=number(asked.days, app.language))]
    return ", ".join([FINDER[asked.kind](), *of, *days])


# ---- JSON


def every_json(listed: Sequence[Listed], *, counts: bool) -> dict[str, Any]:
    """Our finders and the saved ones for programs."""
    ours, saved = [], []
    for name, asked, total in listed:
        fields = {"finder": asked.kind.value, "rule": asked.finder.rule, **_params(asked)}
        if counts:
            fields |= {"count": total, "moreThan": CAP if total is None else None}
        if name:
            saved.append({"name": name, **fields})
        else:
            ours.append(fields)
    return {"finders": ours, "saved": saved}


def _params(asked: Search) -> dict[str, Any]:
    return {"skuId": asked.sku_id, "days": asked.days}


def found_json(found: Found) -> dict[str, Any]:
    """What was found for programs, with Graph's names. `moreThan` says from where nothing was counted."""
    page, absent = found.page, found.missing
    return {
        "finder": found.asked.kind.value,
        "rule": found.asked.finder.rule,
        **_params(found.asked),
        "count": page.total,
        "moreThan": CAP if page.total is None else None,
        "notKnown": {_camel(why): absent.counts.get(why, 0) for why in found.asked.finder.not_known},
        "notKnownMoreThan": CAP if absent.is_more else None,
        "value": [_user_json(found, user) for user in page.users],
    }


def _user_json(found: Found, user: FoundUser) -> dict[str, Any]:
    iso = {
        "createdDateTime": user.created_at,
        "lastSignInDateTime": user.last_sign_in_at,
        "lastActivityDateTime": user.last_activity_at,
    }
    return {
        "id": user.object_id,
        "userPrincipalName": user.principal_name,
        "displayName": user.display_name,
        "accountEnabled": None if user.account_enabled is None else bool(user.account_enabled),
        **{name: None if at is None else to_iso(at) for name, at in iso.items()},
        "signInKnown": user.sign_in_read_at is not None,
        "activityKnown": user.activity_read_at is not None,
        "mailboxSizeBytes": user.mailbox_bytes,
        "neverListReason": user.never,
        "found": [
            {
                "skuId": one.sku_id,
                "groupId": one.group_id or None,
                "otherSkuId": one.other_sku or None,
                "servicePlanId": one.plan_id or None,
            }
            for one in found.of(user)
        ],
        "licenses": licenses_json(found.rows(user)),
    }


def _camel(why: NotKnown) -> str:
    first, *rest = why.value.split("_")
    return first + "".join(word.capitalize() for word in rest)
