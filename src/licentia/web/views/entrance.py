"""Coming in and going out: one-time links, sign-out, and the language before anybody is known."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from licentia.changes import entering
from licentia.web.views.home import back
from licentia.words.language import LANGUAGES
from licentia.words.language import gettext as _

BACKEND = "django.contrib.auth.backends.ModelBackend"
YEAR = 365 * 86_400


@require_GET
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """How to sign in."""
    return render(request, "web/sign_in.html", {})


@require_http_methods(["GET", "POST"])
@never_cache
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows one button, so that a program that looks at links does not use this one up; POST signs in."""
    if request.method == "GET":
        return render(request, "web/sign_in_link.html", {})
    operator_id = entering.enter(token)
    if operator_id is None:
        said = _("This link has been used, or is older than 15 minutes. Ask for a new one.")
        return render(request, "web/sign_in.html", {"said": said}, status=403)
    login(request, get_user_model().objects.get(pk=operator_id), backend=BACKEND)
    return HttpResponseRedirect("/")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The session is gone."""
    logout(request)
    return HttpResponseRedirect(reverse("sign_in"))


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The language of all pages from here on, in this browser."""
    response = HttpResponseRedirect(back(request))
    name = request.POST.get("language", "")
    if name in LANGUAGES:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            name,
            max_age=YEAR,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response
