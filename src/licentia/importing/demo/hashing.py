"""Numbers and object ids that look random and depend on nothing but a seed and an index.

Never keeps state: user 12 is the same user whether the tenant has fifty users or a million.
"""

from __future__ import annotations

from random import Random
from typing import Final

_MASK: Final = (1 << 64) - 1
_NODE_MASK: Final = (1 << 48) - 1
_STEP: Final = 0x9E3779B97F4A7C15


def mixed(salt: int, index: int) -> int:
    """A 64-bit number for an index (splitmix64): one to one for a given salt."""
    x = (salt + index * _STEP) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def stream(seed: int, purpose: str) -> Random:
    """A random stream of its own for each purpose, so that drawing more for one changes no other."""
    return Random(f"{purpose} {seed}")  # noqa: S311 - made-up facts, no secret


def guid(salt: int, index: int, bits: int) -> str:
    """The object id of an index below 2**48, unique within a salt; `bits` is its `mixed` number."""
    # The last twelve digits are a bijection of the index (odd multiplier modulo a power of two): no two meet.
    node = (index * 0xB5297A4D3F2B + salt) & _NODE_MASK
    head = (bits * 0xD6E8FEB86659FD93) & _MASK
    text = f"{head:016x}"
    return f"{text[:8]}-{text[8:12]}-5{text[12:15]}-a{bits & 0xFFF:03x}-{node:012x}"
