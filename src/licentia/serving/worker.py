"""`python -m licentia.serving.worker PID`: the worker that `licentia serve`, the process PID, starts beside itself."""

from __future__ import annotations

import sys

from licentia.serving import work

if __name__ == "__main__":
    work(int(sys.argv[1]))
