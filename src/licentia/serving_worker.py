"""`python -m licentia.serving_worker`: the worker that `licentia serve` starts beside itself."""

from __future__ import annotations

from licentia.serving import work

if __name__ == "__main__":
    work()
