"""One user whole, as text and JSON: what is known, and "Not known" where nobody has read it (I-7)."""

from __future__ import annotations

from gettext import gettext as _
from typing import Any

from licentia.cli.app import App
from licentia.cli.layout import table
from licentia.cli.receipts import plan_name
from licentia.cli.users import known, sign_in_word
from licentia.domain.instants import to_iso
from licentia.store.lists import products
from licentia.store.lists.deleted import AccountDetail
from licentia.store.lists.users import UserDetail, UserRow
from licentia.words.formats import number, size
from licentia.words.parts import product_name
from licentia.words.sentences import source_kind
from licentia.words.text import Text


def as_text(app: App, user: UserRow, detail: UserDetail, account: AccountDetail, rows: list[Any]) -> str:
    """The user as text."""
    text = Text.of(app.tenant)
    facts = [
        [_("Username"), user.principal_name],
        [_("Object ID"), user.object_id],
        [_("Department"), known(user.department)],
        [_("Usage location"), known(user.usage_location)],
        [_("Sign-in status"), sign_in_word(user.account_enabled)],
        [_("Account"), _account(app, user, detail)],
        [_("Last sign-in"), _sign_in(text, user)],
        [_("Mailbox"), _mailbox(app, detail)],
        ["OneDrive", _drive(app, detail)],
        [
            _("Office devices"),
            _("Not known") if detail.office_devices is None else number(detail.office_devices, app.language),
        ],
        [_("Phone number"), known(detail.phone_number)],
    ]
    if account.manager is not None:
        facts.append([_("Manager"), account.manager])
    if account.sessions_valid_from is not None:
        facts.append([_("Sessions ended"), text.time(account.sessions_valid_from)])
    if account.deleted_at is not None:
        facts.append([_("Deleted on"), text.time(account.deleted_at)])
    if detail.never_reason is not None:
        facts.append([_("Never list"), detail.never_reason])
    width = max(len(name) for name, _value in facts)
    parts = [user.display_name, "\n".join(f"  {name.ljust(width)}  {value}" for name, value in facts)]
    parts.append(_licenses(app, text, rows) if rows else _("No licenses."))
    if detail.clocks:
        lines = [[clock_word(kind), text.time(at)] for kind, at in detail.clocks]
        parts.append(table([_("Grace period"), _("Ends on")], lines))
    return "\n\n".join(parts)


def _licenses(app: App, text: Text, rows: list[Any]) -> str:
    groups = products.group_names(app.tenant_id, [row[3] for row in rows if row[2] == 2])
    buyers = products.purchase_buyers(app.tenant_id, [row[3] for row in rows if row[2] == 3])
    lines = []
    for _user, sku, kind, source, state, plans, error, since in rows:
        path = source_kind(kind, groups.get(source, ""))
        if kind == 3:
            path = _("Self-service, bought by {name}").format(name=buyers.get(source, ""))
        off = ", ".join(plan_name(plan) for plan in plans.split(",")) if plans else "-"
        lines.append([product_name(sku), path, _state(state, error), off, text.time(since)])
    return table([_("Product"), _("Assignment"), _("Status"), _("Switched off"), _("Since")], lines)


def _state(state: int, error: str | None) -> str:
    word = {1: _("Active"), 2: _("Active with error"), 3: _("Disabled"), 4: _("Error"), 5: _("Remembered")}[state]
    return f"{word}: {error}" if error else word


def _account(app: App, user: UserRow, detail: UserDetail) -> str:
    words = [_("Guest")] if user.user_type == "Guest" else []
    if detail.is_synced is None and app.tenant.origin == "imported":  # an empty cell says neither yes nor no
        return ", ".join([*words, _("Not known")])
    words.append(
        {True: _("From Active Directory"), False: _("Cloud account, synced before"), None: _("Cloud account")}[
            None if detail.is_synced is None else bool(detail.is_synced)
        ]
    )
    return ", ".join(words)


def _sign_in(text: Text, user: UserRow) -> str:
    if user.sign_in_read_at is None:
        return _("Not known: sign-in dates have not been read")
    return _("Never") if user.last_sign_in_at is None else text.time(user.last_sign_in_at)


def _mailbox(app: App, detail: UserDetail) -> str:
    if detail.mailbox is None:
        return _("Not known: nobody has read it")
    kind, size_bytes, archive, hold, forwarding, purged_at, _read = detail.mailbox
    if kind == "none":
        return (
            _("none")
            if purged_at is None
            else _("Deleted for good on {date}").format(date=Text.of(app.tenant).date(purged_at))
        )
    names = {"user": _("User"), "shared": _("Shared"), "room": _("Room"), "equipment": _("Equipment")}
    words = [names[kind], _("size not known") if size_bytes is None else size(size_bytes, app.language)]
    words.append(_("hold not known") if hold is None else "" if hold == "none" else _("On hold"))
    words.append(_("archive not known") if archive is None else _("Archive") if archive else "")
    words.append(_("Forwards email") if forwarding else "")
    return ", ".join(word for word in words if word)


def _drive(app: App, detail: UserDetail) -> str:
    if detail.drive is None:
        return _("Not known: nobody has read it")
    present, size_bytes, on_hold, readonly_at, archived_at, _read = detail.drive
    if not present:
        return _("none")
    words = [_("size not known") if size_bytes is None else size(size_bytes, app.language)]
    words.append(_("On hold") if on_hold else "")
    text = Text.of(app.tenant)
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


def detail_json(detail: UserDetail, account: AccountDetail) -> dict[str, Any]:
    """What is known of a user beyond the list, for programs; null is not known."""
    mailbox = dict(zip(("kind", "sizeBytes", "hasArchive", "hold", "isForwarding"), detail.mailbox or (), strict=False))
    drive = dict(zip(("isPresent", "sizeBytes", "onHold"), detail.drive or (), strict=False))
    return {
        "officeDevices": detail.office_devices,
        "phoneNumber": detail.phone_number,
        "mailbox": mailbox or None,
        "drive": drive or None,
        "clocks": [{"kind": kind, "dueDateTime": to_iso(at)} for kind, at in detail.clocks],
        "neverReason": detail.never_reason,
        "manager": account.manager,
        "signInSessionsValidFromDateTime": _iso(account.sessions_valid_from),
        "deletedDateTime": _iso(account.deleted_at),
    }


def _iso(at: int | None) -> str | None:
    return None if at is None else to_iso(at)
