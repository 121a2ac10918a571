"""What a Graph request costs, and how full a bucket is: limits for identity and access (licensing facts 8).

Pure: the time is an argument, in microseconds; whoever keeps buckets also locks them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SECOND: Final = 1_000_000
COSTS: Final = {
    "users.list": 2,
    "skus.list": 3,
    "groups.members": 3,
    "groups.transitive_members": 5,
    "users.licenses": 2,
    "users.member_of": 2,
}
"""Resource units of reads; every other read and every write costs 1."""

FEW: Final = 20
WARN_AT: Final = 0.8


class Size(StrEnum):
    """Classes of tenants by users: below 50, to 500, above."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


UNITS: Final = {Size.SMALL: 3_500, Size.MEDIUM: 5_000, Size.LARGE: 8_000}
"""Resource units per program and tenant in `UNIT_SECONDS`."""
UNIT_SECONDS: Final = 10
APP_WRITES, APP_WRITE_SECONDS = 3_000, 150
TENANT_WRITES, TENANT_WRITE_SECONDS = 18_000, 300


def size_of(users: int) -> Size:
    """The class of a tenant with so many users; who counts may stop at 501."""
    if users < 50:
        return Size.SMALL
    return Size.MEDIUM if users <= 500 else Size.LARGE


def cost(operation: str, *, is_write: bool, select: bool, top: int | None, expand: bool) -> int:
    """Resource units: the base, less for `$select` and for few, more for `$expand`; never below 1."""
    if is_write:
        return 1
    few = top is not None and top < FEW
    return max(1, COSTS.get(operation, 1) - int(select) - int(few) + int(expand))


@dataclass(frozen=True, slots=True)
class Bucket:
    """So much fits in, refilled evenly over `seconds`; `level` is what is left, as it was at `at`."""

    capacity: int
    seconds: int
    level: float
    at: int

    @classmethod
    def full(cls, capacity: int, seconds: int, now: int) -> Bucket:
        """One that nobody drew from yet."""
        return cls(capacity, seconds, float(capacity), now)

    def at_moment(self, now: int) -> Bucket:
        """Refilled up to now; a clock that jumps back takes nothing out."""
        passed = max(0, now - self.at) / SECOND
        level = min(float(self.capacity), self.level + passed * self.capacity / self.seconds)
        return Bucket(self.capacity, self.seconds, level, max(now, self.at))

    def draw(self, amount: int) -> Bucket | None:
        """What is left after drawing; None when there is not enough, and nothing is drawn."""
        if amount > self.level:
            return None
        return Bucket(self.capacity, self.seconds, self.level - amount, self.at)

    def wait_seconds(self, amount: int) -> int:
        """Whole seconds until so much is there; 1 at least."""
        missing = max(0.0, amount - self.level)
        return max(1, math.ceil(missing * self.seconds / self.capacity))

    @property
    def share(self) -> float:
        """How much of it is used: 0 to 1."""
        return 1 - self.level / self.capacity


@dataclass(frozen=True, slots=True)
class Buckets:
    """Those of one program in one tenant, and the tenant's own, which all its programs share."""

    units: Bucket
    writes: Bucket
    tenant_writes: Bucket


@dataclass(frozen=True, slots=True)
class Limited:
    """Which limit was met: its scope and information as the headers say them, and how long to wait."""

    scope: str
    information: str
    retry_after: int


def full(size: Size, now: int) -> Buckets:
    """Buckets of a program that begins."""
    return Buckets(
        Bucket.full(UNITS[size], UNIT_SECONDS, now),
        Bucket.full(APP_WRITES, APP_WRITE_SECONDS, now),
        Bucket.full(TENANT_WRITES, TENANT_WRITE_SECONDS, now),
    )


def draw(buckets: Buckets, units: int, *, is_write: bool, now: int) -> tuple[Buckets, Limited | None]:
    """The buckets afterwards, and the limit that was met: then nothing was drawn."""
    now_units, now_writes = buckets.units.at_moment(now), buckets.writes.at_moment(now)
    now_tenant = buckets.tenant_writes.at_moment(now)
    present = Buckets(now_units, now_writes, now_tenant)
    drawn_units = now_units.draw(units)
    if drawn_units is None:
        wait = now_units.wait_seconds(units)
        return present, Limited("Tenant_Application/ReadWrite", "ResourceUnitLimitExceeded", wait)
    if not is_write:
        return Buckets(drawn_units, now_writes, now_tenant), None
    drawn_writes, drawn_tenant = now_writes.draw(1), now_tenant.draw(1)
    if drawn_writes is None:
        return present, Limited("Tenant_Application/Write", "WriteLimitExceeded", now_writes.wait_seconds(1))
    if drawn_tenant is None:
        return present, Limited("Tenant/Write", "WriteLimitExceeded", now_tenant.wait_seconds(1))
    return Buckets(drawn_units, drawn_writes, drawn_tenant), None


def percentage(buckets: Buckets, *, is_write: bool) -> str | None:
    """What `x-ms-throttle-limit-percentage` says: the fullest limit, where more than 0.8 of it is used."""
    shares = [buckets.units.share]
    if is_write:
        shares += [buckets.writes.share, buckets.tenant_writes.share]
    most = max(shares)
    return f"{most:.2f}" if most > WARN_AT else None
