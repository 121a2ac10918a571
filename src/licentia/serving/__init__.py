"""Serves the admin center: gunicorn on loopback, the worker as a child process, the sign-in link of the first start.

The one place that knows how processes are made of the edges; nothing here answers a request.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

THREADS = 8
STOPS = (signal.SIGINT, signal.SIGTERM)
SETTINGS = "licentia.serving.settings"


def prepare(host: str) -> None:
    """The store has every table that the pages need; StoreError says why not. Comes before anything opens the store."""
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    if host not in ("127.0.0.1", "localhost", "::1"):
        known = os.environ.get("LICENTIA_ALLOWED_HOSTS", "")
        os.environ["LICENTIA_ALLOWED_HOSTS"] = ",".join(filter(None, (known, host)))
    from licentia.store.opening import open_store

    open_store()


def serve(host: str, port: int, on_ready: Callable[[str], None]) -> int:
    """Serves until asked to stop; `on_ready` gets the address once it answers. Returns the exit status."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connections
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
    from gunicorn.http import wsgi  # type: ignore[import-untyped]

    wsgi.SERVER = "Licentia"  # no answer names a program or its version
    connections.close_all()
    application = get_wsgi_application()

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in _config(host, port, on_ready).items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return application

    words = [sys.executable, "-m", "licentia.serving.worker", str(os.getpid())]
    worker = subprocess.Popen(words, start_new_session=True)  # noqa: S603 - this interpreter, our own module
    try:
        Server().run()
    except SystemExit as end:
        return int(end.code or 0) if isinstance(end.code, int | None) else 1
    finally:
        worker.terminate()
        worker.wait()
    return 0


def _config(host: str, port: int, on_ready: Callable[[str], None]) -> dict[str, Any]:
    shown = f"[{host}]" if ":" in host else host
    return {
        "bind": f"{shown}:{port}",
        "worker_class": "gthread",
        "workers": 1,
        "threads": THREADS,
        "timeout": 120,
        "graceful_timeout": 30,
        "loglevel": "warning",
        "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: S108 - only its heartbeat
        "when_ready": lambda server: on_ready(f"http://{shown}:{server.LISTENERS[0].sock.getsockname()[1]}"),
    }


def work(server: int) -> None:
    """The worker's own process: works until asked to stop, or until the server with this process id is not its parent."""
    from licentia import worker
    from licentia.store.opening import open_store

    asked = False

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    for number in STOPS:
        signal.signal(number, ask)
    open_store()
    worker.work(lambda: asked or os.getppid() != server)
