"""licentia.testing in a project of its user: a tenant that is served, changed, and put back, by pytest and without it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = """
import json
import urllib.error
import urllib.request

import pytest

pytest_plugins = ["licentia.testing_pytest"]


def status(address):
    try:
        return urllib.request.urlopen(address, timeout=60).status
    except urllib.error.HTTPError as error:
        return error.code


def users(tenant):
    asked = urllib.request.Request(
        f"{tenant.base_url}/v1.0/users?$select=id&$top=999", headers={"Authorization": f"Bearer {tenant.token}"}
    )
    return [one["id"] for one in json.load(urllib.request.urlopen(asked, timeout=60))["value"]]


def tenants():
    from licentia.store.lists import tenants

    return [one.name for one in tenants.every()]


def another():
    from licentia.changes import record
    from licentia.domain.permissions import local_shell

    record.create_tenant("Another", local_shell("me"), country="NL", time_zone="UTC")


@pytest.mark.parametrize("again", [1, 2])
def test_served_and_put_back(licentia_tenant, again):
    assert status(f"{licentia_tenant.base_url}/health") == 200
    assert status(f"{licentia_tenant.base_url}/v1.0/nothing") in (400, 401, 404)
    assert tenants() == [licentia_tenant.name]
    assert len(users(licentia_tenant)) > 10
    another()
    assert len(tenants()) == 2


def test_snapshot(licentia_tenant):
    another()
    kept = licentia_tenant.snapshot()
    licentia_tenant.reset()
    assert tenants() == [licentia_tenant.name]
    licentia_tenant.reset(kept)
    assert len(tenants()) == 2
"""


def run(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Python in the user's project, without anything of this suite."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env = kept | {"XDG_CACHE_HOME": str(folder / "cache")} | more
    return subprocess.run([sys.executable, *words], cwd=folder, env=env, text=True, capture_output=True, check=False)


def test_in_a_project(tmp_path: Path) -> None:
    """Each test finds the tenant as it was at first, whatever the one before it did; a snapshot brings a moment back."""
    (tmp_path / "test_mine.py").write_text(PROJECT)
    done = run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert "3 passed" in done.stdout, done.stdout + done.stderr
    assert not done.returncode


def test_django_of_somebody_else(tmp_path: Path) -> None:
    """A project with settings of its own is told, before anything is touched."""
    script = "from licentia.testing import running_tenant\nwith running_tenant(): pass"
    done = run(tmp_path, "-c", script, DJANGO_SETTINGS_MODULE="mysite.settings")
    assert "needs Django for itself" in done.stderr
    assert not (tmp_path / "cache").exists()
