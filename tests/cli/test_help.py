"""Help: every command in both languages, fast: neither Django nor the store is imported to show it."""

from __future__ import annotations

import json
import os

import pytest

from command_line import Said, in_process

ALL = """
import contextlib, io, json, sys
from licentia.cli import i18n
i18n.choose(sys.argv[1:])
from licentia.cli import root
import click

def paths(command, path):
    yield path
    if isinstance(command, click.Group):
        with click.Context(command) as context:
            for name in command.list_commands(context):
                yield from paths(command.get_command(context, name), [*path, name])

said = {}
for path in paths(root.root, []):
    sys.argv = ["licentia", *path, "--help"]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = root.run()
    said[" ".join(path)] = [status, out.getvalue()]
heavy = sorted(name for name in ("django", "sqlite3", "psycopg", "licentia.store", "licentia.changes") if name in sys.modules)
print(json.dumps({"said": said, "heavy": heavy}))
"""
WORDS = """
import sys
sys.argv = ["licentia", *sys.argv[1:]]
from licentia.cli import main
try:
    main()
finally:
    print([name for name in ("django", "licentia.store") if name in sys.modules], file=sys.stderr)
"""
NOUNS = (
    "serve",
    "demo",
    "tenants",
    "import",
    "products",
    "users",
    "unassign",
    "assign",
    "swap",
    "replace",
    "service-plans",
    "plans",
    "operators",
    "apps",
    "groups",
    "subscriptions",
    "prices",
    "find",
    "completion",
    "never",
    "audit",
    "worker",
    "store",
)


def every(lang: str) -> dict[str, str]:
    """By command, its help; nothing heavy was imported to show all of them."""
    done = in_process(environment(), "--lang", lang, code=ALL)
    assert done.status == 0, done
    found = done.json
    assert found["heavy"] == []
    assert {path: status for path, (status, _text) in found["said"].items() if status != 0} == {}
    return {path: text for path, (_status, text) in found["said"].items()}


