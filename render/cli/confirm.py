"""A question with yes or no."""

from __future__ import annotations

import sys

from render.cli.output import shown
from render.cli.streams import surviving
from render.errors import UsageError


def can_ask() -> bool:
    """Whether somebody can answer a question."""
    return sys.stdin.isatty()


def confirmed(question: str, *, yes: bool) -> bool:
    """Whether the user says yes; ``yes`` says it beforehand. Raises UsageError where nobody can be
    asked."""
    if yes:
        return True
    if not can_ask():
        raise UsageError("there is no terminal to ask on; --yes goes ahead")
    with surviving(sys.stderr):
        print(shown(f"{question} [y/N] "), end="", file=sys.stderr, flush=True)
    try:
        answer = input()
    except EOFError:
        answer = ""
    return answer.strip().casefold() in ("y", "yes")
