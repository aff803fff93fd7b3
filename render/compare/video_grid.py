"""Videos → one video that shows them side by side, in step.

At each tick of the fastest one every cell shows what its own video shows at that moment. Each is
decoded once, at the cell's size, a few pictures ahead; memory grows with the cells, not with time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path

import numpy as np

from render.compare.labels import EMPTY, Overlay, caption_height, caption_picture, overlay
from render.compare.tiles import GUTTER, Page, Room, Tile, room_for, shape_of
from render.errors import OutputError
from render.execution.prefetch import ahead
from render.execution.resize import resize
from render.media.colour import even
from render.media.decode import Decoder
from render.media.encode import VideoWriter, placing
from render.media.encoding import AudioMode, Encoding, container_of
from render.media.frame import Frame, Picture, as_picture
from render.media.gif import refusal
from render.media.join import join
from render.media.sample import ROUNDING, sample
from render.media.sound import add_sound
from render.media.video_parts import VideoParts
from render.media.watch import PATIENCE, Patience
from render.planning.geometry import place
from render.target import Fit, Size

_DEPTH = 3

# Rates round a clip's end each to a tick of its own: what ends a tick of the slowest before the
# others has not ended before them. Slow shows of pictures are not waited for.
_LONGEST_TICK = Fraction(1)


@dataclass(frozen=True, slots=True)
class GridLayout:
    """Where the cells of a page stand, in pixels."""

    cell: Size
    whole: Size
    rate: Fraction
    caption: int = 0
    """The height of the line below them."""

    def corner(self, row: int, column: int) -> tuple[int, int]:
        """The left and upper edge of a cell."""
        return column * (self.cell.width + GUTTER), row * (self.cell.height + GUTTER)


def layout(page: Page, room: Room | None = None) -> GridLayout:
    """Equal cells of the largest video's shape; the grid plays at the fastest rate."""
    rows, columns = len(page.cells), page.columns
    room, shape = room or Room(), shape_of(page.tiles)

    def around(cell: Size, below: int) -> Size:
        height = rows * (cell.height + GUTTER) - GUTTER
        return Size(columns * (cell.width + GUTTER) - GUTTER, height + below)

    cell = room.cell_for(rows, columns, shape)
    if below := caption_height(page.caption, around(cell, 0)):
        cell = room.cell_for(rows, columns, shape, below)
    return GridLayout(cell, around(cell, below), max(tile.rate for tile in page.tiles), below)


def about_frames(page: Page, *, shortest: bool) -> int | None:
    """How many frames the grid will have, by the headers."""
    seconds = [tile.seconds for tile in page.tiles]
    known = [length for length in seconds if length is not None]
    if len(known) < len(seconds):
        return None
    length = min(known) if shortest else max(known)
    return max(1, round(length * max(tile.rate for tile in page.tiles)))


def described(page: Page, room: Room | None = None) -> str:
    """``1928x1088 at 30 fps, 3 x 3 cells of 640x360``."""
    where = layout(page, room)
    cells = f"{len(page.cells)} x {page.columns} cells of {where.cell}"
    return f"{where.whole} at {float(where.rate):.5g} fps, {cells}"


def lengths_note(page: Page, *, shortest: bool) -> str:
    """What becomes of videos of several lengths; empty where all are of one."""
    known = [tile for tile in page.tiles if tile.seconds is not None]
    if len(known) < 2:
        return ""
    lengths = [float(tile.seconds or 0) for tile in known]
    # A tick of the slowest: previews of one clip end within one of each other.
    if max(lengths) - min(lengths) <= float(max(1 / tile.rate for tile in known)) + 0.05:
        return ""
    least = known[lengths.index(min(lengths))].clip.path.name
    what = "all end with it" if shortest else "it stays, dimmed, while the others go on"
    return f"{least} ends at {min(lengths):.1f} s, another at {max(lengths):.1f} s: {what}"


def write_grid(
    page: Page,
    output: Path,
    ffmpeg: Path,
    encoding: Encoding,
    *,
    room: Room | None = None,
    shortest: bool = False,
    force: bool = False,
    patience: Patience = PATIENCE,
) -> Generator[int, None, list[str]]:
    """Write the page to ``output``, yielding the frames written so far; returns warnings.

    A video that ends before the others keeps its last picture, dimmed; with ``shortest`` all end
    with the first. The sound is that of the first video that has any. Damage of a video is a
    warning. Raises ClipError for a video that cannot be read, FFmpegError for a decoder that was
    killed or stood still beyond ``patience``, and OutputError; nothing half-written stays.
    """
    room = room or room_for(output.suffix)
    place_ = layout(page, room)
    paints = container_of(output).palette
    about = about_frames(page, shortest=shortest)
    if paints and (why := refusal(place_.whole, place_.rate, about)):
        raise OutputError(f"{output}: {why}")
    warnings: list[str] = []
    with contextlib.ExitStack() as stack:
        slowest = max(min(1 / tile.rate, _LONGEST_TICK) for tile in page.tiles)
        waits = ceil(slowest * place_.rate)
        cells = {tile: _Cell(tile, place_, ffmpeg, stack, waits, patience) for tile in page.tiles}
        temporary = stack.enter_context(placing(output, force=force))
        silent = temporary.with_name(f"{temporary.stem}v{encoding.codec.segment}")
        stack.callback(silent.unlink, missing_ok=True)
        tags = {"comment": f"render: {len(page.tiles)} videos in step"}
        writer = VideoWriter(
            silent,
            ffmpeg,
            place_.whole,
            place_.rate,
            encoding,
            tags,
            patience=patience,
        )
        with writer as video:
            for picture in _pictures(page, place_, cells, shortest=shortest):
                video.write(picture)
                yield video.frames
            video.finish()
        for tile, cell in cells.items():
            said = (tile.clip.unknown, cell.damage)
            warnings += [f"{tile.clip.path.name}: {words}" for words in said if words]
        heard = next((tile for tile in page.tiles if tile.clip.audio), None)
        pictures = VideoParts((silent,), (video.frames,), place_.rate)
        keeps = encoding.audio is AudioMode.KEEP
        if heard is not None and keeps and container_of(output).sound is None:
            warnings.append(f"{output.suffix} has no sound: it is left out")
        elif heard is not None and keeps:
            lost = add_sound(
                pictures,
                heard.clip,
                ffmpeg,
                temporary,
                tags,
                start=heard.start,
                duration=_sounds(heard, video.frames / place_.rate, shortest=shortest),
                patience=patience,
            )
            warnings += [lost] if lost else []
        if not temporary.exists():
            join(pictures, ffmpeg, temporary, tags, patience, size=even(place_.whole))
    return warnings


