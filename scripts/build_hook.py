"""Build step: runs `compile_messages` before a wheel or an editable install is made.

Never edits a source file. It is loaded by the build tool, not imported, so it finds its neighbour by path.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class MessagesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles the messages beside their sources."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        runpy.run_path(str(root / "scripts" / "compile_messages.py"))["compile_messages"](root)
