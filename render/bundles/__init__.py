"""Bundles: a preset with all that it needs, in one file."""
