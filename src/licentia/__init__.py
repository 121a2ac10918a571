"""Licentia takes Microsoft 365 licenses back safely: preview, apply, verify, undo.

This module holds the version and nothing else; it must import nothing.
"""

__version__ = "0.1.0"
