"""`licentia serve`: answers on loopback, signs in once by its link, works beside, and leaves nothing behind when it ends."""

from __future__ import annotations

import http.cookiejar
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from command_line import MAIN
from licentia.changes import operators, run
from licentia.domain.intents import Unassign
from licentia.domain.permissions import Role
from world_store import E3, World, crowd

if TYPE_CHECKING:
    from collections.abc import Callable

    from database import Store

pytest_plugins = ["world_fixtures"]
SECONDS = 20.0


def crew(make_world: Callable[..., World], count: int) -> World:
    """A world with one operator: nobody else is made when the server starts."""
    world = make_world(crowd(count))
    operators.add_operator("Anna", "", world.actor)
    operators.grant("Anna", world.tenant, Role.GLOBAL, world.actor)
    return world


@contextmanager
def served(store: Store) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server on a free port, and the link that it printed."""
    child = store.start("-c", MAIN, "serve", "--port", "0")
    try:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(3)]
        yield child, lines[2].strip()
    finally:
        if child.poll() is None:
            child.kill()
        child.wait(SECONDS)
        for stream in (child.stdin, child.stdout, child.stderr):
            if stream is not None:
                stream.close()


def browser() -> urllib.request.OpenerDirector:
    """Keeps cookies."""
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def sign_in(opener: urllib.request.OpenerDirector, link: str) -> tuple[int, str]:
    """Status and text of the page after pressing Sign in."""
    page = opener.open(link, timeout=SECONDS).read().decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[-1]
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token}).encode()
    try:
        answer = opener.open(urllib.request.Request(link, form, {"Referer": link}), timeout=SECONDS)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    return answer.status, answer.read().decode()


def workers(home: Path) -> list[int]:
    """Processes that work for the store in this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and b"licentia.serving.worker" in (entry / "cmdline").read_bytes():
                environment = (entry / "environ").read_bytes()
                found += [int(entry.name)] if os.fsencode(f"LICENTIA_HOME={home}\0") in environment else []
    return found


def gone(home: Path) -> bool:
    """Whether they all end soon."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if not workers(home):
            return True
        time.sleep(0.05)
    return False


def test_the_link_signs_in_once(make_world: Callable[..., World], store: Store) -> None:
    """The first person is in; the second reads why not."""
    crew(make_world, 2)
    with served(store) as (_child, link):
        status, page = sign_in(browser(), link)
        assert (status, "Recent plans" in page) == (200, True)
        status, page = sign_in(browser(), link)
        assert (status, "This link has been used" in page) == (403, True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_it_ends(make_world: Callable[..., World], store: Store, number: int) -> None:
    """Asked to stop it ends well; killed, its worker goes too."""
    crew(make_world, 2)
    with served(store) as (child, _link):
        assert len(workers(store.home)) == 1
        child.send_signal(number)
        assert child.wait(SECONDS) == (-number if number == signal.SIGKILL else 0)
        assert gone(store.home)


def test_its_worker_works(make_world: Callable[..., World], store: Store) -> None:
    """A plan that runs is finished beside the pages."""
    world = crew(make_world, 3)
    plan = world.propose(Unassign(E3), 1, 2)
    world.start(plan)
    with served(store):
        assert _finished(world, plan)
    assert world.consumed() == 1


def _finished(world: World, plan: int) -> Any:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if run.load(world.tenant, plan)["state"] == "applied":
            return True
        time.sleep(0.05)
    return False
