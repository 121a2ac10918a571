"""The pages, and behind them the sign-in of programs: addresses for tests that need no server."""

from __future__ import annotations

from licentia.graph_api import sign_in_urls
from licentia.web import urls

urlpatterns = [*urls.urlpatterns, *sign_in_urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
