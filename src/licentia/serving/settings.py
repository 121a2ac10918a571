"""Django's settings of `licentia serve`: those of the admin center, with the edge for programs in front of all of it.

What both edges need is set here; what only pages need stays in `web.settings`.
"""

from __future__ import annotations

from licentia.web.settings import *  # noqa: F403 - all of them, and what follows
from licentia.web.settings import MIDDLEWARE as PAGES

MIDDLEWARE = ["licentia.serving.edge.edge", *PAGES]
