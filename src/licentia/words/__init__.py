"""Every sentence for people, in their language; the edges lay them out. Never knows a terminal, a page or a command."""
