"""Certificates of `licentia serve --tls`: a local CA made once in the data folder, and a leaf that it renews by itself.

The CA can sign for this machine and the names given, and for nothing else. Its key never leaves the folder (0600).
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from licentia.store import clock
from licentia.store.gate import Gate

HERE = ("localhost", "127.0.0.1", "::1")
CA_DAYS = 3_650
LEAF_DAYS = 90
RENEW_DAYS = 30
"""A leaf with fewer days left is made anew, and so is a CA that would end before a new leaf."""
EARLIER = timedelta(hours=1)
"""Certificates begin a little before they are made: clocks of clients differ."""

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Pair:
    """Files of a certificate that a server shows, and what a client must trust: `ca` is None where others signed it."""

    certificate: Path
    key: Path
    ca: Path | None
    renew_at: datetime | None
    """When `ensure` makes another; None: never."""


def ensure(home: Path, names: Sequence[str], now: datetime) -> Pair:
    """A certificate for this machine and `names`, valid now: the kept one, or a new one of the kept CA.

    Names that need a CA of their own, for it may sign for no others, are in a folder of their own.
    """
    others = sorted({name.strip("[]") for name in names} - set(HERE))
    folder = home / "tls" / re.sub(r"[^A-Za-z0-9.-]", "-", "_".join(others)) if others else home / "tls"
    old = os.umask(0o077)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        turn = Gate(str(folder / "lock"))
        turn.acquire()
        try:
            return _ensure(folder, (*HERE, *others), now)
        finally:
            turn.release()
    finally:
        os.umask(old)


def _ensure(folder: Path, names: tuple[str, ...], now: datetime) -> Pair:
    ca, signer = _kept(folder / "ca.pem", folder / "ca.key")
    if ca is None or signer is None or _left(ca, now) < timedelta(days=LEAF_DAYS):
        signer = ec.generate_private_key(ec.SECP256R1())
        ca = _make_ca(signer, names, now)
        _keep(folder / "ca.key", folder / "ca.pem", signer, ca)
    leaf, _key = _kept(folder / "server.pem", folder / "server.key")
    if leaf is None or leaf.issuer != ca.subject or _left(leaf, now) < timedelta(days=RENEW_DAYS):
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = _make_leaf(key, ca, signer, names, now)
        _keep(folder / "server.key", folder / "server.pem", key, leaf)
    renew_at = leaf.not_valid_after_utc - timedelta(days=RENEW_DAYS)
    return Pair(folder / "server.pem", folder / "server.key", folder / "ca.pem", renew_at)


def _left(certificate: x509.Certificate, now: datetime) -> timedelta:
    """How long it is valid from now; nothing for one that is not valid yet."""
    if now < certificate.not_valid_before_utc:
        return timedelta(0)
    return certificate.not_valid_after_utc - now


def _kept(certificate: Path, key: Path) -> tuple[x509.Certificate | None, Key | None]:
    """What the folder holds; nothing where a file is missing, damaged, or belongs to another key."""
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError):
        return None, None
    if not isinstance(private, Key) or private.public_key() != found.public_key():
        return None, None
    return found, private


def _keep(key_file: Path, file: Path, key: Key, certificate: x509.Certificate) -> None:
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    _write(key_file, key.private_bytes(serialization.Encoding.PEM, form, plain))
    _write(file, certificate.public_bytes(serialization.Encoding.PEM))


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, for its owner only."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)


def _make_ca(key: Key, names: tuple[str, ...], now: datetime) -> x509.Certificate:
    serial = x509.random_serial_number()
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Licentia"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Licentia local CA {serial & 0xFFFFFFFF:08x}"),
        ]
    )
    return (
        _begun(subject, subject, key, now, CA_DAYS)
        .serial_number(serial)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints([_within(name) for name in names], None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _make_leaf(key: Key, ca: x509.Certificate, signer: Key, names: tuple[str, ...], now: datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[-1] if len(names) > len(HERE) else names[0])])
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    return (
        _begun(subject, ca.subject, key, now, LEAF_DAYS)
        .serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_named(name) for name in names]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(issuer_key, critical=False)
        .sign(signer, hashes.SHA256())
    )


def _begun(subject: x509.Name, issuer: x509.Name, key: Key, now: datetime, days: int) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    return made.not_valid_before(now - EARLIER).not_valid_after(now + timedelta(days=days))


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _named(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _within(name: str) -> x509.GeneralName:
    """The same, as a constraint: an address is a network of one."""
    try:
        return x509.IPAddress(ipaddress.ip_network(name))
    except ValueError:
        return x509.DNSName(name)


def machine_time() -> datetime:
    """The time by which certificates are judged."""
    return datetime.fromtimestamp(clock.machine_now() / 1_000_000, UTC)
