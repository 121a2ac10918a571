"""The list of Active users: its filters as chips, columns, saved views, and what can be done with who is selected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from licentia.changes import views as door
from licentia.domain.permissions import Capability
from licentia.domain.reasons import BadInput
from licentia.domain.userfilter import VALUES, UserFilter, user_filter
from licentia.store.lists import products
from licentia.store.lists import views as view_list
from licentia.store.lists.products import ProductRow
from licentia.store.lists.views import NOW, View
from licentia.web import selection
from licentia.web.desk import Desk
from licentia.web.selection import COUNTED, Selection
from licentia.web.typed import line
from licentia.web.views.listing import Listing, listing
from licentia.words.language import gettext as _
from licentia.words.parts import product_name
from licentia.words.user_list import CHOICES, COLUMNS, USUAL, choice, left_out

LIST = "users"
PLACE = ("q", "after", "before", "first", "view", *VALUES)
"""Words of the list's address: they stay while panes open and close."""
QUICK = (("signin", "90"), ("grace", "1"), ("path", "group"), ("unlicensed", "1"))
"""Filters that are one press away."""
DAYS = ("30", "60", "90", "180", "365")


def place(request: HttpRequest) -> str:
    """The list's part of the address."""
    return urlencode({name: value for name, value in request.GET.items() if name in PLACE and value})


def wanted_of(desk: Desk, given: Mapping[str, str], owned: list[ProductRow] | None = None) -> UserFilter:
    """The filters of an address; BadInput `bad_user_filter`, `product_not_owned`."""
    wanted = user_filter(given)
    sku = wanted.value("product")
    if sku is not None and sku not in {row.sku_id for row in owned or products.every(desk.tenant_id)}:
        raise BadInput("product_not_owned", sku=sku)
    return wanted


def values(request: HttpRequest, desk: Desk) -> dict[str, Any]:
    """What the list's page shows."""
    owned = products.every(desk.tenant_id)
    wanted = wanted_of(desk, request.GET, owned)
    views = view_list.of_operator(desk.tenant_id, desk.actor.id)
    chosen = selection.load(request, desk, LIST)
    columns = _columns(views, request.GET)
    found = listing(request, desk, wanted=wanted, columns=[name for name in columns if name not in USUAL])
    return {
        "place": place(request),
        "list": found,
        "checked": chosen.checked(desk, [one.id for one in found.rows]) if chosen else (),
        **bar(desk, chosen, request.GET, found),
        **_filters(wanted, owned, request.GET.get("view", "")),
        "columns": [(name, COLUMNS[name]()) for name in columns],
        "every_column": [(name, label(), name in columns) for name, label in COLUMNS.items()],
        "is_usual": columns == USUAL,
        "views": [(one.name, _address(one), one.name == request.GET.get("view")) for one in views if one.name != NOW],
        "left_out": left_out(wanted),
    }


def bar(desk: Desk, chosen: Selection, given: Mapping[str, str], found: Listing | None = None) -> dict[str, Any]:
    """What can be done with who is selected; `given` is the list's address."""
    here = {name: value for name, value in given.items() if name in PLACE and value}
    count = found.total if found is not None else None
    return {
        "selected": chosen,
        "here": urlencode(here),
        "too_many": desk.text.n(COUNTED) if chosen.number > COUNTED else "",
        "all_count": count,
        "is_empty": found is not None and not found.rows,
        "may_assign": desk.can(Capability.ASSIGN_LICENSES),
        "may_block": desk.can(Capability.BLOCK_USERS),
    }


def _filters(wanted: UserFilter, owned: list[ProductRow], view: str) -> dict[str, Any]:
    """The filters that are on, each with the address of the list without it; those one press away; all, to choose from."""
    now = {"q": wanted.search} | dict(wanted.chosen) | {"view": view}

    def address(**changed: str) -> str:
        return "?" + urlencode({name: value for name, value in (now | changed).items() if value})

    signin = wanted.value("signin") or ""
    days = [*DAYS, *([signin] if signin.isdigit() and signin not in DAYS else [])]
    named = sorted(((product_name(row.sku_id), row.sku_id) for row in owned), key=lambda one: one[0].casefold())
    offered: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("product", _("Product"), [(sku, name) for name, sku in named]),
        ("path", _("Assignment"), _choices("path")),
        ("signin", _("Last sign-in"), [(day, choice("signin", day)) for day in days] + _choices("signin")),
        ("source", _("Source"), _choices("source")),
    ]
    return {
        "wanted": wanted,
        "chips": [(choice(name, value), address(**{name: ""})) for name, value in wanted.chosen],
        "quick": [(choice(n, v), address(**{n: v})) for n, v in QUICK if wanted.value(n) is None],
        "offered": [
            (name, label, [(value, said, value == wanted.value(name)) for value, said in every])
            for name, label, every in offered
        ],
        "switches": [
            (name, choice(name, "1"), wanted.value(name) is not None) for name, value in CHOICES if value == "1"
        ],
        "view": view,
    }


def _choices(name: str) -> list[tuple[str, str]]:
    return [(value, said()) for (one, value), said in CHOICES.items() if one == name]


# ---- columns and views


def columns_of(desk: Desk, given: Mapping[str, str]) -> tuple[str, ...]:
    """The columns that the operator sees at this address."""
    return _columns(view_list.of_operator(desk.tenant_id, desk.actor.id), given)


def _columns(views: list[View], given: Mapping[str, str]) -> tuple[str, ...]:
    """Those of the view that the address names, else those that were chosen, else the usual ones."""
    kept = {one.name: one.columns for one in views}
    now = kept.get(given.get("view", NOW), kept.get(NOW, USUAL))
    return tuple(name for name in COLUMNS if name in now)


def _asked(request: HttpRequest) -> tuple[str, ...]:
    given = set(request.POST.getlist("column"))
    return tuple(name for name in COLUMNS if name in given)


def back(request: HttpRequest, **changed: str) -> HttpResponseRedirect:
    """The list where it was."""
    here = dict(QueryDict(request.POST.get("place", "")).items()) | changed
    kept = urlencode({name: value for name, value in here.items() if name in PLACE and value})
    return HttpResponseRedirect(reverse("active_users") + (f"?{kept}" if kept else ""))


def choose_columns(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The operator sees the checked columns from now on; `usual` brings back those there are without a choice."""
    usual = request.POST.get("do") == "usual"
    door.choose_columns(desk.tenant_id, USUAL if usual else _asked(request), desk.actor)
    return back(request, view="")


def save(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The filters and columns of now are kept under a name; BadInput `bad_view_name`, `too_many_views`."""
    here = QueryDict(request.POST.get("place", ""))
    wanted = wanted_of(desk, here)
    address = urlencode({name: value for name, value in ({"q": wanted.search} | dict(wanted.chosen)).items() if value})
    name = line(request.POST.get("name", ""))
    door.save(desk.tenant_id, name, address, columns_of(desk, here), desk.actor)
    return back(request, view=name)


def forget(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The view is gone."""
    door.forget(desk.tenant_id, line(request.POST.get("name", "")), desk.actor)
    return back(request, view="")


def _address(view: View) -> str:
    return "?" + urlencode({"view": view.name}) + (f"&{view.address}" if view.address else "")
