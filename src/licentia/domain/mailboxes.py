"""What becomes of a user's mailbox, archive and hold when the enabled plans change, as cited rules.

Unknown is never safe (I-7): where a fact is missing the earliest date is said, and that it is missing.
"""

from __future__ import annotations

from licentia.domain import rulebook
from licentia.domain.effects import ClockEffect, Consequence, Effects
from licentia.domain.facts import UNKNOWN, ClockKind, Mailbox, MailboxKind, Switch, UserFacts
from licentia.domain.holding import Holding

SHARED_FREE_GB = 50
"""R-11: a shared mailbox up to this size needs no license."""


def mailbox_effects(before: Holding, after: Holding, facts: UserFacts, switches: frozenset[Switch]) -> Effects:
    """What the change means for the mailbox, by whether one was carried before and is carried after."""
    had, has, known = before.mailbox(), after.mailbox(), _known(facts)
    if has is True and had is False:
        return _returns(facts, was_away=True) + _archive(before, after, facts, known)
    if has is True:
        stays = _returns(facts, was_away=False) + _stays(before, after, known)
        return stays + _rights(before, after, facts, known)
    if had is False:
        unsure = has is UNKNOWN and ClockKind.MAILBOX_PURGE in facts.clocks
        said = (Consequence("mailbox_return_unknown", (("product", after.mailbox_product()),)),) if unsure else ()
        return Effects(said) + _archive(before, after, facts, known)
    if has is UNKNOWN and had is UNKNOWN and not _gone(before, after):
        return _rights(before, after, facts, known)
    if known.kind is MailboxKind.NONE:
        return _archive(before, after, facts, known)
    if known.kind in (MailboxKind.SHARED, MailboxKind.ROOM, MailboxKind.EQUIPMENT):
        return _shared(known)
    if has is UNKNOWN:
        return _perhaps_lost(after, known, switches)
    return _lost(before, after, facts, known, switches)


def _known(facts: UserFacts) -> Mailbox:
    """What is known of the mailbox. After a purge, what was read is of the old one: a plan makes a new one (R-30)."""
    if not isinstance(facts.mailbox, Mailbox):
        return Mailbox(MailboxKind.USER)
    if facts.mailbox.kind is MailboxKind.NONE and facts.mailbox.was_purged:
        return Mailbox(MailboxKind.USER)
    return facts.mailbox


def _gone(before: Holding, after: Holding) -> bool:
    """Whether a product no longer gives the mailbox plan that it gave."""
    return bool(before.mailbox_carriers() - after.mailbox_carriers()) or bool(before.strangers - after.strangers)


def _returns(facts: UserFacts, *, was_away: bool) -> Effects:
    """R-29, R-30. A clock that runs stops."""
    if ClockKind.MAILBOX_PURGE in facts.clocks:
        said = (Consequence("mailbox_returns"),) if was_away else ()
        return Effects(said, (ClockEffect(ClockKind.MAILBOX_PURGE, None),))
    if was_away and isinstance(facts.mailbox, Mailbox) and facts.mailbox.kind is MailboxKind.NONE:
        said = (Consequence("mailbox_new_empty"),) if facts.mailbox.was_purged else ()
        return Effects(said, (ClockEffect(ClockKind.MAILBOX_PURGE, None),))
    return Effects()


def _shared(mailbox: Mailbox) -> Effects:
    """R-11 and R-12: free up to 50 GB; anything not known to be so is the administrator's choice."""
    fits = mailbox.size is not UNKNOWN and mailbox.size.fits(SHARED_FREE_GB)
    if fits and mailbox.has_archive is False and mailbox.on_hold is False:
        return Effects((Consequence("shared_stays"),))
    return Effects((Consequence("shared_needs_license"),), needs_choice=True)


def _seconds(key: str) -> int:
    return rulebook.load().by_key[key].seconds or 0


def _kept_seconds(switches: frozenset[Switch]) -> int:
    """R-01, and R-23: with delicensing resiliency the grace period begins when the mailbox stops working."""
    working = _seconds("resiliency") if Switch.DELICENSING_RESILIENCY in switches else 0
    return working + _seconds("mailbox_lost")


def _perhaps_lost(after: Holding, mailbox: Mailbox, switches: frozenset[Switch]) -> Effects:
    """R-42, R-43: what remains may not carry a mailbox. No clock is known to run; undo counts as if one did."""
    said = Consequence("mailbox_perhaps", (("product", after.mailbox_product()),))
    if mailbox.on_hold is True:
        return Effects((said, Consequence("kept_by_hold")))
    days = _kept_seconds(switches)
    return Effects((said, Consequence("mailbox_perhaps_lost", seconds=days)), undo_seconds=days)


