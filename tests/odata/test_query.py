"""What the query options of a request mean, and the code and sentence that a wrong one is refused with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licentia.odata.errors import QueryError
from licentia.odata.query import Expand, OrderBy, Query, parse_query
from licentia.odata.searches import Search, SearchAnd, SearchNot, SearchOr, SearchTerm, parse_search, search_text
from licentia.odata.trees import Comparison, Operator

MEANINGS: list[tuple[list[tuple[str, str]], Query]] = [
    ([], Query()),
    ([("api-version", "1"), ("foo", "bar")], Query()),
    ([("$filter", "a eq 1")], Query(filter=Comparison(("a",), Operator.EQ, 1))),
    ([("FILTER", "a eq 1"), ("$Top", "999")], Query(filter=Comparison(("a",), Operator.EQ, 1), top=999)),
    ([("$select", "id, displayName,id")], Query(select=("id", "displayName"))),
    ([("$select", "*")], Query(select=("*",))),
    ([("$orderby", "displayName")], Query(orderby=(OrderBy(("displayName",)),))),
    ([("$orderBy", "a/b DESC, c asc")], Query(orderby=(OrderBy(("a", "b"), True), OrderBy(("c",))))),
    ([("$count", "TRUE"), ("$format", "json")], Query(count=True, format="json")),
    ([("$count", "false"), ("$top", "1")], Query(top=1)),
    ([("$expand", "manager")], Query(expand=(Expand(("manager",)),))),
    ([("$expand", "manager($select=id,displayName)")], Query(expand=(Expand(("manager",), ("id", "displayName")),))),
    ([("$expand", "manager (select= id )")], Query(expand=(Expand(("manager",), ("id",)),))),
    ([("$skiptoken", "abc"), ("$deltaToken", "latest")], Query(skiptoken="abc", deltatoken="latest")),
    ([("$search", '"displayName:ann"')], Query(search=SearchTerm("displayName", "ann"))),
]


@pytest.mark.parametrize(("pairs", "query"), MEANINGS, ids=range(len(MEANINGS)))
def test_options_become_a_query(pairs: list[tuple[str, str]], query: Query) -> None:
    """With and without the dollar sign, in any letter case; what has no dollar sign and is no option is ignored."""
    assert parse_query(pairs) == query


REFUSALS = [
    ([("$skip", "5")], "Request_BadRequest", "'$skip' is not supported by the service."),
    ([("skip", "5")], "Request_BadRequest", "'$skip' is not supported by the service."),
    ([("$foo", "5")], "Request_BadRequest", "The query option '$foo' is not supported."),
    (
        [("$top", "1000")],
        "Request_UnsupportedQuery",
        "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.",
    ),
    (
        [("$top", "0")],
        "Request_UnsupportedQuery",
        "Invalid page size specified: '0'. Must be between 1 and 999 inclusive.",
    ),
    (
        [("$top", "-1")],
        "Request_UnsupportedQuery",
        "Invalid page size specified: '-1'. Must be between 1 and 999 inclusive.",
    ),
    (
        [("$top", "1"), ("top", "2")],
        "BadRequest",
        "Query option '$top' was specified more than once, but it must be specified at most once.",
    ),
    ([("$filter", "a eqq 1")], "BadRequest", "Invalid filter clause: Syntax error at position 2 in 'a eqq 1'."),
    ([("$filter", "")], "BadRequest", "Invalid filter clause: Syntax error in ''."),
    ([("$select", "id,,x")], "BadRequest", "Invalid value for the query option '$select': '' is not a property name."),
    (
        [("$orderby", "a sideways")],
        "BadRequest",
        "Invalid value for the query option '$orderby': 'a sideways' is not a property with asc or desc.",
    ),
    ([("$count", "yes")], "BadRequest", "Invalid value for the query option '$count': 'yes' is not true or false."),
    (
        [("$expand", "directReports")],
        "BadRequest",
        "Invalid value for the query option '$expand': 'directReports' can't be expanded; manager can.",
    ),
    (
        [("$expand", "manager($levels=max)")],
        "BadRequest",
        "Invalid value for the query option '$expand': '$levels' is not supported inside it.",
    ),
    (
        [("$expand", "manager,members")],
        "BadRequest",
        "Invalid value for the query option '$expand': 'manager,members' is not one related object with $select at most.",
    ),
    (
        [("$search", "displayName:ann")],
        "BadRequest",
        "Syntax error: the $search can't be read at position 0 in 'displayName:ann'.",
    ),
]


@pytest.mark.parametrize(("pairs", "code", "message"), REFUSALS, ids=range(len(REFUSALS)))
def test_a_wrong_option_is_refused(pairs: list[tuple[str, str]], code: str, message: str) -> None:
    """Graph's code and sentence."""
    with pytest.raises(QueryError) as refused:
        parse_query(pairs)
    assert (refused.value.code, refused.value.message) == (code, message)


ANN, MAIL = SearchTerm("displayName", "ann"), SearchTerm("mail", 'a "b" \\c')
SEARCHES: list[tuple[str, Search]] = [
    ('"displayName:ann"', ANN),
    ('"displayName: ann "', ANN),
    ('"displayName:ann" AND "mail:a \\"b\\" \\\\c"', SearchAnd((ANN, MAIL))),
    (
        '"displayName:ann" OR "displayName:ann" AND NOT "displayName:ann"',
        SearchOr((ANN, SearchAnd((ANN, SearchNot(ANN))))),
    ),
    ('("displayName:ann" OR "displayName:ann") AND "displayName:ann"', SearchAnd((SearchOr((ANN, ANN)), ANN))),
]


@pytest.mark.parametrize(("text", "tree"), SEARCHES, ids=range(len(SEARCHES)))
def test_a_search_becomes_a_tree(text: str, tree: Search) -> None:
    """AND binds before OR."""
    assert parse_search(text) == tree


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"ann"',
        '"displayName:"',
        '"a:b" and "a:c"',
        '"a:b" "a:c"',
        '"a:b" AND',
        '("a:b"',
        '"a:b',
        "AND",
        '"a:\x00"',
        "(" * 99,
    ],
)
def test_what_is_no_search_is_refused(text: str) -> None:
    """Words of joining are in capitals, terms between quotes with a property."""
    with pytest.raises(QueryError):
        parse_search(text)


terms: st.SearchStrategy[Search] = st.builds(
    SearchTerm,
    st.from_regex(r"[A-Za-z]{1,9}", fullmatch=True),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=9).filter(
        lambda t: t.strip() == t
    ),
)
searches = st.recursive(
    terms,
    lambda item: st.one_of(
        st.builds(SearchNot, item),
        st.lists(item, min_size=2, max_size=3).map(lambda items: SearchAnd(tuple(items))),
        st.lists(item, min_size=2, max_size=3).map(lambda items: SearchOr(tuple(items))),
    ),
    max_leaves=6,
)


@given(searches)
def test_a_printed_search_reads_back_equal(search: Search) -> None:
    """Whatever the words hold."""
    assert parse_search(search_text(search)) == search
