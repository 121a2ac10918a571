"""The shipped catalog: what it counts, how it finds names, and that every hand-made row fits the tables.

Never measures time.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from importlib import resources

import pytest

from licentia.domain.catalog import Carries, Catalog, Product, ServicePlan, load
from licentia.domain.facts import UNKNOWN
from licentia.domain.reasons import BadInput

CATALOG = load()
FOLDER = resources.files("licentia.domain") / "catalog_data"
E3 = "6fd2c87f-b296-42f0-b197-1e91e994b900"
M365_E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
BUSINESS_PREMIUM = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"
TEAMS_ENTERPRISE = "7e31c0d9-9551-471d-836f-32ee72be4a01"
VISIO_2 = "c5928f49-12ba-48f7-ada3-0d743a3601d5"
PROJECT_3 = "53818b1b-4a27-454b-8896-0dba576410e6"
PLUS_NAMES = (
    "Enterprise Mobility + Security A3 for Faculty",
    "Enterprise Mobility + Security E3",
    "Enterprise Mobility + Security E5",
    "Enterprise Mobility + Security E5_USGOV_GCCHIGH",
    "Enterprise Mobility + Security G3 GCC",
    "Enterprise Mobility + Security G5 GCC",
    "Microsoft 365 F5 Security + Compliance Add-on",
)


def rows(name: str) -> list[list[str]]:
    """The cells of one shipped table, its header left out."""
    return [line.split("\t") for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()][1:]


def plan(name: str) -> str:
    """The GUID of the one plan with this name."""
    (found,) = (known.id for known in CATALOG.plans.values() if known.name == name)
    return found


# Counts and integrity


def test_the_catalog_counts_what_microsoft_lists() -> None:
    """619 products and 791 service plans; one MCOPSTN5 too many for the part numbers."""
    assert len(CATALOG.products) == 619
    assert len(CATALOG.plans) == 791
    assert len({product.part_number for product in CATALOG.products.values()}) == 618
    assert sum(len(product.plan_ids) for product in CATALOG.products.values()) == 5_959


def test_identifiers_are_lower_case_and_plans_are_known_and_ordered() -> None:
    """Every key is its value's GUID, and every product's plans exist, once each."""
    for sku_id, product in CATALOG.products.items():
        assert sku_id == product.sku_id == sku_id.lower()
        assert product.display_name
        assert product.part_number
        assert product.plan_ids == tuple(sorted(set(product.plan_ids)))
        assert set(product.plan_ids) <= set(CATALOG.plans)
    assert all(plan_id == known.id == plan_id.lower() for plan_id, known in CATALOG.plans.items())


def test_no_name_keeps_odd_blanks_and_dashes_stay() -> None:
    """Names hold single plain spaces only; nine products' rows are written with an en dash."""
    names = [text for product in CATALOG.products.values() for text in (product.part_number, product.display_name)]
    names += [text for known in CATALOG.plans.values() for text in (known.name, known.friendly_name)]
    assert all(name == " ".join(name.split()) for name in names)
    assert any("–" in name for name in names)


def test_the_version_file_tells_source_date_and_checksums() -> None:
    """The generated tables are the ones the version file vouches for."""
    facts = {line.split("\t")[0]: line.split("\t")[1] for line in _text("version.tsv").splitlines()}
    assert facts["source"].endswith("(Microsoft)")
    assert CATALOG.version.startswith(facts["as_of"])
    assert (facts["products"], facts["service_plans"]) == ("619", "791")
    for name in ("products.tsv", "service_plans.tsv"):
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == facts[f"{name}_sha256"]


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def test_the_catalog_is_read_once() -> None:
    """A second load gives the same object."""
    assert load() is CATALOG


@pytest.mark.parametrize("name", ["carries.tsv", "dependencies.tsv"])
def test_hand_made_rows_name_plans_of_the_table(name: str) -> None:
    """Identifier and name of every classified or dependent plan agree with Microsoft's; none comes twice."""
    found = rows(name)
    assert [CATALOG.plans[row[0]].name for row in found] == [row[1] for row in found]
    assert len({row[0] for row in found}) == len(found)


