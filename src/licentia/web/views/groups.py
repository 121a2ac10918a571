"""Groups: the list, and one group with its members, its licenses, its errors by cause, and its history."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.changes import propose
from licentia.changes.groups import kept_until
from licentia.changes.who import Who
from licentia.domain.facts import AssignmentState
from licentia.domain.group_facts import elsewhere, may_change, may_change_members, may_have_licenses
from licentia.domain.intents import ChangeMembers
from licentia.domain.permissions import Capability
from licentia.store.lists import audit, group_pages
from licentia.store.lists import groups as list_of
from licentia.store.lists import users as user_list
from licentia.store.lists.group_pages import GroupQuery, Standing
from licentia.store.lists.groups import FEW, GroupRow
from licentia.web import paging, selection
from licentia.web.desk import Desk
from licentia.web.selection import Selection
from licentia.web.views.listing import LONGEST_SEARCH, TOP, Listing, listing
from licentia.words import journal as journal_words
from licentia.words import sentences
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.parts import plan_name, product_name
from licentia.words.said import groups as words
from licentia.words.said.operators import locked

TABS = ("members", "licenses", "errors", "history")
COUNTED = 10_000
"""Up to so many members of one group are counted on its page."""
HISTORY = 50
GONE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A group in a list."""

    object_id: str
    name: str
    kind: str
    members: str
    licenses: str
    status: str
    tag: str


