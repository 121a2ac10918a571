"""Which queries Microsoft Graph takes as they are, which only with `ConsistencyLevel: eventual` and $count=true, which never.

The tables are data (LF 1.4; graph-docs concepts/aad-advanced-queries.md, includes/filter-directory-objects.md, and the
properties' own pages for groups). Never knows a column; never changes a query.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

from licentia.odata.errors import (
    BAD_REQUEST,
    NO_RAW_COUNT,
    NO_SEARCH,
    NO_SORT,
    UNSUPPORTED,
    QueryError,
    needs_advanced,
    unsupported_property,
)
from licentia.odata.query import Query
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

Kind = Literal["user", "group", "deleted_user", "deleted_group"]

_COLUMNS: Final = ("eq", "ne", "not", "ge", "le", "in", "startsWith", "null")

# D: as it is. A: only advanced. -: not valid. Where Microsoft's table leaves `not` or `in` blank its text fills them:
# what can be compared with eq takes ne or not (advanced), and in wherever eq works as it is.
_USERS: Final = """
accountEnabled                     D A A A A D - -
assignedLicenses                   D - A - - - - -
assignedPlans                      D - A - - - - -
businessPhones                     D - A - - - - -
city                               D A A D D D D A
companyName                        A A A A A A A A
country                            D A A D D D D A
createdDateTime                    D A A D D A - -
deletedDateTime                    D A A D D A - -
department                         D A A D D D D A
displayName                        D A A - - D D A
employeeId                         D A A - A D D A
employeeType                       A A A A A A A -
givenName                          D A A D D D D A
id                                 D A A - - D - -
jobTitle                           D A A D D D - A
mail                               D A A D D D D -
mailNickname                       D A A D D D D A
mobilePhone                        A A A A A A A A
officeLocation                     A A A A A A A A
onPremisesImmutableId              A A A A A A - -
onPremisesLastSyncDateTime         A A A A A A - -
onPremisesSamAccountName           A A A A A A A -
onPremisesSecurityIdentifier       D A A - - D - A
onPremisesSyncEnabled              D A A A A D - -
onPremisesUserPrincipalName        D A A D D D D -
otherMails                         D A A D D D D -
postalCode                         A A A A A A A A
preferredLanguage                  A A A A A A A A
proxyAddresses                     D A A D D D D A
showInAddressList                  A A A A A A - -
signInActivity                     D A A D D - - -
state                              D A A D D D D A
streetAddress                      A A A A A A A A
surname                            D A A D D D D A
usageLocation                      D A A D D D D -
userPrincipalName                  D A A - D D D -
userType                           D A A - - D - A
"""
_GROUPS: Final = """
assignedLicenses                   D - A - - - - -
createdDateTime                    D A A D D A - -
deletedDateTime                    D A A D D A - -
description                        D A A D D D D -
displayName                        D A A D D D D A
groupTypes                         D - A - - - - -
hasMembersWithLicenseErrors        D - - - - - - -
id                                 D A A - - D - -
mail                               D A A D D D D A
mailEnabled                        D A A - - D - -
mailNickname                       D A A D D D D -
membershipRule                     A A A A A A A A
membershipRuleProcessingState      D A A - - D - -
onPremisesSyncEnabled              D A A - - D - A
securityEnabled                    D A A - - D - -
visibility                         A A A - - A - -
"""
# Known to Graph and not in its tables: never in a filter.
_OTHER_USERS: Final = """
aboutMe ageGroup birthday consentProvidedForMinor creationType employeeHireDate employeeLeaveDateTime employeeOrgData
externalUserState faxNumber hireDate identities imAddresses interests isResourceAccount lastPasswordChangeDateTime
legalAgeGroupClassification licenseAssignmentStates mailboxSettings manager mySite onPremisesDistinguishedName
onPremisesDomainName onPremisesExtensionAttributes onPremisesProvisioningErrors passwordPolicies passwordProfile
pastProjects preferredDataLocation preferredName provisionedPlans responsibilities schools securityIdentifier
serviceProvisioningErrors signInSessionsValidFromDateTime skills
"""
_OTHER_GROUPS: Final = """
allowExternalSenders autoSubscribeNewMembers classification expirationDateTime hideFromAddressLists
hideFromOutlookClients isArchived isAssignableToRole isSubscribedByMail licenseProcessingState members
onPremisesDomainName onPremisesLastSyncDateTime onPremisesNetBiosName onPremisesProvisioningErrors
onPremisesSamAccountName onPremisesSecurityIdentifier preferredDataLocation preferredLanguage proxyAddresses
renewedDateTime resourceProvisioningOptions securityIdentifier theme unseenCount
"""

ENDS_WITH: Final = frozenset({"mail", "othermails", "userprincipalname", "proxyaddresses"})
"""Properties that endsWith works on, always advanced."""

_SORTS: Final[Mapping[str, Mapping[str, str]]] = {
    "user": {"displayname": "D", "userprincipalname": "D", "createddatetime": "A"},
    "group": {"displayname": "D"},
    "deleted_user": {"displayname": "D", "userprincipalname": "D", "createddatetime": "A", "deleteddatetime": "A"},
    "deleted_group": {"displayname": "D", "deleteddatetime": "A"},
}

SEARCHED: Final[Mapping[str, frozenset[str]]] = {
    "user": frozenset(
        {"displayname", "mail", "userprincipalname", "givenname", "surname", "othermails", "proxyaddresses"}
    ),
    "group": frozenset({"displayname", "description", "mail", "mailnickname"}),
}
"""Properties that $search looks through."""

_NAMES: Final = {
    Operator.EQ: "Equals",
    Operator.NE: "NotEqualsMatch",
    Operator.GT: "GreaterThan",
    Operator.GE: "GreaterThanOrEqual",
    Operator.LT: "LessThan",
    Operator.LE: "LessThanOrEqual",
}


class _Use(NamedTuple):
    """One property used in one way: a column of the table, and the operator's name in an error."""

    path: Path
    column: str
    operator: str


