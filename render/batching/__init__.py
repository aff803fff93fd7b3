"""Thousands of clips, each with options of its own, each a sweep of its own."""
