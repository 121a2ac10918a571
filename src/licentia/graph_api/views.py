"""HTTP at the edge of the Graph API: a request becomes an `Ask`, an answer becomes bytes and headers. Plain and short."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import msgspec
from django.http import HttpRequest, HttpResponse

from licentia.graph_api import access, asking, batching, noting, service
from licentia.graph_api.asking import Answer, Ask
from licentia.graph_api.errors import GraphRefused

VERSION: Final = "v1.0"
JSON_TYPE: Final = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
JSON_TYPE_NONE: Final = JSON_TYPE.replace("minimal", "none")
DIAGNOSTIC: Final = json.dumps(
    {"ServerInfo": {"DataCenter": "Local", "Slice": "E", "Ring": "1", "ScaleUnit": "000", "RoleInstance": "licentia"}}
)


def graph(request: HttpRequest, path: str) -> HttpResponse:
    """The answer to one request under /v1.0, whatever it is: never a page, never an exception."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        answer = _answer(request, path, headers)
    except GraphRefused as refused:
        answer = service.error(refused)
    return _response(answer, headers)


def _answer(request: HttpRequest, path: str, headers: dict[str, str]) -> Answer:
    caller = access.authenticate(request)
    note = noting.current()
    note.tenant, note.app = caller.tenant_guid, caller.app_id
    pairs, options = asking.read_query(request.META.get("QUERY_STRING", ""))
    ask = Ask(
        method=request.method or "GET",
        segments=asking.segments_of(_raw_path(request, path)),
        pairs=pairs,
        headers=headers,
        body=request.body,
        caller=caller,
        base=f"{request.scheme}://{request.get_host()}/{VERSION}",
        options=options,
    )
    if ask.method == "POST" and tuple(one.lower() for one in ask.segments) == ("$batch",):
        return service.guarded(ask, batching.batch)
    return service.answer(ask)


def _raw_path(request: HttpRequest, path: str) -> str:
    """The path as it was sent, still encoded: a name may hold a slash. WSGI gives it decoded; gunicorn the raw one too."""
    raw = request.META.get("RAW_URI") or request.META.get("REQUEST_URI")
    marker = f"/{VERSION}/"
    if raw and marker in raw:
        return str(raw).partition("?")[0].partition(marker)[2]
    return asking.encoded(path)


def _response(answer: Answer, headers: Mapping[str, str]) -> HttpResponse:
    wants_none = "odata.metadata=none" in headers.get("accept", "").replace(" ", "").lower()
    if answer.text is not None:
        response = HttpResponse(answer.text, status=answer.status, content_type="text/plain")
    elif answer.body is None:
        response = HttpResponse(status=answer.status)
        del response.headers["Content-Type"]
    else:
        body = answer.body
        if wants_none and isinstance(body, dict):
            body = {name: value for name, value in body.items() if name != "@odata.context"}
        kind = JSON_TYPE_NONE if wants_none else JSON_TYPE
        response = HttpResponse(msgspec.json.encode(body), status=answer.status, content_type=kind)
    for name, value in (
        ("x-ms-ags-diagnostic", DIAGNOSTIC),
        ("OData-Version", "4.0"),
        ("Cache-Control", "no-cache"),
        *answer.headers.items(),
    ):
        response.headers[name] = value
    return response
