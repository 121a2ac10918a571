"""What a test of the server gets: Django with every edge, set up before its views are imported."""

from __future__ import annotations

import django
import pytest


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """After the settings have been named; tests here import views."""
    django.setup()
