"""A language per context: threads speak their own, and dates, numbers, money and sizes follow. No sentence is fixed early."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

import licentia.words
from licentia.domain.instants import from_iso
from licentia.domain.money import Money
from licentia.words import language
from licentia.words.amounts import money
from licentia.words.formats import date, date_time, number, size
from licentia.words.parts import count
from licentia.words.sentences import plan_state
from licentia.words.text import Text

AMSTERDAM = "Europe/Amsterdam"
WORDS = Path(licentia.words.__file__).parent
GETTEXT = {"_", "gettext", "ngettext"}


# ---- contexts


def test_two_threads_speak_two_languages_at_once() -> None:
    """Sentence by sentence in turn, neither hears the other; whoever waits between two sentences goes on in its own."""
    turn = threading.Barrier(2, timeout=10)

    def speak(spoken: str) -> list[str]:
        language.use(spoken)
        said = []
        for _round in range(200):
            turn.wait()
            said.append(f"{plan_state('applied')} {count(1_184)} {language.ngettext('{n} user.', '{n} users.', 2)}")
        return said

    with ThreadPoolExecutor(2) as pool:
        english, dutch = pool.map(speak, ("en", "nl"))
    assert set(english) == {"Applied 1,184 {n} users."}
    assert set(dutch) == {"Uitgevoerd 1.184 {n} gebruikers."}


def test_a_new_thread_has_english() -> None:
    """Whatever the thread that started it speaks."""
    language.use("nl")
    heard: list[tuple[str, str]] = []
    thread = threading.Thread(target=lambda: heard.append((language.current(), plan_state("draft"))))
    thread.start()
    thread.join()
    assert heard == [("en", "Draft")]
    assert (language.current(), plan_state("draft")) == ("nl", "Concept")


def test_a_language_of_nobody_is_refused() -> None:
    """And the one in use stays."""
    language.use("nl")
    with pytest.raises(ValueError, match="de"):
        language.use("de")
    assert language.current() == "nl"


# ---- formats

MOMENT = from_iso("2026-12-23T22:30:00Z")


@pytest.mark.parametrize(
    ("shown", "english", "dutch"),
    [
        (lambda spoken: date(MOMENT, spoken, AMSTERDAM), "Wed 23 Dec 2026", "wo 23 dec. 2026"),
        (lambda spoken: date(MOMENT, spoken, "Asia/Tokyo"), "Thu 24 Dec 2026", "do 24 dec. 2026"),
        (lambda spoken: date_time(MOMENT, spoken, AMSTERDAM), "Wed 23 Dec 2026 23:30", "wo 23 dec. 2026 23:30"),
        (lambda spoken: number(1_184, spoken), "1,184", "1.184"),
        (lambda spoken: number(97, spoken), "97", "97"),
        (lambda spoken: size(19_756_849_562, spoken), "18.4 GB", "18,4 GB"),
        (lambda spoken: money(Money(Decimal(10_424), "EUR"), spoken), "€10,424.00", "€\u00a010.424,00"),
        (lambda spoken: money(Money(Decimal("-0.5"), "USD"), spoken), "-USD\u00a00.50", "-USD\u00a00,50"),
        (lambda spoken: Text(spoken, AMSTERDAM).time(MOMENT), "Wed 23 Dec 2026 23:30", "wo 23 dec. 2026 23:30"),
        (lambda spoken: Text(spoken, AMSTERDAM).time(None), "Not known", "Onbekend"),
    ],
)
def test_a_format_in_both_languages(shown: Callable[[str], str], english: str, dutch: str) -> None:
    """In the tenant's zone; a no-break space where a line must not break."""
    said = []
    for spoken in language.LANGUAGES:
        language.use(spoken)
        said.append(shown(spoken))
    assert said == [english, dutch]


# ---- the package


def trees() -> Iterator[tuple[str, ast.Module]]:
    """The source of the package, file by file."""
    for path in sorted(WORDS.rglob("*.py")):
        yield path.relative_to(WORDS).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_no_sentence_is_fixed_when_a_module_is_imported() -> None:
    """Who imports first would choose the language for everybody."""
    early = [(name, call.lineno) for name, tree in trees() for call in at_import(tree)]
    assert early == []


def at_import(node: ast.AST) -> Iterator[ast.Call]:
    """Calls of gettext that run when the module is imported: not inside a function or a lambda."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in GETTEXT:
            yield child
        yield from at_import(child)


def test_sentences_ask_the_context_and_not_the_process() -> None:
    """Only `language` knows the standard library's gettext."""
    knows = {
        name
        for name, tree in trees()
        for node in ast.walk(tree)
        if (isinstance(node, ast.ImportFrom) and node.module == "gettext")
        or (isinstance(node, ast.Import) and any(one.name == "gettext" for one in node.names))
    }
    assert knows == {"language.py"}
