"""Ctrl-C and SIGTERM: the present chunk ends, the plan is paused as interrupted, and goes on later to the same end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crash.nursery import same, sound
from crash.scenes import E3

if TYPE_CHECKING:
    from crash.nursery import Nursery
    from database import Store

SMALL = {"chunk": 10}
SIGNALS = [signal.SIGINT, signal.SIGTERM]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_pauses_the_plan_after_the_present_chunk(
    nursery: Nursery, store: Store, number: signal.Signals
) -> None:
    """At most the chunk in hand is done after the signal; nothing stays leased."""
    whole = nursery.start(store.env, "unassign", SMALL, tenant="whole").result()
    nursery.start(store.env, "prepare", SMALL, tenant="shared").result()
    child = nursery.start(store.env, "run_until_signal", SMALL, tenant="shared", slow=0.15)
    child.wait_for_words(3)  # begun, and two chunks done
    seen = child.said()[-1]["done"]
    child.signal(number)
    result = child.result()
    assert (result["state"], result["why"]) == ("paused", "interrupted")
    assert result["verified"] <= seen + 2 * SMALL["chunk"]
    states = [state for _, state in nursery.play(store.env, "chunks", tenant="shared")]
    assert states.count("done") in (3, 4)
    assert states.count("ready") == 10 - states.count("done")
    done = nursery.start(store.env, "unassign", SMALL, tenant="shared").result()
    events = done.pop("plan events")
    same(done, {part: rows for part, rows in whole.items() if part != "plan events"}, number)
    assert [event[0] for event in events] == ["plan.apply", "plan.finish", "plan.pause", "plan.resume"]


def licentia(store: Store, *words: str) -> subprocess.Popen[str]:
    """The real command, chunks of ten by way of `-c`: a plan of many commits on a small tenant."""
    code = (
        "from licentia.store.opening import open_store; open_store(); from crash import scenes; "
        "scenes.set_chunk(10); import sys; sys.argv = ['licentia', *sys.argv[1:]]; "
        "from licentia.cli import main; main()"
    )
    env = store.env | {"PYTHONPATH": str(Path(__file__).parents[1])}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", code, *words], env=env, text=True, stdout=pipe, stderr=pipe)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_command_stops_with_130_and_says_how_to_go_on(
    nursery: Nursery, store: Store, number: signal.Signals
) -> None:
    """`licentia unassign` of 1,900 users in chunks of ten, stopped on its way, then `licentia plans resume`."""
    nursery.play(store.env, "load", tenant="shop", users=4_000)
    plan = nursery.start(store.env, "count_ready", {"chunk": 5_000}, tenant="shop").result()
    words = ["unassign", E3, "--everyone", "--yes", "--confirm", str(plan), "--over-limit", "--json"]
    command = licentia(store, *words)
    nursery.start(store.env, "wait_for_verified", tenant="shop", least=50).end()
    command.send_signal(number)
    out, errors = command.communicate(timeout=30)
    assert command.returncode == 130, (out, errors)
    assert json.loads(out)["plan"]["state"] == "paused"
    state = nursery.play(store.env, "state", tenant="shop")
    sound(state)
    (header,) = [row for row in state["plans"] if row[1] == "paused"]
    assert header[2] == "interrupted"
    assert 0 < header[8] < plan
    again = licentia(store, "plans", "resume", str(nursery.play(store.env, "last_plan", tenant="shop")), "--json")
    out, errors = again.communicate(timeout=60)
    assert again.returncode in (0, 1), (out, errors)  # 1: some users were refused when the plan was made
    end = nursery.play(store.env, "state", tenant="shop")
    sound(end)
    (header,) = [row for row in end["plans"] if row[1].startswith("applied")]
    assert header[8] == plan
