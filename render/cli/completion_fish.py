"""The completion of fish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from render.cli.completion_table import FOLDERS, Command, Completions, Option, asked_names
from render.cli.shell_names import COMMAND

_HEAD = """\
# Completes command lines of render in fish. Made by `render completion`.

set -g __render_chains {chains}
set -g __render_valued {valued}

# Whether the command typed so far is this one.
function __render_at
    set -l chain ''
    set -l value 0
    for word in (commandline -opc)[2..-1]
        if test $value = 1
            set value 0
        else if string match -q -- '-*' $word
            contains -- $word $__render_valued; and set value 1
        else
            set -l next (string trim -- "$chain $word")
            contains -- $next $__render_chains; and set chain $next
        end
    end
    test "$chain" = "$argv[1]"
end

# Words of a list with commas, behind those that are there.
function __render_list
    set -l before (string match -r -- '(?:^|=)([^=]*,)' (commandline -ct))[2]
    for one in $argv
        echo "$before$one"
    end
end

complete -c render -f
"""


def fish_script(commands: Sequence[Command]) -> str:
    """A line for every command, option and place."""
    chains = sorted({" ".join(command.chain) for command in commands if command.chain})
    options = [option for command in commands for option in command.options if option.values]
    valued = sorted({name for option in options for name in option.names})
    head = _HEAD.replace("{chains}", " ".join(map(_quoted, chains)))
    head = head.replace("{valued}", " ".join(valued))
    return "\n".join([head, *(line for each in commands for line in _lines(each))]) + "\n"


def _lines(command: Command) -> Iterator[str]:
    chain = " ".join(command.chain)
    if command.chain:
        above = " ".join(command.chain[:-1])
        where = _at(above) if above else "__fish_is_first_token"
        yield _line(where, f"-a {command.chain[-1]}", command.about)
    if words := _values(command.place):
        yield _line(_at(chain), words)
    for option in command.options:
        yield _line(_at(chain), f"{_names(option)}{_taken(option)}", option.about)


def _line(where: str, what: str, about: str = "") -> str:
    said = f" -d {_quoted(about)}" if about else ""
    return f"complete -c render -n {_quoted(where)} {what}{said}"


def _at(chain: str) -> str:
    return f'__render_at "{chain}"'


def _names(option: Option) -> str:
    return " ".join(
        f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names
    )


def _taken(option: Option) -> str:
    if option.values is None:
        return ""
    return f" -r {_values(option.values) or '-f'}"


def _values(values: Completions) -> str:
    """As `complete` takes them."""
    given = list(values.words)
    if values.names:
        given.append(f"(command render {COMMAND} {asked_names(values)})")
    asked = []
    if given:
        asked.append(f"(__render_list {' '.join(given)})" if values.several else " ".join(given))
    suffixes = [suffix for suffix in sorted(values.suffixes) if suffix.startswith(".")]
    if suffixes:
        asked.append(f"(__fish_complete_suffix {' '.join(suffixes)})")
    elif values.suffixes == FOLDERS:
        asked.append("(__fish_complete_directories)")
    elif values.suffixes:
        return f"-F -a {_quoted(' '.join(asked))}" if asked else "-F"
    return f"-f -k -a {_quoted(' '.join(asked))}" if asked else ""


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
