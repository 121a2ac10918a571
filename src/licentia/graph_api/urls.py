"""Addresses of the Graph API. What has none is answered in Graph's error envelope."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import re_path

from licentia.graph_api.errors import GraphRefused


def no_such_path(request: HttpRequest) -> HttpResponse:
    """404 as Graph says it: the first segment that is not there."""
    segment = request.path_info.removeprefix("/v1.0").strip("/").partition("/")[0]
    raise GraphRefused(404, "BadRequest", f"Resource not found for the segment '{segment}'.")


urlpatterns = [re_path(r"^v1\.0(?:/.*)?$", no_such_path, name="no_such_path")]
