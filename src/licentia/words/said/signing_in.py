"""Why somebody is not signed in, or a second factor not taken. No sentence tells whether an account exists."""

from __future__ import annotations

from licentia.words.language import gettext as _


def why_not(code: str) -> str:
    """The sentence for a code of the sign-in; for one that is not here, that it did not work."""
    match code:
        case "username_password_mismatch" | "invalid_login" | "account_inactive":
            return _("This name and password don't belong together.")
        case "too_many_login_attempts" | "rate_limited":
            return _("Too many wrong tries. Wait 15 minutes, or ask for a link that signs you in.")
        case "incorrect_code":
            return _("This code is wrong, was used already, or is too old.")
        case "incorrect_password" | "enter_current_password":
            return _("This password is wrong.")
        case "not_connected":
            return _(
                "No operator has connected this account. Sign in another way, and connect it on your account page."
            )
        case "connected_other":
            return _("Another operator has connected this account.")
        case "other_side":
            return _("The identity provider did not sign you in. Try again, or sign in another way.")
        case "cannot_generate_recovery_codes":
            return _("Recovery codes need an authenticator app or a passkey first.")
        case _:
            return _("That did not work. Try again.")
