"""The users of a plan on its page: filtered by how they stand and by name, with how many stand so."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from licentia.changes.preview import Preview, fates
from licentia.store.lists import plan_steps as list_of
from licentia.store.lists.plan_steps import StepQuery
from licentia.web.desk import Desk
from licentia.web.views.listing import LONGEST_SEARCH
from licentia.web.views.plans import TOP, step_values
from licentia.words import plans as words
from licentia.words.language import gettext as _


def query_of(asked: QueryDict, top: int = TOP) -> StepQuery:
    """What the address asks for; a state that there is not is none."""
    state, after = asked.get("state", ""), asked.get("after", "")
    return StepQuery(
        state=state if state in list_of.STATES else "",
        words=asked.get("q", "")[:LONGEST_SEARCH],
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0,
        top=top,
    )


def values(desk: Desk, shown: Preview, query: StepQuery) -> dict[str, Any]:
    """A page of the plan's users, the chips and the search of their list."""
    steps, more = list_of.page(desk.tenant_id, shown.plan["id"], query)
    here = reverse("plan", args=[shown.plan["id"]])
    known = fates(desk.tenant_id, shown.plan["id"], shown.start)
    return {
        "steps": [step_values(desk, step, known[step.class_id], shown.plan["verb"]) for step in steps],
        "more_steps": "" if more is None else f"{here}?{urlencode(_kept(query) | {'after': more})}",
        "chips": _chips(desk, shown, query),
        "step_filter": query,
        "filtered": "?" + urlencode(_kept(query)) if _kept(query) else "",
    }


def _kept(query: StepQuery) -> dict[str, str | int]:
    every: dict[str, str | int] = {"state": query.state, "q": query.words}
    return {name: value for name, value in every.items() if value}


def _chips(desk: Desk, shown: Preview, query: StepQuery) -> list[tuple[str, str, bool]]:
    """(address, word with its number, whether it is chosen): everybody, and each state that somebody is in."""
    plan = shown.plan
    ended = plan["verified"] + plan["failed"] + plan["skipped_late"]
    numbers = {
        "pending": max(0, plan["ready"] - ended) if plan["finished_at"] is None else 0,
        "verified": plan["verified"],
        "failed": plan["failed"],
        "choice": plan["choice"],
        "skipped": plan["skipped"] + plan["skipped_late"],
        "refused": plan["refused"],
    }
    first = {"pending", "choice", "skipped", "refused"} if plan["started_at"] is None else set[str]()
    here = reverse("plan", args=[plan["id"]])
    found = [(_address(here, query, ""), _("All"), not query.state)]
    for state, number in numbers.items():
        if number or state in first or state == query.state:
            said = _("{state}: {n}").format(state=words.result_word(plan["verb"], state), n=desk.text.n(number))
            found.append((_address(here, query, state), said, state == query.state))
    return found


def _address(here: str, query: StepQuery, state: str) -> str:
    kept = urlencode(_kept(StepQuery(state, query.words)))
    return f"{here}?{kept}" if kept else here
