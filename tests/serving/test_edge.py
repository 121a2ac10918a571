"""Programs are answered in front of everything that pages need, in Graph's envelope, whatever happens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, path

from licentia.graph_api.errors import GraphRefused
from licentia.serving.edge import FOR_PROGRAMS, HEADERS, URLCONF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from database import Store

LOCAL = "127.0.0.1"


def ask(where: str, **more: Any) -> Any:
    """An answer to a program, past the network."""
    return Client(HTTP_HOST=LOCAL).get(where, **more)


def error(answer: Any) -> dict[str, Any]:
    """What the envelope holds."""
    found: dict[str, Any] = json.loads(answer.content)["error"]
    return found


@pytest.fixture
def add_view() -> Iterator[Callable[[str, Callable[..., HttpResponse]], None]]:
    """Puts a view of the test's own in front of the Graph API's."""
    patterns: list[Any] = get_resolver(URLCONF).url_patterns
    before = list(patterns)
    yield lambda where, view: patterns.insert(0, path(where, view))
    patterns[:] = before


def test_unknown_path() -> None:
    """Graph's envelope, with ids that are in the headers too; without a token nobody learns which paths there are."""
    answer = ask("/v1.0/sites/root", headers={"client-request-id": "0b6b2f3e-1d2c-4f64-9d2e-3f0a8b7f9b11"})
    said = error(answer)
    assert (answer.status_code, said["code"]) == (401, "InvalidAuthenticationToken")
    assert said["innerError"]["client-request-id"] == "0b6b2f3e-1d2c-4f64-9d2e-3f0a8b7f9b11"
    assert said["innerError"]["client-request-id"] == answer["client-request-id"]
    assert said["innerError"]["request-id"] == answer["request-id"]


def test_beta_is_not_there() -> None:
    """Said so, also in the envelope."""
    answer = ask("/beta/users")
    assert (answer.status_code, error(answer)["message"]) == (
        404,
        "This server answers v1.0 only; beta is not supported.",
    )


@pytest.mark.parametrize(
    "where", ["/v1.0/nothing", "/beta/x", "/health", "/contoso.example/oauth2/v2.0/x", "/common/x"]
)
def test_what_pages_need_is_not_here(where: str) -> None:
    """No cookie, no language, no session; the headers that protect are there."""
    answer = ask(where, headers={"accept-language": "nl"})
    assert not answer.cookies
    assert "Content-Language" not in answer.headers
    assert {name: answer[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("where", ["/", "/users/active", "/sign-in", "/billing/licenses", "/v1", "/static/web/app.css"])
def test_pages_are_not_programs(where: str) -> None:
    """A page's address never falls to the other stack."""
    assert not FOR_PROGRAMS.match(where)


def test_another_host() -> None:
    """Refused before anything is looked up: a page elsewhere can't be pointed here."""
    answer = Client(HTTP_HOST="evil.example").get("/v1.0/users")
    assert (answer.status_code, error(answer)["code"]) == (400, "BadRequest")


def test_a_made_up_id_is_not_echoed() -> None:
    """Only what can be an id comes back, and goes to the log."""
    answer = ask("/v1.0/x", headers={"client-request-id": "a\tb <script>"})
    assert answer["client-request-id"] == answer["request-id"]


def test_refusals_and_bugs(add_view: Callable[..., None], caplog: pytest.LogCaptureFixture) -> None:
    """A refusal keeps its status and headers; a bug is a 500 without a word of what broke, and in the log with it."""

    def no(_request: HttpRequest) -> HttpResponse:
        raise GraphRefused(429, "TooManyRequests", "Too many requests.", {"Retry-After": "7"})

    def bug(_request: HttpRequest) -> HttpResponse:
        raise RuntimeError("secret detail")

    add_view("v1.0/no", no)
    add_view("v1.0/bug", bug)
    answer = ask("/v1.0/no")
    assert (answer.status_code, answer["Retry-After"], error(answer)["code"]) == (429, "7", "TooManyRequests")
    answer = ask("/v1.0/bug")
    assert (answer.status_code, error(answer)["code"]) == (500, "InternalServerError")
    assert b"secret detail" not in answer.content
    assert "secret detail" in caplog.text
    assert answer["request-id"] in caplog.text


def test_health_asks_no_store(store: Store) -> None:
    """The process lives, whatever the store does."""
    with CaptureQueriesContext(connection) as asked:
        answer = ask("/health")
    assert (answer.status_code, answer.content, len(asked)) == (200, b"ok\n", 0)
