"""The door by which people come in: one-time links. A link is shown once; the store keeps only its digest.

Machine time: a link is for a person at a screen, not for a tenant.
"""

from __future__ import annotations

import hashlib
import secrets

from licentia.changes import operators
from licentia.domain.instants import SECOND
from licentia.domain.permissions import Actor, Capability, Role
from licentia.store import clock
from licentia.store.bulk import operators as rows_of
from licentia.store.lists import operators as list_of
from licentia.store.lists import tenants
from licentia.store.writing import writing

LINK_SECONDS = 15 * 60
_BYTES = 32


def link_for(name: str, actor: Actor) -> str:
    """The secret of a new link that signs the operator in, once, within 15 minutes; BadInput `unknown_operator`."""
    actor.require(Capability.MANAGE_OPERATORS, 0)
    one = operators.known(name)
    secret = secrets.token_urlsafe(_BYTES)
    with writing():
        rows_of.add_link(_digest(secret), one.id, clock.machine_now() + LINK_SECONDS * SECOND)
    return secret


def enter(secret: str) -> str | None:
    """The operator whom the link signs in; it is used up. None when it is no link, ended, used, or the operator disabled."""
    with writing():
        operator_id = rows_of.take_link(_digest(secret), clock.machine_now())
    found = None if operator_id is None else list_of.by_id(operator_id)
    return None if found is None or not found.is_active else found.id


def first_operator(name: str, actor: Actor) -> str:
    """The name of who signs in first: where there is nobody yet, the store's owner becomes Global Administrator of all."""
    actor.require(Capability.MANAGE_OPERATORS, 0)
    every = list_of.every()
    if not every:
        operators.add_operator(name, "", actor)
        for tenant in tenants.every():
            operators.grant(name, tenant.id, Role.GLOBAL, actor)
        return name
    mine = [one.name for one in every if one.name.casefold() == name.casefold()]
    return mine[0] if mine else every[0].name


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
