"""The names that files of facts use: each header states one field, and says how sure we are of it."""

from __future__ import annotations

import io
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from licentia.domain.reasons import BadInput
from licentia.importing.encoding import find_encoding
from licentia.importing.names import folded
from licentia.importing.sheets import names_of, read_sheet

TABLE: dict[str, Any] = tomllib.loads((files("licentia.importing") / "fact_aliases.toml").read_text(encoding="utf-8"))
KINDS = sorted(TABLE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_states_one_field(kind: str) -> None:
    """Within a kind of file no two fields share a name, as headers are compared."""
    owners: dict[str, str] = {}
    for column in TABLE[kind]["column"]:
        for name in column["names"]:
            assert owners.setdefault(folded(name["text"]), column["field"]) == column["field"], name
            assert name["language"] in ("en", "nl")
            assert name["confidence"] in ("documented", "reported", "ours")
    assert set(names_of(kind).columns) == set(owners)


@pytest.mark.parametrize("kind", KINDS)
def test_a_word_has_one_meaning(kind: str) -> None:
    """Within a field, and it is written as cells are compared."""
    meanings: dict[tuple[str, str], str] = {}
    for word in TABLE[kind].get("word", ()):
        for text in word["texts"]:
            assert text == text.casefold().strip()
            assert meanings.setdefault((word["field"], text), word["value"]) == word["value"], text


def test_one_field_under_one_name_twice_is_refused() -> None:
    """Which of both is meant nobody can say; another name of the field is passed over for the better one."""

    def sheet(header: str) -> dict[str, int]:
        return dict(read_sheet(find_encoding(lambda: io.BytesIO(header.encode())), "groups").columns)

    with pytest.raises(BadInput, match="duplicate_column"):
        sheet("Object ID,Display name,display NAME\n")
    assert sheet("Id,Object ID,Name,Display name\n") == {"object_id": 1, "display_name": 3}
