"""What ``--debug`` adds to an error's one line."""

from __future__ import annotations

import shlex
import traceback

from render.cli.output import Line, safe, say
from render.cli.verbosity import Verbosity
from render.errors import FFmpegError, InternalError


def explain(error: BaseException) -> None:
    """The traceback, what ffmpeg was asked and said, and what a process of ours said at its end."""
    for line in traceback.format_exception(error):
        for part in line.rstrip("\n").split("\n"):
            _say(part)
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, FFmpegError):
            _say(f"command: {shlex.join(cause.command)}")
            for line in cause.stderr_tail.splitlines():
                _say(f"ffmpeg: {line}")
        if isinstance(cause, InternalError):
            for line in cause.stderr_tail.splitlines():
                _say(f"there: {line}")
        cause = cause.__cause__ or cause.__context__


def _say(text: str) -> None:
    # Asked for by an option of its own: however quiet all else is.
    say(Line(safe(text), Verbosity.QUIET))
