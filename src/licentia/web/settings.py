"""Django's settings of the admin center: the store's own, and what pages, sessions and their protection need.

Read from the environment: LICENTIA_HOME, LICENTIA_DATABASE_URL, LICENTIA_SECRET_KEY, LICENTIA_ALLOWED_HOSTS, LICENTIA_TLS,
and those of `web.openid`.
"""

from __future__ import annotations

import os

from csp.constants import NONE, SELF

from licentia.store import settings as store
from licentia.store.secret import secret_key
from licentia.web.openid import form_targets, openid_connect

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
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "licentia.web.middleware.headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "licentia.web.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "licentia.web.sessions.limits",
    "allauth.account.middleware.AccountMiddleware",
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
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MAX_AGE = 31_536_000
"""A year: the address of a file of ours carries a digest of its content."""

_TLS = os.environ.get("LICENTIA_TLS") == "1"
_HOST = "__Host-" if _TLS else ""
"""A browser keeps a cookie of such a name only from this host, encrypted."""
SESSION_COOKIE_NAME = f"{_HOST}licentia_session"
SESSION_COOKIE_AGE = 8 * 3600
"""However busy: after so long everybody signs in again."""
SESSION_COOKIE_SECURE = _TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_HOST}licentia_csrf"
CSRF_COOKIE_SECURE = _TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "licentia.web.views.trouble.stale_form"
SECURE_HSTS_SECONDS = 31_536_000 if _TLS else 0

LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["licentia.web.accounts.PasswordBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "licentia.web.forms.LongestPassword"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "display_name")},
    },
]
ACCOUNT_ADAPTER = "licentia.web.accounts.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "name"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = False
"""Tries are counted by `changes.entering`, in the store: for all processes, also after a restart."""
ACCOUNT_FORMS = {
    "login": "licentia.web.forms.SignIn",
    "set_password": "licentia.web.forms.NewPassword",
    "reauthenticate": "licentia.web.forms.ProvePassword",
}
MFA_ADAPTER = "licentia.web.accounts.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "licentia.web.forms.SecondStep",
    "reauthenticate": "licentia.web.forms.ProveCode",
    "activate_totp": "licentia.web.forms.AddApp",
}
SOCIALACCOUNT_ADAPTER = "licentia.web.accounts.Connections"
SOCIALACCOUNT_PROVIDERS = openid_connect()
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_HANDLERS = ["licentia.web.uploads.Uploads"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *form_targets()],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s", "datefmt": "%Y-%m-%dT%H:%M:%S%z"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "licentia.security": {"handlers": ["stderr"], "level": "INFO"},
        "django": {"handlers": ["stderr"], "level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
