"""Plans as sentences: what changes and when, what comes free or is missing, until when it can be undone, what became of it.

The same values for every edge, which lays them out and adds what to do next. No rule is here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from licentia.changes.preview import Line, Preview
from licentia.changes.undo import NO_WAY_BACK
from licentia.domain.intents import LicenseIntent
from licentia.domain.reasons import Outcome
from licentia.store.lists.plans import SeatBalance
from licentia.words import sentences
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.money import saving
from licentia.words.parts import product_name
from licentia.words.text import Text
from licentia.words.titles import title

# ---- before


def heading(shown: Preview) -> str:
    """Number, title and state."""
    plan = shown.plan
    return _("Plan {plan}: {title} ({state})").format(
        plan=plan["id"], title=title(shown), state=sentences.plan_state(plan["state"])
    )


def counts(plan: dict[str, Any]) -> list[tuple[str, int]]:
    """How many users the plan has, and how many of them are ready, to be chosen, blocked, skipped."""
    return [
        (_("Users in plan"), plan["users"]),
        (_("Ready"), plan["ready"]),
        (_("Your choice"), plan["choice"]),
        (_("Blocked"), plan["refused"]),
        (_("Skipped"), plan["skipped"]),
    ]


def when(text: Text, line: Line) -> str:
    """The date of a consequence; of what is safe, that it has no end."""
    if line.at is not None:
        return text.date(line.at)
    return _("No end date") if line.rule.severity == "safe" else "-"


def ways_back(text: Text, lines: Sequence[Line]) -> dict[str, list[str]]:
    """How consequences are undone: each way once, with the numbers of its rules."""
    found: dict[str, list[str]] = {}
    for line in lines:
        same = found.setdefault(line.rule.undo(text.language), [])
        if line.rule.id not in same:
            same.append(line.rule.id)
    found.pop("", None)
    return found


def outcome_word(outcome: Outcome) -> str:
    """The state in which a user with a reason will be."""
    return sentences.step_state(
        {
            Outcome.CHOICE: "choice",
            Outcome.REFUSED: "refused",
            Outcome.SKIPPED: "skipped",
            Outcome.READY: "failed",  # it will run, and is known to end so
        }[outcome]
    )


def facts(text: Text, shown: Preview) -> list[str]:
    """What the plan needs and gives: seats, money, until when it can be undone."""
    found = _freed(text, shown) if shown.removed else []
    for seat in shown.seats:
        if seat.needed > 0:
            found += _needed(text, seat)
    if shown.has_work:
        found.append(_undo(text, shown))
        if shown.is_copy:
            found.append(copy_line())
    return found


def _freed(text: Text, shown: Preview) -> list[str]:
    seats = sum(-one.needed for one in shown.seats if one.needed < 0 and not one.purchase_id)
    removed = ngettext("{n} assignment is removed.", "{n} assignments are removed.", shown.removed)
    free = ngettext("{n} seat comes free.", "{n} seats come free.", seats)
    found = [removed.format(n=text.n(shown.removed)) + " " + free.format(n=text.n(seats))]
    found.append(
        _("Unassigning alone saves nothing.")
        if isinstance(shown.intent, LicenseIntent)
        else _("Seats that come free save nothing until a subscription has fewer.")
    )
    for one in shown.savings:
        found += [f"{product_name(one.sku_id)}: {line}" for line in saving(text, one)]
    return found


def _needed(text: Text, seat: SeatBalance) -> list[str]:
    free = _("Not known") if seat.free is None else text.n(max(0, seat.free))
    said = ngettext(
        "{product}: {need} seat needed, {free} available.",
        "{product}: {need} seats needed, {free} available.",
        seat.needed,
    )
    line = said.format(product=product_name(seat.sku_id), need=text.n(seat.needed), free=free)
    return [line, *_missing(text, seat)]


def _missing(text: Text, seat: SeatBalance) -> list[str]:
    """How many seats are missing for the whole plan; nothing when it fits, or nobody knows."""
    missing = 0 if seat.free is None else seat.needed - max(0, seat.free)
    if missing <= 0:
        return []
    said = ngettext(
        "{n} seat is missing. The plan can't be applied until it fits; nobody is left out silently.",
        "{n} seats are missing. The plan can't be applied until it fits; nobody is left out silently.",
        missing,
    )
    return [said.format(n=text.n(missing))]


def copy_line() -> str:
    """What is said of every change in a copy of a tenant."""
    return _("This tenant is a copy made from a file. Carry the change out in your own tenant, then import again.")


def _undo(text: Text, shown: Preview) -> str:
    if isinstance(shown.intent, NO_WAY_BACK):
        return no_undo_line()
    if shown.undo_until is None:
        return _("Undo at any time.")
    return _("Undo until {date}.").format(date=text.time(shown.undo_until))


def no_undo_line() -> str:
    """What is said of a change that is for good."""
    return _("This can't be undone.")


# ---- after


def became(plan: dict[str, Any]) -> str:
    """Number and state of a plan that ran."""
    return _("Plan {plan}: {state}").format(plan=plan["id"], state=sentences.plan_state(plan["state"]))


def result_word(verb: str, state: str) -> str:
    """The state of one user of a plan of this verb: what was done, once it is done and checked."""
    if state == "verified" and verb in ("unassign", "unassign_all"):
        return _("Unassigned")
    if state == "verified" and verb == "assign":
        return _("Assigned")
    return sentences.step_state(state)


def done(text: Text, plan: dict[str, Any]) -> str:
    """How many of its users are done and checked."""
    said = ngettext("{n} user done and checked.", "{n} users done and checked.", plan["verified"])
    return said.format(n=text.n(plan["verified"]))


def undone(text: Text, plan: dict[str, Any]) -> str:
    """How many of a plan's users were put back."""
    return _("Undone {n} of {m}").format(n=text.n(plan["undone"]), m=text.n(max(plan["verified"], plan["undone"])))


def paused(plan: dict[str, Any]) -> str:
    """Why a plan paused, as a sentence of its own."""
    return _("It paused because {why}.").format(why=sentences.pause_reason(plan["pause_reason"]))
