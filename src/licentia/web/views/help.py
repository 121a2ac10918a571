"""Help: what a subscription is and what a license is, with the tenant's own numbers, and how a subscription ends."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from licentia.domain import rulebook
from licentia.domain.subscriptions import (
    ASSIGNABLE,
    MULTI_YEAR,
    ORDINARY,
    TRIAL,
    VOLUME,
    Life,
    Subscription,
    SubscriptionState,
)
from licentia.store.lists import subscriptions
from licentia.web.desk import Desk
from licentia.words.language import current, ngettext
from licentia.words.language import gettext as _
from licentia.words.parts import count, product_name
from licentia.words.said.subscriptions import state_word
from licentia.words.subscriptions import MOST_ADDED, total

WIDE, APART = 82, 8
"""Of a state in the picture: how wide, and how far from the next, in the drawing's own units."""
LOOKED_AT = 500
"""Among so many subscriptions the example is looked for."""


@dataclass(frozen=True, slots=True)
class Place:
    """A state in the picture, and how long it lasts in words; `color` is the class of what works in it."""

    state: str
    lasts: str
    color: str
    x: int
    middle: int
    arrow: int


@dataclass(frozen=True, slots=True)
class Road:
    """What becomes of one kind of subscription at the end of its term."""

    name: str
    places: list[Place]
    rule: str
    text: str


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Both definitions, the example, and the picture of the states with the same as a table."""
    found = {
        "example": _example(desk),
        "roads": [_road(name, life) for name, life in _lives()],
        "states": [(state_word(state), _works(state), _assignable(state)) for state in SubscriptionState],
    }
    return render(request, "web/help.html", found)


def _example(desk: Desk) -> dict[str, str] | None:
    """A product whose licenses come from a few subscriptions, as a sum; None where the tenant has none."""
    owned: dict[str, list[Subscription]] = defaultdict(list)
    for row in subscriptions.page(desk.tenant_id, top=LOOKED_AT):
        one = row.subscription
        if one.is_assignable and not one.purchase_id:
            owned[one.sku_id].append(one)
    several = {sku: own for sku, own in owned.items() if 1 < len(own) <= MOST_ADDED}
    if not several:
        return None
    sku = min(several, key=lambda one: (len(several[one]), product_name(one)))
    return {"product": product_name(sku), "n": desk.text.n(len(several[sku])), "sum": total(desk.text, several[sku])}


def _lives() -> tuple[tuple[str, Life], ...]:
    return (
        (_("Most subscriptions"), ORDINARY),
        (_("Enterprise, for more than a year"), MULTI_YEAR),
        (_("Volume licensing"), VOLUME),
        (_("Trial"), TRIAL),
    )


def _road(name: str, life: Life) -> Road:
    stages = [(stage.state, _days(stage.days)) for stage in life.stages]
    states = [(SubscriptionState.ENABLED, _("the term")), *stages, (SubscriptionState.DELETED, _("for good"))]
    rule = rulebook.load().by_id[life.rule]
    return Road(name, [_place(n, *one) for n, one in enumerate(states)], rule.id, rule.sentence(current()))


def _days(n: int) -> str:
    return ngettext("{n} day", "{n} days", n).format(n=count(n))


def _place(n: int, state: SubscriptionState, lasts: str) -> Place:
    x = n * (WIDE + APART)
    color = "gone" if state is SubscriptionState.DELETED else "works" if state in ASSIGNABLE else "stopped"
    return Place(state_word(state), lasts, color, x, x + WIDE // 2, x - APART)


def _works(state: SubscriptionState) -> str:
    if state is SubscriptionState.DELETED:
        return _("Nothing is left.")
    if state in ASSIGNABLE:
        return _("Users work as usual.")
    return _("Users have no access; administrators still have the data.")


def _assignable(state: SubscriptionState) -> str:
    return _("Licenses can be assigned.") if state in ASSIGNABLE else _("No license can be assigned.")
