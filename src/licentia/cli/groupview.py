"""Groups as text and as JSON: one group whole, lists, and errors by cause with what to do about them.

Shows what the lists read; decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from gettext import gettext as _
from gettext import ngettext
from typing import Any

from licentia.cli.app import App
from licentia.cli.layout import table
from licentia.cli.sentences import said
from licentia.domain.facts import AssignmentState
from licentia.domain.group_facts import elsewhere, may_change_members
from licentia.domain.instants import to_iso
from licentia.store.lists import groups as list_of
from licentia.store.lists.groups import GroupRow, MemberRow, TroubledUser, TroubleRow
from licentia.words.formats import number
from licentia.words.parts import plan_name, product_name
from licentia.words.said.groups import (
    error_fix,
    error_word,
    fix_code,
    group_line,
    kind_word,
    membership_word,
    never_line,
    rule_line,
)
from licentia.words.sentences import through
from licentia.words.text import Text

Given = Sequence[tuple[str, str]]
"""(sku, disabled plans) of what a group gives."""


def list_text(app: App, groups: Sequence[GroupRow], given: dict[int, Any], *, more: bool) -> str:
    """Groups with what they give."""
    if not groups:
        return _("There are no groups.")
    rows = [
        [
            group.name,
            kind_word(group.kind),
            membership_word(group.membership_rule, group.is_synced),
            ", ".join(sorted(product_name(sku) for sku, _plans in given[group.id])) or "-",
        ]
        for group in groups
    ]
    shown = number(len(groups), app.language)
    end = (
        _("The first {n} groups; there are more. See --top.").format(n=shown)
        if more
        else ngettext("{n} group.", "{n} groups.", len(groups)).format(n=shown)
    )
    return table([_("Group"), _("Kind"), _("Members"), _("Licenses")], rows) + "\n\n" + end


def as_json(group: GroupRow, given: Given) -> dict[str, Any]:
    """A group for programs, with Graph's names; null is not known."""
    kinds = None if group.kind is None else ["Unified"] if group.kind == "microsoft365" else []
    if kinds is not None and group.membership_rule:
        kinds.append("DynamicMembership")
    return {
        "id": group.object_id,
        "displayName": group.name,
        "groupTypes": kinds,
        "mailEnabled": None if group.kind is None else group.kind != "security",
        "securityEnabled": None if group.kind is None else group.kind != "distribution",
        "membershipRule": group.membership_rule,
        "onPremisesSyncEnabled": group.is_synced,
        "deletedDateTime": None if group.deleted_at is None else to_iso(group.deleted_at),
        "assignedLicenses": [
            {"skuId": sku, "disabledPlans": plans.split(",") if plans else []} for sku, plans in given
        ],
    }


def show_text(app: App, group: GroupRow, given: Given) -> str:
    """One group: what it is, who can change it, what it gives, and where that fails."""
    n = list_of.count_members(app.tenant_id, group.id)
    head = [
        f"{group.name}  ({group.object_id})",
        group_line(group.kind, group.membership_rule, group.is_synced, n),
    ]
    if group.membership_rule:
        head.append(rule_line(group.membership_rule))
    reason = may_change_members(group.facts)
    if reason is not None:
        head.append(said(elsewhere(group.facts, reason)))
    never = list_of.never_reason(app.tenant_id, group.id)
    if never is not None:
        head.append(never_line(never))
    parts = ["\n".join(head), _licenses(app, group, given)]
    trouble = list_of.trouble(app.tenant_id, group.id)
    if trouble:
        parts.append(errors_text(app, trouble))
    return "\n\n".join(parts)


def _licenses(app: App, group: GroupRow, given: Given) -> str:
    if not given:
        return _("The group gives no licenses.")
    held: dict[str, int] = defaultdict(int)
    wrong: dict[str, int] = defaultdict(int)
    for sku, state, error, users in list_of.states(app.tenant_id, group.id):
        held[sku] += users if AssignmentState(state).holds else 0
        wrong[sku] += users if error or not AssignmentState(state).holds else 0
    rows = []
    for sku, plans in given:
        off = ", ".join(sorted(plan_name(plan) for plan in plans.split(","))) if plans else "-"
        rows.append([product_name(sku), number(held[sku], app.language), number(wrong[sku], app.language), off])
    return table([_("Product"), _("Assigned"), _("Errors"), _("Off")], rows, frozenset({1, 2}))


