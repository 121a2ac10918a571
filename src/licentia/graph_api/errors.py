"""What the Graph API says when it does not do what was asked. Knows codes and texts of the wire, no rule."""

from __future__ import annotations

from collections.abc import Mapping


class GraphRefused(Exception):
    """An answer in Graph's error envelope: HTTP status, Graph's code, Graph's own text, headers besides."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers: dict[str, str] = dict(headers or {})
