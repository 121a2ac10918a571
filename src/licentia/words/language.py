"""The reader's language, one per context: threads that serve different people speak different languages at once.

Every sentence of `words` asks here. Imports the standard library only, so that a help text waits for nothing.
"""

from __future__ import annotations

import gettext as catalogs
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "nl")
DOMAIN = "licentia"
LOCALE = Path(__file__).resolve().parent.parent / "locale"

_language: ContextVar[str] = ContextVar("language", default="en")


def use(language: str) -> None:
    """From here on sentences in this context are in this language; ValueError when it is not one of ours."""
    if language not in LANGUAGES:
        raise ValueError(f"no language of ours: {language}")
    _language.set(language)


def current() -> str:
    """The language of this context; English in a thread that nobody told."""
    return _language.get()


def gettext(sentence: str) -> str:
    """The sentence in the language of this context."""
    return _catalog(current()).gettext(sentence)


def ngettext(one: str, many: str, n: int) -> str:
    """The sentence for so many, in the language of this context."""
    return _catalog(current()).ngettext(one, many, n)


@cache
def _catalog(language: str) -> catalogs.NullTranslations:
    if language == "en":
        return catalogs.NullTranslations()
    return catalogs.translation(DOMAIN, LOCALE, [language], fallback=True)
