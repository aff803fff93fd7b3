"""``render export``: a target as a Core ML model, proved to be what the preview shows."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Group, Parameter

from render.cli.help import Shown
from render.defaults import DEFAULTS
from render.errors import ExportError, UsageError

if TYPE_CHECKING:
    from collections.abc import Generator

    from render.export.run import Doing, Exported
    from render.export.target import ExportTarget
    from render.export.verify import Verified, Verifying
    from render.networks.metadata import StyleMetadata
    from render.preset import Preset

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
        Shown("FILE", "<preset>.mlpackage"),
    ] = None,
    fps: Annotated[
        str | None, _help("Frames a second, for the model's words.", _TARGET), Shown("RATE")
    ] = None,
    size: Annotated[
        str | None,
        _help("What the filter paints, in pixels, as the phone is held.", _TARGET),
        Shown("WxH"),
    ] = None,
    style: Annotated[
        str | None, _help("A style by name, or a .safetensors file.", _TARGET), Shown("NAME|FILE")
    ] = None,
    network: Annotated[str | None, _help("The style's network.", _TARGET), Shown("NAME")] = None,
    strength: Annotated[
        str | None, _help("How much of the style shows.", _TARGET), Shown("0..1")
    ] = None,
    upscale: Annotated[
        str | None,
        _help("The display, in pixels: the upscale is inside the model.", _TARGET),
        Shown("WxH|none", DEFAULTS.upscale),
    ] = None,
    no_upscale: Annotated[
        bool,
        Parameter(name="--no-upscale", help="Leave the upscale to the app.", group=_TARGET),
    ] = False,
    landscape: Annotated[
        bool, Parameter(help="For a phone that lies on its side: sizes are turned.", group=_TARGET)
    ] = False,
    format: Annotated[
        str | None,
        _help("An ML program for iOS 15 and later, or a neural network for iOS 14.", _MODEL),
        Shown("mlpackage|mlmodel", "by -o"),
    ] = None,
    ios: Annotated[
        str | None, _help("The oldest iOS that must run it.", _MODEL), Shown("N", "15; 14 mlmodel")
    ] = None,
    precision: Annotated[
        str | None, _help("Of numbers and sums.", _MODEL), Shown("fp16|fp32", "fp16")
    ] = None,
    compress: Annotated[
        str | None,
        _help("Weights in fewer bits; needs iOS 16. The loss is said.", _MODEL),
        Shown("int8|palettize8|palettize6|palettize4"),
    ] = None,
    context: Annotated[
        str | None,
        _help(
            "Where the pixels around the picture come from: reflected inside the model as in the "
            "preview, or from the camera, whose picture is larger (the model then takes that).",
            _MODEL,
        ),
        Shown("reflect|camera", "reflect"),
    ] = None,
    on: Annotated[
        str | None,
        _help("A device: what it takes for a frame is said beside the risks.", _MODEL),
        Shown("DEVICE|FILE.toml"),
    ] = None,
    clip: Annotated[
        Path | None,
        _help("Verify on this clip or photograph.", _MODEL),
        Shown("FILE", "two pictures of render's"),
    ] = None,
    force: Annotated[bool, Parameter(help="Overwrite a model that exists.")] = False,
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
    from render.cli.devices_folder import device
    from render.cli.output import put, say
    from render.export.pictures import given
    from render.export.run import check_place
    from render.export.run import export as exported
    from render.export.tools import coremltools
    from render.export.words import words_of

    if preset is None:
        raise UsageError("no preset given. Usage: render export PRESET [-o NAME.mlpackage]")
    chosen, target, metadata = resolve(
        preset,
        {"fps": fps, "size": size, "style": style, "network": network, "strength": strength,
         "upscale": "none" if no_upscale else upscale},
        {"format": format, "ios": ios, "precision": precision, "compress": compress,
         "context": context},
        output,
        landscape=landscape,
    )  # fmt: skip
    place = output or Path(f"{chosen.name or 'filter'}{target.format.suffix}")
    check_place(place, target, force=force)
    profile = None if on is None else device(on)
    coremltools()  # says at once if it is not there
    for note in notes(chosen, target):
        say(note)
    pictures = given(target, clip)
    words = words_of(target, chosen, metadata)
    done = follow(exported(target, words, pictures, place, force=force), place.name)
    estimate = None
    if profile is not None:
        from render.devices.estimate import estimate as reckon

        estimate = reckon(profile, target.spec, target.size)
    if json:
        from render.cli.events_json import line

        put(line("export", **facts(done, target)))
        put(line("done", exit_status=0))
        return 0
    for text in report(done, target, estimate):
        say(text)
    put(str(done.path))
    return 0


def resolve(
    name: str,
    options: dict[str, str | None],
    form: dict[str, str | None],
    output: Path | None,
    *,
    landscape: bool,
) -> tuple[Preset, ExportTarget, StyleMetadata]:
    """The options' words as a target. Raises UsageError, StyleError, ExportError."""
    from render.choice.candidates import upright
    from render.cli.request import one_of
    from render.export.target import Compression, ExportTarget, Format, Precision, Surroundings
    from render.networks.catalogue import find_style
    from render.preset import load_preset
    from render.target import Upscaling

    chosen = load_preset(name).with_options(**options)
    aim = chosen.target()
    if aim.upscale is not None and aim.upscaler is not Upscaling.BILINEAR:
        raise ExportError(
            f"{name}: upscales by {aim.upscaler}, which the exported model cannot; use "
            "--no-upscale, or a preset with bilinear"
        )
    path, metadata = find_style(chosen.style, aim.network)

    def held(size: Any) -> Any:
        return upright(size).turned() if landscape else upright(size)

    word = form["format"]
    if word is None:
        word = "mlmodel" if output is not None and output.suffix == ".mlmodel" else "mlpackage"
    kind = one_of(Format, "--format", word)
    how = one_of(Compression, "--compress", form["compress"] or "none")
    least = 14 if kind is Format.MLMODEL else 15 if how is Compression.NONE else 16
    target = ExportTarget(
        style_path=path,
        spec=metadata.spec,
        strength=aim.strength,
        size=held(aim.size),
        upscale=None if aim.upscale is None else held(aim.upscale),
        surroundings=one_of(Surroundings, "--context", form["context"] or "reflect"),
        format=kind,
        precision=one_of(Precision, "--precision", form["precision"] or "fp16"),
        compression=how,
        ios=least if form["ios"] is None else _ios(form["ios"]),
    )
    return chosen, target, metadata


