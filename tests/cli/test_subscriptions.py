"""`licentia subscriptions` and `licentia prices`: what is shown, asked, done and refused, in both languages."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from command_line import NOON, CommandLine, stand_still
from licentia.cli import i18n, subscription_json
from licentia.domain.instants import DAY
from licentia.domain.money import Money
from licentia.domain.savings import Part, Saving
from licentia.domain.seats import Acts, Ruling, When
from licentia.domain.subscriptions import BillingAccount, Offer, SubscriptionState
from licentia.words.amounts import amounts, money
from licentia.words.money import saving
from licentia.words.said import subscriptions as said
from licentia.words.text import Text

YES_RULINGS = {
    Ruling.ADD, Ruling.WINDOW, Ruling.ADDITION_WINDOW, Ruling.AT_RENEWAL, Ruling.ANY_TIME, Ruling.KEEP, Ruling.CANCEL,
    Ruling.CANCEL_AT_END, Ruling.CANCEL_ANY_TIME, Ruling.RECURRING, Ruling.REACTIVATE,
}  # fmt: skip
BI = "f8a1db68-be16-40ed-86d5-cb42ce701560"


@pytest.fixture
def at_noon(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The demo tenant of 200 users, made at a fixed noon."""
    stand_still(monkeypatch)
    cli.ok("demo", "--users", "200")
    return cli


def number_of(cli: CommandLine, part: str, which: int = 0) -> str:
    """The number of a product's subscription."""
    [product] = [one for one in cli.ok("subscriptions", "list", "--json").json if one["skuPartNumber"] == part]
    return str(product["subscriptions"][which]["number"])


# ---- what is shown


def test_a_product_of_two_subscriptions_shows_how_they_add_up(at_noon: CommandLine) -> None:
    """5 + 10 = 15, and under it each with its own seats and date."""
    out = at_noon.ok("subscriptions", "list").out
    line = next(line for line in out.splitlines() if "Power BI Pro" in line)
    assert "5 + 10 = 15" in line
    assert [part["skuPartNumber"] for part in at_noon.ok("subscriptions", "list", "--json").json].count("SPE_E3") == 1
    [bi] = [one for one in at_noon.ok("subscriptions", "list", "--json").json if one["skuId"] == BI]
    own = [one for one in bi["subscriptions"] if one["selfServicePurchase"] is None]
    assert (bi["total"], [one["totalLicenses"] for one in own]) == (15, [5, 10])
    assert "48 + 77 = 125" in at_noon.ok("subscriptions", "list", lang="nl").out


def test_several_purchases_are_one_line_until_each_is_asked_for(at_noon: CommandLine) -> None:
    """With the summed seats, as the admin center shows them; in JSON each is there."""
    out = at_noon.ok("subscriptions", "list").out
    assert out.count("2 self-service purchases") == 2
    assert at_noon.ok("subscriptions", "list", "--purchases").out.count("Self-service") == 4
    every = at_noon.ok("subscriptions", "list", "--json").json
    assert sum(one["selfServicePurchase"] is not None for product in every for one in product["subscriptions"]) == 4


def test_a_tenant_without_subscriptions_says_how_to_get_them(cli: CommandLine) -> None:
    """Nothing is known, so nothing is shown as zero."""
    cli.ok("tenants", "create", "Leeg")
    assert "licentia import subscriptions" in cli.ok("subscriptions", "list").out
    assert cli.ok("subscriptions", "list", "--json").json == []


