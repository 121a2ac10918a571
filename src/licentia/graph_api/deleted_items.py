"""Deleted users and groups: listed by type, restored, gone for good. The type is compulsory in a list (1.1)."""

from __future__ import annotations

from licentia.changes import groups as group_doors
from licentia.changes import inline
from licentia.domain.intents import PurgeUser, RestoreUser
from licentia.graph_api import access, groups, objects, refusals, users
from licentia.graph_api.asking import NO_CONTENT, Answer, Ask
from licentia.graph_api.errors import GraphRefused
from licentia.graph_api.reading import by_key
from licentia.store.lists import graph_groups, graph_users
from licentia.wire.errors import BAD_REQUEST


def listing(ask: Ask, cast: str) -> Answer:
    """A page of deleted users, or of deleted groups."""
    match cast.lower():
        case "user":
            access.require(ask.caller, "deleted.list")
            return users.deleted(ask)
        case "group":
            access.require(ask.caller, "deleted_groups.list")
            return groups.deleted(ask)
    raise GraphRefused(400, BAD_REQUEST, f"Resource type '{cast[:60]}' is not supported for deleted items.")


def restore(ask: Ask, key: str) -> Answer:
    """The object is back; its body says what it is."""
    fields = by_key(ask.json())
    object_id = key.lower()
    user = graph_users.number(ask.tenant_id, object_id, is_deleted=True)
    access.require(ask.caller, "deleted_groups.restore" if user is None else "deleted.restore")
    if user is not None:
        name = fields.get("newuserprincipalname")
        intent = RestoreUser(name) if isinstance(name, str) and name else RestoreUser()
        result = inline.apply_inline(ask.tenant_id, intent, user, ask.caller.actor)
        refusals.check(result.verdict, key)
        return Answer(body=objects.typed(ask, users.one_of(ask, user), "user"))
    group = graph_groups.number(ask.tenant_id, object_id, is_deleted=True)
    if group is None:
        raise users.gone(key)
    group_doors.restore_group(ask.tenant_id, group, ask.caller.actor)
    return Answer(body=objects.typed(ask, groups.one_of(ask, group), "group"))


def purge(ask: Ask, key: str) -> Answer:
    """The object is gone for good."""
    object_id = key.lower()
    user = graph_users.number(ask.tenant_id, object_id, is_deleted=True)
    access.require(ask.caller, "deleted_groups.purge" if user is None else "deleted.purge")
    if user is not None:
        result = inline.apply_inline(ask.tenant_id, PurgeUser(), user, ask.caller.actor)
        refusals.check(result.verdict, key)
        return NO_CONTENT
    group = graph_groups.number(ask.tenant_id, object_id, is_deleted=True)
    if group is None:
        raise users.gone(key)
    group_doors.purge_group(ask.tenant_id, group, ask.caller.actor)
    return NO_CONTENT
