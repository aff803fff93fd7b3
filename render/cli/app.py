"""The commands, how a command line finds its own, and what exit status comes of it."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from cyclopts import App, CycloptsError, Parameter

from render.cli import streams, user_settings, verbosity
from render.cli.commands import COMMANDS
from render.cli.everywhere import HELP, Asked, take_everywhere
from render.cli.everywhere import VERSION as VERSION_FLAGS
from render.cli.hints import explained
from render.cli.output import close_live, complain, detail, put, say
from render.cli.render import render
from render.cli.signals import came, interruptible
from render.cli.usage import wrong_usage
from render.cli.verbosity import Verbosity, says
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
    asked = take_everywhere(arguments)
    flags = asked.flags
    streams.begin()
    try:
        verbosity.ask(asked.verbosity)
        with interruptible(), _listening(asked):
            status = _dispatch(make_app(), asked)
        if came() is not None and status < _SIGNALLED:
            status = _interrupted(flags)
    except (Exception, KeyboardInterrupt) as error:
        close_live()
        status = _ended(error, flags)
    close_live()
    if lost := streams.finish():
        complain(f"cannot write to stdout: {lost}")
        status = status or 1
    verbosity.ask(Verbosity.USUAL)
    user_settings.forget()
    return status


def _listening(asked: Asked) -> AbstractContextManager[None]:
    """With `--verbose`: say what runs this, and what the library logs meanwhile."""
    if not says(Verbosity.VERBOSE):
        return contextlib.nullcontext()
    from render.cli.log_lines import listening
    from render.versions import machine, versions

    detail(", ".join(f"{name} {version}" for name, version in versions().items()))
    detail(machine())
    return listening(all_commands="--debug" in asked.flags)


def _ended(error: Exception | KeyboardInterrupt, flags: list[str]) -> int:
    """Say what ended it; the exit status."""
    if isinstance(error, KeyboardInterrupt) or came() is not None:
        # Whatever became of the exception on its way.
        return _interrupted(flags)
    if isinstance(error, CycloptsError):
        return _wrong_usage(user_settings.in_force().explained(wrong_usage(error)), flags)
    if isinstance(error, RenderError):
        message = user_settings.in_force().explained(explained(error))
        return _failed(message, error.kind, error.exit_status, error, flags)
    hint = "" if "--debug" in flags else "; run again with --debug and report it"
    kind = "" if isinstance(error, InternalError) else f"{type(error).__name__}: "
    message = f"internal error: {kind}{error}{hint}"
    return _failed(message, "internal", 1, error, flags)


def _interrupted(flags: list[str]) -> int:
    status = _SIGNALLED + (came() or signal.SIGINT)
    return _failed("interrupted", "interrupted", status, None, flags)


def _dispatch(app: App, asked: Asked) -> int:
    tokens = asked.tokens
    if any(word in asked.flags for word in HELP) or tokens[:1] == ["help"]:
        from render.cli.help import page

        for line in page(app, tokens).split("\n"):
            put(line)
        return 0
    if any(word in asked.flags for word in VERSION_FLAGS):
        put(f"render {VERSION}")
        return 0
    if asked.config:
        tokens = user_settings.apply(app, tokens)
        if user_settings.in_force().values:
            detail(f"settings: {user_settings.in_force()}")
    command, bound, _ = app.parse_args(
        _without_debug(app, tokens), exit_on_error=False, print_error=False, verbose=False
    )
    result: Any = command(*bound.args, **bound.kwargs)
    return int(result or 0)


def _without_debug(app: App, tokens: list[str]) -> list[str]:
    """For a command that has nothing to do with it: an error's traceback is shown all the same."""
    chain, commands, _ = app.parse_commands(tokens)
    end = tokens.index("--") if "--" in tokens else len(tokens)
    if "--debug" not in tokens[:end] or commands[-1].default_command is None:
        return tokens
    with app.app_stack(list(chain)):
        known = commands[-1].assemble_argument_collection()
    if any("--debug" in argument.names for argument in known):
        return tokens
    return [word for word in tokens[:end] if word != "--debug"] + tokens[end:]


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