def _lost(before: Holding, after: Holding, facts: UserFacts, mailbox: Mailbox, switches: frozenset[Switch]) -> Effects:
    """R-01 to R-06, R-16, R-23: no mailbox is carried any more."""
    kept = mailbox.on_hold is True
    ends = _ends(mailbox, kept, switches)
    found = list(ends)
    days = _kept_seconds(switches)
    runs = ClockKind.MAILBOX_PURGE in facts.clocks
    if before.any("teams") and not kept:
        found.append(Consequence("teams_chat", seconds=None if runs else days))
    if mailbox.on_hold is UNKNOWN:
        found.append(Consequence("mailbox_facts_unknown"))
    if any(after.holds(sku) for sku, _ in before.mailbox_carriers()):
        found.append(Consequence("plan_switched_off"))
    if kept:
        return Effects((Consequence("kept_by_hold"), *found))
    if runs:
        return Effects((Consequence("grace_runs"), *found), undo_seconds=0)
    lost = Consequence("mailbox_lost", seconds=days)
    return Effects((lost, *found), (ClockEffect(ClockKind.MAILBOX_PURGE, days),), days)


def _ends(mailbox: Mailbox, kept: bool, switches: frozenset[Switch]) -> tuple[Consequence, ...]:
    """What stops at once, or with delicensing resiliency on the day the mailbox stops working (R-44, R-45)."""
    found: list[Consequence] = []
    at, later = 0, ""
    if Switch.DELICENSING_RESILIENCY in switches:
        at, later = _seconds("resiliency"), "_later"
        found.append(Consequence("resiliency", seconds=at))
    found.append(Consequence(f"mail_refused{later}", seconds=at))
    if not kept:
        found.append(Consequence(f"not_searchable{later}", seconds=at))
    if mailbox.is_forwarding is UNKNOWN:
        found.append(Consequence("forwarding_unknown", seconds=at))
    elif mailbox.is_forwarding:
        found.append(Consequence("forwarding_stops", seconds=at))
    return tuple(found)


def _stays(before: Holding, after: Holding, mailbox: Mailbox) -> Effects:
    """R-07 to R-10: the mailbox stays; through which product and with which limit."""
    if not _gone(before, after):
        return Effects()
    old, new = before.mailbox_limit(), after.mailbox_limit()
    name = ("product", after.mailbox_product())
    if new is None or (old is not None and new >= old):
        return Effects((Consequence("mailbox_stays", (name,)),))
    limit = ("limit", str(new))
    found = [Consequence("mailbox_smaller", (name, limit))]
    if mailbox.size is UNKNOWN:
        found.append(Consequence("mailbox_size_unknown", (limit,)))
    elif not mailbox.size.fits(new):
        found.append(Consequence("mailbox_over_limit", (limit,), seconds=0))
    return Effects(tuple(found))


def _rights(before: Holding, after: Holding, facts: UserFacts, mailbox: Mailbox) -> Effects:
    """R-13 to R-15, R-46: what of archive and hold goes while the mailbox stays."""
    found = Effects()
    if before.any("holds") and not after.any("holds"):
        if mailbox.on_hold is True:
            found = Effects((Consequence("hold_needs_plan", seconds=0),))
        elif mailbox.on_hold is UNKNOWN:
            found = Effects((Consequence("hold_plan_unknown"),))
    return found + _archive(before, after, facts, mailbox)


def _archive(before: Holding, after: Holding, facts: UserFacts, mailbox: Mailbox) -> Effects:
    """R-13, R-14. An archive that a plan surely carries again has no clock."""
    runs = ClockKind.ARCHIVE_PURGE in facts.clocks
    if after.any("archive"):
        stops = runs and after.surely("archive")
        return Effects((), (ClockEffect(ClockKind.ARCHIVE_PURGE, None),) if stops else ())
    if not before.any("archive") or mailbox.has_archive is False or mailbox.on_hold is True:
        return Effects()
    if runs:
        return Effects((Consequence("grace_runs"),), undo_seconds=0)
    key = "archive_unknown" if mailbox.has_archive is UNKNOWN else "archive_lost"
    seconds = _seconds(key)
    return Effects((Consequence(key, seconds=seconds),), (ClockEffect(ClockKind.ARCHIVE_PURGE, seconds),), seconds)
