"""``render completion SHELL``: a script that completes command lines of render."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from render.errors import UsageError


def completion(
    shell: Annotated[str | None, Parameter(help="bash, zsh or fish.")] = None,
    /,
) -> int:
    """Print a script that completes command lines of render: commands, options, and the names of
    presets, styles, networks and devices; files by what they are for.

    To install it, and again after an update:
      render completion bash > ~/.render.bash    and in ~/.bashrc: source ~/.render.bash
      render completion zsh > ~/.render.zsh      and in ~/.zshrc: source ~/.render.zsh
      render completion fish > ~/.config/fish/completions/render.fish
    """
    from render.cli.app import make_app
    from render.cli.completion_bash import bash_script
    from render.cli.completion_fish import fish_script
    from render.cli.completion_table import SHELLS, commands
    from render.cli.output import put
    from render.nearest import did_you_mean

    if shell not in SHELLS:
        said = "no shell given" if shell is None else f"{shell}: no script for that shell"
        meant = "" if shell is None else did_you_mean(shell, SHELLS)
        raise UsageError(f"{said}{meant or '; there is bash, zsh and fish'}")
    found = list(commands(make_app()))
    script = fish_script(found) if shell == "fish" else bash_script(found)
    for line in script.rstrip("\n").split("\n"):
        put(line)
    return 0
