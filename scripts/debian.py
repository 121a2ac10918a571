"""Installs a package of Debian for the tests, where that can be done without asking anybody."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any


class NotInstalledError(Exception):
    """It is not here and can't be installed; says why."""


def attempt(words: list[str], **how: Any) -> subprocess.CompletedProcess[str]:
    """A command that may fail; its output is kept."""
    return subprocess.run(words, check=False, capture_output=True, text=True, **how)


def root_words(what: str) -> list[str]:
    """What to put before a command that needs root: nothing, or a sudo that asks nothing; NotInstalledError without either."""
    if not shutil.which("apt-get"):
        raise NotInstalledError(f"no {what} was found, and this is not a Debian machine")
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if root and (not shutil.which("sudo") or attempt([*root, "true"]).returncode):
        raise NotInstalledError(f"no {what} was found, and installing one needs root")
    return root


def install(package: str, root: list[str]) -> None:
    """Updates the lists and installs the package; NotInstalledError with apt-get's own reason."""
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get", "-qq"]
    for words in (["update"], ["install", "-y", "--no-install-recommends", package]):
        done = attempt([*root, *quiet, *words])
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines()
            raise NotInstalledError(f"apt-get {words[0]} failed: {lines[-1] if lines else done.returncode}")
