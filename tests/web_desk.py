"""A browser without a script for tests of pages: signed in as an operator with one role in a tenant of a test.

Only makes operators and sends requests; no expectation is here.
"""

from __future__ import annotations

import html
import re
from typing import Any

import signing
from licentia.domain.permissions import Role
from world_store import World

TAGS = re.compile(r"<[^>]*>")


class Desk:
    """An operator's session."""

    def __init__(self, world: World, role: Role = Role.GLOBAL, language: str = "en") -> None:
        self.name = f"{role.value}@tenant{world.tenant}.example"
        self.client = signing.signed_in(world, role, language, self.name)

    def get(self, path: str, **query: Any) -> Any:
        """The answer to a GET."""
        return self.client.get(path, query)

    def post(self, path: str, **fields: Any) -> Any:
        """The answer to a POST."""
        return self.client.post(path, fields)

    def source(self, path: str, **query: Any) -> str:
        """The page as it is sent."""
        found: str = self.get(path, **query).content.decode()
        return found

    def text(self, path: str, **query: Any) -> str:
        """The words of a page, without its tags."""
        return words(self.get(path, **query))

    def csv(self, path: str, **query: Any) -> list[str]:
        """The lines of an export."""
        answer = self.get(path, **query)
        assert answer.status_code == 200
        found: str = b"".join(answer.streaming_content).decode()
        assert found.startswith("\ufeff")
        return found.removeprefix("\ufeff").split("\r\n")[:-1]


def words(answer: Any) -> str:
    """The words of an answer, without its tags, each gap one blank."""
    return " ".join(html.unescape(TAGS.sub(" ", answer.content.decode())).split())
