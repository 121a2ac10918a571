"""What the journal says of users, as the cells of a receipt: which product, assigned how, what was and what is."""

from __future__ import annotations

import json

from licentia.domain.facts import AssignmentState
from licentia.store.lists import audit, users
from licentia.words import sentences
from licentia.words.journal import source
from licentia.words.language import gettext as _
from licentia.words.parts import plan_name, product_name
from licentia.words.said.accounts import fact_word, value_word


def cells(row: audit.AuditRow, groups: dict[int, str], people: dict[int, str]) -> list[str]:
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


def group_ids(row: audit.AuditRow) -> list[int]:
    """The group a row is about, if it is about one."""
    one = source(row)
    if "group" in one:
        return [one["group"]]
    return [one["id"]] if one.get("kind") == 2 else []


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
