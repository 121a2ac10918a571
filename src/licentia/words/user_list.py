"""The filters and columns of Active users in words; a fact that nobody has read says so (I-7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from licentia.domain.instants import DAY, Instant
from licentia.domain.money import total
from licentia.domain.subscriptions import price_of
from licentia.domain.userfilter import UserFilter
from licentia.store.lists.user_facts import Facts, Holding
from licentia.store.lists.users import UserRow
from licentia.words import users
from licentia.words.amounts import amounts
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.parts import count, product_name
from licentia.words.text import Text

USED_DAYS = 30

CHOICES: Final[Mapping[tuple[str, str], Callable[[], str]]] = {
    ("path", "direct"): lambda: _("Assigned directly"),
    ("path", "group"): lambda: _("From a group"),
    ("signin", "never"): lambda: _("Never signed in"),
    ("signin", "unknown"): lambda: _("Last sign-in not known"),
    ("blocked", "1"): lambda: _("Sign-in blocked"),
    ("unlicensed", "1"): lambda: _("Unlicensed"),
    ("grace", "1"): lambda: _("Mailbox in grace period"),
    ("selfservice", "1"): lambda: _("Self-service"),
    ("source", "synced"): lambda: _("Synced from Active Directory"),
    ("source", "cloud"): lambda: _("Cloud account"),
    ("guest", "1"): lambda: _("Guest"),
    ("nolocation", "1"): lambda: _("Usage location missing"),
    ("error", "1"): lambda: _("License error"),
}


def choice(name: str, value: str) -> str:
    """A filter in words."""
    if name == "product":
        return product_name(value)
    if name == "signin" and value.isdigit():
        return ngettext("Not signed in for {n} day", "Not signed in for {n} days", int(value)).format(
            n=count(int(value))
        )
    return CHOICES[name, value]()


def left_out(wanted: UserFilter) -> str:
    """Who is not in the list because a fact about them is not known; empty where nothing can be missing."""
    if wanted.value("signin") in (None, "unknown"):
        return ""
    return _("Users whose last sign-in is not known are not in this list.")


# ---- columns

COLUMNS: Final[Mapping[str, Callable[[], str]]] = {
    "licenses": lambda: _("Licenses"),
    "assignment": lambda: _("Assignment"),
    "signin": lambda: _("Last sign-in"),
    "status": lambda: _("Sign-in status"),
    "mailbox": lambda: _("Mailbox"),
    "onedrive": lambda: "OneDrive",
    "location": lambda: _("Usage location"),
    "department": lambda: _("Department"),
    "manager": lambda: _("Manager"),
    "synced": lambda: _("Synced"),
    "created": lambda: _("Created"),
    "used": lambda: _("Used in 30 days"),
    "cost": lambda: _("Cost per month"),
}
"""Every column that can be chosen, in the order of the table; the name is always there."""
USUAL: Final = ("licenses", "signin", "mailbox")


def cell(
    name: str, text: Text, user: UserRow, facts: Facts, held: Sequence[Holding], *, is_copy: bool, now: Instant
) -> str:
    """What a column says of a user; the usual ones are drawn by the page itself."""
    said: dict[str, Callable[[], str]] = {
        "assignment": lambda: _assignment(held),
        "status": lambda: users.sign_in_word(user.account_enabled),
        "onedrive": lambda: _drive(text, facts),
        "location": lambda: users.known(user.usage_location),
        "department": lambda: users.known(user.department),
        "manager": lambda: _manager(facts, is_copy),
        "synced": lambda: users.source_word(facts.is_synced, is_copy=is_copy),
        "created": lambda: _("Not known") if facts.created_at is None else text.date(facts.created_at),
        "used": lambda: _used(text, facts, now, is_copy=is_copy),
        "cost": lambda: _cost(text, held),
    }
    return said[name]() if name in said else ""


def _assignment(held: Sequence[Holding]) -> str:
    """Every way in which the user has licenses, each once."""
    return ", ".join(dict.fromkeys(way(one) for one in held if one.state < 4)) or "-"


def way(one: Holding) -> str:
    """How a license was assigned."""
    giver = {one.source_id: one.giver or ""}
    return users.path(one.kind, one.source_id, giver, giver)


def _drive(text: Text, facts: Facts) -> str:
    if facts.has_drive is None:
        return _("Not known")
    if not facts.has_drive:
        return _("none")
    return _("size not known") if facts.drive_bytes is None else text.size(facts.drive_bytes)


def _manager(facts: Facts, is_copy: bool) -> str:
    if facts.manager_id is None:
        return _("Not known") if is_copy else _("none")
    return facts.manager or _("A user who is gone")


def _used(text: Text, facts: Facts, now: Instant, *, is_copy: bool) -> str:
    """A copy's days end when its file was read."""
    if facts.activity_read_at is None:
        return _("Not known")
    end = facts.activity_read_at if is_copy else now
    is_used = facts.last_activity_at is not None and facts.last_activity_at >= end - USED_DAYS * DAY
    return _("Yes") if is_used else _("No")


def _cost(text: Text, held: Sequence[Holding]) -> str:
    """A seat per product and pool; what has no known price is counted, never left out silently."""
    seats = {(one.sku_id, one.source_id if one.kind == 3 else 0): one for one in held if one.state < 4}
    prices = [price_of(one.amount, one.currency) for one in seats.values()]
    known = amounts(total(price for price in prices if price is not None), text.language)
    missing = prices.count(None)
    if not missing:
        return known or "-"
    if not known:
        return _("Not known")
    said = ngettext("{money}, price of {n} license not known", "{money}, price of {n} licenses not known", missing)
    return said.format(money=known, n=count(missing))
