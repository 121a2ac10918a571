"""The rule book as data: complete in two languages, sourced, dated, cited by its keys, and in Microsoft's Dutch.

Which sentence is said when is tested with the consequences; here it is about the book itself.
"""

from __future__ import annotations

import ast
import re
from importlib import resources
from string import Formatter

import pytest

from licentia.domain import rulebook
from licentia.domain.rulebook import Rule

BOOK = rulebook.load()
RULES = list(BOOK.by_id.values())
WORDS = re.compile(r"\w+")
FORBIDDEN = ("ontlen", "inlever", "detoewij", "niet toewijzen", "opheff", "bewaartermijn", "retentie", " je ", " jouw ")
CITED = re.compile(r"[RA]-\d{2,3}")


def parameters(text: str) -> set[str]:
    """The {names} in a sentence."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_a_rule_is_complete(rule: Rule) -> None:
    """I-10: number, both languages with the same words to fill, when, source, dates, how sure."""
    assert re.fullmatch(r"[RA]-\d{2,3}", rule.id)
    assert re.fullmatch(r"[a-z0-9_]+", rule.key)
    assert rule.severity in ("loss", "change", "unknown", "safe")
    assert rule.confidence in ("documented", "reported", "ours")
    assert rule.en
    assert rule.nl
    assert rule.when
    assert rule.source
    assert re.fullmatch(r"20\d\d(-\d\d)?(-\d\d)?", rule.source_date)
    assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", rule.read_on)
    assert rule.read_on >= rule.source_date
    assert parameters(rule.en) == parameters(rule.nl)
    assert bool(rule.undo_en) == bool(rule.undo_nl)
    assert not parameters(rule.undo_en + rule.undo_nl)
    assert rule.en != rule.nl


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_a_source_is_one_that_a_reader_can_look_up(rule: Rule) -> None:
    """I-10: Microsoft's text, a named report, or Licentia itself; our own reading never passes for Microsoft's."""
    assert not re.search(r"licensing facts|pages \d", rule.source, re.IGNORECASE)
    if rule.source.startswith("Licentia"):
        assert rule.confidence == "ours"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_a_date_is_said_only_with_a_duration(rule: Rule) -> None:
    """{date} and days go together; mail and hold stop at once and have neither."""
    assert ("date" in parameters(rule.en)) is (rule.days is not None)
    assert rule.seconds == (None if rule.days is None else rule.days * 86_400)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_dutch_is_microsofts_and_polite(rule: Rule) -> None:
    """Unassign is intrekken, the 30 days are a respijtperiode, the reader is u; American English beside it."""
    for text in (rule.nl, rule.undo_nl):
        assert not [word for word in FORBIDDEN if word in f" {text.casefold()} "]
    for text in (rule.en, rule.undo_en, rule.when):
        assert "licence" not in text.casefold()
        assert "retention period" not in text.casefold()
    for text in filter(None, (rule.en, rule.nl, rule.undo_en, rule.undo_nl, rule.when)):
        assert text.endswith(".")
        assert "!" not in text
        assert text == " ".join(text.split())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_unknown_says_so(rule: Rule) -> None:
    """I-7: where a fact is missing the sentence says Not known, or what to do until somebody knows."""
    if rule.severity == "unknown":
        assert {"ours"} >= {rule.confidence}
    if rule.en.startswith("Not known"):
        assert rule.severity == "unknown"
        assert rule.nl.startswith("Onbekend")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_a_rule_cites_rules_that_exist(rule: Rule) -> None:
    """Superseded by, and every number in a text."""
    assert not rule.superseded_by or rule.superseded_by in BOOK.by_id
    assert set(CITED.findall(f"{rule.when} {rule.en}")) <= set(BOOK.by_id)


def test_numbers_and_keys_are_unique_and_in_order() -> None:
    """One rule, one number; the numbers of a file rise."""
    folder = resources.files("licentia.domain") / "rules"
    written = [
        re.findall(r'^id = "[RA]-(\d+)"$', (folder / name.name).read_text(encoding="utf-8"), re.MULTILINE)
        for name in folder.iterdir()
    ]
    assert len(BOOK.by_id) == len(BOOK.by_key) == sum(map(len, written))
    for numbers in written:
        assert numbers == sorted(numbers, key=int)


def test_the_articles_statements_are_rules_of_2021() -> None:
    """Five statements and a limit; where something holds now it is named."""
    article = [rule for rule in RULES if rule.id.startswith("A-")]
    assert {rule.source_date for rule in article} == {"2021"}
    assert sum(bool(rule.superseded_by) for rule in article) == 5


def test_every_key_that_the_code_cites_exists() -> None:
    """A key in a Consequence of the rules' modules, or a number in their texts, is a rule of the book."""
    folder = resources.files("licentia.domain")
    modules = [entry for entry in folder.iterdir() if entry.name.endswith(".py")]
    assert len(modules) > 10
    for module in modules:
        text = module.read_text(encoding="utf-8")
        assert set(CITED.findall(text)) <= set(BOOK.by_id)
        for node in ast.walk(ast.parse(text)):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Consequence"
            if is_call and isinstance(node.args[0], ast.Constant):
                assert node.args[0].value in BOOK.by_key


def test_the_books_version_is_a_digest_of_its_files() -> None:
    """A plan records it; loading twice gives the same book."""
    assert re.fullmatch(r"[0-9a-f]{12}", BOOK.version)
    assert rulebook.load() is BOOK


def test_a_sentence_is_asked_by_language() -> None:
    """Dutch when asked, else English; a rule without undo has none in either."""
    rule = BOOK.by_key["mailbox_lost"]
    assert rule.sentence("nl").startswith("Postvak")
    assert rule.sentence("fr") == rule.sentence("en")
    assert rule.undo("nl").startswith("Wijs")
    assert BOOK.by_key["shared_stays"].undo("en") == BOOK.by_key["shared_stays"].undo("nl") == ""
