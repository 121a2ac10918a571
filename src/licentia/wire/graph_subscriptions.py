"""Subscriptions and a tenant's products as Microsoft Graph v1.0 writes them: companySubscription and subscribedSku.

Strict on types; never guesses what an object does not state. Neither of them has a price, a term or a renewal flag.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from licentia.domain.instants import Instant
from licentia.wire.graph_users import GraphValueError, flag_of, guid, instant, text_of

MOST_SEATS: Final = 2**31 - 1
STATES: Final[Mapping[str, str]] = {
    "enabled": "enabled",
    "warning": "warning",
    "suspended": "suspended",
    "lockedout": "locked_out",
    "deleted": "deleted",
}
"""Graph's status, case folded, and the state of a subscription."""


@dataclass(frozen=True, slots=True)
class GraphSubscription:
    """One companySubscription. None: null, or not in the object."""

    ref: str
    sku_id: str
    state: str
    seats: int
    started_at: Instant | None = None
    next_at: Instant | None = None
    is_trial: bool | None = None


@dataclass(frozen=True, slots=True)
class GraphSku:
    """One subscribedSku: seats of a product over all its subscriptions. None: not in the object."""

    sku_id: str
    applies_to: str | None = None
    """User or Company."""
    enabled: int | None = None
    warning: int | None = None
    consumed: int | None = None


def is_subscription(entry: Mapping[str, Any]) -> bool:
    """Whether the object looks like a companySubscription."""
    return "totalLicenses" in entry


def is_sku(entry: Mapping[str, Any]) -> bool:
    """Whether the object looks like a subscribedSku."""
    return "prepaidUnits" in entry or "consumedUnits" in entry


def parse_subscription(entry: Mapping[str, Any]) -> GraphSubscription:
    """The subscription of one Graph object; GraphValueError when it lacks an id, or a value is of another type."""
    identifier = entry.get("id") or entry.get("commerceSubscriptionId")
    status = text_of(entry, "status") or ""
    state = STATES.get(status.casefold())
    if state is None:
        raise GraphValueError("status", entry.get("status"))
    seats = _units(entry, "totalLicenses")
    if seats is None:
        raise GraphValueError("totalLicenses", None)
    return GraphSubscription(
        ref=guid(identifier, "id"),
        sku_id=guid(entry.get("skuId"), "skuId"),
        state=state,
        seats=seats,
        started_at=instant(entry.get("createdDateTime"), "createdDateTime"),
        next_at=instant(entry.get("nextLifecycleDateTime"), "nextLifecycleDateTime"),
        is_trial=flag_of(entry, "isTrial"),
    )


def parse_sku(entry: Mapping[str, Any]) -> GraphSku:
    """The product of one Graph object; GraphValueError when a known property has a value of another type."""
    units = entry.get("prepaidUnits")
    if units is None:
        units = {}
    if not isinstance(units, Mapping):
        raise GraphValueError("prepaidUnits", units)
    applies = text_of(entry, "appliesTo")
    if applies is not None and applies.casefold() not in ("user", "company"):
        raise GraphValueError("appliesTo", applies)
    return GraphSku(
        sku_id=guid(entry.get("skuId"), "skuId"),
        applies_to=None if applies is None else applies.capitalize(),
        enabled=_units(units, "enabled"),
        warning=_units(units, "warning"),
        consumed=_units(entry, "consumedUnits"),
    )


def _units(entry: Mapping[str, Any], name: str) -> int | None:
    """A count, None for null or absent; GraphValueError for a fraction, a negative number or another type."""
    value = entry.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_SEATS:
        raise GraphValueError(name, value)
    return value
