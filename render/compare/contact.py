"""A contact sheet of videos: a row for each, a column for each moment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from render.compare.sheet import Grid, Label, fitting_width
from render.compare.tiles import Tile, shape_of
from render.errors import ClipError, UsageError
from render.geometry import Box
from render.media.decode import Decoder
from render.media.frame import Picture
from render.media.sample import ROUNDING, sample
from render.overlap import in_order
from render.target import Size

_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Contact:
    """What a contact sheet shows.

    Attributes:
        tiles: its rows. moments: its columns, seconds.
        crop: the part of each picture, at 100 % of its pixels; None: all of it, made smaller.
        cell: the size of each picture on the sheet.
    """

    tiles: tuple[Tile, ...]
    moments: tuple[Fraction, ...]
    crop: Box | None
    cell: Size


def plan_contact(
    tiles: Sequence[Tile],
    *,
    count: int = 4,
    moments: Sequence[Fraction] | None = None,
    crop: Size | Box | None = None,
    width: int | None = None,
) -> Contact:
    """``moments``, or ``count`` of them evenly over the shortest video; ``crop`` as a size is taken
    from the middle. Raises UsageError for a moment past a video's end, for a crop that is not
    within a picture, and for videos of unknown length without moments."""
    shortest = min(tiles, key=lambda tile: tile.seconds or Fraction(10**9))
    length = shortest.seconds
    if moments is None:
        if length is None:
            raise UsageError(f"{shortest.clip.path}: its length is not known; name moments by --at")
        moments = [length * (2 * n + 1) / (2 * count) for n in range(count)]
    for moment in moments:
        if length is not None and moment >= length:
            raise UsageError(
                f"--at {float(moment):g}: {shortest.clip.path} ends at {float(length):.2f} s"
            )
    shape = shape_of(tiles)
    if crop is not None:
        box = crop if isinstance(crop, Box) else Box.centred(shape, crop.width, crop.height)
        for tile in tiles:
            _check_crop(box, tile)
        return Contact(tuple(tiles), tuple(moments), box, box.size)
    wide = width or fitting_width(len(moments))
    tall = max(1, round(wide * shape.height / shape.width))
    return Contact(tuple(tiles), tuple(moments), None, Size(wide, tall))


def _check_crop(box: Box, tile: Tile) -> None:
    size = tile.size
    inside = box.x >= 0 and box.y >= 0
    if not inside or box.x + box.width > size.width or box.y + box.height > size.height:
        raise UsageError(f"--crop {box}: is not within {tile.clip.path.name}, which is {size}")


def pictures(contact: Contact, ffmpeg: Path) -> Iterator[Picture]:
    """Every cell's picture, row by row, in the pixels of its video. Raises ClipError."""

    def one(place: tuple[Tile, Fraction]) -> Picture:
        picture, box = _at(*place, ffmpeg), contact.crop
        if box is None:
            return picture
        return picture[box.y : box.y + box.height, box.x : box.x + box.width]

    places = [(tile, moment) for tile in contact.tiles for moment in contact.moments]
    # Each is mostly the start of a process that decodes a second or two.
    with contextlib.closing(in_order(places, lambda place: place, one, _AT_ONCE)) as found:
        for _, picture in found:
            yield picture


def grid(contact: Contact, shown: Sequence[Picture], title: str) -> Grid:
    """The sheet that `sheet.draw` draws, of the pictures in their order."""
    columns = len(contact.moments)
    lines = ("at 100 %",) if contact.crop is not None else ()
    return Grid(
        title=Label(title, lines),
        corner=None,
        columns=tuple(Label(f"{float(moment):.2f} s") for moment in contact.moments),
        rows=tuple(Label(tile.title, tile.lines) for tile in contact.tiles),
        cells=tuple(
            tuple(shown[row * columns : (row + 1) * columns]) for row in range(len(contact.tiles))
        ),
    )


def _at(tile: Tile, moment: Fraction, ffmpeg: Path) -> Picture:
    """What the video shows then, at its own rate."""
    start, length = tile.start + moment, 1 / tile.rate
    canvas = tile.size if tile.placement is None else tile.placement.canvas
    with Decoder(tile.clip, canvas, ffmpeg, start=start, duration=length) as decoder:
        frames = sample(decoder, tile.rate, start=start, duration=length, look_ahead=ROUNDING)
        frame = next(frames, None)
        if frame is None:
            raise ClipError(f"{tile.clip.path}: shows nothing at {float(moment):g} s")
        if tile.placement is None:
            return frame.picture
        crop = tile.placement.crop
        return frame.picture[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width]
