"""What can be done to a group: made, renamed, deleted, restored; its licenses, its members and reprocessing as a plan."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.changes import groups as doors
from licentia.changes import propose
from licentia.changes.who import Who
from licentia.domain import catalog as catalog_of
from licentia.domain.group_facts import GroupKind, may_change, returns_after_deletion
from licentia.domain.intents import ChangeMembers, Intent, Reprocess, SetGroupLicenses
from licentia.domain.reasons import BadInput, Refused
from licentia.store.lists import groups as list_of
from licentia.store.lists import products
from licentia.store.lists.groups import GroupRow
from licentia.web import naming, undoing
from licentia.web.desk import Desk
from licentia.web.views.groups import find, locks
from licentia.words import sentences
from licentia.words.language import gettext as _
from licentia.words.parts import plan_name, product_name
from licentia.words.said import groups as words
from licentia.words.seats import available

KINDS = (GroupKind.SECURITY, GroupKind.MICROSOFT_365)


# ---- the group itself


def create(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The form for a new group; a POST makes it."""
    given = {"name": request.POST.get("name", ""), "rule": _rule(request, "")}
    kind = request.POST.get("kind", KINDS[0].value)
    found: dict[str, Any] = given | {
        "kind": kind,
        "kinds": [(one.value, words.kind_word(one.value)) for one in KINDS],
        "heading": _("Add a group"),
        "back": reverse("groups"),
        "is_new": True,
    }
    if request.method == "POST":
        try:
            if kind not in {one.value for one in KINDS}:
                raise BadInput("bad_selection")
            done = doors.create_group(
                desk.tenant_id, given["name"], desk.actor, kind=GroupKind(kind), membership_rule=given["rule"]
            )
        except BadInput as error:
            return render(request, "web/group_form.html", found | {"said": sentences.cause(error)}, status=422)
        undoing.remember(request, desk, done.plan_id)
        return HttpResponseRedirect(_address(desk, done.group_id))
    return render(request, "web/group_form.html", found)


def _rule(request: HttpRequest, before: str) -> str:
    """The membership rule as it was typed; no database keeps a NUL."""
    return request.POST.get("rule", before).replace("\x00", "")


def _address(desk: Desk, group_id: int) -> str:
    made = list_of.get(desk.tenant_id, group_id)
    return reverse("group", args=[made.object_id]) if made else reverse("groups")


def rename(request: HttpRequest, desk: Desk, object_id: str) -> HttpResponse:
    """The form with the group's name, and the rule of a dynamic one; a POST saves them."""
    one = find(desk, object_id)
    found: dict[str, Any] = {
        "name": request.POST.get("name", one.name),
        "rule": _rule(request, one.membership_rule or ""),
        "has_rule": one.membership_rule is not None,
        "heading": _("Rename {group}").format(group=one.name),
        "back": reverse("group", args=[one.object_id]),
        "said": locks(desk, one)["itself"],
        "is_locked": may_change(one.facts) is not None,
    }
    if request.method == "POST":
        rule = found["rule"] if found["has_rule"] and "rule" in request.POST else None
        try:
            done = doors.update_group(desk.tenant_id, one.id, desk.actor, name=found["name"], membership_rule=rule)
        except (BadInput, Refused) as error:
            status = 409 if isinstance(error, Refused) else 422
            return render(request, "web/group_form.html", found | {"said": sentences.cause(error)}, status=status)
        if done is not None:
            undoing.remember(request, desk, done.plan_id)
        return HttpResponseRedirect(found["back"])
    return render(request, "web/group_form.html", found)


def delete(request: HttpRequest, desk: Desk, object_id: str) -> HttpResponse:
    """What deleting the group means, and the button; a POST deletes it where the doors allow it."""
    one = find(desk, object_id)
    returns = returns_after_deletion(one.facts)
    found: dict[str, Any] = {"group": one, "returns": returns, "said": locks(desk, one)["itself"]}
    if request.method == "POST":
        if not returns and request.POST.get("name", "").strip() != one.name:
            found["said"] = _("Type the name exactly as it is: {name}").format(name=one.name)
            return render(request, "web/group_delete.html", found, status=422)
        try:
            done = doors.delete_group(desk.tenant_id, one.id, desk.actor)
        except Refused as error:
            return render(request, "web/group_delete.html", found | {"said": sentences.cause(error)}, status=409)
        undoing.remember(request, desk, done.plan_id)
        return HttpResponseRedirect(reverse("groups") + ("?kind=deleted" if returns else ""))
    return render(request, "web/group_delete.html", found)


def restore(request: HttpRequest, desk: Desk, object_id: str) -> HttpResponse:
    """The deleted group is back."""
    one = find(desk, object_id, deleted=True)
    done = doors.restore_group(desk.tenant_id, one.id, desk.actor)
    undoing.remember(request, desk, done.plan_id)
    return HttpResponseRedirect(reverse("group", args=[one.object_id]))


