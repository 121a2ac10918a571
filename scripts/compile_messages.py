"""Compiles the Dutch catalog (.po) into the .mo file that the standard library's gettext reads.

Never edits a source file; the .mo lies beside its .po and is not kept in version control.
"""

from __future__ import annotations

from pathlib import Path

import polib


def compile_messages(root: Path) -> list[Path]:
    """Every .mo file written below `root`."""
    written = []
    for source in sorted((root / "src" / "licentia" / "locale").rglob("*.po")):
        target = source.with_suffix(".mo")
        polib.pofile(str(source)).save_as_mofile(str(target))
        written.append(target)
    return written


if __name__ == "__main__":
    compile_messages(Path(__file__).resolve().parents[1])
