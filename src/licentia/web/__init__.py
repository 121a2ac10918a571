"""The admin center: pages over the same doors as the command line, in English and Dutch."""
