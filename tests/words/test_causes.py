"""What is the matter is said without a command: every code from below the edges has a cause, and a way out has its cause.

Reads the source as a syntax tree; needs no store.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import licentia
from licentia.cli import usage, ways_out
from licentia.domain.finders import NotKnown
from licentia.domain.permissions import Capability
from licentia.domain.reasons import BadInput, NotPermitted, Reason, Refused
from licentia.odata.filters import FilterError, FilterErrorCode
from licentia.store.writing import StoreError
from licentia.words import language, sentences
from licentia.words.said import finding, operators, subscriptions

SOURCE = Path(licentia.__file__).parent
TYPED = re.compile(r"(?<!\w)--[a-z]|\blicentia [a-z]")
"""What only somebody at a terminal can do something with."""


def calls(*folders: str) -> list[ast.Call]:
    """Calls of a plain name in these folders."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        if path.relative_to(SOURCE).parts[0] in folders:
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            found += [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return found


def first_text(call: ast.Call, *names: str) -> str | None:
    """The literal that a call of one of these names begins with."""
    assert isinstance(call.func, ast.Name)
    first = call.args[0] if call.func.id in names and call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


BELOW = calls("changes", "domain", "importing", "odata", "store", "tenants", "wire")


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("BadInput", sentences.BAD_INPUT),
        ("Refused", sentences.REFUSED),
        ("NotPermitted", operators.NOT_PERMITTED),
        ("StoreError", sentences.STORE),
    ],
)
def test_every_code_from_below_has_a_cause(name: str, table: dict[str, object]) -> None:
    """Whichever edge asked."""
    codes = {first_text(call, name) for call in BELOW} - {None}
    assert codes
    assert codes <= set(table)


@pytest.mark.parametrize(
    ("ways", "causes"),
    [
        (ways_out.BAD_INPUT, sentences.BAD_INPUT),
        (ways_out.REFUSED, sentences.REFUSED),
        (ways_out.NOT_PERMITTED, operators.NOT_PERMITTED),
        (ways_out.RULING, subscriptions.RULING),
        (ways_out.REASON, sentences.REASON),
        (ways_out.MISSING, finding.MISSING),
    ],
)
def test_a_way_out_has_its_cause(ways: dict[str, object], causes: dict[str, object]) -> None:
    """A command line says both; and a sentence that is whole has no way out beside it."""
    assert set(ways) <= set(causes)
    assert not set(ways) & set(usage.BAD_INPUT | usage.REFUSED)


@pytest.mark.parametrize("spoken", language.LANGUAGES)
def test_no_sentence_of_words_names_a_command_or_an_option(spoken: str) -> None:
    """In neither language: they are typed in a terminal only."""
    language.use(spoken)
    said = [first_text(call, "_", "gettext", "ngettext") for call in calls("words")]
    assert len(said) > 300
    assert [text for text in said if text and TYPED.search(language.gettext(text))] == []


@pytest.mark.parametrize("spoken", language.LANGUAGES)
@pytest.mark.parametrize(
    ("error", "english"),
    [
        (BadInput("unknown_group", text="Sales"), "No group is called Sales."),
        (Refused("confirm_needed", n=1_184), "This plan changes 1,184 users."),
        (Refused("subscription_rule", ruling="partner"), "This subscription was bought from a partner."),
        (NotPermitted("own_plan", plan=3), "Nobody approves a plan of one's own."),
        (
            NotPermitted(Capability.MANAGE_TENANTS, tenant_id=0),
            "You need a role that may do this: make, change and delete tenants. For the whole store that is its owner only.",
        ),
        (StoreError("store_full"), "The disk is full. Make room and run the same command again; nothing was lost."),
        (
            FilterError(FilterErrorCode.EMPTY, 0),
            "The filter can't be read at position 1. It is empty. Example: department eq 'Sales' and accountEnabled eq false",
        ),
    ],
)
def test_an_expected_error_has_its_cause(error: Exception, english: str, spoken: str) -> None:
    """One question for every kind of error."""
    language.use(spoken)
    assert (sentences.cause(error) == english) == (spoken == "en")


def test_a_bug_has_no_sentence() -> None:
    """It must be seen whole."""
    assert sentences.cause(ValueError("a bug")) is None


def test_reasons_are_said_without_a_way_out() -> None:
    """A reason of a user, and what a finder can't judge."""
    assert sentences.reason(Reason.SHARED_OVER, "").endswith("of which that is not known.")
    assert finding.missing(NotKnown.PATH, 2) == "2 users: nobody has read how the license was assigned."
