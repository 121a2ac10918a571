"""The one way a request to the Graph API is refused: status, Graph's code, the exact message, headers. Renders nothing."""

from __future__ import annotations

from collections.abc import Mapping


class GraphRefused(Exception):
    """The request ends here; `message` is what the client reads, to the letter. `headers` go with the answer."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers: dict[str, str] = dict(headers or {})
