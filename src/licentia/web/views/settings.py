"""Settings: how pages look, and for who may, the tenant's limits, prices, roles and never list; each by its own door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.changes import operators, prices, record
from licentia.domain.money import Money, amount_of, currency_of
from licentia.domain.permissions import Capability, Role
from licentia.domain.reasons import BadInput, Refused
from licentia.store.lists import groups, never, products, subscriptions
from licentia.store.lists import operators as operator_list
from licentia.store.lists import tenants as tenant_list
from licentia.store.lists.subscriptions import PriceRow
from licentia.web import appearance, named
from licentia.web.desk import SEEN_AS, Desk
from licentia.web.typed import line, whole
from licentia.words import sentences
from licentia.words.amounts import money
from licentia.words.language import gettext as _
from licentia.words.money import months_text, price_source
from licentia.words.parts import product_name
from licentia.words.said.operators import ROLE, role_word

TERMS = (1, 12, 36)
"""Months for which a price holds."""
LONGEST_WHY = 200
LIMITS = ("confirm_above", "limit_percent", "limit_users", "approve_above", "inactive_days")
MOST_CONFIRM, MOST_USERS, MOST_DAYS = 10_000, 10_000_000, 3_650

Door = Callable[[HttpRequest, Desk], None]


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All settings; what the reader's roles may not change is disabled, with the role that may."""
    return render(request, "web/settings.html", _page(request, desk))


def _page(request: HttpRequest, desk: Desk) -> dict[str, Any]:
    currency, _country = subscriptions.place(desk.tenant_id)
    limits = tenant_list.settings(desk.tenant_id)
    return {
        "limits": {name: limits[name] for name in LIMITS},
        "prices": _prices(desk),
        "currency": currency,
        "terms": [(months, months_text(desk.text, months)) for months in TERMS],
        "operators": [
            (one.name, one.display_name, one.is_active, [(role, role_word(role)) for _id, _name, role in one.roles])
            for one in operator_list.members(desk.tenant_id)
        ],
        "roles": [(role.value, word()) for role, word in ROLE.items()],
        "never": never.every(desk.tenant_id),
        "may_limit": desk.can(Capability.MANAGE_TENANTS),
        "may_price": desk.can(Capability.SET_PRICES),
        "may_grant": desk.can(Capability.MANAGE_OPERATORS),
        "may_list": desk.can(Capability.MANAGE_NEVER_LIST),
        "look": appearance.chosen(request),
    }


def _prices(desk: Desk) -> list[dict[str, str]]:
    """The tenant's products, and others that it has a price of its own for, by name."""
    stated = subscriptions.prices(desk.tenant_id)
    wanted = {row.sku_id for row in products.every(desk.tenant_id)}
    wanted |= {sku for sku, row in stated.items() if row.is_own}
    return [_price(desk, sku, stated.get(sku)) for sku in sorted(wanted, key=lambda sku: product_name(sku).casefold())]


def _price(desk: Desk, sku: str, row: PriceRow | None) -> dict[str, str]:
    if row is None:
        return {"sku": sku, "name": product_name(sku), "price": _("Not known"), "term": "", "source": ""}
    return {
        "sku": sku,
        "name": product_name(sku),
        "price": money(row.price, desk.text.language),
        "term": months_text(desk.text, row.term_months),
        "source": price_source(row),
    }


def _done(request: HttpRequest, desk: Desk, section: str, act: Door) -> HttpResponse:
    """Back to the section after its door; where the door says no, the page with the cause and what was typed."""
    try:
        act(request, desk)
    except (BadInput, Refused) as error:
        said = {"wrong": section, "said": sentences.cause(error), "typed": request.POST}
        status = 409 if isinstance(error, Refused) else 400
        return render(request, "web/settings.html", _page(request, desk) | said, status=status)
    return HttpResponseRedirect(f"{reverse('settings')}#{section}")


# ---- the reader's own


