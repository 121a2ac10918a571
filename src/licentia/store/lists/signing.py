"""Reads of the keys that sign access tokens. The private parts are as they are stored: encrypted."""

from __future__ import annotations

from dataclasses import dataclass

from licentia.domain.instants import SECOND, Instant
from licentia.store import sql

LONGEST_LIFE = 90 * 60 * SECOND
"""No access token lives longer."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key: its name in a token's header, its public part as a JWK, its private part encrypted."""

    id: str
    public: str
    private: str
    created_at: Instant


def every() -> list[KeyRow]:
    """All keys, the newest first."""
    found = sql.rows("SELECT id, public, private, created_at FROM signing_key ORDER BY created_at DESC, id", {})
    return [KeyRow(*row) for row in found]


def proving(now: Instant) -> list[KeyRow]:
    """The keys that still prove a token: the newest, and each that was followed no longer ago than a token lives."""
    keys = every()
    return keys[:1] + [
        key for key, next_one in zip(keys[1:], keys, strict=False) if now < next_one.created_at + LONGEST_LIFE
    ]
