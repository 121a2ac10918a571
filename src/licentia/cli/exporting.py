"""Rows of an export: a plan's users with what happens to each, or its receipt; streamed, with dangerous cells made safe."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from licentia.changes import run
from licentia.changes.preview import Subjects
from licentia.cli import receipts
from licentia.cli.app import App
from licentia.cli.sentences import reason as reason_sentence
from licentia.domain import rulebook
from licentia.domain.instants import SECOND, Instant, to_iso
from licentia.domain.reasons import Reason
from licentia.importing.badrows import neutral
from licentia.store import clock
from licentia.store.lists import audit, plans
from licentia.words import receipts as words
from licentia.words.journal import source, user_word
from licentia.words.parts import product_name
from licentia.words.rules import consequence
from licentia.words.said.accounts import fact_word
from licentia.words.sentences import journal_kind
from licentia.words.text import Text

PAGE = 2_000


def step_rows(app: App, plan_id: int) -> Iterator[dict[str, Any]]:
    """Per user of the plan: state, reason, what is lost and when, until when it can be undone."""
    plan = run.load(app.tenant_id, plan_id)
    if plan["is_inline"]:
        yield from receipt_rows(app, plan_id)
        return
    start = plan["started_at"] or max(plan["start_at"] or 0, clock.tenant_now(app.tenant_id))
    classes = {one.id: one for one in plans.classes(app.tenant_id, plan_id)}
    subjects = Subjects(app.tenant_id, [(one.reason, one.subject) for one in classes.values() if one.reason])
    said = {i: _consequences(Text.of(app.tenant), one, start) for i, one in classes.items()}
    last = 0
    while found := plans.steps(app.tenant_id, plan_id, last, PAGE):
        for step in found:
            one = classes[step.class_id]
            until = step.undo_until
            if until is None and step.state == "pending" and one.undo_seconds is not None:
                until = start + one.undo_seconds * SECOND
            subject = subjects.name(one.reason, one.subject) if one.reason else ""
            yield {
                "userPrincipalName": step.principal_name,
                "displayName": step.display_name,
                "state": step.state,
                "reason": step.reason or "",
                "why": reason_sentence(Reason(step.reason), subject) if step.reason else "",
                "consequences": said[step.class_id],
                "undoUntilDateTime": "" if until is None else to_iso(until),
                "doneDateTime": "" if step.at is None else to_iso(step.at),
            }
        last = found[-1].n


def _consequences(text: Text, one: plans.PlanClassRow, start: Instant) -> str:
    book = rulebook.load().by_key
    found = []
    for key, params, seconds in one.consequences:
        rule, at = book[key], None if seconds is None else start + seconds * SECOND
        found.append(f"{rule.id} {consequence(text, rule, params, at)}")
    return " | ".join(found)


def receipt_rows(app: App, plan_id: int) -> Iterator[dict[str, Any]]:
    """Per changed assignment: user, product, before, after, time, actor. Of anything else: what happened, and to whom."""
    run.load(app.tenant_id, plan_id)
    rows = receipts.rows(app.tenant_id, plan_id)
    while page := list(islice(rows, PAGE)):
        people = words.manager_names(app.tenant_id, page)
        yield from (_receipt_row(row, people) for row in page)


def _receipt_row(row: audit.AuditRow, people: dict[int, str]) -> dict[str, Any]:
    one = source(row)
    product = product_name(one["sku"]) if "sku" in one else ""
    what, before, after = journal_kind(row.kind, product), "", ""
    if "kind" in one:
        what, before, after = product, words.held(row.before), words.held(row.after)
    elif words.is_account(row):
        what, (before, after) = fact_word(row.kind), words.account_words(row, people)
    return {
        "userPrincipalName": user_word(row),
        "product": what,
        "skuId": one.get("sku", ""),
        "sourceKind": one.get("kind", ""),
        "sourceId": one.get("id", one.get("group", "")),
        "before": before,
        "after": after,
        "dateTime": to_iso(row.at),
        "actor": row.actor_name,
        "seq": row.seq,
    }


def cell(value: Any) -> str:
    """A CSV cell that no spreadsheet takes for a formula."""
    return neutral(str(value))
