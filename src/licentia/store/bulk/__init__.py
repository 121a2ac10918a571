"""All SQL that writes tenant state, and the reads that belong to a write; set-based, one tenant per statement."""
