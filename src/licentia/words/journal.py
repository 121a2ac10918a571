"""Rows of the journal in words: what happened, to what or whom, and what is wrong where the journal is not whole."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from licentia.domain.happenings import happening, of_product
from licentia.store.lists import audit, groups
from licentia.words.language import gettext as _
from licentia.words.parts import product_name
from licentia.words.said.accounts import account_word
from licentia.words.said.operators import operator_text
from licentia.words.sentences import journal_kind


def what(row: audit.AuditRow) -> str:
    """What a row of the journal says, in words; a license change names the product."""
    if row.kind.startswith("account."):
        return account_word(row.kind, row.after)
    sku, kind = of_product(row.kind, row.before, row.after) or ("", happening(row.kind, row.before, row.after))
    return journal_kind(kind, product_name(sku) if sku else "")


def objects(tenant: Any, rows: Sequence[audit.AuditRow]) -> list[str]:
    """What each row is about: a user's name, or what it is called; one read for all groups among them."""
    ids = sorted({row.object_id for row in rows if row.object_kind == "group"})
    names = groups.names(int(tenant.id), ids) if ids else {}
    return [row.object_name or _object_word(tenant, row, names) for row in rows]


def _object_word(tenant: Any, row: audit.AuditRow, names: Mapping[int, str]) -> str:
    """What a row is about when it is not a user, or a user who is gone for good."""
    if row.object_kind == "group":
        return _group_word(row, names)
    if row.object_kind == "plan":
        return _("Plan {plan}").format(plan=row.object_id)
    if row.object_kind == "subscription":
        return _("Subscription {n}").format(n=row.object_id)
    if row.object_kind == "purchase":
        return _("Self-service purchase {n}").format(n=row.object_id)
    if row.object_kind in ("price", "product"):
        return product_name(source(row).get("sku", str(row.object_id)))
    if row.object_kind == "never":
        return _("Never list")
    if row.object_kind == "operator":
        return operator_text(row.after or row.before)
    if row.object_kind == "app":
        return _("Program {name}").format(name=source(row).get("app", ""))
    if row.object_kind == "finder":
        return _("Finder {name}").format(name=source(row).get("name", row.object_id))
    return tenant.name if row.object_kind == "tenant" else user_word(row)


def _group_word(row: audit.AuditRow, names: Mapping[int, str]) -> str:
    """The group a row is about: by its name, also when it is gone and only the journal has it."""
    stored = names.get(row.object_id)
    fields = json.loads(row.after or row.before or "{}")
    name = stored or fields.get("display_name") or str(row.object_id)
    return _("Group {name}").format(name=name)


def user_word(row: audit.AuditRow) -> str:
    """The user's name; of one who is deleted for good, the number by which the journal knows the user."""
    return row.object_name or _("User {n}").format(n=row.object_id)


def source(row: audit.AuditRow) -> dict[str, Any]:
    """The source, or the membership, a row is about; empty for what is about neither."""
    found = json.loads(row.before or row.after or "{}")
    return found if isinstance(found, dict) else {}


def why_word(code: str) -> str:
    """What is wrong with a part of the journal, in words."""
    return {
        "segment_missing": _("a part is missing"),
        "rows_missing": _("rows are missing"),
        "not_linked": _("it does not follow the part before it"),
        "rows_changed": _("its rows are not as they were written"),
        "tail_missing": _("the end is missing"),
        "rows_added": _("rows were added"),
    }[code]
