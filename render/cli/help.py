"""``--help``: a plain page, made from the commands' own signatures.

cyclopts would print help through rich, whose import takes about as long as all the rest of it.
"""

from __future__ import annotations

import dataclasses
import inspect
import shutil
import textwrap
import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cyclopts import App, Argument, Group

from render.cli.everywhere import EVERYWHERE
from render.errors import UsageError

_INDENT = "  "
_COLUMN = 27
_WIDTHS = (60, 100)

FOOTER = """\
Exit status:
  0  done
  1  something failed to render (the rest of the batch was rendered)
  2  wrong usage
  130, 143  interrupted (Ctrl-C, SIGTERM): nothing half-written is left behind

Previews that were written are named on stdout, one a line; all else goes to stderr.
`render COMMAND --help` explains a command; a clip of that name is reached as ./COMMAND."""


@dataclass(frozen=True, slots=True)
class ShownAs:
    """How an option appears in the help: what stands for its value, and its default, as written.

    An annotation beside cyclopts' Parameter, which has no place for a default that lives elsewhere.
    """

    value: str = ""
    default: str = ""


def page(app: App, tokens: Sequence[str]) -> str:
    """The help page of whichever command ``tokens`` name, be it as ``bench --help`` or as ``help
    bench``. Raises UsageError where that is none."""
    asked = tokens[:1] == ["help"]
    words = [t for t in tokens[int(asked) :] if t not in ("--help", "-h")]
    chain, _, unused = app.parse_commands(words)
    if asked and unused:
        raise UsageError(f"{' '.join(unused)}: no such command; render --help lists them")
    with app.app_stack(list(chain)):  # in which a command inherits the app's settings
        return _page(app, chain)


def _page(app: App, chain: Sequence[str]) -> str:
    command = app
    for name in chain:
        command = command[name]
    function = command.default_command
    lines = [inspect.cleandoc(function.__doc__ or ""), ""] if function else []
    width = max(_WIDTHS[0], min(_WIDTHS[1], shutil.get_terminal_size().columns - 1))
    names = [name for name in command if not name.startswith("-")]
    lines += _usage(" ".join(["render", *chain]), bool(names), command)
    if names:
        lines += [
            "",
            "Commands:",
            *(line for n in names for line in _row(n, _about(command, n), width)),
        ]
    if function:
        lines += _options(command.assemble_argument_collection(), shown_as(function), width)
    lines += ["", "Every command:"]
    lines += [line for names, about in EVERYWHERE for line in _row(", ".join(names), about, width)]
    if function:
        lines += ["", "[Brackets] hold defaults."]
    if not chain:
        lines += ["", FOOTER]
    return "\n".join(lines)


def _usage(name: str, commands: bool, command: App) -> list[str]:
    if not command.default_command:
        return [f"Usage: {name} COMMAND"]
    arguments = [a for a in command.assemble_argument_collection() if a.show]
    places = [a.name.upper() for a in arguments if is_place(a)]
    several = {a.name.upper() for a in arguments if _many(a)}
    words = [f"{p.rstrip('S')} [{p.rstrip('S')} ...]" if p in several else p for p in places]
    usage = " ".join([name, *words, "[OPTIONS]"])
    return [f"Usage: {usage}", f"       {name} COMMAND"] if commands else [f"Usage: {usage}"]


def about(app: App, chain: Sequence[str]) -> str:
    """A command's one line, without loading it."""
    for name in chain[:-1]:
        app = app[name]
    return _about(app, chain[-1]) if chain else ""


def _about(app: App, name: str) -> str:
    # Not app[name]: that would import the command.
    entry: Any = app._get_item(name)
    text = entry.help
    return str(text or "").split("\n", 1)[0]


def shown_as(function: Callable[..., Any] | type) -> dict[str, ShownAs]:
    """By parameter, those that commands share in a dataclass among them."""
    found: dict[str, ShownAs] = {}
    for name, hint in typing.get_type_hints(function, include_extras=True).items():
        if isinstance(hint, type) and dataclasses.is_dataclass(hint):
            found |= shown_as(hint)
        for extra in getattr(hint, "__metadata__", ()):
            if isinstance(extra, ShownAs):
                found[name] = extra
    return found


def is_place(argument: Argument) -> bool:
    """Whether it is given by where it stands, and not by an option's name."""
    kind = argument.field_info.kind
    return kind is kind.POSITIONAL_ONLY or kind is kind.VAR_POSITIONAL or argument.index is not None


def _many(argument: Argument) -> bool:
    return argument.field_info.kind is inspect.Parameter.VAR_POSITIONAL


def _options(arguments: Sequence[Argument], shown: dict[str, ShownAs], width: int) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for argument in arguments:
        if not argument.show:
            continue
        groups_of = argument.parameter.group
        group = groups_of if isinstance(groups_of, Group) else next(iter(groups_of or ()), None)
        title = group.name if isinstance(group, Group) else str(group or "Options")
        how = shown.get(argument.field_info.name) or _fallback(argument)
        if is_place(argument):
            label = argument.name.upper().lstrip("-")
        else:
            # That `--no-report` takes a setting back is said where settings are.
            names = [name for name in argument.names if f"--{name[5:]}" not in argument.names]
            label = f"{', '.join(sorted(names, key=len))} {how.value}".rstrip()
        text = " ".join((argument.parameter.help or "").split())
        if how.default:
            text += f" [{how.default}]"
        groups.setdefault(title, []).extend(_row(label, text, width))
    # "Parameters" is cyclopts' name for options without a group of their own.
    for title, rows in groups.items():
        yield ""
        yield f"{'Options' if title == 'Parameters' else title}:"
        yield from rows


def _fallback(argument: Argument) -> ShownAs:
    if argument.hint is bool:
        return ShownAs()
    default = argument.field_info.default
    plain = default not in (None, inspect.Parameter.empty) and default != ()
    return ShownAs(argument.field_info.name.upper(), str(default) if plain else "")


def _row(label: str, text: str, width: int) -> Iterator[str]:
    lines = textwrap.wrap(text, width - _COLUMN, break_on_hyphens=False) or [""]
    head = _INDENT + label
    if len(head) > _COLUMN - 2:
        yield head
    else:
        yield f"{head:<{_COLUMN}}{lines.pop(0)}".rstrip()
    for line in lines:
        yield " " * _COLUMN + line
