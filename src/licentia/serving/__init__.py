"""Serves the admin center and the Graph API: gunicorn on loopback, the worker as a child process, encrypted when asked.

The one place that knows how processes are made of the edges; nothing here answers a request.
"""

from __future__ import annotations

import logging.config
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from licentia.serving.tls import Encrypting

THREADS = 8
KEEP_SECONDS = 60
"""How long a thread keeps its connection to the store: opening one costs more than most requests do (0.75 ms of CPU)."""
STOPS = (signal.SIGINT, signal.SIGTERM)
SETTINGS = "licentia.serving.settings"
ANY = ("0.0.0.0", "::", "[::]")  # noqa: S104 - compared with, not bound
"""Addresses that mean all of this machine: no name of anybody."""


def prepare(host: str, *, is_encrypted: bool = False) -> None:
    """The store has every table that the pages need; StoreError says why not. Comes before anything opens the store."""
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    if is_encrypted:
        os.environ["LICENTIA_TLS"] = "1"
    if host not in ("127.0.0.1", "localhost", "::1"):
        known = os.environ.get("LICENTIA_ALLOWED_HOSTS", "")
        os.environ["LICENTIA_ALLOWED_HOSTS"] = ",".join(filter(None, (known, host)))
    from licentia.store.opening import open_store

    open_store()


def encrypting(certificate: str | None = None, key: str | None = None) -> Encrypting:
    """How connections are encrypted: with the files given, or with those of the local CA. After `prepare`.

    BadInput when the files given can't be used.
    """
    from django.conf import settings

    from licentia.serving import certificates, tls
    from licentia.store.locations import home

    if certificate and key:
        pair = tls.own_pair(certificate, key)
        return tls.Encrypting(lambda _now: pair, certificates.machine_time)
    names = [name for name in settings.ALLOWED_HOSTS if not name.startswith((".", "*")) and name not in ANY]
    return tls.Encrypting(lambda now: certificates.ensure(home(), names, now), certificates.machine_time)


def serve(host: str, port: int, on_ready: Callable[[str], None], encrypted: Encrypting | None = None) -> int:
    """Serves until asked to stop; `on_ready` gets the address once it answers. Returns the exit status."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connections
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
    from gunicorn.http import wsgi  # type: ignore[import-untyped]

    wsgi.SERVER = "Licentia"  # no answer names a program or its version
    connections.close_all()
    connections.settings["default"] |= {"CONN_MAX_AGE": KEEP_SECONDS, "CONN_HEALTH_CHECKS": True}
    application = get_wsgi_application()

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in _config(host, port, on_ready, encrypted).items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return application

    worker = _start_worker()
    try:
        Server().run()
    except SystemExit as end:
        return int(end.code or 0) if isinstance(end.code, int | None) else 1
    finally:
        worker.terminate()
        worker.wait()
    return 0


def _start_worker() -> subprocess.Popen[bytes]:
    """The worker in a process of its own; it holds the other end of a pipe by which `/ready` knows that it lives."""
    from licentia.serving import health

    ours, theirs = os.pipe()
    words = [sys.executable, "-m", "licentia.serving.worker", str(os.getpid())]
    worker = subprocess.Popen(words, start_new_session=True, pass_fds=(theirs,))  # noqa: S603 - our own module
    os.close(theirs)
    health.watch_worker(ours)
    return worker


def _config(host: str, port: int, on_ready: Callable[[str], None], encrypted: Encrypting | None) -> dict[str, Any]:
    from licentia.serving import logs

    shown = f"[{host}]" if ":" in host else host
    scheme = "https" if encrypted else "http"
    made = {
        "bind": f"{shown}:{port}",
        "worker_class": "gthread",
        "workers": 1,
        "threads": THREADS,
        "timeout": 120,
        "graceful_timeout": 30,
        "loglevel": "warning",
        "logconfig_dict": logs.config() | {"root": {"handlers": [], "level": "WARNING"}},
        "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: S108 - only its heartbeat
        "when_ready": lambda server: on_ready(f"{scheme}://{shown}:{server.LISTENERS[0].sock.getsockname()[1]}"),
    }
    if encrypted:
        made |= {
            "certfile": str(encrypted.pair.certificate),
            "keyfile": str(encrypted.pair.key),
            "do_handshake_on_connect": True,
            "ssl_context": lambda _config, _default: encrypted,
        }
    return made


def work(server: int) -> None:
    """The worker's own process: works until asked to stop, or until the server with this process id is not its parent."""
    from licentia import worker
    from licentia.serving import logs
    from licentia.store.opening import open_store

    asked = False

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    for number in STOPS:
        signal.signal(number, ask)
    logging.config.dictConfig(logs.config())
    open_store()
    worker.work(lambda: asked or os.getppid() != server)
