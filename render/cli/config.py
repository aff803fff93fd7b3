"""``render config``: the user's settings file."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from render.errors import UsageError


def config(
    *,
    path: Annotated[
        bool, Parameter(help="Print where it lies, and nothing else; for an editor, say.")
    ] = False,
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
) -> int:
    """Show your settings file: where it lies, and what it sets.

    It is TOML, and its keys are the options of `render CLIP`: `crf = 20`, `device = "cpu"`. Keys
    below `[bench]`, say, are options of `render bench`. What is given on a command line wins, and
    so does what a preset says. RENDER_CONFIG names another file, or `none`.

    Examples:
      render config
      $EDITOR "$(render config --path)"
    """
    from render.cli.app import make_app
    from render.cli.output import put
    from render.cli.settings_file import settings_path, user_settings
    from render.cli.user_settings import check

    place = settings_path()
    if path:
        if place is None:
            raise UsageError("RENDER_CONFIG is `none`: no settings file is read")
        put(str(place))
        return 0
    found = user_settings()
    check(make_app(), found)
    if json:
        from render.cli.events_json import line

        where = None if place is None else str(place)
        put(line("config", path=where, there=found.there, settings=found.as_dict()))
        put(line("done", exit_status=0))
        return 0
    for text in found.lines():
        put(text)
    return 0
