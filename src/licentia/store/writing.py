"""The one way a write transaction begins, and the sentences' codes for when the database says no.

Every door uses `writing()`; on SQLite it passes the gate (store.sqlite). No statement about licenses is here.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from django.db import Error, InterfaceError, OperationalError, connection, transaction

from licentia.store.gate import GateTimeout, GateUnusable


class StoreError(Exception):
    """The store cannot be used: `code` is store_locked, _full, _readonly, _newer, _broken or _unreachable."""

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
    except GateUnusable as error:
        raise explain_os(error) from error
    except Error as error:
        _raise_known(error)


@contextmanager
def reading() -> Iterator[None]:
    """Statements whose database errors become a StoreError."""
    try:
        yield
    except Error as error:
        _raise_known(error)


def _raise_known(error: Error) -> NoReturn:
    known = explain(error)
    if known is error:
        raise error
    raise known from error


_CODES = {
    "database is locked": "store_locked",
    "lock timeout": "store_locked",
    "disk is full": "store_full",
    "no space left": "store_full",
    "readonly": "store_readonly",
    "read-only": "store_readonly",
    "unable to open": "store_unreachable",
    "malformed": "store_broken",
    "not a database": "store_broken",
}
_UNREADABLE = {"SQLITE_IOERR_READ", "SQLITE_IOERR_SHORT_READ", "SQLITE_IOERR_DATA", "SQLITE_IOERR_CORRUPTFS"}
"""Kinds of SQLite's "disk I/O error" that mean a damaged file; with the others a write did not fit (quota, file size)."""


def explain(error: Error) -> Exception:
    """The StoreError that a database error means, or the error itself when it is a bug of ours."""
    text = str(error).lower()
    if "disk i/o error" in text:
        kind = getattr(error.__cause__, "sqlite_errorname", "")
        return StoreError("store_broken" if kind in _UNREADABLE else "store_full", detail=str(error))
    for words, code in _CODES.items():
        if words in text:
            return StoreError(code, detail=str(error))
    if isinstance(error, OperationalError | InterfaceError) and connection.vendor == "postgresql":
        return StoreError("store_unreachable", detail=str(error).strip().splitlines()[0])
    return error


def explain_os(error: OSError) -> StoreError:
    """The StoreError that an error of the file system means."""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StoreError("store_readonly", detail=str(error))
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreError("store_full", detail=str(error))
    return StoreError("store_unreachable", detail=str(error))
