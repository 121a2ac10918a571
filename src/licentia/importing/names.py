"""The words of user files: which header states which field, and what yes, no and unlicensed look like.

All of it comes from aliases.toml; never guesses from a column's contents.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from licentia.domain.reasons import BadInput

USER: Final = "user_principal_name"
OBJECT_ID: Final = "object_id"


@dataclass(frozen=True, slots=True)
class Words:
    """The alias table: `columns` by folded header to (field, rank), the rest by case-folded cell text."""

    columns: Mapping[str, tuple[str, int]]
    truths: Mapping[str, bool]
    """Is it so? For any column."""
    enabled: Mapping[str, bool]
    """May the account sign in? For a column that asks whether it is enabled."""
    unblocked: Mapping[str, bool]
    """May the account sign in? For a column that asks whether it is blocked."""
    unlicensed: frozenset[str]


def folded(text: str) -> str:
    """The text as headers are compared: case folded, letters and digits only."""
    return "".join(character for character in text.casefold() if character.isalnum())


@cache
def words() -> Words:
    """The alias table, read once."""
    table = tomllib.loads((files("licentia.importing") / "aliases.toml").read_text(encoding="utf-8"))
    columns = {
        folded(name["text"]): (column["field"], rank)
        for column in table["column"]
        # Reversed, so that of two spellings that fold alike the earlier keeps its better rank.
        for rank, name in reversed(list(enumerate(column["names"])))
    }
    texts = {word["meaning"]: [text.casefold() for text in word["texts"]] for word in table["word"]}

    def answers(yes: str, no: str) -> dict[str, bool]:
        return dict.fromkeys(texts[yes], True) | dict.fromkeys(texts[no], False)

    truths, states = answers("true", "false"), answers("allowed", "blocked")
    switched = answers("enabled", "disabled")
    return Words(
        columns=columns,
        truths=truths | switched,
        enabled=truths | states | switched,
        unblocked=answers("false", "true") | states,
        unlicensed=frozenset(texts["unlicensed"]),
    )


def known_columns(header: Sequence[str]) -> int:
    """How many cells of a header name a field."""
    columns = words().columns
    return sum(folded(cell) in columns for cell in header)


def find_columns(header: Sequence[str], known: Mapping[str, tuple[str, int]] | None = None) -> dict[str, int]:
    """The position of each field's column; of several names for one field the best one.

    `known` are the names to go by; a user file's when None. BadInput `duplicate_column` (`name`) when two
    columns have the same name of a field.
    """
    columns = words().columns if known is None else known
    found: dict[str, tuple[int, int]] = {}
    for index, cell in enumerate(header):
        match = columns.get(folded(cell))
        if match is None:
            continue
        field, rank = match
        if field in found and found[field][0] == rank:
            raise BadInput("duplicate_column", name=cell.strip())
        if field not in found or rank < found[field][0]:
            found[field] = (rank, index)
    return {field: index for field, (_, index) in found.items()}
