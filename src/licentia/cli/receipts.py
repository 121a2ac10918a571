"""Receipts: per user what was before, what is after, when and who; from the journal, so they outlive the steps."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import gettext as _

from licentia.cli.app import App
from licentia.cli.layout import table
from licentia.store.lists import audit, products
from licentia.words import receipts as words
from licentia.words.journal import user_word
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
    groups = products.group_names(app.tenant_id, sorted({g for row in found for g in words.group_ids(row)}))
    people = words.manager_names(app.tenant_id, found)
    lines = [[user_word(row), *words.cells(row, groups, people), text.time(row.at), row.actor_name] for row in found]
    header = [_("User"), _("Product"), _("Assignment"), _("Before"), _("After"), _("Time"), _("Who")]
    return table(header, lines)
