"""The table of docs/security.md: every number of level 1 is in it, every row says how it stands, every test it names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in TEXT.splitlines() if re.match(r"\| \d", line)]
LEVEL_1 = """
1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1 3.5.2 3.5.3
4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1
7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 11.3.1
11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
""".split()


def numbers(cell: str) -> set[str]:
    """The numbers of a row; `a to b` is all between, within one section."""
    found = set(re.findall(r"\d+\.\d+\.\d+", cell))
    for section, first, last in re.findall(r"(\d+\.\d+)\.(\d+) to \1\.(\d+)", cell):
        found |= {f"{section}.{n}" for n in range(int(first), int(last) + 1)}
    return found


def test_level_1_is_whole() -> None:
    """Each of the 70 numbers has a row that says level 1."""
    rows = {number for row in ROWS if row[1] == "1" for number in numbers(row[0])}
    assert rows == set(LEVEL_1)
    assert len(LEVEL_1) == 70


def test_rows_say_how_it_stands() -> None:
    """Met, part, open or not applicable, and shown by something."""
    assert {row[3] for row in ROWS} <= {"Met", "Part", "Open", "N/A"}
    assert all(row[4] for row in ROWS)


def test_what_it_names_is_there() -> None:
    """Every test and file that the table names."""
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    assert [name for name in set(re.findall(r"`(test_\w+)`", TEXT)) if f"def {name}(" not in tests] == []
    places = (ROOT, ROOT / "src" / "licentia", ROOT / "src" / "licentia" / "web")
    files = set(re.findall(r"`([\w/]+/[\w/]+\.(?:py|html))`", TEXT))
    assert [name for name in files if not any((place / name).exists() for place in places)] == []
