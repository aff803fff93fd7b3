"""A question with yes or no."""

from __future__ import annotations

import sys

from render.cli.output import shown
from render.cli.streams import surviving
from render.errors import UsageError


def confirmed(question: str, todo: str, *, yes: bool) -> bool:
    """Whether the user says yes; ``yes`` says it beforehand. Raises UsageError, with what ``todo``,
    where there is nobody to ask."""
    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"there is no terminal to ask on; {todo}")
    with surviving(sys.stderr):
        print(shown(f"{question} [y/N] "), end="", file=sys.stderr, flush=True)
    try:
        answer = input()
    except EOFError:
        answer = ""
    return answer.strip().casefold() in ("y", "yes")
