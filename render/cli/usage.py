"""What was wrong with a command line, in our words rather than in cyclopts' own."""

from __future__ import annotations

from cyclopts import CycloptsError, UnknownOptionError
from cyclopts.exceptions import UnusedCliTokensError

from render.cli.everywhere import EVERYWHERE
from render.nearest import nearest


def wrong_usage(error: CycloptsError) -> str:
    """One line."""
    match error:
        case UnknownOptionError():
            return _unknown_option(error)
        case UnusedCliTokensError():
            return f"unexpected: {' '.join(error.unused_tokens or ())}"
    return " ".join(str(error).split())


def _unknown_option(error: UnknownOptionError) -> str:
    typed = (error.token.keyword or error.token.value).split("=", 1)[0]
    there = [name for each in error.argument_collection if each.parse for name in each.names]
    there += [name for names, _ in EVERYWHERE for name in names] + ["--debug"]
    # Of single letters nothing can be said to be near.
    close = nearest(typed, [name for name in there if name.startswith("--")])
    return f"Unknown option: {typed}." + (f" Did you mean {close}?" if close else "")
