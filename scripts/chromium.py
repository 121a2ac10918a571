"""Finds Chromium for the tests of the pages, and installs Debian's where there is none; prints what can't be tested without it.

The tests themselves never install anything: without a browser they fail and say so.
"""

from __future__ import annotations

import shutil
import sys

from debian import NotInstalledError, install, root_words

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find() -> str | None:
    """The path of a browser; None when there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def main() -> int:
    """0, also where none can be installed: then the tests of the pages fail, each with its reason."""
    if find():
        return 0
    try:
        root = root_words("Chromium")
        print("Chromium is not here; installing Debian's package", flush=True)
        install("chromium", root)
    except NotInstalledError as problem:
        print(f"NOT tested in a browser: tests/web. Why: {problem}.")
        print("To test it: install Chromium (Debian: apt-get install chromium); repeat.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
