"""``render presets pack``: a preset with all that it needs, in one file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Group, Parameter

from render.cli.help import ShownAs
from render.errors import UsageError

if TYPE_CHECKING:
    from render.bundles.bundle import Bundle

_WORDS = Group("What it says of itself")
_MACHINE = Group("Machine")


def _text(text: str, group: Group = _WORDS) -> Parameter:
    return Parameter(help=text, group=group, allow_leading_hyphen=True)


def pack(
    preset: Annotated[str | None, Parameter(help="A preset's name, or a .toml file.")] = None,
    /,
    *,
    output: Annotated[
        str | None,
        Parameter(name=("--output", "-o"), help="The bundle to write."),
        ShownAs("FILE", "NAME.renderpreset"),
    ] = None,
    clip: Annotated[
        Path | None,
        Parameter(help="A clip; its preview shows two seconds of it.", allow_leading_hyphen=True),
        ShownAs("FILE", "the sample"),
    ] = None,
    at: Annotated[
        str | None,
        Parameter(help="Where in the clip they begin.", allow_leading_hyphen=True),
        ShownAs("SECONDS", "its middle"),
    ] = None,
    force: Annotated[bool, Parameter(help="Overwrite a bundle that exists.")] = False,
    name: Annotated[
        str | None, _text("What it is installed as."), ShownAs("NAME", "the preset's")
    ] = None,
    author: Annotated[
        str | None, _text("Who made the preset."), ShownAs("TEXT", "what it says")
    ] = None,
    licence: Annotated[
        str | None, _text("The preset's licence."), ShownAs("TEXT", "what it says")
    ] = None,
    clip_by: Annotated[str, _text("Who made the clip."), ShownAs("TEXT")] = "",
    clip_licence: Annotated[str, _text("The clip's licence."), ShownAs("TEXT")] = "",
    engine: Annotated[
        str | None, _text("What computes the network.", _MACHINE), ShownAs("NAME", "auto")
    ] = None,
    device: Annotated[
        str | None, _text("And where: cpu, cuda or mps.", _MACHINE), ShownAs("NAME", "auto")
    ] = None,
    ffmpeg: Annotated[Path | None, _text("The ffmpeg to use.", _MACHINE), ShownAs("FILE")] = None,
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
    debug: Annotated[bool, Parameter(help="Show tracebacks.")] = False,
) -> int:
    """Put a preset into one file with all that it needs: its style's weights and their licence, its
    evidence, two seconds of a clip, and the preview that it makes of them.

    Whoever gets it: `render presets install FILE`, and `render verify FILE` renders the preview
    again and says how close it is.

    Examples:
      render presets pack a12-live -o look.renderpreset
      render presets pack live.toml --clip street.mov --at 12 --clip-licence CC0-1.0
    """
    from render.bundles.pack import Packing
    from render.bundles.pack import pack as packed
    from render.cli.bundle_words import bundle_facts, follow_frames, render_with
    from render.cli.output import labelled, put, safe, say
    from render.cli.presets_folder import preset_of
    from render.cli.read_request import seconds
    from render.cli.words import amount
    from render.files.names import only_file
    from render.presets.preset_file import BUNDLE_SUFFIX

    if preset is None:
        raise UsageError(
            "no preset given. Usage: render presets pack NAME|FILE -o NAME.renderpreset"
        )
    stem = Path(preset).stem
    place = only_file(
        output if output is not None else f"{stem}{BUNDLE_SUFFIX}",
        (BUNDLE_SUFFIX,),
        f"bundles end in {BUNDLE_SUFFIX}",
    )
    packing = Packing(
        name=name,
        author=author,
        licence=licence,
        clip=clip,
        at=None if at is None else seconds("--at", at),
        clip_licence=clip_licence,
        clip_by=clip_by,
        using=render_with(engine, device, ffmpeg),
    )
    made = follow_frames(packed(preset_of(preset), stem, place, packing, force=force), place.name)
    for note in _unsaid(made):
        say(labelled("note", note, sys.stderr))
    size = place.stat().st_size
    if json:
        from render.cli.events_json import line

        put(line("bundle", path=str(place), bytes=size, **bundle_facts(made)))
        put(line("done", exit_status=0))
        return 0
    say(safe(f"{place}: {len(made.contents)} files, {amount(size)}"))
    put(str(place))
    return 0


def _unsaid(bundle: Bundle) -> list[str]:
    """Whose licence nobody can know from it."""
    from render.bundles.manifest import Role

    asked = {
        "the preset (--licence)": bundle.preset.licence,
        "the style's weights": bundle.part(Role.STYLE).licence,
        "the clip (--clip-licence)": bundle.part(Role.CLIP).licence,
    }
    unknown = [what for what, licence in asked.items() if licence in ("", "unknown")]
    if not unknown:
        return []
    return [f"it names no licence of {', '.join(unknown)}: find out before you share it"]
