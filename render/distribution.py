"""What pip calls render (its own name was taken there, by another product), and its version."""

NAME = "live-filter-preview"
VERSION = "0.2.0.dev0"


def installing(extra: str) -> str:
    """The command that adds an extra to where render is installed."""
    return f"pip install '{NAME}[{extra}]'"
