"""Which language the reader of a terminal wants: --lang, LICENTIA_LANG, then the system's.

The whole process then speaks it: our sentences (words.language), and through the standard library's gettext the help texts
and click's own words. Never imports Django.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Sequence

from licentia.words import language as words


def choose(arguments: Sequence[str]) -> str:
    """The language that the arguments or the environment ask for, now in use; English when neither is ours."""
    language = _from_arguments(arguments) or _from_environment()
    use(language)
    return language


def use(language: str) -> None:
    """From here on sentences, help texts and click's words are in this language."""
    words.use(language)
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(words.DOMAIN, str(words.LOCALE))
    gettext.textdomain(words.DOMAIN)


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
    return short if short in words.LANGUAGES else None
