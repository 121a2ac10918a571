"""Health, readiness, figures and the log: what they say, and above all what they never say."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from command_line import MAIN
from licentia.serving import health, logs, metrics
from licentia.store import opening
from world_store import crowd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from database import Store
    from world_store import World

pytest_plugins = ["world_fixtures"]
LOCAL = "127.0.0.1"
SECONDS = 60.0


def ask(where: str, **more: Any) -> Any:
    """An answer, past the network."""
    return Client(HTTP_HOST=LOCAL).get(where, **more)


def test_ready_says_what_is_not(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a worker, or with tables of another release, it is not ready."""
    answer = ask("/ready")
    assert (answer.status_code, answer.json()) == (503, {"store": True, "tables": True, "worker": False})
    monkeypatch.setattr(health, "worker_lives", lambda: True)
    assert ask("/ready").status_code == 200
    monkeypatch.setattr(opening, "known_migrations", lambda: ["0001_initial", "9999_later"])
    assert ask("/ready").json() == {"store": True, "tables": False, "worker": True}


def test_figures_for_this_machine_only(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another machine, also through a proxy here, finds no such address; unless the server was told otherwise."""
    assert ask("/metrics").status_code == 200
    assert ask("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 404
    assert ask("/metrics", headers={"x-forwarded-for": "10.0.0.7"}).status_code == 404
    monkeypatch.setenv(health.OPEN_METRICS, "1")
    assert ask("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 200


def test_figures(store: Store) -> None:
    """Requests by operation and status, a histogram that adds up, limits and faults; in the form that Prometheus reads."""
    metrics.count("graph", "users.list", 429, 0.004, ["users.list"], ["lost"])
    metrics.count("graph", "users.list", 200, 0.2)
    lines = ask("/metrics").content.decode().splitlines()
    form = re.compile(r"(# (HELP|TYPE) \w+ .+|\w+(\{\w+=\"[^\"]*\"(,\w+=\"[^\"]*\")*\})? [0-9.e+-]+)")
    assert all(form.fullmatch(line) for line in lines), lines
    assert 'licentia_requests_total{edge="graph",operation="users.list",status="429"} 1' in lines
    assert 'licentia_throttled_total{operation="users.list"} 1' in lines
    assert 'licentia_faults_total{kind="lost"} 1' in lines
    counts = [
        int(line.split()[-1]) for line in lines if line.startswith('licentia_request_seconds_bucket{edge="graph"')
    ]
    total = next(line for line in lines if line.startswith('licentia_request_seconds_count{edge="graph"'))
    assert counts == sorted(counts)
    assert counts[-1] == int(total.split()[-1])


def test_figures_take_as_many_statements(make_world: Callable[..., World], store: Store) -> None:
    """One, however many tenants and users there are."""
    make_world(crowd(3))
    with CaptureQueriesContext(connection) as asked:
        answer = ask("/metrics")
    assert len(asked) == 1
    assert (
        'licentia_tenants_waiting{kind="' in answer.content.decode()
        or b"# TYPE licentia_tenants_waiting" in answer.content
    )


@pytest.fixture
def served(store: Store) -> Iterator[tuple[str, list[str]]]:
    """A real server that logs JSON: its address, and what it printed and logged once it has ended."""
    child = store.start("-c", MAIN, "serve", "--port", "0", "--log", "json")
    assert child.stdout is not None
    lines = [child.stdout.readline() for _ in range(4)]
    said: list[str] = []
    yield lines[0].split()[-1], said
    child.terminate()
    _out, err = child.communicate(timeout=SECONDS)
    said += err.splitlines()
    check_log(said)


SECRETS = (
    "eyJhbGciOi.made.up",
    "Sup3r-secret-value",
    "hemlig@contoso.example",
    "Sanne",
    "department eq",
    "csrfmiddleware",
)


def check_log(lines: list[str]) -> None:
    """Every line is an object; requests of both edges are there; nothing that was sent is."""
    found = [json.loads(line) for line in lines]
    requested = [line for line in found if line["logger"] == "licentia.requests"]
    assert {line["edge"] for line in requested} == {"graph", "web"}
    assert {"time", "level", "requestId", "operation", "status", "ms"} <= set(requested[0])
    assert "0b6b2f3e-1d2c-4f64-9d2e-3f0a8b7f9b11" in {line.get("clientRequestId") for line in requested}
    whole = "\n".join(lines)
    assert not [secret for secret in SECRETS if secret in whole]


def test_a_whole_scenario_is_logged_without_a_secret(served: tuple[str, list[str]]) -> None:
    """Health, figures, tokens refused, queries, a wrong password: who reads the log learns ids, operations and times."""
    address, _log = served
    assert until_ready(address) == {"store": True, "tables": True, "worker": True}
    with requests.Session() as session:
        bearer = {"Authorization": f"Bearer {SECRETS[0]}", "client-request-id": "0b6b2f3e-1d2c-4f64-9d2e-3f0a8b7f9b11"}
        for where in ("users/hemlig@contoso.example", "users?$filter=department eq 'Sanne'", "$batch"):
            assert session.get(f"{address}/v1.0/{where}", headers=bearer, timeout=SECONDS).status_code >= 400
        form = {"client_id": "x", "client_secret": SECRETS[1], "grant_type": "client_credentials"}
        assert session.post(f"{address}/contoso.example/oauth2/v2.0/token", form, timeout=SECONDS).status_code >= 400
        page = session.get(f"{address}/sign-in", timeout=SECONDS)
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[-1]
        wrong = {"csrfmiddlewaretoken": token, "login": "hemlig@contoso.example", "password": SECRETS[1]}
        session.post(f"{address}/sign-in", wrong, headers={"Referer": address}, timeout=SECONDS)
        session.get(f"{address}/users/active?q=Sanne", timeout=SECONDS)
        assert "licentia_requests_total" in session.get(f"{address}/metrics", timeout=SECONDS).text


def until_ready(address: str) -> Any:
    """What /ready says once it says yes, or at last."""
    until = time.monotonic() + SECONDS
    while True:
        answer = requests.get(f"{address}/ready", timeout=SECONDS)
        if answer.status_code == 200 or time.monotonic() > until:
            return answer.json()
        time.sleep(0.05)


def test_an_error_is_its_kind_and_its_places() -> None:
    """What an exception says may hold a value of a row: it stays out; a library's values do too."""
    import logging

    try:
        raise ValueError("Key (mail)=(hemlig@contoso.example) exists")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Broken: %s", ("/users/hemlig",), info)
    line = json.loads(logs.JsonLines().format(record))
    assert (line["error"], line["message"]) == ("ValueError", "Broken: %s")
    assert "test_watching.py" in line["at"][0]
    assert "hemlig" not in json.dumps(line)
