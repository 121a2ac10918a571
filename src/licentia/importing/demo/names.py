"""Names of the demo tenant's people and things, and the user names made of them.

Never two equal user names: the number behind a name is computed from the index, not counted along the way.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from licentia.importing.demo.hashing import stream
from licentia.importing.demo.name_lists import CULTURES, DUTCH, SITES, Culture

_CYCLE: Final = 8191
"""Entries before names come round again; a prime, so that names and licenses do not march in step."""
_DUTCH_ENTRIES: Final = _CYCLE * 7 // 10
_FOLDED: Final = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "ı": "i", "đ": "d", "Đ": "D", "ø": "o"})


def folded(text: str) -> str:
    """The ASCII lower-case letters of a name: accents, blanks, apostrophes and hyphens are gone."""
    plain = unicodedata.normalize("NFKD", text.translate(_FOLDED))
    return "".join(letter for letter in plain.lower() if "a" <= letter <= "z")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One place in the cycle: `rank` is its place among the `sharing` entries with the same `base`."""

    first_names: tuple[str, ...]
    turn: int
    surname: str
    base: str
    rank: int
    sharing: int


class People:
    """The names of persons by index: any index, in any order, at the same price."""

    def __init__(self, seed: int) -> None:
        self._entries = _entries(seed)

    def person(self, index: int) -> tuple[str, str]:
        """Display name and the part of the user name before the @, which no other index has."""
        lap, place = divmod(index, _CYCLE)
        entry = self._entries[place]
        names = entry.first_names
        number = lap * entry.sharing + entry.rank
        base = entry.base if number == 0 else f"{entry.base}{number + 1}"
        return f"{names[(entry.turn + lap) % len(names)]} {entry.surname}", base


def _entries(seed: int) -> tuple[_Entry, ...]:
    """The cycle: seven in ten Dutch, and one in about ninety a person whose name another has too."""
    random = stream(seed, "names")
    pairs = random.sample(_combinations((DUTCH,)), _DUTCH_ENTRIES)
    pairs += random.sample(_combinations(CULTURES), _CYCLE - _DUTCH_ENTRIES)
    random.shuffle(pairs)
    for place in range(20, _CYCLE, 89):
        pairs[place] = pairs[place - 8]
    bases = [f"{folded(first[0])}.{surname_base}" for first, _, _, _, surname_base in pairs]
    sharing: dict[str, int] = {}
    ranks = []
    for base in bases:
        ranks.append(sharing.get(base, 0))
        sharing[base] = ranks[-1] + 1
    return tuple(
        _Entry(alternatives, turn, surname, base, rank, sharing[base])
        for (_, alternatives, turn, surname, _), base, rank in zip(pairs, bases, ranks, strict=True)
    )


def _combinations(cultures: tuple[Culture, ...]) -> list[tuple[str, tuple[str, ...], int, str, str]]:
    """Every first name with every surname of its culture: name, alternatives, turn, surname, folded."""
    found = []
    for culture in cultures:
        surnames = [(surname, folded(surname)) for surname in culture.surnames]
        for first in culture.first_names:
            initial = folded(first[0])
            alternatives = tuple(name for name in culture.first_names if folded(name[0]) == initial)
            turn = alternatives.index(first)
            found += [(first, alternatives, turn, surname, base) for surname, base in surnames]
    return found


def thing(kinds: tuple[str, ...], prefix: str, ordinal: int) -> tuple[str, str]:
    """Display name and user name of a mailbox, room or piece of equipment: kind, site, then a number."""
    lap, place = divmod(ordinal, len(kinds) * len(SITES))
    kind, site = kinds[place % len(kinds)], SITES[place // len(kinds)]
    number = "" if lap == 0 else str(lap + 1)
    base = f"{prefix}{folded(kind)}.{folded(site)}{number}"
    return f"{kind} {site} {number}".rstrip(), base
