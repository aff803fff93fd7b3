"""The commands, how a command line finds its own, and what exit status comes of it."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import Any

from cyclopts import App, CycloptsError, Parameter

from render.cli import streams
from render.cli.commands import COMMANDS
from render.cli.hints import explained
from render.cli.output import close_live, complain, put, say
from render.cli.render import render
from render.cli.signals import came, interruptible
from render.cli.usage import wrong_usage
from render.distribution import VERSION
from render.errors import InternalError, RenderError

# Exit statuses from here on are a signal's number more.
_SIGNALLED = 128


def make_app() -> App:
    """The command tree. Help, version and errors are ours: quick, plain, one line."""
    app = App(
        name="render",
        help_flags=[],
        version_flags=[],
        default_parameter=Parameter(negative=()),
        default_command=render,
    )
    for name, (path, about) in COMMANDS.items():
        app.command(path, name=name, help=about)
    return app


def run(arguments: Sequence[str]) -> int:
    """Do what the command line says; its exit status."""
    tokens = list(arguments)
    flags = tokens[: tokens.index("--")] if "--" in tokens else tokens
    streams.begin()
    try:
        with interruptible():
            status = _dispatch(make_app(), tokens, flags)
        if came() is not None and status < _SIGNALLED:
            status = _interrupted(flags)
    except (Exception, KeyboardInterrupt) as error:
        close_live()
        status = _ended(error, flags)
    close_live()
    if lost := streams.finish():
        complain(f"cannot write to stdout: {lost}")
        status = status or 1
    return status


def _ended(error: Exception | KeyboardInterrupt, flags: list[str]) -> int:
    """Say what ended it; the exit status."""
    if isinstance(error, KeyboardInterrupt) or came() is not None:
        # Whatever became of the exception on its way.
        return _interrupted(flags)
    if isinstance(error, CycloptsError):
        return _wrong_usage(wrong_usage(error), flags)
    if isinstance(error, RenderError):
        return _failed(explained(error), error.kind, error.exit_status, error, flags)
    hint = "" if "--debug" in flags else "; run again with --debug and report it"
    kind = "" if isinstance(error, InternalError) else f"{type(error).__name__}: "
    message = f"internal error: {kind}{error}{hint}"
    return _failed(message, "internal", 1, error, flags)


def _interrupted(flags: list[str]) -> int:
    status = _SIGNALLED + (came() or signal.SIGINT)
    return _failed("interrupted", "interrupted", status, None, flags)


def _dispatch(app: App, tokens: list[str], flags: list[str]) -> int:
    if "--help" in flags or "-h" in flags or tokens[:1] == ["help"]:
        from render.cli.help import page

        for line in page(app, tokens).split("\n"):
            put(line)
        return 0
    if "--version" in flags:
        put(f"render {VERSION}")
        return 0
    command, bound, _ = app.parse_args(
        tokens, exit_on_error=False, print_error=False, verbose=False
    )
    result: Any = command(*bound.args, **bound.kwargs)
    return int(result or 0)


def _wrong_usage(message: str, flags: list[str]) -> int:
    status = _failed(message, "usage", 2, None, flags)
    say("render --help lists the options.")
    return status


def _failed(
    message: str, kind: str, status: int, error: BaseException | None, flags: list[str]
) -> int:
    if "--debug" in flags and error is not None:
        from render.cli.debug import explain

        explain(error)
    complain(message)
    if "--json" in flags:
        from render.cli.events_json import error_line

        put(error_line(message, kind, status))
    return status
