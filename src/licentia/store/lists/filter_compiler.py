"""A $filter tree as one SQL condition: logic, comparisons and what is empty. Parameters only, never a value in the text.

What a property or a collection is comes from `filter_columns` and `filter_collections`; no statement runs here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from licentia.domain.instants import SECOND, from_datetime
from licentia.domain.reasons import BadInput
from licentia.odata.literals import Value, literal_text
from licentia.odata.trees import (
    COUNT,
    AllLambda,
    And,
    AnyLambda,
    Comparison,
    EndsWith,
    In,
    Leaf,
    Node,
    Not,
    Operator,
    Or,
    Path,
    StartsWith,
)
from licentia.store.lists.filter_columns import Column, Kind, key_of

TRUE, FALSE = "TRUE", "FALSE"
_SIGNS = {Operator.GT: ">", Operator.GE: ">=", Operator.LT: "<", Operator.LE: "<="}


class Collection(Protocol):
    """What `any`, `all` and `$count` walk."""

    def exists(self, compiler: Compiler, condition: Callable[[Element], str] | None) -> str:
        """SQL: some element has the condition; without one, there is an element."""

    def count(self, compiler: Compiler, sign: str, number: int) -> str | None:
        """SQL: so many elements, as the sign says; None where only none and some can be told apart."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a collection inside a lambda: its properties by name in lower case, '' for the element itself.

    A text is a constant: the comparison is made here, not by the database.
    """

    properties: Mapping[str, Column | str | Callable[[Compiler, str], str]]


@dataclass
class Compiler:
    """Compiles one tree; `params` grows with every value.

    `keeps_unknown`: a fact that nobody stated matches neither a condition nor its opposite (R-190). Otherwise it is
    null, as Graph has it: `ne` and `not` keep it (R-191).
    """

    columns: Mapping[str, Column]
    collections: Mapping[str, Collection]
    known: str
    keeps_unknown: bool
    params: dict[str, object] = field(default_factory=dict)
    scope: dict[str, Element] = field(default_factory=dict)
    _aliases: int = 0

    def bind(self, value: object) -> str:
        """A parameter's place in the text."""
        return f"%({self.name(value)})s"

    def name(self, value: object) -> str:
        """A parameter's name."""
        name = f"f{len(self.params)}"
        self.params[name] = value
        return name

    def alias(self, prefix: str) -> str:
        """An alias that no other part of the condition has."""
        self._aliases += 1
        return f"{prefix}{self._aliases}"

    def compile(self, node: Node) -> str:
        """SQL of a tree; BadInput `unknown_property` or `wrong_filter_value`."""
        match node:
            case And(items):
                return all_of([self.compile(item) for item in items])
            case Or(items):
                return any_of([self.compile(item) for item in _gathered(items)])
            case Not(item):
                return self.opposite(self.compile(item))
            case AnyLambda(path, variable, condition):
                inner = None if condition is None else self._within(variable or "", condition)
                return self._collection(path).exists(self, inner)
            case AllLambda(path, variable, condition):
                without = self._within(variable, Not(condition))
                return self.opposite(self._collection(path).exists(self, without))
            case Comparison(path, op, value) if path[-1] == COUNT:
                return self._count(path, op, value)
            case Comparison(path, Operator.NE, value):
                return self.opposite(self._leaf(Comparison(path, Operator.EQ, value)))
            case _:
                return self._leaf(node)

    def opposite(self, condition: str) -> str:
        """SQL: the condition does not hold; of what is not stated see `keeps_unknown`."""
        if condition in (TRUE, FALSE):
            return FALSE if condition == TRUE else TRUE
        return f"(NOT {condition})" if self.keeps_unknown else f"({condition} IS NOT TRUE)"

    def unknown(self, path: Path) -> BadInput:
        """The refusal of a name that can't be filtered on, or not so."""
        return BadInput("unknown_property", name="/".join(path), known=self.known)

    # -- collections

    def _within(self, variable: str, condition: Node) -> Callable[[Element], str]:
        def compiled(element: Element) -> str:
            outer = self.scope
            self.scope = outer | {variable: element}
            try:
                return self.compile(condition)
            finally:
                self.scope = outer

        return compiled

    def _collection(self, path: Path) -> Collection:
        found = None if path[0] in self.scope else self.collections.get("/".join(path).lower())
        if found is None:
            raise self.unknown(path)
        return found

    def _count(self, path: Path, op: Operator, value: Value) -> str:
        collection, number = self._collection(path[:-1]), value
        assert isinstance(number, int), "the grammar has only whole numbers here"
        match op, number:
            case (Operator.EQ, 0) | (Operator.LE, 0) | (Operator.LT, 1):
                return self.opposite(collection.exists(self, None))
            case (Operator.NE, 0) | (Operator.GT, 0) | (Operator.GE, 1):
                return collection.exists(self, None)
        sign = _SIGNS.get(op) or {Operator.EQ: "=", Operator.NE: "<>"}.get(op)
        counted = None if sign is None else collection.count(self, sign, number)
        if counted is None:
            raise self.unknown(path)
        return counted

    # -- comparisons

    def _leaf(self, node: Leaf) -> str:
        element = self.scope.get(node.path[0])
        if element is None:
            column: Column | str | Callable[[Compiler, str], str] | None = self.columns.get("/".join(node.path).lower())
        else:
            column = element.properties.get("/".join(node.path[1:]).lower())
        match column:
            case None:
                raise self.unknown(node.path)
            case str():
                return TRUE if _constant(column, node) else FALSE
            case Column():
                return self._compare(column, node)
            case _:
                return any_of([column(self, guid(value, node.path)) for value in _equals(node, self)])

    def _compare(self, column: Column, node: Leaf) -> str:
        match node:
            case In(path, values):
                return self._among(column, path, values)
            case Comparison(path, Operator.EQ, value):
                return self._among(column, path, (value,))
            case Comparison(path, op, value) if op in _SIGNS:
                return self._order(column, path, op, value)
            case StartsWith(path, value) if column.kind in (Kind.TEXT, Kind.KEY):
                return self._starts(column, key_of(column, value))
            case EndsWith(path, value) if column.kind in (Kind.TEXT, Kind.KEY):
                key = self.bind(key_of(column, value))
                size, whole = self.bind(len(key_of(column, value))), column.compared
                ends = f"length({whole}) >= {size} AND substr({whole}, length({whole}) - {size} + 1) = {key}"
                return f"({ends})" if value else self._stated(column)
            case _:
                raise self.unknown(node.path)

    def _among(self, column: Column, path: Path, values: tuple[Value, ...]) -> str:
        """Equal to one of the values; null among them is what is known to be empty, or not stated."""
        parts: list[str] = []
        stated = list(dict.fromkeys(value for value in values if not self._is_null(column, path, value)))
        if len(stated) < len(set(values)):
            parts.append(self._null(column, path))
        if column.kind is Kind.MOMENT:
            parts += [self._at(column, instant(value, path)) for value in stated]
        elif stated:
            keys = ", ".join(self.bind(self._key(column, path, value)) for value in stated)
            parts.append(f"({column.compared} = {keys})" if len(stated) == 1 else f"({column.compared} IN ({keys}))")
        return any_of(parts)

    def _is_null(self, column: Column, path: Path, value: Value) -> bool:
        """Whether the value asks for what is empty. Graph refuses to compare with an empty text (R-193)."""
        if value == "" and column.kind in (Kind.TEXT, Kind.KEY):
            if not self.keeps_unknown:
                raise self.unknown(path)
            return not column.is_required
        return value is None

    def _null(self, column: Column, path: Path) -> str:
        if column.is_required:
            if self.keeps_unknown:
                raise wrong(None, path)
            return FALSE
        if column.kind in (Kind.TEXT, Kind.KEY):
            empty = f"({column.sql} = '')"
            return empty if self.keeps_unknown else f"({column.sql} IS NULL OR {column.sql} = '')"
        return f"({column.sql} IS NULL)"

    def _key(self, column: Column, path: Path, value: Value) -> object:
        match column.kind:
            case Kind.BOOL if isinstance(value, bool):
                return value
            case Kind.GUID if isinstance(value, str | UUID):
                return key_of(column, str(value))
            case Kind.TEXT | Kind.KEY if isinstance(value, str | UUID):
                return key_of(column, str(value))
            case _:
                raise wrong(value, path)

    def _order(self, column: Column, path: Path, op: Operator, value: Value) -> str:
        if value is None:
            raise wrong(value, path)
        if column.kind is Kind.GUID:
            raise self.unknown(path)
        if column.kind is Kind.MOMENT:
            return self._before(column, op, instant(value, path))
        key = self.bind(self._key(column, path, value))
        compared = f"{column.compared} {_SIGNS[op]} {key}"
        if column.kind is Kind.BOOL or column.is_required:
            return f"({compared})"
        return f"({column.sql} <> '' AND {compared})"

    def _at(self, column: Column, moment: int) -> str:
        """Moments compare as they are shown, in whole seconds (R-194)."""
        if moment % SECOND:
            return f"({column.sql} <> {column.sql})"  # never, and unknown where the moment is
        first, after = self.bind(moment), self.bind(moment + SECOND)
        return f"({column.sql} >= {first} AND {column.sql} < {after})"

    def _before(self, column: Column, op: Operator, moment: int) -> str:
        whole = moment - moment % SECOND
        is_later = op in (Operator.LE, Operator.GT) or bool(moment % SECOND)
        bound = self.bind(whole + SECOND if is_later else whole)
        return f"({column.sql} {'>=' if op in (Operator.GT, Operator.GE) else '<'} {bound})"

    def _starts(self, column: Column, key: str) -> str:
        if not key:
            return self._stated(column)
        whole = column.compared
        parts = [f"substr({whole}, 1, {self.bind(len(key))}) = {self.bind(key)}"]
        if column.is_indexed:
            parts.append(f"{whole} >= {self.bind(key)}")
            above = successor(key)
            if above:
                parts.append(f"{whole} < {self.bind(above)}")
        return f"({' AND '.join(parts)})"

    def _stated(self, column: Column) -> str:
        return TRUE if column.is_required else f"({column.sql} <> '')"