def show_json(app: App, group: GroupRow, given: Given) -> dict[str, Any]:
    """One group whole for programs."""
    states = [
        {"skuId": sku, "state": AssignmentState(state).name.lower(), "error": error or None, "users": users}
        for sku, state, error, users in list_of.states(app.tenant_id, group.id)
    ]
    return as_json(group, given) | {
        "members": list_of.count_members(app.tenant_id, group.id),
        "neverReason": list_of.never_reason(app.tenant_id, group.id),
        "states": states,
        "errors": errors_json(app, list_of.trouble(app.tenant_id, group.id)),
    }


def members_text(app: App, members: Sequence[MemberRow], *, more: bool) -> str:
    """Members by name."""
    if not members:
        return _("The group has no members.")
    rows = [[member.display_name, member.principal_name] for member in members]
    shown = number(len(members), app.language)
    end = (
        _("The first {n} members; there are more. See --top.").format(n=shown)
        if more
        else ngettext("{n} member.", "{n} members.", len(members)).format(n=shown)
    )
    return table([_("Display name"), _("Username")], rows) + "\n\n" + end


def _names(app: App, rows: Sequence[TroubleRow | TroubledUser]) -> dict[int, str]:
    return list_of.names(app.tenant_id, sorted({row.source_id for row in rows if row.source_kind == 2}))


def errors_text(app: App, rows: Sequence[TroubleRow]) -> str:
    """Errors by cause: how many users, of which product, from which group, and the fix in a sentence."""
    names = _names(app, rows)
    lines = [
        [
            row.error,
            number(row.users, app.language),
            product_name(row.sku_id),
            through(names, row.source_kind, row.source_id),
        ]
        for row in rows
    ]
    shown = table([_("Error"), _("Users"), _("Product"), _("Through")], lines, frozenset({1}))
    fixes = dict.fromkeys((row.error, AssignmentState(row.state).holds) for row in rows)
    ways = [[code, error_word(code), error_fix(code, is_held=is_held)] for code, is_held in fixes]
    return shown + "\n\n" + table([_("Error"), _("Cause"), _("What you can do")], ways)


def errors_json(app: App, rows: Sequence[TroubleRow]) -> list[dict[str, Any]]:
    """The same for programs."""
    names = _names(app, rows)
    return [
        {
            "error": row.error,
            "state": AssignmentState(row.state).name.lower(),
            "skuId": row.sku_id,
            "group": names.get(row.source_id) if row.source_kind == 2 else None,
            "users": row.users,
            "fix": fix_code(row.error, is_held=AssignmentState(row.state).holds),
        }
        for row in rows
    ]


def users_text(app: App, rows: Sequence[TroubledUser]) -> str:
    """Users with their errors."""
    names = _names(app, rows)
    lines = [
        [row.principal_name, product_name(row.sku_id), through(names, row.source_kind, row.source_id), row.error]
        for row in rows
    ]
    return table([_("Username"), _("Product"), _("Through"), _("Error")], lines)


def users_json(app: App, rows: Sequence[TroubledUser]) -> list[dict[str, Any]]:
    """The same for programs."""
    names = _names(app, rows)
    return [
        {
            "userPrincipalName": row.principal_name,
            "skuId": row.sku_id,
            "group": names.get(row.source_id) if row.source_kind == 2 else None,
            "state": AssignmentState(row.state).name.lower(),
            "error": row.error,
        }
        for row in rows
    ]


def deleted_text(app: App, groups: Sequence[GroupRow], until: dict[int, int]) -> str:
    """Deleted groups and until when they can be restored."""
    if not groups:
        return _("There are no deleted groups.")
    text = Text.of(app.tenant)
    rows = [[group.name, text.time(group.deleted_at), text.time(until[group.id])] for group in groups]
    return table([_("Group"), _("Deleted on"), _("Can be restored until")], rows)
