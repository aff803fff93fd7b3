"""The words of ``render export`` → an ExportTarget."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from render.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from render.export.export_target import ExportTarget
    from render.networks.metadata import StyleMetadata
    from render.presets.preset import Preset
    from render.target import Size


class Held(StrEnum):
    """How the phone is held that the filter is for."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"
    AS_GIVEN = "as-given"


class ExportRequest(NamedTuple):
    """What is to be exported: the preset with its options, the target, the style's words; and what
    the user should know of it before."""

    preset: Preset
    target: ExportTarget
    style: StyleMetadata
    notes: tuple[str, ...]


def ask(
    name: str, options: dict[str, str | None], form: dict[str, str | None], output: Path | None
) -> ExportRequest:
    """``options`` are those that a preset holds too, and win over it; ``form`` says how the model
    is written. Raises UsageError, StyleError, ExportError."""
    from render.cli.foreign_style import at_hand
    from render.cli.presets_folder import preset_of
    from render.cli.read_request import one_of
    from render.export.export_target import (
        Compression,
        ExportTarget,
        Format,
        Surroundings,
        WeightPrecision,
        least_ios,
    )
    from render.networks.catalogue import find_style

    held = None if form["orient"] is None else one_of(Held, "--orient", form["orient"])
    chosen = preset_of(name).with_options(**options)
    if (style := at_hand(chosen.style)) != chosen.style:
        chosen = chosen.with_options(style=style)
    aim = chosen.target()
    path, metadata = find_style(chosen.style, aim.network)
    word = form["format"]
    if word is None:
        word = "mlmodel" if output is not None and output.suffix == ".mlmodel" else "mlpackage"
    kind = one_of(Format, "--format", word)
    how = one_of(Compression, "--compress", form["compress"] or "none")
    ios = form["ios"]
    target = ExportTarget(
        style_path=path,
        spec=metadata.spec,
        strength=aim.strength,
        size=_turned(aim.size, held, chosen),
        upscale=None if aim.upscale is None else _turned(aim.upscale, held, chosen),
        upscaler=aim.upscaler,
        surroundings=one_of(Surroundings, "--context", form["context"] or "reflect"),
        format=kind,
        precision=one_of(WeightPrecision, "--precision", form["precision"] or "fp16"),
        compression=how,
        ios=least_ios(kind, how) if ios is None else _ios(ios),
    )
    return ExportRequest(chosen, target, metadata, tuple(_notes(chosen, target)))


def _turned(size: Size, held: Held | None, preset: Preset) -> Size:
    """A live filter is used on a phone that is held upright. `render` turns a target's sizes as the
    clip is turned; here is no clip, so they are turned as the phone is, unless the preset or the
    option keeps them."""
    from render.target import Orient

    if held is None:
        held = Held.PORTRAIT if preset.orient is Orient.AUTO else Held.AS_GIVEN
    if held is Held.AS_GIVEN or size.square or size.landscape == (held is Held.LANDSCAPE):
        return size
    return size.turned()


def _ios(text: str) -> int:
    if not text.isdecimal() or len(text) > 2:
        raise UsageError(f"--ios {text!r}: write a version such as 15")
    return int(text)


def _notes(preset: Preset, target: ExportTarget) -> Iterator[str]:
    from render.export.export_target import Compression, Surroundings
    from render.target import Fit

    if target.size != preset.size:
        yield f"{preset.size} is turned to {target.size}, as a phone is held; --orient says how"
    if target.compression is not Compression.NONE:
        yield f"--compress {target.compression} needs iOS 16; this model is for iOS {target.ios}"
    if preset.fit is not Fit.COVER:
        yield f"fit {preset.fit} is the preview's; here the picture fills what the model takes"
    if target.surroundings is Surroundings.CAMERA:
        left, top, right, bottom = target.margin
        yield (
            f"the model takes {target.input_size}: on the left {left}, on top {top}, on the right "
            f"{right} and below {bottom} pixels more than the {target.size} that it paints"
        )
