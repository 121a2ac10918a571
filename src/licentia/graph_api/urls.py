"""The addresses of the Graph API: one view; `router` knows the paths below the version."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from licentia.graph_api.views import graph

urlpatterns: list[URLPattern] = [re_path(r"^v1\.0/(?P<path>.*)$", graph)]
