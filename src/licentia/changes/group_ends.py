"""How a group ends for good: its rows, and what the journal keeps of them. Deleted by somebody, or 30 days later by itself.

No door of its own: it works inside a transaction that is open.
"""

from __future__ import annotations

from licentia.changes import journal
from licentia.changes.journal import Row
from licentia.domain import rulebook
from licentia.domain.facts import AssignmentState, Source, SourceKind
from licentia.domain.instants import SECOND, Instant
from licentia.store.bulk import groups as rows_of
from licentia.store.lists import groups as list_of
from licentia.tenants.local.signatures import plans_of
from licentia.tenants.local.tenant import source_text

CHUNK = 5_000


def kept() -> Instant:
    """How long a deleted Microsoft 365 group can be restored (R-95)."""
    return (rulebook.load().by_key["group_kept"].seconds or 0) * SECOND


def delete(tenant_id: int, group_id: int) -> list[Row]:
    """The journal's rows of a group that is gone for good, of its members, and of what deleted users remembered of it."""
    gone: Row = ("group.delete", "group", group_id, text_of(tenant_id, group_id), None)
    memory = [_forgotten(group_id, *one) for one in rows_of.forget(tenant_id, group_id)]
    left = empty(tenant_id, group_id)
    rows_of.delete(tenant_id, group_id)
    return [gone, *left, *memory]


def empty(tenant_id: int, group_id: int) -> list[Row]:
    """The journal's rows of who was a member, deleted users too, and is no longer."""
    left: list[int] = []
    while users := list_of.all_members(tenant_id, group_id, 0, CHUNK):
        left += rows_of.remove_members(tenant_id, group_id, users)
    text = journal.canonical({"group": group_id})
    return [("member.remove", "user", user, text, None) for user in left]


def text_of(tenant_id: int, group_id: int) -> str:
    """The group's row as the journal keeps it: enough to make it anew."""
    group = list_of.get(tenant_id, group_id, deleted=True)
    assert group is not None
    return journal.canonical(
        {
            "object_id": group.object_id,
            "display_name": group.name,
            "kind": group.kind,
            "membership_rule": group.membership_rule,
            "is_synced": group.is_synced,
            "deleted_at": group.deleted_at,
            "description": group.description,
            "mail": group.mail,
            "mail_nickname": group.mail_nickname,
            "visibility": group.visibility,
            "created_at": group.created_at,
        }
    )


def _forgotten(group_id: int, user_id: int, sku: str, plans: str) -> Row:
    source = Source(sku, SourceKind.GROUP, group_id, plans_of(plans), AssignmentState.REMEMBERED)
    return ("license.unassign", "user", user_id, source_text(source), None)