def test_hand_made_rows_cite_known_sources_and_every_source_is_used() -> None:
    """No row without a source, no source without a row."""
    cited = {row[-2] for name in ("carries.tsv", "dependencies.tsv", "exclusions.tsv") for row in rows(name)}
    assert cited == {row[0] for row in rows("sources.tsv")}


# Products by name


@pytest.mark.parametrize(
    "text",
    [
        "Office 365 E3",
        "  office 365\u00a0e3 ",
        "ENTERPRISEPACK",
        "enterprisepack",
        E3,
        E3.upper(),
        f"{{{E3}}}",
        f" {{{E3.upper()}}} ",
    ],
)
def test_a_product_is_found_by_each_of_its_names(text: str) -> None:
    """Display name, part number or GUID; blanks, letter case and braces do not matter."""
    assert CATALOG.resolve(text).sku_id == E3


@pytest.mark.parametrize(
    "text", ["O365_w/o Teams Bundle_M3", "o365_w/o\u00a0Teams\u00a0Bundle_M3", "O365_w/o  teams bundle_m3"]
)
def test_a_part_number_with_blanks_is_found_with_any_blanks(text: str) -> None:
    """Graph's plain spaces and the table's no-break spaces mean the same."""
    assert CATALOG.resolve(text).part_number == "O365_w/o Teams Bundle_M3"


def test_every_product_is_found_by_its_guid_and_by_its_names_when_owned() -> None:
    """Owning it settles every double name."""
    for product in CATALOG.products.values():
        assert CATALOG.resolve(product.sku_id) == product
        assert CATALOG.resolve(product.display_name, owned={product.sku_id}) == product
        assert CATALOG.resolve(product.part_number, owned={product.sku_id.upper()}) == product


def test_exactly_fifteen_display_names_mean_two_products() -> None:
    """Unowned, each lists both candidates with part number and SKU id; every other name is enough."""
    by_name: dict[str, list[Product]] = defaultdict(list)
    for product in CATALOG.products.values():
        by_name[product.display_name.casefold()].append(product)
    doubled = {name: found for name, found in by_name.items() if len(found) > 1}
    assert len(doubled) == 15
    for name, found in doubled.items():
        with pytest.raises(BadInput, match="ambiguous_product") as caught:
            CATALOG.resolve(name)
        assert caught.value.details["n"] == len(found) == 2
        assert caught.value.details["candidates"] == tuple((one.part_number, one.sku_id) for one in found)
    for name in by_name.keys() - doubled.keys():
        assert CATALOG.resolve(name) == by_name[name][0]


def test_a_double_part_number_lists_both_products() -> None:
    """MCOPSTN5 is the part number of two calling plans."""
    with pytest.raises(BadInput) as caught:
        CATALOG.resolve("MCOPSTN5")
    assert caught.value.code == "ambiguous_product"
    assert {part for part, _ in caught.value.details["candidates"]} == {"MCOPSTN5"}  # type: ignore[attr-defined]
    assert CATALOG.resolve("MCOPSTN5", owned=["54a152dc-90de-4996-93d2-bc47e670fc06"]).sku_id.startswith("54a152dc")


def test_owning_both_of_a_double_name_leaves_it_ambiguous() -> None:
    """The tenant's own products are candidates, the others no longer are."""
    two = [product.sku_id for product in CATALOG.products.values() if product.display_name == "Visio Plan 2"]
    with pytest.raises(BadInput) as caught:
        CATALOG.resolve("Visio Plan 2", owned=two)
    assert caught.value.details["n"] == 2


def test_owning_another_product_does_not_hide_the_rest() -> None:
    """What the tenant does not own is still found."""
    assert CATALOG.resolve("Office 365 E3", owned=[M365_E5]).sku_id == E3


def test_an_earlier_display_name_is_found() -> None:
    """Reports and scripts may still use the name a product had."""
    assert CATALOG.resolve("Power Virtual Agent User License").part_number == "VIRTUAL_AGENT_USL"


