"""Files → tiles: what the results beside a preview know of it, as axes and in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from render.choice.marks import cost_on
from render.compare.axes import AXES, in_order
from render.compare.tiles import Tile
from render.devices.profile import Profile
from render.errors import ClipError, RenderError
from render.media.clip import Clip
from render.media.ffmpeg import FFmpeg
from render.media.probe import probe
from render.results.results import NAME, CellResult, Played, Results, load
from render.results.source_clip import SourceClip

_FASTEST_SOURCE = Fraction(60)


@dataclass(frozen=True, slots=True)
class Known:
    """A preview, and the results that know of it."""

    results: Results
    cell: CellResult

    @property
    def clip(self) -> SourceClip:
        return self.results.clips[self.cell.clip]

    @property
    def axes(self) -> dict[str, str]:
        return {axis.key: axis.value(self.results, self.cell) for axis in AXES}

    @property
    def words(self) -> dict[str, str]:
        """What an axis' value is called by itself."""
        return {axis.key: axis.by_itself(self.results, self.cell) for axis in AXES}


def tiles_of(paths: Sequence[Path], ffmpeg: FFmpeg, profile: Profile | None = None) -> list[Tile]:
    """A tile for each video, in the order given. With a ``profile`` those are marked that are too
    slow for its device. Raises ClipError for what cannot be read."""
    folders = {path.parent: _results_in(path.parent) for path in paths}
    found = [_known(folders[path.parent], path) for path in paths]
    probed = _probed(paths, ffmpeg)
    return [_with(_tile(c, k), k, profile) for c, k in zip(probed, found, strict=True)]


def tiles_of_clips(
    results: Results,
    clips: Iterable[int],
    folder: Path,
    ffmpeg: FFmpeg,
    profile: Profile | None = None,
) -> list[Tile]:
    """The previews of clips, one clip after the other, from the deepest network to the lightest,
    the sizes from small to large and the rates from slow to fast. Previews that are gone are left
    out; with a ``profile`` those are marked that are too slow for its device."""
    found = [
        Known(results, cell)
        for clip in clips
        for cell in in_order(results, results.of_clip(clip))
        if (folder / cell.id).is_file()
    ]
    probed = _probed([folder / one.cell.id for one in found], ffmpeg)
    return [_with(_tile(c, k), k, profile) for c, k in zip(probed, found, strict=True)]


def source_tile(known: Known, ffmpeg: FFmpeg) -> Tile:
    """The clip itself, framed as this preview of it frames it. Raises ClipError where it is gone,
    or is not known to have been framed."""
    path = known.clip.file
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
        axes={"clip": known.axes["clip"]},
        lines=(f"{float(rate):.4g} fps, {clip.video.displayed}",),
        placement=known.cell.view.placement,
        start=known.clip.start,
        duration=known.clip.part,
    )


def sources_of(tiles: Sequence[Tile], ffmpeg: FFmpeg) -> list[Tile]:
    """The clips that the previews of one folder were made of, each once, framed as the first of
    them frames it. Raises ClipError as `source_tile` does."""
    first = {tile.axes["clip"]: tile for tile in reversed(tiles)}
    known = (known_of(tile.clip.path) for tile in reversed(first.values()))
    return [source_tile(one, ffmpeg) for one in known if one is not None]


def known_of(path: Path) -> Known | None:
    """What the results beside ``path`` know of it."""
    return _known(_results_in(path.parent), path)


def _with(tile: Tile, known: Known | None, profile: Profile | None) -> Tile:
    """``tile`` with all that may be said of it (`render.compare.wording`)."""
    if known is None:
        return tile
    cell, played = known.cell, known.cell.played
    cost = None if profile is None else cost_on(profile, cell)
    times: tuple[str, ...] = ()
    if played:
        times = (f"{played.median_ms:.0f} ms on {cell.target.on}", _played(played))
    elif cost is not None:
        times = (cost.words,)
    here = "" if cell.cost.ms is None else f"{cell.cost.ms:.0f} ms on this computer"
    over = cost is not None and cost.over
    return replace(tile, told=known.words, times=times, here=here, over=over)


def _played(played: Played) -> str:
    """What of it the viewer sees: how many pictures a second, how late."""
    lag = "" if played.median_lag is None else f", {played.median_lag * 1000:.0f} ms late"
    return f"{played.fps:.3g} shown a second{lag}"


def _tile(clip: Clip, known: Known | None) -> Tile:
    if known is None:
        rate = clip.video.rate
        words = f"{float(rate):.4g} fps, {clip.video.displayed}"
        return Tile(clip=clip, rate=rate, title=clip.path.stem, lines=(words,))
    return Tile(clip=clip, rate=known.cell.video_fps, title=clip.path.stem, axes=known.axes)


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
            return Known(results, cell)
    return None
