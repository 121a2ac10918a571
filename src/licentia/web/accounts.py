"""What django-allauth asks of us: whose password is right, how many tries there are, what is said, what is kept secret.

Nobody signs up, no mail is sent, no sentence of allauth's is shown. Operators are found and tries counted by the doors.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from licentia.changes import entering
from licentia.store.lists import operators
from licentia.store.secret import box
from licentia.web import sessions
from licentia.web.hosts import host_of
from licentia.web.noting import note
from licentia.web.views import entrance
from licentia.words.language import gettext as _
from licentia.words.said.signing_in import why_not


class PasswordBackend(ModelBackend):
    """Operators with a password. A name that nobody has takes as long as a wrong password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_more: Any
    ) -> Any:
        """The operator whose name and password these are, and who may act; None otherwise."""
        if username is None or password is None:
            return None
        found = operators.find(username)
        user = None if found is None else get_user_model().objects.filter(pk=found.id).first()
        if user is None:
            get_user_model()().set_password(password)  # as much work as a check
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None


class _Says:
    def validation_error(self, code: str, *_args: Any) -> ValidationError:
        """Our sentence for allauth's code."""
        return ValidationError(why_not(code), code=code)


class Accounts(_Says, DefaultAccountAdapter):  # type: ignore[misc]
    """Tries are counted in the store; only who holds the password proves it by the password."""

    _try: str | None = None

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: operators are added by those who may."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Takes a try; refuses when there is none left, whoever has this name."""
        self._try = entering.take_try(credentials.get("username", ""))
        if self._try is None:
            note(request, "sign-in.locked", _known(credentials.get("username", "")))
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The operator; a right password does not count as a try."""
        user = super().authenticate(request, **credentials)
        if user is not None and self._try is not None:
            entering.give_back(self._try)
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Is noted."""
        note(request, "sign-in.wrong", _known(credentials.get("username", "")))

    def login(self, request: HttpRequest, user: Any) -> None:
        """Every step is done: a new session, and all tries again."""
        super().login(request, user)
        by = "+".join(one["method"] for one in get_authentication_records(request, user))
        note(request, f"sign-in.done by={by}", user.name)
        sessions.begin(request)
        entering.forget_tries(user.name)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """A disabled operator looks like a wrong password."""
        return entrance.refused(request, why_not("username_password_mismatch"))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        """How the operator proves to be there still: by the password, or without one by a second factor."""
        flows = {flow["id"]: flow for flow in get_reauthentication_flows(user)}
        if "reauthenticate" in flows:
            return [{"id": "reauthenticate", "description": "", "url": reverse("prove")}]
        types = flows.get("mfa_reauthenticate", {}).get("types", [])
        found = []
        if "totp" in types or "recovery_codes" in types:
            found.append({"id": "mfa_reauthenticate", "description": "", "url": reverse("prove_code")})
        if "webauthn" in types:
            found.append({"id": "mfa_reauthenticate:webauthn", "description": "", "url": reverse("prove_passkey")})
        return found

    def is_ajax(self, request: HttpRequest) -> bool:
        """Only the script for passkeys asks for data instead of a page."""
        return request.resolver_match is not None and request.resolver_match.url_name == "sign_in_passkey"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the account."""
        return reverse("account")


class SecondFactors(_Says, DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are encrypted with a key that is not in the database."""

    def encrypt(self, text: str) -> str:
        """The secret as it is stored."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; after the key was lost another, which no code fits."""
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return str(generate_totp_secret())

    def get_totp_issuer(self) -> str:
        """What an authenticator app shows."""
        return "Licentia"

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """The name of a passkey to which the operator gives none."""
        return _("Passkey {n}").format(n=1 + Authenticator.objects.filter(user_id=user.pk, type=type).count())

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the name in the address."""
        return {"id": host_of(context.request), "name": "Licentia"}


class Connections(_Says, DefaultSocialAccountAdapter):  # type: ignore[misc]
    """OpenID Connect signs in operators who connected their account before; it makes none."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Refuses an account that no operator connected."""
        sociallogin.email_addresses = []
        if not sociallogin.is_existing and sociallogin.state.get("process") != "connect":
            raise ImmediateHttpResponse(entrance.refused(request, why_not("not_connected")))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **_more: Any) -> None:
        """One page for whatever the other side says."""
        raise ImmediateHttpResponse(entrance.refused(request, why_not("other_side")))

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        """Back to the account."""
        return reverse("account")


def _known(name: str) -> str:
    """The operator's name; nothing when it is none, for people type passwords in the wrong field."""
    found = operators.find(name)
    return "" if found is None else found.name


def _box() -> Fernet:
    return box("second factors", settings.SECRET_KEY)
