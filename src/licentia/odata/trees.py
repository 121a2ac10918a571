"""The frozen tree of a $filter, and its one canonical text.

Never knows which properties exist or how a database compares them; never evaluates anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from licentia.odata.literals import Value, literal_text

Path = tuple[str, ...]


COUNT = "$count"
"""The last part of a path that asks how many elements a collection has."""


class Operator(StrEnum):
    """How a comparison compares."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"
    HAS = "has"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`path op value`; a GUID written between quotes is a string, one without is a UUID.

    A path that ends in COUNT is about the number of elements: `assignedLicenses/$count eq 0`.
    """

    path: Path
    op: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class In:
    """`path in (value, …)`, with at least one value."""

    path: Path
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class StartsWith:
    """`startsWith(path, value)`."""

    path: Path
    value: str


@dataclass(frozen=True, slots=True)
class EndsWith:
    """`endsWith(path, value)`."""

    path: Path
    value: str


@dataclass(frozen=True, slots=True)
class AnyLambda:
    """`collection/any(variable:condition)`; `any()`, "not empty", has neither variable nor condition.

    Inside the condition a path that begins with the variable is about the element.
    """

    collection: Path
    variable: str | None
    condition: Node | None


@dataclass(frozen=True, slots=True)
class AllLambda:
    """`collection/all(variable:condition)`: no element is without the condition, so an empty collection has it."""

    collection: Path
    variable: str
    condition: Node


@dataclass(frozen=True, slots=True)
class Not:
    """`not item`."""

    item: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more items hold."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more items holds."""

    items: tuple[Node, ...]


Node = Comparison | In | StartsWith | EndsWith | AnyLambda | AllLambda | Not | And | Or
Leaf = Comparison | In | StartsWith | EndsWith


def to_text(node: Node) -> str:
    """Return the one canonical text of a tree; parsing it returns an equal tree."""
    match node:
        case And(items):
            return " and ".join(f"({to_text(i)})" if isinstance(i, And | Or) else to_text(i) for i in items)
        case Or(items):
            return " or ".join(f"({to_text(i)})" if isinstance(i, Or) else to_text(i) for i in items)
        case Not(item):
            return f"not({to_text(item)})"
        case AnyLambda(collection, variable, condition):
            inner = "" if condition is None else f"{variable}:{to_text(condition)}"
            return f"{'/'.join(collection)}/any({inner})"
        case AllLambda(collection, variable, condition):
            return f"{'/'.join(collection)}/all({variable}:{to_text(condition)})"
        case _:
            return _condition_text(node)


def _condition_text(node: Leaf) -> str:
    path = "/".join(node.path)
    match node:
        case Comparison(_, op, value):
            return f"{path} {op} {literal_text(value)}"
        case In(_, values):
            return f"{path} in ({','.join(map(literal_text, values))})"
        case StartsWith(_, value):
            return f"startsWith({path},{literal_text(value)})"
        case EndsWith(_, value):
            return f"endsWith({path},{literal_text(value)})"
