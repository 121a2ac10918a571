"""Where the store lives: the data folder of the platform, or what the environment says.

Never writes to the disk; it only names places.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from licentia.domain.reasons import BadInput

CACHE_KIB = 131_072
"""SQLite page cache per connection."""

CHECKPOINT_PAGES = 16_384
"""Write-ahead log pages before a checkpoint: the default of 1,000 checkpoints inside nearly every commit."""

PLANNER = "-c jit=off -c random_page_cost=1.1"
"""PostgreSQL compiled a statement of many parts anew each time (85 ms of 200 for 5,000 users), and read whole tables
where 5,000 look-ups in memory are faster."""


def home() -> Path:
    """The data folder: LICENTIA_HOME, else the platform's convention."""
    chosen = os.environ.get("LICENTIA_HOME")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "licentia"
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "licentia"


def exists() -> bool:
    """Whether there may be a store already: its file, or a database elsewhere."""
    return bool(os.environ.get("LICENTIA_DATABASE_URL")) or (home() / "licentia.sqlite3").exists()


def database_settings() -> dict[str, Any]:
    """Django's database entry: PostgreSQL when LICENTIA_DATABASE_URL says so, else SQLite in the data folder."""
    url = os.environ.get("LICENTIA_DATABASE_URL")
    return _postgres(url) if url else _sqlite(home() / "licentia.sqlite3")


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "licentia.store.sqlite",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
                f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES};PRAGMA cache_size=-{CACHE_KIB}"
            ),
        },
    }


def _postgres(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or len(parts.path) < 2:
        raise BadInput("bad_database_url")
    options = dict(parse_qsl(parts.query))
    options["options"] = f"{PLANNER} {options.get('options', '')}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }
