"""What is wrong with what a file, or an option, says: pydantic's findings in a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from render.nearest import did_you_mean

if TYPE_CHECKING:
    from pydantic import ValidationError

_MOST = 3  # more than a few in one line is no line


def problems(error: ValidationError, label: Callable[[str], str], known: Iterable[str]) -> str:
    """What pydantic found, in a line; ``label`` says how the reader writes a key, ``known`` are all
    there are."""
    lines = every_problem(error, label, known)
    more = len(lines) - _MOST
    return "; ".join(lines[:_MOST]) + (f" (and {more} more)" if more > 0 else "")


def every_problem(
    error: ValidationError, label: Callable[[str], str], known: Iterable[str]
) -> list[str]:
    """As `problems`, all of them, a line each."""
    lines = []
    for detail in error.errors(include_url=False):
        key = ".".join(str(part) for part in detail["loc"])
        if detail["type"] == "extra_forbidden":
            said = unknown_key(key, label, known)
        else:
            said = detail["msg"].removeprefix("Value error, ")
        lines.append(f"{label(key)}: {said}")
    return lines


def unknown_key(key: str, label: Callable[[str], str], known: Iterable[str]) -> str:
    """That there is no such key, and which was meant."""
    known = tuple(known)
    meant = did_you_mean(key, known, quote=label)
    return f"unknown key{meant or '; known keys: ' + ', '.join(known)}"
