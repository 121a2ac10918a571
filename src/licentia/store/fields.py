"""Column types of ours: text compared byte by byte, so that both databases sort and page alike.

Only how a column is declared; never what is in it.
"""

from __future__ import annotations

from typing import Any

from django.db import models


class BytewiseTextField(models.TextField):  # type: ignore[type-arg]
    """Text with BINARY order on SQLite (its default) and COLLATE "C" on PostgreSQL."""

    def db_type(self, connection: Any) -> str | None:
        """The column type for this database."""
        return 'text COLLATE "C"' if connection.vendor == "postgresql" else "text"
