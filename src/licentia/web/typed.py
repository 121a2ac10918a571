"""What somebody types into a form: numbers, read or refused with a sentence, and lines without what no key types."""

from __future__ import annotations

from licentia.domain.reasons import BadInput


def whole(text: str, name: str, low: int, high: int) -> int:
    """The whole number; BadInput `bad_number`, with the field's `name` in the reader's words, unless it is in between."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) < 12 and low <= int(digits) <= high):
        raise BadInput("bad_number", name=name, low=low, high=high)
    return int(digits)


def line(text: str) -> str:
    """The text as one line: blanks single, nothing that can't be shown (a NUL is none to PostgreSQL)."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
