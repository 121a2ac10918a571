"""Users in words: what is known of one, and "Not known" where nobody has read it (I-7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from licentia.domain.catalog import load
from licentia.store.lists.users import UserDetail, UserRow
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.parts import product_name
from licentia.words.sentences import source_kind
from licentia.words.text import Text

SHORT = 40
"""Products whose names together are no longer than this are all named, also in short."""


def known(value: str | None) -> str:
    """A text fact; "Not known" for None, "none" for an empty one."""
    return _("Not known") if value is None else value or _("none")


def sign_in_word(enabled: bool | None) -> str:
    """Whether signing in is allowed, in words."""
    return _("Not known") if enabled is None else _("Allowed") if enabled else _("Sign-in blocked")


def licenses(rows: list[Any]) -> str:
    """The distinct products of these sources, by name; one in error is marked."""
    return ", ".join(_products(sorted(rows, key=lambda row: product_name(row[1])))) or "-"


def licenses_in_short(rows: list[Any]) -> str:
    """The same in a line or two, the product with the most services first; of many products only that one."""
    catalog = load()
    size = {row[1]: len(found.plan_ids) if (found := catalog.product_or_none(row[1])) else 0 for row in rows}
    names = _products(sorted(rows, key=lambda row: -size[row[1]]))
    every = ", ".join(names)
    if len(names) <= 1 or len(every) <= SHORT:
        return every or "-"
    more = len(names) - 1
    return ngettext("{product} and {n} more", "{product} and {n} more", more).format(product=names[0], n=more)


def _products(rows: list[Any]) -> list[str]:
    """The products in the order of the rows, those in error last and marked."""
    held = dict.fromkeys(row[1] for row in rows if row[4] < 4)
    broken = dict.fromkeys(row[1] for row in rows if row[1] not in held)
    return [product_name(sku) for sku in held] + [
        _("{product} (error)").format(product=product_name(sku)) for sku in broken
    ]


def path(kind: int, source_id: int, groups: Mapping[int, str], buyers: Mapping[int, str]) -> str:
    """How a license was assigned, with the name of the group or the buyer."""
    if kind == 3:
        return _("Self-service, bought by {name}").format(name=buyers.get(source_id, ""))
    return source_kind(kind, groups.get(source_id, ""))


def license_state(state: int, error: str | None) -> str:
    """Whether a license works, and its error."""
    word = {1: _("Active"), 2: _("Active with error"), 3: _("Disabled"), 4: _("Error"), 5: _("Remembered")}[state]
    return f"{word}: {error}" if error else word


def account(user: UserRow, detail: UserDetail, *, is_copy: bool) -> str:
    """What kind of account it is; in a copy of a tenant an empty cell says neither yes nor no."""
    words = [_("Guest")] if user.user_type == "Guest" else []
    return ", ".join([*words, source_word(detail.is_synced, is_copy=is_copy)])


def source_word(is_synced: bool | None, *, is_copy: bool) -> str:
    """Where an account comes from; in a copy of a tenant an empty cell says neither yes nor no."""
    if is_synced is None:
        return _("Not known") if is_copy else _("Cloud account")
    return _("From Active Directory") if is_synced else _("Cloud account, synced before")


def sign_in(text: Text, user: UserRow) -> str:
    """When the user last signed in."""
    if user.sign_in_read_at is None:
        return _("Not known: sign-in dates have not been read")
    return _("Never") if user.last_sign_in_at is None else text.time(user.last_sign_in_at)


def mailbox(text: Text, detail: UserDetail) -> str:
    """Kind and size of the mailbox, hold, archive, forwarding: each, or that it is not known."""
    if detail.mailbox is None:
        return _("Not known: nobody has read it")
    kind, size_bytes, archive, hold, forwarding, purged_at, _read = detail.mailbox
    if kind == "none":
        return _("none") if purged_at is None else _("Deleted for good on {date}").format(date=text.date(purged_at))
    names = {"user": _("User"), "shared": _("Shared"), "room": _("Room"), "equipment": _("Equipment")}
    words = [names[kind], _("size not known") if size_bytes is None else text.size(size_bytes)]
    words.append(_("hold not known") if hold is None else "" if hold == "none" else _("On hold"))
    words.append(_("archive not known") if archive is None else _("Archive") if archive else "")
    words.append(_("Forwards email") if forwarding else "")
    return ", ".join(word for word in words if word)


def drive(text: Text, detail: UserDetail) -> str:
    """Size of the OneDrive, hold, and whether it still works."""
    if detail.drive is None:
        return _("Not known: nobody has read it")
    present, size_bytes, on_hold, readonly_at, archived_at, _read = detail.drive
    if not present:
        return _("none")
    words = [_("size not known") if size_bytes is None else text.size(size_bytes)]
    words.append(_("On hold") if on_hold else "")
    if archived_at is not None:
        words.append(_("archived on {date}").format(date=text.date(archived_at)))
    elif readonly_at is not None:
        words.append(_("read-only since {date}").format(date=text.date(readonly_at)))
    return ", ".join(word for word in words if word)


def clock_word(kind: str) -> str:
    """What ends when a clock runs out, in words."""
    return {
        "mailbox_purge": _("Mailbox is deleted for good"),
        "archive_purge": _("Archive mailbox is deleted for good"),
        "drive_readonly": _("OneDrive becomes read-only"),
        "drive_archive": _("OneDrive is archived"),
        "user_purge": _("User is deleted for good"),
    }[kind]
