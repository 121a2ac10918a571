"""The one way a request is answered, whether it came by HTTP or in a $batch: who asks, may they, what is it, and errors.

Every refusal of a door becomes Graph's answer here; whatever else goes wrong is a 500 that says nothing of the inside.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from licentia.domain.reasons import BadInput, NotPermitted, Refused
from licentia.graph_api import access, envelope, profile, refusals, router
from licentia.graph_api.asking import Answer, Ask
from licentia.graph_api.errors import GraphRefused
from licentia.store.writing import StoreError
from licentia.wire.errors import DENIED

LOG: Final = logging.getLogger("licentia.graph")


def answer(ask: Ask) -> Answer:
    """The answer to one request; never an exception."""
    return guarded(ask, _answer)


def guarded(ask: Ask, handler: Callable[[Ask], Answer]) -> Answer:
    """What the handler answers, or the error that it met."""
    try:
        return handler(ask)
    except GraphRefused as said:
        return error(said)
    except (BadInput, Refused) as said:
        return error(refusals.of_door(said))
    except NotPermitted:
        return error(GraphRefused(403, DENIED, refusals.INSUFFICIENT))
    except StoreError:
        LOG.exception("the store cannot be used")
        return error(GraphRefused(503, "ServiceUnavailable", "The store of this server cannot be used now."))
    except Exception:
        LOG.exception("request failed")
        return error(GraphRefused(500, "InternalServerError", "An internal server error occurred."))


def _answer(ask: Ask) -> Answer:
    route, given = router.find(ask.method, ask.segments)
    is_write = ask.method != "GET"
    options = ask.options
    verdict = profile.before(
        ask.caller,
        route.operation,
        select=bool(options.select),
        top=options.top,
        expand=bool(options.expand),
        is_write=is_write,
    )
    if route.operation not in router.ASKED_INSIDE:
        access.require(ask.caller, route.operation)
    found = route.handler(ask, *given)
    profile.after(verdict)
    return replace(found, headers=verdict.headers | dict(found.headers))


def error(refused: GraphRefused) -> Answer:
    """The refusal as an answer in Graph's envelope."""
    return Answer(refused.status, envelope.body(refused.code, refused.message), headers=refused.headers)
