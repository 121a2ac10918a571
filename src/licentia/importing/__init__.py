"""Bytes in, rows and row errors out: files from the admin center, Graph and people, and the demo tenant's rows.

Pure: knows no store and no network; a bad row is a value with its line and reason, never an exception that loses the rest.
"""
