"""Where a delta stands: its tokens, what they may not be asked for, and the links of its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from licentia.graph_api import paging
from licentia.graph_api.asking import Answer, Ask, link, refused
from licentia.graph_api.errors import GraphRefused
from licentia.odata import advanced
from licentia.odata.errors import QueryError
from licentia.store import clock
from licentia.store.lists import changes_feed as feed
from licentia.store.lists import graph_users
from licentia.wire import changed
from licentia.wire.bodies import Json
from licentia.wire.errors import BAD_REQUEST

ROWS: Final = 1_000
"""Rows of the journal that a page of changes reads at most."""
KEPT: Final = 7 * 86_400 * 1_000_000
"""A token is good for seven days (R-198), in machine time."""
DELTA: Final = "delta"
FIELDS: Final = 5
TOO_OLD: Final = "The delta token is too old, or the tenant was loaded anew. Start again without a token."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a round stands: `seq` of the journal from which changes count, and the last object of a first round."""

    seq: int
    after: int
    is_first_round: bool
    begun: int
    member: int = 0
    """Of groups: the last member of the group `after` that was sent; 0: all of it was."""

    def moved(self, after: int, member: int = 0) -> Place:
        """The same round further on."""
        return replace(self, after=after, member=member)


def check(ask: Ask) -> None:
    """Returns when the options may be asked of a delta; GraphRefused as the dialect says."""
    try:
        advanced.delta_ids(ask.options)
    except QueryError as error:
        raise refused(error) from None


def only_ids(ask: Ask) -> frozenset[str] | None:
    """The object ids that the filter names; None without a filter; GraphRefused for another filter, or too many."""
    if ask.options.filter is None:
        return None
    try:
        return frozenset(advanced.delta_ids(ask.options))
    except QueryError as error:
        raise refused(error) from None


def numbers(ask: Ask, only: frozenset[str]) -> list[int]:
    """The numbers of the users of these object ids."""
    return list(graph_users.numbers(ask.tenant_id, sorted(only)).values())


def place(ask: Ask) -> Place | None:
    """Where the request stands; None: it wants a link from now on only. GraphRefused 410 for a token that is too old."""
    options = ask.options
    if options.deltatoken is not None and options.deltatoken.lower() == "latest":
        return None
    text = options.deltatoken or options.skiptoken
    if text is None:
        return Place(feed.end(ask.tenant_id), 0, True, clock.machine_now())
    said = paging.opened(ask, DELTA if options.deltatoken else paging.SKIP, text).position
    if len(said) != FIELDS or not all(isinstance(one, int) for one in said):
        raise GraphRefused(400, BAD_REQUEST, "The provided token is not valid for this request.")
    seq, after, begun, member, is_first = (int(one) for one in said)
    if clock.machine_now() - begun > KEPT or seq > feed.end(ask.tenant_id):
        raise gone()
    return Place(seq, after, bool(is_first), begun, member)


def gone() -> GraphRefused:
    """The round cannot go on: the client reads everything again."""
    return GraphRefused(410, "syncStateNotFound", TOO_OLD)


def _token(ask: Ask, kind: str, where: Place) -> str:
    return paging.seal(ask, kind, (where.seq, where.after, where.begun, where.member, int(where.is_first_round)))


def rows(ask: Ask, where: Place) -> list[feed.Change]:
    """The next rows of the journal; GraphRefused 410 when everything was loaded anew in between."""
    found = feed.after(ask.tenant_id, where.seq, feed.end(ask.tenant_id), ROWS)
    if any(row.kind == "baseline" for row in found):
        raise gone()
    return found


def _page(ask: Ask, context: str, values: Sequence[Json], name: str, token: str) -> Answer:
    option = "$skiptoken" if name == "nextLink" else "$deltatoken"
    body: Json = {
        "@odata.context": f"{ask.base}/$metadata#{context}",
        f"@odata.{name}": link(ask.base, ask.segments, ask.pairs, option, token),
        "value": list(values),
    }
    return Answer(body=body)


def more(ask: Ask, context: str, values: Sequence[Json], where: Place) -> Answer:
    """A page with a link to the next."""
    return _page(ask, context, values, "nextLink", _token(ask, paging.SKIP, where))


def done(ask: Ask, context: str, values: Sequence[Json], seq: int) -> Answer:
    """The last page, with the link to what changes from `seq` on."""
    token = _token(ask, DELTA, Place(seq, 0, False, clock.machine_now()))
    return _page(ask, context, values, "deltaLink", token)


def from_now(ask: Ask, context: str) -> Answer:
    """No objects, and the link to what changes from now on."""
    return done(ask, context, (), feed.end(ask.tenant_id))


def after_rows(ask: Ask, context: str, values: Sequence[Json], where: Place, read: Sequence[feed.Change]) -> Answer:
    """The page of changes that these rows are: there is more as long as a page was full."""
    if len(read) < ROWS:
        return done(ask, context, values, read[-1].seq if read else where.seq)
    return more(ask, context, values, replace(where, seq=read[-1].seq))


def removed(state: tuple[str, bool] | None, words: str | None) -> list[Json]:
    """`changed`: it can be restored; `deleted`: it is gone for good."""
    if state is not None:
        return [{"id": state[0], "@removed": {"reason": "changed"}}]
    object_id = changed.object_id_of(words)
    return [] if object_id is None else [{"id": object_id, "@removed": {"reason": "deleted"}}]
