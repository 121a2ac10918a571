"""The door by which people come in: one-time links, and how many wrong tries an account has. No password is read here.

A link is shown once; the store keeps only its digest. Machine time: this is for a person at a screen, not for a tenant.
"""

from __future__ import annotations

import hashlib
import secrets

from licentia.changes import operators
from licentia.domain.instants import SECOND, Instant
from licentia.domain.permissions import Actor, Capability, Role
from licentia.store import clock
from licentia.store.bulk import operators as rows_of
from licentia.store.lists import operators as list_of
from licentia.store.lists import tenants
from licentia.store.writing import writing

LINK_SECONDS = 15 * 60
TRIES = 5
TRY_SECONDS = 15 * 60
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


def take_try(name: str) -> str | None:
    """A try of the account of this name, known or not: its number; None when five failed within 15 minutes.

    It counts as wrong from here on, so that tries made at once are counted too; `give_back` when it was right.
    """
    return _take(_digest(name.strip().casefold()), TRIES)


def give_back(try_id: str) -> None:
    """The try was right; those before it still count, for a second step may follow."""
    with writing():
        rows_of.drop_try(try_id)


def forget_tries(name: str) -> None:
    """Somebody signed in to the account, every step done: it has all its tries again."""
    with writing():
        rows_of.drop_tries(_digest(name.strip().casefold()))


def is_first_use(operator_id: str, code: str) -> bool:
    """Whether a code that lives half a minute is used for the first time by the operator; it is used from here on."""
    return _take(_digest(f"code {operator_id} {code}"), 1) is not None


def end_sessions(operator_id: str) -> Instant:
    """The instant until which every session of the operator is over."""
    now = clock.machine_now()
    with writing():
        rows_of.end_sessions(operator_id, now)
    return now


def _take(account: str, limit: int) -> str | None:
    now = clock.machine_now()
    with writing():
        return rows_of.add_try(account, now, now - TRY_SECONDS * SECOND, limit)


def first_operator(name: str, actor: Actor) -> str:
    """The name of who signs in first: of those who may, the one of this name, else a Global Administrator.

    Where there is nobody yet, the store's owner becomes Global Administrator of all tenants.
    """
    actor.require(Capability.MANAGE_OPERATORS, 0)
    every = list_of.every()
    if not every:
        with writing():
            operators.add_operator(name, "", actor)
            for tenant in tenants.every():
                operators.grant(name, tenant.id, Role.GLOBAL, actor)
        return name

    def rank(one: list_of.OperatorRow) -> tuple[bool, bool, bool]:
        is_global = any(role == Role.GLOBAL for _tenant, _title, role in one.roles)
        return one.is_active, one.name.casefold() == name.casefold(), is_global

    return max(every, key=rank).name


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
