"""Figures of this process for Prometheus, in its text format: requests, how long they took, limits, planted faults.

Labels are operations, statuses and kinds: a fixed few, never an id or a name.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from threading import Lock

EDGES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds: upper bounds of the histogram."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_turn = Lock()
_requests: Counter[tuple[str, str, int]] = Counter()
_seconds: dict[str, list[int]] = {}
_sums: Counter[str] = Counter()
_limits: Counter[str] = Counter()
_faults: Counter[str] = Counter()


def count(
    edge: str, operation: str, status: int, seconds: float, limits: Iterable[str] = (), faults: Iterable[str] = ()
) -> None:
    """One request has been answered."""
    with _turn:
        _requests[edge, operation, status] += 1
        buckets = _seconds.setdefault(edge, [0] * (len(EDGES) + 1))
        buckets[bisect_left(EDGES, seconds)] += 1
        _sums[edge] += round(seconds * 1_000_000)
        _limits.update(limits)
        _faults.update(faults)


def text(gauges: Iterable[tuple[str, str, dict[str, int]]] = ()) -> str:
    """All figures; `gauges` are measured now: name, help, and a value per kind."""
    with _turn:
        lines = list(_counted())
    for name, said, values in gauges:
        lines += _head(name, said, "gauge")
        lines += (f'{name}{{kind="{kind}"}} {value}' for kind, value in sorted(values.items()))
    return "\n".join(lines) + "\n"


def _counted() -> Iterator[str]:
    name = "licentia_requests_total"
    yield from _head(name, "Requests answered.", "counter")
    for (edge, operation, status), n in sorted(_requests.items()):
        yield f'{name}{{edge="{edge}",operation="{operation}",status="{status}"}} {n}'
    name = "licentia_request_seconds"
    yield from _head(name, "Time to an answer, latency of profiles included.", "histogram")
    for edge, buckets in sorted(_seconds.items()):
        total = 0
        for bound, n in zip((*EDGES, "+Inf"), buckets, strict=True):
            total += n
            yield f'{name}_bucket{{edge="{edge}",le="{bound}"}} {total}'
        yield f'{name}_sum{{edge="{edge}"}} {_sums[edge] / 1_000_000}'
        yield f'{name}_count{{edge="{edge}"}} {total}'
    for name, said, label, counted in (
        ("licentia_throttled_total", "Operations that met a limit, items of batches too.", "operation", _limits),
        ("licentia_faults_total", "Faults that profiles planted.", "kind", _faults),
    ):
        yield from _head(name, said, "counter")
        yield from (f'{name}{{{label}="{key}"}} {n}' for key, n in sorted(counted.items()))


def _head(name: str, said: str, kind: str) -> list[str]:
    return [f"# HELP {name} {said}", f"# TYPE {name} {kind}"]
