"""What a $batch body means, and how a malformed one is refused as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from licentia.odata.batch import BatchItem, parse_batch, run_order
from licentia.odata.errors import QueryError


def get(number: str, **more: Any) -> dict[str, Any]:
    return {"id": number, "method": "GET", "url": f"/users/{number}"} | more


def test_items_keep_their_order_and_their_words() -> None:
    """Method and header names in any case, a leading slash or none, a version or none, unknown members ignored."""
    body = {
        "requests": [
            get("1", METHOD="x", method="get", url="users?$select=id", extra=1),
            {
                "ID": "a",
                "Method": "PATCH",
                "URL": "/v1.0/users/x%40y",
                "Headers": {"Content-TYPE": "text/json"},
                "body": {},
            },
            get("3", headers={"ConsistencyLevel": "eventual"}, dependsOn=["A", "1", "a"]),
        ]
    }
    body["requests"][0].pop("METHOD")
    assert parse_batch(body) == (
        BatchItem("1", "GET", "/users", "$select=id"),
        BatchItem("a", "PATCH", "/users/x%40y", "", {"content-type": "text/json"}, {}),
        BatchItem("3", "GET", "/users/3", "", {"consistencylevel": "eventual"}, None, ("a", "1")),
    )


def test_twenty_are_taken_and_twenty_one_are_not() -> None:
    """The limit is 20."""
    assert len(parse_batch({"requests": [get(str(n)) for n in range(20)]})) == 20
    with pytest.raises(QueryError, match="maximum value of 20"):
        parse_batch({"requests": [get(str(n)) for n in range(21)]})


def test_what_depends_comes_later_wherever_it_stands() -> None:
    """An item may depend on one that stands behind it; the others keep their order."""
    items = parse_batch({"requests": [get("1", dependsOn=["3"]), get("2"), get("3")]})
    assert [item.id for item in items] == ["1", "2", "3"]
    assert [item.id for item in run_order(items)] == ["2", "3", "1"]


MALFORMED: list[tuple[object, str]] = [
    (None, "requests"),
    ([], "requests"),
    ({}, "requests"),
    ({"requests": []}, "requests"),
    ({"requests": "abc"}, "requests"),
    ({"requests": ["a"]}, "object"),
    ({"requests": [{"method": "GET", "url": "/users"}]}, "'id'"),
    ({"requests": [get("1", id=1)]}, "'id'"),
    ({"requests": [get("a"), get("A")]}, "not unique"),
    ({"requests": [get("1", method="TRACE")]}, "method"),
    ({"requests": [get("1", url=None)]}, "'url'"),
    ({"requests": [get("1", url="https://graph.microsoft.com/v1.0/users")]}, "relative"),
    ({"requests": [get("1", url="//elsewhere.example/users")]}, "relative"),
    ({"requests": [get("1", url="/users\r\nX: y")]}, "relative"),
    ({"requests": [get("1", headers=[])]}, "headers"),
    ({"requests": [get("1", method="POST", body={})]}, "Content-Type"),
    ({"requests": [get("1", dependsOn="1")]}, "dependsOn"),
    ({"requests": [get("1", dependsOn=["2"])]}, "not in the batch"),
    ({"requests": [get("1", dependsOn=["1"])]}, "circle"),
    ({"requests": [get("1", dependsOn=["2"]), get("2", dependsOn=["1"])]}, "circle"),
]


@pytest.mark.parametrize(("body", "says"), MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_batch_is_refused_whole(body: object, says: str) -> None:
    """One bad item and nothing is carried out."""
    with pytest.raises(QueryError, match=says) as refused:
        parse_batch(body)
    assert refused.value.code == "BadRequest"


def test_a_colon_in_a_path_is_no_scheme() -> None:
    """Functions and key predicates have colons."""
    items = parse_batch({"requests": [get("1", url="/users/a:b"), get("2", url="users/$count?$filter=a eq 'b://c'")]})
    assert [(item.path, item.query) for item in items] == [
        ("/users/a:b", ""),
        ("/users/$count", "$filter=a eq 'b://c'"),
    ]
