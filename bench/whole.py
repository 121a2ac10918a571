"""The whole job in one process, as the command does it: open the store, propose, apply, run. Arguments: sku, file of ids or -."""

from __future__ import annotations

import sys
from pathlib import Path

from licentia.store.opening import open_store


def main() -> None:
    """Takes the product from everybody who holds it directly, or from the users of the file."""
    open_store()
    from licentia.changes.propose import propose
    from licentia.changes.run import apply, load, run
    from licentia.changes.who import Who
    from licentia.domain.intents import Unassign
    from licentia.domain.permissions import local_shell

    sku, file = sys.argv[1:3]
    actor = local_shell("bench")
    if file == "-":
        who = Who("everyone", sku)
    else:
        who = Who("file", file, tuple(int(line) for line in Path(file).read_text().split()))
    plan = propose(1, Unassign(sku), who, actor)
    apply(1, plan, actor, confirm=load(1, plan)["ready"], over_limit=True)
    run(1, plan, actor)


if __name__ == "__main__":
    main()
