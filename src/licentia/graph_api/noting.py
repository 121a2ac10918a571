"""What one request was about, for logs and figures: filled in where it becomes known, read where the answer leaves.

Holds ids and codes only: no name of a person, no token, no text of a query.
"""

from __future__ import annotations

import uuid
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Note:
    """One request; `request_id` and `client_request_id` go into its headers and errors."""

    request_id: str
    client_request_id: str
    operation: str = ""
    tenant: str = ""
    app: str = ""
    items: int = 0
    """Operations inside a batch."""
    limits: list[str] = field(default_factory=list)
    """Operations that met a limit."""
    faults: list[str] = field(default_factory=list)
    """Faults that the tenant's profile planted: their kinds."""


LONGEST = 64
_CURRENT: ContextVar[Note | None] = ContextVar("note", default=None)


def begin(client_request_id: str = "") -> Note:
    """A new note, the current one of this thread until the next."""
    made = str(uuid.uuid4())
    given = client_request_id if _is_plain(client_request_id) else ""
    note = Note(made, given or made)
    _CURRENT.set(note)
    return note


def current() -> Note:
    """The note of the request that this thread answers; a new one where nothing began it, as in a test of a view."""
    return _CURRENT.get() or begin()


def _is_plain(text: str) -> bool:
    """Whether it can be an id: only such a value is echoed and logged."""
    return 0 < len(text) <= LONGEST and text.isascii() and text.replace("-", "").isalnum()
