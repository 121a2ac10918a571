"""The doors to groups themselves: created, renamed, given a rule, deleted, restored. Members and licenses go by plans.

One group, one transaction: a plan header and journal rows, no steps. No user's license changes here.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from licentia.changes import journal
from licentia.changes.advance import catch_up
from licentia.changes.group_ends import delete, empty, kept, text_of
from licentia.changes.journal import Row
from licentia.changes.propose import header
from licentia.changes.who import Who
from licentia.domain.group_facts import GroupKind, checked, elsewhere, may_change, may_delete, returns_after_deletion
from licentia.domain.instants import Instant
from licentia.domain.intents import CreateGroup, DeleteGroup, GroupObjectIntent, PurgeGroup, RestoreGroup, UpdateGroup
from licentia.domain.lifecycle import PlanState
from licentia.domain.permissions import CAPABILITY_OF, Actor
from licentia.domain.reasons import BadInput, Refused
from licentia.store import clock, ids
from licentia.store.bulk import groups as rows_of
from licentia.store.bulk import plans as plan_rows
from licentia.store.bulk import sources
from licentia.store.lists import groups as list_of
from licentia.store.lists.groups import GroupRow
from licentia.store.names import plain
from licentia.store.writing import writing

LONGEST_NAME = 256
CHUNK = 5_000
NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to which group; `restorable_until` where a deleted one can be restored."""

    group_id: int
    plan_id: int
    restorable_until: Instant | None = None


def create_group(
    tenant_id: int,
    name: str,
    actor: Actor,
    *,
    kind: GroupKind = GroupKind.SECURITY,
    membership_rule: str = "",
    more: Mapping[str, object] = NOTHING,
    may_share_name: bool = False,
) -> Done:
    """The new group, with `more` of its columns. Refused `group_mail` for a kind of Exchange.

    BadInput `bad_group_name`, `group_exists` unless it may share its name (R-182), and as `group_facts.checked` says.
    """
    intent = CreateGroup(_name(name), kind.value, membership_rule.strip(), checked(more))
    actor.require(CAPABILITY_OF[CreateGroup], tenant_id)
    if kind not in (GroupKind.SECURITY, GroupKind.MICROSOFT_365):
        raise Refused("group_mail", group=intent.name)
    catch_up(tenant_id)
    with writing(tenant_id):
        if not may_share_name:
            _is_free(tenant_id, intent.name)
        group_id = ids.take_within(tenant_id, "group")
        fields = {
            "object_id": str(uuid.uuid4()),
            "display_name": intent.name,
            "sort_key": plain(intent.name),
            "kind": intent.kind,
            "membership_rule": intent.membership_rule,
            "is_synced": False,
            "created_at": clock.tenant_now(tenant_id),
        } | dict(intent.more)
        rows_of.create(tenant_id, group_id, fields)
        row: Row = ("group.create", "group", group_id, None, text_of(tenant_id, group_id))
        return _record(tenant_id, intent, group_id, actor, [row])


def update_group(
    tenant_id: int,
    group_id: int,
    actor: Actor,
    *,
    name: str | None = None,
    membership_rule: str | None = None,
    more: Mapping[str, object] = NOTHING,
    may_share_name: bool = False,
) -> Done | None:
    """The group has this name, this rule ('' none) and `more` of its columns; None when that is so already.

    A rule empties the group, as at Microsoft, so Refused `group_rule_empties` while it gives licenses. Refused
    as `elsewhere` says where another place is its master; BadInput `unknown_group`, `bad_group_name`, `group_exists`.
    """
    actor.require(CAPABILITY_OF[UpdateGroup], tenant_id)
    catch_up(tenant_id)
    rule = None if membership_rule is None else membership_rule.strip()
    intent = UpdateGroup(group_id, None if name is None else _name(name), rule, checked(more))
    with writing(tenant_id):
        group = _changeable(tenant_id, group_id)
        fields: dict[str, str | None] = {
            column: value for column, value in intent.more if value != getattr(group, column)
        }
        if intent.name is not None and intent.name != group.name:
            if not may_share_name:
                _is_free(tenant_id, intent.name)
            fields |= {"display_name": intent.name, "sort_key": plain(intent.name)}
        if rule is not None and rule != group.membership_rule:
            fields["membership_rule"] = rule
        if not fields:
            return None
        before, left = text_of(tenant_id, group_id), list[Row]()
        if fields.get("membership_rule"):
            if list_of.licenses(tenant_id, [group_id])[group_id]:
                raise Refused("group_rule_empties", group=group.name)
            left = empty(tenant_id, group_id)
        rows_of.update(tenant_id, group_id, fields)
        row: Row = ("group.update", "group", group_id, before, text_of(tenant_id, group_id))
        return _record(tenant_id, intent, group_id, actor, [row, *left])


