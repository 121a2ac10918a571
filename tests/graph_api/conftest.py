"""What a test of the Graph API gets: nothing that another test's tokens opened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from licentia.graph_api import access


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Tokens are looked at anew in each test."""
    access.forget()
    yield
    access.forget()
