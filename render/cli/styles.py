"""``render styles``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from render.networks.metadata import StyleMetadata


def styles(
    *, json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False
) -> int:
    """The styles that come with render.

    Use one with `render clip.mp4 --style NAME`, or train your own with `render train`.
    """
    from render.cli.output import put, say
    from render.networks.catalogue import list_styles

    found = list_styles()
    if json:
        from render.cli.events_json import line

        for path, style in found:
            put(line("style", path=str(path), **style.as_dict()))
        put(line("done", styles=len(found), exit_status=0))
        return 0
    if not found:
        say("No style comes with this installation; train one with `render train`.")
        return 0
    from render.cli.table import table

    header = ["name", "title", "artist", "year", "networks", "licence"]
    for text in table(header, _rows([style for _, style in found])):
        put(text)
    return 0


def _rows(found: list[StyleMetadata]) -> list[list[str]]:
    """One row a style, with all the networks that it was trained for."""
    networks: dict[str, list[str]] = {}
    for style in found:
        networks.setdefault(style.style, []).append(style.network)
    first = {style.style: style for style in reversed(found)}
    return [
        [name, s.title, s.artist, s.year, ", ".join(networks[name]), s.licence]
        for name, s in sorted(first.items())
    ]
