"""People named in a form: checked after a search, pasted as a list, or in a file; all resolved before anything is written.

What can't be used comes back with its line and its reason, and the text as it was given: nothing is lost (I-11).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from licentia.domain.reasons import BadInput
from licentia.importing.rows import RowError
from licentia.importing.userlist import UserId, read_user_list
from licentia.store.lists import selecting
from licentia.store.lists import users as list_of
from licentia.store.lists.users import Query
from licentia.store.names import principal_key
from licentia.web.desk import Desk
from licentia.words import sentences
from licentia.words.language import gettext as _

BATCH = 5_000
FOUND = 20
SHOWN_BAD = 50
LARGEST = 20 * 1024 * 1024
"""Bytes of a file; a list of a million user names is about as large."""
KEPT = 5_000
"""So many lines of a file are put into the text box, to be mended there."""


@dataclass(slots=True)
class Named:
    """Who was named, in the order given, each once; what can't be used; and why nobody can be read at all."""

    ids: list[int] = field(default_factory=list)
    bad: list[RowError] = field(default_factory=list)
    fault: str = ""


def named(request: HttpRequest, desk: Desk) -> Named:
    """Everybody whom the form names."""
    found = Named()
    try:
        found.ids += list_of.principal_names(desk.tenant_id, sorted(_numbers(request)))
        for source in _sources(request):
            _read(desk, source, found)
    except BadInput as error:
        found.fault = sentences.cause(error) or ""
    found.ids = list(dict.fromkeys(found.ids))
    return found


def _numbers(request: HttpRequest) -> set[int]:
    """The users that are checked; BadInput `bad_selection`."""
    given = request.POST.getlist("user")
    if not all(map(_is_number, given)):
        raise BadInput("bad_selection")
    return set(map(int, given))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def _sources(request: HttpRequest) -> Iterator[bytes | UploadedFile[Any]]:
    text = request.POST.get("names", "")
    if text.strip():
        yield text.encode()
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile) and file.size:
        if file.size > LARGEST:
            raise BadInput("file_too_large", n=LARGEST // (1024 * 1024))
        yield file


def _read(desk: Desk, source: bytes | UploadedFile[Any], found: Named) -> None:
    content = source if isinstance(source, bytes) else source.read()

    def again() -> BinaryIO:
        return io.BytesIO(content)

    batch: list[UserId] = []
    for row in read_user_list(again):
        if isinstance(row, RowError):
            found.bad.append(row)
        else:
            batch.append(row)
        if len(batch) >= BATCH:
            _settle(desk, batch, found)
    _settle(desk, batch, found)


def _settle(desk: Desk, batch: list[UserId], found: Named) -> None:
    known = selecting.by_names(desk.tenant_id, [principal_key(one.text) for one in batch])
    for one in batch:
        user = known.get(principal_key(one.text))
        if user is None:
            found.bad.append(RowError(one.line, "unknown_user", {"text": one.text}, (one.text,)))
        else:
            found.ids.append(user)
    batch.clear()


def form(request: HttpRequest, desk: Desk, who: Named | None = None) -> dict[str, Any]:
    """What the form shows: the search and what it found, who is checked, the text, and the lines that can't be used."""
    words = request.POST.get("q", "").strip()[:200]
    checked = {int(text) for text in request.POST.getlist("user") if _is_number(text)}
    found = list_of.page(desk.tenant_id, Query(words, top=FOUND)).users if words else ()
    rest = list_of.principal_names(desk.tenant_id, sorted(checked - {one.id for one in found}))
    bad = [] if who is None else who.bad
    return {
        "q": words,
        "found": [(one.id, one.display_name, one.principal_name, one.id in checked) for one in found],
        "checked": sorted(rest.items(), key=lambda item: item[1]),
        "names": _names(request, desk, who),
        "bad": [(one.line, sentences.ROW[one.code](one.details)) for one in bad[:SHOWN_BAD]],
        "bad_count": len(bad),
        "fault": "" if who is None else who.fault,
    }


def _names(request: HttpRequest, desk: Desk, who: Named | None) -> str:
    """The text as it was given; with the names of a file, which the browser would forget."""
    given = request.POST.get("names", "")
    if who is None or who.fault or not request.FILES.get("file"):
        return given
    known = list_of.principal_names(desk.tenant_id, who.ids[:KEPT])
    lines = [known[one] for one in who.ids[:KEPT] if one in known] + [", ".join(one.cells) for one in who.bad[:KEPT]]
    return "\n".join(lines)


def problem(request: HttpRequest, who: Named) -> str:
    """Why the form can't be carried out as it is; empty when it can."""
    if who.fault:
        return who.fault
    if who.bad and "skip_bad" not in request.POST:
        return sentences.BAD_INPUT["bad_rows"]({"n": len(who.bad)})
    return "" if who.ids else _("Choose users first: search, paste a list, or give a file.")
