"""Lists of users to work on."""

from __future__ import annotations

import io

import pytest

from licentia.domain.reasons import BadInput
from licentia.importing.rows import RowError
from licentia.importing.userlist import UserId, read_user_list

ID = "6e7b768e-07e2-4810-8459-485f84f8f204"


def read(text: str, encoding: str = "utf-8") -> list[tuple[int, str]]:
    """Line and either the user or the error code."""
    found = read_user_list(lambda: io.BytesIO(text.encode(encoding)))
    return [(row.line, row.code if isinstance(row, RowError) else row.text) for row in found]


def test_one_user_a_line() -> None:
    """Names and object ids, blank lines and remarks left out, a closing comma forgiven."""
    text = f'# leavers of May\r\n\r\n anna@contoso.com \r\n{ID.upper()}\r\n"bram@contoso.com",\r\nnobody\r\n'
    assert read(text) == [
        (3, "anna@contoso.com"), (4, ID), (5, "bram@contoso.com"), (6, "bad_user_name"),
    ]  # fmt: skip
    kinds = [row.is_object_id for row in read_user_list(lambda: io.BytesIO(text.encode())) if isinstance(row, UserId)]
    assert kinds == [False, True, False]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_list_in_any_encoding(encoding: str) -> None:
    """The list is opened as user files are."""
    assert read("zoë@contoso.com\nbram@contoso.com\n", encoding) == [
        (1, "zoë@contoso.com"),
        (2, "bram@contoso.com"),
    ]


def test_a_table_with_a_user_column() -> None:
    """The name counts where it is filled, else the object id."""
    header = "# from HR\nNaam;Gebruikersnaam;Object id\n"
    text = f"{header}Anna;anna@contoso.com;\n#Old;x;\nBram;;{ID}\nCarla;;\nDaan;d@b.c\n"
    assert read(text) == [
        (3, "anna@contoso.com"), (5, ID), (6, "no_user_name"), (7, "wrong_column_count"),
    ]  # fmt: skip


def test_a_header_of_one_column() -> None:
    """A known header is no user."""
    assert read("UPN\nanna@contoso.com\n") == [(2, "anna@contoso.com")]
    assert read(f"ObjectId\n{ID}\n") == [(2, ID)]


def test_concealed_names_are_said_to_be_so() -> None:
    """Reports with concealed names name nobody."""
    assert read("anna@contoso.com\n0123456789abcdef0123456789abcdef\n")[1] == (2, "concealed_name")


def test_a_long_line_costs_itself() -> None:
    """A line over the bound is passed by."""
    assert read("anna@contoso.com\n" + "x" * (3 << 20) + "\nbram@contoso.com\n") == [
        (1, "anna@contoso.com"), (2, "line_too_long"), (3, "bram@contoso.com"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_file"),
        ("\n# nothing\n", "empty_file"),
        ("Naam,Kleur\nx,y\n", "no_user_column"),
        ("x" * (2 << 20), "line_too_long"),
        ("UPN,UPN\n", "duplicate_column"),
    ],
)
def test_refusals(text: str, code: str) -> None:
    """A list that names nobody is refused as a whole, at the first step."""
    with pytest.raises(BadInput) as caught:
        next(read_user_list(lambda: io.BytesIO(text.encode())))
    assert caught.value.code == code
