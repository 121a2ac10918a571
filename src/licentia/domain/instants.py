"""Instants: whole microseconds since 1970-01-01 UTC, the one form of time inside the house.

Never reads a clock and never knows a zone other than UTC; edges make dates of it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

Instant = int

SECOND = 1_000_000
DAY = 86_400 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def from_datetime(moment: datetime) -> Instant:
    """The instant of an aware datetime; a naive one is refused with ValueError."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime names no instant")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def to_datetime(instant: Instant) -> datetime:
    """The aware UTC datetime of an instant."""
    return _EPOCH + timedelta(microseconds=instant)


def to_iso(instant: Instant) -> str:
    """ISO 8601 UTC with Z, seconds precision, as Graph writes it."""
    return to_datetime(instant).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_iso(text: str) -> Instant:
    """The instant of an ISO 8601 text; without a zone it is taken as UTC; ValueError when it is none."""
    moment = datetime.fromisoformat(text.strip())
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
