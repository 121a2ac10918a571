"""The operator's own account: password, authenticator app, recovery codes, passkeys, connection, sessions.

Before anything changes here, the operator proves to be there still. allauth keeps the factors; frame and words are ours.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.views import PasswordSetView, ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth as passkey_options
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from allauth.socialaccount.models import SocialAccount
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.store.writing import writing
from licentia.web import sessions
from licentia.web.desk import Desk
from licentia.web.hosts import at_localhost, can_have_passkeys
from licentia.web.views.entrance import providers
from licentia.words.language import gettext as _

Page = Callable[..., HttpResponseBase]
needs_proof = reauthentication_required(app="licentia")


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What the operator signs in with."""
    found = list(Authenticator.objects.filter(user_id=request.user.pk).order_by("created_at"))
    by_type = {one.type: one for one in found}
    codes = by_type.get(Authenticator.Type.RECOVERY_CODES)
    context = {
        "has_password": not request.user.is_anonymous and request.user.has_usable_password(),
        "has_app": Authenticator.Type.TOTP in by_type,
        "codes_left": None if codes is None else len(codes.wrap().get_unused_codes()),
        "keys": [(one.pk, one.wrap().name) for one in found if one.type == Authenticator.Type.WEBAUTHN],
        "passkeys": can_have_passkeys(request),
        "localhost": at_localhost(request),
        "providers": providers(),
        "connected": SocialAccount.objects.filter(user_id=request.user.pk).exists(),
    }
    return render(request, "web/account.html", context)


def end_sessions(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The operator is signed out everywhere else."""
    with writing():
        sessions.end_others(request)
    return HttpResponseRedirect(reverse("account"))


def _gone(request: HttpRequest) -> HttpResponse:
    SocialAccount.objects.filter(user_id=request.user.pk).delete()
    return HttpResponseRedirect(reverse("account"))


def _own(page: Page) -> Page:
    """allauth's page as one of ours: behind our guard, what a form writes in one transaction of the store."""

    @functools.wraps(page)
    def call(request: HttpRequest, desk: Desk, **kwargs: Any) -> HttpResponseBase:
        with writing() if request.method == "POST" else nullcontext():
            return page(request, **kwargs)

    return call


class _Confirm:
    """A page with one button; what it does stands above it."""

    template_name = "web/confirm.html"

    def get_context_data(self: Any, **kwargs: Any) -> dict[str, Any]:
        """allauth's, and our words."""
        heading, said, button = self.words()
        found: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return found | {"heading": heading, "said": said, "button": button}


class _Password(PasswordSetView):  # type: ignore[misc]
    template_name = "web/password.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Also for who has a password: who comes here has proved it, or came by a link because it is lost."""
        found: HttpResponseBase = super(PasswordSetView, self).dispatch(request, *args, **kwargs)
        return found


class _AddApp(ActivateTOTPView):  # type: ignore[misc]
    template_name = "web/add_app.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """allauth's, and the key in groups of four for who types it."""
        found: dict[str, Any] = super().get_context_data(**kwargs)
        secret = found["form"].secret
        return found | {"secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))}


class _RemoveApp(_Confirm, DeactivateTOTPView):  # type: ignore[misc]
    def words(self) -> tuple[str, str, str]:
        """Heading, sentence, button."""
        said = _("From now on no code of this app is asked for, and none is accepted.")
        return _("Remove authenticator app"), said, _("Remove")


class _NewCodes(_Confirm, GenerateRecoveryCodesView):  # type: ignore[misc]
    def words(self) -> tuple[str, str, str]:
        """Heading, sentence, button."""
        return _("New recovery codes"), _("The codes you have now stop working."), _("Make new codes")


class _Codes(ViewRecoveryCodesView):  # type: ignore[misc]
    template_name = "web/codes.html"


class _AddPasskey(AddWebAuthnView):  # type: ignore[misc]
    template_name = "web/add_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """allauth's, but for a passkey that signs in by itself: kept by the device, which asks who is there."""
        found: dict[str, Any] = super().get_context_data(**kwargs)
        if can_have_passkeys(self.request):
            found["options"] = json.dumps(passkey_options.begin_registration(self.request.user, True))
        return found | {"passkeys": can_have_passkeys(self.request), "localhost": at_localhost(self.request)}


class _RemovePasskey(_Confirm, RemoveWebAuthnView):  # type: ignore[misc]
    def words(self) -> tuple[str, str, str]:
        """Heading, sentence, button."""
        said = _("The passkey {name} no longer signs you in.").format(name=self.object.wrap().name)
        return _("Remove passkey"), said, _("Remove")


class _Proof:
    template_name = "web/prove.html"

    def form_valid(self: Any, form: Any) -> HttpResponseBase:
        """The session goes on under a new key."""
        self.request.session.cycle_key()
        found: HttpResponseBase = super().form_valid(form)  # type: ignore[misc]
        return found


class _Prove(_Proof, ReauthenticateView):  # type: ignore[misc]
    pass


class _ProveCode(_Proof, CodeView):  # type: ignore[misc]
    pass


class _ProvePasskey(_Proof, ReauthenticateWebAuthnView):  # type: ignore[misc]
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """allauth's, and what the browser is asked."""
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return found | {"options": json.dumps(found["js_data"]["request_options"])}

    def form_invalid(self, form: Any) -> HttpResponse:
        """The same page, and why not."""
        found: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return found


disconnect = _own(needs_proof(_gone))
"""The identity provider no longer signs the operator in."""
password = _own(needs_proof(_Password.as_view()))
add_app = _own(_AddApp.as_view())
remove_app = _own(_RemoveApp.as_view())
codes = _own(_Codes.as_view())
new_codes = _own(_NewCodes.as_view())
add_passkey = _own(_AddPasskey.as_view())
remove_passkey = _own(_RemovePasskey.as_view())
prove = _own(_Prove.as_view())
prove_code = _own(_ProveCode.as_view())
prove_passkey = _own(_ProvePasskey.as_view())
