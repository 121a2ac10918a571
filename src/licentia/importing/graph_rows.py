"""Rows from Graph JSON: each object read by itself, one that can't be read as a row error.

Never loses the objects after a bad one; rows count objects from 1, for an answer may be one long line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from licentia.importing.encoding import TextSource
from licentia.importing.json_values import read_objects
from licentia.importing.rows import RowError
from licentia.importing.values import CellError
from licentia.wire.graph_users import GraphValueError

R = TypeVar("R")
_LONGEST_CELL: Final = 32_000
NEXT_PAGE: Final = "@odata.nextLink"


def entries(source: TextSource, answers: list[Mapping[str, object]] | None = None) -> Iterator[object]:
    """The objects of a file, in order; BadInput `bad_json`."""
    with source.open() as text:
        yield from read_objects(text, answers)


def lacks_pages(answers: list[Mapping[str, object]]) -> bool:
    """Whether the last answer says that there is a page after it."""
    return bool(answers) and bool(answers[-1].get(NEXT_PAGE))


def read_entries(source: TextSource, read: Callable[[int, Mapping[str, Any]], R]) -> Iterator[R | RowError]:
    """Each object as `read` reads it, and those that can't be read as row errors."""
    for number, entry in enumerate(entries(source), start=1):
        try:
            if not isinstance(entry, Mapping):
                raise GraphValueError("value", entry)
            yield read(number, entry)
        except (CellError, GraphValueError) as bad:
            yield entry_error(number, bad, entry)


def entry_error(number: int, bad: CellError | GraphValueError, entry: object) -> RowError:
    """The row error of an object that can't be read."""
    cells = (json.dumps(entry, separators=(",", ":"))[:_LONGEST_CELL],)
    if isinstance(bad, CellError):
        return RowError(number, bad.code, bad.details, cells)
    if bad.name == "id":
        return RowError(number, "bad_object_id", {"text": bad.text}, cells)
    return RowError(number, "bad_value", {"column": bad.name, "text": bad.text}, cells)
