"""A $filter tree as SQL over the alias `u` of users, from an allow-list of properties.

Unknown facts (NULL) match nothing; `eq null` means known to be empty, and of a switch or a date, which is never empty,
that nothing is stated. Parameters only, never a value in the text.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from uuid import UUID

from licentia.domain.instants import from_datetime
from licentia.domain.reasons import BadInput
from licentia.odata.literals import Value, literal_text
from licentia.odata.trees import And, AnyLambda, Comparison, In, Node, Not, Or, Path, StartsWith
from licentia.store.names import principal_key

_TEXT = {
    "displayname": "u.display_name",
    "department": "u.department",
    "usagelocation": "u.usage_location",
    "usertype": "u.user_type",
}
_BOOL = {"accountenabled": "u.account_enabled", "onpremisessyncenabled": "u.is_synced"}
_PREFIX = ("displayname", "department", "usagelocation", "userprincipalname")


_ASCII_LOWER = {ord(letter): letter.lower() for letter in string.ascii_uppercase}

KNOWN = (
    "id, userPrincipalName, displayName, accountEnabled, department, usageLocation, userType, "
    "onPremisesSyncEnabled, createdDateTime, assignedLicenses/any(x:x/skuId eq …)"
)
"""What a filter may name."""


@dataclass
class _Compiler:
    params: dict[str, object] = field(default_factory=dict)

    def bind(self, value: object) -> str:
        name = f"f{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def compile(self, node: Node) -> str:
        match node:
            case And(items):
                return "(" + " AND ".join(self.compile(item) for item in items) + ")"
            case Or(items):
                return "(" + " OR ".join(self.compile(item) for item in items) + ")"
            case Not(item):
                return f"NOT {self.compile(item)}"
            case Comparison(path, _, value):
                return self._equals(path, value)
            case In(path, values):
                return "(" + " OR ".join(self._equals(path, value) for value in values) + ")"
            case StartsWith(path, value):
                return self._starts(path, value)
            case AnyLambda():
                return self._any(node)

    def _equals(self, path: Path, value: Value) -> str:
        name = "/".join(path).lower()
        if name in _TEXT:
            return self._text(_TEXT[name], path, value)
        if name in _BOOL:
            column = _BOOL[name]
            return f"({column} IS NULL)" if value is None else f"({column} = {self.bind(_wanted(value, bool, path))})"
        exact = {"id": ("u.object_id", str.lower), "userprincipalname": ("u.principal_key", principal_key)}
        if name in exact:
            column, key = exact[name]
            return f"({column} = {self.bind(key(str(_stated(value, path))))})"
        if name == "createddatetime":
            return "(u.created_at IS NULL)" if value is None else f"(u.created_at = {self.bind(_instant(value, path))})"
        raise BadInput("unknown_property", name="/".join(path), known=KNOWN)

    def _text(self, column: str, path: Path, value: Value) -> str:
        if value is None:
            return f"({column} = '')"
        return f"(lower({column}) = {self.bind(_lower(str(_wanted(value, str, path))))})"

    def _starts(self, path: Path, value: str) -> str:
        name = "/".join(path).lower()
        if name not in _PREFIX:
            raise BadInput("unknown_property", name="/".join(path), known=KNOWN)
        column = _TEXT.get(name, "u.principal_key")
        key = _lower(value) if name in _TEXT else value.casefold()
        text = key.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"(lower({column}) LIKE {self.bind(text + '%')} ESCAPE '\\')"

    def _any(self, node: AnyLambda) -> str:
        """assignedLicenses/any(x:x/skuId eq GUID): held through any source, an assignment in error is not."""
        if "/".join(node.collection).lower() != "assignedlicenses":
            raise BadInput("unknown_property", name="/".join(node.collection), known=KNOWN)
        held = "EXISTS (SELECT 1 FROM source s WHERE s.tenant_id = u.tenant_id AND s.user_id = u.id AND s.state < 4"
        if node.condition is None:
            return f"{held})"
        return f"{held} AND {self._license(node.condition, node.variable or '')})"

    def _license(self, node: Node, variable: str) -> str:
        match node:
            case And(items):
                return "(" + " AND ".join(self._license(item, variable) for item in items) + ")"
            case Or(items):
                return "(" + " OR ".join(self._license(item, variable) for item in items) + ")"
            case Comparison(path, _, value) if _is_sku(path, variable):
                return self._sku((value,))
            case In(path, values) if _is_sku(path, variable):
                return self._sku(values)
            case _:
                raise BadInput("unknown_property", name="assignedLicenses", known="skuId")

    def _sku(self, values: tuple[object, ...]) -> str:
        wanted = ", ".join(self.bind(str(value).lower()) for value in values)
        return f"s.product_id IN (SELECT p.id FROM product p WHERE p.tenant_id = %(tenant)s AND p.sku_id IN ({wanted}))"


def where(node: Node) -> tuple[str, dict[str, object]]:
    """The condition and its parameters (besides `tenant`); BadInput for a property or value we do not know."""
    compiler = _Compiler()
    condition = compiler.compile(node)
    return condition, compiler.params


def _lower(text: str) -> str:
    """The text as both databases' lower() has it: ASCII letters only."""
    return text.translate(_ASCII_LOWER)


def _is_sku(path: Path, variable: str) -> bool:
    return len(path) == 2 and path[0] == variable and path[1].lower() == "skuid"


def _wanted(value: Value, kind: type, path: Path) -> object:
    if isinstance(value, UUID) and kind is str:
        return str(value)
    if not isinstance(value, kind):
        raise _wrong(value, path)
    return value


def _stated(value: Value, path: Path) -> object:
    if value is None:
        raise _wrong(value, path)
    return value


def _wrong(value: Value, path: Path) -> BadInput:
    """What a filter says that this property can't be; the value as the filter writes it."""
    return BadInput("wrong_filter_value", name="/".join(path), value=literal_text(value))


def _instant(value: Value, path: Path) -> int:
    try:
        return from_datetime(value)  # type: ignore[arg-type]
    except (AttributeError, TypeError, ValueError):
        raise _wrong(value, path) from None
