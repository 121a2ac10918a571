"""The ways a CSV can be dressed or damaged: encodings, delimiters, quotes, cuts, and sizes."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licentia.domain.catalog import load
from licentia.domain.reasons import BadInput
from licentia.importing.encoding import find_encoding
from licentia.importing.rows import RowError, UserRow
from licentia.importing.userfile import read_user_file

MIB = 1 << 20
CELL = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], include_characters=" \n,;\t\"'|éë€"),
    max_size=12,
)
NAMES = st.from_regex(r"[a-z][a-z0-9.'_-]{0,8}@[a-z]{1,8}\.[a-z]{2,3}", fullmatch=True)


class Stream(io.RawIOBase):
    """Bytes made while they are read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        self._rest = self._rest or next(self._parts, b"")
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def streamed(parts: Iterator[bytes]) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(Stream(parts)))


def read(content: bytes) -> list[UserRow | RowError]:
    return list(read_user_file(lambda: io.BytesIO(content), load()).rows())


def outcome(content: bytes) -> list[tuple[int, str]]:
    """Line and either the user or the error code of each row."""
    return [(r.line, r.code if isinstance(r, RowError) else r.user_principal_name) for r in read(content)]


WIDE = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
# Letters that no two of them look like one in UTF-8.
NARROW_CELL = st.text(st.sampled_from("abc éëü,;\t\"'\n"), max_size=12)


def tables(cells: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, str, str]]]:
    return st.lists(st.tuples(NAMES, cells, cells), max_size=6, unique_by=lambda row: row[0])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    dressed=st.tuples(WIDE, tables(CELL)) | st.tuples(st.just("cp1252"), tables(NARROW_CELL)),
    delimiter=st.sampled_from([",", ";", "\t"]),
    ends=st.sampled_from(["\r\n", "\n"]),
    says_sep=st.booleans(),
)
def test_any_table_in_any_dress_comes_back(
    dressed: tuple[str, list[tuple[str, str, str]]], delimiter: str, ends: str, says_sep: bool
) -> None:
    """Rows written in any encoding with any delimiter are the rows that are read."""
    encoding, table = dressed
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ends)
    writer.writerow(["User principal name", "Display name", "Department"])
    writer.writerows(table)
    top = f"sep={delimiter}{ends}" if says_sep else ""
    found = read((top + text.getvalue()).encode(encoding))
    assert [
        (row.user_principal_name, row.display_name, row.department) for row in found if isinstance(row, UserRow)
    ] == [(name, first.strip() or None, second.strip() or None) for name, first, second in table]
    assert len(found) == len(table)


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"UPN,Licenses\n", b'{"value":[', b"\xff\xfe", b"["]))
def test_no_bytes_break_the_reader(noise: bytes, start: bytes) -> None:
    """Whatever the bytes: rows, row errors, or one refusal with a code."""
    with suppress(BadInput):
        assert all(isinstance(row, UserRow | RowError) for row in read(start + noise))


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.text(st.sampled_from("\",@ax\x00\t '"), max_size=12)),
        min_size=1,
        max_size=4,
    )
)
def test_no_line_takes_others_with_it(intruders: list[tuple[int, str]]) -> None:
    """Whatever lines stand between good rows: every good row is read."""
    good = [f"user{n}@contoso.com,Name,Place" for n in range(10)]
    lines = list(good)
    for place, text in intruders:
        lines.insert(place, text)
    found = read("\r\n".join(["UPN,Display name,City", *lines]).encode())
    names = {row.user_principal_name for row in found if isinstance(row, UserRow)}
    assert names >= {line.partition(",")[0] for line in good}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04....[Content_Types].xml....", "xlsx"),
        (b"PK\x03\x04....users.csv", "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"%PDF-1.7", "pdf"),
        (bytes(range(32)) * 40, "binary"),
    ],
)
def test_what_is_no_text_is_named(content: bytes, kind: str) -> None:
    """A workbook is refused by its first bytes, before anything is read from it."""
    with pytest.raises(BadInput) as caught:
        read(content)
    assert (caught.value.code, caught.value.details) == ("not_text", {"kind": kind})


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    """The refusal has the name and what the system said."""
    with pytest.raises(BadInput) as caught:
        read_user_file(tmp_path / "none.csv", load())
    assert caught.value.code == "unreadable_file"
    assert caught.value.details["name"] == str(tmp_path / "none.csv")
    assert caught.value.details["detail"] == "No such file or directory"


def test_a_file_by_its_path(tmp_path: Path) -> None:
    """A path or its text is opened anew for every reading and closed after it."""
    path = tmp_path / "users.csv"
    path.write_bytes(b"upn\na@b.c\n")
    file = read_user_file(str(path), load())
    assert len(list(file.rows())) == len(list(file.rows())) == 1
    unfinished = read_user_file(path, load()).rows()
    next(unfinished)
    del unfinished


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"upn\n", "utf-8"),
        (b"\xef\xbb\xbfupn\n", "utf-8-sig"),
        ("upn,naam\nx,José\n".encode("cp1252"), "cp1252"),
        ("upn,naam\nx,José".encode("cp1252"), "cp1252"),
        ("upn,naam\nx,José\ny,Zoë".encode()[:-1], "utf-8"),
        ("upn,naam\nx,José\n".encode() + b"\xff\n", "utf-8"),
        ("upn,naam\nx,Spaß”, Zoë, José\n".encode("cp1252"), "cp1252"),
        ("upn\n".encode("utf-16-le"), "utf-16-le"),
        ("upn\n".encode("utf-16-be"), "utf-16-be"),
        ("upn\n".encode("utf-16"), "utf-16"),
    ],
)
def test_encodings_are_found(content: bytes, encoding: str) -> None:
    """Windows-1252 is the last guess; UTF-8 that is cut or damaged later on stays UTF-8."""
    assert find_encoding(lambda: io.BytesIO(content)).encoding == encoding


