"""Keys of names: how people are found and sorted alike on both databases. Computed once, stored.

Pure text; no name is changed for showing.
"""

from __future__ import annotations

import unicodedata

PARTICLES = frozenset(
    [
        "van",
        "de",
        "der",
        "den",
        "het",
        "'t",
        "te",
        "ter",
        "ten",
        "op",
        "in",
        "'s",
        "aan",
        "bij",
        "onder",
        "over",
        "uit",
        "von",
        "vom",
        "zu",
        "zum",
        "la",
        "le",
        "du",
        "des",
        "da",
        "dos",
    ]
)
"""Dutch surname particles (and the ones Dutch lists treat alike): "Anna van der Berg" sorts under Berg."""

_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def plain(text: str) -> str:
    """The text without marks and letter case: NFKD, combining marks dropped, case folded."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", text)
    kept = "".join(ch for ch in spread if not unicodedata.combining(ch))
    return kept.casefold().translate(_PLAIN)


def principal_key(name: str) -> str:
    """A user principal name as compared: case folded, marks kept."""
    return name.strip().casefold()


def sort_key(display_name: str) -> str:
    """Surname first without its particles, then the rest: how a Dutch list sorts people; others by their name.

    "Berg, Anna van der" and "van der Berg, Anna" sort as "Anna van der Berg" does.
    """
    last, comma, given = plain(display_name).partition(",")
    words = [*given.split(), *last.split()] if comma and given.strip() else plain(display_name).split()
    if len(words) < 2:
        return " ".join(words)
    first, rest = words[0], words[1:]
    while len(rest) > 1 and rest[0] in PARTICLES:
        rest = rest[1:]
    return " ".join((*rest, first))


def search_key(display_name: str, principal_name: str) -> str:
    """What a search looks through."""
    return f"{plain(display_name)} {plain(principal_name)}"
