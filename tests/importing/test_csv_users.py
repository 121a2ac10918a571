"""Users from the admin center's export and from plain tables."""

from __future__ import annotations

import io

import pytest

from licentia.domain.catalog import load
from licentia.domain.facts import SourceKind
from licentia.domain.instants import to_iso
from licentia.domain.reasons import BadInput
from licentia.importing.names import folded, words
from licentia.importing.rows import Family, LicenseRow, RowError, UserFile, UserRow
from licentia.importing.userfile import read_user_file

E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
EMS = "efccb6f7-5641-4e0e-bd10-b4976e1bf68e"
POWER_BI = "f8a1db68-be16-40ed-86d5-cb42ce701560"
EXPORT_HEADER = (
    "Block credential,City,Country/Region,Department,DirSyncEnabled,Display name,Fax,First name,"
    "Last dirsync time,Last name,Last password change time stamp,License assignment details,Licenses,"
    "Mobile Phone,Oath token metadata,Object Id,Office,Password never expires,Phone number,Postal code,"
    "Preferred data location,Preferred language,Proxy addresses,Release track,Soft deletion time stamp,"
    "State,Street address,Strong password required,Title,Usage location,User principal name,When created"
)
ANNA = (
    "False,Utrecht,Netherlands,Finance,True,Anna Jansen,,Anna,,Jansen,2023-04-05 08:15:00Z,,"
    "Enterprise Mobility + Security E3+Microsoft 365 E3,,,6E7B768E-07E2-4810-8459-485F84F8F204,,False,,,,"
    'nl-NL,SMTP:anna@contoso.com,,,,"Damrak 1\n1012 LG",True,,NL,anna@contoso.com,2023-04-05 08:15:00Z'
)
BRAM = (
    "True,,,,,Bram,,,,,,,Unlicensed,,,7e7b768e-07e2-4810-8459-485f84f8f204,,,,,,,,,,,,,,,bram@contoso.com,"
    "4/5/2023 8:15:00 AM"
)


def opened(text: str, encoding: str = "utf-8") -> UserFile:
    return read_user_file(lambda: io.BytesIO(text.encode(encoding)), load())


def rows(text: str) -> list[UserRow | RowError]:
    return list(opened(text).rows())


def users(text: str) -> list[UserRow]:
    found = rows(text)
    assert all(isinstance(row, UserRow) for row in found), found
    return [row for row in found if isinstance(row, UserRow)]


def errors(text: str) -> list[tuple[int, str, dict[str, object]]]:
    return [(row.line, row.code, row.details) for row in rows(text) if isinstance(row, RowError)]


