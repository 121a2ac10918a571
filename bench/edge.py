"""What a call of a program costs before any view: `python bench/edge.py light|bare|page PORT_FILE` serves, the bench asks.

The same gunicorn, the same answer: bare WSGI, through the edge for programs, and through what a page goes through.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rows import Bench, Figure

HERE = Path(__file__).parent
TIMES = 3_000
GOAL = 2.0
BODY = b'{"value":[]}'
JSON = "application/json"


def figures(bench: Bench) -> list[Figure]:
    """CPU of the server per request, as a ratio to the bare application; the median of the rounds."""
    bench.say("the edge for programs")
    took: dict[str, list[float]] = {"bare": [], "light": [], "page": []}
    for _ in range(bench.rounds):
        for kind, found in took.items():
            found.append(_cost(kind))
    middle = {kind: sorted(found)[len(found) // 2] for kind, found in took.items()}
    note = f"{1e6 * middle['bare']:.0f} us bare, {1e6 * middle['light']:.0f} us"
    return [
        Figure("edge", "an empty view of the Graph API, server CPU", middle["light"] / middle["bare"], "x", GOAL, note),
        Figure("edge", "the same behind what pages need", middle["page"] / middle["bare"], "x", None),
    ]


def _cost(kind: str) -> float:
    """CPU seconds of the server per request."""
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder) / "port"
        env = os.environ | {"LICENTIA_HOME": folder, "LICENTIA_SECRET_KEY": "bench"}
        env |= {"DJANGO_SETTINGS_MODULE": "licentia.serving.settings"}
        child = subprocess.Popen([sys.executable, str(HERE / "edge.py"), kind, str(port_file)], env=env)
        try:
            while not port_file.exists() or not port_file.read_text():
                time.sleep(0.05)
            connection = http.client.HTTPConnection("127.0.0.1", int(port_file.read_text()))
            _ask(connection, kind, TIMES // 10)
            begin = _cpu(child.pid)
            _ask(connection, kind, TIMES)
            return (_cpu(child.pid) - begin) / TIMES
        finally:
            child.terminate()
            child.wait()


def _ask(connection: http.client.HTTPConnection, kind: str, times: int) -> None:
    for _ in range(times):
        connection.request("GET", "/bench" if kind == "page" else "/v1.0/bench")
        answer = connection.getresponse()
        if answer.read() != BODY:
            raise SystemExit(f"{kind}: {answer.status}")


def _cpu(parent: int) -> float:
    """CPU seconds of gunicorn's worker, the only child."""
    child = int(Path(f"/proc/{parent}/task/{parent}/children").read_text().split()[0])
    fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Serves one of the three until stopped."""
    from gunicorn.app.base import BaseApplication

    kind, port_file = sys.argv[1], Path(sys.argv[2])
    application = _bare if kind == "bare" else _ours()

    class Server(BaseApplication):
        def load_config(self) -> None:
            for name, value in (("bind", "127.0.0.1:0"), ("worker_class", "gthread"), ("threads", 8)):
                self.cfg.set(name, value)
            self.cfg.set("loglevel", "warning")
            self.cfg.set(
                "when_ready", lambda server: port_file.write_text(str(server.LISTENERS[0].sock.getsockname()[1]))
            )

        def load(self) -> Any:
            return application

    sys.argv = sys.argv[:1]
    Server().run()


def _bare(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", JSON), ("Content-Length", str(len(BODY)))])
    return [BODY]


def _ours() -> Any:
    """Django with both edges, and the same answer at an address of each."""
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpRequest, HttpResponse
    from django.urls import get_resolver, path

    from licentia.serving.edge import URLCONF

    application = get_wsgi_application()

    def empty(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(BODY, content_type=JSON)

    get_resolver(URLCONF).url_patterns.insert(0, path("v1.0/bench", empty))
    get_resolver().url_patterns.insert(0, path("bench", empty))
    return application


if __name__ == "__main__":
    main()
