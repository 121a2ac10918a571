"""How numbers, dates and moments read for one person looking at one tenant. No sentence is here."""

from __future__ import annotations

from gettext import gettext as _

from licentia.cli.app import App
from licentia.cli.formats import date, date_time, number
from licentia.domain.instants import Instant


class Text:
    """Formats for one reader of one tenant."""

    def __init__(self, app: App) -> None:
        self.language = app.language
        self.zone = str(app.tenant.time_zone)

    def date(self, at: Instant) -> str:
        """A date in the tenant's zone."""
        return date(at, self.language, self.zone)

    def time(self, at: Instant | None) -> str:
        """A date and time in the tenant's zone; "Not known" for None."""
        return _("Not known") if at is None else date_time(at, self.language, self.zone)

    def n(self, value: int) -> str:
        """A number."""
        return number(value, self.language)
