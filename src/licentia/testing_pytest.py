"""The fixture `licentia_tenant` for pytest: `pytest_plugins = ["licentia.testing_pytest"]` in your conftest.py.

One tenant is served for the whole run; each test finds it as it was at first.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from licentia.testing import Tenant, running_tenant


@pytest.fixture(scope="session")
def licentia_server() -> Iterator[Tenant]:
    """The tenant, served until the run ends."""
    with running_tenant() as tenant:
        yield tenant


@pytest.fixture
def licentia_tenant(licentia_server: Tenant) -> Iterator[Tenant]:
    """The tenant, put back when the test is over."""
    yield licentia_server
    licentia_server.reset()
