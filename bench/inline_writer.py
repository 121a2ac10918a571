"""Takes a license from one user and gives it back, over and over, and prints the milliseconds of every write.

Runs in a process of its own beside a bulk plan, until its standard input ends. Arguments: sku, then user ids.
"""

from __future__ import annotations

import select
import sys
import time
from itertools import cycle

from licentia.store.opening import open_store

PAUSE_SECONDS = 0.002
WARM_UP = 3


def main() -> None:
    """Prints `ready` when it begins, then a line for every write."""
    open_store()
    from licentia.changes.inline import apply_inline
    from licentia.domain.intents import Assign, Unassign
    from licentia.domain.permissions import local_shell
    from licentia.domain.reasons import Outcome, Reason

    sku, users = sys.argv[1], [int(text) for text in sys.argv[2:]]
    actor = local_shell("bench")
    for number, user in enumerate(cycle(users)):
        if number == WARM_UP:
            print("ready", flush=True)
        for intent in (Unassign(sku, frozenset({Reason.SHARED_OVER})), Assign(sku)):
            begin = time.perf_counter()
            result = apply_inline(1, intent, user, actor)
            took = 1000 * (time.perf_counter() - begin)
            assert result.verdict.outcome is Outcome.READY, result
            if number >= WARM_UP:
                print(f"{took:.3f}", flush=True)
            time.sleep(PAUSE_SECONDS)
        if select.select([sys.stdin], [], [], 0)[0]:
            break


if __name__ == "__main__":
    main()
