"""The file of bad rows that goes back to its writer."""

from __future__ import annotations

import csv
import io

from licentia.importing.badrows import write_bad_rows
from licentia.importing.rows import RowError


def test_rows_come_back_with_line_and_reason() -> None:
    """The cells as they stood, in a file a spreadsheet opens."""
    stream = io.StringIO(newline="")
    rows = [
        (RowError(7, "bad_user_name", {}, ("anna", 'a "b"\nc')), "Not a user name."),
        (RowError(9, "x"), "Odd."),
    ]
    assert write_bad_rows(rows, ("UPN", "Note"), stream) == 2
    assert list(csv.reader(io.StringIO(stream.getvalue(), newline=""))) == [
        ["Line", "Reason", "UPN", "Note"],
        ["7", "Not a user name.", "anna", 'a "b"\nc'],
        ["9", "Odd."],
    ]
    assert stream.getvalue().endswith("Odd.\r\n")


def test_no_cell_is_a_formula() -> None:
    """Cells that a spreadsheet would compute get an apostrophe; others stay as they are."""
    stream = io.StringIO(newline="")
    cells = ("=1+1", "+31", "-x", "@a", "\tx", "\rx", "a=b", "", "'x")
    write_bad_rows([(RowError(1, "x", {}, cells), "=now()")], ("=h",), stream)
    header, row = csv.reader(io.StringIO(stream.getvalue(), newline=""))
    assert header[2] == "'=h"
    assert row[1:] == ["'=now()", "'=1+1", "'+31", "'-x", "'@a", "'\tx", "'\rx", "a=b", "", "'x"]
