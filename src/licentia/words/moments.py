"""Moments as people write them: a date and time of the tenant, or so much from now."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from licentia.domain.instants import DAY, SECOND, Instant, from_datetime
from licentia.domain.reasons import BadInput


def moment_of(text: str, now: Instant, time_zone: str) -> Instant:
    """The instant meant: +31d, +12h, +30m from now, or a date and time in the tenant's zone; BadInput `bad_moment`."""
    step = re.fullmatch(r"\+(\d{1,5})([dhm])", text.strip())
    if step:
        return now + int(step[1]) * {"d": DAY, "h": 3_600 * SECOND, "m": 60 * SECOND}[step[2]]
    try:
        moment = datetime.fromisoformat(text.strip())
        return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(time_zone)))
    except (ValueError, OverflowError):
        raise BadInput("bad_moment", text=text) from None
