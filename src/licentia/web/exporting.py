"""CSV of whole lists, streamed a page of the list at a time: for Excel, in the reader's language, no cell a formula.

Holds one page in memory, never a list. What the rows of each list are is `views.exports`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.http import StreamingHttpResponse

from licentia.importing.badrows import neutral
from licentia.web.desk import Desk
from licentia.words import language

PAGE = 500
"""So many rows are read at a time, and sent at once."""

BOM = "\ufeff"
"""By which Excel knows that the text is UTF-8."""

Cells = Sequence[object]
Key = TypeVar("Key")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def pages(read: Callable[[Key | None], tuple[Iterable[Cells], Key | None]]) -> Iterator[Cells]:
    """The rows of a list, page after page; `read` takes where a page begins and also gives where the next one does."""
    after: Key | None = None
    while True:
        rows, after = read(after)
        yield from rows
        if after is None:
            return


def streamed(desk: Desk, name: str, header: Sequence[str], rows: Iterable[Cells]) -> StreamingHttpResponse:
    """The file `name`, sent while the list is read. An empty list is a file with its header only."""
    response = StreamingHttpResponse(_lines(desk.text.language, header, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _lines(reader: str, header: Sequence[str], rows: Iterable[Cells]) -> Iterator[str]:
    language.use(reader)  # it is read after the request has left the middleware that said so
    writer: Any = csv.writer(_Echo(), lineterminator="\r\n")
    yield BOM + writer.writerow(header)
    waiting: list[str] = []
    for row in rows:
        waiting.append(writer.writerow([neutral(str(value)) for value in row]))
        if len(waiting) == PAGE:
            yield "".join(waiting)
            waiting.clear()
    yield "".join(waiting)
