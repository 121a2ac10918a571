"""Django is set up before these tests are read: they import views. It opens no store."""

from __future__ import annotations

import django
import pytest


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """After the settings have been named."""
    django.setup()
