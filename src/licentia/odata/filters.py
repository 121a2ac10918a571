"""Reads the text of a Microsoft Graph $filter into a frozen tree.

Never knows which properties exist or how a database compares them; never evaluates, never repairs a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, NoReturn

from licentia.odata.literals import CONSTANTS, Value, parse_bare
from licentia.odata.trees import (
    COUNT,
    AllLambda,
    And,
    AnyLambda,
    Comparison,
    EndsWith,
    In,
    Node,
    Not,
    Operator,
    Or,
    Path,
    StartsWith,
)

MAX_DEPTH = 60
MAX_LENGTH = 64 * 1024


class FilterErrorCode(StrEnum):
    """Why a filter cannot be read."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_DEEP = "too_deep"
    UNEXPECTED_CHARACTER = "unexpected_character"
    UNEXPECTED_TOKEN = "unexpected_token"  # noqa: S105  a word of the filter, not a secret
    UNTERMINATED_STRING = "unterminated_string"
    BAD_LITERAL = "bad_literal"
    UNKNOWN_FUNCTION = "unknown_function"


class FilterError(Exception):
    """A filter cannot be read: `code` names why, `details` carries what the sentence needs.

    `position` says where, counted from 0; it is the text's length when the text ends too early.
    """

    def __init__(self, code: FilterErrorCode, position: int, **details: object) -> None:
        super().__init__(f"{code} at {position}")
        self.code = code
        self.position = position
        self.details = details


def parse_filter(text: str) -> Node:
    """Return the tree of a $filter; operators, functions and constants are read in any case, names are kept.

    Raises FilterError, and nothing else, for a text that is not a filter.
    """
    if len(text) > MAX_LENGTH:
        raise FilterError(FilterErrorCode.TOO_LONG, MAX_LENGTH, limit=MAX_LENGTH, length=len(text))
    tokens = _tokens(text)
    if len(tokens) == 1:
        raise FilterError(FilterErrorCode.EMPTY, 0)
    return _Parser(tokens).parse()


class _Kind(StrEnum):
    TEXT = "text"
    BARE = "bare"
    WORD = "word"
    MARK = "mark"
    END = "end"


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


# A bare literal is what starts like a number, or a word with a dash in it: a GUID, or somebody's mistake.
# Possessive: a text with an open quote fails at once instead of trying every shorter string.
_PATTERN = re.compile(
    r"""(?P<blank>[ \t\r\n]+)
      | (?P<text>'(?:[^']+|'')*+')
      | (?P<bare>[+-]?[0-9][A-Za-z0-9_.:+-]* | [A-Za-z_][A-Za-z0-9_]*-[A-Za-z0-9_-]*)
      | (?P<word>\$?[A-Za-z_][A-Za-z0-9_]*)
      | (?P<mark>[(),:/])""",
    re.VERBOSE,
)
# No database takes these in a text, and no name has them.
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")


def _tokens(text: str) -> list[_Token]:
    forbidden = _FORBIDDEN.search(text)
    if forbidden:
        raise FilterError(FilterErrorCode.UNEXPECTED_CHARACTER, forbidden.start(), character=forbidden.group())
    tokens: list[_Token] = []
    at = 0
    while found := _PATTERN.match(text, at):
        kind = str(found.lastgroup)
        if kind != "blank":
            tokens.append(_Token(kind, found.group(), at))
        at = found.end()
    if at < len(text):
        if text[at] == "'":
            raise FilterError(FilterErrorCode.UNTERMINATED_STRING, at)
        raise FilterError(FilterErrorCode.UNEXPECTED_CHARACTER, at, character=text[at])
    tokens.append(_Token(_Kind.END, "", at))
    return tokens


_OPERATORS = {operator.value: operator for operator in Operator}
_FUNCTIONS: dict[str, Callable[[Path, str], Node]] = {"startswith": StartsWith, "endswith": EndsWith}
_LAMBDAS = frozenset({"any", "all"})


