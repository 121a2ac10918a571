"""`licentia serve --tls`: a chain that verifies, TLS 1.2 at least, a leaf renewed by itself, and a key nobody else reads."""

from __future__ import annotations

import os
import socket
import ssl
import stat
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import requests
from cryptography import x509

from command_line import MAIN
from licentia.domain.reasons import BadInput
from licentia.serving import certificates, tls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from database import Store

pytest_plugins = ["world_fixtures"]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECONDS = 60.0


def leaf(pair: certificates.Pair) -> x509.Certificate:
    """What the server shows."""
    return x509.load_pem_x509_certificate(pair.certificate.read_bytes())


def test_kept_and_renewed(tmp_path: Path) -> None:
    """The CA is made once; the leaf when less than a month is left, or when it has expired."""
    first = certificates.ensure(tmp_path, [], NOW)
    assert first.ca is not None
    ca, shown = first.ca.read_bytes(), leaf(first)
    assert leaf(certificates.ensure(tmp_path, [], NOW + timedelta(days=59))) == shown
    for days in (61, 400):
        later = NOW + timedelta(days=days)
        again = certificates.ensure(tmp_path, [], later)
        assert leaf(again).serial_number != shown.serial_number
        assert leaf(again).not_valid_after_utc > later + timedelta(days=80)
        assert first.ca.read_bytes() == ca
    certificates.ensure(tmp_path, [], NOW + timedelta(days=certificates.CA_DAYS))
    assert first.ca.read_bytes() != ca


def test_nobody_else_reads(tmp_path: Path) -> None:
    """Folder and files are their owner's, whatever the umask."""
    old = os.umask(0)
    try:
        pair = certificates.ensure(tmp_path / "home", [], NOW)
    finally:
        os.umask(old)
    for file in pair.key.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name
    assert {"ca.key", "ca.pem", "server.key", "server.pem"} <= {file.name for file in pair.key.parent.iterdir()}
    assert stat.S_IMODE(pair.key.parent.stat().st_mode) == 0o700


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    """Half a file, or a key of another certificate, never stops the server."""
    pair = certificates.ensure(tmp_path, [], NOW)
    pair.certificate.write_bytes(pair.certificate.read_bytes()[:100])
    tls.context_of(certificates.ensure(tmp_path, [], NOW))


def test_the_ca_signs_for_here_only(tmp_path: Path) -> None:
    """Name constraints, critical; another name has a CA of its own and leaves this one alone."""
    pair = certificates.ensure(tmp_path, [], NOW)
    other = certificates.ensure(tmp_path, ["licenses.contoso.example"], NOW)
    assert pair.ca is not None
    assert other.ca not in (None, pair.ca)
    found = x509.load_pem_x509_certificate(pair.ca.read_bytes()).extensions.get_extension_for_class(
        x509.NameConstraints
    )
    assert found.critical
    names = [str(one.value) for one in found.value.permitted_subtrees or ()]
    assert names == ["localhost", "127.0.0.1/32", "::1/128"]
    wanted = leaf(other).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "licenses.contoso.example" in wanted.get_values_for_type(x509.DNSName)


@contextmanager
def listening(encrypted: tls.Encrypting) -> Iterator[int]:
    """Takes connections as gunicorn does, a thread each; says hello on those that are encrypted."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer(sock: socket.socket) -> None:
        with sock:
            try:
                with encrypted.wrap_socket(sock) as wrapped:
                    wrapped.recv(100)
                    wrapped.sendall(b"hello")
            except OSError:
                pass

    def accept() -> None:
        while True:
            try:
                sock, _address = server.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(sock,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def shown(port: int, ca: Path) -> int:
    """The serial number of the certificate of a verified connection."""
    context = ssl.create_default_context(cafile=str(ca))
    with (
        socket.create_connection(("127.0.0.1", port)) as raw,
        context.wrap_socket(raw, server_hostname="localhost") as s,
    ):
        s.sendall(b"x")
        assert s.recv(5) == b"hello"
        found = s.getpeercert(binary_form=True)
    assert found
    return x509.load_der_x509_certificate(found).serial_number


def test_renewed_while_serving(tmp_path: Path) -> None:
    """A server that runs for months shows a new leaf when the old one is due, without a restart."""
    now = datetime.now(UTC)
    clock = [now - timedelta(days=61)]
    encrypted = tls.Encrypting(lambda at: certificates.ensure(tmp_path, [], at), lambda: clock[0])
    ca = encrypted.pair.ca
    assert ca is not None
    with listening(encrypted) as port:
        first = shown(port, ca)
        assert shown(port, ca) == first
        clock[0] = now
        second = shown(port, ca)
    assert second != first


def test_own_files(tmp_path: Path) -> None:
    """Files of others are used as they are, and again when they change; those that don't fit are refused."""
    pair = certificates.ensure(tmp_path / "a", [], NOW)
    other = certificates.ensure(tmp_path / "b", [], NOW)
    with pytest.raises(BadInput) as refused:
        tls.own_pair(str(pair.certificate), str(other.key))
    assert refused.value.code == "bad_certificate"
    own = tls.own_pair(str(pair.certificate), str(pair.key))
    encrypted = tls.Encrypting(lambda _now: own, lambda: NOW)
    before = encrypted.context()
    assert encrypted.context() is before
    os.utime(pair.certificate, ns=(1, 1))
    assert encrypted.context() is not before


@pytest.fixture
def served(store: Store) -> Iterator[tuple[str, str]]:
    """A real `licentia serve --tls`: its address and its CA."""
    child = store.start("-c", MAIN, "serve", "--port", "0", "--tls")
    assert child.stdout is not None
    lines = [child.stdout.readline() for _ in range(6)]
    try:
        yield lines[0].split()[-1], lines[5].split(": ")[-1].strip()
    finally:
        child.terminate()
        child.wait(SECONDS)
        for stream in (child.stdin, child.stdout, child.stderr):
            assert stream is not None
            stream.close()


def test_a_real_server(served: tuple[str, str]) -> None:
    """The chain verifies with the CA and not without; TLS 1.1 and plain HTTP are turned away; cookies are for TLS only."""
    address, ca = served
    port = int(address.rpartition(":")[2])
    for name in ("127.0.0.1", "localhost"):
        answer = requests.get(f"https://{name}:{port}/health", verify=ca, timeout=SECONDS)
        assert (answer.status_code, answer.text) == (200, "ok\n")
    assert "Strict-Transport-Security" not in answer.headers, "it would bind every other server at localhost"
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{address}/health", timeout=SECONDS)
    page = requests.get(f"{address}/sign-in", verify=ca, timeout=SECONDS)
    assert {cookie.name for cookie in page.cookies} == {"__Host-licentia_csrf"}
    assert all(cookie.secure for cookie in page.cookies)
    plain = requests.get(f"http://127.0.0.1:{port}/health", timeout=SECONDS)
    assert (plain.status_code, "use https://" in plain.text) == (400, True)
    assert handshake(port, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with pytest.raises(ssl.SSLError), pytest.warns(DeprecationWarning, match="TLSv1_1"):
        handshake(port, ssl.TLSVersion.TLSv1_1)


def handshake(port: int, version: ssl.TLSVersion) -> str | None:
    """What is agreed on with a client that speaks this version only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = version, version
    with socket.create_connection(("127.0.0.1", port)) as raw, context.wrap_socket(raw) as wrapped:
        return wrapped.version()
