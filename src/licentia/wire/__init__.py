"""Graph's words: property names, enum spellings and error messages, and the domain values they stand for.

Pure: knows no HTTP, store or file; camelCase lives here and nowhere else.
"""