def _table(text: str) -> dict[str, dict[str, str]]:
    rows = [line.split() for line in text.strip().splitlines()]
    return {name.lower(): dict(zip(_COLUMNS, levels, strict=True)) for name, *levels in rows}


_TABLES: Final = {"user": _table(_USERS), "group": _table(_GROUPS)}
_KNOWN: Final = {
    "user": frozenset(_TABLES["user"]) | frozenset(_OTHER_USERS.lower().split()),
    "group": frozenset(_TABLES["group"]) | frozenset(_OTHER_GROUPS.lower().split()),
}


def names_of(kind: str) -> frozenset[str]:
    """The properties that Graph's user or group has, in lower case."""
    return _KNOWN[kind.removeprefix("deleted_")]


def level(kind: Kind, name: str, column: str) -> str:
    """D, A or - for a property of the tables and one of their columns; - for any other property."""
    return _TABLES[kind.removeprefix("deleted_")].get(name.lower(), {}).get(column, "-")


def check(query: Query, kind: Kind, is_eventual: bool, *, is_count_path: bool = False) -> None:
    """Returns when Graph would take the query; QueryError with its code and sentence when not.

    `is_eventual`: the header is there. `is_count_path`: a request of `/$count`, which needs the header alone.
    """
    if is_count_path and not is_eventual:
        raise QueryError(BAD_REQUEST, NO_RAW_COUNT)
    is_advanced = is_eventual and (query.count or is_count_path)
    if query.search is not None and not is_eventual:
        raise QueryError(UNSUPPORTED, NO_SEARCH)
    if query.expand and is_advanced:
        raise QueryError(UNSUPPORTED, "Expand is not supported with advanced queries.")  # ours
    if query.filter is not None:
        for use in _uses(query.filter, ()):
            _allow(use, kind, is_advanced)
    _check_sort(query, kind, is_advanced)


