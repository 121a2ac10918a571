"""What a $filter text means as a tree, and how a text that is no filter is refused.

Never touches a database, a clock or a property list.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from licentia.odata.filters import MAX_DEPTH, MAX_LENGTH, FilterError, FilterErrorCode, parse_filter
from licentia.odata.literals import Value
from licentia.odata.trees import (
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
    StartsWith,
    to_text,
)

E5 = UUID("06ebc4ee-1bb5-47dd-8120-11324bc54e06")


def eq(path: str, value: Value) -> Comparison:
    return Comparison(tuple(path.split("/")), Operator.EQ, value)


MEANINGS: list[tuple[str, Node]] = [
    ("accountEnabled eq true", eq("accountEnabled", True)),
    ("accountEnabled EQ False", eq("accountEnabled", False)),
    ("department eq null", eq("department", None)),
    ("displayName eq 'Anna''s desk'", eq("displayName", "Anna's desk")),
    ("displayName eq ''", eq("displayName", "")),
    ("displayName eq ''''", eq("displayName", "'")),
    (
        "onPremisesExtensionAttributes/extensionAttribute1 eq 'x'",
        eq("onPremisesExtensionAttributes/extensionAttribute1", "x"),
    ),
    (f"id eq {E5}", eq("id", E5)),
    (f"id eq '{E5}'", eq("id", str(E5))),
    ("id eq C7DF2760-2c81-4ef7-b578-5b5392b571df", eq("id", UUID("c7df2760-2c81-4ef7-b578-5b5392b571df"))),
    ("size eq -12", eq("size", -12)),
    ("size eq 1.50", eq("size", Decimal("1.50"))),
    ("size eq 2e3", eq("size", Decimal("2e3"))),
    ("created eq 2026-02-28", eq("created", date(2026, 2, 28))),
    ("created eq 2026-02-28T10:00Z", eq("created", datetime(2026, 2, 28, 10, tzinfo=UTC))),
    (
        "created eq 2026-02-28T10:00:00.1234567Z",
        eq("created", datetime(2026, 2, 28, 10, 0, 0, 123456, tzinfo=UTC)),
    ),
    ("created eq 2026-03-01T01:30:00+02:00", eq("created", datetime(2026, 2, 28, 23, 30, tzinfo=UTC))),
    ("usageLocation in ('NL')", In(("usageLocation",), ("NL",))),
    ("usageLocation IN('NL' , 'BE',null)", In(("usageLocation",), ("NL", "BE", None))),
    ("startsWith(displayName,'An')", StartsWith(("displayName",), "An")),
    ("startswith( displayName , 'An' )", StartsWith(("displayName",), "An")),
    ("STARTSWITH(mail,'a')", StartsWith(("mail",), "a")),
    ("a eq 1 or b eq 2 and c eq 3", Or((eq("a", 1), And((eq("b", 2), eq("c", 3)))))),
    ("(a eq 1 OR b eq 2) AND c eq 3", And((Or((eq("a", 1), eq("b", 2))), eq("c", 3)))),
    ("a eq 1 and b eq 2 and c eq 3", And((eq("a", 1), eq("b", 2), eq("c", 3)))),
    ("a eq 1 and (b eq 2 and c eq 3)", And((eq("a", 1), And((eq("b", 2), eq("c", 3)))))),
    ("((a eq 1))", eq("a", 1)),
    ("not(a eq 1)", Not(eq("a", 1))),
    ("NOT (a eq 1) and b eq 2", And((Not(eq("a", 1)), eq("b", 2)))),
    ("not a eq 1 and b eq 2", And((Not(eq("a", 1)), eq("b", 2)))),
    ("not not startsWith(a,'b')", Not(Not(StartsWith(("a",), "b")))),
    ("assignedLicenses/any()", AnyLambda(("assignedLicenses",), None, None)),
    (
        f"assignedLicenses/any(x:x/skuId eq {E5})",
        AnyLambda(("assignedLicenses",), "x", eq("x/skuId", E5)),
    ),
    (
        f"not(assignedLicenses/Any(s : s/skuId in ({E5}) or s/skuId eq null))",
        Not(AnyLambda(("assignedLicenses",), "s", Or((In(("s", "skuId"), (E5,)), eq("s/skuId", None))))),
    ),
    ("otherMails/any(p:startsWith(p,'a'))", AnyLambda(("otherMails",), "p", StartsWith(("p",), "a"))),
    (
        "a/b/any(x:x/c/any(y:y/d eq 1))",
        AnyLambda(("a", "b"), "x", AnyLambda(("x", "c"), "y", eq("y/d", 1))),
    ),
    ("a NE 1", Comparison(("a",), Operator.NE, 1)),
    ("a gt 1 or a ge 2", Or((Comparison(("a",), Operator.GT, 1), Comparison(("a",), Operator.GE, 2)))),
    ("a lt 1 or a Le 2", Or((Comparison(("a",), Operator.LT, 1), Comparison(("a",), Operator.LE, 2)))),
    ("a has 'b'", Comparison(("a",), Operator.HAS, "b")),
    ("endsWith(mail, 'x')", EndsWith(("mail",), "x")),
    ("EndsWith (mail,'x')", EndsWith(("mail",), "x")),
    ("startswith(a, 'b') eq true", StartsWith(("a",), "b")),
    (
        "startswith(a, 'b') ne true and endswith(a,'c') eq false",
        And((Not(StartsWith(("a",), "b")), Not(EndsWith(("a",), "c")))),
    ),
    ("assignedLicenses/$count eq 0", Comparison(("assignedLicenses", "$count"), Operator.EQ, 0)),
    ("assignedLicenses/$Count ne 0", Comparison(("assignedLicenses", "$count"), Operator.NE, 0)),
    ("x/all(y:y eq 'a')", AllLambda(("x",), "y", eq("y", "a"))),
    ("any eq 1 and in eq 2 and eq eq 3", And((eq("any", 1), eq("in", 2), eq("eq", 3)))),
    ("\ta  eq\r\n1 ", eq("a", 1)),
]


@pytest.mark.parametrize(("text", "tree"), MEANINGS, ids=[text for text, _ in MEANINGS])
def test_text_becomes_tree(text: str, tree: Node) -> None:
    """Each text has one meaning; values keep their types, names their case."""
    assert repr(parse_filter(text)) == repr(tree)


REFUSALS: list[tuple[str, str, int, dict[str, object]]] = [
    ("", "empty", 0, {}),
    (" \t", "empty", 0, {}),
    ("a eq 'x", "unterminated_string", 5, {}),
    ("a eq 'x''", "unterminated_string", 5, {}),
    ("a eq 1;", "unexpected_character", 6, {"character": ";"}),
    ("é eq 1", "unexpected_character", 0, {"character": "é"}),
    ("a eq 'x\x00'", "unexpected_character", 7, {"character": "\x00"}),
    ("a eq '\ud800'", "unexpected_character", 6, {"character": "\ud800"}),
    ("a", "unexpected_token", 1, {"found": "", "expected": "operator"}),
    ("a eq", "unexpected_token", 4, {"found": "", "expected": "literal"}),
    ("a like 'x'", "unexpected_token", 2, {"found": "like", "expected": "operator"}),
    ("'x' eq a", "unexpected_token", 0, {"found": "'x'", "expected": "condition"}),
    ("a eq 1 b eq 2", "unexpected_token", 7, {"found": "b", "expected": "and, or"}),
    ("a eq 1 and", "unexpected_token", 10, {"found": "", "expected": "condition"}),
    ("()", "unexpected_token", 1, {"found": ")", "expected": "condition"}),
    ("(a eq 1", "unexpected_token", 7, {"found": "", "expected": ")"}),
    ("a eq 1)", "unexpected_token", 6, {"found": ")", "expected": "and, or"}),
    ("a in ()", "unexpected_token", 6, {"found": ")", "expected": "literal"}),
    ("a in 'x'", "unexpected_token", 5, {"found": "'x'", "expected": "("}),
    ("a/'b' eq 1", "unexpected_token", 2, {"found": "'b'", "expected": "name"}),
    ("$it eq 1", "unexpected_token", 0, {"found": "$it", "expected": "name"}),
    ("startsWith(a 'b')", "unexpected_token", 13, {"found": "'b'", "expected": ","}),
    ("x/any(y y/a eq 1)", "unexpected_token", 8, {"found": "y", "expected": ":"}),
    ("x/any(:a eq 1)", "unexpected_token", 6, {"found": ":", "expected": "variable"}),
    ("a eq b", "bad_literal", 5, {"text": "b"}),
    ("a eq anna-b", "bad_literal", 5, {"text": "anna-b"}),
    ("a eq 12abc", "bad_literal", 5, {"text": "12abc"}),
    ("a eq 2026-02-30", "bad_literal", 5, {"text": "2026-02-30"}),
    ("a eq 2026-02-28T10:00:00", "bad_literal", 5, {"text": "2026-02-28T10:00:00"}),
    ("a eq 0001-01-01T00:00:00+01:00", "bad_literal", 5, {"text": "0001-01-01T00:00:00+01:00"}),
    ("a eq 9223372036854775808", "bad_literal", 5, {"text": "9223372036854775808"}),
    ("a eq 1e309", "bad_literal", 5, {"text": "1e309"}),
    ("a eq guid'06ebc4ee'", "bad_literal", 5, {"text": "guid"}),
    ("startsWith(a,5)", "bad_literal", 13, {"text": "5"}),
    ("contains(a,'b')", "unknown_function", 0, {"name": "contains"}),
    ("x/none(y:y eq 1)", "unknown_function", 2, {"name": "none"}),
    ("x/all()", "unexpected_token", 6, {"found": ")", "expected": "variable"}),
    ("x/$count eq 'a'", "bad_literal", 12, {"text": "'a'"}),
    ("x/$count eq true", "bad_literal", 12, {"text": "true"}),
    ("x/$count in (1)", "unexpected_token", 9, {"found": "in", "expected": "operator"}),
    ("startsWith(a,'b') eq 1", "bad_literal", 21, {"text": "1"}),
    ("startsWith(a,'b') gt true", "unexpected_token", 18, {"found": "gt", "expected": "and, or"}),
]


@pytest.mark.parametrize(("text", "code", "position", "details"), REFUSALS, ids=[ascii(r[0]) for r in REFUSALS])
def test_what_is_no_filter_is_refused(text: str, code: str, position: int, details: dict[str, object]) -> None:
    """A refusal names its code, the place and what stood there."""
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    error = caught.value
    assert (error.code, error.position, error.details) == (code, position, details)


def test_every_code_is_shown_by_a_refusal() -> None:
    """No code exists that no text provokes."""
    shown = {code for _, code, _, _ in REFUSALS} | {"too_deep", "too_long"}
    assert shown == {code.value for code in FilterErrorCode}


@pytest.mark.parametrize("opening", ["(", "not ", "not(", "x/any(y:"])
def test_depth_is_limited(opening: str) -> None:
    """Sixty levels are read, the sixty-first is refused where it opens, however long the text."""
    closing = ")" if opening.endswith("(") or "any" in opening else ""
    parse_filter(opening * MAX_DEPTH + "a eq 1" + closing * MAX_DEPTH)
    with pytest.raises(FilterError) as caught:
        parse_filter(opening * 5000 + "a eq 1" + closing * 5000)
    assert caught.value.code == "too_deep"
    place = MAX_DEPTH * len(opening)
    assert place <= caught.value.position < place + len(opening)


def test_length_is_limited() -> None:
    """A text of 64 KiB is read, one character more is refused."""
    longest = "a eq '" + "x" * (MAX_LENGTH - 7) + "'"
    assert parse_filter(longest) == eq("a", "x" * (MAX_LENGTH - 7))
    with pytest.raises(FilterError) as caught:
        parse_filter(longest + " ")
    assert (caught.value.code, caught.value.position) == ("too_long", MAX_LENGTH)


def test_many_conditions_are_one_flat_tree() -> None:
    """Width costs no depth: thousands of conditions make one Or."""
    tree = parse_filter(" or ".join(["a eq 1"] * 5000))
    assert isinstance(tree, Or)
    assert len(tree.items) == 5000


def test_an_open_quote_fails_at_once() -> None:
    """A long text of doubled quotes without an end is refused in linear time."""
    with pytest.raises(FilterError) as caught:
        parse_filter("a eq '" + "''" * 30_000)
    assert caught.value.code == "unterminated_string"


names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True).filter(lambda name: name.lower() != "not")
paths = st.lists(names, min_size=1, max_size=3).map(tuple)
strings = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
instants = st.datetimes(timezones=st.just(UTC)).filter(lambda instant: 1 < instant.year < 9999)
decimals = st.builds(
    lambda number, exponent: Decimal(number).scaleb(exponent),
    st.integers(-(10**20), 10**20),
    st.integers(-99, 99),
)
values: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    decimals,
    strings,
    st.uuids(),
    st.dates(),
    instants,
)
leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Comparison, paths, st.sampled_from(Operator), values),
    st.builds(In, paths, st.lists(values, min_size=1, max_size=4).map(tuple)),
    st.builds(StartsWith, paths, strings),
    st.builds(EndsWith, paths, strings),
    st.builds(Comparison, paths.map(lambda path: (*path, "$count")), st.sampled_from(Operator), st.integers(0, 9)),
    st.builds(AnyLambda, paths, st.none(), st.none()),
)


def branches(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        st.builds(Not, inner),
        st.builds(And, several),
        st.builds(Or, several),
        st.builds(AnyLambda, paths, names, inner),
        st.builds(AllLambda, paths, names, inner),
    )


trees: st.SearchStrategy[Node] = st.recursive(leaves, branches, max_leaves=12)

words = st.one_of(
    st.sampled_from(["a", "b/c", "not", "NOT", "and", "or", "eq", "ne", "in", "any", "x/skuId", "$count"]),
    st.sampled_from(["any(", "all(", "x/any(x:", "startsWith(", "(", ")", ",", ":", "/", "'"]),
    st.sampled_from(["'x'", "''", "1", "-2.5", "null", "true", "2026-01-01", "2026-01-01T00:00:00Z", str(E5)]),
)
soup = st.lists(words, max_size=14).map(" ".join)


@given(trees)
def test_printed_tree_reads_back_equal(tree: Node) -> None:
    """Printing a tree and reading the text gives the same tree, types of values included."""
    again = parse_filter(to_text(tree))
    assert again == tree
    assert to_text(again) == to_text(tree)


@given(st.one_of(st.text(), soup, trees.map(to_text).flatmap(lambda t: st.integers(0, len(t)).map(lambda n: t[:n]))))
@example("x/any(y:")
@example("a eq 1" + "0" * 5000)
@example("\u00a0")
def test_any_text_is_read_or_refused(text: str) -> None:
    """Any text is a tree that prints and reads back, or a FilterError that points into the text."""
    refused = None
    try:
        tree = parse_filter(text)
    except FilterError as error:
        refused = error
    if refused is None:
        assert parse_filter(to_text(tree)) == tree
    else:
        assert 0 <= refused.position <= len(text)


@given(instants, st.integers(0, 9))
def test_an_instant_is_the_same_in_every_offset(instant: datetime, seventh: int) -> None:
    """An offset moves the text, not the instant; a seventh decimal is cut."""
    there = instant.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat(timespec="microseconds")
    assert parse_filter(f"a eq {there[:-6]}{seventh}{there[-6:]}") == eq("a", instant)