def test_one_subscription_says_what_can_be_done_until_when_and_by_whom(at_noon: CommandLine) -> None:
    """Inside its window: now, until the seventh day; with the rule that says so."""
    found = at_noon.ok("subscriptions", "show", number_of(at_noon, "SPE_E5"))
    assert "R-111" in found.out
    assert "Fri 27 Nov 2026" in next(line for line in found.out.splitlines() if line.startswith("Remove seats"))
    shown = at_noon.ok("subscriptions", "show", number_of(at_noon, "SPE_E5"), "--json").json
    assert shown["can"]["remove"] == {
        "when": "now",
        "ruling": "window",
        "rule": "R-111",
        "fromDateTime": None,
        "untilDateTime": "2026-11-27T00:00:00Z",
        "leastLicenses": None,
        "who": "billing",
    }
    assert shown["status"] == "Enabled"
    assert shown["pricePerLicense"] == {"amount": "58.13", "currency": "EUR"}


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("SPE_F1", ("Ask the partner", "R-105", "R-116")),
        ("EXCHANGEDESKLESS", ("Prepaid", "R-117", "Expires on")),
        ("EMS", ("Trial", "R-118", "Becomes paid on")),
        ("STANDARDPACK", ("Online Subscription Agreement", "R-114")),
        ("MCOEV", ("Not known", "R-113")),
        ("VISIOCLIENT", ("more assigned than owned", "resolve by")),
        ("PROJECTPROFESSIONAL", ("Credit check", "R-120")),
        ("EXCHANGEENTERPRISE", ("Volume licensing", "R-102")),
        ("PROJECT_P1", ("Self-service", "Ask the buyer", "R-122")),
    ],
)
def test_every_billing_account_says_its_own(at_noon: CommandLine, part: str, words: tuple[str, ...]) -> None:
    """Who to ask, what is not known, what is pending."""
    out = at_noon.ok("subscriptions", "show", number_of(at_noon, part)).out
    assert [word for word in words if word not in out] == []


@pytest.mark.parametrize("verb", ["show", "cancel"])
def test_an_unknown_subscription_is_bad_input(at_noon: CommandLine, verb: str) -> None:
    """With where to look."""
    found = at_noon.run("subscriptions", verb, "999")
    assert found.status == 2
    assert "999" in found.err
    assert "subscriptions list" in found.err


# ---- seats


def test_a_resize_shows_first_and_applies_only_when_told(at_noon: CommandLine) -> None:
    """What happens, what it saves, from when; then a plan number and the way back."""
    one = number_of(at_noon, "SPE_E5")
    seen = at_noon.ok("subscriptions", "resize", one, "15").out
    assert "From 20 to 15 seats, now." in seen
    assert "Saves €290.65 per month from now." in seen
    assert "Nothing was changed." in seen
    assert at_noon.ok("subscriptions", "show", one, "--json").json["totalLicenses"] == 20
    done = at_noon.ok("subscriptions", "resize", one, "15", "--yes", "--json").json
    assert (done["after"]["totalLicenses"], done["fewerLicenses"]) == (15, 5)
    assert done["savesPerMonth"] == {"amount": "290.65", "currency": "EUR"}
    assert "licentia subscriptions undo" in at_noon.ok("subscriptions", "resize", one, "16", "--yes").out
    assert "Seats changed: Microsoft 365 E5" in at_noon.ok("audit", "list", "--top", "2").out
    listed = at_noon.ok("plans", "list", "--all").out
    assert "Set a subscription of Microsoft 365 E5 to 16 seats" in listed


def test_outside_the_window_the_date_is_the_renewals(at_noon: CommandLine) -> None:
    """In both languages, with the money from that date."""
    one = number_of(at_noon, "SPE_E3")
    english = at_noon.ok("subscriptions", "resize", one, "45").out
    assert "From 48 to 45 seats, at the renewal on Sun 15 Aug 2027." in english
    assert "Saves €113.34 per month from Sun 15 Aug 2027." in english
    assert "R-113" in english
    assert at_noon.ok("subscriptions", "resize", one, "45", "--yes", "--json").json["after"]["renewalLicenses"] == 45
    assert "with 45 seats" in at_noon.ok("subscriptions", "list").out


@pytest.mark.parametrize(
    ("part", "seats", "words"),
    [
        ("SPE_F1", "30", "Ask the partner"),
        ("EXCHANGEDESKLESS", "4", "smaller key"),
        ("SPE_E5", "2", "14 licenses are assigned. This subscription needs at least 14 seats."),
        ("EMS", "20", "Buy the subscription first"),
        ("PROJECTPROFESSIONAL", "12", "credit check"),
        ("STANDARDPACK", "20", "Nothing to do"),
    ],
)
def test_what_the_rules_refuse_ends_with_one_and_says_why(
    at_noon: CommandLine, part: str, seats: str, words: str
) -> None:
    """Also with --yes; nothing is changed."""
    one = number_of(at_noon, part)
    before = at_noon.ok("subscriptions", "show", one, "--json").json
    for extra in ((), ("--yes",)):
        found = at_noon.run("subscriptions", "resize", one, seats, *extra)
        assert found.status == 1, found
        assert words in found.out
    assert at_noon.run("subscriptions", "resize", one, seats, "--json").json["after"] is None
    assert at_noon.ok("subscriptions", "show", one, "--json").json == before


