"""Which users of a list are selected: kept in the session, over pages and searches, until cleared or used.

A selection is numbers of users, the list's own filter ("Select all 1,184"), or filters of Active users with users who were
added and left out one by one since. It is never more than a wish: doors check.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from licentia.changes.who import Who
from licentia.domain.reasons import BadInput
from licentia.domain.userfilter import Listed, UserFilter
from licentia.store.lists import filtered
from licentia.web.desk import Desk

KEY = "selected"
MOST = 5_000
"""So many users are kept one by one; more are selected as a filter."""


COUNTED = 100_000
"""Up to so many are counted exactly."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Users by number, everybody in the list, or whom filters mean; `count` of these as it was when they were selected."""

    users: frozenset[int] = frozenset()
    is_all: bool = False
    listed: Listed | None = None
    count: int = 0

    def __bool__(self) -> bool:
        return self.is_all or self.listed is not None or bool(self.users)

    @property
    def number(self) -> int:
        """How many are selected; COUNTED + 1 for more."""
        return len(self.users) if self.listed is None else self.count

    @property
    def who(self) -> Who:
        """The same, as a plan keeps it. Not for everybody in a list of another kind."""
        if self.listed is not None:
            return Who("listed", self.listed.to_text())
        return Who("users", "", tuple(sorted(self.users)))

    def checked(self, desk: Desk, shown: Iterable[int]) -> frozenset[int]:
        """Those of these users who are selected."""
        every = frozenset(shown)
        if self.is_all:
            return every
        if self.listed is None:
            return every & self.users
        return filtered.among(desk.tenant_id, self.listed, desk.now, sorted(every))


def load(request: HttpRequest, desk: Desk, name: str) -> Selection:
    """What is selected in the list of this name."""
    match request.session.get(KEY, {}).get(_key(desk, name)):
        case None:
            return Selection()
        case "all":
            return Selection(is_all=True)
        case {"listed": text, "count": count}:
            return Selection(listed=Listed.from_text(text), count=count)
        case kept:
            return Selection(frozenset(kept))


def mark(request: HttpRequest, desk: Desk, name: str) -> Selection:
    """The selection with what the form says of the users it shows: `shown` are all of them, `user` the checked ones."""
    shown, checked = _numbers(request, "shown"), _numbers(request, "user")
    before = load(request, desk, name)
    if before.is_all and checked >= shown:
        return before
    if before.listed is not None:
        return save(request, desk, name, _changed(desk, before, before.listed, shown, checked & shown))
    return save(request, desk, name, Selection((before.users - shown) | checked))


def _changed(
    desk: Desk, before: Selection, listed: Listed, shown: frozenset[int], checked: frozenset[int]
) -> Selection:
    """Filters with users who were added and left out."""
    were = before.checked(desk, shown)
    added, gone = checked - were, were - checked
    also = (frozenset(listed.also) - gone) | added
    without = (frozenset(listed.without) - added) | gone
    if len(also) + len(without) > MOST:
        raise BadInput("too_many_selected", n=MOST)
    count = before.count if before.count > COUNTED else before.count + len(added) - len(gone)
    return Selection(listed=Listed(listed.wanted, tuple(sorted(also)), tuple(sorted(without))), count=count)


def everybody(request: HttpRequest, desk: Desk, name: str, wanted: UserFilter) -> Selection:
    """Whom the filter means: each of them where they are few enough to be kept one by one, else the filter itself."""
    count = filtered.count_up_to(desk.tenant_id, wanted, desk.now, COUNTED)
    listed = Listed(wanted)
    if count <= MOST:
        found = filtered.ids(desk.tenant_id, listed, desk.now, 0, MOST)
        return save(request, desk, name, Selection(frozenset(found)))
    return save(request, desk, name, Selection(listed=listed, count=count))


def save(request: HttpRequest, desk: Desk, name: str, selection: Selection) -> Selection:
    """Keeps it; BadInput `too_many_selected`."""
    if len(selection.users) > MOST:
        raise BadInput("too_many_selected", n=MOST)
    every = dict(request.session.get(KEY, {}))
    if selection:
        every[_key(desk, name)] = _kept(selection)
    else:
        every.pop(_key(desk, name), None)
    request.session[KEY] = every
    return selection


def _kept(selection: Selection) -> object:
    if selection.listed is not None:
        return {"listed": selection.listed.to_text(), "count": selection.count}
    return "all" if selection.is_all else sorted(selection.users)


def _key(desk: Desk, name: str) -> str:
    return f"{desk.tenant_id}:{name}"


def _numbers(request: HttpRequest, name: str) -> frozenset[int]:
    given = request.POST.getlist(name)
    if any(not (text.isascii() and text.isdigit() and len(text) < 16) for text in given):
        raise BadInput("bad_selection")
    return frozenset(map(int, given))
