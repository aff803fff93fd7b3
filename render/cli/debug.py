"""What ``--debug`` adds to an error's one line."""

from __future__ import annotations

import shlex
import traceback

from render.cli.output import safe, say
from render.errors import FFmpegError, InternalError


def explain(error: BaseException) -> None:
    """The traceback, what ffmpeg was asked and said, and what a process of ours said at its end."""
    for line in traceback.format_exception(error):
        for part in line.rstrip("\n").split("\n"):
            say(safe(part))
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, FFmpegError):
            say(f"command: {safe(shlex.join(cause.command))}")
            for line in cause.stderr_tail.splitlines():
                say(f"ffmpeg: {safe(line)}")
        if isinstance(cause, InternalError):
            for line in cause.stderr_tail.splitlines():
                say(f"there: {safe(line)}")
        cause = cause.__cause__ or cause.__context__
