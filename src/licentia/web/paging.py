"""Pages of a list by key: where the next and the previous one begin, as words of the address. No page numbers, no OFFSET."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands: after a key or before one, and the number of its first row, as far as it is known."""

    after: Key | None = None
    before: Key | None = None
    first: int = 1


def place_of(query: Mapping[str, str]) -> Place:
    """The place that an address names; the beginning where it names none that can be read."""
    after, before = _read(query.get("after", "")), _read(query.get("before", ""))
    given = query.get("first", "1")
    first = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 1
    return Place(after, None if after else before, first) if after or before else Place()


def link(query: Mapping[str, str], **place: object) -> str:
    """The same list at another place: `?q=…&after=…&first=51`."""
    rest = {name: value for name, value in query.items() if name not in ("after", "before", "first") and value}
    return "?" + urlencode(rest | {name: str(value) for name, value in place.items()})


def written(key: Key) -> str:
    """A key as a word of an address."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _read(text: str) -> Key | None:
    if not text or len(text) > 2_000:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        return None
    match found:
        case [str() as name, int() as number] if abs(number) < 1 << 62 and _is_text(name):
            return name, number
    return None


def _is_text(name: str) -> bool:
    """Whether a database takes it: no NUL, no half of a pair."""
    return "\x00" not in name and not any("\ud800" <= letter <= "\udfff" for letter in name)
