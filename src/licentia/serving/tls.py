"""Encryption of `licentia serve --tls`: TLS 1.2 and later, with a certificate that is looked at again while it serves.

Who speaks plain HTTP to the encrypted port reads a sentence. It makes no certificate; `certificates` does.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from licentia.domain.reasons import BadInput
from licentia.serving.certificates import Pair

HANDSHAKE_SECONDS = 10.0
TLS_BEGINS = 0x16
"""The first byte of every TLS connection; no HTTP request begins so."""
PLAIN = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
    b"This port speaks HTTPS only: use https:// in the address.\n"
)
_log = logging.getLogger("licentia.security")


def own_pair(certificate: str, key: str) -> Pair:
    """The files given; BadInput when they can't be read, or are not of one another."""
    pair = Pair(Path(certificate), Path(key), None, None)
    try:
        context_of(pair)
    except (OSError, ssl.SSLError) as error:
        raise BadInput("bad_certificate", certificate=certificate, key=key, why=str(error)) from None
    return pair


def context_of(pair: Pair) -> ssl.SSLContext:
    """A server's context, TLS 1.2 at least."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(pair.certificate, pair.key)
    return context


class Encrypting:
    """What gunicorn asks for a context, once per connection: kept until the certificate is due or its file is another."""

    def __init__(self, ensure: Callable[[datetime], Pair], now: Callable[[], datetime]) -> None:
        self._ensure = ensure
        self._now = now
        self._turn = Lock()
        self.pair = ensure(now())
        self._stamp = _stamp(self.pair)
        self._context = context_of(self.pair)

    def context(self) -> ssl.SSLContext:
        """The context for a connection that begins now."""
        due = self.pair.renew_at is not None and self._now() >= self.pair.renew_at
        if due or _stamp(self.pair) != self._stamp:
            with self._turn:
                self._look_again()
        return self._context

    def wrap_socket(self, sock: socket.socket, **_rest: Any) -> ssl.SSLSocket:
        """The encrypted socket; OSError when the other side speaks plain HTTP, is too slow, or agrees on nothing."""
        sock.settimeout(HANDSHAKE_SECONDS)
        first = sock.recv(1, socket.MSG_PEEK)
        if first and first[0] != TLS_BEGINS:
            _turn_away(sock)
            raise OSError(errno.ENOTCONN, "plain HTTP")
        wrapped = self.context().wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        try:
            wrapped.do_handshake()
        except (ssl.SSLError, TimeoutError) as error:
            wrapped.close()
            raise OSError(errno.ENOTCONN, "no handshake") from error
        wrapped.settimeout(None)
        return wrapped

    def _look_again(self) -> None:
        try:
            pair = self._ensure(self._now())
            self._context = context_of(pair)
        except (OSError, ssl.SSLError) as error:
            _log.warning("certificate-not-renewed why=%r", str(error))
        else:
            self.pair = pair
        self._stamp = _stamp(self.pair)


def _stamp(pair: Pair) -> tuple[int, ...]:
    """Changes when a file does; a file that is gone for a moment is no change."""
    try:
        return tuple(os.stat(file).st_mtime_ns for file in (pair.certificate, pair.key))
    except OSError:
        return ()


def _turn_away(sock: socket.socket) -> None:
    """Says why, and reads what was sent, for a close with unread bytes takes the answer back."""
    sock.recv(65_536)
    sock.sendall(PLAIN)
    sock.shutdown(socket.SHUT_WR)
