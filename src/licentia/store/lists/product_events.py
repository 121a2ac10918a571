"""The history of a product: what each plan, or each transaction without one, did to it; and the rows behind one line."""

from __future__ import annotations

from dataclasses import dataclass

from licentia.domain.happenings import of_product
from licentia.domain.instants import Instant
from licentia.store import sql
from licentia.store.lists import audit, gone
from licentia.store.lists.audit import AuditRow

WINDOW = 20_000
"""So many rows of the journal are looked at for one page of users; a line with few of many goes on from there."""


@dataclass(frozen=True, slots=True)
class ProductEvent:
    """One line: `count` rows of one kind, of which the first is about `object_id`, whose name is `name`."""

    first_seq: int
    last_seq: int
    plan_id: int | None
    kind: str
    at: Instant
    actor_name: str
    object_kind: str
    object_id: int
    name: str
    display_name: str
    count: int


_SELECT = (
    "SELECT e.first_seq, e.last_seq, s.plan_id, e.kind, s.at, s.actor_name, e.object_kind, e.object_id, "
    "coalesce(u.principal_name, ''), coalesce(u.display_name, ''), e.counted FROM product_event e "
    "JOIN segment s ON s.tenant_id = e.tenant_id AND s.id = e.segment_id "
    "LEFT JOIN users u ON u.tenant_id = e.tenant_id AND u.id = e.object_id AND e.object_kind = 'user' "
    "WHERE e.tenant_id = %(tenant)s AND e.sku_id = %(sku)s"
)


def newest(tenant_id: int, sku_id: str, top: int, before: int | None = None) -> list[ProductEvent]:
    """The newest lines below number `before`; two statements, however many users a line has."""
    older = "" if before is None else " AND e.first_seq < %(before)s"
    params = {"tenant": tenant_id, "sku": sku_id, "before": before, "top": top}
    return _named(tenant_id, sql.rows(f"{_SELECT}{older} ORDER BY e.first_seq DESC LIMIT %(top)s", params))


def one(tenant_id: int, sku_id: str, first_seq: int) -> ProductEvent | None:
    """The line that begins with this number."""
    params = {"tenant": tenant_id, "sku": sku_id, "first": first_seq}
    found = _named(tenant_id, sql.rows(f"{_SELECT} AND e.first_seq = %(first)s", params))
    return found[0] if found else None


def _named(tenant_id: int, rows: list[sql.Row]) -> list[ProductEvent]:
    """With the names of users who are gone."""
    found = [ProductEvent(*row) for row in rows]
    absent = gone.names(tenant_id, [x.object_id for x in found if x.object_kind == "user" and not x.name])
    return [ProductEvent(*(*row[:8], row[8] or absent.get(row[7], ""), *row[9:])) for row in rows]


def users_of(
    tenant_id: int, sku_id: str, event: ProductEvent, after: int, top: int
) -> tuple[list[AuditRow], int | None]:
    """(the line's rows after number `after`, the number to go on from, None at the end)."""
    first = max(event.first_seq, after + 1)
    last = min(event.last_seq, first + WINDOW - 1)
    rows = audit.of_product(tenant_id, sku_id, event.plan_id, first, last, top + 1)
    wanted = (sku_id, event.kind)
    shown = [row for row in rows[:top] if of_product(row.kind, row.before, row.after) == wanted]
    if len(rows) > top:
        return shown, rows[top - 1].seq
    return shown, last if last < event.last_seq else None
