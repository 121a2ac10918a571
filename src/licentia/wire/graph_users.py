"""A user as Microsoft Graph v1.0 writes it, and the values it stands for; both ways.

Strict on types, tolerant where Graph is loose; never guesses a fact an object does not state.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from licentia.domain.facts import AssignmentState
from licentia.domain.instants import Instant, from_iso, to_iso

T = TypeVar("T")

_GUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_STATES: Final = {
    "active": AssignmentState.ACTIVE,
    "activewitherror": AssignmentState.ACTIVE_WITH_ERROR,
    "disabled": AssignmentState.DISABLED,
    "error": AssignmentState.ERROR,
}
_STATE_NAMES: Final = {
    AssignmentState.ACTIVE: "Active",
    AssignmentState.ACTIVE_WITH_ERROR: "ActiveWithError",
    AssignmentState.DISABLED: "Disabled",
    AssignmentState.ERROR: "Error",
}

USER_PROPERTIES: Final[Mapping[str, str]] = {
    "userPrincipalName": "user_principal_name",
    "id": "object_id",
    "displayName": "display_name",
    "accountEnabled": "account_enabled",
    "usageLocation": "usage_location",
    "userType": "user_type",
    "department": "department",
    "createdDateTime": "created_at",
    "onPremisesSyncEnabled": "is_synced",
}
"""Graph's plain user properties that have a field of their own, and that field."""

STATES_PROPERTY: Final = "licenseAssignmentStates"
LICENSES_PROPERTY: Final = "assignedLicenses"
SIGN_IN_PROPERTY: Final = "signInActivity"
SIGN_IN_MOMENTS: Final = ("lastSignInDateTime", "lastNonInteractiveSignInDateTime", "lastSuccessfulSignInDateTime")
"""What signInActivity states: attempts of a person, of an app for it, and the last that succeeded."""


def is_guid(text: str) -> bool:
    """Whether the text is a GUID in lower case."""
    return _GUID.fullmatch(text) is not None


def is_storable(text: str) -> bool:
    """Whether every store can keep the text: no zero character, no half of a surrogate pair."""
    return _UNSTORABLE.search(text) is None


def shown(value: object) -> str:
    """The value as a message may show it: at most 200 characters, all of them printable by any edge."""
    text = str(value).strip()[:200].replace("\x00", "\N{SYMBOL FOR NULL}")
    return text.encode("utf-8", "replace").decode()


class GraphValueError(ValueError):
    """A property has a value Graph never writes; `name` is the property, `text` the value as it stood."""

    def __init__(self, name: str, value: object) -> None:
        self.name = name
        self.text = shown(value)
        super().__init__(f"{name}: {self.text}")


@dataclass(frozen=True, slots=True)
class AssignedLicense:
    """One entry of assignedLicenses: a product held, without the reason why."""

    sku_id: str
    disabled_plans: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LicenseAssignmentState:
    """One entry of licenseAssignmentStates; `assigned_by_group` None is a direct assignment."""

    sku_id: str
    assigned_by_group: str | None = None
    disabled_plans: frozenset[str] = frozenset()
    state: AssignmentState = AssignmentState.ACTIVE
    error: str | None = None
    since: Instant | None = None


@dataclass(frozen=True, slots=True)
class GraphUser:
    """A user object understood. None in a field: null, or not in the object; see `stated` for which."""

    stated: frozenset[str]
    """Graph names of the properties that the object has, known or not."""
    user_principal_name: str | None = None
    object_id: str | None = None
    display_name: str | None = None
    account_enabled: bool | None = None
    usage_location: str | None = None
    user_type: str | None = None
    department: str | None = None
    created_at: Instant | None = None
    is_synced: bool | None = None
    last_sign_in_at: Instant | None = None
    is_deleted: bool = False
    assigned_licenses: tuple[AssignedLicense, ...] | None = None
    assignment_states: tuple[LicenseAssignmentState, ...] | None = None


def guid(value: object, name: str) -> str:
    """The GUID in lower case (Graph writes both cases); GraphValueError for anything else."""
    if isinstance(value, str) and is_guid(text := value.strip().lower()):
        return text
    raise GraphValueError(name, value)


def state_of(text: object) -> AssignmentState:
    """The assignment state of Graph's word in any letter case; GraphValueError for another word."""
    state = _STATES.get(text.casefold()) if isinstance(text, str) else None
    if state is None:
        raise GraphValueError("state", text)
    return state


def state_name(state: AssignmentState) -> str:
    """Graph's word for an assignment state; what a deleted user remembers is never sent and has none."""
    return _STATE_NAMES[state]


