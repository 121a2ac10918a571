"""The rules of licensing, pure: values in, values out.

Nothing below this package may know a database, a clock, a network or a framework; `now` is always an argument.
"""
