"""Microsoft Graph v1.0 for the tenants of this store: a second edge over the same doors. No rule is written here."""