def look(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Theme and density in this browser."""
    response = HttpResponseRedirect(reverse("settings"))
    appearance.keep(request, response)
    return response


def preview(request: HttpRequest, desk: Desk) -> HttpResponse:
    """From here on the session sees what the role sees, and changes nothing; BadInput `unknown_role`."""
    request.session[SEEN_AS] = _role(request).value
    return HttpResponseRedirect("/")


def end_preview(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The session has its own roles again."""
    request.session.pop(SEEN_AS, None)
    return HttpResponseRedirect(reverse("settings"))


# ---- the tenant's


def limits(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Above how many users a plan needs a typed number, a second confirmation, a second person."""
    return _done(request, desk, "limits", _set_limits)


def _set_limits(request: HttpRequest, desk: Desk) -> None:
    given = request.POST
    approve = given.get("approve_above", "").strip()
    fields = {
        "confirm_above": whole(given.get("confirm_above", ""), _("Typed number above"), 0, MOST_CONFIRM),
        "limit_percent": whole(given.get("limit_percent", ""), _("Share of a product"), 1, 100),
        "limit_users": whole(given.get("limit_users", ""), _("Number of users"), 1, MOST_USERS),
        "inactive_days": whole(given.get("inactive_days", ""), _("Unused after"), 1, MOST_DAYS),
        "approve_above": whole(approve, _("Second approver above"), 1, MOST_USERS) if approve else None,
    }
    record.set_tenant(desk.tenant_id, desk.actor, fields)


def price(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The tenant's own price of one product."""
    return _done(request, desk, "prices", _set_price)


def _set_price(request: HttpRequest, desk: Desk) -> None:
    given = request.POST
    sku = given.get("product", "").lower()
    if sku not in {row.sku_id for row in products.every(desk.tenant_id)}:
        raise BadInput("no_product_chosen")
    amount = Money(amount_of(given.get("amount", "")), currency_of(given.get("currency", "")))
    months = whole(given.get("term", ""), _("Term"), min(TERMS), max(TERMS))
    prices.set_price(desk.tenant_id, sku, amount, desk.actor, term_months=months)


def list_prices(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The public list prices of this release, where the tenant has none of its own."""
    return _done(request, desk, "prices", lambda _request, desk: _import(desk))


def _import(desk: Desk) -> None:
    prices.import_list(desk.tenant_id, desk.actor)


def grant(request: HttpRequest, desk: Desk) -> HttpResponse:
    """An operator has one more role here."""
    return _done(request, desk, "roles", _grant)


def _grant(request: HttpRequest, desk: Desk) -> None:
    operators.grant(line(request.POST.get("operator", "")), desk.tenant_id, _role(request), desk.actor)


def revoke(request: HttpRequest, desk: Desk) -> HttpResponse:
    """An operator has one role less here."""
    return _done(request, desk, "roles", _revoke)


def _revoke(request: HttpRequest, desk: Desk) -> None:
    operators.revoke(line(request.POST.get("operator", "")), desk.tenant_id, _role(request), desk.actor)


def _role(request: HttpRequest) -> Role:
    name = request.POST.get("role", "")
    if name not in set(Role):
        raise BadInput("unknown_role")
    return Role(name)


def add_never(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A user or a group is on the never list."""
    return _done(request, desk, "never", _add_never)


def _add_never(request: HttpRequest, desk: Desk) -> None:
    name, why = line(request.POST.get("name", "")), line(request.POST.get("reason", ""))
    if not why or len(why) > LONGEST_WHY:
        raise BadInput("no_never_why")
    if request.POST.get("kind") == "group":
        record.add_never(desk.tenant_id, "group", groups.find(desk.tenant_id, name).id, why, desk.actor)
    else:
        record.add_never(desk.tenant_id, "user", named.user(desk, name), why, desk.actor)


def remove_never(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A user or a group is no longer on the never list."""
    return _done(request, desk, "never", _remove_never)


def _remove_never(request: HttpRequest, desk: Desk) -> None:
    kind, number = request.POST.get("kind", ""), request.POST.get("id", "")
    if kind not in ("user", "group") or not (number.isascii() and number.isdigit() and len(number) < 16):
        raise BadInput("bad_selection")
    record.remove_never(desk.tenant_id, kind, int(number), desk.actor)
