"""Mailboxes whose grace period ends in 30 days: how many on which day, as bars of SVG attributes and as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from licentia.domain.facts import ClockKind
from licentia.domain.instants import Instant, from_datetime, to_datetime
from licentia.store.lists import clocks
from licentia.web.desk import Desk
from licentia.words.language import gettext as _

DAYS, WEEK = 31, 7
"""A mailbox of which the license goes now ends on the thirtieth day after today."""
STEP, WIDE, TALL, FLOOR = 12, 9, 96, 116
"""Of a bar: how far from the one before, how wide, how tall at most, and where it stands."""


@dataclass(frozen=True, slots=True)
class Day:
    """So many end on this day; places are in the drawing's own units."""

    label: str
    short: str
    """Below the drawing; only today and every seventh day from then on."""
    count: int
    mailboxes: str
    is_week: bool
    x: int
    y: int
    height: int
    middle: int


@dataclass(frozen=True, slots=True)
class Endings:
    """The days, how many end on all of them, and the first end of all."""

    days: tuple[Day, ...]
    total: str
    next_at: Instant | None

    @property
    def some(self) -> tuple[Day, ...]:
        """The days on which any end."""
        return tuple(day for day in self.days if day.count)


def midnights(desk: Desk) -> list[Instant]:
    """When today and the days to come begin in the tenant's zone, one more than are drawn."""
    zone = ZoneInfo(desk.text.zone)
    today = to_datetime(desk.now).astimezone(zone).date()
    begin = [datetime.combine(today + timedelta(days=n), datetime.min.time(), zone) for n in range(DAYS + 1)]
    return [from_datetime(one) for one in begin]


def endings(desk: Desk) -> Endings:
    """What the drawing and its table show."""
    edges = midnights(desk)
    counts = clocks.per_day(desk.tenant_id, ClockKind.MAILBOX_PURGE, [0, *edges[1:]])
    most = max(counts)
    days = tuple(_day(desk, n, edges[n], count, most) for n, count in enumerate(counts))
    total = sum(min(count, clocks.CAP) for count in counts)
    return Endings(
        days,
        _more(desk, total, is_more=most > clocks.CAP),
        clocks.next_end(desk.tenant_id, ClockKind.MAILBOX_PURGE),
    )


def _day(desk: Desk, number: int, at: Instant, count: int, most: int) -> Day:
    height = max(2 if count else 0, round(TALL * count / most)) if most else 0
    x = number * STEP + 2
    short = "" if number % WEEK else _("today") if number == 0 else desk.text.day(at)
    said = _more(desk, min(count, clocks.CAP), is_more=count > clocks.CAP)
    return Day(desk.text.date(at), short, count, said, number < WEEK, x, FLOOR - height, height, x + WIDE // 2)


def _more(desk: Desk, count: int, *, is_more: bool) -> str:
    n = desk.text.n(count)
    return _("more than {n}").format(n=n) if is_more else n