def test_half_a_file_keeps_its_whole_rows() -> None:
    """A file cut in the middle of a row loses that row, with a reason."""
    whole = b'UPN,Licenses,Department\r\na@b.c,SPE_E3,"x"\r\nb@b.c,SPE_E3,"y"\r\n'
    assert outcome(whole[:48]) == [(2, "a@b.c"), (3, "wrong_column_count")]
    assert outcome(whole[:-4]) == [(2, "a@b.c"), (3, "bad_quoting")]
    wide = "UPN,Department\r\na@b.c,é\r\n".encode("utf-16")
    assert outcome(wide[:-1])[0][0] == 2


def test_zero_bytes_stay_in_their_row() -> None:
    """A row with a zero character is an error of that row."""
    content = b"UPN,Department\na@b.c,x\x00y\nb\x00@b.c,x\nc@b.c,x\n"
    assert outcome(content) == [(2, "bad_value"), (3, "bad_user_name"), (4, "c@b.c")]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        # Opened and never closed: the rows after it stand.
        (b'UPN,D,L\na@b.c,"x,\nb@b.c,y,\nc@b.c,z,\n', [(2, "bad_quoting"), (3, "b@b.c"), (4, "c@b.c")]),
        # Closed again by a later stray quote: still no row is swallowed.
        (
            b'UPN,D,L\na@b.c,"x,\nb@b.c,y,\nc@b.c,z",\nd@b.c,,\n',
            [(2, "bad_quoting"), (3, "b@b.c"), (4, "c@b.c"), (5, "d@b.c")],
        ),
        # A quote inside a word is a letter; text after a closing quote is not.
        (b'UPN,D\na@b.c,6" d\nb@b.c,"6" d\nc@b.c,x\n', [(2, "a@b.c"), (3, "bad_quoting"), (4, "c@b.c")]),
        # A real line end inside quotes.
        (b'UPN,D\na@b.c,"x\ny"\nb@b.c,z\n', [(2, "a@b.c"), (4, "b@b.c")]),
        (b"UPN,D\ra@b.c,x\rb@b.c,y\r", [(2, "a@b.c"), (3, "b@b.c")]),
        (b"#TYPE Selected.User\r\n\"UPN\",\"D\"\r\n\"a@b.c\",\"x\"\r\n", [(3, "a@b.c")]),
        (b'sep=|\r\nUPN|D\r\na@b.c|"x|y"\r\n', [(3, "a@b.c")]),
        (b'"User\nprincipal name",D\na@b.c,x\n', [(3, "a@b.c")]),
    ],
)  # fmt: skip
def test_stray_quotes_and_line_ends(content: bytes, found: list[tuple[int, str]]) -> None:
    """A bad row costs itself; lines are counted as an editor does."""
    assert outcome(content) == found


def test_a_header_that_is_too_long_or_never_closed() -> None:
    """What cannot be a header ends the reading at once."""
    with pytest.raises(BadInput) as caught:
        read(b"x" * (2 * MIB))
    assert (caught.value.code, caught.value.details) == ("line_too_long", {"line": 1})
    with pytest.raises(BadInput) as caught:
        read(b'upn,"' + b"x\n" * 100_000)
    assert caught.value.code == "bad_quoting"


def test_a_line_of_many_megabytes_costs_its_row_and_no_memory() -> None:
    """A line over the bound is passed by, not held."""

    def parts() -> Iterator[bytes]:
        yield b"UPN,D\na@b.c,x\nb@b.c,"
        for _ in range(128):
            yield b"y" * 65_536
        yield b"\nc@b.c,z\n"

    file = read_user_file(lambda: streamed(parts()), load())
    tracemalloc.start()
    found = [(r.line, r.code if isinstance(r, RowError) else r.user_principal_name) for r in file.rows()]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [(2, "a@b.c"), (3, "line_too_long"), (4, "c@b.c")]
    assert peak < 5 * MIB


def test_a_cell_over_the_bound_costs_its_row() -> None:
    """So does a cell that is longer than any cell may be."""
    content = b"UPN,D\na@b.c," + b"x" * 200_000 + b"\nb@b.c,y\n"
    assert outcome(content) == [(2, "line_too_long"), (3, "b@b.c")]


def test_memory_does_not_grow_with_the_rows() -> None:
    """A hundred thousand rows are read in the memory of a few, but for a fingerprint of each name."""

    def parts() -> Iterator[bytes]:
        yield b"User principal name,Display name,Licenses\r\n"
        for n in range(0, 100_000, 100):
            yield b"".join(b"user%d@contoso.com,User %d,SPE_E3\r\n" % (i, i) for i in range(n, n + 100))

    file = read_user_file(lambda: streamed(parts()), load())
    tracemalloc.start()
    count = sum(isinstance(row, UserRow) for row in file.rows())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 100_000
    assert peak < 8 * MIB


def test_a_read_that_fails_halfway() -> None:
    """A disk or share that goes away while rows are read is a refusal with a code."""

    def parts() -> Iterator[bytes]:
        yield b"\xef\xbb\xbfUPN\n" + b"".join(b"u%d@b.c\n" % n for n in range(20_000))
        raise OSError(5, "Input/output error")

    file = read_user_file(lambda: streamed(parts()), load())
    with pytest.raises(BadInput) as caught:
        list(file.rows())
    assert (caught.value.code, caught.value.details["detail"]) == ("unreadable_file", "Input/output error")
