"""The query options of a request as one frozen value: $filter, $select, $orderby, $top, $count, $search, $expand, tokens.

Never knows which properties exist or which options go together; that is `advanced` and the resource's own matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from licentia.odata.errors import BAD_REQUEST, MALFORMED, NO_SKIP, QueryError, bad_page_size, malformed
from licentia.odata.filters import FilterError, parse_filter
from licentia.odata.searches import Search, parse_search
from licentia.odata.trees import Node, Path

MAX_TOP: Final = 999
MAX_NAMES: Final = 200
"""So many properties in a $select or $orderby at most: more than any resource has."""

_NAME: Final = re.compile(r"[A-Za-z_@][A-Za-z0-9_.@]{0,127}")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_EXPAND: Final = re.compile(r"(?P<path>[A-Za-z_/.]{1,128})\s*(?:\((?P<options>[^()]*)\))?")
_SORT: Final = re.compile(r"(?P<path>[A-Za-z0-9_/]{1,256})(?:\s+(?P<way>[A-Za-z]+))?")


@dataclass(frozen=True, slots=True)
class OrderBy:
    """One property to sort by."""

    path: Path
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class Expand:
    """A related object to put in, with the properties to show of it; () for its default ones."""

    path: Path
    select: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """Everything a request's query says. Names are kept as they were written."""

    filter: Node | None = None
    select: tuple[str, ...] = ()
    orderby: tuple[OrderBy, ...] = ()
    top: int | None = None
    count: bool = False
    search: Search | None = None
    expand: tuple[Expand, ...] = ()
    skiptoken: str | None = None
    deltatoken: str | None = None
    format: str | None = None


def parse_query(pairs: Sequence[tuple[str, str]]) -> Query:
    """The query of decoded (name, value) pairs; option names with or without `$`, in any case; others are ignored.

    Raises QueryError for an unknown `$` option, one given twice, `$skip`, and a value that cannot be read.
    """
    found: dict[str, Any] = {}
    for name, value in pairs:
        key = name.strip().lower()
        option = key.removeprefix("$")
        if option == "skip":
            raise QueryError(BAD_REQUEST, NO_SKIP)
        read = _OPTIONS.get(option)
        if read is None:
            if key.startswith("$"):
                raise QueryError(BAD_REQUEST, f"The query option '{name.strip()[:60]}' is not supported.")  # ours
            continue
        if option in found:
            raise QueryError(  # OData's sentence
                MALFORMED,
                f"Query option '${option}' was specified more than once, but it must be specified at most once.",
            )
        found[option] = read(value)
    return Query(**found)


def _filter(text: str) -> Node:
    try:
        return parse_filter(text)
    except FilterError as error:
        place = f" at position {error.position}" if error.position else ""
        raise QueryError(MALFORMED, f"Invalid filter clause: Syntax error{place} in '{text[:200]}'.") from None  # ours


def _names(option: str, text: str) -> tuple[str, ...]:
    """Property names between commas, `*` too, each once; a name with a slash is the complex property's part."""
    names = [name.strip() for name in text.split(",")]
    if len(names) > MAX_NAMES:
        raise malformed(option, f"more than {MAX_NAMES} names")
    for name in names:
        if name != "*" and not all(_NAME.fullmatch(part) for part in name.split("/")):
            raise malformed(option, f"'{name[:60]}' is not a property name")
    return tuple(dict.fromkeys(names))


def _select(text: str) -> tuple[str, ...]:
    return _names("$select", text)


def _orderby(text: str) -> tuple[OrderBy, ...]:
    items = [item.strip() for item in text.split(",")]
    if len(items) > MAX_NAMES:
        raise malformed("$orderby", f"more than {MAX_NAMES} names")
    return tuple(_sort(item) for item in items)


def _sort(item: str) -> OrderBy:
    found = _SORT.fullmatch(item)
    way = (found.group("way") or "asc").lower() if found else ""
    if found is None or way not in ("asc", "desc"):
        raise malformed("$orderby", f"'{item[:60]}' is not a property with asc or desc")
    return OrderBy(tuple(found.group("path").split("/")), way == "desc")


def _top(text: str) -> int:
    text = text.strip()
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MAX_TOP:
        raise bad_page_size(text[:60])
    return int(text)


def _count(text: str) -> bool:
    value = text.strip().lower()
    if value not in ("true", "false"):
        raise malformed("$count", f"'{text[:60]}' is not true or false")
    return value == "true"


def _expand(text: str) -> tuple[Expand, ...]:
    found = _EXPAND.fullmatch(text.strip())
    if found is None or "/" in found.group("path"):
        raise malformed("$expand", f"'{text[:60]}' is not one related object with $select at most")
    name, options = found.group("path"), (found.group("options") or "").strip()
    select: tuple[str, ...] = ()
    if options:
        option, equals, value = options.partition("=")
        if not equals or option.strip().lower().removeprefix("$") != "select":
            raise malformed("$expand", f"'{option.strip()[:60]}' is not supported inside it")
        select = _names("$expand", value)
    if name.lower() != "manager":
        raise malformed("$expand", f"'{name[:60]}' can't be expanded; manager can")
    return (Expand((name,), select),)


def _token(text: str) -> str:
    return text.strip()


_OPTIONS: Final[dict[str, Callable[[str], Any]]] = {
    "filter": _filter,
    "select": _select,
    "orderby": _orderby,
    "top": _top,
    "count": _count,
    "search": parse_search,
    "expand": _expand,
    "skiptoken": _token,
    "deltatoken": _token,
    "format": _token,
}
