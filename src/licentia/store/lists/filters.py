"""A $filter tree as a condition of a list: over `u` (users) and `p` (user_profile), or over `g` (user_group).

Two readings of what nobody stated: Graph's null (R-191), and the unknown of people's own lists, which never matches
(R-190). Parameters only, never a value in the text; every statement still ties `u` or `g` to its tenant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from licentia.domain.reasons import BadInput
from licentia.odata.advanced import names_of
from licentia.odata.errors import MALFORMED, QueryError, unsupported_property
from licentia.odata.searches import Search
from licentia.odata.trees import And, AnyLambda, Comparison, In, Node, Operator, StartsWith
from licentia.store.lists import filter_collections, filter_columns
from licentia.store.lists.filter_columns import Column, Kind, key_of
from licentia.store.lists.filter_compiler import Compiler, all_of, guid, successor
from licentia.store.lists.filter_orders import Order, order_groups, order_users
from licentia.store.lists.filter_searches import compile_search, indexed_words

PROFILE: Final = "LEFT JOIN user_profile p ON p.tenant_id = u.tenant_id AND p.user_id = u.id"
"""What a condition over `p` needs in FROM, behind `users u`."""

KNOWN = (
    "id, userPrincipalName, displayName, accountEnabled, department, usageLocation, userType, jobTitle, mail, city, "
    "country, companyName, employeeId, onPremisesSyncEnabled, createdDateTime, signInActivity/lastSignInDateTime, "
    "assignedLicenses/any(x:x/skuId eq …), assignedPlans/any(x:x/servicePlanId eq …)"
)
"""What a filter of users may name, the most used ones."""

_OF_PROFILE: Final = re.compile(r"\bp\.")

KNOWN_OF_GROUPS = "id, displayName, mailEnabled, securityEnabled, groupTypes/any(x:x eq …), assignedLicenses/any(…)"


@dataclass(frozen=True, slots=True)
class Prefix:
    """All rows that meet the condition have this expression from `low` on and below `high` ('': without end)."""

    sql: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL that holds for the rows a filter means, its parameters (besides `tenant`), and what it can be driven from."""

    sql: str
    params: dict[str, object] = field(default_factory=dict)
    joins: str = ""
    """What it needs in FROM, behind the table."""
    product: str | None = None
    """The SKU id of a product that every row holds: a rare one is the shorter way."""
    is_unique: bool = False
    """A key of its own names the rows: there are only a few."""
    prefix: Prefix | None = None
    """Where the index of names leads to all the rows."""
    words: str | None = None
    """Words that the search index has for every row."""


EVERYBODY: Final = Condition("TRUE")


def compile_users(node: Node | None, search: Search | None = None, *, deleted: bool = False) -> Condition:
    """The condition of users, or deleted ones, as Graph reads it; QueryError for what can't be filtered on."""
    columns = filter_columns.DELETED_USERS if deleted else filter_columns.USERS
    compiler = Compiler(columns, filter_collections.OF_USERS, KNOWN, keeps_unknown=False)
    return _as_graph(compiler, node, search, "user")


def compile_groups(node: Node | None, search: Search | None = None) -> Condition:
    """The condition of groups as Graph reads it; QueryError for what can't be filtered on."""
    compiler = Compiler(filter_columns.GROUPS, filter_collections.OF_GROUPS, KNOWN_OF_GROUPS, keeps_unknown=False)
    return _as_graph(compiler, node, search, "group")


def where(node: Node | None) -> Condition:
    """The condition of users on the command line and the pages: what is not known matches nothing (R-190).

    BadInput `unknown_property` or `wrong_filter_value`.
    """
    compiler = Compiler(filter_columns.USERS, filter_collections.OF_USERS, KNOWN, keeps_unknown=True)
    return _condition(compiler, node)


