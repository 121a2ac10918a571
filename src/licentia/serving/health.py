"""Whether the server lives and can work, for those who watch it. Says nothing of a tenant."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """The process answers: 200, without a look at the store."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
