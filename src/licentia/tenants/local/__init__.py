"""The local tenant: a complete tenant in this store, and the copies of real ones."""

from licentia.tenants.local.tenant import LocalTenant

__all__ = ["LocalTenant"]