def _as_graph(compiler: Compiler, node: Node | None, search: Search | None, kind: str) -> Condition:
    try:
        condition = _condition(compiler, node)
        if search is None:
            return condition
        text = all_of([condition.sql, compile_search(compiler, search, kind)])
        joins = PROFILE if _OF_PROFILE.search(text) else ""
        return replace(condition, sql=text, params=compiler.params, joins=joins, words=indexed_words(search))
    except BadInput as error:
        name = str(error.details["name"])
        if error.code == "unknown_property":
            raise _refused(name, kind) from None
        value = error.details["value"]
        raise QueryError(  # ours
            MALFORMED, f"Invalid filter clause: The value {value} does not fit the property '{name}'."
        ) from None


def _refused(name: str, kind: str) -> QueryError:
    """A property that Graph has can't be filtered on, or not so; one that it has not is not found (OData's sentence)."""
    first = name.split("/", maxsplit=1)[0]
    if first.lower() in names_of(kind) or "/" in name:
        return unsupported_property(name, kind.capitalize())
    return QueryError(
        MALFORMED, f"Invalid filter clause: Could not find a property named '{first}' on type 'microsoft.graph.{kind}'."
    )


def _condition(compiler: Compiler, node: Node | None) -> Condition:
    if node is None:
        return EVERYBODY
    text = compiler.compile(node)
    items = tuple(_joined(node))
    extra = [found for found in (_by_mail(compiler, item) for item in items) if found]
    text = " AND ".join([*extra, text])
    return Condition(
        f"({text})" if extra else text,
        compiler.params,
        PROFILE if _OF_PROFILE.search(text) else "",
        next((sku for sku in map(_product, items) if sku), None),
        any(_is_unique(compiler, item) for item in items),
        next((found for found in (_prefix(compiler, item) for item in items) if found), None),
    )


def _joined(node: Node) -> Iterator[Node]:
    """The conditions that all hold."""
    if isinstance(node, And):
        for item in node.items:
            yield from _joined(item)
    else:
        yield node


def _by_mail(compiler: Compiler, node: Node) -> str:
    """Mail addresses lead to users by their index; said apart, since a LEFT JOIN begins at the users."""
    if not (isinstance(node, Comparison) and node.op == Operator.EQ and "/".join(node.path).lower() == "mail"):
        return ""
    column = compiler.columns["mail"]
    if column.kind is not Kind.KEY or not isinstance(node.value, str) or not node.value:
        return ""
    key = compiler.bind(key_of(column, node.value))
    return f"u.id IN (SELECT k.user_id FROM user_profile k WHERE k.tenant_id = %(tenant)s AND k.mail_key = {key})"


def _product(node: Node) -> str | None:
    """The product of `assignedLicenses/any(x:x/skuId eq …)`."""
    match node:
        case AnyLambda(path, variable, Comparison((first, second), Operator.EQ, value)):
            if "/".join(path).lower() == "assignedlicenses" and first == variable and second.lower() == "skuid":
                return guid(value, (first, second))
    return None


def _column(compiler: Compiler, node: Comparison | In | StartsWith) -> Column | None:
    found = compiler.columns.get("/".join(node.path).lower())
    return found if found is not None and found.is_indexed else None


def _is_unique(compiler: Compiler, node: Node) -> bool:
    if isinstance(node, In) or (isinstance(node, Comparison) and node.op == Operator.EQ):
        column = _column(compiler, node)
        return column is not None and column.kind in (Kind.KEY, Kind.GUID)
    return False


def _prefix(compiler: Compiler, node: Node) -> Prefix | None:
    """Of a name that begins so, or is so."""
    match node:
        case StartsWith(_, str() as text) | Comparison(_, Operator.EQ, str() as text) if text:
            column = _column(compiler, node)
            if column is None or column.kind is Kind.GUID:
                return None
            low = key_of(column, text)
            return Prefix(column.compared, low, successor(low) if isinstance(node, StartsWith) else low + "\x01")
    return None


__all__ = [
    "EVERYBODY",
    "PROFILE",
    "Condition",
    "Order",
    "Prefix",
    "compile_groups",
    "compile_users",
    "order_groups",
    "order_users",
    "where",
]
