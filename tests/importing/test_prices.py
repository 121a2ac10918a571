"""Prices: the table that comes with the release, the script that makes it, and a tenant's own from a file."""

from __future__ import annotations

import importlib.util
import io
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from licentia.domain import catalog, prices
from licentia.domain.money import Money
from licentia.domain.reasons import BadInput
from licentia.importing.prices import PriceRow, read_prices
from licentia.importing.rows import RowError

E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
E7 = "9a18296a-025f-4e37-9ffa-30bf8d1ce775"
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "make_prices.py"
HEAD = "part_number,sku_id,currency,per_user_per_month,term,as_of,source,confidence\n"


def make_prices() -> ModuleType:
    """The script, as a module."""
    spec = importlib.util.spec_from_file_location("make_prices", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def line(
    sku: str = E3, currency: str = "EUR", amount: str = "37.78", term: str = "P1Y", sure: str = "confirmed"
) -> str:
    """A line of the CSV that the table is made from."""
    return f"X,{sku},{currency},{amount},{term},2026-08,somewhere,{sure}\n"


def read(text: str, currency: str = "EUR") -> list[PriceRow | RowError]:
    """The rows of a tenant's own file."""
    found = read_prices(lambda: io.BytesIO(text.encode()), catalog.load(), (), currency)
    assert list(found.rows()) == list(found.rows())
    return list(found.rows())


# ---- the table of the release


def test_the_release_has_a_price_per_product_and_currency() -> None:
    """Facts with a month and how sure they are; an uncertain one is left out, a free product has none."""
    every = prices.load()
    assert len({(one.sku_id, one.price.currency) for one in every}) == len(every) == 59
    assert {one.price.currency for one in every} == {"EUR", "USD"}
    assert all(one.price.amount > 0 and one.term_months == 12 and one.as_of == "2026-08" for one in every)
    assert {one.confidence for one in every} == {"confirmed", "derived-check", "single-source"}
    assert E7 not in {one.sku_id for one in every}


def test_every_price_is_of_a_product_that_the_catalog_knows() -> None:
    """Joined by product ID."""
    assert {one.sku_id for one in prices.load()} <= set(catalog.load().products)


def test_a_price_is_never_converted() -> None:
    """What has no price in a currency has none."""
    euros, dollars = prices.in_currency("EUR"), prices.in_currency("USD")
    assert euros[E3].price == Money(Decimal("37.78"), "EUR")
    assert dollars[E3].price == Money(Decimal("39.00"), "USD")
    assert set(dollars) - set(euros)
    assert prices.in_currency("CHF") == {}


# ---- the script


def test_the_same_file_gives_the_same_table(tmp_path: Path) -> None:
    """Sorted by product, blanks and letter case settled, equal rows once."""
    source = tmp_path / "prices.csv"
    source.write_text(
        HEAD + line(E5) + line(f" {E3.upper()} ") + line() + line(E7, sure="uncertain"), encoding="utf-8-sig"
    )
    target = tmp_path / "prices.tsv"
    assert make_prices().main([str(source), "--target", str(target)]) == 0
    rows = target.read_text(encoding="utf-8").splitlines()
    assert [row.split("\t")[0] for row in rows] == ["sku_id", E3, E5]
    assert rows[1].split("\t") == [E3, "EUR", "37.78", "12", "2026-08", "confirmed", "somewhere"]


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n",
        HEAD,
        HEAD + line("no-guid"),
        HEAD + line(amount="free"),
        HEAD + line(amount="0"),
        HEAD + line(amount="-1"),
        HEAD + line(currency="euro"),
        HEAD + line(term="P2Y"),
        HEAD + line() + line(amount="38"),
    ],
)
def test_a_table_that_cannot_be_trusted_writes_nothing(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says where."""
    source = tmp_path / "prices.csv"
    source.write_text(content, encoding="utf-8")
    target = tmp_path / "prices.tsv"
    assert make_prices().main([str(source), "--target", str(target)]) == 2
    assert not target.exists()
    assert "prices.csv: " in capsys.readouterr().err


# ---- a tenant's own


def test_a_file_of_ones_own_names_products_in_any_way() -> None:
    """By part number, name or ID; amounts in both manners; a currency where it differs from the tenant's."""
    text = f"Product;Prijs;Valuta\nSPE_E3;31,40;\nMicrosoft 365 E5;50,00;usd\n{E7};99;\n"
    assert read(text) == [
        PriceRow(2, E3, Money(Decimal("31.40"), "EUR")),
        PriceRow(3, E5, Money(Decimal("50.00"), "USD")),
        PriceRow(4, E7, Money(Decimal(99), "EUR")),
    ]


def test_a_list_of_prices_in_the_form_of_the_release_is_read_too() -> None:
    """The ID goes before the part number."""
    assert read(HEAD + line()) == [PriceRow(2, E3, Money(Decimal("37.78"), "EUR"))]
    assert read(HEAD + line(term="P1M")) == [PriceRow(2, E3, Money(Decimal("37.78"), "EUR"), 1)]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Nothing like it,5,EUR,12", "unknown_license"),
        (",5,EUR,12", "bad_value"),
        ("SPE_E3,,EUR,12", "bad_value"),
        ("SPE_E3,1.184,EUR,12", "bad_value"),
        ("SPE_E3,-5,EUR,12", "bad_value"),
        ("SPE_E3,5,euros,12", "bad_value"),
        ("SPE_E3,5,EUR,7", "bad_value"),
        ("SPE_E3,5", "wrong_column_count"),
    ],
)
def test_a_row_that_cannot_be_read_is_an_error_of_that_row(row: str, code: str) -> None:
    """I-11: the others go on."""
    found = read(f"Product,Price,Currency,Term\n{row}\nSPE_E5,5,EUR,12\n")
    assert [one.code for one in found if isinstance(one, RowError)] == [code]
    assert [one.sku_id for one in found if isinstance(one, PriceRow)] == [E5]


def test_a_product_has_one_price() -> None:
    """A second row of it names the first."""
    [first, second] = read("Product,Price\nSPE_E3,5\nspe_e3,6\n")
    assert isinstance(first, PriceRow)
    assert isinstance(second, RowError)
    assert (second.code, second.details) == ("duplicate_price", {"first_line": 2})


@pytest.mark.parametrize(("text", "code"), [("Product,Colour\nSPE_E3,red\n", "no_price_column"), ("", "empty_file")])
def test_a_file_that_is_no_price_list_is_refused(text: str, code: str) -> None:
    """Before anything is read."""
    with pytest.raises(BadInput, match=code):
        read(text)
