"""Styles, previews and clips beside each other: sheets and measures."""
