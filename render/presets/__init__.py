"""Presets: style + target + encoding, in one file that people share."""
