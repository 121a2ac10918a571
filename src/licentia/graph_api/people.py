"""Users as bodies: the columns that were read, and what is computed from sources, managers and mailboxes.

One read per kind of fact for a whole page, whatever its length.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from licentia.domain import catalog as catalog_of
from licentia.domain.catalog import Catalog
from licentia.graph_api import access
from licentia.graph_api.asking import Ask
from licentia.graph_api.errors import GraphRefused
from licentia.odata.query import Query
from licentia.store.lists import graph_users as list_of
from licentia.store.lists.graph_users import Found
from licentia.wire.bodies import (
    HeldSource,
    Json,
    assigned_licenses,
    assigned_plans,
    assignment_states,
    provisioned_plans,
    when,
)
from licentia.wire.entities import USER, Entity, UnknownProperty
from licentia.wire.errors import BAD_REQUEST

LICENSES: Final[dict[str, Callable[[Sequence[HeldSource], Catalog], object]]] = {
    "assignedLicenses": lambda sources, _: assigned_licenses(sources),
    "licenseAssignmentStates": lambda sources, _: assignment_states(sources),
    "assignedPlans": assigned_plans,
    "provisionedPlans": provisioned_plans,
}
"""What is computed from a user's sources."""

NEVER: Final = "0001-01-01T00:00:00Z"
"""How Graph writes a date of a profile that nobody stated: its type has no null."""

SIGN_IN: Final = "signInActivity"

EXTENSIONS: Final = {f"extensionAttribute{n}": None for n in range(1, 16)}


def chosen(ask: Ask, entity: Entity, select: Iterable[str] | None = None) -> tuple[str, ...]:
    """Names of the properties to send; GraphRefused for one that the type has not, or that takes more to read."""
    names = ask.options.select if select is None else tuple(select)
    try:
        found = entity.selected(names)
    except UnknownProperty as unknown:
        raise GraphRefused(
            400,
            BAD_REQUEST,
            f"Parsing OData Select and Expand failed: Could not find a property named '{unknown.name}' "
            f"on type 'microsoft.graph.{unknown.entity}'.",
        ) from None
    if SIGN_IN in found:
        access.require(ask.caller, "users.sign_in_activity")
    return found


def refuse_single(names: Iterable[str]) -> None:
    """Returns when a collection can have these; GraphRefused 501 for what only one user has (1.2)."""
    single = [name for name in names if USER.find(name).is_single]
    if single:
        raise GraphRefused(501, "NotImplemented", f"The property '{single[0]}' is supported on a single user only.")


def bodies(ask: Ask, found: Sequence[Found], names: Sequence[str], *, is_sparse: bool = False) -> list[Json]:
    """The users' bodies in the order of `names`; `is_sparse` leaves out what is null (a delta's never-set ones)."""
    tenant_id, numbers = ask.tenant_id, [one.id for one in found]
    computed = [name for name in names if name in LICENSES]
    sources = list_of.sources(tenant_id, numbers) if computed else {}
    mailboxes = list_of.mailbox_kinds(tenant_id, numbers) if "mailboxSettings" in names else {}
    catalog = catalog_of.load()
    made = []
    for one in found:
        body: Json = {}
        for name in names:
            if name in LICENSES:
                body[name] = LICENSES[name](sources.get(one.id, ()), catalog)
            elif name in one.values:
                body[name] = value_of(name, one.values[name])
            elif name == "mailboxSettings":
                body[name] = _mailbox(mailboxes.get(one.id))
            else:
                body[name] = _unkept(name, one)
        made.append({key: value for key, value in body.items() if value is not None} if is_sparse else body)
    return made


def value_of(name: str, value: object) -> object:
    """A column as Graph writes the property."""
    if value is None:
        return None
    if name == SIGN_IN:
        return {"lastSignInDateTime": when(_number(value))}
    kind = USER.find(name)
    if kind.is_collection:
        return json.loads(str(value))
    if kind.type == "Boolean":
        return bool(value)
    return when(_number(value)) if kind.type == "DateTimeOffset" else value


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value


def _unkept(name: str, one: Found) -> object:
    """What no column holds: empty where Graph sends a collection, null else."""
    if name == "identities":
        return _identities(one)
    if name == "onPremisesExtensionAttributes":
        return dict(EXTENSIONS)
    kind = USER.find(name)
    if kind.is_single and kind.type == "DateTimeOffset":
        return NEVER
    return [] if kind.is_collection else None


def _identities(one: Found) -> list[Json]:
    name = one.values.get("userPrincipalName")
    if not isinstance(name, str):
        return []
    return [
        {"signInType": "userPrincipalName", "issuer": name.rpartition("@")[2], "issuerAssignedId": name},
    ]


_PURPOSES: Final = {"shared": "shared", "room": "room", "equipment": "equipment", "user": "user"}


def _mailbox(kind: str | None) -> Json | None:
    return None if kind is None else {"userPurpose": _PURPOSES.get(kind, "unknownFutureValue")}


def expanded(ask: Ask, query: Query, found: Sequence[Found], made: list[Json]) -> None:
    """With $expand=manager each body has its manager, where the user has one."""
    for expand in query.expand:
        names = chosen(ask, USER, expand.select)
        of = list_of.managers(ask.tenant_id, [one.id for one in found])
        people = list_of.rows(ask.tenant_id, names, sorted(set(of.values())))
        by_number = dict(zip((one.id for one in people), bodies(ask, people, names), strict=True))
        for one, body in zip(found, made, strict=True):
            if one.id in of:
                body["manager"] = {"@odata.type": "#microsoft.graph.user"} | by_number[of[one.id]]
