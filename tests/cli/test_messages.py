"""The check of the catalog, used by `make check`, is itself right: it finds what it is for. The present catalog is clean."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import polib
import pytest


@pytest.fixture(scope="module")
def checker() -> ModuleType:
    """scripts/check_messages.py as a module."""
    path = Path(__file__).resolve().parents[2] / "scripts" / "check_messages.py"
    spec = importlib.util.spec_from_file_location("check_messages", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["check_messages"] = module
    spec.loader.exec_module(module)
    return module


def test_the_catalog_is_whole(checker: ModuleType) -> None:
    """Every sentence of the source is there, translated, and nothing else."""
    assert list(checker.compare(checker.sentences(), checker.load())) == []
    assert list(checker.rules()) == []


@pytest.mark.parametrize(
    ("english", "dutch", "problem"),
    [
        ("Take back.", "", "not translated"),
        ("{n} users", "{m} gebruikers", "other placeholders"),
        ("%(a)s, b", "b", "other placeholders"),
        ("Use --yes.", "Gebruik --ja.", "other options"),
        ("See: licentia plans list", "Zie: licentia plannen list", "other options"),
        ("Done.", "Klaar", "ends otherwise"),
        (" a", "a", "other blanks"),
        ("Stop", "Stop!", "exclamation"),
        ("Unassign", "Niet toewijzen", "'Niet toewijzen'"),
        ("Unassign", "Licentie ontnemen of inleveren", "'inleveren'"),
        ("Unassign", "Opheffen", "'Opheffen'"),
        ("Grace period", "De bewaartermijn loopt", "'bewaartermijn'"),
        ("Grace period", "Retentie", "'Retentie'"),
        ("Sign in", "Log nu in of inloggen", "'inloggen'"),
        ("Mailbox", "De mailbox blijft", "'mailbox'"),
        ("Your choice", "Jouw keuze", "'Jouw'"),
    ],
)
def test_a_fault_in_a_translation_is_found(checker: ModuleType, english: str, dutch: str, problem: str) -> None:
    """Each kind of fault, by its words."""
    found = list(checker.judge(polib.POEntry(msgid=english, msgstr=dutch)))
    assert any(problem in line for line in found), found


def test_a_fuzzy_entry_is_found(checker: ModuleType) -> None:
    """A guess is not a translation."""
    entry = polib.POEntry(msgid="Done", msgstr="Klaar", flags=["fuzzy"])
    assert any("fuzzy" in line for line in checker.judge(entry))


def test_both_numbers_are_judged(checker: ModuleType) -> None:
    """Singular and plural each have their Dutch."""
    entry = polib.POEntry(msgid="{n} user", msgid_plural="{n} users", msgstr_plural={0: "{n} gebruiker", 1: ""})
    assert [line for line in checker.judge(entry) if "not translated" in line] == ["not translated: '{n} users'"]


def test_a_sentence_that_is_not_a_literal_is_found(checker: ModuleType, tmp_path: Path) -> None:
    """gettext can only know what stands in the source; parts that stand side by side are one text."""
    path = tmp_path / "one.py"
    path.write_text('_("a " "b")\n_(name)\nngettext("one", "many", n)\n_(f"x{y}")\n', encoding="utf-8")
    found = checker.Found()
    for call in checker._calls(path):
        checker._take(call, "one.py", found)
    assert list(found.places) == [("a b", ""), ("one", "many")]
    assert [line.split(":")[1] for line in found.problems] == ["2", "4"]


def test_missing_and_unused_sentences_are_found_and_update_mends_both(checker: ModuleType) -> None:
    """`--update` adds in source order and drops what nothing says, and translates nothing."""
    found = checker.Found(
        {("New", ""): [("a.py", "1")], ("Old", ""): [("a.py", "2")], ("{n}", "{n}s"): [("b.py", "1")]}
    )
    catalog = polib.POFile()
    catalog.append(polib.POEntry(msgid="Gone", msgstr="Weg"))
    catalog.append(polib.POEntry(msgid="Old", msgstr="Oud"))
    said = "\n".join(checker.compare(found, catalog))
    assert "not in the catalog: 'New'" in said
    assert "not used any more: 'Gone'" in said
    made = checker.update(found, catalog)
    assert [(entry.msgid, entry.msgstr) for entry in made] == [("New", ""), ("Old", "Oud"), ("{n}", "")]


def test_click_still_says_what_is_listed(checker: ModuleType) -> None:
    """A release of click with other words must not fall back to English unseen."""
    said = checker.click_says()
    assert [
        one for one in checker.CLICK if (one, "") not in said and one not in said and one not in checker.CLICK_IN_TABLES
    ] == []