def test_no_seats_at_all_is_bad_input(at_noon: CommandLine) -> None:
    """That is canceling."""
    found = at_noon.run("subscriptions", "resize", number_of(at_noon, "SPE_E5"), "0")
    assert (found.status, "subscriptions cancel" in found.err) == (2, True)


def test_undo_shows_the_inverse_and_says_why_when_there_is_none(at_noon: CommandLine) -> None:
    """Of users it is not."""
    one = number_of(at_noon, "SPE_E5")
    plan = str(at_noon.ok("subscriptions", "resize", one, "22", "--yes", "--json").json["plan"])
    by_users = at_noon.run("plans", "undo", plan)
    assert (by_users.status, "subscriptions undo" in by_users.err) == (1, True)
    assert "From 22 to 20 seats, now." in at_noon.ok("subscriptions", "undo", plan).out
    at_noon.ok("subscriptions", "undo", plan, "--yes")
    again = at_noon.run("subscriptions", "undo", plan)
    assert (again.status, "was changed after plan" in again.err) == (1, True)
    assert at_noon.run("subscriptions", "undo", "77").status == 2


# ---- recurring billing, the end


def test_recurring_billing_and_canceling_say_what_follows(at_noon: CommandLine) -> None:
    """With the date on which it ends."""
    one = number_of(at_noon, "MCOMEETADV")
    off = at_noon.ok("subscriptions", "recurring", one, "off", "--yes").out
    assert "the subscription works until the end of its term. It expires on" in off
    on = at_noon.ok("subscriptions", "recurring", one, "on", "--yes").out
    assert "Recurring billing is on. It renews on Sat 17 Apr 2027." in on
    assert "Recurring billing is off" in at_noon.ok("subscriptions", "cancel", one).out
    now = at_noon.ok("subscriptions", "cancel", number_of(at_noon, "SPE_E5"), "--yes").out
    assert "its users lose access" in now
    assert "R-103" in now
    assert "R-115" in at_noon.ok("subscriptions", "cancel", number_of(at_noon, "STANDARDPACK")).out


def test_an_undo_by_the_wrong_command_names_the_right_one(at_noon: CommandLine) -> None:
    """A plan changed a subscription, or it did not."""
    at_noon.ok("subscriptions", "recurring", number_of(at_noon, "MCOMEETADV"), "off", "--yes")
    wrong = at_noon.run("plans", "undo", "1")
    assert (wrong.status, "licentia subscriptions undo 1" in wrong.err) == (1, True)
    at_noon.ok("unassign", "VISIOCLIENT", "--everyone", "--plan")
    wrong = at_noon.run("subscriptions", "undo", "2")
    assert wrong.err == "Plan 2 changed no subscription. To undo it: licentia plans undo 2\n"
    assert wrong.status == 2


def test_an_empty_tenant_says_so(cli: CommandLine) -> None:
    """Instead of a table without rows."""
    cli.ok("tenants", "create", "Empty")
    assert cli.ok("products", "list").out.startswith("No products are known.")
    assert cli.ok("prices", "list").out.startswith("No prices are known")
    assert cli.ok("products", "list", "--json").json == cli.ok("prices", "list", "--json").json == []


def test_the_tenants_clock_moves_subscriptions_too(at_noon: CommandLine) -> None:
    """A trial becomes a paid subscription; it is said, also by kind, and the journal says it by product."""
    assert at_noon.ok("tenants", "set-clock", "+1h").out.endswith("\nNothing happened on the way.\n")
    assert at_noon.ok("tenants", "set-clock", "+1h", "--json").json["happened"] == {}
    moved = at_noon.ok("tenants", "set-clock", "+31d").out
    assert " ".join(moved.splitlines()[-1].split()) == "Trial became a subscription 1"
    assert "Trial became a subscription: Enterprise Mobility" in at_noon.ok("audit", "list").out
    one = at_noon.ok("subscriptions", "show", number_of(at_noon, "EMS"), "--json").json
    assert (one["account"], one["isTrial"]) == ("mca", False)


# ---- the reseller


