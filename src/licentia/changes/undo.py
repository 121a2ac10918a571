"""What undo reads: a plan's journal rows as records per user, and which later plan changed somebody since.

A plan whose users follow a group, and one that deletes or restores, is undone by its opposite. The decision is
`domain.undoing`'s.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

from licentia.changes.who import CHUNK
from licentia.domain.facts import AssignmentState, Source, SourceKind
from licentia.domain.intents import (
    ChangeMembers,
    CreateUser,
    DeleteUser,
    GroupObjectIntent,
    Intent,
    PurgeUser,
    Reprocess,
    RestoreUser,
    RevokeSessions,
    SetGroupLicenses,
    SubscriptionIntent,
    TakeOver,
    Undo,
    UpdateUser,
    from_text,
)
from licentia.domain.planning import AccountChange, Verdict
from licentia.domain.reasons import BadInput, Reason, Refused
from licentia.domain.undoing import Recorded
from licentia.store.lists import undoing as list_of

Record = tuple[tuple[str, str | None, str | None], ...]
"""(kind, before, after) of the journal, one per source or account fact that the plan changed for this user."""

NO_WAY_BACK = (PurgeUser, RevokeSessions, Reprocess, TakeOver, *get_args(GroupObjectIntent))
"""What these did is done for good, was nothing but a look, or has a door of its own that does the opposite."""


def meant(tenant_id: int, intent: Intent) -> tuple[Intent, int | None]:
    """(the intent that does it, the plan it undoes): an undo of some plans is their opposite. Refused `no_undo`."""
    if not isinstance(intent, Undo):
        return intent, None
    done = _intent_of(tenant_id, intent.plan_id)
    if isinstance(done, SubscriptionIntent):
        raise Refused("undo_subscription", plan=intent.plan_id)
    if isinstance(done, UpdateUser):
        raise Refused("undo_user", plan=intent.plan_id)
    if isinstance(done, NO_WAY_BACK):
        raise Refused("no_undo", plan=intent.plan_id)
    if isinstance(done, ChangeMembers):
        return ChangeMembers(done.to_group, done.from_group), intent.plan_id
    if isinstance(done, SetGroupLicenses):
        return _licenses_back(tenant_id, intent.plan_id, done), intent.plan_id
    if isinstance(done, DeleteUser):
        return RestoreUser(), intent.plan_id
    if isinstance(done, RestoreUser | CreateUser):
        return DeleteUser(intent.accept), intent.plan_id
    return intent, intent.plan_id


def root(tenant_id: int, intent: Intent) -> Intent:
    """What an undo undoes in the end; any other intent is its own."""
    while isinstance(intent, Undo):
        intent = _intent_of(tenant_id, intent.plan_id)
    return intent


def _intent_of(tenant_id: int, plan_id: int) -> Intent:
    found = list_of.intent_text(tenant_id, plan_id)
    if found is None:
        raise BadInput("unknown_plan_number", plan=plan_id)
    return from_text(found)


def _licenses_back(tenant_id: int, plan_id: int, done: SetGroupLicenses) -> SetGroupLicenses:
    """The group's licenses as the plan found them, of those that it changed; refused when they changed since."""
    found = list_of.group_row(tenant_id, plan_id, done.group_id)
    if found is None:
        raise BadInput("nothing_to_undo", plan=plan_id)
    before, after = (licenses_of(text) for text in found)
    now = licenses_of(list_of.group_now(tenant_id, done.group_id))
    touched = {sku for sku in before.keys() | after.keys() if before.get(sku) != after.get(sku)}
    if any(now.get(sku) != after.get(sku) for sku in touched):
        raise Refused("group_changed_since", plan=plan_id)
    back = tuple(sorted((sku, before[sku]) for sku in touched if sku in before))
    return SetGroupLicenses(done.group_id, frozenset(sku for sku in touched if sku not in before), back)


def licenses_of(text: str | None) -> dict[str, frozenset[str]]:
    """A group's products and their disabled plans, from the journal's text."""
    return {sku: frozenset(off) for sku, off in json.loads(text or "{}").items()}


def users_of(tenant_id: int, plan_id: int, user_id: int | None) -> Iterator[list[int]]:
    """The users whom a plan with an opposite changed, in chunks; BadInput when it changed nobody."""
    last, found_any = 0, False
    while users := list_of.changed_users(tenant_id, plan_id, last, CHUNK):
        last, found_any = users[-1], True
        chosen = [user for user in users if user_id in (None, user)]
        if chosen:
            yield chosen
    if not found_any:
        raise BadInput("nothing_to_undo", plan=plan_id)


def targets(tenant_id: int, plan_id: int, user_id: int | None) -> Iterator[list[tuple[int, Record | None]]]:
    """The users whom the plan changed, with their records, in chunks; BadInput when it changed nobody."""
    found_any = False
    for first, last in list_of.segments(tenant_id, plan_id):
        records: dict[int, list[tuple[str, str | None, str | None]]] = defaultdict(list)
        for user, kind, before, after in list_of.user_rows(tenant_id, first, last, user_id):
            records[user].append((kind, before, after))
        chunk: list[tuple[int, Record | None]] = [(user, tuple(rows)) for user, rows in sorted(records.items())]
        found_any = found_any or bool(chunk)
        for start in range(0, len(chunk), CHUNK):
            yield chunk[start : start + CHUNK]
    if not found_any:
        raise BadInput("nothing_to_undo", plan=plan_id)


def understand(record: Record) -> tuple[tuple[Recorded, ...], tuple[AccountChange, ...]]:
    """The record in the rules' terms: sources, and facts of the account."""
    licenses = tuple(_recorded(before, after) for kind, before, after in record if kind.startswith("license."))
    accounts = tuple(
        AccountChange(kind.partition(".")[2], _value(before), _value(after))
        for kind, before, after in record
        if kind.startswith("account.")
    )
    return licenses, accounts


def _value(text: str | None) -> str | None:
    return None if text is None else str(json.loads(text))


def _recorded(before: str | None, after: str | None) -> Recorded:
    old, new = source_of(before), source_of(after)
    one = old or new
    assert one is not None
    return Recorded((one.sku_id, one.kind, one.source_id), old, new)


def source_of(text: str | None) -> Source | None:
    """A source from the journal's text."""
    if text is None:
        return None
    fields = json.loads(text)
    return Source(
        sku_id=fields["sku"],
        kind=SourceKind(fields["kind"]),
        source_id=fields["id"],
        disabled_plans=frozenset(fields["disabled"]),
        state=AssignmentState(fields["state"]),
        error=fields.get("error"),
    )


def later_plans(tenant_id: int, intent: Intent, users: list[int]) -> dict[int, int]:
    """By user, the latest plan that changed a license after the plan being undone; only users changed since."""
    if not isinstance(intent, Undo):
        return {}
    return list_of.later_plans(tenant_id, users, list_of.last_seq(tenant_id, intent.plan_id))


def naming(verdict: Verdict, later_plan: int | None) -> Verdict:
    """The verdict, naming the plan that changed the user since."""
    if verdict.reason is Reason.CHANGED_SINCE and later_plan is not None:
        return replace(verdict, subject=str(later_plan))
    return verdict
