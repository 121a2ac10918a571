"""The command line on an empty store, and on one with the demo tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from command_line import CommandLine

if TYPE_CHECKING:
    from database import Store


@pytest.fixture
def cli(store: Store, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """On an empty store."""
    return CommandLine(store, monkeypatch)


@pytest.fixture
def demo(cli: CommandLine) -> CommandLine:
    """With the demo tenant of 200 users."""
    cli.ok("demo", "--users", "200")
    return cli
