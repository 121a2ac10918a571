"""Costs and buckets are those of Microsoft's page on throttling limits (licensing facts 8)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licentia.wire import throttling
from licentia.wire.throttling import SECOND, Bucket, Size

READS = [
    ("users.list", False, None, False, 2),
    ("users.list", True, None, False, 1),
    ("users.list", False, 10, False, 1),
    ("users.list", True, 10, False, 1),
    ("users.list", False, 20, False, 2),
    ("users.list", False, 999, True, 3),
    ("users.list", True, 10, True, 1),
    ("skus.list", False, None, False, 3),
    ("skus.list", True, None, False, 2),
    ("groups.members", False, None, False, 3),
    ("groups.transitive_members", False, None, False, 5),
    ("users.licenses", False, None, False, 2),
    ("users.member_of", False, None, False, 2),
    ("users.get", False, None, False, 1),
    ("users.get", False, None, True, 2),
    ("organization.get", True, 1, False, 1),
]


@pytest.mark.parametrize(("operation", "select", "top", "expand", "units"), READS)
def test_costs(operation: str, select: bool, top: int | None, expand: bool, units: int) -> None:
    """The base, less one for $select, less one below 20, one more for $expand; a write is always 1."""
    assert throttling.cost(operation, is_write=False, select=select, top=top, expand=expand) == units
    assert throttling.cost(operation, is_write=True, select=select, top=top, expand=expand) == 1


@pytest.mark.parametrize(
    ("users", "size", "units"), [(0, "small", 3500), (49, "small", 3500), (50, "medium", 5000), (500, "medium", 5000)]
)
def test_sizes(users: int, size: str, units: int) -> None:
    """Three classes by users."""
    assert (throttling.size_of(users), throttling.UNITS[Size(size)]) == (size, units)
    assert throttling.UNITS[throttling.size_of(501)] == 8000


def writes(rate: int, seconds: int) -> int:
    """How many of so many writes a second are let through."""
    buckets, done = throttling.full(Size.LARGE, 0), 0
    for n in range(rate * seconds):
        buckets, limited = throttling.draw(buckets, 1, is_write=True, now=n * SECOND // rate)
        done += limited is None
    return done


def test_writes_of_one_program() -> None:
    """3,000 at once, and then 20 a second: 10,000 licenses take six minutes."""
    assert writes(3000, 1) == 3000
    assert writes(30, 300) == 3000 + 299 * 20 + 19
    assert writes(20, 600) == 20 * 600


def test_which_limit() -> None:
    """The headers name it, nothing is drawn, and after the wait it goes on."""
    buckets = throttling.full(Size.SMALL, 0)
    for _ in range(3000):
        buckets, limited = throttling.draw(buckets, 1, is_write=True, now=0)
        assert limited is None
    assert throttling.percentage(buckets, is_write=True) == "1.00"
    same, limited = throttling.draw(buckets, 1, is_write=True, now=0)
    assert same == buckets
    assert limited == throttling.Limited("Tenant_Application/Write", "WriteLimitExceeded", 1)
    _, limited = throttling.draw(buckets, 1, is_write=True, now=SECOND)
    assert limited is None
    for _ in range(500):
        buckets, limited = throttling.draw(buckets, 1, is_write=False, now=0)
        assert limited is None
    _, limited = throttling.draw(buckets, 5, is_write=False, now=0)
    assert limited == throttling.Limited("Tenant_Application/ReadWrite", "ResourceUnitLimitExceeded", 1)


def test_the_tenant_s_own_limit() -> None:
    """Programs that each stay below theirs meet that of the tenant."""
    shared = throttling.full(Size.LARGE, 0).tenant_writes
    done, limited = 0, None
    for _program in range(7):
        buckets = throttling.Buckets(*(getattr(throttling.full(Size.LARGE, 0), n) for n in ("units", "writes")), shared)
        for _ in range(3000):
            buckets, limited = throttling.draw(buckets, 1, is_write=True, now=0)
            done += limited is None
        shared = buckets.tenant_writes
    assert done == 18_000
    assert limited == throttling.Limited("Tenant/Write", "WriteLimitExceeded", 1)


def test_the_warning_begins_at_eight_tenths() -> None:
    """Below that no header."""
    bucket = Bucket.full(100, 10, 0)
    full = throttling.full(Size.SMALL, 0)

    def at(level: float) -> str | None:
        used = Bucket(bucket.capacity, bucket.seconds, level, 0)
        return throttling.percentage(throttling.Buckets(used, full.writes, full.tenant_writes), is_write=False)

    assert (at(20.0), at(19.0), at(0.0)) == (None, "0.81", "1.00")


moments = st.lists(st.integers(0, 100 * SECOND), min_size=1, max_size=60).map(sorted)


@given(moments, st.integers(1, 50), st.integers(1, 20), st.integers(1, 5))
def test_never_more_than_the_limit(moments: list[int], capacity: int, seconds: int, amount: int) -> None:
    """In any stretch of time: what fits, and what was refilled. Who waits as long as told is let through."""
    bucket = Bucket.full(capacity, seconds, 0)
    drawn = []
    for now in moments:
        bucket = bucket.at_moment(now)
        assert 0 <= bucket.level <= capacity
        after = bucket.draw(amount)
        if after is None:
            waited = bucket.at_moment(now + bucket.wait_seconds(amount) * SECOND)
            assert amount > capacity or waited.draw(amount) is not None
            continue
        bucket = after
        drawn.append(now)
    for first, begin in enumerate(drawn):
        for last in range(first, len(drawn)):
            length = (drawn[last] - begin) / SECOND
            assert (last - first + 1) * amount <= capacity + length * capacity / seconds + 1e-6


def test_a_clock_that_jumps_back() -> None:
    """Takes nothing out, and gives nothing twice."""
    bucket = Bucket.full(10, 10, 100 * SECOND).draw(10)
    assert bucket is not None
    assert bucket.at_moment(0).level == 0
    assert bucket.at_moment(0).at_moment(105 * SECOND).level == pytest.approx(5)
