"""A contact sheet of videos: a row for each, a column for each moment."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from render.compare import sheet
from render.compare.sheet import Grid, Label, fitting_width
from render.compare.tiles import Tile, shape_of
from render.errors import ClipError, UsageError
from render.execution.prefetch import in_order
from render.media.decode import Decoder
from render.media.frame import Picture, as_picture
from render.media.sample import ROUNDING, sample
from render.planning.geometry import Box
from render.target import Size

_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Contact:
    """What a contact sheet shows.

    Attributes:
        tiles: its rows. moments: its columns, seconds.
        crop: the part of each picture, at 100 % of its pixels; None: all of it, made smaller. It is
        counted in the largest video's pixels; smaller ones show as many, of the same place.
        cell: the size of each picture on the sheet; where shapes differ, of the largest video's.
    """

    tiles: tuple[Tile, ...]
    moments: tuple[Fraction, ...]
    crop: Box | None
    cell: Size

    def cell_of(self, tile: Tile) -> Size:
        """Where its pictures go: as wide as all, and as high as they are then; but upright ones
        among others are no higher than wide."""
        if self.crop is not None:
            return self.cell
        wide = self.cell.width
        tall = max(1, round(wide * tile.size.height / tile.size.width))
        return Size(wide, min(tall, max(wide, self.cell.height)))


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
    within a picture, for videos of unknown length without moments, and for a sheet too large to
    write."""
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
    largest = max(tiles, key=lambda tile: tile.size.pixels)
    shape = largest.size
    if crop is not None:
        box = crop if isinstance(crop, Box) else Box.centred(shape, crop.width, crop.height)
        _check_crop(box, largest)
        for tile in tiles:
            _check_crop(Box(0, 0, box.width, box.height), tile)
        contact = Contact(tuple(tiles), tuple(moments), box, box.size)
    else:
        wide = width or fitting_width(len(moments))
        tall = max(1, round(wide * shape.height / shape.width))
        contact = Contact(tuple(tiles), tuple(moments), None, Size(wide, tall))
    _check_sheet(contact)
    return contact


def _check_crop(box: Box, tile: Tile) -> None:
    size = tile.size
    inside = box.x >= 0 and box.y >= 0
    if not inside or box.x + box.width > size.width or box.y + box.height > size.height:
        raise UsageError(f"--crop {box}: is not within {tile.clip.path.name}, which is {size}")


def _check_sheet(contact: Contact) -> None:
    rows, columns = len(contact.tiles), len(contact.moments)
    try:
        sheet.check(grid(contact, [""] * (rows * columns), ""), contact.cell)
    except UsageError as error:
        cells = f"{rows} x {columns} pictures of {contact.cell}"
        raise UsageError(
            f"{cells} are too many for one sheet; name fewer --moments, or a smaller --crop"
        ) from error


def pictures(contact: Contact, ffmpeg: Path) -> Generator[Picture, None, None]:
    """Every cell's picture, row by row, no larger than its cell. Raises ClipError."""
    shape = shape_of(contact.tiles)

    def one(which: tuple[Tile, Fraction]) -> Picture:
        picture = _at(*which, ffmpeg)
        if contact.crop is not None:
            # A copy: what is shown of a picture must not keep all of it.
            return _cut(picture, _same_place(contact.crop, shape, which[0].size)).copy()
        # Made small at once, as the sheet would: many large ones would fill the memory.
        small = sheet.fitted(picture, contact.cell_of(which[0]))
        return picture if small.width >= picture.shape[1] else as_picture(np.asarray(small))

    places = [(tile, moment) for tile in contact.tiles for moment in contact.moments]
    # Each is mostly the start of a process that decodes a second or two.
    with contextlib.closing(in_order(places, lambda which: which, one, _AT_ONCE)) as found:
        for _, picture in found:
            yield picture


def write_contact(
    contact: Contact, path: Path, ffmpeg: Path, title: str
) -> Generator[int, None, None]:
    """Write the sheet, yielding how many of its pictures are read. Raises ClipError and
    OutputError."""
    shown: list[Picture] = []
    with contextlib.closing(pictures(contact, ffmpeg)) as found:
        for picture in found:
            shown.append(picture)
            yield len(shown)
    sheet.save(sheet.draw(grid(contact, shown, title), contact.cell), path)


def _same_place(box: Box, shape: Size, size: Size) -> Box:
    """As many pixels of a picture of ``size``, around the point that is ``box``'s middle in one of
    ``shape``; at an edge within it."""
    x = round((box.x + box.width / 2) * size.width / shape.width - box.width / 2)
    y = round((box.y + box.height / 2) * size.height / shape.height - box.height / 2)
    left, top = min(max(0, x), size.width - box.width), min(max(0, y), size.height - box.height)
    return Box(left, top, box.width, box.height)


def _cut(picture: Picture, box: Box) -> Picture:
    return picture[box.y : box.y + box.height, box.x : box.x + box.width]


def grid(contact: Contact, shown: Sequence[Picture | str], title: str) -> Grid:
    """The sheet that `sheet.draw` draws, of the pictures in their order; words may stand for
    them."""
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
        heights=tuple(contact.cell_of(tile).height for tile in contact.tiles),
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
        return frame.picture if tile.placement is None else _cut(frame.picture, tile.placement.crop)
