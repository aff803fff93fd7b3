"""A plan → previews: segments worked off, joined, put in place."""
