"""Where a tenant is, as a person types it: a country and a time zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from licentia.domain.reasons import BadInput


def country_of(text: str) -> str:
    """The country of two letters, in capitals; BadInput `bad_country`."""
    if len(text) != 2 or not text.isascii() or not text.isalpha():
        raise BadInput("bad_country", text=text)
    return text.upper()


def zone_of(name: str) -> str:
    """The name of a time zone that this machine knows; BadInput `unknown_zone`."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BadInput("unknown_zone", text=name) from None
    return name
