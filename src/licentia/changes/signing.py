"""The door for the keys that sign access tokens: made at first use, followed by a new one by hand or by age.

A private key leaves this module in memory only; in the store it is encrypted with a key that is not in the database.
"""

from __future__ import annotations

import base64
import functools
import json
import uuid

from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from licentia.domain.instants import DAY, Instant
from licentia.domain.permissions import Actor, Capability
from licentia.store import clock
from licentia.store.bulk import signing as rows_of
from licentia.store.lists import signing
from licentia.store.lists.signing import KeyRow
from licentia.store.secret import box, secret_key
from licentia.store.writing import writing

BITS = 2048
LONGEST_USE = 90 * DAY
"""A key signs no longer; the next token is signed with a new one."""

Key = tuple[str, RSAPrivateKey]


def current() -> Key:
    """The id of the key that signs now, and the key; makes one where there is none, it is old, or it cannot be opened."""
    now = clock.machine_now()
    while True:
        newest = next(iter(signing.every()), None)
        opened = None if newest is None or newest.created_at + LONGEST_USE < now else _open(newest.private)
        if newest is not None and opened is not None:
            return newest.id, opened
        _follow(newest, now)


def rotate(actor: Actor) -> str:
    """The id of a new key, which signs from now on. The one before proves what it signed, as long as that lives."""
    actor.require(Capability.MANAGE_APPS, 0)
    while True:
        made = _follow(next(iter(signing.every()), None), clock.machine_now())
        if made is not None:
            return made


def _follow(newest: KeyRow | None, now: Instant) -> str | None:
    """The id of the key made after `newest`; None when another process was first. What proves nothing more is swept away."""
    made = generate_private_key(public_exponent=65_537, key_size=BITS)  # slow: not while others wait to write
    key_id = uuid.uuid4().hex
    created_at = now if newest is None else max(now, newest.created_at + 1)
    row = KeyRow(key_id, _public(key_id, made), _closed(made), created_at)
    with writing():
        if not rows_of.add(row, None if newest is None else newest.id):
            return None
        still = {one.id for one in signing.proving(now)}
        rows_of.drop([one.id for one in signing.every() if one.id not in still])
    return key_id


def _public(key_id: str, key: RSAPrivateKey) -> str:
    numbers = key.public_key().public_numbers()
    jwk = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": key_id, "n": _number(numbers.n), "e": _number(numbers.e)}
    return json.dumps(jwk, separators=(",", ":"))


def _number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


def _closed(key: RSAPrivateKey) -> str:
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return box("signing keys", secret_key()).encrypt(text).decode()


@functools.lru_cache(maxsize=4)
def _open(private: str) -> RSAPrivateKey | None:
    """The key; None when the secret of this store is not the one that closed it."""
    try:
        found = load_pem_private_key(box("signing keys", secret_key()).decrypt(private.encode()), None)
    except InvalidToken:
        return None
    assert isinstance(found, RSAPrivateKey)
    return found
