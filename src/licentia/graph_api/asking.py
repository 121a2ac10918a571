"""A request as the handlers see it, from HTTP or from an item of a $batch alike, and the answer they give.

Knows the wire: version, segments, headers, bodies. Never what a resource means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, quote, unquote

import msgspec

from licentia.graph_api.access import Caller
from licentia.graph_api.errors import GraphRefused
from licentia.odata.errors import QueryError
from licentia.odata.query import Query, parse_query
from licentia.wire.bodies import Json
from licentia.wire.errors import BAD_REQUEST

NOT_JSON: Final = (
    "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."
)
_PARENTHESES: Final = re.compile(r"([A-Za-z.$]+)\((?:'((?:[^']|'')*)')?\)")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `headers` by lower-case name; `body` is None where none was sent; `base` ends with the version."""

    method: str
    segments: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    caller: Caller
    base: str
    is_batch_item: bool = False
    options: Query = field(default_factory=Query)

    @property
    def tenant_id(self) -> int:
        """The caller's tenant: no other is ever read."""
        return self.caller.tenant_id

    @property
    def is_eventual(self) -> bool:
        """Whether the request, or the link it follows, asked for advanced queries."""
        return self.headers.get("consistencylevel", "").strip().lower() == "eventual"

    @property
    def is_minimal(self) -> bool:
        """Whether a delta is to name changed properties only."""
        return "return=minimal" in self.headers.get("prefer", "").replace(" ", "").lower()

    def json(self) -> Json:
        """The object in the body; GraphRefused when there is none, or it is something else."""
        try:
            found = msgspec.json.decode(self.body) if self.body.strip() else {}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise GraphRefused(400, BAD_REQUEST, NOT_JSON) from None
        if not isinstance(found, dict):
            raise GraphRefused(400, BAD_REQUEST, "An object is expected as the request payload.")
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: a JSON value, plain text, or nothing at all."""

    status: int = 200
    body: object | None = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


NO_CONTENT: Final = Answer(204)


def read_query(text: str) -> tuple[tuple[tuple[str, str], ...], Query]:
    """The pairs of a query string, and the options they are; GraphRefused as the dialect says."""
    try:
        pairs = tuple(parse_qsl(text, keep_blank_values=True, max_num_fields=200, errors="strict"))
        return pairs, parse_query(pairs)
    except QueryError as error:
        raise refused(error) from None
    except (ValueError, UnicodeDecodeError):
        raise GraphRefused(400, BAD_REQUEST, "The query string of the request is not valid.") from None


def refused(error: QueryError) -> GraphRefused:
    """The dialect's error as an answer."""
    return GraphRefused(400, error.code, error.message)


def segments_of(path: str) -> tuple[str, ...]:
    """The segments behind the version, decoded; `users('x')` is two, `delta()` is `delta`."""
    found: list[str] = []
    for part in path.strip("/").split("/"):
        text = unquote(part)
        key = _PARENTHESES.fullmatch(text)
        if key is None:
            found.append(text)
            continue
        found.append(key.group(1))
        if key.group(2) is not None:
            found.append(key.group(2).replace("''", "'"))
    return tuple(found)


def encoded(path: str) -> str:
    """A decoded path as it may be read again: each segment quoted."""
    return "/".join(quote(part, safe="@'()$=") for part in path.split("/"))


def link(base: str, segments: Sequence[str], pairs: Sequence[tuple[str, str]], name: str, token: str) -> str:
    """The same request with a token in the place of its old one: absolute, and it says all the request said."""
    kept = [(key, value) for key, value in pairs if key.lower() not in ("$skiptoken", "$deltatoken")]
    query = "&".join(f"{quote(key, safe='$')}={quote(value, safe='')}" for key, value in [*kept, (name, token)])
    return f"{base}/{'/'.join(quote(part, safe='@') for part in segments)}?{query}"
