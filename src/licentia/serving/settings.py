"""Django's settings of `licentia serve`: those of the admin center, with the edge for programs in front of all of it.

What both edges need is set here; what only pages need stays in `web.settings`.
"""

from __future__ import annotations

from licentia.serving import logs
from licentia.web.settings import *  # noqa: F403 - all of them, and what follows
from licentia.web.settings import ALLOWED_HOSTS
from licentia.web.settings import MIDDLEWARE as PAGES
from licentia.web.settings import SECURE_HSTS_SECONDS as HSTS_SECONDS

LOGGING = logs.config()
MIDDLEWARE = ["licentia.serving.edge.edge", *PAGES]
SECURE_HSTS_SECONDS = HSTS_SECONDS if len(ALLOWED_HOSTS) > 3 else 0
"""Not at this machine's own names: a browser would ask for https at every port of localhost, for a year."""
