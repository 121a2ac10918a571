"""The table maker against the traps of Microsoft's CSV: small nasty files in, exact tables out.

Never reads the real CSV: it is not part of the project.
"""

from __future__ import annotations

import importlib.util
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEADER = "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names"
AS_OF = date(2026, 7, 29)
SKU_A, SKU_B, SKU_C = (f"{digit * 8}-0000-4000-8000-000000000001" for digit in "abc")
PLAN_1, PLAN_2, PLAN_3 = (f"{digit * 8}-0000-4000-8000-000000000002" for digit in "123")


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_catalog", ROOT / "scripts" / "make_catalog.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


make_catalog = _load()


def tables(*lines: str, encoding: str = "utf-8", newline: str = "\n") -> dict[str, list[list[str]]]:
    """The generated files as lists of cells, header lines left out."""
    files = make_catalog.build(newline.join((HEADER, *lines, "")).encode(encoding), AS_OF)
    cells = {name: [line.split("\t") for line in content.decode().splitlines()] for name, content in files.items()}
    return {name: rows if name == "version.tsv" else rows[1:] for name, rows in cells.items()}


def test_blanks_of_every_kind_and_letter_case_of_guids_are_settled() -> None:
    """No-break spaces, tabs and outer blanks do not split one product or plan into two."""
    made = tables(
        f"Phone for\u00a0Faculty ,MCOCAP_FACULTY\u00a0,{SKU_A}\u00a0,MCOEV,{PLAN_1},Phone System",
        f"Phone for Faculty,MCOCAP_FACULTY\t, {SKU_A.upper()},MCOEV\t,{PLAN_1.upper()} ,Phone  System",
    )
    assert made["products.tsv"] == [[SKU_A, "MCOCAP_FACULTY", "Phone for Faculty", "", "1111"]]
    assert made["service_plans.tsv"] == [[PLAN_1, "MCOEV", "Phone System"]]


def test_a_part_number_keeps_single_plain_blanks_inside() -> None:
    """A no-break space inside a part number becomes the plain space that Graph sends."""
    made = tables(f"E3,O365_w/o\u00a0Teams\u00a0Bundle_M3,{SKU_A},EXCHANGE,{PLAN_1},Exchange")
    assert made["products.tsv"][0][1] == "O365_w/o Teams Bundle_M3"


def test_duplicate_rows_and_repeated_pairs_count_once() -> None:
    """An exact duplicate and a pair repeated under another friendly name leave one reference."""
    row = f"Office,OFFICE,{SKU_A},TEAMS1,{PLAN_1},Teams"
    made = tables(row, row, f"Office,OFFICE,{SKU_A},TEAMS1,{PLAN_1},TEAMS", f"Office,OFFICE,{SKU_A},SWAY,{PLAN_2},Sway")
    assert made["products.tsv"] == [[SKU_A, "OFFICE", "Office", "", "1111 2222"]]
    assert dict(made["version.tsv"])["pairs"] == "2"


def test_the_most_frequent_name_of_a_plan_wins() -> None:
    """A stray bracket in one product does not beat the name the others use."""
    made = tables(
        f"A,A,{SKU_A},RMS_S_ENTERPRISE),{PLAN_1},AZURE RIGHTS",
        f"B,B,{SKU_B},RMS_S_ENTERPRISE,{PLAN_1},Azure Rights",
        f"C,C,{SKU_C},RMS_S_ENTERPRISE,{PLAN_1},Azure Rights",
    )
    assert made["service_plans.tsv"] == [[PLAN_1, "RMS_S_ENTERPRISE", "Azure Rights"]]


def test_duplicates_do_not_vote_twice() -> None:
    """A name repeated by exact duplicates of one row counts once."""
    shout = f"A,A,{SKU_A},SWAY,{PLAN_1},Zzz"
    made = tables(shout, shout, shout, f"B,B,{SKU_B},SWAY,{PLAN_1},Sway", f"C,C,{SKU_C},SWAY,{PLAN_1},Sway")
    assert made["service_plans.tsv"][0][2] == "Sway"


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["EXCHANGE ONLINE", "Exchange Online"], "Exchange Online"),
        (["Power Virtual Agent", "Microsoft Copilot Studio"], "Microsoft Copilot Studio"),
        (["b", "a", "b"], "b"),
    ],
)
def test_equals_are_settled_the_same_way_in_any_order(names: list[str], chosen: str) -> None:
    """A tie falls to the name that is not all capitals, then to code point order."""
    assert make_catalog.choose(names) == make_catalog.choose(reversed(names)) == chosen


