"""Delta of users: a first round by number, then what the journal says has changed since, read as it is now.

An object may come more than once; a client applies what it gets, last writer first (licensing-facts 1.6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from licentia.graph_api import delta_groups, delta_links, people
from licentia.graph_api.asking import Answer, Ask
from licentia.store.lists import changes_feed as feed
from licentia.store.lists import graph_users as list_of
from licentia.store.lists import matching
from licentia.store.lists.filters import EVERYBODY
from licentia.wire import changed
from licentia.wire.bodies import Json
from licentia.wire.entities import USER

TOP: Final = 200

groups = delta_groups.groups


def users(ask: Ask) -> Answer:
    """A page of the first round, or of what changed since a deltaLink."""
    delta_links.check(ask)
    names = people.chosen(ask, USER)
    people.refuse_single(names)
    names = tuple(dict.fromkeys(("id", *names)))
    place = delta_links.place(ask)
    if place is None:
        return delta_links.from_now(ask, "users")
    if place.is_first_round:
        return _first(ask, names, place)
    return _changes(ask, names, place)


def _first(ask: Ask, names: Sequence[str], place: delta_links.Place) -> Answer:
    only = delta_links.only_ids(ask)
    hits = matching.users(ask.tenant_id, EVERYBODY, after=(place.after,), top=TOP + 1)
    numbers = [hit.id for hit in hits] if only is None else delta_links.numbers(ask, only)
    shown = numbers[:TOP]
    values = people.bodies(ask, list_of.rows(ask.tenant_id, names, shown), names, is_sparse=True)
    if len(numbers) > TOP:
        return delta_links.more(ask, "users", values, place.moved(shown[-1]))
    return delta_links.done(ask, "users", values, place.seq)


def _changes(ask: Ask, names: Sequence[str], place: delta_links.Place) -> Answer:
    rows = delta_links.rows(ask, place)
    found = _by_user(row for row in rows if row.object_kind == "user")
    values = _bodies(ask, names, found)
    return delta_links.after_rows(ask, "users", values, place, rows)


def _by_user(rows: Iterable[feed.Change]) -> dict[int, tuple[set[str], str | None]]:
    """By user, what changed of it, and its last words where it is gone for good."""
    what: dict[int, set[str]] = defaultdict(set)
    words: dict[int, str | None] = {}
    for row in rows:
        names = changed.of_user(row.kind, row.before, row.after)
        if names:
            what[row.object_id] |= names
        if row.kind == "user.gone":
            words[row.object_id] = row.before
    return {user: (names, words.get(user)) for user, names in what.items()}


def _bodies(ask: Ask, names: Sequence[str], found: dict[int, tuple[set[str], str | None]]) -> list[Json]:
    """Users who are there with what was selected, or only what changed; those who are not with the reason."""
    wanted = set(names) - {"id"}
    some = [user for user, (what, _) in found.items() if "*" in what or what & wanted or not ask.options.select]
    state = feed.object_ids(ask.tenant_id, some)
    living = [user for user in some if user in state and not state[user][1]]
    only = delta_links.only_ids(ask)
    people_found = list_of.rows(ask.tenant_id, names, living)
    made = dict(zip((one.id for one in people_found), people.bodies(ask, people_found, names), strict=True))
    values: list[Json] = []
    for user in some:
        if user in made:
            what = found[user][0]
            body = made[user]
            if ask.is_minimal and "*" not in what:
                body = {name: value for name, value in body.items() if name == "id" or name in what}
            values.append(body)
        else:
            values += delta_links.removed(state.get(user), found[user][1])
    return [one for one in values if only is None or one["id"] in only]
