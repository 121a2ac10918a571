"""All SQL that lists and counts for people and programs; it never writes."""
