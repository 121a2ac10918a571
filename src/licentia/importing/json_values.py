"""JSON read bit by bit: the objects of a list, of an answer's `value`, or of one object after another.

Never holds more than one object and a chunk of text; knows nothing of users.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final, NoReturn, TextIO

from licentia.domain.reasons import BadInput
from licentia.importing.encoding import TextSource

_CHUNK: Final = 1 << 18
LONGEST_VALUE: Final = 1 << 23
"""Characters of one object; a longer one is an error."""
_BLANKS: Final = re.compile(r"[ \t\r\n]*")
# An answer names its context or its list first; a user begins with a property of its own.
_ANSWER: Final = re.compile(r'\{[ \t\r\n]*"(?:@odata\.[A-Za-z.]{0,40}|value)"[ \t\r\n]*:')
_ANSWER_START: Final = 1_024

_decode = json.JSONDecoder().raw_decode


def read_objects(text: TextIO, answers: list[Mapping[str, object]] | None = None) -> Iterator[object]:
    """Every entry of every list and answer, and every object that stands alone, in order.

    `answers` gets what each answer says beside its `value`: where its next page is, for one.
    BadInput `bad_json` (`line`, `column`, `detail`) where the text stops being JSON.
    """
    scan = _Scan(text, answers)
    while sign := scan.peek():
        if sign == "[":
            yield from scan.entries()
        elif sign == "{":
            yield from scan.answer()
        else:
            scan.fail("expecting an object or a list")


def starts_as_json(source: TextSource) -> bool:
    """Whether the text begins as JSON does; a table's header never does."""
    with source.open() as text:
        return text.read(4_096).lstrip(" \t\r\n\ufeff")[:1] in ("{", "[")


class _Scan:
    """A text under a moving finger."""

    def __init__(self, text: TextIO, answers: list[Mapping[str, object]] | None = None) -> None:
        self._text = text
        self._answers = answers
        self._held = ""
        self._at = 0
        self._ended = False
        self._line = 1
        self._column = 1

    def peek(self) -> str:
        """The next character that is not blank, without taking it; "" at the end."""
        while True:
            match = _BLANKS.match(self._held, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._held):
                return self._held[self._at]
            if self._ended:
                return ""
            self._fill()

    def take(self, signs: str) -> str:
        """The next character that is not blank, which must be one of `signs`."""
        sign = self.peek()
        if not sign:
            self.fail("the text ends too early")
        if sign not in signs:
            self.fail(f"expecting {' or '.join(signs)}")
        self._at += 1
        return sign

    def entries(self) -> Iterator[object]:
        """The entries of the list that begins here."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            yield self.value()
            if self.take(",]") == "]":
                return

    def answer(self) -> Iterator[object]:
        """The entries of the answer that begins here; the object itself when it has no list named `value`."""
        while len(self._held) - self._at < _ANSWER_START and not self._ended:
            self._fill()
        if not _ANSWER.match(self._held, self._at):
            found = self.value()
            entries = found.get("value") if isinstance(found, dict) else None
            if isinstance(found, dict) and isinstance(entries, list):
                self._answered({name: value for name, value in found.items() if name != "value"})
            yield from entries if isinstance(entries, list) else (found,)
            return
        self.take("{")
        others: dict[str, object] = {}
        is_answer = False
        while True:
            if self.peek() != '"':
                self.fail("expecting a property name")
            name = str(self.value())
            self.take(":")
            if name == "value" and self.peek() == "[":
                is_answer = True
                yield from self.entries()
            else:
                others[name] = self.value()
            if self.take(",}") == "}":
                break
        if is_answer:
            self._answered(others)
        else:
            yield others

    def _answered(self, others: Mapping[str, object]) -> None:
        if self._answers is not None:
            self._answers.append(others)

    def value(self) -> object:
        """The value that begins here, whatever it is."""
        self.peek()
        while True:
            try:
                found, end = _decode(self._held, self._at)
            except RecursionError:
                self.fail("nested too deeply")
            except ValueError as error:
                if self._ended or len(self._held) - self._at > LONGEST_VALUE:
                    self._at = getattr(error, "pos", self._at)
                    self.fail(getattr(error, "msg", str(error)))
            else:
                # A number at the very end of what is held may go on.
                if end < len(self._held) or self._ended:
                    self._at = end
                    return found
            self._fill()

    def fail(self, detail: str) -> NoReturn:
        """Raise `bad_json` for the place under the finger."""
        self._pass()
        raise BadInput("bad_json", line=self._line, column=self._column, detail=detail) from None

    def _fill(self) -> None:
        self._pass()
        rest = self._held[self._at :]
        more = self._text.read(max(_CHUNK, len(rest)))
        self._ended = not more
        self._held, self._at = rest + more, 0

    def _pass(self) -> None:
        """Count the lines up to the finger."""
        done = self._held[: self._at]
        last = done.rfind("\n")
        self._line += done.count("\n")
        self._column = self._column + len(done) if last < 0 else len(done) - last
