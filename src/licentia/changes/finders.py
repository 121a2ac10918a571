"""The door for saved finders: a search kept under a name, and forgotten again. Changes no user and no license."""

from __future__ import annotations

import json

from licentia.changes import journal
from licentia.changes.journal import Entry
from licentia.domain.finders import FinderKind, Search, search
from licentia.domain.permissions import Actor, Capability
from licentia.domain.reasons import BadInput
from licentia.store import clock, ids
from licentia.store.bulk import finders as rows_of
from licentia.store.lists import finders as list_of
from licentia.store.lists.finders import SavedFinder
from licentia.store.writing import writing

NAME_LENGTH = 100
RESERVED = frozenset(FinderKind) | {"list", "saved"}
"""Names that mean something else already."""


def save(tenant_id: int, name: str, wanted: Search, actor: Actor) -> int:
    """The number of the saved finder.

    BadInput `bad_finder_name` for an empty, long or reserved name, `finder_exists` when the name is taken in any letter case.
    """
    actor.require(Capability.SAVE_FINDERS, tenant_id)
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH or name.casefold() in RESERVED:
        raise BadInput("bad_finder_name", name=name, n=NAME_LENGTH)
    now = clock.tenant_now(tenant_id)
    finder_id = ids.take(tenant_id, "finder")
    with writing(tenant_id):
        if list_of.find_saved(tenant_id, name) is not None:
            raise BadInput("finder_exists", name=name)
        params = journal.canonical(wanted.params)
        rows_of.add(tenant_id, finder_id, name, wanted.kind.value, params, now)
        entry = Entry("finder.save", "finder", finder_id, None, _text(name, wanted))
        journal.write(tenant_id, door="record", actor=actor, now=now, entries=[entry])
    return finder_id


def forget(tenant_id: int, name: str, actor: Actor) -> str:
    """The name of the saved finder that is gone; BadInput `unknown_saved_finder` when there is none of this name."""
    actor.require(Capability.SAVE_FINDERS, tenant_id)
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        found = load(tenant_id, name)
        rows_of.drop(tenant_id, found.id)
        entry = Entry("finder.forget", "finder", found.id, _text(found.name, search_of(found)), None)
        journal.write(tenant_id, door="record", actor=actor, now=now, entries=[entry])
    return found.name


def load(tenant_id: int, name: str) -> SavedFinder:
    """The saved finder of this name; BadInput `unknown_saved_finder`."""
    found = list_of.find_saved(tenant_id, name)
    if found is None:
        known = ", ".join(one.name for one in list_of.saved(tenant_id))
        raise BadInput("unknown_saved_finder", name=name, known=known)
    return found


def search_of(saved: SavedFinder) -> Search:
    """The search that was saved."""
    return search(saved.kind.value, json.loads(saved.params))


def _text(name: str, wanted: Search) -> str:
    return journal.canonical({"kind": wanted.kind.value, "name": name, "params": wanted.params})
