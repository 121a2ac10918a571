"""The outermost middleware: programs are answered here, before sessions, language and forms; pages go on to theirs.

Least work per request: it checks the host, finds the view, and says what every answer to a program says.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, DisallowedHost, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponseBase, UnreadablePostError
from django.urls import Resolver404, URLResolver, get_resolver

from licentia.graph_api import envelope, noting
from licentia.graph_api.errors import GraphRefused
from licentia.serving import metrics

URLCONF = "licentia.serving.urls"
FOR_PROGRAMS = re.compile(
    r"/(?:v1\.0|beta|health|ready|metrics|common)(?:/|$)|/[^/]+/(?:oauth2|v2\.0|discovery|\.well-known)/"
)
"""Addresses of the Graph API, of its token endpoints, and of whoever watches the server. No page has such an address."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "Strict-Transport-Security"
_log = logging.getLogger("licentia.graph")
_requests = logging.getLogger("licentia.requests")

Next = Callable[[HttpRequest], HttpResponseBase]


def edge(get_response: Next) -> Next:
    """The middleware: by its address a request is a program's or a page's."""
    resolver = get_resolver(URLCONF)
    headers = dict(HEADERS)
    if settings.SECURE_HSTS_SECONDS:
        headers[HSTS] = f"max-age={settings.SECURE_HSTS_SECONDS}"

    def call(request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        if not FOR_PROGRAMS.match(request.path_info):
            note = noting.begin()
            page = get_response(request)
            _note("web", request, note, page.status_code, begun)
            return page
        note = noting.begin(request.META.get("HTTP_CLIENT_REQUEST_ID", ""))
        response = _answer(request, resolver)
        own = response.headers
        for name, value in headers.items():
            own[name] = value
        own.setdefault("Cache-Control", "no-cache, no-store")
        own.setdefault("request-id", note.request_id)
        own.setdefault("client-request-id", note.client_request_id)
        response._has_been_logged = True  # type: ignore[attr-defined]  # Django's line would hold the path: names in it
        _note("graph", request, note, response.status_code, begun)
        return response

    return call


def _answer(request: HttpRequest, resolver: URLResolver) -> HttpResponseBase:
    """What the view says; an error of any kind in Graph's envelope, a bug with its traceback in the log."""
    try:
        request.get_host()
        match = resolver.resolve(request.path_info)
        request.resolver_match = match
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return response
    except GraphRefused as error:
        return envelope.refused(error)
    except Resolver404:
        if request.path_info.startswith("/beta"):
            return envelope.answer(404, "BadRequest", "This server answers v1.0 only; beta is not supported.")
        return envelope.answer(404, "BadRequest", f"Resource not found for the segment '{_segment(request)}'.")
    except Http404:
        return envelope.answer(404, "Request_ResourceNotFound", "Resource not found.")
    except DisallowedHost:
        return envelope.answer(400, "BadRequest", "This host name is not allowed here.")
    except RequestDataTooBig:
        return envelope.answer(413, "RequestEntityTooLarge", "The request is too large.")
    except (BadRequest, SuspiciousOperation, UnreadablePostError):
        return envelope.answer(400, "BadRequest", "The request cannot be read.")
    except Exception:  # noqa: BLE001 - a program reads an answer, whatever broke; the log has the traceback
        _log.exception("broken request-id=%s", noting.current().request_id)
        return envelope.answer(500, "InternalServerError", "An internal server error occurred.")


def _note(edge: str, request: HttpRequest, note: noting.Note, status: int, begun: float) -> None:
    """The request in the figures, and as a line of the log: ids and codes, nothing that was sent."""
    seconds = time.perf_counter() - begun
    match = request.resolver_match
    operation = note.operation or (match and match.url_name) or "none"
    metrics.count(edge, operation, status, seconds, note.limits, note.faults)
    if _requests.isEnabledFor(logging.INFO):
        said = {
            "requestId": note.request_id,
            "clientRequestId": note.client_request_id,
            "tenant": note.tenant,
            "app": note.app,
            "edge": edge,
            "operation": operation,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "items": note.items or None,
        }
        _requests.info("answered", extra=said)


def _segment(request: HttpRequest) -> str:
    return request.path_info.strip("/").partition("/")[0]
