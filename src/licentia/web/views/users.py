"""Active users: the list, the pane of one user, what would happen if the pane were saved, and saving it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.changes import inline
from licentia.domain import catalog as catalog_of
from licentia.domain.intents import Assign, LicenseIntent, Replace, Unassign, UnassignAll, to_text
from licentia.domain.permissions import Capability
from licentia.domain.reasons import BadInput, Outcome
from licentia.store.lists import audit, deleted, products
from licentia.store.lists import users as list_of
from licentia.store.lists.users import UserRow
from licentia.web import undoing
from licentia.web.desk import Desk
from licentia.web.views import user_apps, user_list
from licentia.words import journal as journal_words
from licentia.words import rules, sentences
from licentia.words import users as words
from licentia.words.language import gettext as _
from licentia.words.parts import product_name
from licentia.words.seats import available

TABS = ("account", "licenses", "mail", "onedrive", "history")
HISTORY = 50


def active(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Everybody who is not deleted, by name; fewer by the filters of the address."""
    return render(request, "web/users.html", user_list.values(request, desk))


def user(request: HttpRequest, desk: Desk, object_id: str) -> HttpResponse:
    """The list with one user's pane beside it; `tab` names the pane's page."""
    found = _find(desk, object_id)
    tab = request.GET.get("tab", "licenses")
    if request.method == "POST":
        return _save(request, desk, found)
    return _shown(request, desk, _pane(request, desk, found, tab if tab in TABS else "licenses"))


def _shown(request: HttpRequest, desk: Desk, pane: dict[str, Any], status: int = 200) -> HttpResponse:
    if request.headers.get("HX-Target") == "pane":
        return render(request, "web/pane.html", {"place": user_list.place(request)} | pane, status=status)
    return render(request, "web/users.html", user_list.values(request, desk) | {"pane": True} | pane, status=status)


