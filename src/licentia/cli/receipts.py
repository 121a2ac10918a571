"""Receipts: per user what was before, what is after, when and who; from the journal, so they outlive the steps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from gettext import gettext as _
from typing import Any

from licentia.cli.app import App
from licentia.cli.layout import table
from licentia.domain import catalog as catalog_of
from licentia.domain.facts import AssignmentState
from licentia.store.lists import audit, products, users
from licentia.words import sentences
from licentia.words.parts import product_name
from licentia.words.said.accounts import fact_word, value_word
from licentia.words.text import Text

PAGE = 2_000


def rows(tenant_id: int, plan_id: int) -> Iterator[audit.AuditRow]:
    """The plan's rows of users, in order, a page at a time: licenses, memberships, accounts."""
    last = 0
    while found := audit.receipt(tenant_id, plan_id, last, PAGE):
        yield from found
        last = found[-1].seq


def receipt(app: App, plan_id: int) -> str:
    """The receipt as a table."""
    text = Text.of(app.tenant)
    found = list(rows(app.tenant_id, plan_id))
    groups = products.group_names(app.tenant_id, sorted({g for row in found for g in group_ids(row)}))
    people = manager_names(app.tenant_id, found)
    lines = [[user_word(row), *_what(row, groups, people), text.time(row.at), row.actor_name] for row in found]
    header = [_("User"), _("Product"), _("Assignment"), _("Before"), _("After"), _("Time"), _("Who")]
    return table(header, lines)


def _what(row: audit.AuditRow, groups: dict[int, str], people: dict[int, str]) -> list[str]:
    """(product, assignment, before, after) of a license; of anything else, what happened and with which group."""
    one = source(row)
    if is_account(row):
        return [fact_word(row.kind), "-", *account_words(row, people)]
    if "kind" not in one:
        product = product_name(one["sku"]) if "sku" in one else ""
        return [sentences.journal_kind(row.kind, product), groups.get(one.get("group", 0), ""), "-", "-"]
    path = sentences.source_kind(one["kind"], groups.get(one["id"], ""))
    return [product_name(one["sku"]), path, held(row.before), held(row.after)]


def is_account(row: audit.AuditRow) -> bool:
    """Whether the row is about the account itself."""
    return row.kind.startswith("account.")


def account_words(row: audit.AuditRow, people: dict[int, str]) -> tuple[str, str]:
    """What a fact of the account was and is, in words."""
    name = {str(user): people.get(user, str(user)) for user in manager_ids(row)}
    before = value_word(row.kind, row.before, is_after=False, names=name)
    return before, value_word(row.kind, row.after, is_after=True, names=name)


def manager_ids(row: audit.AuditRow) -> list[int]:
    """The managers that a row names."""
    texts = (row.before, row.after) if row.kind == "account.manager" else ()
    return [int(json.loads(text)) for text in texts if text is not None]


def manager_names(tenant_id: int, found: list[audit.AuditRow]) -> dict[int, str]:
    """The user names of the managers that these rows name."""
    named = sorted({manager for row in found for manager in manager_ids(row)})
    return users.principal_names(tenant_id, named) if named else {}


def user_word(row: audit.AuditRow) -> str:
    """The user's name; of one who is deleted for good, the number by which the journal knows the user."""
    return row.object_name or _("User {n}").format(n=row.object_id)


def group_ids(row: audit.AuditRow) -> list[int]:
    """The group a row is about, if it is about one."""
    one = source(row)
    if "group" in one:
        return [one["group"]]
    return [one["id"]] if one.get("kind") == 2 else []


def source(row: audit.AuditRow) -> dict[str, Any]:
    """The source, or the membership, a row is about; empty for what is about neither."""
    found = json.loads(row.before or row.after or "{}")
    return found if isinstance(found, dict) else {}


def held(text: str | None) -> str:
    """What a source gives, in words: everything, without some service plans, or nothing."""
    if text is None:
        return _("not assigned")
    one = json.loads(text)
    if one["state"] == AssignmentState.REMEMBERED:
        return _("remembered")
    if one["state"] == AssignmentState.ERROR:
        return _("in error")
    off = one["disabled"]
    if not off:
        return _("assigned")
    return _("assigned without {plans}").format(plans=", ".join(plan_name(plan) for plan in off))


def plan_name(plan_id: str) -> str:
    """A service plan's friendly name, or its id."""
    plan = catalog_of.load().plans.get(plan_id)
    return (plan.friendly_name or plan.name) if plan else plan_id
