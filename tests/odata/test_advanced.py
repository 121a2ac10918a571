"""Which queries need `ConsistencyLevel: eventual` and $count=true, which never work, and what Graph says then."""

from __future__ import annotations

import pytest

from licentia.odata.advanced import check, delta_ids, level
from licentia.odata.errors import QueryError
from licentia.odata.query import parse_query

E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"

PLAIN = [
    "accountEnabled eq false",
    "department in ('a','b') and startsWith(displayName,'a')",
    f"assignedLicenses/any(x:x/skuId eq {E5})",
    f"assignedPlans/any(x:x/servicePlanId eq {E5} and x/capabilityStatus eq 'Enabled')",
    "createdDateTime ge 2024-01-01T00:00:00Z and createdDateTime le 2025-01-01T00:00:00Z",
    "signInActivity/lastSignInDateTime le 2024-01-01T00:00:00Z",
    "proxyAddresses/any(p:startsWith(p,'smtp:'))",
    "userPrincipalName eq 'a' or mail eq 'a'",
    "onPremisesSyncEnabled eq true",
    "userType eq 'Guest'",
]
ADVANCED = [
    ("accountEnabled ne true", "NotEqualsMatch"),
    ("not(startsWith(displayName,'a'))", "Not"),
    (f"not(assignedLicenses/any(x:x/skuId eq {E5}))", "Not"),
    ("assignedLicenses/$count eq 0", "CountEquals"),
    ("endsWith(mail,'x')", "EndsWith"),
    ("proxyAddresses/any(p:endsWith(p,'x'))", "EndsWith"),
    ("department eq null", "Null"),
    ("city in ('a', null)", "Null"),
    ("companyName eq 'x'", "Equals"),
    ("startsWith(mobilePhone,'1')", "StartsWith"),
    ("accountEnabled ge true", "GreaterThanOrEqual"),
    ("not(endsWith(userPrincipalName,'x')) and accountEnabled eq true", "EndsWith"),
    ("otherMails/all(p:p eq 'x')", "All"),
]
NEVER = [
    ("licenseAssignmentStates/any(x:x/skuId eq 'a')", "licenseAssignmentStates"),
    ("provisionedPlans/any(x:x/service eq 'a')", "provisionedPlans"),
    ("mail eq null", "mail"),
    ("usageLocation eq null", "usageLocation"),
    ("startsWith(jobTitle,'a')", "jobTitle"),
    ("endsWith(displayName,'a')", "displayName"),
    ("displayName gt 'a'", "displayName"),
    ("createdDateTime lt 2024-01-01T00:00:00Z", "createdDateTime"),
    ("startsWith(userType,'a')", "userType"),
    ("lastPasswordChangeDateTime ge 2024-01-01T00:00:00Z", "lastPasswordChangeDateTime"),
    ("userType has 'a'", "userType"),
]
HINT = (
    "is not supported because the required parameters might be missing. Try adding $count=true query parameter and "
    "ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information"
)


@pytest.mark.parametrize("text", PLAIN)
def test_what_works_by_default(text: str) -> None:
    """Also with the header, and with the count."""
    for eventual in (False, True):
        check(parse_query([("$filter", text)]), "user", eventual)
        check(parse_query([("$filter", text), ("$count", "true")]), "user", eventual)


@pytest.mark.parametrize(("text", "operator"), ADVANCED)
def test_what_needs_both_header_and_count(text: str, operator: str) -> None:
    """One of the two is not enough; the sentence names the operator."""
    plain, counted = (parse_query([("$filter", text), *more]) for more in ((), [("$count", "true")]))
    check(counted, "user", True)
    check(plain, "user", True, is_count_path=True)
    for query, eventual in ((plain, False), (plain, True), (counted, False)):
        with pytest.raises(QueryError) as refused:
            check(query, "user", eventual)
        assert refused.value.code == "Request_UnsupportedQuery"
        assert refused.value.message == f"Operator: '{operator}' {HINT}"


@pytest.mark.parametrize(("text", "name"), NEVER)
def test_what_never_works(text: str, name: str) -> None:
    """No header helps."""
    with pytest.raises(QueryError) as refused:
        check(parse_query([("$filter", text), ("$count", "true")]), "user", True)
    assert refused.value.code == "Request_UnsupportedQuery"
    assert refused.value.message == (
        f"Unsupported or invalid query filter clause specified for property '{name}' of resource 'User'."
    )


