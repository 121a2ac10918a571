"""Users and groups by what somebody types into a form: a user name or object id, living or deleted."""

from __future__ import annotations

from licentia.domain.reasons import BadInput
from licentia.store.lists import deleted, selecting
from licentia.store.lists import users as user_list
from licentia.store.names import principal_key
from licentia.web.desk import Desk
from licentia.web.typed import line

LONGEST = 300


def user(desk: Desk, text: str) -> int:
    """The number of a user who is not deleted; BadInput `unknown_user` with names that begin alike."""
    key = principal_key(line(text[:LONGEST]))
    found = selecting.by_names(desk.tenant_id, [key]).get(key)
    if found is None:
        raise BadInput("unknown_user", text=text, candidates=tuple(user_list.close_names(desk.tenant_id, key)))
    return found


def any_user(desk: Desk, text: str) -> int:
    """The same, a deleted user too; who has the name now goes first. BadInput `several_deleted` with object ids."""
    key = principal_key(line(text[:LONGEST]))
    living = selecting.by_names(desk.tenant_id, [key]).get(key)
    if living is not None:
        return living
    meant = deleted.by_names(desk.tenant_id, [key]).get(key, [])
    if len(meant) > 1:
        ids = tuple(row.object_id for row in deleted.of_ids(desk.tenant_id, meant))
        raise BadInput("several_deleted", text=text, n=len(meant), candidates=ids)
    return meant[0] if meant else user(desk, text)
