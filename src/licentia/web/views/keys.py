"""The list of keys, and whether those of one letter are on: kept in a cookie of this browser, for keyboards differ."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.web.desk import Desk

COOKIE = "licentia_keys"
OFF = "off"
YEAR = 365 * 86_400


def are_on(request: HttpRequest) -> bool:
    """Whether keys of one letter do something in this browser."""
    return request.COOKIES.get(COOKIE) != OFF


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The list. A POST switches the keys of one letter on or off."""
    if request.method != "POST":
        return render(request, "web/keys.html", {})
    response = HttpResponseRedirect(reverse("keys"))
    if request.POST.get("keys") == "on":
        response.delete_cookie(COOKIE, samesite="Lax")
    else:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(COOKIE, OFF, max_age=YEAR, samesite="Lax", secure=secure, httponly=True)
    return response
