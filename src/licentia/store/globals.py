"""The tables that have no tenant_id, in one place (I-9); every other table of ours belongs to a tenant.

A test compares this list with the schema: a new table without tenant_id fails until it is named here.
"""

GLOBAL_TABLES = frozenset(
    {
        "tenant",
        "tenant_domain",
        "operator",
        "membership",
        "sign_in_link",
        "sign_in_try",
        "app_client",
        "app_secret",
        "signing_key",
        "agenda",
        # Django's own
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "django_content_type",
        "django_migrations",
        "django_session",
        "operator_groups",
        "operator_user_permissions",
        # sign-in with passwords, second factors and OpenID Connect
        "account_emailaddress",
        "account_emailconfirmation",
        "mfa_authenticator",
        "socialaccount_socialaccount",
        "socialaccount_socialapp",
        "socialaccount_socialtoken",
        # SQLite's search table and its shadow tables: bounded by row id range
        "user_search",
        "user_search_config",
        "user_search_data",
        "user_search_docsize",
        "user_search_idx",
    }
)
