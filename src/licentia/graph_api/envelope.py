"""Graph's error envelope: the one shape in which the Graph API says no (licensing facts 1.5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from django.http import HttpResponse

from licentia.graph_api import noting
from licentia.graph_api.errors import GraphRefused
from licentia.store import clock

JSON = "application/json"


def body(code: str, message: str) -> dict[str, object]:
    """`{"error": …}` with the ids of the current request; its date has no zone, as Graph's."""
    note = noting.current()
    now = datetime.fromtimestamp(clock.machine_now() // 1_000_000, UTC)
    inner = {
        "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": note.request_id,
        "client-request-id": note.client_request_id,
    }
    return {"error": {"code": code, "message": message, "innerError": inner}}


def answer(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A whole answer."""
    text = json.dumps(body(code, message), ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, status=status, content_type=JSON, headers=dict(headers or {}))


def refused(error: GraphRefused) -> HttpResponse:
    """The answer that a refusal means."""
    return answer(error.status, error.code, error.message, error.headers)
