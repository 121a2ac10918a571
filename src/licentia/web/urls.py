"""Django's addresses, made of the table of routes and of what needs no sign-in."""

from __future__ import annotations

from dataclasses import replace

from django.urls import path

from licentia.web import provider
from licentia.web.pages import ROUTES
from licentia.web.routes import pattern
from licentia.web.views import entrance, trouble

ALLAUTH_NAMES = {
    "account_reauthenticate": "prove",
    "mfa_reauthenticate": "prove_code",
    "mfa_reauthenticate_webauthn": "prove_passkey",
    "mfa_index": "account",
    "mfa_list_webauthn": "account",
    "mfa_view_recovery_codes": "recovery_codes",
    "mfa_activate_totp": "add_app",
    "mfa_deactivate_totp": "remove_app",
}
"""The names by which allauth asks for pages of ours. What it has and is not named here, has no address."""

urlpatterns = [
    *[pattern(route) for route in ROUTES],
    *[
        pattern(replace(route, name=name))
        for name, ours in ALLAUTH_NAMES.items()
        for route in ROUTES
        if route.name == ours
    ],
    path("sign-in", entrance.sign_in, name="sign_in"),
    path("sign-in", entrance.sign_in, name="account_login"),
    path("sign-in/second", entrance.second_step, name="mfa_authenticate"),
    path("sign-in/passkey", entrance.by_passkey, name="sign_in_passkey"),
    path("sign-in/with/<slug:provider_id>", provider.there, name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/callback", provider.back, name="openid_connect_callback"),
    path("sign-in/link/<str:token>", entrance.by_link, name="sign_in_link"),
    path("sign-out", entrance.sign_out, name="sign_out"),
    path("language", entrance.set_language, name="set_language"),
]

handler400 = trouble.bad_request
handler403 = trouble.forbidden
handler404 = trouble.not_found
handler429 = trouble.too_many
handler500 = trouble.broken
