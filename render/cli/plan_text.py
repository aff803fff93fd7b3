"""``--dry-run``: the plan for a reader."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from render.cli.output import safe
from render.cli.words import took
from render.geometry import Box
from render.media.clip import Clip
from render.plan import Cell, Plan


def plan_lines(plan: Plan) -> Iterator[str]:
    """One paragraph a cell, then what they share."""
    for cell in plan.cells:
        yield from _cell(cell)
        yield ""
    encoding, choice = plan.encoding, plan.engine
    yield _row("engine", f"{choice.engine.value} on {choice.device.value}: {choice.why}")
    sound = "the clip's sound" if encoding.audio.value == "keep" else "no sound"
    yield _row("encoder", f"{encoding.encoder.value}, crf {encoding.crf}, {sound}")
    yield _row("ffmpeg", str(plan.ffmpeg))


def _cell(cell: Cell) -> Iterator[str]:
    yield safe(str(cell.clip.path))
    yield _row("clip", _clip(cell.clip))
    if cell.start or cell.duration is not None:
        to = "its end" if cell.duration is None else took(float(cell.start + cell.duration))
        yield _row("part", f"from {took(float(cell.start))} to {to}")
    yield _row("used", _used(cell))
    how = "" if cell.strength == 1 else f", strength {cell.strength:g}"
    yield _row(
        "network", f"{cell.network}, {cell.style}, at {cell.size}, {_rate(cell.rate)} fps{how}"
    )
    yield _row("style", str(cell.style_path))
    shown = "none" if cell.upscale is None else f"{cell.upscale}, {cell.upscaler.value}"
    yield _row("upscale", shown)
    about = "an unknown number of" if cell.about_frames is None else f"about {cell.about_frames}"
    yield _row("preview", f"{cell.output_size}, {about} frames")
    yield _row("to", str(cell.output))
    for note in cell.notes:
        yield _row("note", note)


def _clip(clip: Clip) -> str:
    video = clip.video
    facts = [f"{video.codec} {video.displayed}", f"{_rate(video.rate)} fps"]
    if video.variable_rate:
        facts[-1] = f"variable rate, about {facts[-1]}"
    if video.rotation:
        facts.append(f"turned {video.rotation} degrees")
    if video.sar != 1:
        facts.append(f"pixels {video.sar.numerator}:{video.sar.denominator}")
    if video.transfer.value != "sdr":
        facts.append(f"HDR {video.transfer.value}")
    if video.interlaced:
        facts.append("interlaced")
    facts.append("length unknown" if clip.duration is None else took(float(clip.duration)))
    if clip.audio is None:
        facts.append("no sound")
    else:
        broken = "" if clip.audio.decodable else " (does not decode)"
        facts.append(f"{clip.audio.codec} sound{broken}")
    return ", ".join(facts)


def _used(cell: Cell) -> str:
    where = cell.placement
    whole = where.crop == Box.whole(where.canvas)
    words = f"all of {where.canvas}" if whole else f"{where.crop} of {where.canvas}"
    return words if where.inner == Box.whole(cell.size) else f"{words}, in {where.inner}"


def _rate(rate: Fraction) -> str:
    return f"{float(rate):.6g}"


def _row(label: str, text: str) -> str:
    return f"  {label:<9}{safe(text)}"
