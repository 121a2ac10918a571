"""Whether the server lives and can work, and its figures, for those who watch it. Says nothing of a tenant."""

from __future__ import annotations

import ipaddress
import os
import select

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from licentia.serving import metrics
from licentia.store.lists import agenda
from licentia.store.opening import is_current
from licentia.store.writing import StoreError

_worker: list[int] = []
"""Our end of the pipe that ends when the worker does."""
OPEN_METRICS = "LICENTIA_OPEN_METRICS"


@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """The process answers: 200, without a look at the store."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """Whether it can work: the store opens, its tables are this release's, the worker lives. 200, or 503 with what is not."""
    try:
        store, tables = True, is_current()
    except StoreError:
        store = tables = False
    found = {"store": store, "tables": tables, "worker": worker_lives()}
    return JsonResponse(found, status=200 if all(found.values()) else 503)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus; for this machine only, unless the server was told otherwise: else there is no such address."""
    if os.environ.get(OPEN_METRICS) != "1" and not _is_from_here(request):
        raise Http404
    waiting = ("licentia_tenants_waiting", "Tenants with work of a kind: plan is plans that run.", agenda.waiting())
    return HttpResponse(metrics.text([waiting]), content_type=metrics.CONTENT_TYPE)


def _is_from_here(request: HttpRequest) -> bool:
    """Whether who asks is on this machine, and no proxy on it asks for somebody else."""
    try:
        here = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    return here and not request.headers.get("X-Forwarded-For") and not request.headers.get("Forwarded")


def worker_lives() -> bool:
    """Whether the worker that was started beside this server still runs: its end of the pipe closes with it."""
    if not _worker:
        return False
    ended, _, _ = select.select(_worker, [], [], 0)
    return not ended


def watch_worker(pipe: int) -> None:
    """From now on the worker is the process that holds the other end of this pipe."""
    _worker[:] = [pipe]
