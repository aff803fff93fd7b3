"""How an option that takes a text is declared."""

from __future__ import annotations

from cyclopts import Group, Parameter


def worded(text: str, group: Group, *names: str) -> Parameter:
    """An option with its help; ``names``: other ones than its parameter's."""
    # A leading hyphen: "-5" is then a wrong value with its reason, not a missing one.
    return Parameter(name=names or None, help=text, group=group, allow_leading_hyphen=not names)
