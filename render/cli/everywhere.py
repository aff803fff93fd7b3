"""Options of every command, taken off the command line before it finds its own.

They stand anywhere before `--`, and no command has a parameter for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from render.cli.verbosity import Verbosity
from render.errors import UsageError

_QUIET = ("-q", "--quiet")
_VERBOSE = ("-v", "--verbose")
_NO_CONFIG = ("--no-config",)
VERSION = ("-V", "--version")
HELP = ("-h", "--help")

EVERYWHERE = (
    (_QUIET, "On stderr only warnings and errors; results on stdout stay."),
    (_VERBOSE, "Also what runs, why, and how long each stage takes."),
    (_NO_CONFIG, "Ignore your settings file (`render config` shows it)."),
    (VERSION, "Print the version."),
    (HELP, "Print this page."),
)
"""How each is written, and what it does."""


@dataclass(frozen=True, slots=True)
class Asked:
    """``tokens`` are those left for the command, ``flags`` all before `--`, as typed."""

    tokens: list[str]
    flags: list[str]
    quiet: bool
    verbose: bool
    config: bool

    @property
    def verbosity(self) -> Verbosity:
        """Raises UsageError where both are asked for."""
        if self.quiet and self.verbose:
            raise UsageError("--quiet and --verbose: leave out one of them")
        if self.quiet:
            return Verbosity.QUIET
        return Verbosity.VERBOSE if self.verbose else Verbosity.USUAL


def take_everywhere(arguments: Sequence[str]) -> Asked:
    """What a command line asks of every command, and the rest of it."""
    tokens = list(arguments)
    end = tokens.index("--") if "--" in tokens else len(tokens)
    flags, files = tokens[:end], tokens[end:]
    ours = {*_QUIET, *_VERBOSE, *_NO_CONFIG}
    left = [word for word in flags if word not in ours]
    return Asked(
        tokens=[*left, *files],
        flags=flags,
        quiet=any(word in flags for word in _QUIET),
        verbose=any(word in flags for word in _VERBOSE),
        config=not any(word in flags for word in _NO_CONFIG),
    )
