"""Microsoft Graph v1.0 for the tenants of this store: an edge over the same doors. No rule and no SQL is here."""
