"""The key with which sessions and links are signed and secrets encrypted: the environment's, or one made once in the folder.

Never shown, never logged; every process of one store must read the same.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from licentia.store.locations import home

LENGTH = 50
_NAME = "web.key"


def secret_key() -> str:
    """LICENTIA_SECRET_KEY, or the key kept in the data folder, which is made when it is not there (0600)."""
    given = os.environ.get("LICENTIA_SECRET_KEY")
    return given or _kept(home() / _NAME)


def box(purpose: str, key: str) -> Fernet:
    """What encrypts texts of one purpose, so that what was meant for another cannot be read as one."""
    digest = hashlib.sha256(f"licentia {purpose} {key}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def _kept(path: Path) -> str:
    old = os.umask(0o077)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.write_text(secrets.token_urlsafe(LENGTH))
        try:
            os.link(fresh, path)  # whoever comes first; never a half-written key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    finally:
        os.umask(old)
    return path.read_text().strip()
