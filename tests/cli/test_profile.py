"""`licentia tenants profile`: sets what is given, shows it in both languages and as JSON, refuses what is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from command_line import CommandLine

NAME = "Rehearsal"


@pytest.fixture
def tenant(cli: CommandLine) -> str:
    """An empty tenant."""
    assert cli.run("tenants", "create", NAME).status == 0
    return NAME


def test_set_show_off(cli: CommandLine, tenant: str) -> None:
    """Only what is given changes; --off takes all of it away."""
    off = cli.run("tenants", "profile", tenant, "--json").json
    assert off == {
        "tenant": NAME,
        "throttle": "off",
        "latency": "off",
        "unavailable": "0%",
        "gatewayTimeout": "0%",
        "lost": "0%",
        "seed": 1,
    }
    done = cli.run("tenants", "profile", tenant, "--throttle", "microsoft", "--latency", "20-200ms", "--seed", "7")
    assert (done.status, "microsoft" in done.out, "20-200ms" in done.out) == (0, True, True)
    now = cli.run("tenants", "profile", tenant, "--lost", "0.5%", "--json").json
    assert now == off | {"throttle": "microsoft", "latency": "20-200ms", "seed": 7, "lost": "0.5%"}
    assert "Begrenzing" in cli.run("tenants", "profile", tenant, lang="nl").out
    assert cli.run("tenants", "profile", tenant, "--off", "--json").json == off
    assert cli.run("tenants", "set", "--json").json.keys().isdisjoint({"graph_profile"})


@pytest.mark.parametrize(
    "words",
    [
        ("--throttle", "fast"),
        ("--latency", "5"),
        ("--lost", "2"),
        ("--unavailable", "60%", "--gateway-timeout", "50%"),
    ],
)
def test_what_is_none(cli: CommandLine, tenant: str, words: tuple[str, ...]) -> None:
    """Status 2, a sentence, and nothing has changed."""
    before = cli.run("tenants", "profile", tenant, "--json").json
    said = cli.run("tenants", "profile", tenant, *words)
    assert (said.status, bool(said.err)) == (2, True)
    assert cli.run("tenants", "profile", tenant, "--json").json == before
