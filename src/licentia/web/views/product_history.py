"""The history of a product: what was done to its licenses and subscriptions, by whom, in which plan, and what undid it.

A plan is one line, however many users it has; the users of a line have an address of their own.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest

from licentia.changes.preview import titled
from licentia.store.lists import plans as plan_list
from licentia.store.lists import product_events as list_of
from licentia.store.lists.product_events import ProductEvent
from licentia.store.lists.products import ProductRow
from licentia.web import undoing
from licentia.web.desk import Desk
from licentia.words import plans as words
from licentia.words import sentences
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.parts import product_name

TOP = 50


def history(request: HttpRequest, desk: Desk, row: ProductRow) -> dict[str, Any]:
    """A page of lines, newest first, below `before`; with `of`, the users of one line above `after`."""
    first = _number(request.GET.get("of"))
    if first is not None:
        return _users(request, desk, row, first)
    found = list_of.newest(desk.tenant_id, row.sku_id, TOP + 1, _number(request.GET.get("before")))
    shown = found[:TOP]
    plans = plan_list.some(desk.tenant_id, sorted({one.plan_id for one in shown if one.plan_id is not None}))
    return {
        "events": [_line(desk, row, one, plans.get(one.plan_id or 0)) for one in shown],
        "more": shown[-1].first_seq if len(found) > TOP else None,
        "is_first": "before" not in request.GET,
    }


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _line(desk: Desk, row: ProductRow, one: ProductEvent, plan: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "first": one.first_seq,
        "when": desk.text.time(one.at),
        "what": _what(one, row),
        "about": _about(desk, one),
        "has_more": one.object_kind == "user" and one.count > 1,
        "who": one.actor_name,
        "plan": one.plan_id,
        "number": "" if one.plan_id is None else undoing.number(one.plan_id),
        "undo": "" if plan is None else _undo(desk, plan),
    }


def _what(one: ProductEvent, row: ProductRow) -> str:
    return sentences.happened(one.kind, product_name(row.sku_id))


def _about(desk: Desk, one: ProductEvent) -> str:
    """Whom or which subscription the line is about: the first by name, and how many more."""
    if one.object_kind == "subscription":
        return _("Subscription {n}").format(n=one.object_id)
    if one.object_kind == "purchase":
        return _("Self-service purchase {n}").format(n=one.object_id)
    if one.object_kind != "user":
        return ""
    name = one.display_name or one.name or _("User {n}").format(n=one.object_id)
    rest = one.count - 1
    if not rest:
        return name
    return ngettext("{name} and {n} more", "{name} and {n} more", rest).format(name=name, n=desk.text.n(rest))


def _undo(desk: Desk, plan: dict[str, Any]) -> str:
    """What undid the plan, or until when something can."""
    if plan["undo_of"] is not None:
        return _("Undoes {plan}").format(plan=undoing.number(plan["undo_of"]))
    if plan["undone"]:
        return words.undone(desk.text, plan)
    if not undoing.has_way_back(titled(plan)):
        return sentences.plan_state(plan["state"]) if plan["finished_at"] is None else words.no_undo_line()
    return undoing.kept(desk, plan["undo_until"])


def _users(request: HttpRequest, desk: Desk, row: ProductRow, first: int) -> dict[str, Any]:
    event = list_of.one(desk.tenant_id, row.sku_id, first)
    if event is None or event.object_kind != "user":
        raise Http404
    after = _number(request.GET.get("after")) or 0
    rows, more = list_of.users_of(desk.tenant_id, row.sku_id, event, after, TOP)
    return {
        "event": {"first": first, "what": _what(event, row), "count": desk.text.n(event.count)},
        "people": [(one.object_name or _("User {n}").format(n=one.object_id), desk.text.time(one.at)) for one in rows],
        "name": product_name(row.sku_id),
        "more": more,
        "plan": event.plan_id,
        "number": "" if event.plan_id is None else undoing.number(event.plan_id),
    }
