"""Addresses of the sign-in of programs, below a tenant's id, domain or name; to be included at the root, after the pages."""

from __future__ import annotations

from django.urls import path

from licentia.graph_api import sign_in

urlpatterns = [
    path("common/discovery/instance", sign_in.instance, name="instance"),
    path("<str:tenant>/oauth2/v2.0/token", sign_in.token, name="token"),
    path("<str:tenant>/oauth2/token", sign_in.token, {"version": "1.0"}, name="token_v1"),
    path("<str:tenant>/v2.0/.well-known/openid-configuration", sign_in.configuration, name="configuration"),
    path(
        "<str:tenant>/.well-known/openid-configuration",
        sign_in.configuration,
        {"version": "1.0"},
        name="configuration_v1",
    ),
    path("<str:tenant>/discovery/v2.0/keys", sign_in.keys, name="keys"),
    path("<str:tenant>/discovery/keys", sign_in.keys, name="keys_v1"),
]