# ---- plans


def assign(request: HttpRequest, desk: Desk, object_id: str) -> HttpResponse:
    """Assign licenses: first the product, then its services; a POST makes the plan over all members."""
    one = find(desk, object_id)
    given = dict(list_of.licenses(desk.tenant_id, [one.id])[one.id])
    sku = (request.POST.get("product") or request.GET.get("product", "")).lower()
    owned = [row for row in products.every(desk.tenant_id) if row.has_pool]
    found: dict[str, Any] = {"group": one, "said": locks(desk, one)["assign"]}
    if sku and sku not in {row.sku_id for row in owned}:
        raise BadInput("product_not_owned", sku=sku)
    if not sku:
        rows = sorted(owned, key=lambda row: product_name(row.sku_id).casefold())
        found["products"] = [(row.sku_id, product_name(row.sku_id), available(desk.text, row)) for row in rows]
        found["given"] = given
        return render(request, "web/group_assign.html", found)
    if request.method == "POST":
        off = switched_off(request, sku, given.get(sku, ""))
        return _planned(desk, one, SetGroupLicenses(one.id, frozenset(), ((sku, off),)))
    found |= {"sku_id": sku, "name": product_name(sku), "services": services(sku, given.get(sku, ""))}
    return render(request, "web/group_assign.html", found)


def services(sku_id: str, off: str) -> list[tuple[str, str, bool]]:
    """(service plan, its name, whether it is on) of a product, by name; empty where the catalog does not know it."""
    known, gone = catalog_of.load().product_or_none(sku_id), off.split(",")
    plans = [(plan, plan_name(plan), plan not in gone) for plan in (known.plan_ids if known else ())]
    return sorted(plans, key=lambda one: one[1].casefold())


def switched_off(request: HttpRequest, sku_id: str, before: str) -> frozenset[str]:
    """The services that the form's boxes leave off; those that it does not show stay as they were (I-8)."""
    off = frozenset(filter(None, before.split(",")))
    if "services" not in request.POST:
        return off
    known = catalog_of.load().product_or_none(sku_id)
    shown = frozenset(known.plan_ids if known else ())
    return (off - shown) | (shown - set(request.POST.getlist("on")))


def unassign(request: HttpRequest, desk: Desk, object_id: str) -> HttpResponse:
    """Unassign licenses: which of the group's products; a POST makes the plan over all members."""
    one = find(desk, object_id)
    given = [sku for sku, _plans in list_of.licenses(desk.tenant_id, [one.id])[one.id]]
    rows = sorted((product_name(sku), sku) for sku in given)
    found: dict[str, Any] = {"group": one, "products": rows, "said": locks(desk, one)["unassign"]}
    if request.method == "POST":
        wanted = frozenset(sku.lower() for sku in request.POST.getlist("product"))
        if not wanted:
            found["said"] = _("Choose a product first.")
            return render(request, "web/group_unassign.html", found, status=422)
        if not wanted <= set(given):
            raise BadInput("bad_selection")
        return _planned(desk, one, SetGroupLicenses(one.id, wanted))
    return render(request, "web/group_unassign.html", found)


def reprocess(request: HttpRequest, desk: Desk, object_id: str) -> HttpResponse:
    """A plan that looks again at the licenses of all members."""
    one = find(desk, object_id)
    return _planned(desk, one, Reprocess(one.id))


def _planned(desk: Desk, one: GroupRow, intent: Intent) -> HttpResponse:
    """The page of the new draft over all members; a refusal of the doors is a page that says who can do it instead."""
    plan = propose.propose(desk.tenant_id, intent, Who("members", str(one.id)), desk.actor)
    return HttpResponseRedirect(reverse("plan", args=[plan]))


def add(request: HttpRequest, desk: Desk, object_id: str) -> HttpResponse:
    """Add members: search, paste or a file; a POST makes the plan."""
    one = find(desk, object_id)
    found: dict[str, Any] = {
        "heading": _("Add members to {group}").format(group=one.name),
        "back": reverse("group", args=[one.object_id]),
        "back_name": one.name,
        "submit": _("Add members"),
        "locked": locks(desk, one)["members"],
    }
    if request.method != "POST" or request.POST.get("do") == "find":
        return render(request, "web/people_box.html", found | naming.form(request, desk))
    who = naming.named(request, desk)
    said = naming.problem(request, who)
    if said:
        return render(
            request, "web/people_box.html", found | naming.form(request, desk, who) | {"said": said}, status=422
        )
    plan = propose.propose(desk.tenant_id, ChangeMembers(to_group=one.id), Who("users", "", tuple(who.ids)), desk.actor)
    return HttpResponseRedirect(reverse("plan", args=[plan]))