def all_of(parts: Sequence[str]) -> str:
    """SQL: all parts hold."""
    if FALSE in parts:
        return FALSE
    return _tree([part for part in parts if part != TRUE], " AND ", TRUE)


def any_of(parts: Sequence[str]) -> str:
    """SQL: one part holds at least."""
    if TRUE in parts:
        return TRUE
    return _tree([part for part in parts if part != FALSE], " OR ", FALSE)


def _tree(parts: list[str], word: str, empty: str) -> str:
    """Balanced: SQLite refuses an expression of a thousand levels, and a chain of a thousand words is one."""
    if not parts:
        return empty
    while len(parts) > 1:
        pairs = [parts[at : at + 2] for at in range(0, len(parts), 2)]
        parts = [f"({word.join(pair)})" if len(pair) > 1 else pair[0] for pair in pairs]
    return parts[0]


def _gathered(items: tuple[Node, ...]) -> list[Node]:
    """The items; several `a eq …` of one property become one `a in (…)`, which an index serves."""
    kept: list[Node] = []
    values: dict[Path, list[Value]] = {}
    for item in items:
        match item:
            case Comparison(path, Operator.EQ, value) if path[-1] != COUNT:
                values.setdefault(path, []).append(value)
            case In(path, several):
                values.setdefault(path, []).extend(several)
            case _:
                kept.append(item)
    return [*(In(path, tuple(several)) for path, several in values.items()), *kept]


