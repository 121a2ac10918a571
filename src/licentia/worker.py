"""The worker: looks in the agenda which tenants have due work, then works inside each: clocks, scheduled plans, running ones.

Any number of workers may run; leases and row counts keep them apart. It makes no plan and decides nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress

from licentia.changes import advance, keeping, run, schedule
from licentia.domain.permissions import SYSTEM, Actor
from licentia.domain.reasons import BadInput
from licentia.store import owners
from licentia.store.lists import agenda
from licentia.store.writing import StoreError

IDLE_SECONDS = 1.0
_log = logging.getLogger("licentia.worker")


def work_once(actor: Actor = SYSTEM, should_stop: Callable[[], bool] = lambda: False) -> int:
    """How many clocks ran out and plans were worked on, in one look at the agenda."""
    owner = owners.new_owner()
    done = 0
    for tenant_id in dict.fromkeys(
        one for kind in ("group", "clock", "subscription", "deleted_group") for one in agenda.tenants_due(kind)
    ):
        done += advance.advance(tenant_id)
        if should_stop():
            return done
    for tenant_id in agenda.tenants_due(keeping.AGENDA):
        with suppress(BadInput):  # its tenant is being deleted
            done += _moments(tenant_id, actor, should_stop, owner)
        if should_stop():
            return done
    for tenant_id in agenda.tenants_with_plans():
        for plan_id in agenda.running_plans(tenant_id):
            if should_stop():
                return done
            with suppress(BadInput):  # no such plan: its tenant is being deleted
                run.run(tenant_id, plan_id, actor, should_stop=should_stop, owner=owner)
            done += 1
        run.settle_agenda(tenant_id)
    return done


def _moments(tenant_id: int, actor: Actor, should_stop: Callable[[], bool], owner: str) -> int:
    """How many plans started, expired or lost their list. Each that starts runs to its end before the next is looked at:

    the next may need the seats that it frees.
    """
    done = keeping.expire(tenant_id)
    while not should_stop():
        plan_id = schedule.start_next(tenant_id)
        if plan_id is None:
            break
        run.run(tenant_id, plan_id, actor, should_stop=should_stop, owner=owner)
        done += 1
    done += keeping.forget_lists(tenant_id)
    keeping.settle(tenant_id)
    return done


def work(should_stop: Callable[[], bool], actor: Actor = SYSTEM) -> None:
    """Works until asked to stop. A store that another program has locked is tried again; nothing else is forgiven."""
    while not should_stop():
        begun = time.perf_counter()
        try:
            done = work_once(actor, should_stop)
        except StoreError as error:
            if error.code != "store_locked":
                raise
            done = 0
            _log.warning("store_locked")
        if done:
            _log.info("worked", extra={"done": done, "ms": round((time.perf_counter() - begun) * 1000, 1)})
        else:
            time.sleep(IDLE_SECONDS)
