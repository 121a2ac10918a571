"""Tenants behind one port: the local one that this store holds, later a live one through Microsoft Graph."""