def _sounds(tile: Tile, length: Fraction, *, shortest: bool) -> Fraction | None:
    """How much of a video's sound there is to hear; None, which copies it untouched, where it need
    not be cut."""
    if not shortest or (tile.seconds is not None and tile.seconds <= length + 1 / tile.rate):
        return tile.duration
    return length


def _pictures(
    page: Page, where: GridLayout, cells: dict[Tile, _Cell], *, shortest: bool
) -> Iterator[Picture]:
    canvas = np.zeros((where.whole.height, where.whole.width, 3), np.uint8)
    if where.caption:
        canvas[-where.caption :] = caption_picture(page.caption, where.whole, where.caption)
    for row, line in enumerate(page.cells):
        for column, tile in enumerate(line):
            if tile is None:
                part = _part(canvas, where, row, column)
                part[:] = EMPTY
                if words := overlay(page.empty, (), where.cell, where.whole):
                    words.lay(part)
    while True:
        moved = {tile: cell.advance() for tile, cell in cells.items()}
        ended = [cell.ended for cell in cells.values()]
        if all(ended) or (shortest and any(ended)):
            return
        for row, line in enumerate(page.cells):
            for column, tile in enumerate(line):
                if tile is not None and moved[tile]:
                    _part(canvas, where, row, column)[:] = cells[tile].picture
        yield canvas


def _part(canvas: Picture, where: GridLayout, row: int, column: int) -> Picture:
    x, y = where.corner(row, column)
    return canvas[y : y + where.cell.height, x : x + where.cell.width]


class _Cell:
    """One video on its way through the grid."""

    def __init__(
        self,
        tile: Tile,
        where: GridLayout,
        ffmpeg: Path,
        stack: contextlib.ExitStack,
        waits: int,
        patience: Patience,
    ) -> None:
        self._over, self._waits = 0, waits
        self._tile = tile
        self._size = where.cell
        self._label: Overlay | None = overlay(
            tile.title, tile.lines, where.cell, where.whole, over=tile.over
        )
        self._inner = place(tile.size, where.cell, Fit.CONTAIN)
        canvas = self._inner.inner.size if tile.placement is None else tile.placement.canvas
        decoder = Decoder(
            tile.clip,
            canvas,
            ffmpeg,
            start=tile.start,
            duration=tile.duration,
            patience=patience,
        )
        frames = sample(
            decoder, where.rate, start=tile.start, duration=tile.duration, look_ahead=ROUNDING
        )
        self._decoder = stack.enter_context(decoder)
        fitted = ahead(self._fitted(frames), _DEPTH, decoder.close)
        self._frames = stack.enter_context(contextlib.closing(fitted))
        self._shown: object = None
        self.picture = np.zeros((where.cell.height, where.cell.width, 3), np.uint8)

    @property
    def ended(self) -> bool:
        return self._over > 0

    @property
    def damage(self) -> str | None:
        """What was wrong with the video, if it was read to its end."""
        return self._decoder.damage.describe() if self.ended else None

    def advance(self) -> bool:
        """One tick on; whether the picture is another. Over for longer than the ticks that it
        waits, it is dimmed."""
        frame = next(self._frames, None)
        if frame is None:
            self._over += 1
            dims = self._over == self._waits + 1
            if dims:
                self.picture = self.picture // 3
                if self._label is not None:
                    self._label.lay(self.picture)
            return dims
        if frame.picture is self._shown:
            return False
        self._shown = frame.picture
        self.picture = frame.picture
        return True

    def _fitted(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        """In the middle of the cell, with its label; a picture that repeats stays one object."""
        last: tuple[Picture, Picture] | None = None
        for frame in frames:
            if last is None or last[0] is not frame.picture:
                last = frame.picture, self._cell(frame.picture)
            yield frame.with_picture(last[1])

    def _cell(self, picture: Picture) -> Picture:
        inner = self._inner.inner
        if self._tile.placement is not None:
            crop = self._tile.placement.crop
            part = picture[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width]
            whole = place(crop.size, inner.size, Fit.STRETCH)
            picture = resize(part, whole, inner.size)
        cell = np.zeros((self._size.height, self._size.width, 3), np.uint8)
        cell[inner.y : inner.y + inner.height, inner.x : inner.x + inner.width] = picture
        if self._label is not None:
            self._label.lay(cell)
        return as_picture(cell)