def delta_ids(query: Query) -> tuple[str, ...]:
    """The object ids that a delta query is limited to, () for all; QueryError for what delta does not take (LF 1.6)."""
    for name, is_there in (
        ("$top", query.top is not None),
        ("$expand", bool(query.expand)),
        ("$orderby", bool(query.orderby)),
        ("$search", query.search is not None),
    ):
        if is_there:
            raise QueryError(BAD_REQUEST, f"The query option '{name}' is not supported with delta.")  # ours
    if query.filter is None:
        return ()
    items = query.filter.items if isinstance(query.filter, Or) else (query.filter,)
    found: list[str] = []
    for item in items:
        match item:
            case Comparison((name,), Operator.EQ, value) if name.lower() == "id" and value is not None:
                found.append(str(value).lower())
            case _:
                raise QueryError(UNSUPPORTED, "Delta can be filtered on id with eq and or only.")  # ours
    if len(found) > MAX_DELTA_IDS:
        raise QueryError(UNSUPPORTED, f"Delta can be filtered on {MAX_DELTA_IDS} ids at most.")  # ours
    return tuple(dict.fromkeys(found))


MAX_DELTA_IDS: Final = 50


def _check_sort(query: Query, kind: Kind, is_advanced: bool) -> None:
    for order in query.orderby:
        found = _SORTS[kind].get("/".join(order.path).lower())
        if found is None or (found == "A" and not is_advanced):
            raise QueryError(UNSUPPORTED, NO_SORT)
    if query.orderby and query.filter is not None and not is_advanced:
        raise QueryError(UNSUPPORTED, NO_SORT)


def _allow(use: _Use, kind: Kind, is_advanced: bool) -> None:
    name = use.path[0]
    if use.column in ("count", "endsWith"):
        is_valid = use.column == "count" or name.lower() in ENDS_WITH
        found = "A" if is_valid and level(kind, name, "eq") != "-" else "-"
    else:
        found = level(kind, name, use.column)
    if found == "-" and name.lower() in names_of(kind):
        raise unsupported_property(name, kind.removeprefix("deleted_").capitalize())
    if found == "A" and not is_advanced:
        raise needs_advanced(use.operator)
    # A name that Graph does not know is for whoever knows the columns to refuse.


def _uses(node: Node, inside: Path) -> Iterator[_Use]:
    """Each use of a property; inside a lambda it is the collection that is used."""
    match node:
        case And(items) | Or(items):
            for item in items:
                yield from _uses(item, inside)
        case Not(item):
            for use in _uses(item, inside):
                yield use
                yield _Use(use.path, "not", "Not")
        case AnyLambda(path, _, None):
            yield _Use(inside or path, "eq", "Any")
        case AnyLambda(path, _, condition) if condition is not None:
            yield from _uses(condition, inside or path)
        case AllLambda(path, _, condition):
            yield _Use(inside or path, "not", "All")
            yield from _uses(condition, inside or path)
        case _:
            yield from _leaf_uses(node, inside)


def _leaf_uses(node: Node, inside: Path) -> Iterator[_Use]:
    match node:
        case Comparison(path, op, _) if path[-1] == COUNT:
            yield _Use(inside or path[:-1], "count", f"Count{_NAMES.get(op, '')}")
        case Comparison(path, Operator.EQ | Operator.NE as op, value):
            yield _Use(inside or path, op.value, _NAMES[op])
            if value is None:
                yield _Use(inside or path, "null", "Null")
        case Comparison(path, Operator.GE | Operator.LE as op, _):
            yield _Use(inside or path, op.value, _NAMES[op])
        case Comparison(path, op, _):  # gt, lt, has: in no column of Microsoft's tables
            yield _Use(inside or path, op.value, _NAMES.get(op, "Has"))
        case In(path, values):
            yield _Use(inside or path, "in" if not inside else "eq", "In")
            if None in values:
                yield _Use(inside or path, "null", "Null")
        case StartsWith(path, _):
            yield _Use(inside or path, "startsWith", "StartsWith")
        case EndsWith(path, _):
            yield _Use(inside or path, "endsWith", "EndsWith")
