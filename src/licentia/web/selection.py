"""Which users of a list are selected: kept in the session, over pages and searches, until cleared or used.

A selection is numbers of users, or the list's own filter ("Select all 1,184"). It is never more than a wish: doors check.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from licentia.domain.reasons import BadInput
from licentia.web.desk import Desk

KEY = "selected"
MOST = 5_000
"""So many users are kept one by one; more are selected as a filter."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Users by number, or everybody in the list."""

    users: frozenset[int] = frozenset()
    is_all: bool = False

    def __bool__(self) -> bool:
        return self.is_all or bool(self.users)


def load(request: HttpRequest, desk: Desk, name: str) -> Selection:
    """What is selected in the list of this name."""
    kept = request.session.get(KEY, {}).get(_key(desk, name))
    if kept is None:
        return Selection()
    return Selection(is_all=True) if kept == "all" else Selection(frozenset(kept))


def mark(request: HttpRequest, desk: Desk, name: str) -> Selection:
    """The selection with what the form says of the users it shows: `shown` are all of them, `user` the checked ones."""
    shown, checked = _numbers(request, "shown"), _numbers(request, "user")
    before = load(request, desk, name)
    if before.is_all and checked >= shown:
        return before
    return save(request, desk, name, Selection((before.users - shown) | checked))


def save(request: HttpRequest, desk: Desk, name: str, selection: Selection) -> Selection:
    """Keeps it; BadInput `too_many_selected`."""
    if len(selection.users) > MOST:
        raise BadInput("too_many_selected", n=MOST)
    every = dict(request.session.get(KEY, {}))
    if selection:
        every[_key(desk, name)] = "all" if selection.is_all else sorted(selection.users)
    else:
        every.pop(_key(desk, name), None)
    request.session[KEY] = every
    return selection


def _key(desk: Desk, name: str) -> str:
    return f"{desk.tenant_id}:{name}"


def _numbers(request: HttpRequest, name: str) -> frozenset[int]:
    given = request.POST.getlist(name)
    if any(not (text.isascii() and text.isdigit() and len(text) < 16) for text in given):
        raise BadInput("bad_selection")
    return frozenset(map(int, given))
