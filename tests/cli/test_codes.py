"""Every code that the source can raise has a sentence, in both languages, that its details satisfy; no sentence is left over.

Reads the source as a syntax tree; needs no store.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import licentia
from licentia.changes.verify import verify_chain
from licentia.cli import i18n, usage
from licentia.cli.sentences import explain, reason, said
from licentia.domain.facts import ClockKind, SourceKind
from licentia.domain.lifecycle import PauseReason, PlanEvent, PlanState, StepState
from licentia.domain.permissions import Capability
from licentia.domain.reasons import BadInput, NotPermitted, Reason, Refused
from licentia.domain.subscriptions import EventKind
from licentia.odata.filters import FilterError, FilterErrorCode
from licentia.store.writing import StoreError
from licentia.words import sentences
from licentia.words.journal import why_word
from licentia.words.tenants import origin_word
from licentia.words.users import clock_word

SOURCE = Path(licentia.__file__).parent
LANGUAGES = ("en", "nl")

SAMPLES: dict[str, Any] = {
    "candidates": ("Microsoft 365 E3", ("Microsoft 365 E3", "SPE_E3")),
    "columns": ("Name", "Mail"),
    "expected": 5,
    "found": 4,
    "free": 3,
    "line": 7,
    "column": "Usage location",
    "n": 1_184,
    "low": 1,
    "high": 3_650,
    "need": 10,
    "percent": 31,
    "plan": 3,
    "sku": "05e9a617-0261-4cee-bb44-138d3ef5d965",
    "state": "discarded",
}
"""A value for a detail; another detail's is its own name."""

DYNAMIC_ROWS = {"wrong_column_count": {"found", "expected"}, "bad_quoting": set(), "line_too_long": set()}
"""Row codes that a split record carries and `csv_users` passes on."""

PASSED_ON = {"ambiguous_license": "ambiguous_product"}
"""Row codes that carry on the details of a product that could not be resolved."""


