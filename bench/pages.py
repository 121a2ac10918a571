"""Pages over the largest tenant, as the server answers them: `python bench/pages.py IDS` prints seconds and bytes as JSON.

Run by bench/run.py in a process of its own: the pages' settings are not those of the other rows.
"""

from __future__ import annotations

import gzip
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from licentia.domain.finders import FinderKind
from rows import E3, Bench, Figure, holders

HERE = Path(__file__).parent
LIST_MS, FILTER_MS, BOX_MS, HTML_KB, CSS_KB, SCRIPT_KB, PLAN_S = 150.0, 250.0, 300.0, 60.0, 25.0, 20.0, 5.0
MANY = 100_000
"""Users of the largest plan that is looked at; fewer where not so many hold the product."""
READ = 200_000
"""So many rows of an export are read."""
TIMES = 40
"""How often each page is asked for: p95 of so many."""


FILTERS = {
    "not signed in for 90 days": "signin=90",
    "blocked": "blocked=1",
    "blocked guests without a location": "blocked=1&guest=1&nolocation=1",
    "not signed in for ten years": "signin=3650",
    "unlicensed": "unlicensed=1",
    "from a group": "path=group",
    "a product directly, and a common word": f"product={E3}&path=direct&q=noordzee",
    "self-service": "selfservice=1",
    "license error, synced": "error=1&source=synced",
    "in grace period": "grace=1",
}
"""Filters of Active users: common, rare, together, and meaning nobody."""


def figures(bench: Bench) -> list[Figure]:
    """Seconds of each page's answer, its size, and the size of what a browser keeps."""
    bench.say(f"pages over {bench.scale:,} users")
    bench.stores.restore(bench.stores.tenant(bench.scale))
    chosen = holders(E3, 10_000)
    bench.stores.restore(bench.stores.tenant(bench.scale))
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "licentia.serving.settings", "LICENTIA_SECRET_KEY": "bench"}
    words = [sys.executable, str(HERE / "pages.py"), json.dumps(chosen)]
    done = subprocess.run(words, env=env, check=True, capture_output=True, text=True)
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    kept, files = found.pop("kept"), cast(dict[str, dict[str, float]], found.pop("files"))
    of = f"of {bench.scale:,}"
    made = [
        Figure("pages", f"{name}, p95 {of}", 1000 * one["p95"], "ms", one["goal"], _note(one))
        for name, one in found.items()
    ]
    for name, one in files.items():
        first = f"first byte {1000 * one['first']:.0f} ms"
        made.append(Figure("pages", f"export of {name}, {one['rows']:,.0f} rows", one["rate"], "/s", None, first))
    name, largest = max(found.items(), key=lambda one: one[1]["kb"] if one[1]["goal"] <= FILTER_MS else 0)
    made.append(Figure("pages", f"largest page, HTML: {name}", largest["kb"], "KB", HTML_KB))
    most = max(one["statements"] for one in found.values())
    made.append(Figure("pages", "most statements of a page", most, ""))
    made.append(Figure("pages", "styles", kept["css"], "KB", CSS_KB))
    made.append(Figure("pages", "scripts, compressed", kept["script"], "KB", SCRIPT_KB))
    return made


def _note(one: dict[str, float]) -> str:
    return f"p50 {1000 * one['p50']:.0f} ms, {one['kb']:.0f} KB, {one['statements']:.0f} statements"


def main() -> None:
    """Measures in this process, with Django's test client: all of the server's work, none of the browser's."""
    from licentia.store.opening import open_store

    open_store()
    client = _client()
    chosen = json.loads(sys.argv[1])
    product, users = f"/billing/licenses/{E3}", "/users/active"
    middle = _middle(client, users)
    found = {
        "Home": _page(client, "/", LIST_MS),
        "Active users": _page(client, users, LIST_MS),
        "Active users, a page further on": _page(client, middle, LIST_MS),
        "Active users, searched": _page(client, f"{users}?q=akg", FILTER_MS),
        "Active users, a common word": _page(client, f"{users}?q=noordzee", FILTER_MS),
        **{f"Active users, {name}": _page(client, f"{users}?{query}", FILTER_MS) for name, query in FILTERS.items()},
        "a user's pane": _page(client, _first(client, users), LIST_MS),
        "Licenses": _page(client, "/billing/licenses", LIST_MS),
        "a product's users": _page(client, product, LIST_MS),
        "a product's users, searched": _page(client, f"{product}?q=jansen", FILTER_MS),
        "Plans": _page(client, "/plans", LIST_MS),
        "Groups": _page(client, "/groups", LIST_MS),
        "a group's members": _page(client, _group(), LIST_MS),
        "a group's errors": _page(client, f"{_group(in_error=True)}?tab=errors", LIST_MS),
        "Your products": _page(client, "/billing/products", LIST_MS),
        **{f"Reclaim, {kind}": _page(client, f"/reclaim?kind={kind}", LIST_MS) for kind in FinderKind},
        "Deleted users": _page(client, "/users/deleted", LIST_MS),
        "Search": _page(client, "/search?q=jansen", FILTER_MS),
        "Audit log": _page(client, "/audit", LIST_MS),
        "Unassign box, 20 users": _box(client, product, chosen[:20], BOX_MS),
        "plan of 10,000 users, made and shown": _box(client, product, None, 1000 * PLAN_S, chosen),
    }
    many = holders(E3, MANY)
    plan = _proposed(list(many))
    user = _user(client, users)
    found |= {
        "plan of 100,000 users": _page(client, plan, LIST_MS),
        "plan of 100,000 users, its last page": _page(client, f"{plan}?after={len(many) - 60}", LIST_MS),
        "Audit log of a plan of 10,000 users": _page(client, f"/audit?plan={_applied(chosen)}", LIST_MS),
        "Audit log of a user": _page(client, f"/audit?user={user}", LIST_MS),
    }
    files = {
        "users": _export(client, "/users/active/export"),
        "a product's users": _export(client, f"{product}/export"),
        "a plan": _export(client, f"{plan}/export"),
        "the audit log": _export(client, "/audit/export"),
        "Reclaim": _export(client, "/reclaim/export?kind=inactive"),
    }
    print(json.dumps(found | {"kept": _kept(), "files": files}))


