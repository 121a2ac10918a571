"""The places of the demo tenant: which index has which shape, made ready to build rows from.

Never depends on how many users are asked for: index 12 has the same place in every tenant of one seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from licentia.domain.instants import DAY, SECOND, Instant
from licentia.importing.demo.cases import BLOCK_PURCHASES, CAST, CAST_PURCHASES, PATTERN
from licentia.importing.demo.fact_tables import (
    LOCATIONS,
    NO_DEVICES,
    NO_LOCATIONS,
    OFFICE_DEVICES,
    SYNCS,
    Drives,
    Mailboxes,
    departments,
    drive_tables,
    mailbox_tables,
    sign_in_tables,
)
from licentia.importing.demo.groups import Group
from licentia.importing.demo.hashing import stream
from licentia.importing.demo.products import Product
from licentia.importing.demo.shapes import Grant, Purchase, Role, Shape, Sync
from licentia.importing.rows import LicenseRow

SINCE_DAYS: Final = (4, 11, 23, 38, 61, 90, 125, 170, 210, 260, 310, 365, 430, 500, 600, 700)
"""How many days ago licenses were assigned; four bits pick one."""
BUYERS_SINCE: Final = 8
"""Whoever has a seat of a purchase is one of the older half: nobody buys before joining."""
_CLOUD_ROLES: Final = frozenset((Role.GUEST, Role.EMERGENCY))


@dataclass(frozen=True, slots=True)
class Slot:
    """A shape made ready: every table to pick from, and the licenses for each of the sixteen dates."""

    role: Role
    is_person: bool
    is_enabled: bool
    has_phone_number: bool
    licenses: tuple[tuple[LicenseRow, ...], ...]
    bought: tuple[Grant, ...]
    mailboxes: Mailboxes
    drives: Drives
    sign_ins: tuple[int | None, ...]
    departments: tuple[str | None, ...]
    locations: tuple[str | None, ...]
    devices: tuple[int, ...]
    syncs: tuple[bool | None, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an index falls: its slot, its block (-1 for the fixed cases) and its number among its role."""

    slot: Slot
    block: int
    ordinal: int


