"""directoryObjects: a user or a group by its id, with its type."""

from __future__ import annotations

from licentia.graph_api import groups, users
from licentia.graph_api.asking import Answer, Ask
from licentia.store.lists import graph_groups, graph_users


def getting(ask: Ask, key: str) -> Answer:
    """The object of this id."""
    object_id = key.lower()
    user = graph_users.numbers(ask.tenant_id, [object_id]).get(object_id)
    if user is not None:
        return Answer(body=typed(ask, users.one_of(ask, user), "user"))
    group = graph_groups.number(ask.tenant_id, object_id)
    if group is None:
        raise users.gone(key)
    return Answer(body=typed(ask, groups.one_of(ask, group), "group"))


def typed(ask: Ask, body: dict[str, object], kind: str) -> dict[str, object]:
    """The body as a directoryObject of this kind."""
    context = {"@odata.context": f"{ask.base}/$metadata#directoryObjects/$entity"}
    return context | {"@odata.type": f"#microsoft.graph.{kind}"} | {k: v for k, v in body.items() if k[0] != "@"}
