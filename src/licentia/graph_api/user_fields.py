"""A body about a user or a group as the fields of a door: known names only; what each may be is the door's to say."""

from __future__ import annotations

from collections.abc import Mapping

from licentia.graph_api.reading import bad, by_key
from licentia.wire.entities import USER, Entity
from licentia.wire.user_fields import USER_FIELDS, USER_IGNORED, USER_REQUIRED

Fields = dict[str, object]


def created(body: Mapping[str, object]) -> Fields:
    """The fields of a new user; GraphRefused when one that it must have is missing."""
    given = by_key(body)
    for name in USER_REQUIRED:
        if given.get(name.casefold()) in (None, ""):
            raise bad(f"A value is required for property '{name}' of resource 'User'.")
    if not isinstance(given["passwordprofile"], dict):
        raise bad("Invalid value specified for property 'passwordProfile' of resource 'User'.")
    return fields(given, USER, USER_FIELDS, USER_IGNORED | {"id"})


def updated(body: Mapping[str, object]) -> tuple[Fields, bool]:
    """The fields that a change names, and whether there is a new password, which is not kept."""
    given = by_key(body)
    return fields(given, USER, USER_FIELDS, USER_IGNORED), isinstance(given.get("passwordprofile"), dict)


def fields(given: Mapping[str, object], entity: Entity, columns: Mapping[str, str], ignored: frozenset[str]) -> Fields:
    """By the store's name, the value of each property; GraphRefused for one that is none, or cannot be set."""
    found: Fields = {}
    for key, value in given.items():
        if key in ignored:
            continue
        known = entity.by_key.get(key)
        if known is None:
            raise bad(f"Property '{key[:60]}' does not exist on type 'microsoft.graph.{entity.name}'.")
        column = columns.get(known.name)
        if column is None:
            raise bad(f"Property '{known.name}' is read-only and cannot be set.")
        found[column] = value
    return found
