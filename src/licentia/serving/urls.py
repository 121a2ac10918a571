"""Addresses for programs: health, and what the Graph API has. They are resolved before anything that pages need."""

from __future__ import annotations

from django.urls import include, path

from licentia.serving import health

urlpatterns = [
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
    path("metrics", health.figures, name="metrics"),
    path("", include("licentia.graph_api.urls")),
    path("", include("licentia.graph_api.sign_in_urls")),
]
