"""What a request's query can be refused with: a code of Microsoft Graph's and the sentence that goes with it.

Sentences marked "ours" were not read in a source: their code and their meaning were. Never an HTTP status.
"""

from __future__ import annotations

from typing import Final

BAD_REQUEST: Final = "Request_BadRequest"
UNSUPPORTED: Final = "Request_UnsupportedQuery"
MALFORMED: Final = "BadRequest"


class QueryError(Exception):
    """A query is refused: `code` is Graph's error code, `message` its sentence, in English as Graph writes it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def unsupported_property(name: str, resource: str) -> QueryError:
    """A property that cannot be filtered on, or not in this way (LF 1.4; the sentence as administrators report it)."""
    return QueryError(
        UNSUPPORTED,
        f"Unsupported or invalid query filter clause specified for property '{name}' of resource '{resource}'.",
    )


def needs_advanced(operator: str) -> QueryError:
    """An operator that needs the header and the count (LF 1.4: code and meaning read, this sentence reported)."""
    return QueryError(
        UNSUPPORTED,
        f"Operator: '{operator}' is not supported because the required parameters might be missing. Try adding "
        "$count=true query parameter and ConsistencyLevel:eventual header. Refer to "
        "https://aka.ms/graph-docs/advanced-queries for more information",
    )


NO_SKIP: Final = "'$skip' is not supported by the service."
NO_SORT: Final = "Sorting not supported for current query."
NO_RAW_COUNT: Final = "$count is not currently supported."
NO_SEARCH: Final = (
    "Request with $search query parameter only works through MSGraph with a special request header: "
    "'ConsistencyLevel: eventual'"
)


def bad_page_size(text: str) -> QueryError:
    """A $top that is no number from 1 to 999."""
    return QueryError(UNSUPPORTED, f"Invalid page size specified: '{text}'. Must be between 1 and 999 inclusive.")


def malformed(option: str, detail: str) -> QueryError:
    """An option that cannot be read. Ours."""
    return QueryError(MALFORMED, f"Invalid value for the query option '{option}': {detail}.")
