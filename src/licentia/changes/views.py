"""The door for saved views: how one operator looks at a list. No tenant's state is in them: the journal stays as it is."""

from __future__ import annotations

from collections.abc import Sequence

from licentia.domain.permissions import Actor, Capability
from licentia.domain.reasons import BadInput
from licentia.store.bulk import views as rows_of
from licentia.store.lists import views as list_of
from licentia.store.lists.views import NOW
from licentia.store.writing import writing

LONGEST_NAME = 60
MOST = 30


def choose_columns(tenant_id: int, columns: Sequence[str], actor: Actor) -> None:
    """The operator sees these columns from now on."""
    actor.require(Capability.READ, tenant_id)
    with writing():
        rows_of.put(tenant_id, actor.id, NOW, "", " ".join(columns))


def save(tenant_id: int, name: str, address: str, columns: Sequence[str], actor: Actor) -> None:
    """The operator's view of this name; what it was before is replaced. BadInput `bad_view_name`, `too_many_views`."""
    actor.require(Capability.READ, tenant_id)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput("bad_view_name", n=LONGEST_NAME)
    with writing():
        known = {one.name for one in list_of.of_operator(tenant_id, actor.id)} - {NOW}
        if name not in known and len(known) >= MOST:
            raise BadInput("too_many_views", n=MOST)
        rows_of.put(tenant_id, actor.id, name, address, " ".join(columns))


def forget(tenant_id: int, name: str, actor: Actor) -> bool:
    """Whether the view was there; it is gone."""
    actor.require(Capability.READ, tenant_id)
    with writing():
        return name != NOW and rows_of.drop(tenant_id, actor.id, name)
