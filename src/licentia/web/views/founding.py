"""The first tenant, and any other: a local one to try with, a copy from a file; what is not there yet says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from licentia.changes import founding
from licentia.changes.refresh import Outcome
from licentia.domain import catalog as catalog_of
from licentia.domain.permissions import Capability
from licentia.domain.reasons import BadInput
from licentia.importing.badrows import write_bad_rows
from licentia.importing.rows import RowError, UserFile
from licentia.importing.userfile import domain_of, read_user_file
from licentia.store.lists import tenants
from licentia.web.desk import TENANT, Desk
from licentia.web.exporting import BOM
from licentia.web.typed import line, whole
from licentia.web.uploads import LARGEST_MB
from licentia.words import sentences
from licentia.words.language import gettext as _
from licentia.words.parts import count
from licentia.words.said.operators import locked

USUAL_USERS = 2_000
USUAL_NAME = "Noordzee Logistiek"
MOST_SHOWN = 100
"""Bad rows on the page; the file has all."""


def show(request: HttpRequest, desk: Desk | None) -> HttpResponse:
    """Three ways to a tenant; locked for who may not."""
    return render(request, "web/add_tenant.html", _page(request))


def _page(request: HttpRequest) -> dict[str, Any]:
    may = founding.may(str(request.user.pk))
    return {
        "may": may,
        "why": "" if may else locked(Capability.MANAGE_TENANTS),
        "is_first": not tenants.every(),
        "users": USUAL_USERS,
        "name": USUAL_NAME,
        "most_users": founding.MOST_DEMO_USERS,
        "largest": LARGEST_MB,
        "typed": request.POST,
    }


def _done(request: HttpRequest, section: str, act: Callable[[str], int]) -> HttpResponse:
    """Home of the new tenant; where the door says no, the page with the cause and what was typed."""
    founding.require(str(request.user.pk))
    try:
        made = act(str(request.user.pk))
    except BadInput as error:
        return _wrong(request, section, sentences.cause(error) or "", 400)
    return _home(request, made)


def _wrong(request: HttpRequest, section: str, said: str, status: int, **more: Any) -> HttpResponse:
    found = _page(request) | {"wrong": section, "said": said} | more
    return render(request, "web/add_tenant.html", found, status=status)


def _home(request: HttpRequest, tenant_id: int) -> HttpResponse:
    request.session[TENANT] = tenant_id
    return HttpResponseRedirect("/")


def demo(request: HttpRequest, desk: Desk | None) -> HttpResponse:
    """The demo tenant is there, and chosen."""

    def act(operator: str) -> int:
        users = whole(request.POST.get("users", ""), _("Number of users"), 1, founding.MOST_DEMO_USERS)
        return founding.add_demo(operator, line(request.POST.get("name", "")), users)

    return _done(request, "demo", act)


def empty(request: HttpRequest, desk: Desk | None) -> HttpResponse:
    """An empty local tenant is there, and chosen."""
    given = request.POST

    def act(operator: str) -> int:
        place = line(given.get("country", "")), line(given.get("zone", ""))
        return founding.add_empty(operator, line(given.get("name", "")), *place)

    return _done(request, "empty", act)


# ---- a copy from a file


def copy(request: HttpRequest, desk: Desk | None) -> HttpResponse:
    """A copy is there, and chosen; or nothing is written, and the bad rows are on the page or in a file."""
    founding.require(str(request.user.pk))
    given = request.FILES.get("file")
    if not isinstance(given, TemporaryUploadedFile) or not given.size:
        return _wrong(request, "copy", _("Choose a file first."), 400)
    is_check = request.POST.get("do") == "check"
    try:
        file = read_user_file(_again(given), catalog_of.load())
        name = line(request.POST.get("name", "")) or domain_of(file)
        if not name:
            raise BadInput("no_users_in_file")
        skip = "skip" in request.POST and not is_check
        made = founding.add_copy(str(request.user.pk), name, file, skip_bad=skip, check_only=is_check)
    except BadInput as error:
        return _wrong(request, "copy", sentences.cause(error) or "", 400)
    bad = sorted(made.bad, key=lambda error: error.line)
    if is_check:
        return _checked(request, file, made, bad)
    if made.tenant_id is None:
        return _wrong(
            request,
            "copy",
            sentences.cause(BadInput("bad_rows", n=len(bad), path="")) or "",
            422,
            bad=_shown(bad),
            bad_count=len(bad),
        )
    if not bad:
        return _home(request, made.tenant_id)
    request.session[TENANT] = made.tenant_id
    found = {"name": name, "rows": made.rows, "bad": _shown(bad), "bad_count": len(bad)}
    return render(request, "web/copied.html", found)


def _again(given: TemporaryUploadedFile) -> Callable[[], BinaryIO]:
    """Opens the file that was sent from its beginning, as often as the reader likes."""
    path = given.temporary_file_path()
    return lambda: open(path, "rb")


def _said(error: RowError) -> str:
    return sentences.ROW[error.code](error.details)


def _shown(bad: list[RowError]) -> list[tuple[str, str, str]]:
    """Line, reason and the row's first cells."""
    return [(count(one.line), _said(one), ", ".join(one.cells[:3])) for one in bad[:MOST_SHOWN]]


def _checked(request: HttpRequest, file: UserFile, made: Outcome, bad: list[RowError]) -> HttpResponse:
    """A file with the bad rows; where there are none, the page says so."""
    if not bad:
        said = _("Every row can be used: {n} users. Nothing was imported yet.").format(n=count(made.rows))
        return render(request, "web/add_tenant.html", _page(request) | {"checked": said})
    answer = HttpResponse(BOM, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="bad-rows.csv"'
    rows = [(one, _said(one)) for one in bad]
    write_bad_rows(rows, file.header or (_("User"),), answer, (_("Line"), _("Reason")))  # type: ignore[arg-type]
    return answer