def test_other_display_names_of_a_product_are_kept() -> None:
    """A product renamed halfway the table stays findable by its old name."""
    made = tables(
        f"Power Virtual Agent,USL,{SKU_A},CDS,{PLAN_1},CDS",
        f"Microsoft Copilot Studio,USL,{SKU_A},FLOW,{PLAN_2},Flow",
    )
    assert made["products.tsv"][0][2:4] == ["Microsoft Copilot Studio", "Power Virtual Agent"]


def test_one_part_number_of_two_products_stays_two_products() -> None:
    """Products are told apart by GUID only, as MCOPSTN5 needs."""
    made = tables(f"Small,MCOPSTN5,{SKU_A},MCOPSTN5,{PLAN_1},Plan", f"120,MCOPSTN5,{SKU_B},MCOPSTN5,{PLAN_1},Plan")
    assert [row[:2] for row in made["products.tsv"]] == [[SKU_A, "MCOPSTN5"], [SKU_B, "MCOPSTN5"]]


def test_en_dashes_and_quoted_commas_stay() -> None:
    """What people read is not changed beyond its blanks."""
    made = tables(f'"Field Service, Enterprise – Add-on",CRM,{SKU_A},CRM,{PLAN_1},"RETIRED – Add-On, old"')
    assert made["products.tsv"][0][2] == "Field Service, Enterprise – Add-on"
    assert made["service_plans.tsv"][0][2] == "RETIRED – Add-On, old"


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    """The same rows saved by another program give the same tables."""
    rows = (f"A,A,{SKU_A},SWAY,{PLAN_1},Sway", f"B,B,{SKU_B},SWAY,{PLAN_1},Sway")
    plain, saved = tables(*rows), tables(*rows, encoding="utf-8-sig", newline="\r\n")
    assert {name: plain[name] for name in plain if name != "version.tsv"} == {
        name: saved[name] for name in saved if name != "version.tsv"
    }


def test_the_order_of_rows_does_not_matter() -> None:
    """Shuffled rows give equal bytes."""
    rows = [
        f"{name},{name},{sku},SWAY,{plan},Sway"
        for name, sku in (("A", SKU_A), ("B", SKU_B))
        for plan in (PLAN_1, PLAN_2)
    ]
    forward, backward = tables(*rows), tables(*reversed(rows))
    assert forward["products.tsv"] == backward["products.tsv"]
    assert forward["service_plans.tsv"] == backward["service_plans.tsv"]


def test_references_grow_until_they_tell_plans_apart() -> None:
    """Two plans that begin alike get longer references, in every row."""
    twin = PLAN_1[:-1] + "9"
    made = tables(f"A,A,{SKU_A},X,{PLAN_1},X", f"A,A,{SKU_A},Y,{twin},Y")
    assert dict(made["version.tsv"])["reference_length"] == "36"
    assert made["products.tsv"][0][4] == f"{PLAN_1} {twin}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "missing column"),
        (b"String_Id,GUID\n", "missing column"),
        (f"{HEADER}\n".encode(), "no rows"),
        (f"{HEADER}\nA,A,not-a-guid,SWAY,{PLAN_1},Sway\n".encode(), "line 2: 'not-a-guid' is not a GUID"),
        (f"{HEADER}\nA,A,{SKU_A},SWAY\n".encode(), "line 2: too few columns"),
        (f"{HEADER}\nA\xa0,A,{SKU_A},SWAY,{PLAN_1},Sway\n".encode("latin-1"), "not UTF-8"),
    ],
)
def test_a_file_that_is_not_the_table_is_refused(content: bytes, message: str) -> None:
    """The refusal says what is wrong and where."""
    with pytest.raises(make_catalog.BadTableError, match=message):
        make_catalog.build(content, AS_OF)


def test_a_refused_file_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, one line of explanation, no table."""
    source, target = tmp_path / "bad.csv", tmp_path / "tables"
    source.write_text("nonsense\n", encoding="utf-8")
    assert make_catalog.main([str(source), "--as-of", "2026-07-29", "--target", str(target)]) == 2
    assert "bad.csv: missing column" in capsys.readouterr().err
    assert not target.exists()


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    """No clock, path or hash seed leaks into the tables."""
    source = tmp_path / "table.csv"
    source.write_text(f"{HEADER}\nA,A,{SKU_A},SWAY,{PLAN_3},Sway\n", encoding="utf-8")
    written = []
    for name in ("first", "second"):
        assert make_catalog.main([str(source), "--as-of", "2026-07-29", "--target", str(tmp_path / name)]) == 0
        written.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert written[0] == written[1]
    assert set(written[0]) == {"products.tsv", "service_plans.tsv", "version.tsv"}
