"""The Graph API over 100,000 users: `python bench/graph.py` prints server CPU per request as JSON, beside a bare application.

In one process, without a network: the whole application answers, or a bare function runs the same statements and sends the
same bytes. Run by bench/run.py in a process of its own.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rows import E3, Bench, Figure

HERE = Path(__file__).parent
USERS = 100_000
TIMES = 300
GOAL = 2.0
YAMMER = "7547a3fe-08ee-4ccb-b430-5077c5041653"
"""A service plan of the product on which no other depends: switching it off is a change that is never refused."""
READS = {
    "GET users, 100 with licenses": "/users?$select=id,displayName,assignedLicenses&$top=100",
    "GET users by product, 100": f"/users?$filter=assignedLicenses/any(x:x/skuId eq {E3})&$select=id&$top=100",
    "GET one user": "/users/{user}?$select=id,assignedLicenses",
    "GET subscribedSkus": "/subscribedSkus",
}


def figures(bench: Bench) -> list[Figure]:
    """CPU of a request as a ratio to a bare application with the same statements; of a write, in milliseconds."""
    bench.say(f"the Graph API over {USERS:,} users")
    bench.stores.restore(bench.stores.tenant(USERS))
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "licentia.serving.settings", "LICENTIA_SECRET_KEY": "bench"}
    done = subprocess.run([sys.executable, str(HERE / "graph.py")], env=env, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    made = [
        Figure(
            "graph",
            name,
            one["ours"] / one["bare"],
            "x",
            GOAL,
            f"{1e3 * one['ours']:.2f} ms, {one['statements']} statements",
        )
        for name, one in found["reads"].items()
    ]
    made.append(Figure("graph", "POST assignLicense, server CPU", 1e3 * found["write"], "ms"))
    return made


def main() -> None:
    """Measures in this process."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connections

    from licentia.changes import apps
    from licentia.domain.permissions import SCOPE_CAPABILITIES, local_shell
    from licentia.graph_api import tokens
    from licentia.store import sql
    from licentia.store.lists import tenants
    from licentia.store.opening import open_store

    open_store()
    connections.settings["default"] |= {"CONN_MAX_AGE": 60}  # as `licentia serve` keeps them
    connections.close_all()
    del connections["default"]
    application = get_wsgi_application()
    tenant = tenants.every()[0].id
    shell = local_shell("bench")
    made = apps.create_app(tenant, f"Bench {time.time()}", shell, application=tuple(SCOPE_CAPABILITIES))
    token = tokens.for_app(made.app)[0]
    held = (
        "SELECT u.object_id FROM source s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id "
        "JOIN product p ON p.tenant_id = s.tenant_id AND p.id = s.product_id AND p.sku_id = %(sku)s "
        "WHERE s.tenant_id = %(tenant)s AND s.source_kind = 1 AND s.state = 1 AND u.deleted_at IS NULL LIMIT %(top)s"
    )
    users = [str(row[0]) for row in sql.rows(held, {"tenant": tenant, "sku": E3, "top": TIMES})]
    reads = {name: _read(application, token, path.format(user=users[0])) for name, path in READS.items()}
    print(json.dumps({"reads": reads, "write": _write(application, token, users)}))


def _call(application: Any, token: str, method: str, path: str, body: bytes = b"") -> bytes:
    address, _, query = path.partition("?")
    seen: list[str] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": f"/v1.0{address}",
        "QUERY_STRING": query.replace(" ", "%20"),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
    }
    found = b"".join(application(environ, lambda status, _headers: seen.append(status)))
    if not seen[0].startswith("20"):
        raise SystemExit(f"{path}: {seen[0]} {found[:300]!r}")
    return found


def _read(application: Any, token: str, path: str) -> dict[str, float]:
    """CPU seconds of a request, and of the same statements with the same bytes sent by next to nothing."""
    from django.db import connection

    seen: list[tuple[str, Any]] = []

    def watch(execute: Any, text: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((text, params))
        return execute(text, params, many, context)

    _call(application, token, "GET", path)
    with connection.execute_wrapper(watch):
        sent = _call(application, token, "GET", path)
    body = json.loads(sent)

    def bare() -> None:
        with connection.cursor() as cursor:
            for text, params in seen:
                cursor.execute(text, params)
                cursor.fetchall()
        json.dumps(body).encode()

    ours, floor = _cpu(lambda: _call(application, token, "GET", path)), _cpu(bare)
    return {"ours": ours, "bare": floor, "statements": len(seen)}


def _write(application: Any, token: str, users: list[str]) -> float:
    """CPU seconds of an assignLicense that changes one user."""
    body = json.dumps({"addLicenses": [{"skuId": E3, "disabledPlans": [YAMMER]}], "removeLicenses": []}).encode()
    begin = time.process_time()
    for user in users:
        _call(application, token, "POST", f"/users/{user}/assignLicense", body)
    return (time.process_time() - begin) / len(users)


def _cpu(work: Callable[[], object]) -> float:
    begin = time.process_time()
    for _ in range(TIMES):
        work()
    return (time.process_time() - begin) / TIMES


if __name__ == "__main__":
    main()
