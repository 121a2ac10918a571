"""Microsoft Graph v1.0 over the doors and lists of this store: an edge, as the pages are another."""
