"""What the subscriptions of a tenant do by themselves up to an instant: every event in order, each at its own instant.

Pure values: one event after another by `subscriptions.step`; never looks further than it is told.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from licentia.domain.instants import Instant
from licentia.domain.subscriptions import Around, Event, Subscription, next_event, step

PoolKey = tuple[str, int]
"""Product, and self-service purchase (0: the organization's)."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of one subscription, with what it was before and is after."""

    before: Subscription
    after: Subscription
    event: Event


def live(
    subscriptions: Iterable[Subscription], consumed: Mapping[PoolKey, int], until: Instant, most: int
) -> list[Happened]:
    """Everything that happens at or before `until`, by instant and then number; at most `most` events.

    `subscriptions` are all those of the pools they are in: what one gives up decides whether another is over (R-121).
    """
    now = {one.id: one for one in subscriptions}
    owned: dict[PoolKey, int] = defaultdict(int)
    for one in now.values():
        owned[_pool(one)] += _seats(one)
    waiting = [(event.at, one.id) for one in now.values() if (event := next_event(one))]
    heapq.heapify(waiting)
    found: list[Happened] = []
    while waiting and waiting[0][0] <= until and len(found) < most:
        _, number = heapq.heappop(waiting)
        before = now[number]
        pool = _pool(before)
        after, event = step(before, Around(consumed.get(pool, 0), owned[pool] - _seats(before)))
        owned[pool] += _seats(after) - _seats(before)
        now[number] = after
        found.append(Happened(before, after, event))
        following = next_event(after)
        if following is not None:
            heapq.heappush(waiting, (following.at, number))
    return found


def around(one: Subscription, pool: Iterable[Subscription], consumed: int) -> tuple[Around, int]:
    """The rest of the subscription's pool now, and the others' seats once their own renewals have been."""
    others = [other for other in pool if other.id != one.id and _pool(other) == _pool(one) and other.is_assignable]
    seats = sum(other.seats for other in others)
    return Around(consumed, seats), sum(min(other.seats, other.next_seats) for other in others)


def _pool(one: Subscription) -> PoolKey:
    return one.sku_id, one.purchase_id


def _seats(one: Subscription) -> int:
    return one.seats if one.is_assignable else 0
