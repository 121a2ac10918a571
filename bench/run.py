"""Prints the project's figures beside the goals it holds itself to: `python bench/run.py [--quick] [--only ROW]`.

Asserts no time. The store is SQLite, or what LICENTIA_DATABASE_URL names. See bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import edge
import finders
import graph
import groups
import imports
import pages
from rows import Bench, Figure
from stores import prepare

ROWS = ("1", "2", "3", "inline", "group", "import", "find", "pages", "edge", "graph", "help")


def main() -> int:
    """0 when everything was measured, whatever the figures say."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="licentia-bench-") as default:
        folder = Path(os.environ.get("LICENTIA_BENCH_DIR") or default).absolute()
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # commands find their bytecode, as when they are installed
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
        stores = prepare(folder)
        rounds = options.rounds or (2 if options.quick else 5)
        scale = options.users or (100_000 if options.quick else 1_000_000)
        bench = Bench(stores, folder=folder, scale=scale, rounds=rounds, say=_say)
        work: dict[str, Callable[[], list[Figure]]] = {
            "1": bench.bulk,
            "2": bench.whole,
            "3": bench.growth,
            "inline": bench.inline,
            "group": lambda: groups.figures(bench),
            "import": lambda: imports.figures(bench),
            "find": lambda: finders.figures(bench),
            "pages": lambda: pages.figures(bench),
            "edge": lambda: edge.figures(bench),
            "graph": lambda: graph.figures(bench),
            "help": bench.help,
        }
        print(f"{stores.vendor}, {scale:,} users, medians of {rounds} rounds (small sizes: {3 * rounds})")
        figures: list[Figure] = []
        for row in options.only or ROWS:
            found = work[row]()
            figures += found
            for figure in found:
                print(_line(figure), flush=True)
    if options.json:
        lines = [asdict(figure) | {"verdict": figure.verdict} for figure in figures]
        Path(options.json).write_text(json.dumps({"vendor": stores.vendor, "users": scale, "figures": lines}, indent=1))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the users and two rounds: to try it out")
    parser.add_argument("--users", type=int, help="users of the largest tenant (1,000,000)")
    parser.add_argument("--rounds", type=int, help="rounds a figure is the median of (5)")
    parser.add_argument("--only", action="append", choices=ROWS, help="only this row; may be repeated")
    parser.add_argument("--json", metavar="FILE", help="write the figures to a file too")
    return parser.parse_args()


def _line(figure: Figure) -> str:
    value = f"{figure.value:,.3f}" if figure.unit == "s" else f"{figure.value:,.2f}"
    goal = "" if figure.goal is None else f"<= {figure.goal:g}"
    return (
        f"{figure.row:7}{figure.what:68}{value:>10} {figure.unit:4}{goal:>8}  {figure.verdict:6}{figure.note}".rstrip()
    )


def _say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
