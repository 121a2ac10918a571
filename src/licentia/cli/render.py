"""Plans as text: the preview with its dates, the result. The sentences are of `words`; here they are laid out.

The JSON views of the same values are in `render_json`.
"""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _
from typing import Any

from licentia.changes.preview import Line, Preview
from licentia.changes.undo import NO_WAY_BACK
from licentia.cli.app import App
from licentia.cli.layout import fitted, table
from licentia.cli.sentences import reason as why
from licentia.cli.ways_out import after_rule
from licentia.domain import intents
from licentia.domain.instants import Instant
from licentia.domain.intents import ChangeMembers, Intent, SetGroupLicenses
from licentia.words import plans as words
from licentia.words import sentences
from licentia.words.rules import consequence
from licentia.words.text import Text

MAX_REASONS = 12
"""Lines of reasons shown before the rest is counted."""


def preview(app: App, shown: Preview) -> str:
    """The whole preview as text."""
    text = Text.of(app.tenant)
    parts = [words.heading(shown), _counts(text, shown.plan)]
    if shown.lines:
        parts.append(_consequences(text, shown.lines, is_final=isinstance(shown.intent, NO_WAY_BACK)))
    if shown.reasons:
        parts.append(_reasons(text, shown))
    parts.append("\n".join(map(fitted, words.facts(text, shown))))
    return "\n\n".join(part for part in parts if part)


def _counts(text: Text, plan: dict[str, Any]) -> str:
    cells = words.counts(plan)
    return table([name for name, _n in cells], [[text.n(n) for _name, n in cells]], frozenset(range(len(cells))))


def _consequences(text: Text, lines: Sequence[Line], *, is_final: bool) -> str:
    rows = [
        [
            line.rule.id,
            text.n(line.users),
            words.when(text, line),
            consequence(text, line.rule, line.params, line.at),
        ]
        for line in lines
    ]
    shown = table([_("Rule"), _("Users"), _("When"), _("What changes")], rows, frozenset({1}))
    undo = {} if is_final else words.ways_back(text, lines)
    if not undo:
        return shown
    ways = table(
        [_("How to undo"), _("Rule")], [[after_rule(rules, how), ", ".join(rules)] for how, rules in undo.items()]
    )
    return f"{shown}\n\n{ways}"


def _reasons(text: Text, shown: Preview) -> str:
    rows = [
        [words.outcome_word(r.outcome), text.n(r.users), why(r.reason, r.subject)] for r in shown.reasons[:MAX_REASONS]
    ]
    rest = sum(r.users for r in shown.reasons[MAX_REASONS:])
    if rest:
        rows.append(
            ["", text.n(rest), _("Other reasons; see: licentia plans export {plan}").format(plan=shown.plan["id"])]
        )
    return table([_("Status"), _("Users"), _("Why")], rows, frozenset({1}))


def result(app: App, plan: dict[str, Any], results: dict[tuple[str, str | None], int]) -> str:
    """What became of a plan that ran."""
    text = Text.of(app.tenant)
    lines = [words.became(plan), words.done(text, plan)]
    if plan["undone"]:
        lines.append(words.undone(text, plan))
    if plan["state"] == "paused" and plan["pause_reason"]:
        go_on = _("Go on with: licentia plans resume {plan}").format(plan=plan["id"])
        lines.append(f"{words.paused(plan)} {go_on}")
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
        lines += ["", words.no_undo_line() if is_final else undo_line(text, plan["id"], plan["undo_until"])]
    if plan["verified"] and app.tenant.origin == "imported":
        lines.append(words.copy_line())
    return "\n".join(lines)


def _changed(plan: dict[str, Any], intent: Intent) -> int:
    """For how many users something can be put back: a group and its members are changed also where licenses failed."""
    if isinstance(intent, SetGroupLicenses):
        return max(1, int(plan["verified"] + plan["failed"]))
    failed = plan["failed"] if isinstance(intent, ChangeMembers) else 0
    return int(plan["verified"] + failed)


def undo_line(text: Text, plan_id: int, until: Instant | None) -> str:
    """How to undo the plan, and until when."""
    if until is None:
        return _("Undo: licentia plans undo {plan}").format(plan=plan_id)
    return _("Undo until {date}: licentia plans undo {plan}").format(plan=plan_id, date=text.time(until))
