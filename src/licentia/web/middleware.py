"""What surrounds every page: the reader's language, and expected errors as a page with the cause and the way out."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from licentia.web.views import trouble
from licentia.words import language as words

Next = Callable[[HttpRequest], HttpResponseBase]
PERMISSIONS = (
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self)"
)


def language(get_response: Next) -> Next:
    """The cookie's language, else the browser's first that we speak; both Django's words and ours are in it."""

    def call(request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        name = chosen if chosen in words.LANGUAGES else translation.get_language_from_request(request)
        with translation.override(name):
            words.use(name)
            request.LANGUAGE_CODE = name
            response = get_response(request)
        response.headers["Content-Language"] = name
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return call


def headers(get_response: Next) -> Next:
    """What every answer says, also of files and errors: nothing of the device is used, and no page is kept anywhere."""

    def call(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return call


class _Troubles:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """The page for an expected error; None for a bug, which becomes the page for 500 and a line in the log."""
        return trouble.page_of(request, error)


def troubles(get_response: Next) -> _Troubles:
    """Errors of the doors become pages."""
    return _Troubles(get_response)
