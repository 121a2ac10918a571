"""The store: tables, ids, the clock, the one write gate, and all SQL (bulk writes and lists).

Knows rows and instants; never a rule of licensing, never a sentence for people.
"""