class Places:
    """The fixed cases, then the pattern in an order of this seed, over and over."""

    def __init__(self, seed: int, now: Instant, group_ref: Callable[[Group], str]) -> None:
        pattern = list(PATTERN)
        stream(seed, "pattern").shuffle(pattern)
        self._pattern_shapes = tuple(pattern)
        compiled = _compiled(seed, now, group_ref)
        self._cast = tuple((compiled[shape], ordinal) for shape, ordinal in _numbered(CAST))
        self._pattern = tuple((compiled[shape], ordinal) for shape, ordinal in _numbered(pattern))
        self._in_cast = Counter(shape.role for shape in CAST)
        self._in_pattern = Counter(shape.role for shape in pattern)

    def place(self, index: int) -> Place:
        """Where an index falls."""
        if index < len(CAST):
            slot, ordinal = self._cast[index]
            return Place(slot, -1, ordinal)
        slot, block = self.slot(index)
        ordinal = self._pattern[(index - len(CAST)) % len(PATTERN)][1]
        return Place(slot, block, self._in_cast[slot.role] + block * self._in_pattern[slot.role] + ordinal)

    def slot(self, index: int) -> tuple[Slot, int]:
        """The slot and block of an index: what most users need, without the price of a place."""
        if index < len(CAST):
            return self._cast[index][0], -1
        block, at = divmod(index - len(CAST), len(PATTERN))
        return self._pattern[at][0], block

    def consumed(self, count: int) -> Counter[Product]:
        """Seats of the organization in use among the first `count` users, counted without making them."""
        seats: Counter[Product] = Counter()
        for shape in CAST[:count]:
            seats.update(shape.pooled_products)
        blocks, rest = divmod(max(0, count - len(CAST)), len(PATTERN))
        for at, shape in enumerate(self._pattern_shapes):
            times = blocks + (at < rest)
            for product in shape.pooled_products:
                seats[product] += times
        return seats

    def purchases(self, count: int) -> Iterator[tuple[int, Purchase, int]]:
        """Number, purchase and index of the buyer of each purchase by one of the first `count` users."""
        yield from _made(-1, CAST_PURCHASES, _first_holders(CAST), 0, count)
        holders = _first_holders(self._pattern_shapes)
        for start in range(len(CAST), count, len(PATTERN)):
            yield from _made((start - len(CAST)) // len(PATTERN), BLOCK_PURCHASES, holders, start, count)


def purchase_number(block: int, purchase: int) -> int:
    """The number of a purchase in the whole tenant, from its block and its number there."""
    return purchase if block < 0 else len(CAST_PURCHASES) + block * len(BLOCK_PURCHASES) + purchase


def purchase_of(block: int, purchase: int) -> Purchase:
    """The purchase with a number in its block."""
    return (CAST_PURCHASES if block < 0 else BLOCK_PURCHASES)[purchase]


def bought_at(purchase: Purchase, now: Instant) -> Instant:
    """When a purchase was made."""
    return now - purchase.bought_days_ago * DAY - 5_400 * SECOND


def _made(
    block: int, purchases: tuple[Purchase, ...], holders: dict[int, int], start: int, count: int
) -> Iterator[tuple[int, Purchase, int]]:
    for number, purchase in enumerate(purchases):
        buyer = start + holders[number]
        if buyer < count:
            yield purchase_number(block, number), purchase, buyer


def _first_holders(shapes: tuple[Shape, ...]) -> dict[int, int]:
    """By number of a purchase: where its first holder, the buyer, stands."""
    found: dict[int, int] = {}
    for at, shape in enumerate(shapes):
        for grant in shape.grants:
            if grant.purchase is not None:
                found.setdefault(grant.purchase, at)
    return found


def _numbered(shapes: tuple[Shape, ...] | list[Shape]) -> Iterator[tuple[Shape, int]]:
    """Each shape with its number among the shapes of its role."""
    seen: Counter[Role] = Counter()
    for shape in shapes:
        yield shape, seen[shape.role]
        seen[shape.role] += 1


def _compiled(seed: int, now: Instant, group_ref: Callable[[Group], str]) -> dict[Shape, Slot]:
    mailboxes, drives, sign_ins = mailbox_tables(seed), drive_tables(seed), sign_in_tables(seed)

    def slot(shape: Shape) -> Slot:
        return Slot(
            role=shape.role,
            is_person=shape.role.is_person,
            is_enabled=not shape.is_blocked,
            has_phone_number=shape.has_phone_number,
            licenses=tuple(_licenses(shape, days, now, group_ref) for days in SINCE_DAYS),
            bought=tuple(grant for grant in shape.grants if grant.purchase is not None),
            mailboxes=mailboxes[shape.mailbox_box],
            drives=drives[shape.drive_disk],
            sign_ins=sign_ins[shape.sign_ins],
            departments=departments(shape.role),
            locations=LOCATIONS if shape.has_location else NO_LOCATIONS,
            devices=OFFICE_DEVICES if shape.has_office_apps else NO_DEVICES,
            syncs=SYNCS[Sync.CLOUD if shape.role in _CLOUD_ROLES else shape.sync],
        )

    return {shape: slot(shape) for shape in {*CAST, *PATTERN}}


def _licenses(shape: Shape, days: int, now: Instant, group_ref: Callable[[Group], str]) -> tuple[LicenseRow, ...]:
    """The licenses that are not bought; each next one came later than the one before."""
    granted = [grant for grant in shape.grants if grant.purchase is None]
    return tuple(
        LicenseRow(
            grant.product.sku_id,
            grant.kind,
            None if grant.group is None else group_ref(grant.group),
            grant.disabled,
            grant.state,
            grant.error,
            now - days * DAY // (place + 1) - 7_200 * SECOND,
        )
        for place, grant in enumerate(granted)
    )
