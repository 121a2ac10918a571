"""A $batch, carried out: items in the order their dependencies ask for, each answered as a request of its own."""

from __future__ import annotations

from typing import Final

import msgspec

from licentia.graph_api import asking, noting, service
from licentia.graph_api.asking import Answer, Ask
from licentia.graph_api.errors import GraphRefused
from licentia.odata.batch import BatchItem, parse_batch, run_order
from licentia.odata.errors import QueryError
from licentia.wire.bodies import Json

FAILED_DEPENDENCY: Final = 424
JSON_TYPE: Final = "application/json"


def batch(ask: Ask) -> Answer:
    """200 with an answer per item, whatever became of them; GraphRefused when the batch itself cannot be read."""
    try:
        items = parse_batch(ask.json())
    except QueryError as error:
        raise asking.refused(error) from None
    answers: dict[str, Answer] = {}
    for item in run_order(items):
        if any(answers[one].status >= 400 for one in item.depends_on):
            message = f"Request {item.id} depends on a request that failed."
            answers[item.id] = service.error(GraphRefused(FAILED_DEPENDENCY, "FailedDependency", message))
        else:
            answers[item.id] = _one(ask, item)
    return Answer(body={"responses": [_body(item.id, answers[item.id]) for item in items]})


def _one(ask: Ask, item: BatchItem) -> Answer:
    noting.current().items += 1
    try:
        pairs, options = asking.read_query(item.query)
    except GraphRefused as refused:
        return service.error(refused)
    inner = Ask(
        method=item.method,
        segments=asking.segments_of(item.path),
        pairs=pairs,
        headers=item.headers,
        body=b"" if item.body is None else msgspec.json.encode(item.body),
        caller=ask.caller,
        base=ask.base,
        is_batch_item=True,
        options=options,
    )
    return service.answer(inner)


def _body(name: str, answer: Answer) -> Json:
    headers: dict[str, str] = {"Cache-Control": "no-cache"} | dict(answer.headers)
    made: Json = {"id": name, "status": answer.status, "headers": headers}
    if answer.text is not None:
        headers["Content-Type"] = "text/plain"
        made["body"] = answer.text
    elif answer.body is not None:
        headers["Content-Type"] = JSON_TYPE
        made["body"] = answer.body
    return made
