"""The generated pages of the manual are what the sources give, and say all they hold."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from licentia.domain import lifecycle, rulebook
from licentia.domain.reasons import REASONS

ROOT = Path(__file__).resolve().parents[2]


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


make_docs = _load()


@pytest.mark.parametrize("name", make_docs.pages())
def test_a_page_is_what_its_sources_give(name: str) -> None:
    """`make docs` was run after the last change of a rule or a table."""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == make_docs.pages()[name], "run `make docs`"


def test_rules_stand_by_number() -> None:
    """R-100 comes after R-99."""
    numbers = [int(number) for number in re.findall(r"^### R-(\d+) ", make_docs.pages()["rules.md"], re.MULTILINE)]
    assert numbers == sorted(numbers)


def test_every_rule_is_on_the_page_with_its_sentences_and_source() -> None:
    """I-10: number, both sentences, source, date read and confidence."""
    page = make_docs.pages()["rules.md"]
    for rule in rulebook.load().by_id.values():
        assert f"### {rule.id} `{rule.key}`" in page
        for text in (rule.en, rule.nl, rule.when, rule.source, rule.read_on):
            assert text in page


def test_every_link_of_the_rules_leads_to_a_rule() -> None:
    """Anchors are the headings in lower case, without back ticks."""
    page = make_docs.pages()["rules.md"]
    headings = {line[4:].lower().replace("`", "").replace(" ", "-") for line in page.splitlines() if line[:4] == "### "}
    assert set(re.findall(r"\(#([^)]+)\)", page)) <= headings


def test_every_move_and_every_reason_is_in_the_pictures() -> None:
    """Drawn from the tables, so none is missing."""
    page = make_docs.pages()["states.md"]
    for (state, event), target in lifecycle.PLAN_LIFE.items():
        assert f"{state} --> {target} : {event.replace('_', ' ')}" in page
    for table in (lifecycle.STEP_LIFE, lifecycle.CHUNK_LIFE):
        for source, targets in table.items():
            assert all(f"{source} --> {target}" in page for target in targets)
    assert all(f"| `{reason}` |" in page for reason in REASONS)


def test_check_writes_nothing_and_names_what_is_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two missing pages: named and status 1; then written, after which nothing is old."""
    monkeypatch.setattr(make_docs, "DOCS", tmp_path)
    assert make_docs.main(["--check"]) == 1
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().err.count("run make docs") == 3
    assert make_docs.main([]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["graph-coverage.md", "rules.md", "states.md"]
    assert make_docs.main(["--check"]) == 0