def every(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Groups by name; `kind=deleted` those that can still be restored, `kind=licensed` those that give licenses."""
    kind = request.GET.get("kind", "")
    found: dict[str, Any] = {"kind": kind, "search": "", "manage": lock(desk, Capability.MANAGE_GROUPS)}
    if kind == "deleted":
        gone = list_of.deleted(desk.tenant_id, GONE)
        found["deleted"] = [
            (one.object_id, one.name, desk.text.time(one.deleted_at), desk.text.time(kept_until(one))) for one in gone
        ]
    else:
        found |= lines(request, desk, licensed=kind == "licensed")
    return render(request, "web/groups.html", found)


def lines(request: HttpRequest, desk: Desk, *, licensed: bool = False, product_id: int | None = None) -> dict[str, Any]:
    """A page of groups as the address asks for: the rows, and the links to the pages around it."""
    place, search = paging.place_of(request.GET), request.GET.get("q", "")[:LONGEST_SEARCH]
    query = GroupQuery(search, product_id, licensed=licensed, after=place.after, before=place.before, top=TOP)
    page = group_pages.page(desk.tenant_id, query)
    numbers = [one.id for one in page.groups]
    stand = group_pages.standings(desk.tenant_id, numbers)
    given = list_of.licenses(desk.tenant_id, numbers)
    return {
        "search": search,
        "groups": [_line(desk, one, stand[one.id], given[one.id]) for one in page.groups],
        "next": paging.link(request.GET, after=paging.written(page.next_key)) if page.next_key else "",
        "previous": paging.link(request.GET, before=paging.written(page.previous_key)) if page.previous_key else "",
    }


def _line(desk: Desk, one: GroupRow, stand: Standing, given: list[tuple[str, str]]) -> Line:
    status, tag = _status(desk, stand, gives=bool(given))
    products = ", ".join(sorted(product_name(sku) for sku, _plans in given))
    return Line(one.object_id, one.name, _kind(one), members(desk, stand, FEW), products or "-", status, tag)


def _kind(one: GroupRow) -> str:
    """What the group is; and how members come in where that is not by hand."""
    kind = words.kind_word(one.kind)
    if one.is_synced or one.membership_rule:
        return f"{kind}, {words.membership_word(one.membership_rule, one.is_synced).lower()}"
    return kind


def members(desk: Desk, stand: Standing, counted: int) -> str:
    """How many members; of a large group, that there are more than are counted."""
    if stand.members > counted:
        return _("more than {n}").format(n=desk.text.n(counted))
    return desk.text.n(stand.members)


def _status(desk: Desk, stand: Standing, *, gives: bool) -> tuple[str, str]:
    """How the group's licenses stand, and the color of that."""
    if stand.in_error > FEW:
        return _("Errors: more than {n} users").format(n=desk.text.n(FEW)), "er"
    if stand.in_error:
        said = ngettext("Errors: {n} user", "Errors: {n} users", stand.in_error)
        return said.format(n=desk.text.n(stand.in_error)), "er"
    if stand.is_following:
        return _("In progress"), "wa"
    return (_("All licenses assigned"), "ok") if gives else (_("Gives no licenses"), "")


# ---- one group


def find(desk: Desk, object_id: str, *, deleted: bool = False) -> GroupRow:
    """The group; BadInput `unknown_group`, which is a page that does not exist."""
    return list_of.find(desk.tenant_id, object_id, deleted=deleted)


def lock(desk: Desk, capability: Capability) -> str:
    """Why a control is locked for this operator; empty when it is not."""
    return "" if desk.can(capability) else locked(capability)


def locks(desk: Desk, one: GroupRow) -> dict[str, str]:
    """By control, why it is locked: the role, or who else can change the group (R-93, R-99)."""
    changes = {
        "members": (Capability.CHANGE_MEMBERS, may_change_members(one.facts)),
        "itself": (Capability.MANAGE_GROUPS, may_change(one.facts)),
        "assign": (Capability.ASSIGN_GROUP_LICENSES, may_have_licenses(one.facts)),
        "unassign": (Capability.ASSIGN_GROUP_LICENSES, None),
        "reprocess": (Capability.ASSIGN_LICENSES, None),
    }
    found = {}
    for name, (capability, reason) in changes.items():
        other = "" if reason is None else sentences.cause(elsewhere(one.facts, reason))
        found[name] = lock(desk, capability) or other or ""
    return found


def locked_controls(desk: Desk, one: GroupRow) -> dict[str, Any]:
    """The group; by control, why it is locked and where that stands on the page; who else changes the group."""
    reason = may_change_members(one.facts)
    other = "" if reason is None else sentences.cause(elsewhere(one.facts, reason))
    found = locks(desk, one)
    whys = {name: "elsewhere" if text == other else f"why-{name}" for name, text in found.items()}
    return {"group": one, "locks": found, "whys": whys, "elsewhere": other}


def group(request: HttpRequest, desk: Desk, object_id: str) -> HttpResponse:
    """One group; `tab` names the page. A POST keeps the selection of members, or does what its button says."""
    one = find(desk, object_id)
    if request.method == "POST":
        return _chosen(request, desk, one)
    tab = request.GET.get("tab", "members")
    return render(request, "web/group.html", _page(request, desk, one, tab if tab in TABS else "members"))


def _page(request: HttpRequest, desk: Desk, one: GroupRow, tab: str) -> dict[str, Any]:
    stand = group_pages.standings(desk.tenant_id, [one.id], counted=COUNTED)[one.id]
    given = list_of.licenses(desk.tenant_id, [one.id])[one.id]
    status, tag = _status(desk, stand, gives=bool(given))
    never = list_of.never_reason(desk.tenant_id, one.id)
    found: dict[str, Any] = locked_controls(desk, one) | {
        "kind": _kind(one),
        "members": members(desk, stand, COUNTED),
        "status": status,
        "tag": tag,
        "tab": tab,
        "tabs": [
            ("members", _("Members")),
            ("licenses", _("Licenses")),
            ("errors", _("Errors")),
            ("history", _("History")),
        ],
        "rule": words.rule_line(one.membership_rule) if one.membership_rule else "",
        "never": words.never_line(never) if never is not None else "",
    }
    if tab == "members":
        return found | _members(request, desk, one, given)
    if tab == "licenses":
        return found | {"licenses": _licenses(desk, one, given)}
    if tab == "errors":
        return found | {"errors": _errors(desk, one)} | _troubled(request, desk, one)
    return found | _history(request, desk, one)


def _key(one: GroupRow) -> str:
    return f"group:{one.id}"


def _members(request: HttpRequest, desk: Desk, one: GroupRow, given: list[tuple[str, str]]) -> dict[str, Any]:
    shown = listing(request, desk, group_id=one.id)
    results = _results(desk, one, shown, [sku for sku, _plans in given])
    return {
        "list": shown,
        "rows": [(row, results[row.id]) for row in shown.rows],
        "selected": selection.load(request, desk, _key(one)),
    }


def _results(desk: Desk, one: GroupRow, shown: Listing, skus: list[str]) -> dict[int, list[tuple[str, str]]]:
    """By member, (what became of the group's licenses, the color of that)."""
    ids = [row.id for row in shown.rows]
    waits = group_pages.waiting(desk.tenant_id, ids)
    mine: dict[int, dict[str, Any]] = defaultdict(dict)
    for source in user_list.sources(desk.tenant_id, ids):
        if source[2] == 2 and source[3] == one.id:
            mine[source[0]][source[1]] = source
    return {user: _result(mine[user], skus, is_waiting=user in waits) for user in ids}


def _result(sources: dict[str, Any], skus: list[str], *, is_waiting: bool) -> list[tuple[str, str]]:
    broken = sorted(
        {(words.error_word(s[6] or "Other"), product_name(s[1])) for s in sources.values() if s[4] in (2, 4)}
    )
    if broken:
        return [(_("{product}: {cause}").format(product=name, cause=cause), "er") for cause, name in broken]
    if is_waiting:
        return [(_("In progress"), "wa")]
    if not skus:
        return []
    if all(sku in sources for sku in skus):
        return [(_("All licenses assigned"), "ok")]
    return [(_("Not assigned yet"), "wa")]


def _licenses(desk: Desk, one: GroupRow, given: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """What the group gives, each product with its services that are off and its errors."""
    wrong: dict[str, int] = defaultdict(int)
    for row in list_of.trouble(desk.tenant_id, one.id):
        wrong[row.sku_id] += row.users
    return [
        {
            "sku_id": sku,
            "name": product_name(sku),
            "off": ", ".join(sorted(plan_name(plan) for plan in plans.split(","))) if plans else _("none"),
            "errors": desk.text.n(wrong[sku]),
        }
        for sku, plans in sorted(given, key=lambda item: product_name(item[0]).casefold())
    ]


def _errors(desk: Desk, one: GroupRow) -> list[dict[str, str]]:
    """The group's errors by cause, with what can be done."""
    return [
        {
            "code": row.error,
            "cause": words.error_word(row.error),
            "product": product_name(row.sku_id),
            "users": desk.text.n(row.users),
            "fix": words.error_fix(row.error, is_held=AssignmentState(row.state).holds),
        }
        for row in list_of.trouble(desk.tenant_id, one.id)
    ]


def _troubled(request: HttpRequest, desk: Desk, one: GroupRow) -> dict[str, Any]:
    """A page of the users in error, by number, each with every error of theirs."""
    given = request.GET.get("user", "0")
    after = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0
    rows = list_of.troubled(desk.tenant_id, one.id, after=after, top=TOP + 1)
    users = list(dict.fromkeys(row.user_id for row in rows))
    shown = set(users[:TOP])
    return {
        "troubled": [
            (row.principal_name, product_name(row.sku_id), words.error_word(row.error))
            for row in rows
            if row.user_id in shown
        ],
        "more_troubled": users[TOP - 1] if len(users) > TOP else None,
    }


def _history(request: HttpRequest, desk: Desk, one: GroupRow) -> dict[str, Any]:
    """A page of what happened to the group, newest first, below `before`."""
    given = request.GET.get("before", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None
    rows = audit.of_object(desk.tenant_id, "group", one.id, HISTORY + 1, before)
    shown = rows[:HISTORY]
    return {
        "history": [(journal_words.what(row), desk.text.time(row.at), row.actor_name, row.plan_id) for row in shown],
        "more_history": shown[-1].seq if len(rows) > HISTORY else None,
    }


def _chosen(request: HttpRequest, desk: Desk, one: GroupRow) -> HttpResponse:
    """Keeps the selection of members; "Remove members" makes a plan for them, which is shown first."""
    chosen, act = selection.mark(request, desk, _key(one)), request.POST.get("do", "")
    if act == "clear":
        selection.save(request, desk, _key(one), Selection())
    elif act == "all":
        selection.save(request, desk, _key(one), Selection(is_all=True))
    elif act.startswith("go:?"):
        return HttpResponseRedirect(reverse("group", args=[one.object_id]) + act.removeprefix("go:"))
    elif act == "remove" and chosen:
        who = Who("members", str(one.id)) if chosen.is_all else Who("users", "", tuple(sorted(chosen.users)))
        plan = propose.propose(desk.tenant_id, ChangeMembers(from_group=one.id), who, desk.actor)
        selection.save(request, desk, _key(one), Selection())
        return HttpResponseRedirect(reverse("plan", args=[plan]))
    elif request.htmx:  # type: ignore[attr-defined]
        return render(request, "web/group_bar.html", locked_controls(desk, one) | {"selected": chosen})
    return HttpResponseRedirect(request.get_full_path())
