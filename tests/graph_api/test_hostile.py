"""Hostile requests: whatever is sent, an answer in Graph's envelope and never a 5xx. More of them in `make soak`."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from graph_calls import Graph
from licentia.graph_api.router import ROUTES
from world_store import E3, World, build, crowd, object_id, tenant_rows

if TYPE_CHECKING:
    from database import Store

TEXTS = (
    "", "'", "''", "\x00", "\ud800", "a" * 5_000, "%", "%zz", "../..", "$ref", "$count", "()", "('", "null", "-1", "1e309",
    "9" * 400, "'; DROP TABLE users; --", "<script>", "\u202e", object_id(1), E3, "p00001@contoso.example", "delta()",
    "microsoft.graph.user", "\u0130", "0", "true", "{}", "[]", " ", "\t\r\n", "*", "any", "a/b/c", "²", "٣",
)  # fmt: skip
FILTERS = (
    "displayName eq '{}'", "startswith(displayName,'{}')", "{} eq {}", "assignedLicenses/any(x:x/skuId eq {})", "not({})",
    "id in ('{}','{}')", "createdDateTime ge {}", "({}", "endsWith(mail,'{}')", "accountEnabled eq {}", "a/{}/b eq 1",
    "assignedLicenses/$count eq {}", "proxyAddresses/any(p:startswith(p,'{}'))", "{} and {} or {}",
)  # fmt: skip
OPTIONS = (
    "$filter", "$select", "$orderby", "$top", "$skiptoken", "$deltatoken", "$count", "$search", "$expand", "$skip",
    "$format", "$apply", "$SELECT", "%24filter", "x",
)  # fmt: skip
VALUES: tuple[object, ...] = (
    None, True, 0, -1, 1e300, 10**400, "", "x", "\u0000", [], {}, [None], [[]], {"a": {"b": []}}, E3, [E3], object_id(2),
    {"skuId": E3}, [{"skuId": E3, "disabledPlans": ["x"]}], "https://x/" + object_id(3),
)  # fmt: skip
NAMES = (
    "addLicenses", "removeLicenses", "skuId", "disabledPlans", "displayName", "accountEnabled", "userPrincipalName",
    "passwordProfile", "mailNickname", "usageLocation", "@odata.id", "members@odata.bind", "requests", "id", "method",
    "url", "body", "headers", "dependsOn", "groupTypes", "mailEnabled", "securityEnabled", "membershipRule", "nosuch",
)  # fmt: skip


def path_of(chance: random.Random) -> str:
    """A path of the table with something in the place of its keys, or anything at all."""
    if chance.random() < 0.1:
        return "/" + "/".join(_quoted(chance.choice(TEXTS)) for _ in range(chance.randint(0, 6)))
    pattern = chance.choice([route.pattern for route in ROUTES] + ["/$batch", "/users/delta()", "/users('x')"])
    keys = (object_id(chance.randint(1, 6)), chance.choice(TEXTS))
    return "/".join(_quoted(chance.choice(keys)) if part.startswith("{") else part for part in pattern.split("/"))


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def query_of(chance: random.Random) -> str:
    """Some options with some values."""
    pairs = []
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
        option, value = chance.choice(OPTIONS), chance.choice(TEXTS)
        if "ilter" in option and chance.random() < 0.8:
            text = chance.choice(FILTERS)
            value = text.format(*(chance.choice(TEXTS) for _ in range(text.count("{}"))))
        pairs.append(f"{option}={_quoted(value)}")
    return "&".join(pairs)


def body_of(chance: random.Random) -> bytes:
    """No JSON, or JSON of known names with anything in them."""
    if chance.random() < 0.15:
        return chance.choice(
            (b"", b"{", b"\xff\xfe", b"[" * 5_000, b"null", b"12", b'"x"', b"{}" * 3, b'{"a":1,"a":2}')
        )
    made = {chance.choice(NAMES): chance.choice(VALUES) for _ in range(chance.randint(0, 6))}
    if chance.random() < 0.2:
        made["requests"] = [{chance.choice(NAMES): chance.choice(VALUES) for _ in range(4)} for _ in range(3)]
    return json.dumps(made).encode()


def storm(graph: Graph, seed: int, count: int) -> None:
    """So many requests of a seed; fails on the first answer that is no answer of Graph's."""
    chance = random.Random(seed)
    for n in range(count):
        method = chance.choice(("GET", "GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS", "HEAD"))
        address = f"/v1.0{path_of(chance)}?{query_of(chance)}"
        body = body_of(chance) if method in ("POST", "PATCH", "PUT") else b""
        eventual = {"ConsistencyLevel": "eventual"} if chance.random() < 0.5 else {}
        answer = graph.client.generic(method, address, body, content_type="application/json", headers=eventual)
        told = (seed, n, method, address, body[:300], answer.status_code, answer.content[:300])
        assert answer.status_code < 500 or answer.status_code == 501, told
        if answer.status_code >= 400 and method != "HEAD":
            assert set(answer.json()["error"]) == {"code", "message", "innerError"}, told


@pytest.fixture
def world(store: Store) -> World:
    """Eight people."""
    return build(store, tenant_rows(crowd(8)))


@pytest.mark.parametrize("seed", range(4))
def test_a_storm_of_nonsense_is_answered(world: World, seed: int) -> None:
    """Never a 5xx; the tenant stays sound, the other one as it was."""
    storm(Graph(world), seed, 400)
    world.assert_sound()


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_a_hundred_thousand_of_them(world: World) -> None:
    """The same, a hundred thousand times."""
    for seed in range(100, 150):
        storm(Graph(world), seed, 2_000)
    world.assert_sound()
