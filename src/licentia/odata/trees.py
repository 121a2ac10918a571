"""The frozen tree of a $filter, and its one canonical text.

Never knows which properties exist or how a database compares them; never evaluates anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from licentia.odata.literals import Value, literal_text

Path = tuple[str, ...]


class Operator(StrEnum):
    """How a comparison compares."""

    EQ = "eq"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`path op value`; a GUID written between quotes is a string, one without is a UUID."""

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
class AnyLambda:
    """`collection/any(variable:condition)`; `any()`, "not empty", has neither variable nor condition.

    Inside the condition a path that begins with the variable is about the element.
    """

    collection: Path
    variable: str | None
    condition: Node | None


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


Node = Comparison | In | StartsWith | AnyLambda | Not | And | Or


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
        case _:
            return _condition_text(node)


def _condition_text(node: Comparison | In | StartsWith) -> str:
    path = "/".join(node.path)
    match node:
        case Comparison(_, op, value):
            return f"{path} {op} {literal_text(value)}"
        case In(_, values):
            return f"{path} in ({','.join(map(literal_text, values))})"
        case StartsWith(_, value):
            return f"startsWith({path},{literal_text(value)})"
