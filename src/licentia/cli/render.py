"""Plans and receipts as text: the preview with its dates, the result, per user before and after.

The JSON views of the same values are in `render_json`. No sentence is built by gluing words of different languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _
from gettext import ngettext
from typing import Any

from licentia.changes.preview import Line, Preview
from licentia.changes.undo import NO_WAY_BACK
from licentia.cli.app import App
from licentia.cli.layout import fitted, table
from licentia.cli.moneyview import saving
from licentia.cli.sentences import reason as why
from licentia.domain import intents
from licentia.domain.instants import Instant
from licentia.domain.intents import ChangeMembers, Intent, LicenseIntent, SetGroupLicenses
from licentia.domain.reasons import Outcome
from licentia.store.lists.plans import SeatBalance
from licentia.words import sentences
from licentia.words.parts import product_name
from licentia.words.text import Text
from licentia.words.titles import title

MAX_REASONS = 12
"""Lines of reasons shown before the rest is counted."""


def preview(app: App, shown: Preview) -> str:
    """The whole preview as text."""
    text, plan = Text.of(app.tenant), shown.plan
    heading = _("Plan {plan}: {title} ({state})").format(
        plan=plan["id"], title=title(shown), state=sentences.plan_state(plan["state"])
    )
    parts = [heading, _counts(text, plan)]
    if shown.lines:
        parts.append(_consequences(text, shown.lines, is_final=isinstance(shown.intent, NO_WAY_BACK)))
    if shown.reasons:
        parts.append(_reasons(text, shown))
    parts.append("\n".join(map(fitted, _facts(text, shown))))
    return "\n\n".join(part for part in parts if part)


def _counts(text: Text, plan: dict[str, Any]) -> str:
    cells = [
        (_("Users in plan"), plan["users"]),
        (_("Ready"), plan["ready"]),
        (_("Your choice"), plan["choice"]),
        (_("Blocked"), plan["refused"]),
        (_("Skipped"), plan["skipped"]),
    ]
    return table([name for name, _value in cells], [[text.n(value) for _name, value in cells]], frozenset(range(5)))


def sentence(rule_text: str, params: Sequence[tuple[str, str]], when: str) -> str:
    """A rule's sentence with its words filled in."""
    return rule_text.format(**dict(params) | {"date": when})


def _consequences(text: Text, lines: Sequence[Line], *, is_final: bool) -> str:
    rows = []
    for line in lines:
        when = text.date(line.at) if line.at is not None else ""
        rows.append(
            [
                line.rule.id,
                text.n(line.users),
                when or (_("No end date") if line.rule.severity == "safe" else "-"),
                sentence(line.rule.sentence(text.language), line.params, when),
            ]
        )
    shown = table([_("Rule"), _("Users"), _("When"), _("What changes")], rows, frozenset({1}))
    undo: dict[str, list[str]] = {}
    for line in () if is_final else lines:
        same = undo.setdefault(line.rule.undo(text.language), [])
        if line.rule.id not in same:
            same.append(line.rule.id)
    undo.pop("", None)
    if not undo:
        return shown
    ways = table([_("How to undo"), _("Rule")], [[how, ", ".join(rules)] for how, rules in undo.items()])
    return f"{shown}\n\n{ways}"


def _reasons(text: Text, shown: Preview) -> str:
    names = {
        Outcome.CHOICE: "choice",
        Outcome.REFUSED: "refused",
        Outcome.SKIPPED: "skipped",
        Outcome.READY: "failed",  # it will run, and is known to end so
    }
    rows = [
        [sentences.step_state(names[r.outcome]), text.n(r.users), why(r.reason, r.subject)]
        for r in shown.reasons[:MAX_REASONS]
    ]
    rest = sum(r.users for r in shown.reasons[MAX_REASONS:])
    if rest:
        rows.append(
            ["", text.n(rest), _("Other reasons; see: licentia plans export {plan}").format(plan=shown.plan["id"])]
        )
    return table([_("Status"), _("Users"), _("Why")], rows, frozenset({1}))