def test_an_order_asks_for_what_is_free_and_no_cell_is_a_formula(at_noon: CommandLine, tmp_path: Path) -> None:
    """Per subscription of the reseller; as text, JSON and CSV; nothing is changed."""
    store, target = at_noon.store, tmp_path / "order.csv"
    with store.planting():
        from licentia.store import sql

        sql.execute(
            "UPDATE subscription SET ref = '=1+1' WHERE tenant_id = %(t)s AND account = 'reseller' AND seats > 20",
            {"t": 1},
        )
    out = at_noon.ok("subscriptions", "order").out
    assert [line.split()[0] for line in out.splitlines()[1:]] == ["Exchange", "Microsoft"]
    lines = at_noon.ok("subscriptions", "order", "--product", "SPE_F1", "--keep", "1", "--json").json
    assert [(line["totalLicenses"], line["wantedLicenses"]) for line in lines] == [(35, 32)]
    assert lines[0]["fromDateTime"] == "2027-05-07T00:00:00Z"
    at_noon.ok("subscriptions", "order", "--csv", "--to", str(target))
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"))))
    assert list(rows[0]) == ["Product", "Part number", "Subscription", "Seats now", "Seats wanted", "From"]
    assert "'=1+1" in [row["Subscription"] for row in rows]
    assert at_noon.ok("subscriptions", "order", "--csv").out.replace("\r\n", "\n").startswith("Product,Part number,")
    assert "nothing to ask" in at_noon.ok("subscriptions", "order", "--keep", "500").out
    assert at_noon.run("subscriptions", "order", "--csv", "--to", str(tmp_path / "no" / "x.csv")).status == 2


# ---- prices


def test_a_price_of_ones_own_is_kept_when_the_list_comes(at_noon: CommandLine, tmp_path: Path) -> None:
    """Set one, import a file, import the list."""
    assert "costs €31.40 per seat and month" in at_noon.ok("prices", "set", "SPE_E3", "31,40").out
    assert at_noon.ok("prices", "import", "--json").json == {"written": 0, "same": 28, "keptOwn": 1}
    file = tmp_path / "prices.csv"
    file.write_text("Product,Price,Currency\nVISIOCLIENT,14.00,\nSPE_E5,50,USD\n", encoding="utf-8")
    assert "2 prices set." in at_noon.ok("prices", "import", str(file)).out
    listed = {one["skuPartNumber"]: one for one in at_noon.ok("prices", "list", "--json").json}
    assert listed["SPE_E3"]["source"] == listed["VISIOCLIENT"]["source"] == "own"
    assert listed["SPE_E5"]["pricePerLicense"] == {"amount": "50", "currency": "USD"}
    assert listed["MCOMEETADV"]["pricePerLicense"] is None
    assert listed["STANDARDPACK"]["asOf"] == "2026-08"
    text = at_noon.ok("prices", "list").out
    assert "Not known" in next(line for line in text.splitlines() if "MCOMEETADV" in line)


def test_bad_prices_write_nothing_until_they_are_left_out(at_noon: CommandLine, tmp_path: Path) -> None:
    """I-11: the bad rows are in a file with their reasons."""
    file = tmp_path / "prices.csv"
    file.write_text("Product,Price\nSPE_E5,1.184\nSPE_E3,30\n", encoding="utf-8")
    found = at_noon.run("prices", "import", str(file))
    assert (found.status, "1 row" in found.err) == (2, True)
    assert (tmp_path / "prices.bad-rows.csv").exists()
    assert "1 price set." in at_noon.ok("prices", "import", str(file), "--skip-bad").out
    file.write_text("Product,Price\nSPE_E5,1.184\n", encoding="utf-8")
    assert at_noon.run("prices", "import", str(file), "--skip-bad").status == 2


@pytest.mark.parametrize("words", [("SPE_E3", "1.184"), ("SPE_E3", "5", "--currency", "euro"), ("nothing", "5")])
def test_what_is_no_price_is_bad_input(at_noon: CommandLine, words: tuple[str, ...]) -> None:
    """Nobody guesses about money."""
    assert at_noon.run("prices", "set", *words).status == 2


# ---- savings


