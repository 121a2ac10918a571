"""README, manuals and the other documents say what the code has: commands, options, codes, variables, statuses, links."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

import click
import pytest

from licentia.changes.preview import SEVERITY_ORDER
from licentia.cli import root, usage
from licentia.cli.sentences import STATUS
from licentia.domain import intents
from licentia.domain.facts import Switch
from licentia.domain.lifecycle import PauseReason
from licentia.domain.reasons import Reason
from licentia.odata.filters import FilterErrorCode
from licentia.store.lists.check import CHECK_NAMES
from licentia.words import sentences

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "licentia"
MANUALS = ("docs/manual.en.md", "docs/manual.nl.md")
EVERYWHERE = frozenset({"--help", "--lang", "--json", "--tenant", "--as", "--version"})
"""Options that the manuals describe once, under `licentia`."""

SECTION = re.compile(r"^#{3,4} (licentia(?: [a-z-]+)*)\n(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)
OPTION = re.compile(r"`(--[a-z-]+)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
CODE_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
COMMAND_LINE = re.compile(r"^\$ (licentia .*)$|^    (licentia .*)$", re.MULTILINE)


def read(name: str) -> str:
    """A document."""
    return (ROOT / name).read_text(encoding="utf-8")


def commands() -> dict[str, click.Command]:
    """Every command by its words, groups too."""
    found: dict[str, click.Command] = {"licentia": root.root}

    def walk(words: str, command: click.Command) -> None:
        found[words] = command
        if isinstance(command, click.Group):
            for name, child in command.commands.items():
                walk(f"{words} {name}", child)

    for name, (module, _text) in root.COMMANDS.items():
        walk(f"licentia {name}", importlib.import_module(module).command)
    return found


def options(command: click.Command) -> set[str]:
    """The command's long options."""
    return {
        name
        for param in command.params
        if isinstance(param, click.Option)
        for name in param.opts
        if name.startswith("--")
    }


def markdown() -> list[Path]:
    """README and everything in docs."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


# ---- commands and options


@pytest.mark.parametrize("manual", MANUALS)
def test_every_command_has_a_section_and_no_other_does(manual: str) -> None:
    """The reference names exactly the commands of the command line."""
    said = [words for words, _ in SECTION.findall(read(manual))]
    assert sorted(said) == sorted(commands())


@pytest.mark.parametrize("manual", MANUALS)
def test_a_section_has_the_options_of_its_command(manual: str) -> None:
    """Every option stands in its command's section, and nothing else that looks like one."""
    sections = dict(SECTION.findall(read(manual)))
    wrong = {}
    for words, command in commands().items():
        said, real = set(OPTION.findall(sections.get(words, ""))), options(command)
        if words == "licentia":
            real |= EVERYWHERE
        missing = real - said - (EVERYWHERE if words != "licentia" else set())
        invented = said - real - {"--over-limit", "--everyone", "--help"}
        if missing or invented:
            wrong[words] = (sorted(missing), sorted(invented))
    assert not wrong, "(missing, invented)"


@pytest.mark.parametrize("name", ["README.md", *MANUALS])
def test_shown_commands_can_be_typed(name: str) -> None:
    """Every shown `licentia …` line parses; nothing is run."""
    wrong = []
    for match in COMMAND_LINE.finditer(read(name)):
        line = match[1] or match[2]
        try:
            parse(shlex.split(line, comments=True)[1:])
        except (click.ClickException, ValueError, KeyError) as error:
            wrong.append(f"{line}: {error}")
    assert not wrong


def parse(words: list[str]) -> None:
    """Finds the command and parses its arguments; raises what click raises."""
    command: click.Command = root.root
    context = click.Context(command, info_name="licentia")
    while isinstance(command, click.Group):
        while words and words[0] == "--lang":
            del words[:2]
        if not words or words[0] in ("-h", "--help", "--version"):
            return
        child = command.get_command(context, words[0])
        if child is None:
            raise click.UsageError(f"no command {words[0]}")
        command, context, words = child, click.Context(child, context, info_name=words[0]), words[1:]
    if "--help" not in words:
        command.make_context(context.info_name, words, parent=context.parent)


# ---- codes, statuses, variables


def codes() -> dict[str, set[str]]:
    """Every code a command can show or stop with, by family."""
    return {
        "bad input": set(sentences.BAD_INPUT | usage.BAD_INPUT),
        "refused": set(sentences.REFUSED | usage.REFUSED),
        "store": set(sentences.STORE),
        "row": set(sentences.ROW),
        "reason": {str(reason) for reason in Reason},
        "filter": {str(code) for code in FilterErrorCode},
        "pause": {str(reason) for reason in PauseReason},
        "switch": {str(switch) for switch in Switch},
        "store check": {*CHECK_NAMES, "journal", "integrity"},
        "chain": chain_codes(),
    }


def chain_codes() -> set[str]:
    """Why a journal is not whole: the texts that `verify` looks up."""
    tree = ast.parse((SOURCE / "words" / "journal.py").read_text(encoding="utf-8"))
    function = next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "why_word")
    table = next(node for node in ast.walk(function) if isinstance(node, ast.Dict))
    return {str(key.value) for key in table.keys if isinstance(key, ast.Constant)}


