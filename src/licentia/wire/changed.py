"""Which properties of a user or a group a row of the journal changed: what a delta looks at. Pure."""

from __future__ import annotations

import json
from typing import Final

from licentia.wire.user_fields import PROPERTY_OF

LICENSES: Final = frozenset({"assignedLicenses", "licenseAssignmentStates", "assignedPlans", "provisionedPlans"})
EVERYTHING: Final = frozenset({"*"})
NOTHING: Final = frozenset[str]()

_ACCOUNT: Final = {
    "account.enabled": frozenset({"accountEnabled"}),
    "account.sessions": frozenset({"signInSessionsValidFromDateTime"}),
    "account.manager": frozenset({"manager"}),
    "account.deleted": EVERYTHING,
}


def of_user(kind: str, before: str | None, after: str | None) -> frozenset[str]:
    """Graph's names of what the row changed; EVERYTHING for a user that came, went or came back."""
    if kind.startswith("license."):
        return LICENSES
    if kind in ("user.create", "user.import", "user.gone"):
        return EVERYTHING
    if kind == "user.update":
        return _named(before) | _named(after)
    return _ACCOUNT.get(kind, NOTHING)


def of_group(kind: str, before: str | None, after: str | None) -> frozenset[str]:
    """The same of a group."""
    if kind == "group.licenses":
        return frozenset({"assignedLicenses", "licenseProcessingState"})
    if kind in ("group.create", "group.import", "group.delete", "group.restore"):
        return EVERYTHING
    if kind == "group.update":
        old, new = _fields(before), _fields(after)
        return frozenset(
            PROPERTY_OF.get(name, name) for name in old.keys() | new.keys() if old.get(name) != new.get(name)
        )
    return NOTHING


def _fields(text: str | None) -> dict[str, object]:
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}


def _named(text: str | None) -> frozenset[str]:
    return frozenset(PROPERTY_OF.get(name, name) for name in _fields(text))


def object_id_of(text: str | None) -> str | None:
    """The object id in the last words of an object that is gone; None where they name none."""
    found = _fields(text)
    value = found.get("id") or found.get("object_id")
    return value if isinstance(value, str) else None


def group_of(before: str | None, after: str | None) -> int | None:
    """The group that a member entered or left."""
    value = (_fields(after) or _fields(before)).get("group")
    return value if isinstance(value, int) else None
