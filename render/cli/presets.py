"""``render presets``: the list, and the command below it."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from render.errors import UsageError

COMMANDS = {
    "install": ("render.cli.presets_install:install", "A preset from a bundle that was sent."),
    "pack": ("render.cli.presets_pack:pack", "A preset with all that it needs, in one file."),
    "show": ("render.cli.presets_show:show", "What a preset asks for, and why."),
}


def presets(
    *words: Annotated[str, Parameter(show=False)],
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
) -> int:
    """The presets that come with render.

    Use one with `render clip.mp4 --preset NAME`, or write your own: copy a shipped file, change
    what you like, and pass its path.
    """
    from render.cli.output import put
    from render.presets.preset_library import list_presets

    found = list_presets()
    if words:
        raise UsageError(_mistyped(words[0], [preset.name for preset in found]))
    if json:
        from render.cli.events_json import line

        for preset in found:
            put(line("preset", preset=preset.as_dict()))
        put(line("done", presets=len(found), exit_status=0))
        return 0
    from render.cli.table import table

    rows = [
        [p.name, str(p.fps), str(p.size), p.network, p.style, str(p.upscale or "none"),
         p.licence, p.description]
        for p in found
    ]  # fmt: skip
    header = ["name", "fps", "size", "network", "style", "upscale", "licence", "description"]
    for text in table(header, rows):
        put(text)
    return 0


def _mistyped(word: str, names: list[str]) -> str:
    """What may have been meant by a word after `render presets` that is no command."""
    from render.nearest import nearest

    if word in names or word.endswith(".toml"):
        return f"{word}: is a preset, not a command; did you mean `render presets show {word}`?"
    if nearest(word, COMMANDS):
        return f"{word}: no such command; did you mean `render presets show`?"
    return f"{word}: no such command or preset; `render presets` lists them"


app = App(name="presets", default_command=presets, help_flags=[], version_flags=[])
for _name, (_path, _about) in COMMANDS.items():
    app.command(_path, name=_name, help=_about)
