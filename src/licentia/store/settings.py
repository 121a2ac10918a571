"""Django's settings, read from LICENTIA_HOME and LICENTIA_DATABASE_URL.

Never creates a folder or a database; `store.opening` does that under the store's lock.
"""

from __future__ import annotations

from typing import Any

from licentia.store.locations import database_settings

DATABASES: dict[str, dict[str, Any]] = {"default": database_settings()}
OWN_APPS = ("django.contrib.contenttypes", "django.contrib.auth", "licentia.store")
INSTALLED_APPS = list(OWN_APPS)
AUTH_USER_MODEL = "store.Operator"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
SECRET_KEY = "not used: nothing is signed with it before a server exists"  # noqa: S105
