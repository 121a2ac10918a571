"""Registers the store's tables with Django; nothing happens at start-up."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """The one Django app of the foundation."""

    name = "licentia.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
