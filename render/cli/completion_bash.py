"""The completion of bash, and of zsh, which runs bash's through its `bashcompinit`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from render.cli.completion_table import Command, Completions, asked_names
from render.cli.shell_names import COMMAND

_HEAD = """\
# Completes command lines of render, in bash and in zsh. Made by `render completion`.

if [[ -n ${ZSH_VERSION-} ]]; then
  autoload -Uz compinit bashcompinit
  (( ${+functions[compdef]} )) || compinit
  bashcompinit
fi
"""

_BODY = r"""
# The names of a kind, that whoever typed the command has.
_render_names() {
  command "${COMP_WORDS[0]/#\~/$HOME}" @NAMES@ "$1" 2>/dev/null
}

# A word that the line may go on with.
_render_offer() {
  [[ $1 == "$cur"* ]] || return
  if [[ -n ${ZSH_VERSION-} ]]; then
    COMPREPLY+=("$prefix$1")
  else
    COMPREPLY+=("$prefix$(printf %q "$1")")
  fi
}

# Folders, and files of the suffixes that fit.
_render_files() {
  local one suffix fits
  [[ -n ${ZSH_VERSION-} ]] || compopt -o filenames 2>/dev/null
  [[ $cur == '~/'* ]] && cur=$HOME/${cur#'~/'}
  while IFS= read -r one; do
    [[ -n $one ]] || continue
    fits=
    [[ -d $one ]] && fits=/
    for suffix in $suffixes; do
      [[ $suffix == any || $one == *$suffix ]] && fits=1
    done
    if [[ $fits == / && -n ${ZSH_VERSION-} ]]; then
      COMPREPLY+=("$prefix${one%/}/")
    elif [[ -n $fits ]]; then
      COMPREPLY+=("$prefix$one")
    fi
  done <<END
$(compgen -f -- "$cur")
END
}

_render() {
  local cur=${COMP_WORDS[COMP_CWORD]} command= expects= open=1 only_files= prefix= word one i
  local commands= options= valued= words= names= suffixes= several=
  COMPREPLY=()
  _render_command ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == = ]]; then
      continue # bash makes three words of --fps=15
    elif [[ -n $expects ]]; then
      expects=
    elif [[ -n $only_files ]]; then
      continue
    elif [[ $word == -- ]]; then
      only_files=1
    elif [[ $word == -* ]]; then
      [[ " $valued " == *" $word "* ]] && expects=$word
    elif [[ -n $open && " $commands " == *" $word "* ]]; then
      command="${command:+$command }$word"
      _render_command "$command"
    else
      open=
    fi
  done
  [[ $cur == = ]] && cur=
  if [[ -z $expects && -z $only_files && $cur == --*=* ]]; then
    expects=${cur%%=*} prefix=${cur%%=*}= cur=${cur#*=}
  fi
  if [[ -n $expects ]]; then
    _render_values "$command $expects"
  elif [[ -z $only_files && $cur == -* ]]; then
    words=$options
  else
    _render_values "$command"
    [[ -n $open && -z $only_files ]] && words="$commands $words"
  fi
  if [[ -n $several && $cur == *,* ]]; then
    prefix=$prefix${cur%,*},
    cur=${cur##*,}
  fi
  for one in $words; do
    _render_offer "$one"
  done
  if [[ -n $names ]]; then
    while IFS= read -r one; do
      [[ -n $one ]] && _render_offer "$one"
    done <<END
$(_render_names "$names")
END
  fi
  [[ -z $suffixes ]] || _render_files
}

complete -F _render render
"""


def bash_script(commands: Sequence[Command]) -> str:
    """For both shells."""
    return "\n".join([_HEAD, *_levels(commands), "", *_values(commands)]) + _BODY.replace(
        "@NAMES@", COMMAND
    )


def _levels(commands: Sequence[Command]) -> Iterator[str]:
    """What each command has: those below it, its options, and which of them take a value."""
    yield "_render_command() {"
    yield "  commands= options= valued="
    yield "  case $1 in"
    for command in commands:
        below = [c.chain[-1] for c in commands if c.chain[:-1] == command.chain and c.chain]
        if not command.chain:
            below.append("help")
        options = [name for option in command.options for name in option.names]
        valued = [name for option in command.options if option.values for name in option.names]
        yield f"  {shlex.quote(' '.join(command.chain))})"
        yield f"    commands={shlex.quote(' '.join(below))}"
        yield f"    options={shlex.quote(' '.join(options))}"
        yield f"    valued={shlex.quote(' '.join(valued))} ;;"
    top = " ".join(command.chain[0] for command in commands if len(command.chain) == 1)
    yield f"  help) commands={shlex.quote(top)} ;;"
    yield "  esac"
    yield "}"


def _values(commands: Sequence[Command]) -> Iterator[str]:
    """What an option, or a place, may be; those alike together."""
    alike: dict[Completions, list[str]] = {}
    for command in commands:
        chain = " ".join(command.chain)
        alike.setdefault(command.place, []).append(shlex.quote(chain))
        for option in command.options:
            for name in option.names if option.values else ():
                assert option.values is not None
                alike.setdefault(option.values, []).append(shlex.quote(f"{chain} {name}"))
    yield "_render_values() {"
    yield "  words= names= suffixes= several="
    yield "  case $1 in"
    for values, places in alike.items():
        if said := " ".join(_assigned(values)):
            yield f"  {' | '.join(places)})"
            yield f"    {said} ;;"
    yield "  esac"
    yield "}"


def _assigned(values: Completions) -> Iterator[str]:
    if values.words:
        yield f"words={shlex.quote(' '.join(values.words))}"
    if values.names:
        yield f"names={asked_names(values)}"
    if values.suffixes:
        yield f"suffixes={shlex.quote(' '.join(_patterns(values.suffixes)))}"
    if values.several:
        yield "several=1"


def _patterns(suffixes: Sequence[str]) -> Iterator[str]:
    for suffix in sorted(suffixes):
        if suffix.startswith("."):
            yield from (suffix, suffix.upper())
        else:
            yield {"*": "any", "/": "folders"}[suffix]
