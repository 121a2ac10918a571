"""Bodies of requests, read: GUIDs, texts, flags and lists as Graph takes them; names in any letter case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from licentia.graph_api.asking import Ask
from licentia.graph_api.errors import GraphRefused
from licentia.wire.errors import BAD_REQUEST, MISSING_PARAMETERS
from licentia.wire.graph_users import is_guid, shown

NOT_A_GUID: Final = (
    "Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner exception for more details."
)

Licenses = tuple[tuple[tuple[str, frozenset[str]], ...], frozenset[str]]


def bad(message: str) -> GraphRefused:
    """The request cannot be understood."""
    return GraphRefused(400, BAD_REQUEST, message)


def by_key(body: Mapping[str, object]) -> dict[str, object]:
    """The body's members by case-folded name, without annotations."""
    return {name.casefold(): value for name, value in body.items() if not name.startswith("@")}


def guid(value: object) -> str:
    """The GUID in lower case; GraphRefused with Graph's sentence."""
    if isinstance(value, str) and is_guid(text := value.strip().lower()):
        return text
    raise bad(NOT_A_GUID)


def guids(value: object) -> frozenset[str]:
    """A list of GUIDs; null is none."""
    if value is None:
        return frozenset()
    if not isinstance(value, list):
        raise bad(NOT_A_GUID)
    return frozenset(guid(one) for one in value)


def licenses(ask: Ask) -> Licenses:
    """(added products with exactly these plans off, removed products) of an assignLicense; both arrays must be there.

    A product added without `disabledPlans` has everything on: only here absent means that (I-8).
    """
    body = by_key(ask.json())
    missing = [name for name in ("addLicenses", "removeLicenses") if not isinstance(body.get(name.casefold()), list)]
    if missing:
        raise bad(MISSING_PARAMETERS.message(names=", ".join(missing)))
    added: dict[str, frozenset[str]] = {}
    entries = body["addlicenses"]
    assert isinstance(entries, list)
    for entry in entries:
        if not isinstance(entry, dict):
            raise bad("An entry of addLicenses is not an object.")
        fields = by_key(entry)
        sku = guid(fields.get("skuid"))
        if sku in added:
            raise bad(f"License {sku} is in addLicenses more than once.")
        added[sku] = guids(fields.get("disabledplans"))
    return tuple(added.items()), guids(body["removelicenses"])


def object_id(value: object) -> str:
    """The object id at the end of an @odata.id or @odata.bind, whatever the client believes the server is called."""
    text = str(value).strip().rstrip("/")
    last = text.rpartition("/")[2].lower()
    if isinstance(value, str) and is_guid(last):
        return last
    raise bad(f"Invalid URL format specified in request: '{shown(value)}'.")


def reference(ask: Ask) -> str:
    """The object id that a $ref body names."""
    return object_id(ask.json().get("@odata.id"))
