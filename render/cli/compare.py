"""``render compare``: videos side by side, in step."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from render.cli.count import Count, waiting
from render.cli.help import ShownAs
from render.cli.output import labelled, put, safe, say
from render.defaults import DEFAULTS
from render.errors import OutputError, UsageError
from render.media.encoding import SUFFIXES

if TYPE_CHECKING:
    from render.compare.contact import Contact
    from render.compare.tiles import Page, Room, Tile
    from render.devices.profile import Profile
    from render.media.encoding import Encoding
    from render.media.ffmpeg import FFmpeg
    from render.planning.geometry import Box
    from render.results.results import Results
    from render.target import Size

_SHEETS = (".png", ".jpg", ".jpeg")


def _help(text: str, *names: str) -> Parameter:
    return Parameter(name=names or None, help=text, allow_leading_hyphen=not names)


def compare(
    *videos: Annotated[
        Path,
        Parameter(help="Two or more videos; or a folder that a sweep wrote, for all its previews."),
    ],
    output: Annotated[
        str | None,
        _help(
            f"The grid ({', '.join(SUFFIXES)}), or a contact sheet (.png, .jpg). Several pages are "
            "numbered: grid-1.mp4.",
            "--output",
            "-o",
        ),
        ShownAs("FILE", "grid.mp4"),
    ] = None,
    rows: Annotated[
        str | None,
        _help(
            "What varies from row to row: clip, style, network, size, upscale, upscaler, strength "
            "or fps."
        ),
        ShownAs("AXIS", "what varies"),
    ] = None,
    cols: Annotated[
        str | None,
        _help("What varies from column to column."),
        ShownAs("AXIS", "fps, if it varies"),
    ] = None,
    source: Annotated[
        bool,
        Parameter(help="Show the clip too that the previews were made of, framed as they are."),
    ] = False,
    labels: Annotated[
        str | None,
        _help("Words to put on the videos, in their order, instead of what is known of them."),
        ShownAs("TEXT[,…]"),
    ] = None,
    within: Annotated[
        str | None,
        _help("How large the grid may be, in pixels; cells are never larger than their videos."),
        ShownAs("WxH", "2560x1440"),
    ] = None,
    shortest: Annotated[
        bool,
        Parameter(help="End with the shortest video, rather than dim it and go on."),
    ] = False,
    audio: Annotated[
        str | None,
        _help("Keep the sound (of the first video that has any), or write none."),
        ShownAs("keep|none", "keep"),
    ] = None,
    crf: Annotated[
        str | None,
        _help("Quality, from 0 (lossless) to 51 (worst)."),
        ShownAs("N", str(DEFAULTS.crf)),
    ] = None,
    moments: Annotated[
        str | None,
        _help("How many moments a contact sheet shows, evenly over the shortest video."),
        ShownAs("N", "4"),
    ] = None,
    at: Annotated[
        str | None,
        _help("Which moments: seconds, or [HH:]MM:SS."),
        ShownAs("TIME[,…]"),
    ] = None,
    on: Annotated[
        str | None,
        _help(
            "A device (`render devices` lists them): labels say what it takes for a frame, and are "
            "red where that is too slow."
        ),
        ShownAs("DEVICE|FILE.toml"),
    ] = None,
    crop: Annotated[
        str | None,
        _help(
            "A part of each picture at 100 % of its pixels, from the middle or from X, Y (in the "
            "largest video; the same place in smaller ones)."
        ),
        ShownAs("WxH[+X+Y]"),
    ] = None,
    force: Annotated[bool, Parameter(help="Overwrite what exists.")] = False,
    debug: Annotated[bool, Parameter(help="Show tracebacks.")] = False,
) -> int:
    """Videos side by side in one video, in step: each shows what it would show at its own rate.

    Examples:
      render compare a.mp4 b.mp4 -o grid.mp4
      render compare sweep/ --rows size --cols fps
      render compare sweep/ -o sheet.png --moments 3 --crop 480x480
    """
    from render.cli.devices_folder import device
    from render.compare.tiles import Room
    from render.files.names import only_file
    from render.media.ffmpeg import find_ffmpeg
    from render.presets.preset import Preset
    from render.target import Size

    if not videos:
        raise UsageError("no video given. Usage: render compare VIDEO VIDEO [VIDEO ...] [OPTIONS]")
    written = f"a grid is written as {', '.join(SUFFIXES)}, a contact sheet as {', '.join(_SHEETS)}"
    path = only_file("grid.mp4" if output is None else output, (*SUFFIXES, *_SHEETS), written)
    kind = path.suffix.lower()
    for_sheets = (("--moments", moments), ("--at", at), ("--crop", crop))
    for option, word in for_sheets if kind in SUFFIXES else ():
        if word is not None:
            raise UsageError(f"{option} {word}: is for contact sheets; write one by -o sheet.png")
    lengths = "" if shortest else None
    for_grids = (
        ("--rows", rows), ("--cols", cols), ("--within", within), ("--audio", audio),
        ("--crf", crf), ("--shortest", lengths),
    )  # fmt: skip
    for option, word in for_grids if kind in _SHEETS else ():
        if word is not None:
            said = f"{option} {word}".rstrip()
            raise UsageError(f"{said}: is for grids; write one by -o grid.mp4")
    encoding = Preset().with_options(audio=audio, crf=crf).encoding()
    named = os.environ.get("RENDER_FFMPEG")
    ffmpeg = find_ffmpeg(Path(named) if named else None)
    profile = None if on is None else device(on)
    with waiting("reading the videos"):
        together = "clip" in (rows, cols)
        groups = _tiles(videos, ffmpeg, source=source, profile=profile, one=together)
    if labels is not None:
        groups = _relabelled(groups, labels)
    inputs = [tile.clip.path for group in groups for tile in [*group.tiles, *group.sources]]
    if kind in _SHEETS:
        contacts = [_contact(group, moments=moments, at=at, crop=crop) for group in groups]
        paths = _numbered(path, len(contacts), inputs, force=force)
        for one, place in zip(contacts, paths, strict=True):
            _write_sheet(one, place, ffmpeg, _common(one.tiles))
            put(str(place))
        return 0
    room = Room() if within is None else Room(_within(Size.parse(within)), turns=False)
    pages = _pages(groups, rows, cols, room)
    paths = _numbered(path, len(pages), inputs, force=force)
    for page, place in zip(pages, paths, strict=True):
        _write_page(page, place, ffmpeg, encoding, room, shortest=shortest, force=force)
        put(str(place))
    return 0


def _write_page(
    page: Page,
    path: Path,
    ffmpeg: FFmpeg,
    encoding: Encoding,
    room: Room,
    *,
    shortest: bool,
    force: bool,
) -> None:
    """Write a grid, with its progress on stderr."""
    from render.compare.video_grid import about_frames, described, lengths_note, write_grid

    about = about_frames(page, shortest=shortest)
    if note := lengths_note(page, shortest=shortest):
        say(labelled("note", note, sys.stderr))
    count = Count("frame", sys.stderr)
    frames = write_grid(
        page, path, ffmpeg.path, encoding, room=room, shortest=shortest, force=force
    )
    # Closed whatever ends us, also a signal: what is half-written goes then.
    with contextlib.closing(count), contextlib.closing(frames):
        count.wait(path.name, "starting")
        while True:
            try:
                done = next(frames)
            except StopIteration as end:
                warnings = list(end.value)
                break
            count.show(path.name, done, max(done, about or done))
    for warning in warnings:
        say(labelled("warning", f"{path.name}: {warning}", sys.stderr))
    say(f"{safe(str(path))}: {described(page, room)}")


def _write_sheet(contact: Contact, path: Path, ffmpeg: FFmpeg, title: str) -> None:
    """Write a contact sheet, with its progress on stderr."""
    from render.compare.contact import write_contact

    total = len(contact.tiles) * len(contact.moments)
    done = write_contact(contact, path, ffmpeg.path, title)
    with contextlib.closing(Count("picture", sys.stderr)) as count, contextlib.closing(done):
        count.wait(path.name, "reading the videos")
        for pictures in done:
            count.show(path.name, pictures, total)


@dataclass(frozen=True, slots=True)
class _Group:
    """What is compared with each other, and the clips that it was made of."""

    tiles: list[Tile]
    sources: list[Tile]


def _tiles(
    videos: tuple[Path, ...], ffmpeg: FFmpeg, *, source: bool, profile: Profile | None, one: bool
) -> list[_Group]:
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
    groups: list[_Group] = []
    for folder in folders:
        results = load(folder)
        every = list(range(len(results.clips)))
        for clips in [every] if one else [[clip] for clip in every]:
            tiles = tiles_of_clips(results, clips, folder, ffmpeg, profile)
            _say_left_out(folder, results, clips, len(tiles))
            if len(tiles) > 1:
                groups.append(_Group(tiles, sources_of(tiles, ffmpeg) if source else []))
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
        groups.append(_Group(tiles_of(files, ffmpeg, profile), sources))
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


def _relabelled(groups: list[_Group], labels: str) -> list[_Group]:
    words = [word.strip() for word in labels.split(",")]
    count = sum(len(group.tiles) for group in groups)
    if len(words) != count:
        raise UsageError(f"--labels: {len(words)} for {count} videos; name one for each")
    each = iter(words)
    return [
        replace(group, tiles=[replace(t, title=next(each), lines=()) for t in group.tiles])
        for group in groups
    ]


def _pages(groups: list[_Group], rows: str | None, cols: str | None, room: Room) -> list[Page]:
    from render.compare.tiles import arrange

    return [
        page
        for group in groups
        for page in arrange(group.tiles, rows=rows, columns=cols, sources=group.sources, room=room)
    ]


def _contact(group: _Group, *, moments: str | None, at: str | None, crop: str | None) -> Contact:
    from render.cli.ranges import words
    from render.cli.read_request import seconds
    from render.compare.contact import plan_contact

    if moments is not None and at is not None:
        raise UsageError("--moments and --at: name how many, or which")
    if moments is not None and not (moments.isdecimal() and 1 <= int(moments) <= 100):
        raise UsageError(f"--moments {moments}: must be a whole number from 1 to 100")
    return plan_contact(
        [*group.sources, *group.tiles],
        count=int(moments or 4),
        moments=None if at is None else [seconds("--at", word) for word in words("at", at)],
        crop=None if crop is None else _crop(crop),
    )


def _crop(text: str) -> Size | Box:
    from render.planning.geometry import Box
    from render.target import Size

    if "+" not in text:
        return Size.parse(text)
    try:
        return Box.parse(text)
    except UsageError:
        raise UsageError(f"--crop {text}: write it as WxH or WxH+X+Y") from None


def _within(size: Size) -> Size:
    if min(size.width, size.height) < 64:
        raise UsageError(f"--within {size}: is too small for a grid; 64 pixels a side at least")
    return size


def _common(tiles: tuple[Tile, ...]) -> str:
    """What a sheet is of: the clip, where it is one."""
    names = {tile.axes.get("clip", "") for tile in tiles if tile.axes}
    return names.pop() if len(names) == 1 else ""


def _numbered(path: Path, count: int, inputs: list[Path], *, force: bool) -> list[Path]:
    from render.files.names import numbered

    paths = [path] if count == 1 else [numbered(path, n) for n in range(1, count + 1)]
    for one in paths:
        if one.is_dir():
            raise OutputError(f"{one}: is a folder; name a file")
        if one.exists() and any(one.samefile(video) for video in inputs):
            raise OutputError(f"{one}: is one of the videos; choose another place with -o")
        if one.exists() and not force:
            raise OutputError(f"{one}: exists already; --force overwrites it")
    return paths
