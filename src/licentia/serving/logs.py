"""The log of the server and its worker: lines of text, or one JSON object a line with ids and codes.

In JSON no line holds a token, a secret, a body, a query, or the name of a person of a tenant. What libraries say is written
without their values, and an error as its kind and its places, for its text may hold a value.
"""

from __future__ import annotations

import json
import logging
import os
import traceback
from datetime import UTC, datetime
from typing import Any

VARIABLE = "LICENTIA_LOG"
FIELDS = ("requestId", "clientRequestId", "tenant", "app", "edge", "operation", "status", "ms", "items", "done")
"""What a line may say besides when, how grave and what: set as `extra`."""


def is_json() -> bool:
    """Whether lines are JSON: LICENTIA_LOG=json."""
    return os.environ.get(VARIABLE) == "json"


class JsonLines(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if record.name.startswith("licentia.") else str(record.msg),
        }
        given = vars(record)
        line |= {name: given[name] for name in FIELDS if given.get(name) not in (None, "")}
        if record.exc_info and record.exc_info[0] is not None:
            frames = traceback.extract_tb(record.exc_info[2])
            line["error"] = record.exc_info[0].__name__
            line["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(line, ensure_ascii=False)


def config() -> dict[str, Any]:
    """For `logging.config`: everything on standard error; who asked for what only in JSON, where a machine reads it."""
    lines: dict[str, Any] = {
        "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        "datefmt": "%Y-%m-%dT%H:%M:%S%z",
    }
    if is_json():
        lines = {"()": "licentia.serving.logs.JsonLines"}
    busy = "INFO" if is_json() else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": lines},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            "licentia.security": {"handlers": ["stderr"], "level": "INFO"},
            "licentia.graph": {"handlers": ["stderr"], "level": "WARNING"},
            "licentia.requests": {"handlers": ["stderr"], "level": busy},
            "licentia.worker": {"handlers": ["stderr"], "level": busy},
            "django": {"handlers": ["stderr"], "level": "WARNING"},
            "django.request": {"level": "ERROR"},
            "gunicorn.error": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        },
    }
