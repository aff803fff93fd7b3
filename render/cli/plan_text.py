"""``--dry-run``: the plan for a reader."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from render.cli.output import safe
from render.cli.user_settings import in_force
from render.cli.words import amount, took
from render.media.clip import Clip
from render.planning.estimate import CellEstimate, Estimate
from render.planning.geometry import Box
from render.planning.plan import Cell, Plan
from render.target import Size, as_held


def plan_lines(plan: Plan, found: Estimate | None = None) -> Iterator[str]:
    """One paragraph a cell, then what they share."""
    estimates = found.cells if found else [None] * len(plan.cells)
    for cell, each in zip(plan.cells, estimates, strict=True):
        yield from _cell(cell, each)
        yield ""
    if found and len(plan.cells) > 1:
        yield from in_all(found)
    elif found:
        yield from _short_disks(found)
    yield from shared_lines(plan)


def in_all(found: Estimate) -> Iterator[str]:
    """What the plan takes, and where the disk has no room for it."""
    if found.unknown == len(found.cells):
        yield row("in all", f"{len(found.cells)} previews of clips whose length is not known")
        return
    words = f"{len(found.cells)} previews, about {took(found.seconds)}"
    if len(found.cells) - found.unknown > 1:
        words += f" in one pass ({took(found.apart)} one by one)"
    words += f", about {amount(found.bytes)}"
    if found.unknown:
        words += f"; without {found.unknown} whose clip's length is not known"
    yield row("in all", words)
    yield from _short_disks(found)


def _short_disks(found: Estimate) -> Iterator[str]:
    for disk in found.disks:
        if disk.bytes > disk.free:
            yield row(
                "warning",
                f"about {amount(disk.bytes)} to write, {amount(disk.free)} free at {disk.folder}",
            )


def shared_lines(plan: Plan) -> Iterator[str]:
    """What runs, and how the previews are written."""
    if kept := len(plan.cells) - len(plan.todo):
        yield row("kept", f"{kept} of {len(plan.cells)}: there already, and the same")
    encoding, choice = plan.encoding, plan.engine
    if plan.publish is not None:
        yield row("sent to", str(plan.publish))
    yield row("engine", f"{choice.engine.value} on {choice.device.value}: {choice.why}")
    sound = "the clip's sound" if encoding.keeps_sound else "no sound"
    yield row("encoder", f"{encoding.words}, {sound}")
    yield row("ffmpeg", str(plan.ffmpeg))
    if in_force().values:
        yield row("settings", str(in_force()))


def _cell(cell: Cell, estimate: CellEstimate | None) -> Iterator[str]:
    yield safe(str(cell.clip.place))
    yield row("clip", clip_facts(cell.clip))
    if words := part(cell):
        yield row("part", words)
    yield row("used", _used(cell))
    how = "" if cell.strength == 1 else f", strength {cell.strength:g}"
    yield row(
        "network",
        f"{cell.network}, {cell.style}, at {_size(cell, cell.size)}, {rate(cell.rate)} fps{how}",
    )
    yield row("style", str(cell.style_path))
    shown = "none"
    if cell.upscale is not None:
        shown = f"{_size(cell, cell.upscale)}, {cell.upscaler.value}"
    yield row("upscale", shown)
    about = "an unknown number of" if cell.about_frames is None else f"about {cell.about_frames}"
    yield row("preview", f"video {cell.output_size}, {about} frames")
    if estimate is not None:
        yield row("takes", _takes(estimate))
    yield row("to", str(cell.output))
    for note in cell.notes:
        yield row("note", note)


def _size(cell: Cell, size: Size) -> str:
    """As the phone is held, and as it is on this clip."""
    held = as_held(size, cell.clip.video.displayed)
    return held if str(size) in held else f"{held} (here {size})"


def clip_facts(clip: Clip) -> str:
    """What probing says of it, in a line."""
    video = clip.video
    facts = [f"{video.codec} {video.displayed}", f"{rate(video.rate)} fps"]
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


def part(cell: Cell) -> str:
    """Which part of the clip; nothing for all of it."""
    if not cell.start and cell.duration is None:
        return ""
    to = "its end" if cell.duration is None else took(float(cell.start + cell.duration))
    return f"from {took(float(cell.start))} to {to}"


def _takes(estimate: CellEstimate) -> str:
    macs = f"{estimate.macs / 1e9:.1f} GMAC a frame, {estimate.macs_second / 1e9:.0f} GMAC/s"
    if estimate.seconds is None or estimate.bytes is None:
        return macs
    return f"{macs}; about {took(estimate.seconds)} here, {amount(estimate.bytes)}"


def _used(cell: Cell) -> str:
    where = cell.placement
    whole = where.crop == Box.whole(where.canvas)
    words = f"all of {where.canvas}" if whole else f"{where.crop} of {where.canvas}"
    return words if where.inner == Box.whole(cell.size) else f"{words}, in {where.inner}"


def rate(fps: Fraction) -> str:
    return f"{float(fps):.6g}"


def row(label: str, text: str) -> str:
    """A line of a paragraph."""
    return f"  {label:<9}{safe(text)}"