def notes(preset: Preset, target: ExportTarget) -> list[str]:
    """What the user should know before."""
    found = []
    if target.compression.value != "none":
        found.append(f"note: --compress {target.compression}: needs iOS {target.ios}")
    if preset.fit.value != "cover":
        found.append(f"note: fit {preset.fit} is the preview's; a camera's picture fills the model")
    if target.surroundings.value == "camera":
        size, margin = target.input_size, target.margin
        found.append(
            f"note: the model takes {size}: {margin[0]}, {margin[1]}, {margin[2]} and {margin[3]} "
            f"pixels more than {target.size} on the left, top, right and bottom"
        )
    return found


def follow(steps: Generator[Doing | Verifying, None, Any], name: str) -> Any:
    """Go through the steps with their progress on stderr; what comes of them."""
    from render.cli.count import Count
    from render.export.run import Doing

    count = Count("picture", sys.stderr)
    # Closed whatever ends us, also a signal: what is half-written goes then.
    with contextlib.closing(count), contextlib.closing(steps):
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                return end.value
            if isinstance(step, Doing):
                count.show(f"{name}: {step.words}", 0, 1)
            else:
                count.show(f"{name}: verifying", step.done, step.total, step.words)


def report(done: Exported, target: ExportTarget, estimate: Any = None) -> list[str]:
    """What people read: the checks, what was lost to compression, the risks."""
    lines = list(checks(done.verified))
    if done.before is not None:
        lines.append(
            f"lost to {target.compression}: {done.before.psnr:.1f} dB before, "
            f"{done.verified.psnr:.1f} dB with it"
        )
    macs = target.spec.macs(target.size) / 1e9
    lines.append(f"{macs:.1f} GMAC a frame" + _time(estimate))
    for risk in done.risks:
        lines.append(f"risk: {risk.what}. {risk.do}.")
    lines.append(
        f"{done.path}: {done.bytes / 1e6:.1f} MB, iOS {target.ios} and later, in "
        f"{done.seconds:.1f} s; sha256 {done.digest[:16]}"
    )
    lines.append(NOT_CHECKED)
    return lines


NOT_CHECKED = (
    "not checked: the order of a device's sums, overflow in its neural engine, its rounding to 8 "
    "bits; nothing ran on a Mac or a phone"
)


def checks(verified: Verified) -> list[str]:
    """The checks as a table."""
    from render.cli.table import table

    rows = [
        ["ok" if check.passed else "FAILED", check.name, check.value, check.limit]
        for check in verified.checks
    ]
    return list(table(["", "check", "found", "allowed"], rows))


def _time(estimate: Any) -> str:
    if estimate is None:
        return ""
    if estimate.ms is None:
        return f"; {estimate.device}: {estimate.reason}"
    return (
        f"; {estimate.ms:.0f} ms ({estimate.low:.0f} to {estimate.high:.0f}, {estimate.sure}) on "
        f"{estimate.device}: {estimate.reason}"
    )


def facts(done: Exported, target: ExportTarget) -> dict[str, Any]:
    """For programs."""
    verified = done.verified
    return {
        "path": str(done.path),
        "bytes": done.bytes,
        "sha256": done.digest,
        "seconds": round(done.seconds, 3),
        "ios": target.ios,
        "input": str(target.input_size),
        "output": str(target.output_size),
        **verified_facts(verified),
        "risks": [{"what": risk.what, "do": risk.do} for risk in done.risks],
    }


def verified_facts(verified: Verified) -> dict[str, Any]:
    """The checks and their numbers."""
    return {
        "passed": verified.passed,
        "psnr": _finite(verified.psnr),
        "mean": _finite(verified.mean),
        "max": _finite(verified.largest),
        "shown": _finite(verified.shown),
        "peak": _finite(verified.peak),
        "checks": [
            {"name": c.name, "value": c.value, "limit": c.limit, "passed": c.passed}
            for c in verified.checks
        ],
    }


def _finite(number: float) -> float | None:
    import math

    return round(number, 4) if math.isfinite(number) else None


def _ios(text: str) -> int:
    if not text.isdecimal() or len(text) > 2:
        raise UsageError(f"--ios {text!r}: write a version such as 15")
    return int(text)
