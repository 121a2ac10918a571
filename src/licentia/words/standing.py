"""Where a plan stands, in sentences: who was asked, when it starts, why it did not, whether its users are still listed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from licentia.domain.reasons import Refused
from licentia.store.lists import keeping, operators
from licentia.words.language import gettext as _
from licentia.words.rules import cited
from licentia.words.text import Text

WORDS = ("plan.approve", "plan.reject", "plan.start_refused", "plan.schedule", "plan.unschedule")
"""Rows of the journal that say why a draft is one."""


def standing(
    text: Text, tenant_id: int, plan: dict[str, Any], explained: Callable[[Exception], str | None]
) -> list[str]:
    """Where the plan stands, where its state alone does not say it: approval, moment, rejection, hand-over, its list.

    `explained` says why a plan did not start: `sentences.cause`, or an edge's own sentence.
    """
    match plan["state"]:
        case "awaiting_approval":
            return [cited(text, "second_approver")]
        case "draft":
            lines = _draft(text, tenant_id, plan, explained)
        case "scheduled":
            starts = _("Starts on {time}.").format(time=text.time(plan["start_at"]))
            lines = [f"{starts} {cited(text, 'unattended_start')}"]
        case "handed_over":
            lines = _handed_over(text, tenant_id, plan)
        case "expired":
            lines = [cited(text, "draft_expires", plan["finished_at"])]
        case _:
            lines = []
    if not keeping.keeps_list(tenant_id, plan):
        lines.append(_("The list of its users is no longer kept.") + " (R-139)")
    return lines


def _draft(text: Text, tenant_id: int, plan: dict[str, Any], explained: Callable[[Exception], str | None]) -> list[str]:
    word = operators.last_word(tenant_id, plan["id"], WORDS)
    lines = []
    if plan["approved_by"]:
        lines.append(_("Approved by {name}.").format(name=plan["approved_by"]))
    if word is not None and word.kind == "plan.reject":
        sentence = _("Rejected by {name} on {time}: {why}")
        why = json.loads(word.after)["why"]
        lines.append(sentence.format(name=word.actor_name, time=text.time(word.at), why=why))
    if word is not None and word.kind == "plan.start_refused":
        refused = json.loads(word.after)
        why = explained(Refused(str(refused["code"]), **refused["details"]))
        lines.append(_("Did not start on {time}: {why}").format(time=text.time(word.at), why=why))
    return lines


def _handed_over(text: Text, tenant_id: int, plan: dict[str, Any]) -> list[str]:
    if not keeping.keeps_list(tenant_id, plan):
        return []
    done, every = keeping.as_planned(tenant_id, plan["id"])
    sentence = _("Handed over on {time}. As far as is known, {n} of {m} users are as planned now.")
    return [sentence.format(time=text.time(plan["finished_at"]), n=text.n(done), m=text.n(every))]