def instant(value: object, name: str) -> Instant | None:
    """The instant of an ISO 8601 text; None for null; GraphValueError when it is none."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise GraphValueError(name, value)
    try:
        return from_iso(value)
    except (ValueError, OverflowError):
        raise GraphValueError(name, value) from None


def parse_assigned_licenses(value: object) -> tuple[AssignedLicense, ...]:
    """assignedLicenses as values, in their order; GraphValueError when an entry is not of that shape."""
    entries = _objects(value, LICENSES_PROPERTY)
    return tuple(AssignedLicense(guid(e.get("skuId"), "skuId"), _plans(e.get("disabledPlans"))) for e in entries)


def parse_assignment_states(value: object) -> tuple[LicenseAssignmentState, ...]:
    """licenseAssignmentStates as values, one per (product, path); GraphValueError for another shape.

    Of two entries for the same product and path the later dated one counts: one path is one source.
    """
    entries = [_parse_state(entry) for entry in _objects(value, STATES_PROPERTY)]
    if len(entries) < 2:
        return tuple(entries)
    kept: dict[tuple[str, str | None], LicenseAssignmentState] = {}
    for entry in entries:
        key = (entry.sku_id, entry.assigned_by_group)
        known = kept.get(key)
        if known is None or (entry.since or 0) >= (known.since or 0):
            kept[key] = entry
    return tuple(kept.values())


def assigned_license_json(entry: AssignedLicense) -> dict[str, object]:
    """The entry as Graph writes it; disabled plans sorted."""
    return {"disabledPlans": sorted(entry.disabled_plans), "skuId": entry.sku_id}


def assignment_state_json(entry: LicenseAssignmentState) -> dict[str, object]:
    """The entry as Graph writes it; disabled plans sorted, no error is null."""
    return {
        "skuId": entry.sku_id,
        "assignedByGroup": entry.assigned_by_group,
        "disabledPlans": sorted(entry.disabled_plans),
        "state": state_name(entry.state),
        "error": entry.error,
        "lastUpdatedDateTime": None if entry.since is None else to_iso(entry.since),
    }


def parse_user(entry: Mapping[str, Any]) -> GraphUser:
    """The user of one Graph object; GraphValueError when a known property has a value of another type."""
    licenses = entry.get(LICENSES_PROPERTY)
    states = entry.get(STATES_PROPERTY)
    return GraphUser(
        stated=frozenset(entry),
        user_principal_name=text_of(entry, "userPrincipalName"),
        object_id=_optional(entry, "id", guid),
        display_name=text_of(entry, "displayName"),
        account_enabled=flag_of(entry, "accountEnabled"),
        usage_location=_optional(entry, "usageLocation", _location),
        user_type=_optional(entry, "userType", _user_type),
        department=text_of(entry, "department"),
        created_at=instant(entry.get("createdDateTime"), "createdDateTime"),
        is_synced=flag_of(entry, "onPremisesSyncEnabled"),
        last_sign_in_at=last_sign_in(entry.get(SIGN_IN_PROPERTY)),
        is_deleted=entry.get("deletedDateTime") is not None,
        assigned_licenses=None if licenses is None else parse_assigned_licenses(licenses),
        assignment_states=None if states is None else parse_assignment_states(states),
    )


def user_json(user: GraphUser) -> dict[str, object]:
    """The object that `parse_user` reads back as `user`: its stated properties, those known here."""
    licenses, states = user.assigned_licenses, user.assignment_states
    known: dict[str, object] = {
        "userPrincipalName": user.user_principal_name,
        "id": user.object_id,
        "displayName": user.display_name,
        "accountEnabled": user.account_enabled,
        "usageLocation": user.usage_location,
        "userType": user.user_type,
        "department": user.department,
        "createdDateTime": None if user.created_at is None else to_iso(user.created_at),
        "onPremisesSyncEnabled": user.is_synced,
        SIGN_IN_PROPERTY: {
            "lastSignInDateTime": None if user.last_sign_in_at is None else to_iso(user.last_sign_in_at)
        },
        LICENSES_PROPERTY: None if licenses is None else [assigned_license_json(e) for e in licenses],
        STATES_PROPERTY: None if states is None else [assignment_state_json(e) for e in states],
    }
    return {name: value for name, value in known.items() if name in user.stated}


def _parse_state(entry: Mapping[str, Any]) -> LicenseAssignmentState:
    group = entry.get("assignedByGroup")
    error = text_of(entry, "error")
    return LicenseAssignmentState(
        sku_id=guid(entry.get("skuId"), "skuId"),
        assigned_by_group=None if group is None or group == "" else guid(group, "assignedByGroup"),
        disabled_plans=_plans(entry.get("disabledPlans")),
        state=state_of(entry.get("state")),
        # Some answers show the string "None" where others show null; an error is one word, and `Other` is Graph's own.
        error=None if error is None or error.casefold() in ("", "none") else error if error.isalnum() else "Other",
        since=instant(entry.get("lastUpdatedDateTime"), "lastUpdatedDateTime"),
    )


def _objects(value: object, name: str) -> Sequence[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise GraphValueError(name, value)
    return value


def _plans(value: object) -> frozenset[str]:
    if value is None or value == []:
        return frozenset()
    if not isinstance(value, list):
        raise GraphValueError("disabledPlans", value)
    return frozenset(guid(plan, "disabledPlans") for plan in value)


def _optional(entry: Mapping[str, Any], name: str, read: Callable[[object, str], T]) -> T | None:
    value = entry.get(name)
    return None if value is None or value == "" else read(value, name)


def text_of(entry: Mapping[str, Any], name: str) -> str | None:
    """The text of a property, None for null or absent; GraphValueError for another type, or what no store keeps."""
    value = entry.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not is_storable(value):
        raise GraphValueError(name, value)
    return value


def flag_of(entry: Mapping[str, Any], name: str) -> bool | None:
    """True or false of a property, None for null or absent; GraphValueError for another type."""
    value = entry.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise GraphValueError(name, value)


def _location(value: object, name: str) -> str:
    if isinstance(value, str) and len(value) == 2 and value.isascii() and value.isalpha():
        return value.upper()
    raise GraphValueError(name, value)


def _user_type(value: object, name: str) -> str:
    word = value.casefold() if isinstance(value, str) else ""
    if word not in ("member", "guest"):
        raise GraphValueError(name, value)
    return word.capitalize()


def last_sign_in(value: object) -> Instant | None:
    """The latest sign-in that signInActivity states, by a person or by an app for it; None for never.

    GraphValueError for another shape.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise GraphValueError(SIGN_IN_PROPERTY, value)
    moments = [moment for name in SIGN_IN_MOMENTS if (moment := instant(value.get(name), name)) is not None]
    latest = max(moments, default=0)
    # Some answers write the year 1 for "never".
    return latest if latest > 0 else None