@pytest.mark.parametrize("manual", MANUALS)
def test_every_code_is_explained(manual: str) -> None:
    """Each code stands between backticks."""
    said = set(re.findall(r"`([a-z_]+)`", read(manual)))
    missing = {family: sorted(found - said) for family, found in codes().items() if found - said}
    assert not missing


def statuses() -> set[int]:
    """Exit statuses in the command line's code: what its functions return, and what goes with an error."""
    found = {root.BUG, *STATUS.values()}
    for path in (SOURCE / "cli").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and isinstance(node.returns, ast.Name) and node.returns.id == "int":
                for part in ast.walk(node):
                    if isinstance(part, ast.Return) and part.value is not None:
                        found |= constants(part.value)
    return found


def constants(value: ast.expr) -> set[int]:
    """The numbers that an expression may be, as far as they are written in it."""
    if isinstance(value, ast.Constant) and isinstance(value.value, int):
        return {int(value.value)}
    if isinstance(value, ast.IfExp):
        return constants(value.body) | constants(value.orelse)
    return set()


@pytest.mark.parametrize("manual", MANUALS)
def test_every_exit_status_is_explained(manual: str) -> None:
    """The table of exit statuses has exactly those of the code."""
    heading = {"docs/manual.en.md": "## Exit statuses", "docs/manual.nl.md": "## Afsluitcodes"}[manual]
    table = read(manual).split(heading)[1].split("\n## ")[0]
    assert {int(number) for number in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == statuses()


@pytest.mark.parametrize("manual", MANUALS)
def test_every_variable_is_explained(manual: str) -> None:
    """What the code reads from the environment has a line in the table of variables, and nothing else has."""
    real = {
        name
        for path in SOURCE.rglob("*.py")
        for name in re.findall(r"\bLICENTIA_[A-Z_]+\b", path.read_text(encoding="utf-8"))
    }
    assert set(re.findall(r"^\| `(LICENTIA_[A-Z_]+)`", read(manual), re.MULTILINE)) == real


def test_the_manuals_have_the_same_parts() -> None:
    """Both manuals have as many headings of each level in the same order, and the same commands in their sessions."""
    english, dutch = (read(name) for name in MANUALS)
    levels = [re.findall(r"^(#+) ", CODE_BLOCK.sub("", text), re.MULTILINE) for text in (english, dutch)]
    assert levels[0] == levels[1]
    shown = [[m[1].split()[1:3] for m in COMMAND_LINE.finditer(text) if m[1]] for text in (english, dutch)]
    assert shown[0] == shown[1]


def test_severities_are_as_the_manual_orders_them() -> None:
    """The manuals say: losses, changes, what is not known, what stays."""
    assert SEVERITY_ORDER == ("loss", "change", "unknown", "safe")


# ---- architecture and decisions


def test_every_table_is_in_the_architecture() -> None:
    """What a table holds stands there, for each of ours."""
    named = set(re.findall(r"`([a-z_]+)`", read("docs/architecture.md")))
    models = (SOURCE / "store" / "models.py").read_text(encoding="utf-8")
    ours = set(re.findall(r'db_table = "([a-z_]+)"', models))
    assert len(ours) > 30
    assert ours - named == set()


def test_every_intent_is_in_the_architecture() -> None:
    """By kind, with where its verdict is."""
    named = set(re.findall(r"`([A-Z][A-Za-z]+)`", read("docs/architecture.md")))
    assert {kind.__name__ for kind in get_args(intents.Intent)} - named == set()


def test_the_list_of_decisions_is_whole() -> None:
    """Every record has its line, in order, and the title that it has itself."""
    records = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    titles = [path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for path in records]
    lines = re.findall(r"^\| \[(\d+)\]\(([^)]+)\) \| (.+) \|$", read("docs/decisions/README.md"), re.MULTILINE)
    assert [name for _, name, _ in lines] == [path.name for path in records]
    assert [f"{number} {title}" for number, _, title in lines] == titles


# ---- links


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    found = set()
    for heading in HEADING.findall(CODE_BLOCK.sub("", text)):
        words = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        found.add(words.replace(" ", "-"))
    return found


@pytest.mark.parametrize("path", markdown(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    """A link to a file finds it, and its heading; links to other hosts are not followed."""
    text = CODE_BLOCK.sub("", path.read_text(encoding="utf-8"))
    broken = []
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / unquote(name)).resolve() if name else path
        is_known = target.exists() and (
            not anchor or target.is_dir() or anchor in anchors(target.read_text(encoding="utf-8"))
        )
        if not is_known:
            broken.append(link)
    assert not broken


def test_the_documents_speak_of_the_project_alone() -> None:
    """No path of somebody's machine and no folder outside the project."""
    places = re.compile(r"/(w[o]rk|h[o]me|r[o]ot|U[s]ers|t[m]p)/|(\.\./){3}")
    found = {path.name: places.findall(path.read_text(encoding="utf-8")) for path in markdown()}
    assert not {name: hits for name, hits in found.items() if hits}