@pytest.mark.parametrize(
    ("when", "at", "until", "price", "english"),
    [
        (When.NOW, NOON, None, 10, "2 seats: saves €20.00 per month when removed; possible now."),
        (When.NOW, NOON, NOON + DAY, 10, "when removed; possible now until Tue 24 Nov 2026 12:00."),
        (When.LATER, NOON + DAY, None, 10, "possible from Tue 24 Nov 2026 12:00."),
        (When.AT_RENEWAL, NOON + DAY, None, 10, "possible from the renewal on Tue 24 Nov 2026."),
        (When.AT_RENEWAL, NOON + DAY, None, None, "2 seats: saves an amount that is not known when removed; possible"),
        (When.ASK, NOON + DAY, None, 10, "ask the partner, the term ends on Tue 24 Nov 2026."),
        (When.ASK, None, None, 10, "when removed; ask the partner."),
        (When.UNKNOWN, None, None, 10, "when removed; not known when."),
        (When.NEVER, NOON + DAY, None, None, "2 seats: saves nothing before Tue 24 Nov 2026."),
        (When.NEVER, None, None, None, "2 seats: saves nothing."),
    ],
)
def test_a_saving_says_how_much_and_from_when(
    when: When, at: int | None, until: int | None, price: int | None, english: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-123, R-124: never an amount that nobody knows, never a date that nobody promises."""
    monkeypatch.setenv("LANGUAGE", "en")
    i18n.use("en")
    amount = None if price is None else Money(Decimal(2 * price), "EUR")
    found = Saving(BI, 2, 0, (Part(when, Ruling.ANY_TIME, 2, 7, at, until, amount),))
    [line] = saving(Text("en", "Europe/Amsterdam"), found)
    assert english in line
    [part] = subscription_json.saving_json(found)["parts"]
    assert (part["when"], part["licenses"], part["savesPerMonth"]) == (
        when.value,
        2,
        subscription_json.money_json(amount),
    )


def test_seats_that_cover_a_shortage_are_said_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """They save nothing."""
    monkeypatch.setenv("LANGUAGE", "en")
    i18n.use("en")
    [line] = saving(Text("en", "Europe/Amsterdam"), Saving(BI, 3, 3, ()))
    assert line.startswith("3 seats make good")
    [line] = saving(Text("en", "Europe/Amsterdam"), Saving(BI, 3, 1, ()))
    assert line.startswith("1 seat makes good")


# ---- words


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_ruling_and_state_has_words(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In both languages; a ruling that says yes needs no excuse."""
    monkeypatch.setenv("LANGUAGE", "en")
    i18n.use(lang)
    assert set(said.RULING) == {ruling.value for ruling in set(Ruling) - YES_RULINGS}
    words = [said.ruling(code, {"n": 14, "least": 10}) for code in said.RULING]
    words += [said.state_word(state.value) for state in SubscriptionState]
    words += [said.account_word(account.value) for account in BillingAccount]
    words += [said.offer_word(offer.value) for offer in Offer]
    words += [said.acts_word(acts) for acts in Acts]
    assert all(words)
    assert len(set(words[: len(said.RULING)])) == len(said.RULING)


@pytest.mark.parametrize(
    ("amount", "currency", "english", "dutch"),
    [
        ("1184.5", "EUR", "€1,184.50", "€\u00a01.184,50"),
        ("-3", "EUR", "-€3.00", "-€\u00a03,00"),
        ("0.005", "EUR", "€0.01", "€\u00a00,01"),
        ("1234567.891", "USD", "USD\u00a01,234,567.89", "USD\u00a01.234.567,89"),
    ],
)
def test_money_is_written_as_the_reader_writes_it(amount: str, currency: str, english: str, dutch: str) -> None:
    """Cents, the reader's separators, a sign or the currency's letters."""
    value = Money(Decimal(amount), currency)
    assert (money(value, "en"), money(value, "nl")) == (english, dutch)
    assert amounts([value, value], "en") == f"{english} + {english}"


def test_a_person_is_asked(at_noon: CommandLine) -> None:
    """At a terminal: shown, asked, done."""
    one = number_of(at_noon, "SPE_E5")
    person = at_noon.person("subscriptions", "resize", one, "21")
    person.sees("Apply this change?")
    person.types("y\n")
    assert person.leaves().status == 0
    assert at_noon.ok("subscriptions", "show", one, "--json").json["totalLicenses"] == 21


def test_the_noon_is_a_noon() -> None:
    """The dates above count from it."""
    assert NOON % DAY == 11 * 3_600_000_000
