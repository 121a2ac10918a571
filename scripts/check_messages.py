"""Compares every sentence of the source with the Dutch catalog, and the Dutch with the words this project never uses.

Reads the source as a syntax tree and runs nothing of it. With `--update` it adds what the catalog lacks; it never translates.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "licentia"
RULES = SOURCE / "domain" / "rules"
CATALOG = SOURCE / "locale" / "nl" / "LC_MESSAGES" / "licentia.po"

CLICK: tuple[str | tuple[str, str], ...] = (
    "Usage:",
    "Options",
    "Commands",
    "default: {default}",
    "required",
    "env var: {var}",
    "Show this message and exit.",
    "Show the version and exit.",
    "%(prog)s, version %(version)s",
    "Error: {message}",
    "Try '{command} {option}' for help.",
    "Missing command.",
    "Missing argument",
    "Missing option",
    "Missing parameter",
    "No such option {name!r}.",
    "No such command {name!r}.",
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    "Option {name!r} does not take a value.",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    "Choose from:\n\t{choices}",
    "Aborted!",
)
"""What click itself says to who uses our commands; it asks gettext for them in the same catalog."""

CLICK_IN_TABLES = frozenset({"required"})
"""Of these, what click's source has in a table and not in the call."""

FORBIDDEN: tuple[tuple[str, str], ...] = (
    (r"ontle(?:en|nen|end)", "intrekken"),
    (r"inlever\w*|ingeleverd\w*", "intrekken"),
    (r"detoewijz\w*|gedetoewezen", "intrekken"),
    (r"niet toewijzen", "intrekken"),
    (r"ophef\w*|opgeheven", "intrekken"),
    (r"bewaartermijn\w*", "respijtperiode"),
    (r"retentie\w*", "respijtperiode, bewaring or bewaarbeleid"),
    (r"inlog\w*|ingelogd\w*|log\w* in", "aanmelden"),
    (r"uitlog\w*|uitgelogd\w*", "afmelden"),
    (r"mailbox\w*", "postvak"),
    (r"je|jij|jou|jouw|jullie", "u, uw"),
)
"""Dutch that is never written, and what is (docs: the words of the screens)."""

FIELD = re.compile(r"\{[^{}]*\}|%\(\w+\)s")
SPELLED = re.compile(r"(?<!\w)(--[a-z][a-z-]*|LICENTIA_[A-Z_]+|licentia [a-z-]+(?: [a-z-]+)?(?= |$|[.;,]))")
"""What a person types is the same in every language."""

Key = tuple[str, str]
"""A sentence and its plural, or an empty text."""


