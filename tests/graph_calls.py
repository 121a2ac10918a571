"""A program for tests of the Graph API: it has a token of a world's tenant and sends requests through the whole server.

Only asks; what it expects of every answer is what Graph promises of every answer.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from licentia.changes import apps
from licentia.domain.permissions import SCOPE_CAPABILITIES
from licentia.graph_api import tokens
from world_store import OWNER, World

EVENTUAL = {"ConsistencyLevel": "eventual"}


class Graph:
    """A program that may everything in a tenant, or what `scopes` say."""

    def __init__(self, world: World, *scopes: str, tenant: int = 0) -> None:
        self.world = world
        found = apps.create_app(
            tenant or world.tenant,
            f"Program {len(apps_made)}",
            OWNER,
            application=scopes or tuple(SCOPE_CAPABILITIES),
        )
        apps_made.append(found.app.id)
        self.token, _ = tokens.for_app(found.app)
        self.client = Client(headers={"Authorization": f"Bearer {self.token}"}, SERVER_NAME="localhost")

    def send(self, method: str, path: str, body: object = None, status: int = 200, **headers: str) -> Any:
        """The answer's JSON (None where there is none); fails on another status, and on what no answer may be."""
        address = path if not path.startswith("http") else urlsplit(path)._replace(scheme="", netloc="").geturl()
        address = address if address.startswith("/v1.0/") else f"/v1.0{address}"
        text = body if isinstance(body, str | bytes) else json.dumps(body) if body is not None else b""
        answer = self.client.generic(method, address, text, content_type="application/json", headers=headers)
        assert answer.headers["request-id"]
        assert answer.headers["client-request-id"]
        raw = answer.content.decode()
        assert answer.status_code == status, (answer.status_code, raw[:2_000])
        if answer.status_code in (202, 204) and not raw:
            return None
        if answer.headers.get("Content-Type", "").startswith("text/plain"):
            return raw
        found = json.loads(raw)
        if status >= 400:
            error = found["error"]
            assert set(error) == {"code", "message", "innerError"}
            assert set(error["innerError"]) == {"date", "request-id", "client-request-id"}
        return found

    def get(self, path: str, status: int = 200, **headers: str) -> Any:
        """The answer to a GET."""
        return self.send("GET", path, None, status, **headers)

    def post(self, path: str, body: object = None, status: int = 200, **headers: str) -> Any:
        """The answer to a POST."""
        return self.send("POST", path, body, status, **headers)

    def patch(self, path: str, body: object, status: int = 204, **headers: str) -> Any:
        """The answer to a PATCH."""
        return self.send("PATCH", path, body, status, **headers)

    def delete(self, path: str, status: int = 204) -> Any:
        """The answer to a DELETE."""
        return self.send("DELETE", path, None, status)

    def message(self, method: str, path: str, body: object = None, status: int = 400, **headers: str) -> str:
        """The sentence of a refusal."""
        return str(self.send(method, path, body, status, **headers)["error"]["message"])

    def pages(self, path: str, **headers: str) -> list[Any]:
        """Every object of a collection, by its links to the end."""
        found: list[Any] = []
        page = self.get(path, **headers)
        while True:
            found += page["value"]
            if "@odata.nextLink" not in page:
                return found
            page = self.get(page["@odata.nextLink"])

    def delta(self, link: str) -> tuple[list[Any], str]:
        """Every object of a delta round, and the link to the next round."""
        found: list[Any] = []
        page = self.get(link)
        while "@odata.nextLink" in page:
            found += page["value"]
            page = self.get(page["@odata.nextLink"])
        return found + page["value"], page["@odata.deltaLink"]


apps_made: list[str] = []
"""So that each program of a test run has a name of its own."""
