"""Bytes to text: finds out how a file is encoded and opens it as a stream of characters.

Never reads a file whole into memory, and never leaves one open behind a finished iteration.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from licentia.domain.reasons import BadInput

Source = str | Path | Callable[[], BinaryIO]
"""A file by its path, or a function that opens it from its beginning each time it is called."""

_HEAD_BYTES: Final = 65_536
_CHUNK_BYTES: Final = 1 << 20

_MAGIC: Final = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"\x1f\x8b", "gzip"),
    (b"%PDF", "pdf"),
    (b"SQLite format 3\x00", "sqlite"),
)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Controls that no text file has: all below space but tab, line feed, vertical tab, form feed and return.
_CONTROLS: Final = bytes(set(range(32)) - {9, 10, 11, 12, 13})


@dataclass(frozen=True, slots=True)
class TextSource:
    """A source whose encoding is known. Undecodable bytes become U+FFFD, so reading it never fails on one."""

    source: Source
    encoding: str

    @contextmanager
    def open(self) -> Iterator[TextIO]:
        """The text from its beginning, line ends as they stand; BadInput `unreadable_file` when it fails."""
        with opened(self.source) as stream:
            text = io.TextIOWrapper(stream, encoding=self.encoding, errors="replace", newline="")
            try:
                yield text
            finally:
                text.close()


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """The bytes of a source from its beginning; BadInput `unreadable_file` when they cannot be read."""
    try:
        with source() if callable(source) else open(source, "rb") as stream:
            yield stream
    except OSError as error:
        name = "" if callable(source) else str(source)
        raise BadInput("unreadable_file", name=name, detail=error.strerror or str(error)) from error


def find_encoding(source: Source) -> TextSource:
    """The source with its encoding: by its mark, UTF-16 by its zero bytes, UTF-8, else Windows-1252.

    BadInput `empty_file` for no bytes at all, `not_text` (`kind`: zip, xlsx, xls, gzip, pdf, sqlite, binary)
    for what is no text, `unreadable_file` (`name`, `detail`) when it cannot be opened.
    """
    with opened(source) as stream:
        head = _read_head(stream)
        if not head:
            raise BadInput("empty_file")
        _refuse_known_formats(head)
        encoding = next((name for mark, name in _MARKS if head.startswith(mark)), None) or _wide(head)
        if encoding is None:
            _refuse_binary(head)
            encoding = "utf-8" if _is_utf_8(head, stream) else None
    if encoding is None:
        encoding = "utf-8" if _is_damaged_utf_8(source) else "cp1252"
    return TextSource(source, encoding)


def _read_head(stream: BinaryIO) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size < _HEAD_BYTES and (part := stream.read(_HEAD_BYTES - size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _refuse_known_formats(head: bytes) -> None:
    kind = next((name for magic, name in _MAGIC if head.startswith(magic)), None)
    if kind == "zip" and (b"xl/" in head or b"[Content_Types].xml" in head):
        kind = "xlsx"
    if kind is not None:
        raise BadInput("not_text", kind=kind)


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: in text of European languages every other byte is zero."""
    even, odd = head[0::2], head[1::2]
    zeros_even, zeros_odd = even.count(0), odd.count(0)
    half = len(even) / 2
    if zeros_odd > half and zeros_even < zeros_odd / 10:
        return "utf-16-le"
    if zeros_even > half and zeros_odd < zeros_even / 10:
        return "utf-16-be"
    return None


def _refuse_binary(head: bytes) -> None:
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > len(head) / 20 + 8:
        raise BadInput("not_text", kind="binary")


def _is_utf_8(head: bytes, stream: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    block = head
    try:
        while block:
            decoder.decode(block)
            block = stream.read(_CHUNK_BYTES)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged_utf_8(source: Source) -> bool:
    """Whether a file that is not UTF-8 was meant to be: cut in a character, or with far more good than bad.

    In Windows-1252 it happens once in a while that two letters look like one in UTF-8, never that most do.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = 0
    with opened(source) as stream:
        while block := stream.read(_CHUNK_BYTES):
            text = decoder.decode(block)
            replaced = text.count("\N{REPLACEMENT CHARACTER}")
            bad += replaced
            good += len(text) - len(text.encode("ascii", "ignore")) - replaced
    bad += len(decoder.decode(b"", final=True))
    return bad <= max(min(good, 1), good // 4)
