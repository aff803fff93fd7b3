"""What ``render compare`` was given → groups of tiles that are compared with each other."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from render.cli.output import labelled, safe, say
from render.errors import UsageError

if TYPE_CHECKING:
    from render.compare.tiles import Tile
    from render.devices.profile import Profile
    from render.media.ffmpeg import FFmpeg
    from render.results.results import Results


@dataclass(frozen=True, slots=True)
class TileGroup:
    """What is compared with each other, and the clips that it was made of."""

    tiles: list[Tile]
    sources: list[Tile]


def groups_of(
    videos: tuple[Path, ...], ffmpeg: FFmpeg, *, source: bool, profile: Profile | None, one: bool
) -> list[TileGroup]:
    """A folder's clips apart, or in ``one``; single videos together."""
    from render.compare.tile_labels import (
        known_of,
        source_tile,
        sources_of,
        tiles_of,
        tiles_of_clips,
    )
    from render.results.results import load

    folders = [path for path in videos if path.is_dir()]
    groups: list[TileGroup] = []
    for folder in folders:
        results = load(folder)
        every = list(range(len(results.clips)))
        for clips in [every] if one else [[clip] for clip in every]:
            tiles = tiles_of_clips(results, clips, folder, ffmpeg, profile)
            _say_left_out(folder, results, clips, len(tiles))
            if len(tiles) > 1:
                groups.append(TileGroup(tiles, sources_of(tiles, ffmpeg) if source else []))
    files = [path for path in videos if not path.is_dir()]
    if len(files) == 1 and not source:
        raise UsageError(f"{files[0]}: is one video; name another to compare it with")
    if files:
        sources = []
        if source:
            known = [one for one in map(known_of, files) if one is not None]
            if not known:
                raise UsageError(
                    f"--source: nothing beside {files[0]} says which clip it was made of; name the "
                    "clip as one of the videos"
                )
            names = list(dict.fromkeys((one.clip.path, one.clip.name) for one in known))
            if len(names) > 1:
                said = ", ".join(name for _, name in names)
                raise UsageError(f"--source: the videos are of several clips ({said}); drop it")
            sources = [source_tile(known[0], ffmpeg)]
        groups.append(TileGroup(tiles_of(files, ffmpeg, profile), sources))
    if not groups:
        raise UsageError(f"{folders[0]}: holds no two previews of one clip")
    return groups


def _say_left_out(folder: Path, results: Results, clips: list[int], there: int) -> None:
    """What of a folder's clips is not shown."""
    name = ", ".join(dict.fromkeys(results.clips[clip].name for clip in clips))
    whole = sum(len(results.of_clip(clip)) for clip in clips)
    where = f"{folder.resolve().name}: "
    if gone := whole - there:
        words = "1 preview of {} is gone" if gone == 1 else f"{gone} previews of {{}} are gone"
        say(labelled("note", safe(where + words.format(name)), sys.stderr))
    if there == 1:
        said = f"{where}of {name} there is one preview, nothing to compare it with"
        say(labelled("note", safe(said), sys.stderr))


def titled(groups: list[TileGroup], titles: str) -> list[TileGroup]:
    words = [word.strip() for word in titles.split(",")]
    count = sum(len(group.tiles) for group in groups)
    if len(words) != count:
        raise UsageError(f"--titles: {len(words)} for {count} videos; name one for each")
    each = iter(words)
    return [
        replace(
            group,
            tiles=[replace(t, title=next(each), lines=(), titled=True) for t in group.tiles],
        )
        for group in groups
    ]


def by_clip(group: TileGroup) -> list[Tile]:
    """Its videos, each clip's own before them."""
    found: list[Tile] = []
    left = list(group.sources)
    for tile in group.tiles:
        for source in [s for s in left if s.axes.get("clip") == tile.axes.get("clip")]:
            found.append(source)
            left.remove(source)
        found.append(tile)
    return [*left, *found]
