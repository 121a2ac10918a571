"""Cells to values: user names, object ids, yes and no, dates.

Never takes an empty or ambiguous cell for a fact; an unreadable one raises `CellError`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from licentia.domain.instants import Instant, from_datetime, from_iso
from licentia.wire.graph_users import is_guid, is_storable, shown

_CONCEALED: Final = re.compile(r"[0-9a-fA-F]{32}")
# More than Microsoft allows, less than what only a list, a mail address with a name or a path would hold.
_USER_NAME: Final = re.compile(r"""[^@\s,;:|"<>()\[\]\\]+@[^@\s,;:|"<>()\[\]\\]+""")
_LONGEST_USER_NAME: Final = 1024
_ISO_START: Final = re.compile(r"\d{4}-?\d\d-?\d\d")
_DATE: Final = re.compile(
    r"(?P<first>\d{1,2})(?P<sep>[/.-])(?P<second>\d{1,2})(?P=sep)(?P<year>\d{4})"
    r"(?:,?\s+(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<whole>\d\d))?\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?Z?"
)


class CellError(ValueError):
    """A cell that states nothing readable; `code` and `details` are those of the row error."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def user_name(text: str) -> str:
    """The user principal name; CellError `no_user_name`, `concealed_name` or `bad_user_name` (`text`)."""
    name = text.strip()
    if not name:
        raise CellError("no_user_name")
    if _CONCEALED.fullmatch(name):
        raise CellError("concealed_name", text=shown(name))
    if not _USER_NAME.fullmatch(name) or not name.isprintable() or len(name) > _LONGEST_USER_NAME:
        raise CellError("bad_user_name", text=shown(name))
    return name


def object_id(text: str) -> str | None:
    """The object id in lower case, None for an empty cell; CellError `bad_object_id` (`text`)."""
    found = text.strip().lower()
    if not found:
        return None
    if not is_guid(found):
        raise CellError("bad_object_id", text=shown(text))
    return found


def names_user(text: str) -> bool:
    """Whether the text may be a user's name or object id."""
    return "@" in text or is_guid(text.strip().lower())


def plain(text: str, column: str) -> str | None:
    """The text without outer blanks, None for an empty cell; CellError `bad_value` if no store keeps it."""
    if not is_storable(text):
        raise CellError("bad_value", column=column, text=shown(text))
    return text.strip() or None


def answer(text: str, column: str, known: Mapping[str, bool]) -> bool | None:
    """Yes or no by the known words, None for an empty cell; CellError `bad_value` for another word."""
    word = text.strip().casefold()
    if not word:
        return None
    value = known.get(word)
    if value is None:
        raise CellError("bad_value", column=column, text=shown(text))
    return value


def location(text: str, column: str) -> str | None:
    """The two-letter country in capitals, None for an empty cell; CellError `bad_value` for anything else."""
    code = text.strip().upper()
    if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise CellError("bad_value", column=column, text=shown(text))
    return code or None


def user_type(text: str, column: str) -> str | None:
    """`Member` or `Guest`, None for an empty cell; CellError `bad_value` for anything else."""
    word = text.strip().capitalize()
    if word not in ("", "Member", "Guest"):
        raise CellError("bad_value", column=column, text=shown(text))
    return word or None


def moment(text: str, column: str) -> Instant | None:
    """The instant a cell states, UTC where it names no zone; None for an empty or ambiguous cell.

    ISO forms; `4/5/2023 8:15:00 AM` (month first: only English of the United States writes AM after slashes);
    `5-4-2023 8:15` and `5.4.2023` (day first). With slashes and no AM the order is known only when one number
    cannot be a month: `4/5/2023` states nothing. CellError `bad_value` for what is no date.
    """
    found = text.strip()
    if not found:
        return None
    try:
        if _ISO_START.match(found):
            return from_iso(found)
        match = _DATE.fullmatch(found)
        if match is None:
            raise ValueError(found)
        return _spelled(match)
    except (ValueError, OverflowError):
        raise CellError("bad_value", column=column, text=shown(found)) from None


def _spelled(match: re.Match[str]) -> Instant | None:
    """The instant of a date with day and month in either order; None when the order cannot be told."""
    first, second = int(match["first"]), int(match["second"])
    half = (match["half"] or "").replace(".", "").upper()
    if match["sep"] != "/" or first > 12:
        day, month = first, second
    elif half or second > 12 or first == second:
        day, month = second, first
    else:
        return None
    hour = int(match["hour"] or 0)
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(match[0])
        hour = hour % 12 + (12 if half == "PM" else 0)
    minute, second_of_minute = int(match["minute"] or 0), int(match["whole"] or 0)
    return from_datetime(datetime(int(match["year"]), month, day, hour, minute, second_of_minute, tzinfo=UTC))
