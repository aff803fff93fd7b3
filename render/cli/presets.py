"""``render presets``."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter


def presets(
    *, json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False
) -> int:
    """The presets that come with render.

    Use one with `render clip.mp4 --preset NAME`, or write your own: copy a shipped file, change
    what you like, and pass its path.
    """
    from render.cli.output import put
    from render.preset import list_presets

    found = list_presets()
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
