"""Reads the body of a $batch request into frozen items; carrying them out is not its matter.

Never opens an address; an absolute one is refused (LF 1.7, graph contract).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from licentia.odata.errors import MALFORMED, QueryError

MAX_ITEMS: Final = 20
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_VERSION: Final = re.compile(r"/(?:v1\.0|beta)(?=/|\?|$)", re.IGNORECASE)
_UNPRINTABLE: Final = re.compile(r"[\x00-\x20\x7f\\#]")


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One request of a batch."""

    id: str
    """As the client wrote it: the answer bears it."""
    method: str
    path: str
    """Below the version, with a leading slash, still percent-encoded."""
    query: str = ""
    """What stands behind the question mark, still percent-encoded."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By name in lower case."""
    body: Any = None
    depends_on: tuple[str, ...] = ()
    """Ids of items that must have succeeded, each once, as those items write them."""


def parse_batch(body: object) -> tuple[BatchItem, ...]:
    """The items in their order; QueryError when the whole batch is refused: its shape, size, ids, or what depends on what."""
    requests = _member(body, "requests") if isinstance(body, Mapping) else None
    if not isinstance(requests, Sequence) or isinstance(requests, str) or not requests:
        raise _refused("The batch must have an array 'requests' with one request at least.")
    if len(requests) > MAX_ITEMS:
        raise _refused(f"Number of batch request steps exceeds the maximum value of {MAX_ITEMS}.")
    items = [_item(entry) for entry in requests]
    by_key: dict[str, BatchItem] = {}
    for item in items:
        if by_key.setdefault(item.id.casefold(), item) is not item:
            raise _refused(f"The id '{item.id}' is not unique in the batch.")
    known = {key: item.id for key, item in by_key.items()}
    linked = [_linked(item, known) for item in items]
    run_order(linked)
    return tuple(linked)


def run_order(items: Sequence[BatchItem]) -> tuple[BatchItem, ...]:
    """The items so that each comes behind those that it depends on, otherwise as written; QueryError for a circle."""
    waiting, done = list(items), dict[str, BatchItem]()
    while waiting:
        ready = next((item for item in waiting if all(name in done for name in item.depends_on)), None)
        if ready is None:
            raise _refused("The requests of the batch depend on each other in a circle.")
        waiting.remove(ready)
        done[ready.id] = ready
    return tuple(done.values())


def _item(entry: object) -> BatchItem:
    if not isinstance(entry, Mapping):
        raise _refused("Each request of the batch must be an object.")
    number = _member(entry, "id")
    if not isinstance(number, str) or not number or len(number) > 256:
        raise _refused("Each request of the batch must have an 'id' that is a text.")
    method = _member(entry, "method")
    if not isinstance(method, str) or method.upper() not in METHODS:
        raise _refused(f"The method of request '{number}' is not supported.")
    path, query = _address(number, _member(entry, "url"))
    headers, body = _headers(number, _member(entry, "headers")), _member(entry, "body")
    if body is not None and "content-type" not in headers:
        raise _refused(f"Request '{number}' has a body, so its headers must name a Content-Type.")
    return BatchItem(number, method.upper(), path, query, headers, body, _names(number, _member(entry, "dependsOn")))


def _member(entry: Mapping[Any, Any], name: str) -> Any:
    """A member in any letter case; others are ignored."""
    wanted = name.lower()
    return next((value for key, value in entry.items() if isinstance(key, str) and key.lower() == wanted), None)


def _address(number: str, url: object) -> tuple[str, str]:
    if not isinstance(url, str) or not url.strip() or len(url) > 16_384:
        raise _refused(f"Request '{number}' must have a 'url'.")
    text = url.strip()
    path, _, query = text.partition("?")
    is_absolute = _SCHEME.match(path.split("/")[0]) or text.startswith("//")
    if is_absolute or _UNPRINTABLE.search(path):
        raise _refused(f"The url of request '{number}' must be relative.")
    path = path if path.startswith("/") else f"/{path}"
    version = _VERSION.match(path)
    return (path[version.end() :] or "/") if version else path, query


def _headers(number: str, headers: object) -> dict[str, str]:
    if headers is None:
        return {}
    if not isinstance(headers, Mapping) or not all(isinstance(name, str) for name in headers):
        raise _refused(f"The headers of request '{number}' must be an object.")
    return {name.strip().lower(): str(value) for name, value in headers.items() if value is not None}


def _names(number: str, names: object) -> tuple[str, ...]:
    if names is None:
        return ()
    if not isinstance(names, Sequence) or isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise _refused(f"'dependsOn' of request '{number}' must be an array of ids.")
    return tuple(names)


def _linked(item: BatchItem, known: Mapping[str, str]) -> BatchItem:
    """The item with the ids that it depends on as those items write them."""
    for name in item.depends_on:
        if name.casefold() not in known:
            raise _refused(f"Request '{item.id}' depends on '{name}', which is not in the batch.")
    depends_on = tuple(dict.fromkeys(known[name.casefold()] for name in item.depends_on))
    return BatchItem(item.id, item.method, item.path, item.query, item.headers, item.body, depends_on)


def _refused(message: str) -> QueryError:
    """Ours; what is refused was read (LF 1.7)."""
    return QueryError(MALFORMED, message)
