"""Coming in and going out: password, second step, passkey, OpenID Connect, one-time link; and the language before that."""

from __future__ import annotations

import json
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.contrib.auth import get_user_model, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from licentia.changes import entering
from licentia.web import sessions
from licentia.web.hosts import can_have_passkeys
from licentia.web.noting import note
from licentia.web.views.home import back
from licentia.words.language import LANGUAGES
from licentia.words.language import gettext as _

YEAR = 365 * 86_400


def providers() -> list[dict[str, Any]]:
    """The identity providers that are configured: one, or none."""
    every: dict[str, Any] = settings.SOCIALACCOUNT_PROVIDERS  # type: ignore[misc]  # web.settings has it
    return [app for one in every.values() for app in one["APPS"]]


def ways_in(request: HttpRequest) -> dict[str, Any]:
    """What a page for signing in shows besides its form."""
    return {
        "passkeys": can_have_passkeys(request),
        "providers": providers(),
        "next": request.GET.get("next", request.POST.get("next", "")),
    }


def refused(request: HttpRequest, said: str) -> HttpResponse:
    """Nobody is signed in, and why."""
    return render(request, "web/sign_in.html", {"said": said, **ways_in(request)}, status=403)


class SignIn(LoginView):  # type: ignore[misc]
    """Name and password, and the other ways in."""

    template_name = "web/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """allauth's, and the other ways in."""
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return found | ways_in(self.request)


class SecondStep(AuthenticateView):  # type: ignore[misc]
    """A code or a passkey, after the password."""

    template_name = "web/second_step.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """allauth's, and whether a passkey can be asked for at this address."""
        found: dict[str, Any] = super().get_context_data(**kwargs)
        asked = found.get("js_data", {}).get("request_options")
        passkeys = (asked or {}).get("publicKey", {}).get("allowCredentials")
        return found | {"options": json.dumps(asked) if passkeys else "", "passkeys": can_have_passkeys(self.request)}


class ByPasskey(LoginWebAuthnView):  # type: ignore[misc]
    """A passkey alone: it asks for a finger, a face or a PIN itself, so it is two factors."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Why not."""
        return refused(self.request, _("This passkey was not accepted. Try again, or sign in another way."))


sign_in = require_http_methods(["GET", "HEAD", "POST"])(SignIn.as_view())
second_step = require_http_methods(["GET", "HEAD", "POST"])(SecondStep.as_view())
by_passkey = require_http_methods(["GET", "POST"])(never_cache(ByPasskey.as_view()))


@require_http_methods(["GET", "POST"])
@never_cache
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows one button, so that a program that looks at links does not use this one up; POST signs in."""
    if request.method == "GET":
        return render(request, "web/sign_in_link.html", {})
    operator_id = entering.enter(token)
    if operator_id is None:
        note(request, "sign-in.link-refused", "")
        return refused(request, _("This link has been used, or is older than 15 minutes. Ask for a new one."))
    user = get_user_model().objects.get(pk=operator_id)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    sessions.begin(request)
    note(request, "sign-in.done by=link", user.name)
    record_authentication(request, user, "link", reauthenticated=True)
    return HttpResponseRedirect("/")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The session is gone."""
    note(request, "sign-out", str(getattr(request.user, "name", "")))
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
