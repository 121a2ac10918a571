"""The reader's language: --lang, LICENTIA_LANG, then the system's; gettext finds the sentences.

Also click's own words go through it. Never imports anything but the standard library.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Sequence
from pathlib import Path

LANGUAGES = ("en", "nl")
DOMAIN = "licentia"


def choose(arguments: Sequence[str]) -> str:
    """The language that the arguments or the environment ask for, now in use; English when neither is ours."""
    language = _from_arguments(arguments) or _from_environment()
    use(language)
    return language


def use(language: str) -> None:
    """From here on sentences are in this language."""
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(DOMAIN, str(Path(__file__).resolve().parent.parent / "locale"))
    gettext.textdomain(DOMAIN)


def current() -> str:
    """The language in use."""
    return os.environ.get("LANGUAGE", "en")


def _from_arguments(arguments: Sequence[str]) -> str | None:
    for i, word in enumerate(arguments):
        if word == "--lang" and i + 1 < len(arguments):
            return _known(arguments[i + 1])
        if word.startswith("--lang="):
            return _known(word.removeprefix("--lang="))
    return None


def _from_environment() -> str:
    for name in ("LICENTIA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return _known(value) or "en"
    return "en"


def _known(text: str) -> str | None:
    short = text[:2].lower()
    return short if short in LANGUAGES else None
