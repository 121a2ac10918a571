"""Pages: how many, where the next begins, and the tokens in links. A token carries its query's mode and its tenant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.conf import settings

from licentia.graph_api.asking import Ask, link, refused
from licentia.graph_api.errors import GraphRefused
from licentia.odata import tokens
from licentia.odata.errors import QueryError
from licentia.odata.tokens import Token
from licentia.wire.bodies import Json
from licentia.wire.errors import BAD_REQUEST

DEFAULT: Final = 100
MOST: Final = 999

SKIP: Final = "skip"

Key = tuple[str | int, ...]


def top_of(ask: Ask) -> int:
    """How many objects a page has at most."""
    return ask.options.top or DEFAULT


def seal(ask: Ask, kind: str, position: Key, *, is_eventual: bool = False) -> str:
    """A token that only this store reads, for this tenant and this list."""
    return tokens.seal(Token(kind, ask.caller.tenant_guid, _place(ask), position, is_eventual), _key())


def opened(ask: Ask, kind: str, text: str) -> Token:
    """What a token of ours says; GraphRefused for one that was changed, or is another tenant's or list's."""
    try:
        return tokens.unseal(text, _key(), kind=kind, tenant=ask.caller.tenant_guid, resource=_place(ask))
    except QueryError as error:
        raise refused(error) from None


def _key() -> bytes:
    return str(settings.SECRET_KEY).encode()


def position(ask: Ask) -> Key | None:
    """Where this page begins: behind this key; None: at the first object."""
    return None if ask.options.skiptoken is None else opened(ask, SKIP, ask.options.skiptoken).position


def number_after(ask: Ask) -> int:
    """The number behind which this page begins, of a list by number; 0: at the first object."""
    after = position(ask) or (0,)
    if len(after) != 1 or not isinstance(after[0], int):
        raise GraphRefused(400, BAD_REQUEST, "The provided token is not valid for this request.")
    return after[0]


def was_eventual(ask: Ask) -> bool:
    """Whether the query is an advanced one: by its header, or by the link it follows."""
    if ask.is_eventual or ask.options.skiptoken is None:
        return ask.is_eventual
    return opened(ask, SKIP, ask.options.skiptoken).is_eventual


def _place(ask: Ask) -> str:
    return "/".join(ask.segments).lower()


def collection(
    ask: Ask, context: str, values: Sequence[object], *, next_key: Key | None = None, count: int | None = None
) -> Json:
    """A page of a collection, with its link to the next."""
    body: Json = {"@odata.context": f"{ask.base}/$metadata#{context}"}
    if count is not None:
        body["@odata.count"] = count
    if next_key is not None:
        token = seal(ask, SKIP, next_key, is_eventual=was_eventual(ask))
        body["@odata.nextLink"] = link(ask.base, ask.segments, ask.pairs, "$skiptoken", token)
    return body | {"value": list(values)}
