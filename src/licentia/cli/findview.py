"""Finders and what they find as text and JSON: the rule, a table of users, and what could not be known.

Lays out what `words.finders` says; no rule and no SQL is here.
"""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _
from typing import Any

from licentia.cli.app import App
from licentia.cli.layout import table
from licentia.cli.sentences import missing
from licentia.cli.users import licenses_json
from licentia.domain.finders import NotKnown, Search
from licentia.domain.instants import to_iso
from licentia.store.lists.finders import CAP, FoundUser, Missing
from licentia.words import finders as words
from licentia.words.finders import Found
from licentia.words.parts import product_name
from licentia.words.text import Text

# ---- text


def found_text(app: App, found: Found) -> str:
    """The rule, the table, how many, and who could not be judged."""
    parts = [f"{words.name(found.asked)}\n{_rule(found.asked)}"]
    if found.page.users:
        parts += [_table(app, found), words.how_many(found.page)]
    else:
        parts.append(_("No unused licenses found with these limits."))
    lines = missing_lines(found.missing)
    if lines:
        parts.append("\n".join([_("Not known, so not in the list:"), *lines]))
    if found.page.users:
        parts.append(_("To take these licenses back, see first: {how}").format(how=_how(found.asked)))
    return "\n\n".join(parts)


def _table(app: App, found: Found) -> str:
    users = found.page.users
    is_marked = any(user.never is not None for user in users)
    header = [_("Display name"), _("Username"), *words.header(found.asked.kind)]
    cells = words.Cells(Text.of(app.tenant), app.tenant_id, found)
    lines = [[user.display_name, user.principal_name, *cells.of(user)] for user in users]
    if is_marked:
        header.append(_("Never list"))
        lines = [[*line, user.never or ""] for line, user in zip(lines, users, strict=True)]
    return table(header, lines)


def _rule(asked: Search) -> str:
    return f"{asked.finder.rule}  {words.rule(asked)}"


def missing_lines(found: Missing) -> list[str]:
    """Who could not be judged, a line for each fact that is missing."""
    lines = [f"  {missing(why, n)}" for why, n in found.counts.items()]
    if found.is_more:
        lines.append(f"  {words.counting_stopped()}")
    return lines


def _how(asked: Search) -> str:
    typed = ["licentia find", asked.kind.value]
    if asked.days not in (None, asked.finder.days):
        typed.append(f"--days {asked.days}")
    if asked.sku_id is not None:
        typed.append(f'--product "{product_name(asked.sku_id)}"')
    elif not asked.finder.looks_at_account:
        typed.append(f"--product {_('PRODUCT')}")
    return " ".join([*typed, "--unassign --plan"])


# ---- all finders

Listed = tuple[str, Search, int | None]
"""The name of a saved finder ('' for one of ours), what it asks, and how many it finds (None: more than CAP)."""


def every_text(listed: Sequence[Listed], *, counts: bool) -> str:
    """Our finders with their rules, then the saved ones."""
    lines, saved = [], []
    for name, asked, total in listed:
        users = [words.total(total)] if counts else []
        if name:
            saved.append([name, *users, words.summary(asked)])
        else:
            lines.append([asked.kind.value, *users, _rule(asked)])
    head = [_("Users")] if counts else []
    right = frozenset({1}) if counts else frozenset[int]()
    parts = [table([_("Finder"), *head, _("Finds")], lines, right)]
    if saved:
        parts.append(table([_("Saved finder"), *head, _("Finds")], saved, right))
    return "\n\n".join(parts)


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
