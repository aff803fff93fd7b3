"""``render compare``: videos side by side, in step."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from render.cli.compare_groups import TileGroup, by_clip, groups_of, titled
from render.cli.count import Count, followed, waiting
from render.cli.help import ShownAs
from render.cli.output import labelled, put, safe, say
from render.defaults import DEFAULTS
from render.errors import OutputError, UsageError
from render.media.encoding import SUFFIXES

if TYPE_CHECKING:
    from render.compare.contact import Contact
    from render.compare.tiles import Page, Room
    from render.compare.wording import Labels
    from render.media.encoding import Encoding
    from render.media.ffmpeg import FFmpeg
    from render.planning.geometry import Box
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
            "or fps. With `clip`, all clips of a folder stand on one grid or contact sheet."
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
        _help(
            "What is written on them: all that is known, with this computer's times; what tells "
            "them apart, and once what they share; or nothing."
        ),
        ShownAs("full|short|none", "short"),
    ] = None,
    titles: Annotated[
        str | None,
        _help("Words of your own to put on the videos, in their order."),
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
        _help("Quality, from 0 (lossless) to 51 (worst; 63 for libsvtav1 and libvpx-vp9)."),
        ShownAs("N", str(DEFAULTS.crf)),
    ] = None,
    encoder: Annotated[
        str | None,
        _help("Who writes the grid, as `render --encoder`."),
        ShownAs("NAME", f"{DEFAULTS.encoder}, or what the file takes"),
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
    like: Annotated[
        str | None,
        _help(
            "Take that device's evidence for the one of --on: an assumption, and marked as one "
            "wherever it stands."
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
    from render.cli.read_request import written_by
    from render.cli.user_settings import chosen_ffmpeg
    from render.compare.tiles import Room, room_for
    from render.files.names import only_file
    from render.media.encoding import check_fits
    from render.media.ffmpeg import check_writes, find_ffmpeg
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
        ("--rows", None if rows == "clip" else rows), ("--cols", cols), ("--within", within),
        ("--audio", audio),
        ("--crf", crf), ("--encoder", encoder), ("--shortest", lengths),
    )  # fmt: skip
    for option, word in for_grids if kind in _SHEETS else ():
        if word is not None:
            said = f"{option} {word}".rstrip()
            raise UsageError(f"{said}: is for grids; write one by -o grid.mp4")
    much = _how_much(labels, titles)
    wanted = {"audio": audio, "crf": crf, "encoder": encoder}
    encoding = written_by(Preset(), wanted, kind if kind in SUFFIXES else "").encoding()
    if kind in SUFFIXES:
        check_fits(encoding.encoder, kind, f"-o {path}")
    ffmpeg = find_ffmpeg(chosen_ffmpeg())
    if kind in SUFFIXES:
        check_writes(ffmpeg, encoding, kind)
    profile = None if on is None else device(on, like)
    with waiting("reading the videos"):
        one = "clip" in (rows, cols)
        groups = groups_of(videos, ffmpeg, source=source, profile=profile, one=one)
    if titles is not None:
        groups = titled(groups, titles)
    inputs = [tile.clip.path for group in groups for tile in [*group.tiles, *group.sources]]
    if kind in _SHEETS:
        made = [_contact(group, much, moments=moments, at=at, crop=crop) for group in groups]
        paths = _numbered(path, len(made), inputs, force=force)
        for (contact, title), place in zip(made, paths, strict=True):
            _write_sheet(contact, place, ffmpeg, title)
            put(str(place))
        return 0
    room = room_for(kind) if within is None else Room(_within(Size.parse(within)), turns=False)
    pages = _pages(groups, rows, cols, room, much)
    paths = _numbered(path, len(pages), inputs, force=force)
    for page, place in zip(pages, paths, strict=True):
        _write_page(page, place, ffmpeg, encoding, room, shortest=shortest, force=force)
        put(str(place))
    return 0


def _how_much(labels: str | None, titles: str | None) -> Labels:
    from render.compare.wording import Labels

    if labels is not None and titles is not None:
        raise UsageError("--labels and --titles: say how much is written, or what")
    if labels is not None and labels not in [one.value for one in Labels]:
        kinds = ", ".join(Labels)
        raise UsageError(f"--labels {labels}: not one of {kinds}; --titles puts your own words")
    return Labels(labels or Labels.SHORT)


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
    frames = write_grid(
        page, path, ffmpeg.path, encoding, room=room, shortest=shortest, force=force
    )
    with contextlib.closing(Count("frame", sys.stderr)) as count:
        count.wait(path.name, "starting")
        warnings = followed(
            frames, lambda done: count.show(path.name, done, max(done, about or done))
        )
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


def _pages(
    groups: list[TileGroup], rows: str | None, cols: str | None, room: Room, labels: Labels
) -> list[Page]:
    from render.compare.tiles import arrange
    from render.compare.wording import pages_in_words

    found: list[Page] = []
    for group in groups:
        pages = arrange(group.tiles, rows=rows, columns=cols, sources=group.sources, room=room)
        found += pages_in_words(pages, labels)
    return found


def _contact(
    group: TileGroup, labels: Labels, *, moments: str | None, at: str | None, crop: str | None
) -> tuple[Contact, str]:
    """The sheet, and its title."""
    from render.cli.ranges import words
    from render.cli.read_request import seconds
    from render.compare.contact import plan_contact
    from render.compare.wording import in_words

    if moments is not None and at is not None:
        raise UsageError("--moments and --at: name how many, or which")
    if moments is not None and not (moments.isdecimal() and 1 <= int(moments) <= 100):
        raise UsageError(f"--moments {moments}: must be a whole number from 1 to 100")
    tiles, title = in_words(by_clip(group), labels)
    contact = plan_contact(
        tiles,
        count=int(moments or 4),
        moments=None if at is None else [seconds("--at", word) for word in words("at", at)],
        crop=None if crop is None else _crop(crop),
    )
    return contact, title


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
