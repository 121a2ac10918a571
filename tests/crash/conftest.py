"""One Python that forks the processes of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crash.nursery import Nursery
from crash.nursery import nursery as nursery_in


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Loads Python, Django and the rules once per run."""
    with nursery_in(tmp_path_factory.mktemp("crash")) as made:
        yield made
