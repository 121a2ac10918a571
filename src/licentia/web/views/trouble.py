"""Pages for what goes wrong: the cause and the way out, the right status, nothing lost. Nothing of the inside is shown."""

from __future__ import annotations

import secrets

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.domain.reasons import BadInput, NotPermitted, Refused
from licentia.odata.filters import FilterError
from licentia.store.writing import StoreError
from licentia.web.desk import NoTenantError
from licentia.web.noting import note
from licentia.web.uploads import LARGEST_MB
from licentia.words import sentences
from licentia.words.language import gettext as _

GONE = frozenset({"unknown_plan_number", "unknown_user", "unknown_group", "unknown_subscription", "product_not_owned"})
"""Codes of BadInput that mean: there is no such page."""


def page_of(request: HttpRequest, error: Exception) -> HttpResponseBase | None:
    """The page for an expected error; None for a bug."""
    if isinstance(error, NoTenantError):
        if request.path == "/" and request.method == "GET":
            return HttpResponseRedirect(reverse("add_tenant"))
        return _page(request, 403, _("No tenant"), _("There is no tenant in which you have a role."))
    said = sentences.cause(error)
    if said is None:
        return None
    match error:
        case NotPermitted():
            note(
                request,
                f"not-permitted needs={error.needs} path={request.path!a}",
                str(getattr(request.user, "name", "")),
            )
            return _page(request, 403, _("Not permitted"), said)
        case BadInput() if error.code in GONE:
            return _page(request, 404, _("This page does not exist"), said)
        case BadInput() | FilterError():
            return _page(request, 400, _("This can't be understood"), said)
        case Refused():
            return _page(request, 409, _("This can't be done now"), said)
        case StoreError():
            return _page(request, 503, _("The store can't be used now"), said)
    return None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    if isinstance(exception, RequestDataTooBig):
        said = _("The file is larger than {n} MB. Nothing was read of it.").format(n=LARGEST_MB)
        return _page(request, 400, _("This can't be understood"), said)
    return _page(request, 400, _("This can't be understood"), _("Nothing was changed. Go back and try again."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _page(request, 403, _("Not permitted"), _("Your role may not do this. Nothing was changed."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _page(request, 404, _("This page does not exist"), _("The address is wrong, or what it was about is gone."))


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429, which allauth asks for."""
    return _page(request, 429, _("Too many tries"), _("Nothing was changed. Wait a few minutes and try again."))


def broken(request: HttpRequest) -> HttpResponse:
    """500: a number that is in the log too."""
    number = getattr(request, "request_id", "") or secrets.token_hex(8)
    said = _("Something went wrong here. What had been saved before is kept. Number for support: {number}")
    return _page(request, 500, _("Something went wrong"), said.format(number=number))


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form from another session or of long ago."""
    said = _("This form is too old, or comes from another session. Nothing was changed. Go back, reload and try again.")
    return _page(request, 403, _("Not permitted"), said)


def gone(said: str) -> Http404:
    """What a view raises for something that is not there."""
    return Http404(said)


def _page(request: HttpRequest, status: int, heading: str, said: str) -> HttpResponse:
    return render(request, "web/trouble.html", {"heading": heading, "said": said, "status": status}, status=status)
