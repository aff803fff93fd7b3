"""``render export``: a target as a Core ML model, proved to be what the preview shows."""

from __future__ import annotations

import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Group, Parameter

from render.cli.count import waiting
from render.cli.help import ShownAs
from render.defaults import DEFAULTS
from render.errors import UsageError

if TYPE_CHECKING:
    from render.export.handoff.handoff import Handoff

_TARGET = Group("Target (what the preset leaves open, or says otherwise)")
_MODEL = Group("Model")


def _help(text: str, group: Group | None = None, *names: str) -> Parameter:
    return Parameter(name=names or None, help=text, group=group, allow_leading_hyphen=not names)


def export(
    preset: Annotated[str | None, Parameter(help="A preset by name, or its .toml file.")] = None,
    /,
    *,
    output: Annotated[
        Path | None,
        _help("The model: NAME.mlpackage, or NAME.mlmodel.", None, "--output", "-o"),
        ShownAs("FILE", "<preset>.mlpackage"),
    ] = None,
    fps: Annotated[
        str | None, _help("Frames a second, for the model's words.", _TARGET), ShownAs("RATE")
    ] = None,
    size: Annotated[
        str | None,
        _help("What the filter paints, in pixels, as the phone is held.", _TARGET),
        ShownAs("WxH"),
    ] = None,
    style: Annotated[
        str | None, _help("A style by name, or a .safetensors file.", _TARGET), ShownAs("NAME|FILE")
    ] = None,
    network: Annotated[str | None, _help("The style's network.", _TARGET), ShownAs("NAME")] = None,
    strength: Annotated[
        str | None, _help("How much of the style shows.", _TARGET), ShownAs("0..1")
    ] = None,
    upscale: Annotated[
        str | None,
        _help("The display, in pixels: the upscale is inside the model.", _TARGET),
        ShownAs("WxH|none", DEFAULTS.upscale),
    ] = None,
    no_upscale: Annotated[
        bool,
        Parameter(name="--no-upscale", help="Leave the upscale to the app.", group=_TARGET),
    ] = False,
    upscaler: Annotated[
        str | None,
        _help("bilinear, or nearest by a whole factor.", _TARGET),
        ShownAs("NAME", DEFAULTS.upscaler),
    ] = None,
    orient: Annotated[
        str | None,
        _help("How the phone is held: sizes are turned to it, or kept as given.", _TARGET),
        ShownAs("portrait|landscape|as-given", "portrait"),
    ] = None,
    format: Annotated[
        str | None,
        _help("An ML program for iOS 15 and later, or a neural network for iOS 14.", _MODEL),
        ShownAs("mlpackage|mlmodel", "by -o"),
    ] = None,
    ios: Annotated[
        str | None,
        _help("The oldest iOS that must run it.", _MODEL),
        ShownAs("N", "15; 14 mlmodel"),
    ] = None,
    precision: Annotated[
        str | None, _help("Of numbers and sums.", _MODEL), ShownAs("fp16|fp32", "fp16")
    ] = None,
    compress: Annotated[
        str | None,
        _help("Weights in fewer bits; needs iOS 16. The loss is said.", _MODEL),
        ShownAs("int8|palettize8|palettize6|palettize4"),
    ] = None,
    context: Annotated[
        str | None,
        _help(
            "Where the pixels around the picture come from: reflected inside the model as in the "
            "preview, or from the camera (the model then takes a larger picture, and returns its "
            "middle).",
            _MODEL,
        ),
        ShownAs("reflect|camera", "reflect"),
    ] = None,
    on: Annotated[
        str | None,
        _help("A device: what it takes for a frame is said beside the risks.", _MODEL),
        ShownAs("DEVICE|FILE.toml"),
    ] = None,
    like: Annotated[
        str | None,
        _help("Take that device's evidence for the one of --on: an assumption, said.", _MODEL),
        ShownAs("DEVICE|FILE.toml"),
    ] = None,
    clip: Annotated[
        Path | None,
        _help("Verify on this clip or photograph.", _MODEL),
        ShownAs("FILE", "two pictures of render's"),
    ] = None,
    handoff: Annotated[
        Path | None,
        _help(
            "Also write a folder for who builds the app: the model, its checks with pictures, the "
            "preset, and an app that shows it live."
        ),
        ShownAs("DIR"),
    ] = None,
    force: Annotated[bool, Parameter(help="Overwrite what exists.")] = False,
    json: Annotated[
        bool, Parameter(help="On stdout, one JSON object a line; the last is `done`.")
    ] = False,
    debug: Annotated[bool, Parameter(help="Show tracebacks.")] = False,
) -> int:
    """Write a target as a Core ML model: image in, image out, everything between inside.

    What was saved is read again, every operation computed with torch, and held against the
    preview's own network on real pictures. A model that fails a check is not left behind.

    Examples:
      render export a12-live
      render export live.toml -o filter.mlpackage --on A12
      render export a12-live --no-upscale --format mlmodel
    """
    if preset is None:
        raise UsageError("no preset given. Usage: render export PRESET [-o NAME.mlpackage]")
    with waiting("loading what exports"):
        from render.cli.devices_folder import device
        from render.cli.export_report import facts, follow, words
        from render.cli.export_request import ask
        from render.cli.output import labelled, put, say
        from render.cli.steps import Steps
        from render.export.description import words_of
        from render.export.export_model import check_place
        from render.export.export_model import export as exported
        from render.export.handoff.folder import check_folder
        from render.export.handoff.handoff import handoff_of
        from render.export.proof_pictures import given
        from render.export.tools import coremltools
        from render.files.names import file_name
    asked = ask(
        preset,
        {"fps": fps, "size": size, "style": style, "network": network, "strength": strength,
         "upscale": "none" if no_upscale else upscale, "upscaler": upscaler},
        {"orient": orient, "format": format, "ios": ios, "precision": precision,
         "compress": compress, "context": context},
        output,
    )  # fmt: skip
    target = asked.target
    place = output or Path(file_name([asked.preset.name or "filter"], target.format.suffix))
    check_place(place, target, force=force)
    if handoff is not None:
        check_folder(handoff, force=force)
    profile = None if on is None else device(on, like)
    with waiting("loading coremltools and the network"):
        coremltools()  # says at once if it is not there
        pictures = given(target, clip)
    for note in asked.notes:
        say(labelled("note", note, sys.stderr))
    said = words_of(target, asked.preset, asked.style)
    done = follow(exported(target, said, pictures, place, force=force), place.name)
    steps = Steps(json=json, debug=debug)
    estimate = None
    if profile is not None:
        from render.devices.device_time import estimate as reckon

        estimate = reckon(profile, target.worked, target.size)
    if json:
        from render.cli.events_json import line

        put(line("export", **facts(done, estimate)))
    else:
        for text in words(done, estimate):
            say(text)
        put(str(done.path))
    if handoff is not None:
        made = datetime.now().astimezone().isoformat(sep=" ", timespec="minutes")
        given_off = handoff_of(done, asked.preset, made)
        write = partial(_write_handoff, given_off, handoff, force=force)
        if steps.attempt("handoff", write, None):
            put(line("handoff", path=str(handoff)) if json else str(handoff))
    status = min(steps.failed, 1)
    if json:
        put(line("done", failed=steps.failed, exit_status=status))
    return status


def _write_handoff(handoff: Handoff, folder: Path, *, force: bool) -> Path:
    from render.export.handoff.folder import write_handoff

    with waiting(f"writing {folder.name}"):
        return write_handoff(handoff, folder, force=force)
