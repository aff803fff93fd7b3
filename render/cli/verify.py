"""``render verify``: is a model still what the preview shows, does a preset still make it?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from render.cli.help import ShownAs
from render.errors import ExportError, UsageError


def verify(
    model: Annotated[
        Path | None,
        Parameter(help="A .mlpackage or .mlmodel that render exported, or a .renderpreset."),
    ] = None,
    /,
    *,
    clip: Annotated[
        Path | None,
        Parameter(help="Verify on this clip or photograph.", allow_leading_hyphen=True),
        ShownAs("FILE", "two pictures of render's"),
    ] = None,
    style: Annotated[
        Path | None,
        Parameter(help="The style file that it was made of.", allow_leading_hyphen=True),
        ShownAs("FILE", "the shipped one it names"),
    ] = None,
    json: Annotated[
        bool, Parameter(help="On stdout, one JSON object a line; the last is `done`.")
    ] = False,
    debug: Annotated[bool, Parameter(help="Show tracebacks.")] = False,
) -> int:
    """Read a model, compute every operation with torch, and hold it against the preview's network.

    The model's own words say what it was made of. Of a preset's bundle, render its preview again
    and hold it against the one inside, frame by frame. Exit status 1 when a check fails.
    """
    from render.presets.preset_file import BUNDLE_SUFFIX

    if model is None:
        raise UsageError("no model given. Usage: render verify NAME.mlpackage|NAME.renderpreset")
    if model.suffix == BUNDLE_SUFFIX:
        from render.cli.verify_bundle import verify_bundle

        if clip is not None or style is not None:
            raise UsageError(f"{model}: brings its own clip and style; drop --clip and --style")
        return verify_bundle(model, json=json)
    from render.cli.count import waiting
    from render.cli.foreign_style import at_hand

    style = None if style is None else Path(at_hand(str(style)))
    with waiting(f"reading {model.name}"):
        from render.cli.export_report import checks, follow, not_checked, verified_facts
        from render.cli.output import put, say
        from render.export.description import target_of
        from render.export.proof import verify as verified
        from render.export.proof_pictures import given
        from render.export.read_model import read

        target = target_of(read(model).metadata, style, str(model))
        pictures = given(target, clip)
    found = follow(verified(model, target, pictures), model.name)
    if json:
        from render.cli.events_json import line

        put(line("verify", path=str(model), **verified_facts(found)))
        put(line("done", exit_status=0 if found.passed else 1))
        return 0 if found.passed else 1
    for text in checks(found):
        put(text)
    say(not_checked(found))
    if not found.passed:
        raise ExportError(f"{model}: is not what the preview shows: {found.failed}")
    return 0
