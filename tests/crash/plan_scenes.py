"""Scenes of plans about groups, take-overs, accounts and swaps on a demo tenant; each goes on where a killed one left off."""

from __future__ import annotations

from typing import Any

from scenes import ACTOR, CHUNK, E3, FLOW, USERS, Stage, digest, end_plan, loaded, proposed

from licentia.changes import run
from licentia.changes.who import Who
from licentia.domain.intents import (
    ChangeMembers,
    DeleteUser,
    Intent,
    RestoreUser,
    SetGroupLicenses,
    Swap,
    TakeOver,
    Undo,
)
from licentia.store import sql

OFFICE, BOARD = 1, 4
"""Groups of the demo tenant whose members are assigned: one gives E3, one E5."""
MANY = 5 * CHUNK // 2
"""Users for three chunks."""
Done = dict[str, Any]


def outside(tenant_id: int) -> Who:
    """Members of the organization who are in no group; some hold E3 directly, and seats do not suffice for the rest."""
    found = sql.rows(
        "SELECT u.id FROM users u WHERE u.tenant_id = %(tenant)s AND u.user_type = 'Member' AND u.deleted_at IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM never_list n WHERE n.tenant_id = u.tenant_id AND n.object_id = u.id) "
        "AND NOT EXISTS (SELECT 1 FROM group_member m WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id "
        "AND m.group_id <> %(office)s) ORDER BY u.id LIMIT %(many)s",
        {"tenant": tenant_id, "office": OFFICE, "many": MANY},
    )
    return Who("users", ids=tuple(row[0] for row in found))


ENTER = ChangeMembers(to_group=OFFICE)
LOSE = SetGroupLicenses(OFFICE, frozenset({E3}))
OF_OFFICE = Who("members", str(OFFICE))


def enter(stage: Stage, tenant: str, users: int = USERS) -> Done:
    """Fifty people are in the group; the last seats went to the first of them by number."""
    tenant_id = loaded(tenant, users)
    stage.arm()
    end_plan(stage, tenant_id, ENTER, outside(tenant_id))
    return digest(tenant_id)


def lose(stage: Stage, tenant: str, users: int = USERS) -> Done:
    """The group of many members gives E3 no longer."""
    return _after_entering(stage, tenant, users, LOSE, OF_OFFICE)


def move(stage: Stage, tenant: str, users: int = USERS) -> Done:
    """All members of one group are in another, which has seats for a few."""
    return _after_entering(stage, tenant, users, ChangeMembers(OFFICE, BOARD), OF_OFFICE)


def lose_undone(stage: Stage, tenant: str, users: int = USERS) -> Done:
    """The group gives E3 again, as it did."""
    tenant_id = loaded(tenant, users)
    end_plan(stage, tenant_id, ENTER, outside(tenant_id))
    done = end_plan(stage, tenant_id, LOSE, OF_OFFICE, nth=1)
    stage.arm()
    end_plan(stage, tenant_id, Undo(done), Who("plan", str(done)), nth=2)
    return digest(tenant_id)


def enter_undone(stage: Stage, tenant: str, users: int = USERS) -> Done:
    """Who had entered the group is out of it again."""
    tenant_id = loaded(tenant, users)
    done = end_plan(stage, tenant_id, ENTER, outside(tenant_id))
    stage.arm()
    end_plan(stage, tenant_id, Undo(done), Who("plan", str(done)), nth=1)
    return digest(tenant_id)


def _after_entering(stage: Stage, tenant: str, users: int, intent: Intent, whom: Who) -> Done:
    tenant_id = loaded(tenant, users)
    end_plan(stage, tenant_id, ENTER, outside(tenant_id))
    stage.arm()
    end_plan(stage, tenant_id, intent, whom, nth=1)
    return digest(tenant_id)


def take_over(stage: Stage, tenant: str, users: int = USERS) -> Done:
    """Two self-service purchases are taken over: the users of one are moved, those of the other lose it."""
    tenant_id = loaded(tenant, users)
    stage.arm()
    found = sql.rows(
        "SELECT b.id, p.sku_id FROM purchase b JOIN product p ON p.tenant_id = b.tenant_id AND p.id = b.product_id "
        "WHERE b.tenant_id = %(tenant)s ORDER BY b.id LIMIT 2",
        {"tenant": tenant_id},
    )
    for nth, (number, sku) in enumerate(found):
        end_plan(stage, tenant_id, TakeOver(number, sku, move=nth == 1), Who("purchase", str(number)), nth)
    return digest(tenant_id)


def leave_and_return(stage: Stage, tenant: str, users: int = USERS) -> Done:
    """Fifty accounts were deleted and restored, with what they held where there are seats."""
    tenant_id = loaded(tenant, users)
    whom = first_users(tenant_id)
    stage.arm()
    end_plan(stage, tenant_id, DeleteUser(), whom)
    end_plan(stage, tenant_id, RestoreUser(), whom, nth=1)
    return digest(tenant_id)


def leave(stage: Stage, tenant: str, users: int = USERS) -> Done:
    """Fifty accounts are deleted, and the deletion is undone."""
    tenant_id = loaded(tenant, users)
    whom = first_users(tenant_id)
    stage.arm()
    done = end_plan(stage, tenant_id, DeleteUser(), whom)
    end_plan(stage, tenant_id, Undo(done), Who("plan", str(done)), nth=1)
    return digest(tenant_id)


def first_users(tenant_id: int) -> Who:
    """Fifty users from the first on, deleted or not, whom no directory of their own brings."""
    found = sql.rows(
        "SELECT u.id FROM users u WHERE u.tenant_id = %(tenant)s AND NOT coalesce(u.is_synced, false) "
        "ORDER BY u.id LIMIT %(many)s",
        {"tenant": tenant_id, "many": MANY},
    )
    return Who("users", ids=tuple(row[0] for row in found))


def swap(stage: Stage, tenant: str, users: int = USERS) -> Done:
    """E3 is out and Power Automate Free in for everybody who may."""
    tenant_id = loaded(tenant, users)
    stage.arm()
    end_plan(stage, tenant_id, Swap(E3, FLOW), Who("everyone", E3))
    return digest(tenant_id)


# ---- beside one another


def prepare_group(_stage: Stage, tenant: str, users: int = USERS) -> None:
    """Members are in the group; a plan that takes E3 from it runs, with no part begun."""
    tenant_id = loaded(tenant, users)
    end_plan(_stage, tenant_id, ENTER, outside(tenant_id))
    plan = proposed(tenant_id, LOSE, OF_OFFICE, 1)
    run.apply(tenant_id, plan, ACTOR, confirm=run.load(tenant_id, plan)["ready"], over_limit=True)


def prepare_members(_stage: Stage, tenant: str, users: int = USERS) -> None:
    """A plan by which fifty people enter a group runs, with no part begun."""
    tenant_id = loaded(tenant, users)
    plan = proposed(tenant_id, ENTER, outside(tenant_id), 0)
    run.apply(tenant_id, plan, ACTOR, confirm=run.load(tenant_id, plan)["ready"], over_limit=True)
