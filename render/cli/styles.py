"""``render styles``: the list, and the commands below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from render.errors import UsageError

if TYPE_CHECKING:
    from render.networks.catalogue import FoundStyle

COMMANDS = {
    "show": ("render.cli.styles_show:show", "All that a style file says, and what it costs."),
    "sheet": ("render.cli.styles_sheet:sheet", "One picture in every style and network."),
    "import": (
        "render.cli.styles_import:import_style",
        "Make a style file of a model trained elsewhere.",
    ),
}


def styles(
    *words: Annotated[str, Parameter(show=False)],
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
) -> int:
    """The styles that come with render.

    Use one with `render clip.mp4 --style NAME`, or train your own with `render train`.
    """
    from render.cli.output import put, say
    from render.networks.catalogue import list_styles

    if words:
        raise UsageError(_mistyped(words[0]))
    found = list_styles()
    if json:
        from render.cli.events_json import line, style_line

        for path, style in found:
            put(style_line(path, style))
        put(line("done", styles=len(found), exit_status=0))
        return 0
    if not found:
        say("No style comes with this installation; train one with `render train`.")
        return 0
    from render.cli.table import table

    header = ["name", "title", "artist", "year", "networks", "licence"]
    for text in table(header, _rows(found)):
        put(text)
    return 0


def _rows(found: list[FoundStyle]) -> list[list[str]]:
    """One row a style, with all the networks that it was trained for, the deepest first."""
    from render.networks.catalogue import cost

    networks: dict[str, list[str]] = {}
    for _, style in sorted(found, key=cost, reverse=True):
        networks.setdefault(style.style, []).append(style.network)
    first = {style.style: style for _, style in reversed(found)}
    return [
        [name, s.title, s.artist, s.year, ", ".join(networks[name]), s.licence]
        for name, s in sorted(first.items())
    ]


def _mistyped(word: str) -> str:
    """What may have been meant by a word after `render styles` that is no command."""
    from render.nearest import nearest
    from render.networks.catalogue import is_style

    close = nearest(word, COMMANDS)
    if is_style(word) and not close:
        return f"{word}: is a style, not a command; did you mean `render styles show {word}`?"
    if close:
        return f"{word}: no such command; did you mean `render styles {close}`?"
    commands = ", ".join(f"`render styles {name}`" for name in COMMANDS)
    return f"{word}: no such command or style; there is {commands}, and `render styles` lists them"


app = App(name="styles", default_command=styles, help_flags=[], version_flags=[])
for _name, (_path, _about) in COMMANDS.items():
    app.command(_path, name=_name, help=_about)