@dataclass
class Found:
    """Sentences in source order, each with where it stands, and what is wrong."""

    places: dict[Key, list[tuple[str, str]]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


# ---- the source


def sentences() -> Found:
    """Every sentence that the source gives to gettext, then click's."""
    found = Found()
    for path in sorted(SOURCE.rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        for call in _calls(path):
            _take(call, where, found)
    for path in sorted(SOURCE.rglob("*.html")):
        _take_page(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix(), found)
    for said in CLICK:
        key = (said, "") if isinstance(said, str) else said
        found.places.setdefault(key, []).append(("click", ""))
    return found


_LITERAL = r"""(?:"([^"]*)"|'([^']*)')"""
_T = re.compile(r"{%\s*t\s+" + _LITERAL)
_TN = re.compile(r"{%\s*tn\s+" + _LITERAL + r"\s+" + _LITERAL)
_TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
_READ_OUT = re.compile(r"""(?:aria-label|placeholder|alt|title)=(?:"([^"]*)"|'([^']*)')""")
_ELEMENT = re.compile(r"<!doctype[^>]*>|<[^>]*>", re.DOTALL)
_SAME = frozenset({"English", "Nederlands", "Licentia", "OneDrive"})
"""Words that a page shows the same in every language."""


def _take_page(text: str, where: str, found: Found) -> None:
    """The sentences of a template, and the words in it that are in no sentence: those would be in one language only."""
    for pattern, count in ((_T, 1), (_TN, 2)):
        for hit in pattern.finditer(text):
            texts = [hit[2 * i + 1] or hit[2 * i + 2] or "" for i in range(count)]
            line = str(text.count("\n", 0, hit.start()) + 1)
            found.places.setdefault((texts[0], texts[1] if count == 2 else ""), []).append((where, line))
    asked = len(re.findall(r"{%\s*tn?\s", text))
    if asked != len(_T.findall(text)) + len(_TN.findall(text)):
        found.problems.append(f"{where}: what {{% t %}} is given is not a literal text")
    bare = _TAG.sub("", text)
    shown = [a or b for a, b in _READ_OUT.findall(bare)] + [_ELEMENT.sub(" ", bare)]
    for words in shown:
        for word in re.findall(r"[A-Za-zÀ-ÿ]{2,}", re.sub(r"&\w+;", " ", words)):
            if word not in _SAME:
                found.problems.append(f"{where}: not in any sentence: {word!r}")


def _calls(path: Path) -> list[ast.Call]:
    """Calls of a plain name, in source order."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    calls = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return sorted(calls, key=lambda call: (call.lineno, call.col_offset))


def _take(call: ast.Call, where: str, found: Found) -> None:
    assert isinstance(call.func, ast.Name)
    wanted = {"_": 1, "gettext": 1, "ngettext": 2}.get(call.func.id, 0)
    if not wanted:
        return
    texts = [_text(argument) for argument in call.args[:wanted]]
    if None in texts or len(texts) < wanted:
        found.problems.append(f"{where}:{call.lineno}: what {call.func.id}() is given is not a literal text")
        return
    key = (texts[0] or "", texts[1] or "" if wanted == 2 else "")
    found.places.setdefault(key, []).append((where, str(call.lineno)))


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def click_says() -> set[Key]:
    """Every sentence that the installed click gives to gettext."""
    spec = importlib.util.find_spec("click")
    assert spec is not None
    assert spec.submodule_search_locations
    said: set[Key] = set()
    for path in sorted(Path(spec.submodule_search_locations[0]).glob("*.py")):
        found = Found()
        for call in _calls(path):
            _take(call, path.name, found)
        said |= set(found.places)
    return said


# ---- the catalog


def key_of(entry: polib.POEntry) -> Key:
    """The sentence an entry is about."""
    return entry.msgid, entry.msgid_plural or ""


def compare(found: Found, catalog: polib.POFile) -> Iterator[str]:
    """What is wrong between the source and the catalog, a line each."""
    yield from found.problems
    click = click_says()
    for said in CLICK:
        key = (said, "") if isinstance(said, str) else said
        if key not in click and said not in CLICK_IN_TABLES:
            yield f"click no longer says: {key[0]!r}"
    there = {key_of(entry): entry for entry in catalog if not entry.obsolete}
    plurals = {single: plural for single, plural in found.places if plural}
    for single, plural in found.places:
        if not plural and single in plurals:
            yield f"with and without a plural: {single!r}"
    for key, places in found.places.items():
        if key not in there:
            yield f"{places[0][0]}:{places[0][1]}: not in the catalog: {key[0]!r}"
    for key, entry in there.items():
        if key not in found.places:
            yield f"{CATALOG.name}:{entry.linenum}: not used any more: {key[0]!r}"
        yield from (f"{CATALOG.name}:{entry.linenum}: {what}" for what in judge(entry))
    for entry in catalog.obsolete_entries():
        yield f"{CATALOG.name}:{entry.linenum}: obsolete: {entry.msgid!r}"


def judge(entry: polib.POEntry) -> Iterator[str]:
    """What is wrong with one translation."""
    if entry.fuzzy:
        yield f"fuzzy: {entry.msgid!r}"
    pairs = [(entry.msgid, entry.msgstr)]
    if entry.msgid_plural:
        pairs = [(entry.msgid, entry.msgstr_plural.get(0, "")), (entry.msgid_plural, entry.msgstr_plural.get(1, ""))]
    for english, dutch in pairs:
        if not dutch:
            yield f"not translated: {english!r}"
            continue
        yield from forbidden(english, dutch)
        if sorted(FIELD.findall(english)) != sorted(FIELD.findall(dutch)):
            yield f"other placeholders than {english!r}: {dutch!r}"
        if sorted(SPELLED.findall(english)) != sorted(SPELLED.findall(dutch)):
            yield f"other options or commands than {english!r}: {dutch!r}"
        if (english[:1].isspace(), english[-1:].isspace()) != (dutch[:1].isspace(), dutch[-1:].isspace()):
            yield f"other blanks at the ends than {english!r}: {dutch!r}"
        if english[-1] in ".:?" and dutch[-1] != english[-1]:
            yield f"ends otherwise than {english!r}: {dutch!r}"


def forbidden(english: str, dutch: str) -> Iterator[str]:
    """Words that are never written in Dutch, and exclamation marks."""
    for word, instead in FORBIDDEN:
        if hit := re.search(rf"\b(?:{word})\b", FIELD.sub("", dutch), re.IGNORECASE):
            yield f"{hit[0]!r} where {instead!r} is meant: {dutch!r} ({english!r})"
    if "!" in FIELD.sub("", dutch):
        yield f"an exclamation mark: {dutch!r}"


def rules() -> Iterator[str]:
    """What is wrong with the Dutch of the rule book."""
    for path in sorted(RULES.glob("*.toml")):
        for rule in tomllib.loads(path.read_text(encoding="utf-8"))["rule"]:
            for english, dutch in ((rule["en"], rule["nl"]), (rule.get("undo_en", ""), rule.get("undo_nl", ""))):
                problems = list(forbidden(english, dutch))
                if sorted(FIELD.findall(english)) != sorted(FIELD.findall(dutch)) or bool(english) != bool(dutch):
                    problems.append(f"other placeholders than {english!r}: {dutch!r}")
                yield from (f"{path.name}: {rule['id']}: {what}" for what in problems)


def update(found: Found, catalog: polib.POFile) -> polib.POFile:
    """The catalog with every sentence of the source, in source order, each with where it stands."""
    there = {key_of(entry): entry for entry in catalog if not entry.obsolete}
    made = polib.POFile(wrapwidth=110)
    made.metadata = catalog.metadata
    for (single, plural), places in found.places.items():
        entry = there.get((single, plural)) or polib.POEntry(msgid=single, msgid_plural=plural)
        if plural and not entry.msgstr_plural:
            entry.msgstr_plural = {0: "", 1: ""}
        entry.occurrences = sorted({(where, "") for where, _line in places})
        made.append(entry)
    return made


def load() -> polib.POFile:
    """The catalog as it is, or an empty one."""
    if CATALOG.exists():
        return polib.pofile(str(CATALOG), wrapwidth=110)
    made = polib.POFile(wrapwidth=110)
    made.metadata = {
        "Project-Id-Version": "licentia",
        "Language": "nl",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    return made


def main() -> int:
    """0 when nothing is wrong."""
    parser = argparse.ArgumentParser(description="Check the Dutch catalog against the source.")
    parser.add_argument("--update", action="store_true", help="add sentences that the catalog lacks, drop unused ones")
    found = sentences()
    if parser.parse_args().update:
        update(found, load()).save(str(CATALOG))
    problems = [*compare(found, load()), *rules()]
    for line in problems:
        print(line, file=sys.stderr)
    if problems:
        print(f"check_messages: {len(problems)} problems", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
