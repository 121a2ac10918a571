"""Delta of groups: like users, with `members@delta` for who entered and who left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from licentia.graph_api import delta_links, people
from licentia.graph_api.asking import Answer, Ask
from licentia.graph_api.delta_links import Place
from licentia.graph_api.groups import bodies
from licentia.store.lists import changes_feed as feed
from licentia.store.lists import graph_groups as list_of
from licentia.store.lists import matching
from licentia.store.lists.filters import EVERYBODY
from licentia.wire import changed
from licentia.wire.bodies import Json
from licentia.wire.entities import GROUP

TOP: Final = 100
MOST_MEMBERS: Final = 1_000
"""Members on a page: a larger group comes again on the next, with more of them."""
DELTA: Final = "members@delta"
_USER: Final = "#microsoft.graph.user"


def groups(ask: Ask) -> Answer:
    """A page of the first round, or of what changed since a deltaLink."""
    delta_links.check(ask)
    select = tuple(name for name in ask.options.select if name.lower() != "members")
    has_members = not ask.options.select or len(select) < len(ask.options.select)
    names = ("id",) if ask.options.select and not select else people.chosen(ask, GROUP, select)
    names = tuple(dict.fromkeys(("id", *names)))
    place = delta_links.place(ask)
    if place is None:
        return delta_links.from_now(ask, "groups")
    if place.is_first_round:
        return _first(ask, names, place, has_members=has_members)
    return _changes(ask, names, place, has_members=has_members)


def _first(ask: Ask, names: Sequence[str], place: Place, *, has_members: bool) -> Answer:
    """Groups by number; the page ends where it has enough members, inside a group if need be."""
    start = place.after - 1 if place.member else place.after
    only = _only(ask)
    hits = matching.groups(ask.tenant_id, EVERYBODY, after=(start,), top=TOP + 1)
    numbers = [hit.id for hit in hits] if only is None else [one for one in only if one > start]
    found = list_of.rows(ask.tenant_id, names, numbers[:TOP])
    values: list[Json] = []
    room = MOST_MEMBERS
    for one, body in zip(found, bodies(ask, found, names, is_sparse=True), strict=True):
        values.append(body)
        if not has_members:
            continue
        after = place.member if one.id == place.after else 0
        members = feed.members_after(ask.tenant_id, one.id, after, room + 1)
        if members:
            body[DELTA] = [{"@odata.type": _USER, "id": object_id} for _, object_id in members[:room]]
        if len(members) > room:
            return delta_links.more(ask, "groups", values, place.moved(one.id, members[room - 1][0]))
        room -= len(members)
        if room < 1:
            return delta_links.more(ask, "groups", values, place.moved(one.id))
    if len(numbers) > TOP:
        return delta_links.more(ask, "groups", values, place.moved(numbers[TOP - 1]))
    return delta_links.done(ask, "groups", values, place.seq)


def _only(ask: Ask) -> list[int] | None:
    only = delta_links.only_ids(ask)
    if only is None:
        return None
    return sorted(list_of.numbers(ask.tenant_id, sorted(only)).values())


@dataclass
class _Changed:
    what: set[str] = field(default_factory=set)
    words: str | None = None
    members: dict[int, str] = field(default_factory=dict)
    """By user, the row that said it last: entered or left."""
    gone: dict[int, str | None] = field(default_factory=dict)


def _changes(ask: Ask, names: Sequence[str], place: Place, *, has_members: bool) -> Answer:
    rows = delta_links.rows(ask, place)
    found: dict[int, _Changed] = defaultdict(_Changed)
    words: dict[int, str | None] = {}
    for row in rows:
        if row.object_kind == "group":
            found[row.object_id].what |= changed.of_group(row.kind, row.before, row.after)
            if row.kind == "group.delete" and row.after is None:
                found[row.object_id].words = row.before
        elif row.kind.startswith("member.") and has_members:
            group = changed.group_of(row.before, row.after)
            if group is not None:
                found[group].members[row.object_id] = row.kind
        elif row.kind == "user.gone":
            words[row.object_id] = row.before
    values = _bodies(ask, names, found, words)
    return delta_links.after_rows(ask, "groups", values, place, rows)


def _bodies(ask: Ask, names: Sequence[str], found: dict[int, _Changed], words: dict[int, str | None]) -> list[Json]:
    wanted = set(names) - {"id"}
    some = [
        number
        for number, one in found.items()
        if one.members or "*" in one.what or one.what & wanted or (one.what and not ask.options.select)
    ]
    state = feed.group_ids(ask.tenant_id, some)
    living = sorted(number for number in some if number in state and not state[number][1])
    rows = list_of.rows(ask.tenant_id, names, living)
    made = dict(zip((one.id for one in rows), bodies(ask, rows, names), strict=True))
    people_of = feed.object_ids(ask.tenant_id, sorted({user for number in some for user in found[number].members}))
    only = delta_links.only_ids(ask)
    values: list[Json] = []
    for number in some:
        one = found[number]
        if number not in made:
            values += delta_links.removed(state.get(number), one.words)
            continue
        body = made[number]
        if (ask.is_minimal and "*" not in one.what) or not one.what:
            body = {name: value for name, value in body.items() if name == "id" or name in one.what}
        members = [entry for user, kind in one.members.items() for entry in _member(user, kind, people_of, words)]
        values.append(body | ({DELTA: members} if members else {}))
    return [one for one in values if only is None or one["id"] in only]


def _member(user: int, kind: str, known: dict[int, tuple[str, bool]], words: dict[int, str | None]) -> list[Json]:
    object_id = known[user][0] if user in known else changed.object_id_of(words.get(user))
    if object_id is None:
        return []
    entry: Json = {"@odata.type": _USER, "id": object_id}
    return [entry if kind == "member.add" else entry | {"@removed": {"reason": "deleted"}}]
