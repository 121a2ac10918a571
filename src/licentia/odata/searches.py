"""Reads the text of a $search over directory objects: quoted `"property:words"`, joined by AND, OR and NOT.

Never knows which properties can be searched or how words are compared; never evaluates anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NoReturn

from licentia.odata.errors import MALFORMED, QueryError

MAX_LENGTH: Final = 4_096
MAX_DEPTH: Final = 20


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """`"property:words"`: words in one property."""

    property: str
    words: str


@dataclass(frozen=True, slots=True)
class SearchNot:
    """`NOT item`."""

    item: Search


@dataclass(frozen=True, slots=True)
class SearchAnd:
    """All of two or more items hold."""

    items: tuple[Search, ...]


@dataclass(frozen=True, slots=True)
class SearchOr:
    """At least one of two or more items holds."""

    items: tuple[Search, ...]


Search = SearchTerm | SearchNot | SearchAnd | SearchOr

# A quote and a backslash inside a term are written with a backslash before them.
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]+|\\.)*+")|(?P<word>AND|OR|NOT)(?![A-Za-z0-9])|(?P<mark>[()])|(?P<end>$))"""
)
_TERM: Final = re.compile(r"(?P<name>[A-Za-z]{1,64})\s*:(?P<words>.*)", re.DOTALL)
_FORBIDDEN: Final = re.compile("[\x00\ud800-\udfff]")


def parse_search(text: str) -> Search:
    """The tree of a $search; AND binds before OR, and the words of joining are in capitals. QueryError otherwise."""
    if len(text) > MAX_LENGTH or _FORBIDDEN.search(text):
        _syntax(text, 0)
    return _Parser(text).parse()


def search_text(search: Search) -> str:
    """The one canonical text of a search; parsing it returns an equal tree."""
    match search:
        case SearchTerm(name, words):
            escaped = words.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{name}:{escaped}"'
        case SearchNot(item):
            inner = search_text(item)
            return f"NOT {inner}" if isinstance(item, SearchTerm | SearchNot) else f"NOT ({inner})"
        case SearchAnd(items):
            return " AND ".join(_nested(item, SearchAnd | SearchOr) for item in items)
        case SearchOr(items):
            return " OR ".join(_nested(item, SearchOr) for item in items)


def _nested(item: Search, kinds: object) -> str:
    return f"({search_text(item)})" if isinstance(item, kinds) else search_text(item)  # type: ignore[arg-type]


class _Parser:
    """Recursive descent; `_at` stands behind what was read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._next()

    def parse(self) -> Search:
        found = self._or()
        if self._kind != "end":
            _syntax(self._text, self._start)
        return found

    def _next(self) -> None:
        self._start = self._at
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            _syntax(self._text, self._at)
        self._kind, self._word = str(found.lastgroup), str(found.group(str(found.lastgroup)))
        self._at = found.end()

    def _skip(self, word: str) -> bool:
        is_there = self._word == word
        if is_there:
            self._next()
        return is_there

    def _or(self) -> Search:
        items = [self._and()]
        while self._skip("OR"):
            items.append(self._and())
        return items[0] if len(items) == 1 else SearchOr(tuple(items))

    def _and(self) -> Search:
        items = [self._item()]
        while self._skip("AND"):
            items.append(self._item())
        return items[0] if len(items) == 1 else SearchAnd(tuple(items))

    def _item(self) -> Search:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            _syntax(self._text, self._start)
        found = self._one()
        self._depth -= 1
        return found

    def _one(self) -> Search:
        if self._skip("NOT"):
            return SearchNot(self._item())
        if self._skip("("):
            found = self._or()
            if not self._skip(")"):
                _syntax(self._text, self._start)
            return found
        if self._kind != "text":
            _syntax(self._text, self._start)
        term = _TERM.fullmatch(re.sub(r"\\(.)", r"\1", self._word[1:-1], flags=re.DOTALL))
        if term is None or not term.group("words").strip():
            _syntax(self._text, self._start)
        self._next()
        return SearchTerm(term.group("name"), term.group("words").strip())


def _syntax(text: str, at: int) -> NoReturn:
    """Ours."""
    raise QueryError(MALFORMED, f"Syntax error: the $search can't be read at position {at} in '{text[:200]}'.")