def delete_group(tenant_id: int, group_id: int, actor: Actor) -> Done:
    """The group is deleted: a Microsoft 365 group can be restored for 30 days, any other is gone at once (R-95, R-96).

    Refused `group_has_licenses`, `group_in_use` (licenses that have not followed yet), `group_never`, and as
    `elsewhere` says; BadInput `unknown_group`.
    """
    actor.require(CAPABILITY_OF[DeleteGroup], tenant_id)
    catch_up(tenant_id)
    with writing(tenant_id):
        group = _known(tenant_id, group_id)
        may_delete(group.facts, has_licenses=bool(list_of.licenses(tenant_id, [group_id])[group_id]))
        reason = list_of.never_reason(tenant_id, group_id)
        if reason is not None:
            raise Refused("group_never", group=group.name, reason=reason)
        if list_of.is_source(tenant_id, group_id):
            raise Refused("group_in_use", group=group.name)
        now, before = clock.tenant_now(tenant_id), text_of(tenant_id, group_id)
        if returns_after_deletion(group.facts):
            rows_of.mark_deleted(tenant_id, group_id, now)
            sources.lower_agenda(tenant_id, "deleted_group", now + kept())
            row: Row = ("group.delete", "group", group_id, before, text_of(tenant_id, group_id))
            return _record(tenant_id, DeleteGroup(group_id), group_id, actor, [row], until=now + kept())
        return _record(tenant_id, DeleteGroup(group_id), group_id, actor, delete(tenant_id, group_id))


def restore_group(tenant_id: int, group_id: int, actor: Actor) -> Done:
    """The deleted Microsoft 365 group is back with its members. BadInput `unknown_group`, also after 30 days."""
    actor.require(CAPABILITY_OF[RestoreGroup], tenant_id)
    catch_up(tenant_id)
    with writing(tenant_id):
        group = list_of.get(tenant_id, group_id, deleted=True)
        if group is None or group.deleted_at is None:
            raise BadInput("unknown_group", text=str(group_id))
        before = text_of(tenant_id, group_id)
        rows_of.mark_deleted(tenant_id, group_id, None)
        row: Row = ("group.restore", "group", group_id, before, text_of(tenant_id, group_id))
        return _record(tenant_id, RestoreGroup(group_id), group_id, actor, [row])


def purge_group(tenant_id: int, group_id: int, actor: Actor) -> Done:
    """The deleted Microsoft 365 group is gone for good before its 30 days are over. BadInput `unknown_group`."""
    actor.require(CAPABILITY_OF[PurgeGroup], tenant_id)
    catch_up(tenant_id)
    with writing(tenant_id):
        group = list_of.get(tenant_id, group_id, deleted=True)
        if group is None or group.deleted_at is None:
            raise BadInput("unknown_group", text=str(group_id))
        gone = delete(tenant_id, group_id)
        rows_of.settle_deleted(tenant_id, kept())
        return _record(tenant_id, PurgeGroup(group_id), group_id, actor, gone)


def kept_until(group: GroupRow) -> Instant | None:
    """Until when a deleted group can be restored; None for one that is not deleted."""
    return None if group.deleted_at is None else group.deleted_at + kept()


def _name(name: str) -> str:
    found = " ".join(name.split())
    if not found or len(found) > LONGEST_NAME or "\x00" in found:
        raise BadInput("bad_group_name", text=found[:60])
    return found


def _is_free(tenant_id: int, name: str) -> None:
    """R-182: Microsoft allows two groups of one name; a person makes no second one, so that a name finds one group."""
    if list_of.is_named(tenant_id, name):
        raise BadInput("group_exists", name=name)


def _known(tenant_id: int, group_id: int) -> GroupRow:
    found = list_of.get(tenant_id, group_id)
    if found is None:
        raise BadInput("unknown_group", text=str(group_id))
    return found


def _changeable(tenant_id: int, group_id: int) -> GroupRow:
    group = _known(tenant_id, group_id)
    reason = may_change(group.facts)
    if reason is not None:
        raise elsewhere(group.facts, reason)
    return group


def _record(
    tenant_id: int,
    intent: GroupObjectIntent,
    group_id: int,
    actor: Actor,
    entries: list[Row],
    until: Instant | None = None,
) -> Done:
    """The plan's header and the journal's rows."""
    now = clock.tenant_now(tenant_id)
    plan_id = ids.take_within(tenant_id, "plan")
    fields = header(tenant_id, plan_id, intent, Who("members", str(group_id)), actor, now)
    fields |= {
        "state": PlanState.APPLIED.value,
        "is_inline": True,
        "is_complete": True,
        "started_at": now,
        "finished_at": now,
    }
    plan_rows.insert_plan(fields)
    journal.write(tenant_id, door="apply", actor=actor, now=now, entries=entries, plan_id=plan_id)
    return Done(group_id, plan_id, until)