GROUPS = [
    "groupTypes/any(c:c eq 'Unified')",
    "securityEnabled eq true and mailEnabled eq false",
    "displayName eq 'x' and mailNickname eq 'y'",
    "hasMembersWithLicenseErrors eq true",
    f"assignedLicenses/any(x:x/skuId eq {E5})",
]


@pytest.mark.parametrize("text", GROUPS)
def test_what_clients_ask_of_groups_works_by_default(text: str) -> None:
    """As the graph contract has them."""
    check(parse_query([("$filter", text)]), "group", False)


OTHERS: list[tuple[list[tuple[str, str]], str, bool, str]] = [
    (
        [("$search", '"displayName:a"')],
        "user",
        False,
        "Request with $search query parameter only works through MSGraph",
    ),
    ([("$filter", "accountEnabled eq true"), ("$orderby", "displayName")], "user", True, "Sorting not supported"),
    ([("$orderby", "createdDateTime")], "user", False, "Sorting not supported"),
    ([("$orderby", "department"), ("$count", "true")], "user", True, "Sorting not supported"),
    ([("$orderby", "deletedDateTime"), ("$count", "true")], "user", True, "Sorting not supported"),
    ([("$expand", "manager"), ("$count", "true")], "user", True, "Expand is not supported with advanced queries"),
]


@pytest.mark.parametrize(("pairs", "kind", "eventual", "says"), OTHERS, ids=range(len(OTHERS)))
def test_options_that_do_not_go_together(pairs: list[tuple[str, str]], kind: str, eventual: bool, says: str) -> None:
    """All Request_UnsupportedQuery."""
    with pytest.raises(QueryError, match=says.replace("$", r"\$")) as refused:
        check(parse_query(pairs), kind, eventual)  # type: ignore[arg-type]
    assert refused.value.code == "Request_UnsupportedQuery"


FINE: list[tuple[list[tuple[str, str]], str, bool]] = [
    ([("$count", "true")], "user", False),  # silently ignored: no header
    ([("$search", '"displayName:a"')], "user", True),
    ([("$orderby", "displayName")], "user", False),
    ([("$orderby", "userPrincipalName desc")], "user", False),
    ([("$orderby", "createdDateTime"), ("$count", "true")], "user", True),
    ([("$orderby", "deletedDateTime"), ("$count", "true")], "deleted_user", True),
    ([("$filter", "accountEnabled eq true"), ("$orderby", "displayName"), ("$count", "true")], "user", True),
    ([("$expand", "manager"), ("$count", "true")], "user", False),
    ([("$expand", "manager($select=id)"), ("$filter", "accountEnabled eq true")], "user", True),
]


@pytest.mark.parametrize(("pairs", "kind", "eventual"), FINE, ids=range(len(FINE)))
def test_options_that_go_together(pairs: list[tuple[str, str]], kind: str, eventual: bool) -> None:
    """Nothing is refused."""
    check(parse_query(pairs), kind, eventual)  # type: ignore[arg-type]


def test_a_count_path_needs_the_header_alone() -> None:
    """`/users/$count` without it has a sentence of its own."""
    check(parse_query([]), "user", True, is_count_path=True)
    with pytest.raises(QueryError) as refused:
        check(parse_query([]), "user", False, is_count_path=True)
    assert (refused.value.code, refused.value.message) == ("Request_BadRequest", "$count is not currently supported.")


def test_the_table_is_read_by_name() -> None:
    """In any letter case; what is not in it is not valid."""
    assert [level("user", "City", column) for column in ("eq", "ne", "null")] == ["D", "A", "A"]
    assert level("user", "licenseAssignmentStates", "eq") == "-"
    assert level("deleted_user", "displayName", "in") == "D"


def test_delta_takes_ids_alone() -> None:
    """Up to fifty, joined by or; no $top, $orderby, $expand (LF 1.6)."""
    many = " or ".join(f"id eq '{n}'" for n in range(50))
    assert delta_ids(parse_query([("$select", "id")])) == ()
    assert delta_ids(parse_query([("$filter", "id eq 'A'")])) == ("a",)
    assert len(delta_ids(parse_query([("$filter", many)]))) == 50
    for pairs in (
        [("$filter", f"{many} or id eq 'x'")],
        [("$filter", "displayName eq 'x'")],
        [("$filter", "id eq 'a' and id eq 'b'")],
        [("$top", "5")],
        [("$orderby", "displayName")],
        [("$expand", "manager")],
    ):
        with pytest.raises(QueryError):
            delta_ids(parse_query(pairs))
