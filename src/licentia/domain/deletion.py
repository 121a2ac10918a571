"""What the deletion of a user brings for mailbox, OneDrive and phone number, as cited rules with their durations.

Unknown is never safe (I-7): the earliest date is said, and that a fact is missing. Who may be deleted is not decided here.
"""

from __future__ import annotations

from licentia.domain import rulebook
from licentia.domain.effects import ClockEffect, Consequence, Effects
from licentia.domain.facts import UNKNOWN, ClockKind, Mailbox, MailboxKind, UserFacts
from licentia.domain.holding import Holding

_DRIVE_CLOCKS = {ClockKind.DRIVE_READONLY, ClockKind.DRIVE_ARCHIVE}


def dated(key: str) -> Consequence:
    """The rule as a consequence, after the duration that it names."""
    return Consequence(key, seconds=rulebook.load().by_key[key].seconds)


def deletion_effects(before: Holding, facts: UserFacts) -> Effects:
    """What a user who holds `before` loses and keeps by being deleted. Undo is possible while the user exists (R-71)."""
    gone = dated("user_deleted")
    found = Effects((gone,), (ClockEffect(ClockKind.USER_PURGE, gone.seconds),))
    return found + _mailbox(before, facts) + _drive(facts) + _phone(before, facts)


def becomes_inactive(before: Holding, mailbox: object) -> bool:
    """R-73: whether the mailbox is surely kept by its hold when the user goes."""
    is_held = isinstance(mailbox, Mailbox) and mailbox.kind is not MailboxKind.NONE and mailbox.on_hold is True
    return is_held and before.mailbox() is True and before.surely("holds")


def _mailbox(before: Holding, facts: UserFacts) -> Effects:
    """R-72 to R-75. Whose license went before keeps the date that runs: deletion neither stops nor stretches it."""
    had = before.mailbox()
    if not isinstance(facts.mailbox, Mailbox):
        if had is False and facts.clocks.isdisjoint({ClockKind.MAILBOX_PURGE}):
            return Effects(() if facts.is_guest else (dated("mailbox_fate_unknown"),))
        return _goes(before, facts, Mailbox(MailboxKind.USER))
    box = facts.mailbox
    if box.kind is MailboxKind.NONE and (had is False or not box.was_purged):
        return Effects()
    return _goes(before, facts, Mailbox(MailboxKind.USER) if box.kind is MailboxKind.NONE else box)


def _goes(before: Holding, facts: UserFacts, box: Mailbox) -> Effects:
    had = before.mailbox()
    if ClockKind.MAILBOX_PURGE in facts.clocks:
        return Effects((Consequence("grace_runs"), Consequence("no_inactive")))
    forwarding = _forwarding(box)
    if becomes_inactive(before, box):
        return Effects((Consequence("mailbox_inactive"), *forwarding))
    may_hold = before.any("holds") or bool(before.strangers)
    if box.on_hold is True and (had is UNKNOWN or may_hold):
        return Effects((dated("mailbox_fate_unknown"), *forwarding))
    lost = dated("mailbox_deleted")
    said = [lost, *forwarding]
    if before.any("teams"):
        said.append(Consequence("teams_chat", seconds=lost.seconds))
    if box.on_hold is UNKNOWN:
        said.append(Consequence("mailbox_facts_unknown"))
    if box.on_hold is True:
        said.append(Consequence("no_inactive"))
    is_sure = had is True and box.kind is MailboxKind.USER
    return Effects(tuple(said), (ClockEffect(ClockKind.MAILBOX_PURGE, lost.seconds),) if is_sure else ())


def _forwarding(box: Mailbox) -> tuple[Consequence, ...]:
    """R-05, R-59: forwarding needs an account that is not deleted."""
    if box.is_forwarding is UNKNOWN:
        return (Consequence("forwarding_unknown", seconds=0),)
    return (Consequence("forwarding_stops", seconds=0),) if box.is_forwarding else ()


def _drive(facts: UserFacts) -> Effects:
    """R-76 to R-80, R-50: only deletion starts this clock. Of the dates that run already, the earlier result counts."""
    if facts.has_drive is False or (facts.is_guest and facts.has_drive is UNKNOWN):
        return Effects()
    if facts.drive_on_hold is True:
        return Effects((Consequence("drive_kept"), Consequence("drive_access")))
    said = [dated("drive_deleted"), dated("drive_bin"), Consequence("drive_access")]
    if UNKNOWN in (facts.has_drive, facts.drive_on_hold):
        said.append(Consequence("drive_facts_unknown"))
    if facts.clocks & _DRIVE_CLOCKS:
        said.append(Consequence("onedrive_dates_run"))
    return Effects(tuple(said))


def _phone(before: Holding, facts: UserFacts) -> Effects:
    """R-24, R-25: the license goes, and its number with it."""
    if not before.any("phone") or facts.has_phone_number is False:
        return Effects()
    is_known = facts.has_phone_number is not UNKNOWN
    return Effects((Consequence("phone_released", seconds=0) if is_known else Consequence("phone_unknown"),))