def test_an_unknown_product_comes_with_close_names() -> None:
    """At most five display names, the nearest among them."""
    with pytest.raises(BadInput) as caught:
        CATALOG.resolve("Ofice 365 E3")
    assert caught.value.code == "unknown_product"
    assert caught.value.details["text"] == "Ofice 365 E3"
    candidates = caught.value.details["candidates"]
    assert isinstance(candidates, tuple)
    assert "Office 365 E3" in candidates
    assert len(candidates) <= 5


@pytest.mark.parametrize("text", ["", "   ", "qzxjk vvv", "00000000-0000-0000-0000-000000000000"])
def test_nonsense_is_an_unknown_product(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(BadInput, match="unknown_product"):
        CATALOG.resolve(text)


def test_product_or_none_takes_any_letter_case() -> None:
    """Live tenants hold products no table has."""
    found = CATALOG.product_or_none(E3.upper())
    assert found is not None
    assert found.part_number == "ENTERPRISEPACK"
    assert CATALOG.product_or_none("00000000-0000-0000-0000-000000000000") is None


# Plans by name


@pytest.mark.parametrize(
    "text",
    [
        "EXCHANGE_S_ENTERPRISE",
        "exchange_s_enterprise",
        "Exchange Online (Plan 2)",
        "EFB87545-963C-4E0D-99DF-69C6916D9EB0",
    ],
)
def test_a_plan_is_found_inside_its_product(text: str) -> None:
    """By name, friendly name or GUID."""
    assert CATALOG.resolve_plan(text, CATALOG.products[E3]).name == "EXCHANGE_S_ENTERPRISE"


def test_a_plan_of_another_product_is_unknown() -> None:
    """The search never leaves the product; the details say which one it was."""
    with pytest.raises(BadInput) as caught:
        CATALOG.resolve_plan("Exchange Online (Plan 1)", CATALOG.products[E3])
    assert caught.value.code == "unknown_plan"
    assert caught.value.details["product"] == "Office 365 E3"
    assert "Exchange Online (Plan 2)" in caught.value.details["candidates"]  # type: ignore[operator]


def test_a_friendly_name_of_two_plans_lists_their_names() -> None:
    """Neither is chosen; each is found by its own name."""
    product = Product("s", "S", "Suite", ("p1", "p2"))
    catalog = Catalog(
        version="v",
        products=[product],
        plans=[ServicePlan("p1", "ONE", "Flow"), ServicePlan("p2", "TWO", "FLOW")],
    )
    with pytest.raises(BadInput) as caught:
        catalog.resolve_plan("flow", product)
    assert caught.value.details["candidates"] == ("ONE", "TWO")
    assert catalog.resolve_plan("two", product).id == "p2"


def test_every_plan_is_found_by_its_name_in_every_product() -> None:
    """No product holds two plans of one name."""
    for product in CATALOG.products.values():
        for plan_id in product.plan_ids:
            assert CATALOG.resolve_plan(CATALOG.plans[plan_id].name, product).id == plan_id


# Names joined with "+"


@pytest.mark.parametrize("name", PLUS_NAMES)
@pytest.mark.parametrize("template", ["{}", "Office 365 E3+{}", "{}+Office 365 E3", "Visio Plan 9+{}+Office 365 E3"])
def test_the_seven_names_with_plus_stay_whole(name: str, template: str) -> None:
    """Alone, first, last and in the middle."""
    found, unresolved = CATALOG.split_names(template.format(name))
    assert name in [product.display_name for product in found]
    assert ("Office 365 E3" in template) == (E3 in [product.sku_id for product in found])
    assert unresolved == (("Visio Plan 9",) if "Visio" in template else ())


def test_these_are_all_the_names_with_plus() -> None:
    """A refreshed table with another one must be looked at."""
    assert {p.display_name for p in CATALOG.products.values() if "+" in p.display_name} == set(PLUS_NAMES)


def test_pairs_of_all_names_come_apart_again() -> None:
    """2,000 sampled ordered pairs of the 619 names, in capitals as reports write them."""
    draw = random.Random(619)
    products = sorted(CATALOG.products.values(), key=lambda product: product.sku_id)
    for _ in range(2_000):
        first, second = draw.sample(products, 2)
        if first.display_name.casefold() == second.display_name.casefold():
            continue
        text = f"{first.display_name}+{second.display_name}".upper()
        assert CATALOG.split_names(text, owned={first.sku_id, second.sku_id}) == ((first, second), ())


def test_a_double_name_is_settled_by_what_is_owned_only() -> None:
    """Unowned, or owned twice, it is reported as it stands."""
    both = [product.sku_id for product in CATALOG.products.values() if product.display_name == "Visio Plan 2"]
    assert CATALOG.split_names("Visio Plan 2") == ((), ("Visio Plan 2",))
    assert CATALOG.split_names("Visio Plan 2", owned=both) == ((), ("Visio Plan 2",))
    assert CATALOG.split_names("Visio Plan 2", owned=[VISIO_2]) == ((CATALOG.products[VISIO_2],), ())


def test_empty_pieces_and_repeats_are_dropped() -> None:
    """A product named twice is one product."""
    e3 = CATALOG.products[E3]
    assert CATALOG.split_names(" + Office 365 E3 ++ office 365 e3+") == ((e3,), ())
    assert CATALOG.split_names("") == ((), ())


# What plans carry


@pytest.mark.parametrize(
    ("name", "limit", "archive", "holds"),
    [
        ("EXCHANGE_S_STANDARD", 50, True, False),
        ("EXCHANGE_S_STANDARD_GOV", 50, True, False),
        ("EXCHANGE_S_STANDARD_MIDMARKET", 50, True, False),
        ("EXCHANGE_L_STANDARD", 50, True, False),
        ("EXCHANGE_S_ENTERPRISE", 100, True, True),
        ("EXCHANGE_S_ENTERPRISE_GOV", 100, True, True),
        ("EXCHANGE_S_DESKLESS", 2, False, False),
        ("EXCHANGE_S_DESKLESS_GOV", 2, False, False),
        ("EXCHANGE_S_ESSENTIALS", 2, False, False),
        ("EXCHANGE_B_STANDARD", 2, False, False),
        ("EXCHANGE_S_ARCHIVE_ADDON", None, True, True),
        ("EXCHANGE_S_ARCHIVE", None, True, True),
        ("EXCHANGE_S_FOUNDATION", None, False, False),
        ("EXCHANGE_S_FOUNDATION_GOV", None, False, False),
        ("EXCHANGE_ANALYTICS", None, False, False),
        ("EXCHANGE_ANALYTICS_GOV", None, False, False),
        ("EXCHANGEONLINE_MULTIGEO", None, False, False),
    ],
)
def test_mailbox_plans(name: str, limit: int | None, archive: bool, holds: bool) -> None:
    """Primary limit, archive and holds of every classified Exchange plan."""
    carried = CATALOG.carries(plan(name).upper())
    assert (carried.mailbox_gb, carried.archive, carried.holds) == (limit, archive, holds)


def test_nothing_in_the_shipped_table_is_left_unknown_by_name() -> None:
    """Every EXCHANGE, SHAREPOINT and ONEDRIVE plan has a row."""
    classified = {row[0] for row in rows("carries.tsv")}
    named = {
        known.id
        for known in CATALOG.plans.values()
        if known.name.upper().startswith(("EXCHANGE", "SHAREPOINT", "ONEDRIVE"))
    }
    assert named <= classified


@pytest.mark.parametrize(
    ("sku_id", "mailbox", "drive", "apps"),
    [
        (E3, 100, 5_120, {"office", "teams"}),
        (M365_E5, 100, 5_120, {"office", "teams", "phone"}),
        (BUSINESS_PREMIUM, 50, 1_024, {"office", "teams"}),
        (TEAMS_ENTERPRISE, 2, 10, {"teams"}),
        (VISIO_2, None, UNKNOWN, {"visio"}),
        (PROJECT_3, None, 5_120, {"project"}),
    ],
)
def test_what_well_known_products_carry(sku_id: str, mailbox: int | None, drive: object, apps: set[str]) -> None:
    """Teams Enterprise carries a small mailbox, Project a large drive, Visio a basic one."""
    carried = [CATALOG.carries(plan_id) for plan_id in CATALOG.products[sku_id].plan_ids]
    assert {c.mailbox_gb for c in carried if c.mailbox_gb is not None} == ({mailbox} if mailbox else set())
    assert {c.onedrive_gb for c in carried if c.onedrive is True} == {drive}
    flags = ("office", "visio", "project", "teams", "phone")
    assert {flag for flag in flags if any(getattr(c, flag) for c in carried)} == apps


def test_a_plan_named_like_a_mailbox_that_nobody_classified_is_unknown() -> None:
    """A newer table may bring one; it is never taken for none."""
    plans = [ServicePlan(str(n), name, name) for n, name in enumerate(("EXCHANGE_NEW", "OneDrive_New", "SWAY"))]
    catalog = Catalog(version="v", products=[], plans=plans)
    assert catalog.carries("0").mailbox_gb is UNKNOWN
    assert catalog.carries("1").onedrive is UNKNOWN
    assert catalog.carries("2") == catalog.carries("not in any table") == Carries(source="not classified")


def test_every_classification_says_how_sure_it_is_and_who_says_so() -> None:
    """A drive has a limit or says that none is known; what is only ours says why."""
    for row in rows("carries.tsv"):
        carried = CATALOG.carries(row[0])
        assert carried.confidence in ("documented", "reported", "ours")
        assert ", read 2026-" in carried.source
        assert (carried.onedrive is False) == (carried.onedrive_gb is None)
        assert carried.note or carried.confidence != "ours"


# Dependencies and exclusions


def test_dependencies_are_tens_and_name_known_plans() -> None:
    """Each needs at least one plan of the table, never itself, and has a source."""
    assert 5 <= len(CATALOG.dependencies) < 50
    for dependency in CATALOG.dependencies:
        assert dependency.needs_any_of
        assert {dependency.plan_id, *dependency.needs_any_of} <= set(CATALOG.plans)
        assert dependency.plan_id not in dependency.needs_any_of
        assert dependency.confidence in ("documented", "reported")
        assert dependency.source


def test_the_archive_add_on_needs_one_of_the_mailbox_plans() -> None:
    """Exactly the plans classified as carrying a mailbox."""
    (needs,) = (d.needs_any_of for d in CATALOG.dependencies if d.plan_id == plan("EXCHANGE_S_ARCHIVE_ADDON"))
    assert needs == {p for p in CATALOG.plans if isinstance(CATALOG.carries(p).mailbox_gb, int)}


def test_complete_products_satisfy_every_dependency_by_themselves() -> None:
    """Only add-ons lack what they need; a suite that did would show a wrong dependency."""
    lacking = {
        CATALOG.products[sku_id].part_number
        for sku_id, product in CATALOG.products.items()
        for dependency in CATALOG.dependencies
        if dependency.plan_id in product.plan_ids and not dependency.needs_any_of & set(product.plan_ids)
    }
    add_ons = (
        "MCO",
        "BUSINESS_VOICE",
        "EXCHANGEARCHIVE",
        "WORKPLACE_ANALYTICS",
        "SPE_F5_",
        "M365_SECURITY_COMPLIANCE_FOR_FLW",
    )
    assert all(part.startswith(add_ons) for part in lacking)


def test_no_product_holds_two_plans_that_exclude_one_another() -> None:
    """Pairs are ordered, distinct and not contradicted by Microsoft's own products."""
    pairs = [(exclusion.a, exclusion.b) for exclusion in CATALOG.exclusions]
    assert len(set(pairs)) == len(pairs)
    for a, b in pairs:
        assert a < b
        assert {a, b} <= set(CATALOG.plans)
        assert not any({a, b} <= set(product.plan_ids) for product in CATALOG.products.values())
