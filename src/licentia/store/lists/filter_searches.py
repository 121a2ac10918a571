"""A $search tree as SQL, with the compiler of a filter: names by words, other properties by their beginning (R-196).

Descriptions are compared as names are; no statement runs here.
"""

from __future__ import annotations

from licentia.odata.advanced import SEARCHED
from licentia.odata.searches import Search, SearchAnd, SearchNot, SearchOr, SearchTerm
from licentia.odata.trees import AnyLambda, StartsWith
from licentia.store.lists.filter_columns import text_key
from licentia.store.lists.filter_compiler import Compiler, all_of, any_of
from licentia.store.names import plain

_BY_WORDS = frozenset({"displayname", "description"})
_INDEXED = 3
"""The search index holds runs of three characters."""


def compile_search(compiler: Compiler, search: Search, kind: str) -> str:
    """SQL of the objects that a search finds; BadInput `unknown_property`."""
    match search:
        case SearchAnd(items):
            return all_of([compile_search(compiler, item, kind) for item in items])
        case SearchOr(items):
            return any_of([compile_search(compiler, item, kind) for item in items])
        case SearchNot(item):
            return compiler.opposite(compile_search(compiler, item, kind))
        case SearchTerm(name, words):
            return _term(compiler, name, words, kind)


def _term(compiler: Compiler, name: str, words: str, kind: str) -> str:
    if name.lower() not in SEARCHED[kind]:
        raise compiler.unknown((name,))
    if name.lower() in _BY_WORDS:
        text = f"' ' || {compiler.columns[name.lower()].compared}"
        return all_of([f"({text} LIKE {compiler.bind(_pattern(word))} ESCAPE '\\')" for word in words.split()])
    if name.lower() in compiler.collections:
        return compiler.compile(AnyLambda((name,), "x", StartsWith(("x",), words)))
    return compiler.compile(StartsWith((name,), words))


def _pattern(word: str) -> str:
    escaped = text_key(word).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"% {escaped}%"


def indexed_words(search: Search) -> str | None:
    """Words that stand in the search key of every user found; None when there are none, or too short for the index."""
    terms = search.items if isinstance(search, SearchAnd) else (search,)
    for term in terms:
        if isinstance(term, SearchTerm) and term.property.lower() in ("displayname", "userprincipalname"):
            words = [plain(word) for word in term.words.split()]
            longest = max(words, key=len, default="")
            if len(longest) >= _INDEXED:
                return longest
    return None
