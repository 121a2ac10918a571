"""Dates, numbers and sizes as the reader's language writes them.

Values in, text out; no sentence and no rule is here.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from licentia.domain.instants import Instant, to_datetime

_DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "nl": ("ma", "di", "wo", "do", "vr", "za", "zo"),
}
_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "nl": ("jan.", "feb.", "mrt.", "apr.", "mei", "jun.", "jul.", "aug.", "sep.", "okt.", "nov.", "dec."),
}


def date(instant: Instant, language: str, time_zone: str) -> str:
    """ "Wed 23 Dec 2026", "wo 23 dec. 2026": the date in the tenant's zone."""
    moment = to_datetime(instant).astimezone(ZoneInfo(time_zone))
    day, month = _DAYS[language][moment.weekday()], _MONTHS[language][moment.month - 1]
    return f"{day} {moment.day} {month} {moment.year}"


def day(instant: Instant, language: str, time_zone: str) -> str:
    """ "23 Dec", "23 dec.": a day of the weeks to come, under a drawing."""
    moment = to_datetime(instant).astimezone(ZoneInfo(time_zone))
    return f"{moment.day} {_MONTHS[language][moment.month - 1]}"


def date_time(instant: Instant, language: str, time_zone: str) -> str:
    """The date with the time, 24 hours, in the tenant's zone."""
    moment = to_datetime(instant).astimezone(ZoneInfo(time_zone))
    return f"{date(instant, language, time_zone)} {moment:%H:%M}"


def number(value: int, language: str) -> str:
    """ "1,184" or "1.184"."""
    text = f"{value:,}"
    return text.replace(",", ".") if language == "nl" else text


def size(value: int, language: str) -> str:
    """ "18.4 GB" or "18,4 GB" (of 1,073,741,824 bytes, as the admin center shows them)."""
    text = f"{value / 1_073_741_824:.1f} GB"
    return text.replace(".", ",") if language == "nl" else text
