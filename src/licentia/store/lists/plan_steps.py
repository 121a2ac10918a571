"""A plan's users, filtered by how their step stands and by their name: page by page, each page a bounded look.

One statement for a page, and one for the name; what matches rarely in a large plan is looked for WINDOW steps at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

from licentia.store import sql
from licentia.store.lists import users
from licentia.store.lists.plans import STEP_COLUMNS, StepRow, named_steps
from licentia.store.names import plain

WINDOW = 100_000
"""So many steps are looked at for one page (about 40 ms on SQLite)."""
STATES = ("pending", "verified", "failed", "unconfirmed", "choice", "refused", "skipped")


@dataclass(frozen=True, slots=True)
class StepQuery:
    """Which of a plan's users: in this state, with these words in their name or user name; '' is any."""

    state: str = ""
    words: str = ""
    after: int = 0
    top: int = 50


def page(tenant_id: int, plan_id: int, query: StepQuery) -> tuple[list[StepRow], int | None]:
    """(steps after a number, the number to go on from, None at the end)."""
    condition, params = _condition(tenant_id, query)
    end = query.after + WINDOW
    params |= {"tenant": tenant_id, "plan": plan_id, "after": query.after, "end": end, "top": query.top + 1}
    found = sql.rows(
        f"SELECT {STEP_COLUMNS} FROM plan_step s LEFT JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id "
        f"WHERE s.tenant_id = %(tenant)s AND s.plan_id = %(plan)s AND s.n > %(after)s AND s.n <= %(end)s{condition} "
        "ORDER BY s.n LIMIT %(top)s",
        params,
    )
    if len(found) > query.top:
        return named_steps(tenant_id, found[: query.top]), int(found[query.top - 1][0])
    return named_steps(tenant_id, found), end if _goes_on(tenant_id, plan_id, end) else None


def _condition(tenant_id: int, query: StepQuery) -> tuple[str, dict[str, object]]:
    condition, params = "", dict[str, object]()
    if query.state:
        condition += " AND s.state = %(state)s"
        params["state"] = query.state
    words = plain(query.words.replace("\x00", "")).strip()
    if not words:
        return condition, params
    if len(words) < users.SHORT:
        params |= {"start": words, "below": words + "\U0010ffff"}
        return condition + " AND u.sort_key >= %(start)s AND u.sort_key < %(below)s", params
    hits = users.search(tenant_id, words)
    if len(hits) <= users.SEARCH_CAP:
        return f"{condition} AND s.user_id {sql.among('hits')}", params | {"hits": sql.listed(hits)}
    return condition + " AND u.search_key LIKE %(pattern)s ESCAPE '\\'", params | {"pattern": f"%{users.like(words)}%"}


def _goes_on(tenant_id: int, plan_id: int, end: int) -> bool:
    """Whether the plan has steps after this one."""
    found = sql.row(
        "SELECT 1 FROM plan_step WHERE tenant_id = %(tenant)s AND plan_id = %(plan)s AND n > %(end)s LIMIT 1",
        {"tenant": tenant_id, "plan": plan_id, "end": end},
    )
    return found is not None
