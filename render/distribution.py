"""What pip calls render: its own name was taken there, by another product."""

NAME = "live-filter-preview"


def installing(extra: str) -> str:
    """The command that adds an extra to where render is installed."""
    return f"pip install '{NAME}[{extra}]'"
