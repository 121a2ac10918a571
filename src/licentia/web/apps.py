"""Django finds the pages' templates and files here."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The admin center. It has no tables: the store's are in licentia.store."""

    name = "licentia.web"
    label = "web"
