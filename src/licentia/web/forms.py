"""Forms of the sign-in: allauth's, with our fields and with tries that count. What a password must be is in the settings."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import LoginForm
from allauth.account.forms import ReauthenticateForm as PasswordProof
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from licentia.changes import entering
from licentia.web.noting import note
from licentia.words.language import gettext as _

LONGEST_NAME = 254
LONGEST_PASSWORD = 128
LONGEST_CODE = 20


class LongestPassword:
    """Refuses a password that is longer than any is stored: work for the hash must have an end."""

    def validate(self, password: str, user: Any = None) -> None:
        """Nothing, or ValidationError."""
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        """The rule."""
        return _("A password has at most {n} characters.").format(n=LONGEST_PASSWORD)


def _password_field() -> forms.CharField:
    return forms.CharField(strip=False, max_length=LONGEST_PASSWORD)


class SignIn(LoginForm):  # type: ignore[misc]
    """Name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(max_length=LONGEST_NAME)
        self.fields["password"] = _password_field()


class NewPassword(forms.Form):
    """The new password, twice."""

    password1 = _password_field()
    password2 = _password_field()

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password1(self) -> str:
        """The password, when it keeps the rules."""
        given = str(self.cleaned_data["password1"])
        validate_password(given, self.user)
        return given

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        cleaned = super().clean() or {}
        if cleaned.get("password1") and cleaned.get("password2") not in (None, cleaned["password1"]):
            self.add_error("password2", _("The two passwords differ."))
        return cleaned

    def save(self) -> None:
        """The operator has the new password."""
        get_account_adapter().set_password(self.user, self.cleaned_data["password1"])


class ProvePassword(PasswordProof):  # type: ignore[misc]
    """The password once more, before something about the account changes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = _password_field()


class _CountedCode:
    def clean_code(self: Any) -> Any:
        """The code, when it is right, not used before, and tries are left."""
        taken = entering.take_try(self.user.name)
        if taken is None:
            note(context.request, "second-step.locked", self.user.name)
            raise get_adapter().validation_error("too_many_login_attempts")
        try:
            code = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            note(context.request, "second-step.wrong", self.user.name)
            raise
        if not entering.is_first_use(str(self.user.pk), "".join(filter(str.isalnum, code))):
            raise get_adapter().validation_error("incorrect_code")
        entering.give_back(taken)
        return code


class SecondStep(_CountedCode, AuthenticateForm):  # type: ignore[misc]
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(max_length=LONGEST_CODE)


class ProveCode(_CountedCode, ReauthenticateForm):  # type: ignore[misc]
    """The same, of somebody who is signed in."""

    code = forms.CharField(max_length=LONGEST_CODE)


class AddApp(_CountedCode, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator app."""

    code = forms.CharField(max_length=LONGEST_CODE)
