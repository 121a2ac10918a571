"""What the command line shows, kept as files: `make golden` writes them anew, and a person reads the diff.

Each scene is played once per language on the demo tenant at a fixed time; JSON must be the same in both.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from command_line import CommandLine, in_process, stand_still
from golden.sentences import every_sentence

if TYPE_CHECKING:
    from database import Store

HERE = Path(__file__).parent
WRITE = os.environ.get("LICENTIA_GOLDEN") == "write"
LANGUAGES = ("en", "nl")
FILE = """User principal name,Object Id,Display name,Department,Licenses
anna@contoso.example,6e7b768e-07e2-4810-8459-485f84f8f204,Anna Jansen,Finance,Microsoft 365 E3
bram@contoso.example,7e7b768e-07e2-4810-8459-485f84f8f204,Bram de Wit,,Microsoft 365 E3+Power BI Pro
zoe,,Zoë,,
carla@contoso.example,,Carla Smit,Sales,Microsoft 366
anna@contoso.example,6e7b768e-07e2-4810-8459-485f84f8f204,Anna Jansen,Finance,Unlicensed
"""
EMERGENCY = "noodtoegang1@noordzee.example"
ROBUST = {"Checksum: ": r"[0-9a-f]{64}", "Controlegetal: ": r"[0-9a-f]{64}"}
"""What a catalog or rule book of another version changes and nobody reads."""
VERSIONS = re.compile(r'("(?:catalogVersion|rulesVersion)": )"[0-9a-f]+"')


class Stage:
    """A scene: commands with what they said, text and JSON apart."""

    def __init__(self, cli: CommandLine, lang: str) -> None:
        self.cli = cli
        self.lang = lang
        self.text: list[str] = []
        self.json: list[str] = []

    def play(self, *words: str, stdin: str = "") -> None:
        """The command, its words and its status, as text."""
        self._keep(self.text, words, stdin)

    def both(self, *words: str) -> None:
        """A command that changes nothing: as text, and as JSON."""
        self._keep(self.text, words, "")
        self._keep(self.json, (*words, "--json"), "")

    def data(self, *words: str) -> None:
        """The command, as JSON only."""
        self._keep(self.json, (*words, "--json"), "")

    def _keep(self, kept: list[str], words: tuple[str, ...], stdin: str) -> None:
        said = self.cli.run(*words, lang=self.lang, stdin=stdin)
        line = " ".join(f'"{word}"' if re.search(r"[ ']", word) else word for word in words)
        parts = [f"$ licentia {line}", said.out.rstrip("\n"), said.err.rstrip("\n")]
        parts += [f"(exit status {said.status})"] if said.status else []
        kept.append("\n".join(part for part in parts if part))


def find(stage: Stage) -> None:
    """Products, users, one user whole."""
    stage.both("products", "list")
    stage.both("products", "show", "EXCHANGEENTERPRISE")
    stage.both("users", "list", "--product", "VISIOCLIENT")
    stage.play("users", "list", "--filter", "department eq 'Sales'", "--top", "5")
    stage.both("users", "show", EMERGENCY)
    for name in _each_kind(stage.cli):
        stage.play("users", "show", name)
    stage.both("tenants", "list")
    stage.play("tenants", "set")
    stage.both("never", "list")


def _each_kind(cli: CommandLine) -> list[str]:
    """The first user of each kind worth a look: in error, bought, by two paths, guest, never signed in, blocked."""
    users = cli.ok("users", "list", "--top", "500", "--json").json
    tests: list[Callable[[dict[str, object]], bool]] = [
        lambda u: any(one["error"] for one in _licenses(u)),
        lambda u: any(one["path"] == "purchase" for one in _licenses(u)),
        lambda u: len({one["path"] for one in _licenses(u)}) > 1,
        lambda u: u["userType"] == "Guest",
        lambda u: u["signInKnown"] is True and u["lastSignInDateTime"] is None,
        lambda u: u["accountEnabled"] is False,
    ]
    found = [next((str(u["userPrincipalName"]) for u in users if test(u)), "") for test in tests]
    return [name for name in dict.fromkeys(found) if name]


def _licenses(user: dict[str, object]) -> list[dict[str, object]]:
    licenses = user["licenses"]
    assert isinstance(licenses, list)
    return licenses


def plan(stage: Stage) -> None:
    """Previews of several kinds, a plan applied, undone, and the lists afterwards."""
    stage.play("unassign", "Microsoft 365 E3", "--everyone", "--plan")
    stage.data("plans", "show", "1")
    stage.play("unassign", "EXCHANGESTANDARD", "--everyone", "--plan")
    stage.play("unassign", "SPE_E5", "--user", EMERGENCY, "--plan")
    stage.play("assign", "VISIOCLIENT", "--user", EMERGENCY, "--plan")
    stage.play("plans", "apply", "1")
    stage.play("plans", "apply", "1", "--confirm", _ready(stage.cli, 1))
    stage.play("plans", "apply", "2", "--over-limit")
    stage.data("plans", "show", "2")
    stage.play("plans", "apply", "2")
    stage.play("plans", "apply", "4")
    stage.play("plans", "undo", "2", "--yes")
    stage.both("plans", "list")
    stage.play("plans", "show", "2", "--users", "--top", "4")
    stage.both("audit", "list", "--top", "8")
    stage.play("audit", "verify")
    stage.play("store", "check")


def _ready(cli: CommandLine, number: int) -> str:
    return str(cli.ok("plans", "show", str(number), "--json").json["plan"]["ready"])


def one_user(stage: Stage) -> None:
    """At once, with a receipt; the grace period; its end; what an undo can still bring back."""
    name = next(
        str(user["userPrincipalName"])
        for user in stage.cli.ok("users", "list", "--product", "SPE_E3", "--top", "500", "--json").json
        if [one["path"] for one in _licenses(user)] == ["direct"]
    )
    stage.play("unassign", "SPE_E3", "--user", name, "--yes")
    stage.play("users", "show", name)
    stage.play("unassign", "SPE_E3", "--user", name, "--yes")
    stage.play("assign", "SPE_E3", "--user", name, "--without", "Sway", "--plan")
    stage.data("unassign", "SPE_E3", "--user", name, "--yes")
    stage.play("tenants", "set-clock", "+31d")
    stage.play("users", "show", name)
    stage.play("plans", "undo", "1", "--plan")
    stage.play("plans", "undo", "1", "--yes")
    stage.play("plans", "export", "1", "--receipt")
    stage.play("audit", "list", "--user", name)


def copy(stage: Stage) -> None:
    """An import, its bad rows, and a preview on what is not known."""
    stage.play("import", "users", "-", stdin=FILE)
    stage.text.append("users.bad-rows.csv\n" + Path("users.bad-rows.csv").read_text(encoding="utf-8-sig").rstrip())
    stage.play("import", "users", "-", "--skip-bad", stdin=FILE)
    stage.play("products", "list", "--tenant", "contoso.example")
    stage.play("users", "show", "anna@contoso.example", "--tenant", "contoso.example")
    words = ("unassign", "SPE_E3", "--tenant", "contoso.example")
    stage.play(*words, "--everyone")
    stage.play(*words, "--user", "anna@contoso.example", "--include-unknown", "--plan")
    stage.play(*words, "--user", "anna@contoso.example", "--include-unknown", "--yes")


def swap(stage: Stage) -> None:
    """One product instead of another, too few seats, everything at once, service plans; put back."""
    name = _first(stage.cli, "SPE_E3", "direct", synced=True)
    stage.play("swap", "--from", "SPE_E3", "--to", "SPE_E5", "--user", name, "--plan")
    stage.play("swap", "--from", "SPE_E3", "--to", "SPE_E5", "--everyone", "--plan")
    stage.play("plans", "apply", "2", "--confirm", _ready(stage.cli, 2), "--over-limit")
    stage.data("plans", "show", "2")
    stage.play("swap", "--from", "SPE_E3", "--to", "SPE_E5", "--user", name, "--yes")
    stage.play("plans", "undo", "3", "--yes")
    stage.play("replace", "--with", "SPE_F1", "--user", name, "--plan")
    stage.play("unassign", "--all", "--user", name, "--plan")
    stage.play("service-plans", "set", "SPE_E3", "--off", "Sway", "--user", name, "--yes")
    stage.play("users", "show", name)


def group(stage: Stage) -> None:
    """Groups, their members and licenses: previewed, applied, failed, undone, refused."""
    stage.both("groups", "list")
    stage.both("groups", "show", "Licenties - Postvakken")
    stage.both("groups", "errors")
    stage.play("groups", "errors", "--users", "--top", "3")
    stage.play("groups", "members", "Licenties - Postvakken")
    stage.play("groups", "licenses", "Licenties - Directie", "--add", "VISIOCLIENT", "--off", "Sway", "--plan")
    stage.play("groups", "licenses", "Licenties - Directie", "--add", "VISIOCLIENT", "--yes")
    stage.play("plans", "undo", "1", "--yes")
    stage.play("groups", "licenses", "Licenties - Postvakken", "--remove", "EXCHANGESTANDARD", "--plan")
    stage.play("groups", "remove", "Licenties - Postvakken", "--everyone", "--yes")
    stage.play("plans", "undo", "4", "--yes")
    stage.play("groups", "reprocess", "Licenties - Copilot en BI", "--plan")
    stage.play("groups", "add", "Licenties - Magazijn", "--user", EMERGENCY)
    stage.play("groups", "delete", "Licenties - Postvakken", "--yes")
    stage.play("groups", "create", "Project Zuid", "--kind", "microsoft365")
    stage.play("groups", "update", "Project Zuid", "--name", "Project Noord")
    stage.play("groups", "delete", "Project Noord", "--yes")
    stage.play("groups", "list", "--deleted")
    stage.play("audit", "list", "--top", "6")


def subscription(stage: Stage) -> None:
    """Subscriptions and what may be done with them, savings, prices, an order list, a take-over."""
    stage.both("subscriptions", "list")
    for number in (1, 5, 4, 8, 14, 17):
        stage.play("subscriptions", "show", str(number))
    stage.data("subscriptions", "show", "1")
    stage.play("subscriptions", "resize", "12", "4", "--yes")
    stage.play("subscriptions", "resize", "12", "1")
    stage.play("subscriptions", "resize", "4", "10")
    stage.play("subscriptions", "undo", "1", "--yes")
    stage.play("subscriptions", "recurring", "1", "off", "--yes")
    stage.play("subscriptions", "cancel", "5", "--yes")
    stage.play("subscriptions", "order")
    stage.play("prices", "list")
    stage.play("prices", "set", "VISIOCLIENT", "14.00")
    stage.play("subscriptions", "list", "--purchases")
    bought = _purchase(stage.cli)
    stage.play("subscriptions", "show", bought)
    stage.play("subscriptions", "take-over", bought, "--move", "--plan")
    stage.play("subscriptions", "take-over", bought, "--cancel", "--yes")
    stage.play("subscriptions", "show", bought)
    stage.play("plans", "export", "6", "--receipt")
    stage.play("audit", "list", "--top", "6")
    stage.play("tenants", "set-clock", "+400d")
    stage.play("audit", "list", "--top", "12")


def _purchase(cli: CommandLine) -> str:
    """The number of the first self-service purchase."""
    every = [one for product in cli.ok("subscriptions", "list", "--json").json for one in product["subscriptions"]]
    return str(next(one["number"] for one in every if one["selfServicePurchase"]))


def account(stage: Stage) -> None:
    """Somebody leaves: blocked, deleted, restored, gone for good."""
    name = _first(stage.cli, "SPE_E3", "direct", synced=False)
    other = _first(stage.cli, "SPE_E3", "group", synced=False)
    stage.play("users", "block", "--user", _first(stage.cli, "SPE_E3", "direct", synced=True), "--yes")
    stage.play("users", "block", "--user", name, "--yes")
    stage.play("users", "block", "--user", name, "--yes")
    stage.play("users", "set-manager", name, other, "--yes")
    stage.play("users", "revoke-sessions", "--user", other, "--yes")
    stage.play("users", "delete", "--user", name, "--user", other, "--plan")
    stage.data("plans", "show", "4")
    stage.play("plans", "apply", "4")
    stage.both("users", "deleted")
    stage.play("users", "show", name)
    stage.play("users", "restore", "--user", name, "--plan")
    stage.play("audit", "list", "--user", name, "--top", "3")
    stage.play("plans", "undo", "4", "--plan")
    stage.play("plans", "undo", "4", "--user", name, "--plan")
    stage.play("users", "restore", "--user", name, "--yes")
    stage.play("users", "unblock", "--user", name, "--yes")
    stage.play("users", "purge", "--user", other, "--yes")
    stage.play("users", "purge", "--user", other, "--yes", "--confirm", "1")
    stage.play("users", "delete", "--user", EMERGENCY, "--yes")
    stage.play("plans", "list", "--all")
    stage.play("audit", "list", "--user", name)
    stage.play("audit", "list", "--top", "3")


def _first(cli: CommandLine, product: str, path: str, *, synced: bool) -> str:
    """The first user, from Active Directory or not, who has the product, and everything, by this path."""
    words = ("--filter", f"onPremisesSyncEnabled eq {str(synced).lower()}", "--top", "500", "--json")
    users = cli.ok("users", "list", "--product", product, *words).json
    return next(str(user["userPrincipalName"]) for user in users if {one["path"] for one in _licenses(user)} == {path})


def search(stage: Stage) -> None:
    """Every finder, one into a plan, one saved."""
    stage.both("find", "--count")
    for kind in ("blocked", "never-signed-in", "inactive", "duplicate", "overlap", "shared"):
        stage.play("find", kind, "--top", "2")
    stage.data("find", "shared", "--top", "2")
    stage.play("find", "shared", "--unassign", "--plan")
    stage.play("find", "duplicate", "--unassign", "--plan")
    stage.play("find", "inactive", "--days", "400", "--save", "Lang weg")
    stage.play("find", "lang weg", "--top", "1")
    stage.play("find")
    stage.play("find", "--forget", "Lang weg")


def life(stage: Stage) -> None:
    """Operators, approval, a scheduled plan, a rehearsal copy."""
    stage.play("operators", "add", "anna@noordzee.example", "--display-name", "Anna de Vries")
    stage.play("operators", "grant", "anna@noordzee.example", "license")
    stage.play("operators", "add", "berend@noordzee.example")
    stage.play("plans", "list", "--as", "berend@noordzee.example")
    stage.play("operators", "grant", "berend@noordzee.example", "user")
    stage.play("operators", "list")
    stage.play("subscriptions", "recurring", "1", "off", "--yes", "--as", "anna@noordzee.example")
    stage.play("tenants", "set", "--approve-above", "1")
    stage.play("unassign", "VISIOCLIENT", "--everyone", "--yes", "--as", "anna@noordzee.example")
    stage.play("plans", "approve", "1", "--as", "anna@noordzee.example")
    stage.play("plans", "reject", "1", "--why", "Not before March", "--as", "berend@noordzee.example")
    stage.play("plans", "show", "1")
    stage.play("plans", "apply", "1", "--as", "anna@noordzee.example")
    stage.play("plans", "approve", "1", "--as", "berend@noordzee.example")
    stage.play("plans", "apply", "1", "--at", "+12h", "--as", "anna@noordzee.example")
    stage.play("plans", "show", "1")
    stage.play("plans", "unschedule", "1")
    stage.play("plans", "hand-over", "1")
    stage.play("tenants", "copy", "Noordzee Logistiek", "Proef")
    stage.both("tenants", "list")
    stage.play("audit", "list", "--top", "10", "--tenant", "Noordzee Logistiek")


def program(stage: Stage) -> None:
    """Programs: made, given a new secret, listed, deleted; ids and secrets, which are never the same, are left out."""
    stage.play("apps", "list")
    stage.play("apps", "create", "Vertrekscript", "--application", "Licence.All")
    stage.play("apps", "create", "Vertrekscript", "--application", "LicenseAssignment.ReadWrite.All")
    stage.data("apps", "create", "Rapport", "--application", "User.Read.All", "--delegated", "User.Read.All")
    stage.play("apps", "create", "Hulpje", "--delegated", "User.ReadWrite.All", "--public")
    stage.play("apps", "rotate", "Vertrekscript", "--overlap", "48")
    stage.both("apps", "list")
    stage.play("apps", "rotate", "Hulpje")
    stage.play("apps", "delete", "Rapport")
    stage.play("apps", "keys", "rotate")
    stage.play("audit", "list", "--top", "5")
    stage.text = [_without_secrets(text) for text in stage.text]
    stage.json = [_without_secrets(text) for text in stage.json]


def _without_secrets(text: str) -> str:
    text = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "00000000-0000-0000-0000-000000000000", text)
    text = re.sub(r"\b[A-Za-z0-9]{43}\b", "x" * 43, text)
    text = re.sub(r"\b[0-9a-f]{32}\b", "0" * 32, text)
    return re.sub(r'\b\w{3}(?=…)|(?<="hint": ")\w{3}', "xxx", text)


def wrong(stage: Stage) -> None:
    """What people mistype, and what they are told."""
    stage.play("unassign", "Microsoft 365 E33", "--everyone")
    stage.play("unassign", "Visio Plan 1", "--everyone")
    stage.play("unassign", "Office 365 E3", "--everyone")
    stage.play("unassign", "SPE_E3")
    stage.play("unassign", "SPE_E3", "--user", "p.van")
    stage.play("unassign", "SPE_E3", "--filter", "department eq 'Sales")
    stage.play("unassign", "SPE_E3", "--filter", "shoeSize eq 44")
    stage.play("unassign", "SPE_E3", "--filter", "userPrincipalName eq null")
    stage.play("unassign", "SPE_E3", "--users-from", "leavers.csv")
    stage.play("assign", "SPE_E3", "--without", "Swey", "--user", EMERGENCY)
    stage.play("plans", "show", "99")
    stage.play("products", "list", "--tenant", "Contoso")
    stage.play("tenants", "set-clock", "tomorrow")


SCENES: dict[str, Callable[[Stage], None]] = {
    "find": find,
    "plan": plan,
    "one-user": one_user,
    "copy": copy,
    "swap": swap,
    "group": group,
    "subscription": subscription,
    "account": account,
    "search": search,
    "life": life,
    "program": program,
    "wrong": wrong,
}


def held(name: str, found: str) -> None:
    """What was found is what is kept; under LICENTIA_GOLDEN=write it is kept."""
    path = HERE / name
    text = VERSIONS.sub(r'\1"…"', found.replace("\r\n", "\n").rstrip("\n") + "\n")
    for before, changing in ROBUST.items():
        text = re.sub(re.escape(before) + changing, before + "…", text)
    if WRITE:
        path.write_text(text, encoding="utf-8")
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    assert text == kept, f"{name} differs; `make golden` writes it anew"


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_shown_as_it_is_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scene: str
) -> None:
    """In English and Dutch as text, and once as JSON, which no language changes."""
    monkeypatch.chdir(tmp_path)
    stand_still(monkeypatch)
    documents = []
    for lang in LANGUAGES:
        cli = CommandLine(store, monkeypatch)
        cli.ok("demo", "--users", "200")
        stage = Stage(cli, lang)
        SCENES[scene](stage)
        held(f"{scene}.{lang}.txt", "\n\n\n".join(stage.text))
        documents.append("\n\n\n".join(stage.json))
        store.renew()
    assert documents[0] == documents[1]
    if documents[0]:
        held(f"{scene}.json.txt", documents[0])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_is_as_it_is_kept(monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """Errors, reasons, states and rules with sample details: one file to read in one go."""
    from licentia.cli import i18n

    monkeypatch.setenv("LANGUAGE", "en")
    i18n.use(lang)
    held(f"sentences.{lang}.txt", every_sentence(lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_is_as_it_is_kept(lang: str) -> None:
    """The root's, those of groups of commands, and those of the commands that matter most."""
    env = dict(os.environ) | {"COLUMNS": "100", "LICENTIA_LANG": lang}
    shown: tuple[tuple[str, ...], ...] = ((), ("unassign",), ("swap",), ("find",), ("plans",), ("plans", "undo"))
    shown += (("groups",), ("groups", "licenses"), ("groups", "reprocess"), ("subscriptions",), ("users",))
    shown += (("subscriptions", "recurring"), ("subscriptions", "take-over"), ("prices", "import"))
    shown += (("apps",), ("apps", "create"))
    said = [in_process(env, *words, "--help").out for words in shown]
    held(f"help.{lang}.txt", "\n\n".join(said))
