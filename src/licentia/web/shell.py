"""What every page's frame shows: the menu, the tenants, the roles, the undo banner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from licentia.domain.permissions import Capability
from licentia.web import appearance, undoing
from licentia.web.freshness import freshness
from licentia.web.views import keys
from licentia.words.language import current
from licentia.words.language import gettext as _
from licentia.words.said.operators import role_word


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the menu; `name` is its route."""

    name: str
    icon: str
    label: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Part:
    """Items under one heading; Home has none."""

    heading: Callable[[], str]
    items: tuple[Item, ...]


MENU = (
    Part(lambda: "", (Item("home", "home", lambda: _("Home")),)),
    Part(
        lambda: _("Users"),
        (
            Item("active_users", "users", lambda: _("Active users")),
            Item("deleted_users", "deleted", lambda: _("Deleted users")),
            Item("former", "leave", lambda: _("Former employee")),
            Item("groups", "groups", lambda: _("Groups")),
        ),
    ),
    Part(
        lambda: _("Billing"),
        (
            Item("licenses", "license", lambda: _("Licenses")),
            Item("your_products", "box", lambda: _("Your products")),
        ),
    ),
    Part(
        lambda: _("Take back"),
        (
            Item("reclaim", "reclaim", lambda: _("Reclaim")),
            Item("plans", "plans", lambda: _("Plans")),
            Item("grace_periods", "calendar", lambda: _("Grace periods")),
        ),
    ),
    Part(
        lambda: _("Compliance"),
        (
            Item("discovery", "search", lambda: _("Discovery search")),
            Item("audit", "audit", lambda: _("Audit log")),
        ),
    ),
    Part(
        lambda: _("Setup"),
        (
            Item("connections", "plug", lambda: _("Connections")),
            Item("settings", "gear", lambda: _("Settings")),
        ),
    ),
)

LANGUAGE_NAMES = {"en": "English", "nl": "Nederlands"}

BELONGS = {
    "user": "active_users",
    "manage_licenses": "active_users",
    "managed": "active_users",
    "product": "licenses",
    "unassign": "licenses",
    "assign": "licenses",
    "plan": "plans",
    "over_limit": "plans",
    "restore": "deleted_users",
    "purge": "deleted_users",
    "group": "groups",
    "group_create": "groups",
    "group_rename": "groups",
    "group_delete": "groups",
    "group_assign": "groups",
    "group_unassign": "groups",
    "group_add": "groups",
    "subscription": "your_products",
    "resize": "your_products",
    "recurring": "your_products",
    "cancel_subscription": "your_products",
    "undo_subscription": "your_products",
    "take_over": "your_products",
} | dict.fromkeys(
    (
        "settings_limits",
        "settings_price",
        "settings_list_prices",
        "settings_grant",
        "settings_revoke",
        "settings_never",
    ),
    "settings",
)
"""Pages that are not in the menu, and the item that is marked while they are open."""


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame's values; without a desk (sign-in, errors before it) only the bare frame."""
    desk = getattr(request, "desk", None)
    match = request.resolver_match
    name = match.url_name if match else ""
    here = BELONGS.get(name or "", name)
    found: dict[str, Any] = {"desk": desk, "language_name": LANGUAGE_NAMES[current()], **appearance.chosen(request)}
    if desk is not None:
        found["menu"] = [
            (part.heading(), [(item, item.label(), item.name == here) for item in part.items]) for part in MENU
        ]
        found["role_names"] = ", ".join(map(role_word, desk.roles))
        found["fresh"] = freshness(desk)
        found["may_add_tenant"] = desk.can(Capability.MANAGE_TENANTS)
        found["keys_on"] = keys.are_on(request)
        found["banner"] = undoing.banner(request, desk)
    return found
