"""Users, changed: created, updated, deleted, licensed, reprocessed, sessions ended. Every write is an inline plan."""

from __future__ import annotations

from typing import Final

from licentia.changes import inline
from licentia.changes import users as doors
from licentia.domain.intents import (
    AccountIntent,
    ChangeLicenses,
    DeleteUser,
    LicenseIntent,
    Reprocess,
    RevokeSessions,
    SetManager,
)
from licentia.domain.reasons import REASONS, Outcome, Reason
from licentia.graph_api import access, plans, refusals
from licentia.graph_api.asking import NO_CONTENT, Answer, Ask
from licentia.graph_api.reading import licenses, reference
from licentia.graph_api.user_fields import created, updated
from licentia.graph_api.users import gone, number_of, one_of
from licentia.store.lists import graph_users as list_of

ACCEPTED: Final = frozenset(reason for reason, rule in REASONS.items() if rule.outcome is Outcome.CHOICE)
"""Graph asks nobody (R-199): what people choose beforehand is chosen by whoever calls."""

ALONE: Final = {"account_enabled": "users.enable", "usage_location": "users.set_location"}
"""What takes less where nothing else is changed with it (R-176)."""

LICENSES: Final = ("assignedLicenses", "assignedPlans", "licenseAssignmentStates", "usageLocation", "accountEnabled")
"""What an answer to a change of licenses has beside the defaults."""


def create(ask: Ask) -> Answer:
    """The new user."""
    done = doors.create_user(ask.tenant_id, created(ask.json()), ask.caller.actor)
    return Answer(201, one_of(ask, done.user_id, *LICENSES))


def update(ask: Ask, key: str) -> Answer:
    """What the body names is so now; nothing else changed."""
    wanted, is_new_password = updated(ask.json())
    alone = ALONE.get(next(iter(wanted), "")) if len(wanted) == 1 and not is_new_password else None
    access.require(ask.caller, alone or "users.update")
    doors.update_user(ask.tenant_id, number_of(ask, key), wanted, ask.caller.actor, is_new_password=is_new_password)
    return NO_CONTENT


def delete(ask: Ask, key: str) -> Answer:
    """The user is deleted, and can be restored for 30 days."""
    _inline(ask, key, DeleteUser(ACCEPTED))
    return NO_CONTENT


def assign_license(ask: Ask, key: str) -> Answer:
    """All of the body's licenses are added and removed, or none (2.1)."""
    add, remove = licenses(ask)
    number = number_of(ask, key)
    if add or remove:
        result = inline.apply_inline(ask.tenant_id, ChangeLicenses(add, remove, ACCEPTED), number, ask.caller.actor)
        refusals.check(result.verdict, key, _first(add, remove))
    return Answer(body=one_of(ask, number, *LICENSES))


def _first(add: tuple[tuple[str, frozenset[str]], ...], remove: frozenset[str]) -> str:
    """The product that a message names where its reason names none."""
    return next(iter([*sorted(remove), *(sku for sku, _ in add)]), "")


def reprocess(ask: Ask, key: str) -> Answer:
    """The licenses that groups give the user are looked at again; what still stands in the way is the answer (9.5)."""
    number = number_of(ask, key)
    plans.carry_out(ask, Reprocess(), [number])
    for source in list_of.sources(ask.tenant_id, [number]).get(number, []):
        if source.error and not source.holds:
            plans.refuse_stored(source, key)
    return Answer(body=one_of(ask, number, *LICENSES))


def revoke_sessions(ask: Ask, key: str) -> Answer:
    """Every session of the user ends."""
    _inline(ask, key, RevokeSessions())
    return Answer(body={"@odata.context": f"{ask.base}/$metadata#Edm.Boolean", "value": True})


def set_manager(ask: Ask, key: str) -> Answer:
    """The user's manager is the one that the body names."""
    access.require(ask.caller, "users.update")
    named = reference(ask)
    manager = list_of.numbers(ask.tenant_id, [named]).get(named)
    if manager is None:
        raise gone(named)
    _inline(ask, key, SetManager(manager))
    return NO_CONTENT


def drop_manager(ask: Ask, key: str) -> Answer:
    """The user has no manager."""
    access.require(ask.caller, "users.update")
    _inline(ask, key, SetManager(None))
    return NO_CONTENT


def _inline(ask: Ask, key: str, intent: LicenseIntent | AccountIntent) -> None:
    """The change is made, or was so already."""
    result = inline.apply_inline(ask.tenant_id, intent, number_of(ask, key), ask.caller.actor)
    if result.verdict.reason not in (Reason.ALREADY, Reason.NOT_HELD):
        refusals.check(result.verdict, key)
