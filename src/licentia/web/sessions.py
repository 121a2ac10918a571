"""How long a session lives: it ends when nobody worked in it for an hour, eight hours after sign-in, or when it was ended.

Django ends it at sign-out and when the password changes. No page is decided here: an ended session is nobody's.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

from licentia.changes import entering
from licentia.domain.instants import SECOND, Instant
from licentia.store import clock

IDLE_SECONDS = 3_600
NOTE_SECONDS = 60
"""How often it is written down that somebody works: a page must not write for it every time."""

BEGAN, SEEN, SINCE = "began", "seen", "since"
"""When somebody signed in; was last seen at work; and from when on the session counts, where the others were ended."""


def begin(request: HttpRequest) -> None:
    """The session begins now, for whoever signed in."""
    request.session[BEGAN] = request.session[SEEN] = request.session[SINCE] = clock.machine_now()


def end_others(request: HttpRequest) -> None:
    """Every session of the operator but this one is over; this one ends when it would have."""
    until = entering.end_sessions(str(request.user.pk))
    request.session[SINCE] = until + 1
    request.session.cycle_key()


def limits(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """An ended session is gone before a page asks who is there."""

    def call(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = clock.machine_now()
            if SINCE not in request.session:
                begin(request)
            if _is_over(request, now):
                logout(request)
            elif now - request.session[SEEN] > NOTE_SECONDS * SECOND and not _asks_by_itself(request):
                request.session[SEEN] = now
        return get_response(request)

    return call


def _is_over(request: HttpRequest, now: Instant) -> bool:
    began, seen = int(request.session[BEGAN]), int(request.session[SEEN])
    since = int(request.session[SINCE])
    ended = since <= int(getattr(request.user, "sessions_from", 0))
    return ended or now - began > settings.SESSION_COOKIE_AGE * SECOND or now - seen > IDLE_SECONDS * SECOND


def _asks_by_itself(request: HttpRequest) -> bool:
    """A page that looks how far a plan is: nobody has to sit there."""
    return request.method == "GET" and request.headers.get("HX-Request") == "true"