@pytest.fixture(params=LANGUAGES)
def lang(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each language in turn."""
    monkeypatch.setenv("LANGUAGE", "en")
    i18n.use(request.param)
    return str(request.param)


def trees() -> Iterator[tuple[Path, ast.AST]]:
    """The source, file by file."""
    for path in sorted(SOURCE.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def raised(*names: str, at: int = 0) -> dict[str, list[set[str]]]:
    """By code, the names of the details of each call of one of these exceptions."""
    found: dict[str, list[set[str]]] = {}
    for _path, tree in trees():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names):
                continue
            code = node.args[at] if len(node.args) > at else None
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                found.setdefault(code.value, []).append(_details(node, at))
    return found


def _details(call: ast.Call, at: int) -> set[str]:
    given = {word.arg for word in call.keywords if word.arg}
    for argument in call.args[at + 1 :]:
        if isinstance(argument, ast.Dict):
            given |= {str(key.value) for key in argument.keys if isinstance(key, ast.Constant)}
    return given


def sample(names: set[str]) -> dict[str, Any]:
    """Details with these names."""
    return {name: SAMPLES.get(name, name) for name in names}


def row_codes() -> dict[str, list[set[str]]]:
    """By row code, the details it is raised with: directly, or as a cell's error."""
    found = raised("RowError", at=1) | raised("CellError")
    for code, names in DYNAMIC_ROWS.items():
        found.setdefault(code, []).append(names)
    for code, first in PASSED_ON.items():
        found[code] = raised("BadInput")[first]
    return found


def constants(pattern: str, *folders: str) -> set[str]:
    """Text constants of this form in these folders."""
    found: set[str] = set()
    for path, tree in trees():
        if path.relative_to(SOURCE).parts[0] in folders:
            texts = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
            found |= {text for text in texts if re.fullmatch(pattern, text)}
    return found


def row(code: str, **details: object) -> str:
    """What is wrong with a row."""
    return sentences.ROW[code](details)


TABLES: dict[str, tuple[Iterable[str], dict[str, list[set[str]]], Callable[..., str]]] = {
    "BAD_INPUT": (
        sentences.BAD_INPUT | usage.BAD_INPUT,
        raised("BadInput"),
        lambda code, **details: said(BadInput(code, **details)),
    ),
    "REFUSED": (
        sentences.REFUSED | usage.REFUSED,
        raised("Refused"),
        lambda code, **details: said(Refused(code, **details)),
    ),
    "ROW": (sentences.ROW, row_codes(), row),
}
"""By family: the codes that have a sentence, those that are raised with which details, and how one is said."""


@pytest.mark.parametrize("name", TABLES)
def test_every_code_has_a_sentence_and_every_sentence_a_code(name: str) -> None:
    """The tables hold what the source raises, no more and no less."""
    codes, found, _say = TABLES[name]
    assert set(codes) == set(found)


@pytest.mark.parametrize("name", TABLES)
def test_a_sentence_asks_for_no_detail_that_is_not_given(name: str, lang: str) -> None:
    """Each place that raises a code gives what its sentence needs."""
    _codes, found, say = TABLES[name]
    for code, places in found.items():
        for names in places:
            sentence = say(code, **sample(names))
            assert sentence.strip(), code
            assert "{" not in sentence, code


def test_every_store_error_has_a_sentence(lang: str) -> None:
    """Those raised with a constant, and those that a database's own words mean."""
    found = raised("StoreError")
    meant = constants(r"store_[a-z]+", "store") & set(sentences.STORE) | set(found)
    assert meant == set(sentences.STORE)
    for code in sentences.STORE:
        for names in found.get(code, [{"detail"}]):
            assert sentences.STORE[code](sample(names))


def test_every_reason_has_a_sentence_and_a_word(lang: str) -> None:
    """For one user, and for counts."""
    assert set(sentences.REASON) == set(sentences.REASON_WORD) == set(Reason)
    for code in Reason:
        subject = "Audio|Teams" if code in (Reason.DEPENDENCY, Reason.CONFLICT) else "Sales"
        assert reason(code, subject)
        assert sentences.reason_word(code.value)
    assert reason(Reason.CHANGED_SINCE, "") != reason(Reason.CHANGED_SINCE, "4")


def test_every_state_and_kind_has_a_word(lang: str) -> None:
    """Plans, steps, pauses, sources, clocks, tenants, capabilities."""
    words = [sentences.plan_state(state.value) for state in PlanState]
    words += [sentences.step_state(state.value) for state in StepState]
    words += [sentences.pause_reason(reason.value) for reason in PauseReason]
    words += [sentences.source_kind(int(kind), "Sales") for kind in SourceKind]
    words += [clock_word(kind.value) for kind in ClockKind]
    words += [sentences.capability(one.value) for one in Capability]
    words += [origin_word(origin) for origin in ("demo", "imported", "empty")]
    assert all(words)


def test_every_kind_of_journal_row_has_a_word(lang: str) -> None:
    """What the doors and the tenant write; a kind from a newer version is shown as it is."""
    objects = "user|license|tenant|never|plan|clock|operator|subscription|purchase|price|group|member|finder|app"
    written = constants(rf"(?:{objects})\.[a-z_]+|baseline", "changes", "tenants")
    written |= constants(r"license\.[a-z_]+", "domain")  # what happened to a license, of its states before and after
    written |= {f"clock.{kind.value}" for kind in ClockKind}
    written |= {f"account.{name}" for name in ("enabled", "sessions", "manager", "deleted")}
    written |= {f"subscription.{kind.value}" for kind in EventKind}
    written |= {f"plan.{event.value}" for event in PlanEvent if event is not PlanEvent.FINISH_WITH_ERRORS}
    assert set(sentences.JOURNAL) == written
    for kind in written:
        assert sentences.journal_kind(kind, "Microsoft 365 E3") != kind
    assert sentences.journal_kind("quota.move") == "quota.move"


def test_every_break_in_the_journal_has_a_word(lang: str) -> None:
    """What `audit verify` can find."""
    path = Path(verify_chain.__code__.co_filename)
    codes = set(re.findall(r'"([a-z]+_[a-z]+)"', path.read_text(encoding="utf-8")))
    assert codes >= {"rows_changed", "rows_missing"}
    assert all(why_word(code) for code in codes)


@pytest.mark.parametrize("code", list(FilterErrorCode))
def test_every_fault_in_a_filter_has_a_sentence(code: FilterErrorCode, lang: str) -> None:
    """With its position, from 1."""
    assert "12" in sentences.filter_sentence(FilterError(code, 11))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadInput("no_who"), 2),
        (FilterError(FilterErrorCode.EMPTY, 0), 2),
        (StoreError("store_locked"), 2),
        (Refused("not_applied"), 1),
        (NotPermitted("assign_licenses"), 3),
        (ValueError("a bug"), None),
    ],
)
def test_an_error_has_its_exit_status(error: Exception, status: int | None) -> None:
    """2: what was given; 1: the rules said no; 3: not permitted; a bug is not explained away."""
    known = explain(error)
    assert (known.status if known else None) == status


def test_dutch_is_another_sentence_than_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sentence of the tables stays English."""
    both: dict[str, list[str]] = {}
    monkeypatch.setenv("LANGUAGE", "en")
    for lang in LANGUAGES:
        i18n.use(lang)
        both[lang] = [
            say(code, **sample(names))
            for _codes, found, say in TABLES.values()
            for code, places in found.items()
            for names in places
        ]
        both[lang] += [reason(code, "a|b") for code in Reason]
    assert [pair for pair in zip(both["en"], both["nl"], strict=True) if pair[0] == pair[1]] == []