class _Parser:
    """Recursive descent; each method reads one rule of the grammar and leaves `_at` behind it."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def parse(self) -> Node:
        node = self._or()
        if self._token.kind != _Kind.END:
            self._unexpected("and, or")
        return node

    def _or(self) -> Node:
        items = [self._and()]
        while self._skip_word("or"):
            items.append(self._and())
        return items[0] if len(items) == 1 else Or(tuple(items))

    def _and(self) -> Node:
        items = [self._item()]
        while self._skip_word("and"):
            items.append(self._item())
        return items[0] if len(items) == 1 else And(tuple(items))

    def _item(self) -> Node:
        if self._is_mark("("):
            return self._group()
        token = self._token
        if self._skip_word("not"):
            if self._is_mark("("):
                return Not(self._group())
            self._enter(token)
            item = self._item()
            self._depth -= 1
            return Not(item)
        return self._condition()

    def _group(self) -> Node:
        self._enter(self._take_mark("("))
        node = self._or()
        self._take_mark(")")
        self._depth -= 1
        return node

    def _condition(self) -> Node:
        first = self._take_word("condition")
        if self._is_mark("("):
            return self._function(first)
        path = [self._name(first)]
        while self._skip_mark("/"):
            step = self._take_word("name")
            if self._is_mark("("):
                return self._lambda(tuple(path), step)
            if step.text.lower() == COUNT:
                return self._count((*path, COUNT))
            path.append(self._name(step))
        return self._comparison(tuple(path))

    def _function(self, name: _Token) -> Node:
        make = _FUNCTIONS.get(name.text.lower())
        if make is None:
            raise FilterError(FilterErrorCode.UNKNOWN_FUNCTION, name.position, name=name.text[:60])
        self._take_mark("(")
        path = self._path()
        self._take_mark(",")
        token = self._token
        value = self._literal()
        if not isinstance(value, str):
            raise _bad_literal(token)
        self._take_mark(")")
        return self._truth(make(path, value))

    def _truth(self, node: Node) -> Node:
        """What a function says, or the older spelling that compares it: `startsWith(a,'b') eq true`."""
        operator = self._token.text.lower()
        if self._token.kind != _Kind.WORD or operator not in (Operator.EQ, Operator.NE):
            return node
        self._at += 1
        token = self._token
        value = self._literal()
        if not isinstance(value, bool):
            raise _bad_literal(token)
        return node if value is (operator == Operator.EQ) else Not(node)

    def _lambda(self, collection: Path, name: _Token) -> Node:
        key = name.text.lower()
        if key not in _LAMBDAS:
            raise FilterError(FilterErrorCode.UNKNOWN_FUNCTION, name.position, name=name.text[:60])
        self._enter(self._take_mark("("))
        if key == "any" and self._skip_mark(")"):
            self._depth -= 1
            return AnyLambda(collection, None, None)
        variable = self._name(self._take_word("variable"))
        self._take_mark(":")
        condition = self._or()
        self._take_mark(")")
        self._depth -= 1
        return (AnyLambda if key == "any" else AllLambda)(collection, variable, condition)

    def _comparison(self, path: Path) -> Node:
        if self._skip_word("in"):
            return In(path, self._values())
        return Comparison(path, self._operator(), self._literal())

    def _count(self, path: Path) -> Node:
        """How many elements, compared with a whole number."""
        operator = self._operator()
        token = self._token
        value = self._literal()
        if isinstance(value, bool) or not isinstance(value, int):
            raise _bad_literal(token)
        return Comparison(path, operator, value)

    def _operator(self) -> Operator:
        operator = _OPERATORS.get(self._token.text.lower())
        if operator is None or self._token.kind != _Kind.WORD:
            self._unexpected("operator")
        self._at += 1
        return operator

    def _values(self) -> tuple[Value, ...]:
        self._take_mark("(")
        values = [self._literal()]
        while self._skip_mark(","):
            values.append(self._literal())
        self._take_mark(")")
        return tuple(values)

    def _path(self) -> Path:
        path = [self._name(self._take_word("name"))]
        while self._skip_mark("/"):
            path.append(self._name(self._take_word("name")))
        return tuple(path)

    def _name(self, token: _Token) -> str:
        """The name in a word already taken: `$it` and the like are no names."""
        if token.text.startswith("$"):
            self._at -= 1
            self._unexpected("name")
        return token.text

    def _literal(self) -> Value:
        token = self._token
        if token.kind in (_Kind.MARK, _Kind.END):
            self._unexpected("literal")
        self._at += 1
        if token.kind == _Kind.TEXT:
            return token.text[1:-1].replace("''", "'")
        if token.kind == _Kind.BARE:
            try:
                return parse_bare(token.text)
            except ValueError:
                raise _bad_literal(token) from None
        key = token.text.lower()
        if key not in CONSTANTS:
            raise _bad_literal(token)
        return CONSTANTS[key]

    @property
    def _token(self) -> _Token:
        return self._tokens[self._at]

    def _enter(self, token: _Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FilterError(FilterErrorCode.TOO_DEEP, token.position, limit=MAX_DEPTH)

    def _is_mark(self, mark: str) -> bool:
        token = self._tokens[self._at]
        return token.kind == _Kind.MARK and token.text == mark

    def _skip_mark(self, mark: str) -> bool:
        found = self._is_mark(mark)
        self._at += found
        return found

    def _skip_word(self, word: str) -> bool:
        token = self._tokens[self._at]
        found = token.kind == _Kind.WORD and token.text.lower() == word
        self._at += found
        return found

    def _take_mark(self, mark: str) -> _Token:
        token = self._token
        if not self._skip_mark(mark):
            self._unexpected(mark)
        return token

    def _take_word(self, expected: str) -> _Token:
        token = self._token
        if token.kind != _Kind.WORD:
            self._unexpected(expected)
        self._at += 1
        return token

    def _unexpected(self, expected: str) -> NoReturn:
        token = self._token
        raise FilterError(FilterErrorCode.UNEXPECTED_TOKEN, token.position, found=token.text[:60], expected=expected)


def _bad_literal(token: _Token) -> FilterError:
    return FilterError(FilterErrorCode.BAD_LITERAL, token.position, text=token.text[:60])
