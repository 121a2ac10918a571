"""Runs a command and prints what it cost: wall seconds, CPU seconds and peak memory of its process, as JSON.

A process of its own and small on purpose: a child's peak memory begins at its parent's.
"""

import json
import os
import sys
import time


def main() -> int:
    """The command's exit status."""
    devnull = os.open(os.devnull, os.O_RDWR)
    begin = time.perf_counter()
    child = os.posix_spawn(
        sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, devnull, fd) for fd in (0, 1)]
    )
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - begin
    code = os.waitstatus_to_exitcode(status)
    cost = {"code": code, "wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak_mib": used.ru_maxrss / 1024}
    print(json.dumps(cost))
    return 0


if __name__ == "__main__":
    sys.exit(main())
