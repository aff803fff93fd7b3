"""Files → tiles: what the results beside a preview know of it becomes its label and its axes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from render.choice.marks import CostOn, cost_on
from render.compare.tiles import Tile, varying
from render.devices.profile import Profile
from render.errors import ClipError, RenderError
from render.media.clip import Clip
from render.media.ffmpeg import FFmpeg
from render.media.probe import probe
from render.results.results import NAME, CellResult, Played, Results, SourceClip, load
from render.target import Size

_FASTEST_SOURCE = Fraction(60)


@dataclass(frozen=True, slots=True)
class Known:
    """A preview that results know of."""

    cell: CellResult
    clip: SourceClip


def tiles_of(paths: Sequence[Path], ffmpeg: FFmpeg, profile: Profile | None = None) -> list[Tile]:
    """A tile for each video, in the order given. With a ``profile`` those are marked that are too
    slow for its device. Raises ClipError for what cannot be read."""
    folders = {path.parent: _results_in(path.parent) for path in paths}
    found = [_known(folders[path.parent], path) for path in paths]
    tiles = [_tile(clip, known) for clip, known in zip(_probed(paths, ffmpeg), found, strict=True)]
    return labelled(tiles, found, profile)


def tiles_of_clip(
    results: Results, clip: int, folder: Path, ffmpeg: FFmpeg, profile: Profile | None = None
) -> list[Tile]:
    """The previews of one clip, from the deepest network to the lightest, the sizes from small to
    large and the rates from slow to fast. Previews that are gone are left out; with a ``profile``
    those are marked that are too slow for its device."""
    cells = sorted((c for c in results.of_clip(clip) if (folder / c.id).is_file()), key=_order)
    found = [Known(cell, results.clips[clip]) for cell in cells]
    clips = _probed([folder / cell.id for cell in cells], ffmpeg)
    return labelled([_tile(c, k) for c, k in zip(clips, found, strict=True)], found, profile)


def source_tile(known: Known, ffmpeg: FFmpeg) -> Tile:
    """The clip itself, framed as this preview of it frames it. Raises ClipError where it is gone,
    or is not known to have been framed."""
    path = Path(known.clip.path)
    if not path.is_file():
        raise ClipError(f"{path}: the clip is not there any more, so it cannot stand in the grid")
    if known.cell.view is None:
        raise ClipError(f"{known.cell.id}: nothing says how it frames its clip; render it again")
    clip = probe(path, ffmpeg)
    rate = clip.video.rate
    return Tile(
        clip=clip,
        rate=min(rate, _FASTEST_SOURCE),
        title="source",
        lines=(f"{float(rate):.4g} fps, {clip.video.displayed}",),
        placement=known.cell.view.placement,
        start=Fraction(known.clip.start),
        duration=None if known.clip.part is None else Fraction(known.clip.part),
    )


def known_of(path: Path) -> Known | None:
    """What the results beside ``path`` know of it."""
    return _known(_results_in(path.parent), path)


def labelled(
    tiles: Sequence[Tile], known: Sequence[Known | None], profile: Profile | None = None
) -> list[Tile]:
    """Tiles with their labels: always the rate, the size, the network and its time, on the device
    of ``profile`` or where it was rendered; the rest where it varies."""
    vary = varying(tiles)
    found = []
    for tile, one in zip(tiles, known, strict=True):
        if one is None:
            found.append(tile)
            continue
        cost = None if profile is None else cost_on(profile, one.cell)
        lines = _lines(one, vary, cost)
        over = cost is not None and cost.over
        found.append(replace(tile, title=_title(one), lines=lines, over=over))
    return found


def _title(known: Known) -> str:
    return f"{known.cell.target.fps_float:.4g} fps · {known.cell.target.size}"


def _lines(known: Known, vary: Sequence[str], cost: CostOn | None) -> tuple[str, ...]:
    target, ms = known.cell.target, known.cell.cost.ms
    network = [target.network]
    played = known.cell.played
    if played is not None:
        network.append(f"{played.median_ms:.0f} ms on {target.on}")
    elif cost is not None:
        network.append(cost.words)
    elif ms is not None:
        network.append(f"{ms:.0f} ms")
    axes = _axes(known)
    named = [axis for axis in ("clip", "style", "upscaler", "upscale") if axis in vary]
    rest = [axes[axis] if axis != "upscale" else f"to {axes[axis]}" for axis in named]
    if "strength" in vary or target.strength != 1:
        rest.append(f"strength {target.strength:g}")
    if played is not None:
        rest.append(_played(played))
    lines = [" · ".join(network), " · ".join(rest)]
    return tuple(line for line in lines if line)


def _played(played: Played) -> str:
    """What of it the viewer sees: how many pictures a second, how late."""
    lag = "" if played.median_lag is None else f", {played.median_lag * 1000:.0f} ms late"
    return f"{played.fps:.3g} shown a second{lag}"


def _axes(known: Known) -> dict[str, str]:
    target = known.cell.target
    return {
        "clip": known.clip.name,
        "style": target.style,
        "network": target.network,
        "size": target.size,
        "upscale": target.upscale or "none",
        "upscaler": target.upscaler,
        "strength": f"{target.strength:g}",
        "fps": f"{target.fps_float:.6g}",
        "on": target.on or "none",
    }


def _tile(clip: Clip, known: Known | None) -> Tile:
    if known is None:
        rate = clip.video.rate
        words = f"{float(rate):.4g} fps, {clip.video.displayed}"
        return Tile(clip=clip, rate=rate, title=clip.path.stem, lines=(words,))
    rate = Fraction(known.cell.video_fps)
    return Tile(clip=clip, rate=rate, title=clip.path.stem, axes=_axes(known))


def _order(cell: CellResult) -> tuple[object, ...]:
    target, size = cell.target, Size.parse(cell.target.size)
    # The network alone, whatever the size.
    depth = cell.cost.macs / size.pixels
    shown = Size.parse(target.upscale).pixels if target.upscale else 0
    return (
        target.style,
        -depth,
        size.pixels,
        shown,
        target.upscaler,
        target.strength,
        target.fps_float,
        target.on or "",
    )


def _probed(paths: Sequence[Path], ffmpeg: FFmpeg) -> list[Clip]:
    # Each probe is mostly the start of a small process of its own.
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda path: probe(path, ffmpeg), paths))


def _results_in(folder: Path) -> Results | None:
    """Results that cannot be read say nothing of a video; they do not forbid to show it."""
    if not (folder / NAME).is_file():
        return None
    try:
        return load(folder)
    except RenderError:
        return None


def _known(results: Results | None, path: Path) -> Known | None:
    cells = () if results is None else results.cells
    for cell in cells:
        if results is not None and cell.id == path.name:
            return Known(cell, results.clips[cell.clip])
    return None