def _facts(text: Text, shown: Preview) -> list[str]:
    found = []
    if shown.removed:
        seats = sum(-one.needed for one in shown.seats if one.needed < 0 and not one.purchase_id)
        found.append(
            ngettext("{n} assignment is removed.", "{n} assignments are removed.", shown.removed).format(
                n=text.n(shown.removed)
            )
            + " "
            + ngettext("{n} seat comes free.", "{n} seats come free.", seats).format(n=text.n(seats))
        )
        found.append(
            _("Unassigning alone saves nothing.")
            if isinstance(shown.intent, LicenseIntent)
            else _("Seats that come free save nothing until a subscription has fewer.")
        )
        for one in shown.savings:
            found += [f"{product_name(one.sku_id)}: {line}" for line in saving(text, one)]
    for seat in shown.seats:
        if seat.needed > 0:
            free = _("Not known") if seat.free is None else text.n(max(0, seat.free))
            said = ngettext(
                "{product}: {need} seat needed, {free} available.",
                "{product}: {need} seats needed, {free} available.",
                seat.needed,
            )
            found.append(said.format(product=product_name(seat.sku_id), need=text.n(seat.needed), free=free))
            found += missing_seats(text, seat)
    if shown.has_work:
        found.append(_undo(text, shown))
        if shown.is_copy:
            found.append(copy_line())
    return found


def missing_seats(text: Text, seat: SeatBalance) -> list[str]:
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


def result(app: App, plan: dict[str, Any], results: dict[tuple[str, str | None], int]) -> str:
    """What became of a plan that ran."""
    text = Text.of(app.tenant)
    done = ngettext("{n} user done and checked.", "{n} users done and checked.", plan["verified"]).format(
        n=text.n(plan["verified"])
    )
    lines = [
        _("Plan {plan}: {state}").format(plan=plan["id"], state=sentences.plan_state(plan["state"])),
        done,
    ]
    if plan["undone"]:
        lines.append(undone(text, plan))
    if plan["state"] == "paused" and plan["pause_reason"]:
        lines.append(
            _("It paused because {why}. Go on with: licentia plans resume {plan}").format(
                why=sentences.pause_reason(plan["pause_reason"]), plan=plan["id"]
            )
        )
    rows = [
        [sentences.step_state(state), text.n(n), sentences.reason_word(reason)]
        for (state, reason), n in sorted(results.items(), key=str)
        if state not in ("verified", "pending")
    ]
    if rows:
        lines += ["", table([_("Status"), _("Users"), _("Why")], rows, frozenset({1}))]
    intent = intents.from_text(plan["intent"])
    if plan["undo_of"] is None and plan["undone"] < _changed(plan, intent):
        is_final = isinstance(intent, NO_WAY_BACK)
        lines += ["", no_undo_line() if is_final else undo_line(text, plan["id"], plan["undo_until"])]
    if plan["verified"] and app.tenant.origin == "imported":
        lines.append(copy_line())
    return "\n".join(lines)


def _changed(plan: dict[str, Any], intent: Intent) -> int:
    """For how many users something can be put back: a group and its members are changed also where licenses failed."""
    if isinstance(intent, SetGroupLicenses):
        return max(1, int(plan["verified"] + plan["failed"]))
    failed = plan["failed"] if isinstance(intent, ChangeMembers) else 0
    return int(plan["verified"] + failed)


def undone(text: Text, plan: dict[str, Any]) -> str:
    """How many of a plan's users were put back."""
    return _("Undone {n} of {m}").format(n=text.n(plan["undone"]), m=text.n(max(plan["verified"], plan["undone"])))


def no_undo_line() -> str:
    """What is said of a change that is for good."""
    return _("This can't be undone.")


def undo_line(text: Text, plan_id: int, until: Instant | None) -> str:
    """How to undo the plan, and until when."""
    if until is None:
        return _("Undo: licentia plans undo {plan}").format(plan=plan_id)
    return _("Undo until {date}: licentia plans undo {plan}").format(plan=plan_id, date=text.time(until))
