"""One user whole, as text and JSON. What is known and what is not is said in `words`; here it is laid out."""

from __future__ import annotations

from gettext import gettext as _
from typing import Any

from licentia.cli.app import App
from licentia.cli.layout import table
from licentia.domain.instants import to_iso
from licentia.store.lists import products
from licentia.store.lists.deleted import AccountDetail
from licentia.store.lists.users import UserDetail, UserRow
from licentia.words.parts import plan_name, product_name
from licentia.words.text import Text
from licentia.words.users import account as account_word
from licentia.words.users import clock_word, drive, known, license_state, mailbox, path, sign_in, sign_in_word


def as_text(app: App, user: UserRow, detail: UserDetail, account: AccountDetail, rows: list[Any]) -> str:
    """The user as text."""
    text = Text.of(app.tenant)
    facts = [
        [_("Username"), user.principal_name],
        [_("Object ID"), user.object_id],
        [_("Department"), known(user.department)],
        [_("Usage location"), known(user.usage_location)],
        [_("Sign-in status"), sign_in_word(user.account_enabled)],
        [_("Account"), account_word(user, detail, is_copy=app.tenant.origin == "imported")],
        [_("Last sign-in"), sign_in(text, user)],
        [_("Mailbox"), mailbox(text, detail)],
        ["OneDrive", drive(text, detail)],
        [
            _("Office devices"),
            _("Not known") if detail.office_devices is None else text.n(detail.office_devices),
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
        off = ", ".join(plan_name(plan) for plan in plans.split(",")) if plans else "-"
        lines.append(
            [
                product_name(sku),
                path(kind, source, groups, buyers),
                license_state(state, error),
                off,
                text.time(since),
            ]
        )
    return table([_("Product"), _("Assignment"), _("Status"), _("Switched off"), _("Since")], lines)


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
