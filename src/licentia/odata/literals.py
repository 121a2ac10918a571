"""The values a $filter can name, as text and as Python values: strings, numbers, GUIDs, dates, instants.

Never knows the column a value is compared with; never guesses a time zone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

Value = str | bool | int | Decimal | UUID | datetime | date | None

CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
MAX_DIGITS = 34
MAX_EXPONENT = 308

_GUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,99}(?:\.[0-9]{1,99}(?:[Ee][+-]?[0-9]{1,3})?|[Ee][+-]?[0-9]{1,3})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.([0-9]{1,12}))?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_INT64 = 2**63


def parse_bare(text: str) -> Value:
    """Return the GUID, 64-bit integer, decimal, date or UTC instant that a literal without quotes stands for.

    Raises ValueError for anything else, an instant without an offset included: nobody can say when it is.
    """
    if _GUID.fullmatch(text):
        return UUID(text)
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _DATE.fullmatch(text):
        return date.fromisoformat(text)
    if found := _INSTANT.fullmatch(text):
        return _instant(*found.groups())
    if _DECIMAL.fullmatch(text):
        return _decimal(text)
    raise ValueError(text)


def literal_text(value: Value) -> str:
    """Return a value as a filter writes it: quoted string, bare GUID, UTC instant ending in Z."""
    match value:
        case None | bool():
            return next(text for text, constant in CONSTANTS.items() if constant is value)
        case str():
            return "'" + value.replace("'", "''") + "'"
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
        case Decimal():
            text = str(value)
            return f"{text}e0" if text.lstrip("-").isdigit() else text
        case _:
            return str(value)


def _integer(text: str) -> int:
    number = int(text)
    if not -_INT64 <= number < _INT64:
        raise ValueError(text)
    return number


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if len(number.as_tuple().digits) > MAX_DIGITS or abs(number.adjusted()) > MAX_EXPONENT:
        raise ValueError(text)
    return number


def _instant(day: str, time: str, fraction: str | None, offset: str) -> datetime:
    """Graph writes seven decimals, Python keeps six: the rest is cut, never rounded into the next second."""
    micro = f".{fraction[:6]:0<6}" if fraction else ""
    seconds = "" if time.count(":") == 2 else ":00"
    try:
        return datetime.fromisoformat(f"{day}T{time}{seconds}{micro}{offset.upper()}").astimezone(UTC)
    except OverflowError as error:  # the first or last day of the calendar, moved across its edge by the offset
        raise ValueError(day) from error
