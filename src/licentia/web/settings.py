"""Django's settings of the admin center: the store's own, and what pages, sessions and their protection need.

Read from the environment: LICENTIA_HOME, LICENTIA_DATABASE_URL, LICENTIA_SECRET_KEY, LICENTIA_ALLOWED_HOSTS, LICENTIA_TLS.
"""

from __future__ import annotations

import os

from csp.constants import NONE, SELF

from licentia.store import settings as store
from licentia.web.secret import secret_key

DATABASES = store.DATABASES
AUTH_USER_MODEL = store.AUTH_USER_MODEL
DEFAULT_AUTO_FIELD = store.DEFAULT_AUTO_FIELD
SECRET_KEY = secret_key()
DEBUG = False
ALLOWED_HOSTS = [
    "127.0.0.1",
    "localhost",
    "[::1]",
    *filter(None, os.environ.get("LICENTIA_ALLOWED_HOSTS", "").split(",")),
]

INSTALLED_APPS = [
    *store.INSTALLED_APPS,
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "licentia.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "licentia.web.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "licentia.web.middleware.troubles",
]
ROOT_URLCONF = "licentia.web.urls"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "licentia.web.shell.shell"],
            "builtins": ["licentia.web.templatetags.web"],
        },
    }
]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("nl", "Nederlands")]
LANGUAGE_COOKIE_NAME = "licentia_language"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 31_536_000
"""A year: the address of a file of ours carries a digest of its content."""

_TLS = os.environ.get("LICENTIA_TLS") == "1"
SESSION_COOKIE_NAME = "licentia_session"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = _TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "licentia_csrf"
CSRF_COOKIE_SECURE = _TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "licentia.web.views.trouble.stale_form"
LOGIN_URL = "sign_in"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
