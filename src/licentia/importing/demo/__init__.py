"""The demo tenant: a made-up Dutch logistics company in which every case the rules know occurs.

Never reads a clock, a file or a random source of its own: equal arguments give equal rows.
"""

from licentia.importing.demo.tenant import DEMO_NOW, demo_tenant

__all__ = ["DEMO_NOW", "demo_tenant"]
