"""How numbers, dates and moments read for one person looking at one tenant. No sentence is here."""

from __future__ import annotations

from typing import Any

from licentia.domain.instants import Instant
from licentia.words.formats import date, date_time, day, number, size
from licentia.words.language import current
from licentia.words.language import gettext as _


class Text:
    """Formats for one reader of one tenant."""

    def __init__(self, language: str, zone: str) -> None:
        self.language = language
        self.zone = zone

    @classmethod
    def of(cls, tenant: Any) -> Text:
        """For who reads in this context about this tenant."""
        return cls(current(), str(tenant.time_zone))

    def date(self, at: Instant) -> str:
        """A date in the tenant's zone."""
        return date(at, self.language, self.zone)

    def day(self, at: Instant) -> str:
        """A day and month in the tenant's zone."""
        return day(at, self.language, self.zone)

    def time(self, at: Instant | None) -> str:
        """A date and time in the tenant's zone; "Not known" for None."""
        return _("Not known") if at is None else date_time(at, self.language, self.zone)

    def n(self, value: int) -> str:
        """A number."""
        return number(value, self.language)

    def size(self, value: int) -> str:
        """A size in bytes."""
        return size(value, self.language)
