"""The log of what matters to security: who signed in or could not, who was refused something. Never a secret or content."""

from __future__ import annotations

import logging

from django.http import HttpRequest

_log = logging.getLogger("licentia.security")


def note(request: HttpRequest, what: str, name: str) -> None:
    """One line on standard error: when, what, who, from where; names are quoted so that none can make up a line."""
    _log.info("%s name=%s from=%s", what, ascii(name), request.META.get("REMOTE_ADDR", "-"))
