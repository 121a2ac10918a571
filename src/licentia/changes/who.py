"""Who a plan is for: the stored selection and its expansion into user ids, chunk by chunk, sorted by id.

A selection is kept with the plan, so that at apply the difference can be shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from licentia.domain.userfilter import Listed
from licentia.odata.filters import parse_filter
from licentia.store import clock
from licentia.store.lists import filtered, finders, selecting

CHUNK = 5_000
"""Steps per chunk: large enough that one durable commit costs little, small enough that others wait briefly."""

WhoKind = Literal[
    "users", "file", "filter", "everyone", "plan", "members", "found", "listed", "purchase", "subscription"
]


@dataclass(frozen=True, slots=True)
class Who:
    """A selection: named users or a file (their ids), a $filter, everyone who holds a product directly, a plan's users,
    the members of a group, what a finder finds, what the filters of a list mean, or who has a product through a
    self-service purchase."""

    kind: WhoKind
    text: str = ""
    """The filter, the file's name, the product's sku, the plan's or group's number, the finder or the list as JSON.

    `subscription` is nobody: the subscription's number.
    """
    ids: tuple[int, ...] = ()
    """For `users` and `file`: the users, resolved; never stored, the steps are."""

    def to_text(self) -> str:
        """The selection as a plan stores it."""
        return json.dumps({"kind": self.kind, "text": self.text}, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Who:
        """A stored selection, without ids."""
        fields = json.loads(text)
        return cls(fields["kind"], fields["text"])


def chunks(tenant_id: int, who: Who, product_id: int | None) -> Iterator[list[int]]:
    """The selected users' ids, each once, ascending, at most CHUNK at a time; deleted users are left out."""
    if who.kind in ("users", "file"):
        ids = sorted(set(who.ids))
        for start in range(0, len(ids), CHUNK):
            yield ids[start : start + CHUNK]
        return
    last = 0
    while True:
        found = _next(tenant_id, who, product_id, last)
        if found:
            yield found
        if len(found) < CHUNK:
            return
        last = found[-1]


def _next(tenant_id: int, who: Who, product_id: int | None, last: int) -> list[int]:
    if who.kind == "everyone":
        assert product_id is not None
        return selecting.direct_holders(tenant_id, product_id, last, CHUNK)
    if who.kind == "members":
        return selecting.members(tenant_id, int(who.text), last, CHUNK)
    if who.kind == "found":
        finder = json.loads(who.text)
        now = clock.tenant_now(tenant_id)
        return finders.user_ids(tenant_id, finder["kind"], finder["params"], now, last, CHUNK)
    if who.kind == "listed":
        return filtered.ids(tenant_id, Listed.from_text(who.text), clock.tenant_now(tenant_id), last, CHUNK)
    return selecting.matching(tenant_id, parse_filter(who.text), last, CHUNK)
