"""Ids in blocks, taken before the write transaction; never a sequence, never max(id) + 1.

A block taken and not used leaves a hole, which is harmless.
"""

from __future__ import annotations

from licentia.store import sql
from licentia.store.writing import writing

_TAKE = """
INSERT INTO id_block (tenant_id, kind, next_id) VALUES (%(tenant)s, %(kind)s, 1 + %(n)s)
ON CONFLICT (tenant_id, kind) DO UPDATE SET next_id = id_block.next_id + %(n)s
RETURNING next_id
"""


def take(tenant_id: int, kind: str, n: int = 1) -> int:
    """The first of `n` ids that nobody else gets."""
    with writing(tenant_id):
        return take_within(tenant_id, kind, n)


def take_within(tenant_id: int, kind: str, n: int = 1) -> int:
    """As `take`, inside a write transaction that is open already (small inline writes)."""
    after = sql.value(_TAKE, {"tenant": tenant_id, "kind": kind, "n": n})
    return int(after) - n