def _equals(node: Leaf, compiler: Compiler) -> tuple[Value, ...]:
    match node:
        case In(_, values):
            return values
        case Comparison(_, Operator.EQ, value):
            return (value,)
        case _:
            raise compiler.unknown(node.path)


def _constant(text: str, node: Leaf) -> bool:
    """A comparison with a text that is known here; letters compare without case, as everywhere."""
    have = text.lower()
    match node:
        case Comparison(_, Operator.EQ, value):
            return value is not None and str(value).lower() == have
        case In(_, values):
            return any(value is not None and str(value).lower() == have for value in values)
        case StartsWith(_, value):
            return have.startswith(value.lower())
        case EndsWith(_, value):
            return have.endswith(value.lower())
        case Comparison(_, op, value) if op in _SIGNS and isinstance(value, str):
            low = value.lower()
            return {">": have > low, ">=": have >= low, "<": have < low, "<=": have <= low}[_SIGNS[op]]
        case _:
            raise wrong(getattr(node, "value", None), node.path)


def successor(key: str) -> str:
    """The smallest text above all that begin with the key; '' when there is none."""
    kept = key.rstrip("\U0010ffff")
    if not kept:
        return ""
    following = ord(kept[-1]) + 1
    return kept[:-1] + chr(0xE000 if following == 0xD800 else following)


def guid(value: Value, path: Path) -> str:
    """The GUID a value is, quoted or not; BadInput otherwise."""
    try:
        return str(value if isinstance(value, UUID) else UUID(str(value)))
    except ValueError:
        raise wrong(value, path) from None


def instant(value: Value, path: Path) -> int:
    """The instant a value names; BadInput otherwise."""
    try:
        return from_datetime(value)  # type: ignore[arg-type]
    except (AttributeError, TypeError, ValueError):
        raise wrong(value, path) from None


def wrong(value: Value, path: Path) -> BadInput:
    """What a filter says that this property can't be; the value as the filter writes it."""
    return BadInput("wrong_filter_value", name="/".join(path), value=literal_text(value))