def _find(desk: Desk, object_id: str) -> UserRow:
    found = list_of.find(desk.tenant_id, object_id)
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class License:
    """A product in the pane. `is_held` directly; `locked` says why its box can't be changed."""

    sku_id: str
    name: str
    is_held: bool
    is_wanted: bool
    detail: str
    locked: str
    tag: str
    take_over: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether the box differs from what is."""
        return not self.locked and self.is_held != self.is_wanted


def _pane(request: HttpRequest, desk: Desk, row: UserRow, tab: str) -> dict[str, Any]:
    detail = list_of.detail(desk.tenant_id, row.id)
    is_copy = desk.is_imported
    found: dict[str, Any] = {
        "user": row,
        "tab": tab,
        "tabs": [(name, label()) for name, label in _LABELS.items()],
        "mailbox": words.mailbox(desk.text, detail),
        "drive": words.drive(desk.text, detail),
        "sign_in": words.sign_in(desk.text, row),
        "account": words.account(row, detail, is_copy=is_copy),
        "may_assign": desk.can(Capability.ASSIGN_LICENSES),
        "clocks": [(words.clock_word(kind), desk.text.time(at)) for kind, at in detail.clocks],
        "never": detail.never_reason,
    }
    if tab == "licenses":
        off = user_apps.held(desk, row)
        found["licenses"] = _licenses(desk, row, None)
        found["with_apps"] = sorted(((sku, product_name(sku)) for sku in off), key=lambda one: one[1].casefold())
        found["apps"] = user_apps.apps(request, off)
    elif tab == "account":
        found["facts"] = _facts(desk, row, detail)
    elif tab == "history":
        found["history"] = _history(desk, row)
    return found


_LABELS: dict[str, Callable[[], str]] = {
    "account": lambda: _("Account"),
    "licenses": lambda: _("Licenses and apps"),
    "mail": lambda: _("Mail"),
    "onedrive": lambda: "OneDrive",
    "history": lambda: _("History"),
}


def _facts(desk: Desk, row: UserRow, detail: list_of.UserDetail) -> list[tuple[str, str]]:
    account = deleted.account(desk.tenant_id, row.id)
    return [
        (_("Username"), row.principal_name),
        (_("Object ID"), row.object_id),
        (_("Department"), words.known(row.department)),
        (_("Usage location"), words.known(row.usage_location)),
        (_("Sign-in status"), words.sign_in_word(row.account_enabled)),
        (_("Account"), words.account(row, detail, is_copy=desk.is_imported)),
        (_("Last sign-in"), words.sign_in(desk.text, row)),
        (_("Manager"), account.manager or _("none")),
        (_("Phone number"), words.known(detail.phone_number)),
        (_("Created"), desk.text.time(detail.created_at)),
    ]


def _history(desk: Desk, row: UserRow) -> list[tuple[str, str, str]]:
    return [
        (desk.text.time(one.at), journal_words.what(one), one.actor_name)
        for one in audit.newest(desk.tenant_id, HISTORY, user_id=row.id)
    ]


def _licenses(desk: Desk, row: UserRow, wanted: frozenset[str] | None) -> list[License]:
    """Products held first, then those that the tenant has; `wanted` None: as it is."""
    sources = [s for s in list_of.sources(desk.tenant_id, [row.id]) if s[4] < 4]
    groups = products.group_names(desk.tenant_id, [s[3] for s in sources if s[2] == 2])
    buyers = products.purchase_buyers(desk.tenant_id, [s[3] for s in sources if s[2] == 3])
    found = []
    for one in products.every(desk.tenant_id):
        mine = [s for s in sources if s[1] == one.sku_id]
        if not mine and not one.has_pool:
            continue
        direct = next((s for s in mine if s[2] in (1, 4)), None)
        others = [s for s in mine if s[2] in (2, 3)]
        is_held = direct is not None
        is_wanted = is_held if wanted is None else one.sku_id in wanted
        locked, tag, way_out = "", "", ""
        if others and direct is None:
            path = words.path(others[0][2], others[0][3], groups, buyers)
            tag = groups.get(others[0][3], "") if others[0][2] == 2 else _("Self-service")
            way_out = reverse("your_products") + f"?kind=self-service&product={one.sku_id}" if others[0][2] == 3 else ""
            locked = (
                _("{path}. Change it in the group.").format(path=path)
                if others[0][2] == 2
                else _("{path}. Take over the subscription first.").format(path=path)
            )
        elif direct is None and one.capacity is not None and one.capacity <= one.consumed:
            locked = available(desk.text, one)
        detail = _path(desk, direct, others, groups, buyers) if direct else available(desk.text, one)
        found.append(License(one.sku_id, product_name(one.sku_id), is_held, is_wanted, detail, locked, tag, way_out))
    held = {s[1] for s in sources}
    return sorted(found, key=lambda one: (one.sku_id not in held, one.name.casefold()))


def _path(desk: Desk, direct: Any, others: list[Any], groups: dict[int, str], buyers: dict[int, str]) -> str:
    if direct[2] == 4:
        return _("Not known how it was assigned: the file did not say")
    since = _("Direct since {date}").format(date=desk.text.date(direct[7])) if direct[7] else _("Direct")
    more = ", ".join(words.path(s[2], s[3], groups, buyers) for s in others)
    return f"{since}; {more}" if more else since


# ---- if you save


def _intent(licenses: list[License], wanted: frozenset[str]) -> LicenseIntent | None:
    """What the boxes ask for; None when they ask for nothing. One product alone is not a replacement of all."""
    gone = [one for one in licenses if one.is_held and not one.locked and one.sku_id not in wanted]
    new = [one for one in licenses if not one.is_held and not one.locked and one.sku_id in wanted]
    if len(gone) + len(new) == 1:
        return Unassign(gone[0].sku_id) if gone else Assign(new[0].sku_id)
    if not gone and not new:
        return None
    kept = frozenset(one.sku_id for one in licenses if one.is_held and one not in gone)
    after = kept | {one.sku_id for one in new}
    return Replace(after) if after else UnassignAll()


def _asked(licenses: LicenseIntent | None, apps: LicenseIntent | None) -> LicenseIntent | None:
    """The one change that the form asks for; BadInput where it asks for two of different kinds."""
    if licenses is not None and apps is not None:
        raise BadInput("licenses_or_apps")
    return licenses or apps


def consider(request: HttpRequest, desk: Desk, object_id: str) -> HttpResponse:
    """The block "If you save", for the boxes as they are in the form."""
    row = _find(desk, object_id)
    return render(request, "web/if_you_save.html", _considered(request, desk, row))


def _wanted(request: HttpRequest) -> frozenset[str]:
    known = catalog_of.load()
    wanted = frozenset(request.POST.getlist("product"))
    if len(wanted) > 500:
        raise BadInput("bad_selection")
    return frozenset(sku for sku in wanted if known.product_or_none(sku) or len(sku) == 36)


def _considered(request: HttpRequest, desk: Desk, row: UserRow) -> dict[str, Any]:
    wanted = _wanted(request)
    licenses = _licenses(desk, row, wanted)
    apps = user_apps.apps(request, user_apps.held(desk, row))
    intent = _asked(_intent(licenses, wanted), user_apps.intent(apps))
    found: dict[str, Any] = {
        "user": row,
        "licenses": licenses,
        "apps": apps,
        "changes": sum(one.is_changed for one in licenses),
        "intent": intent,
    }
    if intent is None:
        return found
    seen = inline.consider(desk.tenant_id, intent, row.id, desk.actor)
    found["seen"] = to_text(intent)
    found["lines"] = [
        (line.rule.severity, rules.consequence(desk.text, line.rule, line.params, line.at)) for line in seen.lines
    ]
    found["until"] = None if seen.undo_until is None else desk.text.date(seen.undo_until)
    if seen.outcome is not Outcome.READY and seen.reason is not None:
        found["refused"] = sentences.reason(seen.reason, seen.subject)
    return found


def _save(request: HttpRequest, desk: Desk, row: UserRow) -> HttpResponse:
    """Saves what the administrator has seen the consequences of; shows them first where that has not happened."""
    considered = _considered(request, desk, row)
    if "lines" not in considered or "refused" in considered or request.POST.get("seen") != considered["seen"]:
        pane = _pane(request, desk, row, "licenses") | considered
        return _shown(request, desk, pane, status=422 if "refused" in considered else 200)
    done = inline.apply_inline(desk.tenant_id, considered["intent"], row.id, desk.actor)
    if done.plan_id is None:
        return _shown(request, desk, _pane(request, desk, row, "licenses") | considered)
    undoing.remember(request, desk, done.plan_id)
    return HttpResponseRedirect(reverse("user", args=[row.object_id]))