def environment(**more: str) -> dict[str, str]:
    """An environment with nothing said about a language."""
    names = ("LICENTIA_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    return {name: value for name, value in os.environ.items() if name not in names} | {"COLUMNS": "100"} | more


@pytest.fixture(scope="module")
def english() -> dict[str, str]:
    """All help in English."""
    return every("en")


@pytest.fixture(scope="module")
def dutch() -> dict[str, str]:
    """All help in Dutch."""
    return every("nl")


def test_every_command_is_there(english: dict[str, str]) -> None:
    """Nouns and verbs, and what is below them."""
    assert {path.partition(" ")[0] for path in english if path} == set(NOUNS)
    assert len(english) > 35
    assert all(name in english[""] for name in NOUNS)


def test_every_option_says_what_it_is_for(english: dict[str, str]) -> None:
    """No line of the options ends with its name."""
    for path, text in english.items():
        options = text.partition("Options:\n")[2].partition("\n\n")[0]
        lines = [line for line in options.splitlines() if line.startswith("  -")]
        bare = [line for i, line in enumerate(lines) if len(line.split("  ")) < 3 and not _goes_on(options, i)]
        assert bare == [], path
        assert "--help" in options, path


def _goes_on(options: str, line: int) -> bool:
    lines = options.splitlines()
    return line + 1 < len(lines) and lines[line + 1].startswith("     ")


def test_every_command_that_needs_something_has_an_example(english: dict[str, str]) -> None:
    """An example stands below the options of every command with an argument or a needed option."""
    for path, text in english.items():
        usage = text.splitlines()[0]
        if (not usage.endswith("[OPTIONS]") and "COMMAND" not in usage) or "[required]" in text:
            assert "Example" in text, path


def test_nothing_of_click_stays_english(english: dict[str, str], dutch: dict[str, str]) -> None:
    """In Dutch: usage, headings, placeholders, types, defaults; every text of our own differs."""
    assert set(english) == set(dutch)
    left = (
        "Usage",
        "Options",
        "Commands",
        "default",
        "required",
        "Show ",
        "NUMBER",
        "FILE",
        "TEXT",
        "INTEGER",
        "RANGE",
    )
    for path, text in dutch.items():
        assert [word for word in left if word in text] == [], path
        assert text.splitlines()[2] != english[path].splitlines()[2], path
        assert text.startswith("Gebruik: licentia"), path


@pytest.mark.parametrize("words", [("--help",), ("unassign", "--help"), ("plans", "undo", "-h"), ("--version",)])
def test_a_command_that_only_tells_imports_no_django(words: tuple[str, ...]) -> None:
    """By the real entry."""
    done = in_process(environment(), *words, code=WORDS)
    assert (done.status, done.err.strip()) == (0, "[]")


@pytest.mark.parametrize(
    ("words", "more", "begin"),
    [
        ((), {}, "Usage"),
        (("--lang", "nl"), {}, "Gebruik"),
        (("--lang=nl",), {}, "Gebruik"),
        ((), {"LICENTIA_LANG": "nl"}, "Gebruik"),
        ((), {"LANG": "nl_NL.UTF-8"}, "Gebruik"),
        ((), {"LANG": "nl_NL.UTF-8", "LC_ALL": "en_US.UTF-8"}, "Usage"),
        ((), {"LANG": "nl_NL.UTF-8", "LICENTIA_LANG": "en"}, "Usage"),
        ((), {"LANG": "fr_FR.UTF-8"}, "Usage"),
        (("--lang", "en"), {"LICENTIA_LANG": "nl"}, "Usage"),
    ],
)
def test_the_language_is_the_readers(words: tuple[str, ...], more: dict[str, str], begin: str) -> None:
    """--lang, else LICENTIA_LANG, else the system's; English when it is neither."""
    done = in_process(environment(**more), *words, "--help")
    assert done.out.startswith(begin)


@pytest.mark.parametrize(
    ("words", "en", "nl"),
    [
        (("assign",), "Error: Missing argument 'PRODUCT'.", "Fout: Ontbrekend argument 'PRODUCT'."),
        (("never", "add"), "Error: Missing option '--reason'.", "Fout: Ontbrekende optie '--reason'."),
        (("plan",), "Did you mean 'plans'?", "Bedoelt u 'plans'?"),
        (("users", "list", "--tip"), "No such option '--tip'.", "Er is geen optie '--tip'."),
        (("plans", "show", "three"), "'three' is not a valid number.", "'three' is geen geldig getal."),
        (("users", "list", "--top", "0"), "0 is not in the range", "0 valt buiten het bereik"),
        (("--lang", "fr"), "'fr' is not one of 'en', 'nl'.", "'fr' is geen van 'en', 'nl'."),
        (("worker", "now"), "unexpected extra argument (now)", "Onverwacht extra argument (now)"),
        (("products", "show", "--json=1", "x"), "does not take a value.", "heeft geen waarde."),
        (("products", "show", "--tenant"), "requires an argument.", "heeft een waarde nodig."),
    ],
)
def test_wrong_usage_is_told_in_the_readers_language(words: tuple[str, ...], en: str, nl: str) -> None:
    """Exit status 2, on standard error, with where help is."""
    for lang, text in (("en", en), ("nl", nl)):
        done = in_process(environment(LICENTIA_LANG=lang), *words)
        assert (done.status, done.out) == (2, "")
        assert text in done.err


def test_click_has_no_other_types_of_value(english: dict[str, str]) -> None:
    """Placeholders are words that an administrator knows."""
    assert [path for path, text in english.items() if "RANGE" in text or "INTEGER" in text] == []


def test_a_group_alone_shows_its_help() -> None:
    """Status 2: nothing was asked."""
    done: Said = in_process(environment(), "plans")
    assert done.status == 2
    assert "undo" in done.both
    assert json.dumps(done.both).count("Usage") == 1
