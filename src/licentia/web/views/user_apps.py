"""The service plans of one product in a user's pane: what is on, and what the form wants on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict

from licentia.domain import catalog as catalog_of
from licentia.domain.catalog import Product
from licentia.domain.intents import SetPlans
from licentia.domain.reasons import BadInput
from licentia.store.lists import users as list_of
from licentia.store.lists.users import UserRow
from licentia.web.desk import Desk
from licentia.words.parts import plan_name

ASKED = "apps"
"""The product whose apps are shown: in the address, and in the form that shows them."""


@dataclass(frozen=True, slots=True)
class App:
    """A service plan."""

    plan_id: str
    name: str
    is_on: bool
    is_wanted: bool

    @property
    def is_changed(self) -> bool:
        """Whether its box differs from what is."""
        return self.is_on != self.is_wanted


@dataclass(frozen=True, slots=True)
class Apps:
    """The apps of one product that the user holds directly."""

    sku_id: str
    apps: tuple[App, ...]


def held(desk: Desk, row: UserRow) -> dict[str, frozenset[str]]:
    """By product that the user holds directly, or nobody knows how: the service plans that are off."""
    return {
        source[1]: frozenset(source[5].split(",")) if source[5] else frozenset()
        for source in list_of.sources(desk.tenant_id, [row.id])
        if source[2] in (1, 4) and source[4] < 4
    }


def apps(request: HttpRequest, off: Mapping[str, frozenset[str]]) -> Apps | None:
    """The apps that the address or the form asks for; None where it asks for none, or the user has not that product."""
    form = request.POST if request.method == "POST" else request.GET
    sku = form.get(ASKED, "")
    product = catalog_of.load().product_or_none(sku) if sku in off else None
    if product is None:
        return None
    wanted = _wanted(form, product) if request.method == "POST" else None
    found = [
        App(plan, plan_name(plan), plan not in off[sku], plan not in off[sku] if wanted is None else plan in wanted)
        for plan in product.plan_ids
    ]
    return Apps(sku, tuple(sorted(found, key=lambda one: one.name.casefold())))


def _wanted(form: QueryDict, product: Product) -> frozenset[str]:
    wanted = frozenset(form.getlist("app"))
    if not wanted <= set(product.plan_ids):
        raise BadInput("bad_selection")
    return wanted


def intent(shown: Apps | None) -> SetPlans | None:
    """What the boxes ask for; None when they ask for nothing."""
    changed = [one for one in shown.apps if one.is_changed] if shown else []
    if shown is None or not changed:
        return None
    on = frozenset(one.plan_id for one in changed if one.is_wanted)
    return SetPlans(shown.sku_id, on, frozenset(one.plan_id for one in changed) - on)
