"""Django's addresses, made of the table of routes and of what needs no sign-in."""

from __future__ import annotations

from django.urls import path

from licentia.web.pages import ROUTES
from licentia.web.routes import pattern
from licentia.web.views import entrance, trouble

urlpatterns = [
    *[pattern(route) for route in ROUTES],
    path("sign-in", entrance.sign_in, name="sign_in"),
    path("sign-in/link/<str:token>", entrance.by_link, name="sign_in_link"),
    path("sign-out", entrance.sign_out, name="sign_out"),
    path("language", entrance.set_language, name="set_language"),
]

handler400 = trouble.bad_request
handler403 = trouble.forbidden
handler404 = trouble.not_found
handler500 = trouble.broken
