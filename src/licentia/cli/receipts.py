"""Receipts: per user what was before, what is after, when and who; from the journal, so they outlive the steps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from gettext import gettext as _
from typing import Any

from licentia.cli import sentences
from licentia.cli.app import App
from licentia.cli.formats import table
from licentia.cli.text import Text
from licentia.cli.said.words import product_name
from licentia.domain import catalog as catalog_of
from licentia.domain.instants import to_iso
from licentia.store.lists import audit, products

PAGE = 2_000


def rows(tenant_id: int, plan_id: int) -> Iterator[audit.AuditRow]:
    """The plan's rows of users, in order, a page at a time: licenses, memberships, accounts."""
    last = 0
    while found := audit.receipt(tenant_id, plan_id, last, PAGE):
        yield from found
        last = found[-1].seq


def receipt(app: App, plan_id: int) -> str:
    """The receipt as a table."""
    text = Text(app)
    found = list(rows(app.tenant_id, plan_id))
    groups = products.group_names(app.tenant_id, sorted({g for row in found for g in group_ids(row)}))
    lines = [[row.object_name, *_what(row, groups), text.time(row.at), row.actor_name] for row in found]
    header = [_("User"), _("Product"), _("Assignment"), _("Before"), _("After"), _("Time"), _("Who")]
    return table(header, lines)


def _what(row: audit.AuditRow, groups: dict[int, str]) -> list[str]:
    """(product, assignment, before, after) of a license; of anything else, what happened and with which group."""
    one = source(row)
    if "sku" not in one:
        return [sentences.journal_kind(row.kind), groups.get(one.get("group", 0), ""), "-", "-"]
    path = sentences.source_kind(one["kind"], groups.get(one["id"], ""))
    return [product_name(one["sku"]), path, held(row.before), held(row.after)]


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
    off = json.loads(text)["disabled"]
    if not off:
        return _("assigned")
    return _("assigned without {plans}").format(plans=", ".join(plan_name(plan) for plan in off))


def plan_name(plan_id: str) -> str:
    """A service plan's friendly name, or its id."""
    plan = catalog_of.load().plans.get(plan_id)
    return (plan.friendly_name or plan.name) if plan else plan_id


def as_json(row: audit.AuditRow) -> dict[str, Any]:
    """A row for programs; only a license has a product."""
    return {
        "seq": row.seq,
        "userPrincipalName": row.object_name,
        "kind": row.kind,
        "skuId": source(row).get("sku"),
        "sourceKind": source(row).get("kind"),
        "before": json.loads(row.before) if row.before else None,
        "after": json.loads(row.after) if row.after else None,
        "dateTime": to_iso(row.at),
        "actor": row.actor_name,
        "plan": row.plan_id,
    }
