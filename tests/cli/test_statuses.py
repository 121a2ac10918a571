"""Exit statuses: 0 done, 1 some refused, 2 what was given is wrong, 3 not permitted, 130 stopped, 70 a mistake of ours."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from command_line import MAIN, CommandLine
from licentia.cli import app, applying
from licentia.domain.permissions import ROLE_CAPABILITIES, Actor, Role, local_shell

FEW = ("unassign", "EXCHANGEARCHIVE_ADDON", "--everyone")


def reader(name: str) -> Actor:
    """Somebody who may only look."""
    return replace(local_shell(name), capabilities=ROLE_CAPABILITIES[Role.GLOBAL_READER])


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (FEW, "assign and unassign licenses"),
        (("unassign", "SPE_E3", "--user", "noodtoegang1@noordzee.example", "--yes"), "assign and unassign licenses"),
        (("never", "add", "--user", "noodtoegang1@noordzee.example", "--reason", "x"), "change the never list"),
        (("tenants", "set-clock", "+1d"), "move a tenant's clock"),
        (("tenants", "delete", "Noordzee Logistiek", "--yes"), "make, change and delete tenants"),
        (("tenants", "set", "--country", "BE"), "make, change and delete tenants"),
        (("demo", "--name", "Two", "--users", "10"), "make, change and delete tenants"),
    ],
)
def test_who_may_not_ends_with_three(
    demo: CommandLine, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], what: str
) -> None:
    """The door says no; the sentence says what the role would have to allow; reading goes on."""
    before = demo.ok("audit", "verify", "--json").json
    monkeypatch.setattr(app, "local_shell", reader)
    said = demo.run(*words)
    assert (said.status, said.out) == (3, "")
    assert said.err.startswith("You need a role that may do this: ")
    assert what in said.err
    demo.ok("products", "list")
    assert demo.ok("audit", "verify", "--json").json == before


def test_stopping_between_chunks_pauses_and_resume_goes_on(demo: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while a plan is applied: 130, paused, nothing half done; the words say how to go on."""

    @contextlib.contextmanager
    def asked() -> Iterator[Callable[[], bool]]:
        yield lambda: True

    demo.ok(*FEW, "--plan")
    with monkeypatch.context() as patch:
        patch.setattr(applying, "stopping", asked)
        said = demo.run("plans", "apply", "1")
    assert said.status == 130
    assert "Plan 1: Paused" in said.out
    assert "It paused because it was stopped. Go on with: licentia plans resume 1" in said.out
    done = demo.ok("plans", "resume", "1")
    assert "Plan 1: Applied" in done.out
    assert demo.run("plans", "pause", "1").status == 1
    assert demo.run("plans", "resume", "1").status == 1
    assert demo.run("plans", "discard", "1").status == 1


def test_ctrl_c_before_anything_is_written(demo: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """130 with a sentence, no traceback."""

    def interrupt(*_words: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "find_tenant", interrupt)
    said = demo.run("products", "list", "--tenant", "x")
    assert said.status == 130
    assert said.err.strip() == "Stopped. Nothing more was changed."


def test_a_mistake_of_ours_is_not_hidden(demo: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A traceback, a sentence, and a status that means nothing else."""

    def fail(*_words: object) -> None:
        raise LookupError("a bug")

    monkeypatch.setattr(app, "find_tenant", fail)
    said = demo.run("products", "list", "--tenant", "x")
    assert said.status == 70
    assert "LookupError: a bug" in said.err
    assert said.err.endswith("Please report it.\n")


def test_a_reader_that_goes_away_is_no_error(demo: CommandLine) -> None:
    """As with `| head -1`: no traceback, nothing on standard error."""
    argv = [sys.executable, "-c", MAIN, "audit", "list", "--json", "--top", "100000"]
    for _ in range(4):
        demo.ok("unassign", "FLOW_FREE", "--everyone", "--plan")
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as gone:
        done = subprocess.run(argv, env=demo.store.env, stdout=gone, stderr=subprocess.PIPE, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_worker_stops_when_asked(demo: CommandLine) -> None:
    """Ctrl-C ends it well; --once does what is due and stops by itself."""
    assert demo.process("worker", "--once").status == 0
    child = demo.store.start("-c", MAIN, "worker")
    assert child.stderr
    assert child.stderr.readline() == "Working. Stop with Ctrl-C.\n"
    child.send_signal(signal.SIGINT)
    assert child.communicate(timeout=30) == ("", "")
    assert child.returncode == 0
