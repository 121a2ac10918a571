"""An administrator at the admin center for tests: signed in with one role, in one language; and what a page says as text."""

from __future__ import annotations

import html
import re
from typing import Any

import signing
from licentia.domain.permissions import Role
from world_store import World


class Admin:
    """Somebody at the admin center of a world's tenant."""

    def __init__(self, world: World, role: Role = Role.GLOBAL, language: str = "en") -> None:
        self.world = world
        self.client = signing.signed_in(world, role, language)

    def get(self, address: str, status: int = 200, **headers: str) -> str:
        """The page's text; fails on another status."""
        return _text(self.client.get(address, headers=headers), status)

    def post(self, address: str, fields: dict[str, Any] | None = None, status: int = 302) -> str:
        """Where the form leads to; the page's text where it leads nowhere."""
        answer = self.client.post(address, fields or {})
        return str(answer.headers["Location"]) if status == 302 and answer.status_code == 302 else _text(answer, status)

    def plan(self, address: str, fields: dict[str, Any] | None = None) -> int:
        """The number of the draft plan that a form makes; its page is there."""
        where = self.post(address, fields)
        found = re.fullmatch(r"/plans/(\d+)", where)
        assert found, where
        self.get(where)
        return int(found[1])

    def apply(self, plan: int) -> dict[str, Any]:
        """The plan's header after it was applied on its page."""
        self.post(f"/plans/{plan}/apply", {"confirm": str(self.world.header(plan)["ready"])})
        return self.world.header(plan)

    def undo(self, plan: int) -> dict[str, Any]:
        """The header of the plan that the Undo button makes, after it was applied."""
        return self.apply(self.plan(f"/plans/{plan}/undo"))


def _text(answer: Any, status: int) -> str:
    assert answer.status_code == status, (answer.status_code, status, getattr(answer, "content", b"")[:2_000])
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return html.unescape(body.decode())