def _group(*, in_error: bool = False) -> str:
    """The address of the group with the most members, or of one with a license in error."""
    from licentia.store.lists import groups

    rows = groups.page(1)[0]
    if in_error:
        rows = [row for row in rows if groups.trouble(1, row.id)] or rows
    return f"/groups/{max(rows, key=lambda row: groups.count_members(1, row.id)).object_id}"


def _user(client: Any, address: str) -> str:
    """The user name of the first user of the list."""
    return client.get(address).content.decode().partition('<span class="sm">')[2].partition("<")[0]


def _applied(users: list[int]) -> int:
    """The number of a plan that was carried out."""
    from licentia.changes import run
    from licentia.domain.permissions import local_shell

    plan, actor = int(_proposed(users).rpartition("/")[2]), local_shell("bench")
    run.apply(1, plan, actor, confirm=run.load(1, plan)["ready"], over_limit=True)
    run.run(1, plan, actor)
    return plan


def _export(client: Any, address: str) -> dict[str, float]:
    """Seconds to the first byte, and rows a second of as many as are read."""
    begin = time.perf_counter()
    parts = iter(client.get(address).streaming_content)
    rows = next(parts).count(b"\n")
    first = time.perf_counter() - begin
    for part in parts:
        rows += part.count(b"\n")
        if rows >= READ:
            break
    return {"first": first, "rows": rows, "rate": rows / (time.perf_counter() - begin)}


def _client() -> Any:
    from django.contrib.auth import get_user_model
    from django.test import Client

    from licentia.changes import operators
    from licentia.domain.permissions import Role, local_shell

    owner = local_shell("bench")
    operators.add_operator("bench", "", owner)
    operators.grant("bench", 1, Role.GLOBAL, owner)
    client = Client(HTTP_HOST="localhost")
    client.force_login(get_user_model().objects.get(name="bench"))
    return client


def _page(client: Any, address: str, goal: float) -> dict[str, float]:
    took, size = [], 0
    for _ in range(TIMES + 3):
        begin = time.perf_counter()
        answer = client.get(address)
        took.append(time.perf_counter() - begin)
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
        size = len(answer.content)
    return _of(took[3:], size, goal) | {"statements": _statements(lambda: client.get(address))}


def _statements(act: Callable[[], object]) -> int:
    """How many statements an answer takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


def _box(
    client: Any, address: str, users: list[int] | None, goal: float, many: list[int] | None = None
) -> dict[str, float]:
    """From pressing Unassign licenses to the answer's last byte; for many, the plan is made by its door."""
    took, size = [], 0
    for _ in range(TIMES // 2 if users else 3):
        client.post(address, {"do": "clear"})
        begin = time.perf_counter()
        where = _proposed(many) if users is None else client.post(address, _form(users))["Location"]
        answer = client.get(where)
        took.append(time.perf_counter() - begin)
        size = len(answer.content)
        if answer.status_code != 200:
            raise SystemExit(f"{where}: {answer.status_code}")
    return _of(took, size, goal) | {"statements": _statements(lambda: client.get(where))}


def _form(users: list[int]) -> dict[str, Any]:
    return {"shown": users, "user": users, "do": "unassign"}


def _proposed(users: list[int] | None) -> str:
    from licentia.changes import propose
    from licentia.changes.who import Who
    from licentia.domain.intents import Unassign
    from licentia.domain.permissions import local_shell

    made = propose.propose(1, Unassign(E3), Who("users", ids=tuple(users or ())), local_shell("bench"))
    return f"/plans/{made}"


def _of(took: list[float], size: int, goal: float) -> dict[str, float]:
    ordered = sorted(took)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return {"p50": statistics.median(took), "p95": p95, "kb": size / 1000, "goal": goal}


def _middle(client: Any, address: str) -> str:
    """A page some thousand users on."""
    text = client.get(f"{address}?q=").content.decode()
    for _ in range(20):
        further = text.rpartition(">Next</button>")[0].rpartition('value="go:')[2].partition('"')[0]
        last = address + further.replace("&amp;", "&")
        text = client.get(last).content.decode()
    return last


def _first(client: Any, address: str) -> str:
    """The pane of the first user of a product's page."""
    return client.get(address).content.decode().partition('<div><a href="')[2].partition('"')[0]


def _kept() -> dict[str, float]:
    from django.contrib.staticfiles import finders

    def read(name: str) -> bytes:
        return Path(str(finders.find(name))).read_bytes()

    script = sum(len(gzip.compress(read(name))) for name in ("web/app.js", "django_htmx/htmx-2.min.js"))
    return {"css": len(read("web/app.css")) / 1000, "script": script / 1000}


if __name__ == "__main__":
    main()