def refusal(text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        list(opened(text).rows())
    return caught.value


def test_an_export_of_the_admin_center_is_understood() -> None:
    """It states account and licenses, and no path: a license of it has an unknown one."""
    file = opened("\r\n".join([EXPORT_HEADER, ANNA, BRAM, ""]))
    anna, bram = file.rows()
    assert file.form == "users-csv"
    assert file.families == {Family.ACCOUNT, Family.LICENSES}
    assert not file.paths_known
    assert file.header == tuple(EXPORT_HEADER.split(","))
    assert file.fields == {
        "account_enabled", "department", "is_synced", "display_name", "licenses", "object_id",
        "usage_location", "user_principal_name", "created_at",
    }  # fmt: skip
    assert anna == UserRow(
        line=2,
        user_principal_name="anna@contoso.com",
        object_id="6e7b768e-07e2-4810-8459-485f84f8f204",
        display_name="Anna Jansen",
        account_enabled=True,
        usage_location="NL",
        department="Finance",
        created_at=1_680_682_500_000_000,
        is_synced=True,
        licenses=(LicenseRow(EMS, SourceKind.UNKNOWN), LicenseRow(E3, SourceKind.UNKNOWN)),
    )
    assert isinstance(bram, UserRow)
    assert (bram.line, bram.account_enabled, bram.licenses, bram.is_synced) == (4, False, (), None)
    assert bram.created_at == anna.created_at


def test_rows_start_again() -> None:
    """Each call of rows reads the file from its beginning, duplicates of another reading forgotten."""
    file = opened(f"{EXPORT_HEADER}\n{BRAM}\n")
    assert list(file.rows()) == list(file.rows())


def test_a_plain_table_needs_a_user_column_only() -> None:
    """What a file has no column for is not stated; licenses without the column are not "none"."""
    file = opened("UPN\nanna@contoso.com\n")
    assert file.form == "plain-csv"
    assert file.families == {Family.ACCOUNT}
    assert file.fields == {"user_principal_name"}
    assert list(file.rows()) == [UserRow(2, "anna@contoso.com")]


def test_dutch_headers_and_words() -> None:
    """The alias table speaks Dutch: headers, yes and no, and unlicensed."""
    text = (
        "Gebruikersnaam;Weergavenaam;Licenties;Ingeschakeld;Afdeling;Gemaakt op\r\n"
        "anna@contoso.nl;Anna;SPE_E3;WAAR;Financiën;5-4-2023 08:15\r\n"
        "bram@contoso.nl;Bram;Zonder licentie;onwaar;;\r\n"
    )
    anna, bram = users(text)
    assert anna.account_enabled is True
    assert anna.licenses == (LicenseRow(E3, SourceKind.UNKNOWN),)
    assert anna.created_at is not None
    assert to_iso(anna.created_at) == "2023-04-05T08:15:00Z"
    assert (bram.account_enabled, bram.licenses, bram.department) == (False, (), None)


@pytest.mark.parametrize("field", ["user_principal_name", "licenses", "block_credential", "deleted_at"])
def test_every_header_of_the_table_is_found_in_any_dress(field: str) -> None:
    """Case, blanks and punctuation do not matter, and no two fields share a header."""
    names = [name for name, (found, _) in words().columns.items() if found == field]
    assert names
    assert all(folded(name.upper().replace("e", "-e ")) == name for name in names)


@pytest.mark.parametrize(
    ("column", "cell", "enabled"),
    [
        ("Block credential", "True", False),
        ("Block credential", "False", True),
        ("Block credential", "Blocked", False),
        ("Geblokkeerd", "nee", True),
        ("Enabled", "Blocked", False),
        ("Enabled", "yes", True),
        ("Sign-in status", "Sign-in allowed", True),
        ("Account enabled", "", None),
    ],
)
def test_blocked_and_enabled_are_opposites(column: str, cell: str, enabled: bool | None) -> None:
    """A word about the account means the same whatever the column asks; an empty cell states nothing."""
    assert users(f"upn,{column}\na@b.c,{cell}\n")[0].account_enabled is enabled


def test_enabled_under_block_credential_is_not_guessed() -> None:
    """Whether the account or its block is enabled cannot be told."""
    assert errors("upn,Block credential\na@b.c,enabled\n") == [
        (2, "bad_value", {"column": "Block credential", "text": "enabled"})
    ]


def test_bad_rows_cost_themselves_only() -> None:
    """Each bad row comes with its line and reason; the rows around it stand."""
    text = (
        "Object Id,UPN,Licenses,Usage location,User type,Soft deletion time stamp\n"
        ",anna@contoso.com,SPE_E3,NL,Member,\n"
        ",,,,,\n"
        "\n"
        ",,SPE_E3,,,\n"
        ",anna,,,,\n"
        ",Anna <anna@contoso.com>,,,,\n"
        "12,a@b.c,,,,\n"
        ",b@b.c,Nonsense+SPE_E3+Rubbish,,,\n"
        ",c@b.c,,Netherlands,,\n"
        ",d@b.c,,,Robot,\n"
        ",e@b.c,,,,2024-01-01\n"
        ",f@b.c\n"
        ",g@b.c,,,,,,x\n"
        ",0123456789ABCDEF0123456789ABCDEF,,,,\n"
        ",ANNA@contoso.com,,,,\n"
        ",bram@contoso.com,,,,,,\n"
    )
    assert errors(text) == [
        (5, "no_user_name", {}),
        (6, "bad_user_name", {"text": "anna"}),
        (7, "bad_user_name", {"text": "Anna <anna@contoso.com>"}),
        (8, "bad_object_id", {"text": "12"}),
        (9, "unknown_license", {"text": "Nonsense, Rubbish"}),
        (10, "bad_value", {"column": "Usage location", "text": "Netherlands"}),
        (11, "bad_value", {"column": "User type", "text": "Robot"}),
        (12, "deleted_user", {"text": "2024-01-01"}),
        (13, "wrong_column_count", {"expected": 6, "found": 2}),
        (14, "wrong_column_count", {"expected": 6, "found": 8}),
        (15, "concealed_name", {"text": "0123456789ABCDEF0123456789ABCDEF"}),
        (16, "duplicate_user", {"first_line": 2, "user": "ANNA@contoso.com"}),
    ]
    good = [row.user_principal_name for row in rows(text) if isinstance(row, UserRow)]
    assert good == ["anna@contoso.com", "bram@contoso.com"]


def test_one_object_id_is_one_user() -> None:
    """A second name for an object id is a duplicate too; a bad row does not count as the first."""
    ident = "6e7b768e-07e2-4810-8459-485f84f8f204"
    text = f"upn,object id,enabled\na@b.c,{ident},maybe\na@b.c,{ident},yes\nb@b.c,{ident.upper()},yes\n"
    assert errors(text) == [
        (2, "bad_value", {"column": "enabled", "text": "maybe"}),
        (4, "duplicate_user", {"first_line": 3, "user": "b@b.c"}),
    ]


@pytest.mark.parametrize(
    ("cell", "products"),
    [
        ("", []),
        ("Unlicensed", []),
        ("Microsoft 365 E3", [E3]),
        ("SPE_E3", [E3]),
        (E3.upper(), [E3]),
        ("Microsoft 365 E3+Power BI Pro", [E3, POWER_BI]),
        ("Enterprise Mobility + Security E3+Power BI Pro", [EMS, POWER_BI]),
        ("Microsoft 365 E3 + Microsoft 365 E3", [E3]),
        ("SPE_E3; POWER_BI_PRO", [E3, POWER_BI]),
        ('"SPE_E3, POWER_BI_PRO"', [E3, POWER_BI]),
        ("00000000-0000-0000-0000-00000000abcd", ["00000000-0000-0000-0000-00000000abcd"]),
    ],
)
def test_license_cells(cell: str, products: list[str]) -> None:
    """Names, part numbers and GUIDs, joined with "+" or a separator; a GUID nobody knows is kept."""
    found = users(f"upn,licenses\na@b.c,{cell}\n")[0].licenses
    assert [row.sku_id for row in found] == products
    assert all(row.kind is SourceKind.UNKNOWN for row in found)


def test_a_name_of_two_products_is_asked_for_unless_one_is_owned() -> None:
    """Nobody is given a product by guess: the owned one is meant, else the candidates are listed."""
    text = "upn,licenses\na@b.c,Visio Plan 2\n"
    [(line, code, details)] = errors(text)
    assert (line, code, details["text"], details["n"]) == (2, "ambiguous_license", "Visio Plan 2", 2)
    candidates = details["candidates"]
    assert isinstance(candidates, tuple)
    _, owned = candidates[0]
    file = read_user_file(lambda: io.BytesIO(text.encode()), load(), owned=[owned])
    [row] = file.rows()
    assert isinstance(row, UserRow)
    assert row.licenses == (LicenseRow(owned, SourceKind.UNKNOWN),)


def test_whole_file_refusals() -> None:
    """What no row can be read from is refused with the details a sentence needs."""
    no_user = refusal("Naam;Kleur\nx;y\n")
    assert (no_user.code, no_user.details) == ("no_user_column", {"columns": ("Naam", "Kleur")})
    twice = refusal("upn,Licenses,LICENSES\na@b.c,,\n")
    assert (twice.code, twice.details) == ("duplicate_column", {"name": "LICENSES"})
    assert refusal("").code == "empty_file"
    assert refusal(" \r\n\r\n").code == "empty_file"
    assert refusal("sep=;\r\n").code == "empty_file"


def test_of_two_names_for_one_field_the_better_counts() -> None:
    """A mail address stands in for the user principal name only when that is not there."""
    assert users("Email,UPN\nx@mail.com,anna@contoso.com\n")[0].user_principal_name == "anna@contoso.com"
    assert users("Email,Other\nx@mail.com,y\n")[0].user_principal_name == "x@mail.com"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2023-04-05 08:15:00Z", "2023-04-05T08:15:00Z"),
        ("2023-04-05T10:15:00.1234567+02:00", "2023-04-05T08:15:00Z"),
        ("2023-04-05", "2023-04-05T00:00:00Z"),
        ("4/5/2023 8:15:00 AM", "2023-04-05T08:15:00Z"),
        ("4/5/2023 12:15:00 AM", "2023-04-05T00:15:00Z"),
        ("4/5/2023, 12:15 p.m.", "2023-04-05T12:15:00Z"),
        ("4/13/2023 8:15", "2023-04-13T08:15:00Z"),
        ("13/4/2023 08:15:30", "2023-04-13T08:15:30Z"),
        ("4/4/2023", "2023-04-04T00:00:00Z"),
        ("5-4-2023 08:15", "2023-04-05T08:15:00Z"),
        ("05.04.2023", "2023-04-05T00:00:00Z"),
        ("4/5/2023", None),
        ("4/5/2023 08:15", None),
        ("", None),
    ],
)
def test_dates(text: str, iso: str | None) -> None:
    """Every form is UTC unless it says otherwise; a date whose order cannot be told states nothing."""
    found = users(f'upn,When created\na@b.c,"{text}"\n')[0].created_at
    assert (found if found is None else to_iso(found)) == iso


@pytest.mark.parametrize(
    "text", ["soon", "2023-13-01", "31/31/2023", "4/5/2023 13:15 PM", "2023-04-05Tx", "31-2-2023", "4/5/23"]
)
def test_what_is_no_date_is_a_row_error(text: str) -> None:
    """A date that cannot be one is shown, not dropped."""
    assert errors(f"upn,When created\na@b.c,{text}\n") == [(2, "bad_value", {"column": "When created", "text": text})]
