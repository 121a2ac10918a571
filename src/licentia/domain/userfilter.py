"""Which active users a list shows: the words of its search box and its filters, as values; and a selection made of them.

Pure values. What a filter means in a store is `store.lists.user_filters`; how it is said, `words.filters`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from licentia.domain.reasons import BadInput

MOST_DAYS = 3_650
LONGEST_SEARCH = 200
_SKU = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

ON = ("1",)
"""The value of a filter that is on or not there."""

VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "product": (),
    "path": ("direct", "group"),
    "signin": ("never", "unknown"),
    "blocked": ON,
    "unlicensed": ON,
    "grace": ON,
    "selfservice": ON,
    "source": ("synced", "cloud"),
    "guest": ON,
    "nolocation": ON,
    "error": ON,
}
"""Every filter by its name in an address, and what it may be; a product is a SKU id, `signin` a number of days too."""


@dataclass(frozen=True, slots=True)
class UserFilter:
    """What is looked for: everybody for whom all of it is known to be so. A product says which license the path,
    `selfservice` and `error` speak of; without one they speak of any."""

    search: str = ""
    chosen: tuple[tuple[str, str], ...] = ()
    """(name, value), each name once, in the order of VALUES."""

    def __bool__(self) -> bool:
        return bool(self.search or self.chosen)

    def value(self, name: str) -> str | None:
        """What the filter of this name is; None where it is not chosen."""
        return dict(self.chosen).get(name)

    @property
    def days(self) -> int | None:
        """Days without a sign-in, at least."""
        found = self.value("signin")
        return int(found) if found is not None and found.isdigit() else None


def user_filter(given: Mapping[str, str]) -> UserFilter:
    """The filter that the words of an address name; names that are no filter say nothing.

    BadInput `bad_user_filter` for a value that a filter can't have: a list of everybody instead would be taken for the answer.
    """
    chosen = []
    for name in VALUES:
        value = given.get(name, "").strip().lower()
        if not value:
            continue
        if not _may_be(name, value):
            raise BadInput("bad_user_filter", name=name, value="".join(filter(str.isprintable, value[:40])))
        chosen.append((name, str(int(value)) if value.isdigit() else value))
    return UserFilter(given.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH], tuple(chosen))


def _may_be(name: str, value: str) -> bool:
    if name == "product":
        return _SKU.fullmatch(value) is not None
    is_days = (
        name == "signin" and value.isascii() and value.isdigit() and len(value) < 6 and 1 <= int(value) <= MOST_DAYS
    )
    return is_days or value in VALUES[name]


@dataclass(frozen=True, slots=True)
class Listed:
    """Everybody whom a filter means and these users too, without those."""

    wanted: UserFilter
    also: tuple[int, ...] = ()
    without: tuple[int, ...] = ()

    def to_text(self) -> str:
        """Canonical text, as the selection of a plan keeps it."""
        fields = {"q": self.wanted.search} | dict(self.wanted.chosen)
        found = {"filter": fields, "also": self.also, "without": self.without}
        return json.dumps(found, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Listed:
        """The selection that a text keeps."""
        fields = json.loads(text)
        return cls(user_filter(fields["filter"]), tuple(fields["also"]), tuple(fields["without"]))
