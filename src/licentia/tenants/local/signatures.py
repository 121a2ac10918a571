"""Reads a user's signature (store.bulk.facts) back into the facts the rules understand.

The one place that knows both forms; a test holds them together.
"""

from __future__ import annotations

from licentia.domain.facts import (
    UNKNOWN,
    Account,
    AssignmentState,
    ClockKind,
    Mailbox,
    MailboxKind,
    Maybe,
    SizeBand,
    Source,
    SourceKind,
    Switch,
    UserFacts,
)
from licentia.tenants.port import TenantContext

_NEVER = 3
"""The field of the never list entry."""


def understand(signature: str, context: TenantContext) -> UserFacts:
    """The facts that a signature stands for."""
    account, mailbox, drive, never, clocks, sources, *more = signature.rpartition("#")[2].split("|")
    location, guest, phone, office = list(account)
    looked = {part[0]: part[1:] for part in more}
    return UserFacts(
        sources=tuple(_source(text, context) for text in sources.split(";") if text),
        has_usage_location=_maybe(location),
        is_guest=guest == "g",
        never=context.never_reasons.get(int(never), "") if never else None,
        mailbox=UNKNOWN if mailbox == "?" else _mailbox(mailbox),
        has_drive=UNKNOWN if drive == "?" else _maybe(drive[0]),
        drive_on_hold=UNKNOWN if drive == "?" else _maybe(drive[1]),
        has_phone_number=_maybe(phone),
        has_office_devices=_maybe(office),
        clocks=frozenset(ClockKind(kind) for kind in clocks.split(",") if kind),
        account=_account(looked["A"]) if "A" in looked else None,
        groups=tuple(int(group) for group in looked.get("G", "").split(",") if group),
    )


def _account(text: str) -> Account:
    enabled, deleted, synced, manager, taken = text.split(",")
    return Account(
        is_enabled=_maybe(enabled),
        is_deleted=deleted == "1",
        is_synced=_maybe(synced),
        manager_id=int(manager) if manager else None,
        is_name_taken=taken == "1",
    )


def _maybe(sign: str) -> bool | Maybe:
    return UNKNOWN if sign == "?" else sign == "1"


def _source(text: str, context: TenantContext) -> Source:
    product, kind, source_id, state, plans, *error = text.split(".")
    return Source(
        sku_id=context.skus[int(product)],
        kind=SourceKind(int(kind)),
        source_id=int(source_id),
        disabled_plans=plans_of(plans),
        state=AssignmentState(int(state)),
        error=(error[0] or None) if error else None,
    )


def _mailbox(text: str) -> Mailbox:
    kind, size, signs = text.split(",")
    return Mailbox(
        kind=MailboxKind(kind),
        size=UNKNOWN if size == "?" else SizeBand(int(size)),
        has_archive=_maybe(signs[0]),
        on_hold=_maybe(signs[1]),
        is_forwarding=_maybe(signs[2]),
        was_purged=signs[3] == "1",
    )


def switches_text(switches: frozenset[Switch]) -> str:
    """What a signature begins with: the switches under which its verdict holds, so that turning one makes it stale."""
    return ",".join(sorted(switches)) + "#" if switches else ""


def with_never(signature: str, entry: int | None) -> str:
    """The signature of a user who is on the never list by this entry; as it is for one who is not."""
    if entry is None:
        return signature
    fields = signature.split("|")
    fields[_NEVER] = str(entry)
    return "|".join(fields)


def plans_of(text: str) -> frozenset[str]:
    """Disabled plans from their stored text."""
    return frozenset(text.split(",")) if text else frozenset()


def plans_text(plans: frozenset[str]) -> str:
    """Disabled plans as stored: sorted, comma-joined."""
    return ",".join(sorted(plans))
