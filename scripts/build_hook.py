"""Build step: compiles the Dutch catalog (.po) into the .mo file that the standard library's gettext reads.

Never edits a source file; the .mo lies beside its .po and is not kept in version control.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polib
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_messages(root: Path) -> list[Path]:
    """Every .mo file written below `root`."""
    written = []
    for source in sorted((root / "src" / "licentia" / "locale").rglob("*.po")):
        target = source.with_suffix(".mo")
        polib.pofile(str(source)).save_as_mofile(str(target))
        written.append(target)
    return written


class MessagesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before a wheel or an editable install is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        compile_messages(Path(self.root))
