"""The one way a write transaction begins, and the sentences' codes for when the database says no.

Every door uses `writing()`; on SQLite it passes the gate (store.sqlite). No statement about licenses is here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, OperationalError, connection, transaction

from licentia.store.gate import GateTimeout


class StoreError(Exception):
    """The store cannot be used: `code` is store_locked, store_full, store_readonly, store_newer, store_broken."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


@contextmanager
def writing(tenant_id: int | None = None) -> Iterator[None]:
    """A write transaction: all of it or nothing. Refused with StoreError when the store is locked, full or read-only.

    A tenant has one writer at a time: on SQLite by the gate, on PostgreSQL by its head row (decision 0003).
    """
    try:
        with transaction.atomic():
            if tenant_id is not None and connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1 FROM head WHERE tenant_id = %(tenant)s FOR UPDATE", {"tenant": tenant_id})
            yield
    except GateTimeout:
        raise StoreError("store_locked") from None
    except DatabaseError as error:
        raise explain(error) from error


@contextmanager
def reading() -> Iterator[None]:
    """Reads whose database errors become a StoreError."""
    try:
        yield
    except DatabaseError as error:
        raise explain(error) from error


def explain(error: DatabaseError) -> Exception:
    """The StoreError that a database error means, or the error itself when it is a bug of ours."""
    text = str(error).lower()
    codes = {
        "database is locked": "store_locked",
        "lock timeout": "store_locked",
        "disk is full": "store_full",
        "no space left": "store_full",
        "disk i/o error": "store_full",
        "readonly": "store_readonly",
        "read-only": "store_readonly",
        "unable to open": "store_unreachable",
        "malformed": "store_broken",
        "not a database": "store_broken",
    }
    for words, code in codes.items():
        if words in text:
            return StoreError(code, detail=str(error))
    if isinstance(error, OperationalError) and connection.vendor == "postgresql":
        return StoreError("store_unreachable", detail=str(error).strip().splitlines()[0])
    return error
