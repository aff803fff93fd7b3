"""A sheet: a labelled grid of pictures on paper, and the file it is written to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, starmap
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from render.compare.lettering import font, wrapped
from render.errors import OutputError, UsageError
from render.files.atomic import whole
from render.media.frame import Picture
from render.target import Size

SUFFIXES = (".png", ".jpg", ".jpeg")
WIDTH = 2400
"""Pixels that a sheet's width stays within where no cell size is asked for."""

_PAPER = (245, 242, 236)
_INK = (42, 40, 37)
_MUTED = (133, 126, 116)
_EMPTY = (235, 231, 222)

# In pixels for cells of 360; smaller and larger ones take their share, as far as text stays text.
_BASE = 360
_SCALES = (0.6, 4.0)
_MARGIN, _GUTTER = 64, 20
_TITLE, _HEAD, _LINE = 36, 25, 18
_LEADING = 1.42

# JPEG ends at 65535 a side; this much memory is as far as a sheet needs to go.
_MAX_SIDE, _MAX_PIXELS = 65_000, 250_000_000


@dataclass(frozen=True, slots=True)
class Label:
    """A heading and the smaller lines below it."""

    head: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """What a sheet shows.

    Attributes:
        title: above the columns.
        corner: a picture at the top left, such as the source of all others, or None.
        columns, rows: their labels.
        cells: by row and column, a picture (any size; it is fitted into its cell) or the words that
            stand in an empty one.
        heights: of each row's cells, where they are not all alike.
    """

    title: Label
    corner: Picture | None
    columns: tuple[Label, ...]
    rows: tuple[Label, ...]
    cells: tuple[tuple[Picture | str, ...], ...]
    heights: tuple[int, ...] = ()


def fitting_width(columns: int) -> int:
    """The width of a cell, at most 360 pixels and at least 120, with which a sheet of so many
    columns and one for the labels is no wider than 2400."""
    room = (WIDTH - 2 * _MARGIN - columns * _GUTTER) // (columns + 1)
    return max(120, min(_BASE, room))


def fitted(picture: Picture, cell: Size) -> Image.Image:
    """A picture as a cell of a sheet shows it: all of it, as large as the cell allows."""
    height, width = picture.shape[:2]
    share = min(cell.width / width, cell.height / height)
    size = _near(round(width * share), cell.width), _near(round(height * share), cell.height)
    # Lanczos over the whole area that falls into a pixel, however much it shrinks.
    return Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS)


def check(grid: Grid, cell: Size) -> None:
    """Raise the UsageError of ``draw`` before there are pictures: words may stand for them."""
    _Drawing(grid, cell)


def draw(grid: Grid, cell: Size) -> Image.Image:
    """The sheet, RGB, every cell of the size ``cell``.

    The labels of rows stand in a first column, those of columns above them, all on the pictures'
    lower edges. Raises UsageError when
    it would be too large to write.
    """
    return _Drawing(grid, cell).sheet()


def save(sheet: Image.Image, path: Path) -> None:
    """Write PNG or JPEG by the suffix, under a temporary name first. Raises OutputError."""
    with whole(path, OutputError) as temporary:
        if path.suffix.lower() == ".png":
            sheet.save(temporary, "PNG")
        else:
            sheet.save(temporary, "JPEG", quality=92, subsampling=0)


class _Drawing:
    """The places of one sheet: margins, gutters and type sizes follow from the cell's width."""

    def __init__(self, grid: Grid, cell: Size) -> None:
        scale = min(max(cell.width / _BASE, _SCALES[0]), _SCALES[1])
        self._grid = grid
        self._cell = cell
        self._margin, self._gutter = round(_MARGIN * scale), round(_GUTTER * scale)
        self._sizes = {size: max(9, round(size * scale)) for size in (_TITLE, _HEAD, _LINE)}
        # A little short of the column, so that no label runs up to a picture.
        self._labels = [self._block(label, _HEAD, cell.width - self._gutter) for label in grid.rows]
        step = cell.width + self._gutter
        first = self._margin + self._first()
        self._xs = [first + step * i for i in range(len(grid.columns))]
        self._width = first + step * len(grid.columns) - self._gutter + self._margin
        beside = grid.corner is not None and len(self._xs) > 0
        self._title_x = self._xs[0] if beside else self._margin
        self._title = self._block(grid.title, _TITLE, self._width - self._margin - self._title_x)
        self._heads = [self._block(label, _HEAD, cell.width) for label in grid.columns]
        self._cells = [Size(cell.width, n) for n in grid.heights or [cell.height] * len(grid.rows)]
        labels = map(self._height, self._labels)
        self._rows = [max(one.height, n) for one, n in zip(self._cells, labels, strict=True)]
        self._band = self._header_height()
        rows = sum(row + self._gutter for row in self._rows)
        self._height_in_all = 2 * self._margin + self._band + rows
        self._check()

    def _first(self) -> int:
        """How much the first column takes, with the gutters after it: a cell where it shows a
        picture, else what its labels need."""
        if self._grid.corner is not None:
            return self._cell.width + self._gutter
        lines = [line for block in self._labels for line in block]
        widest = max((self._font(line.size).getlength(line.text) for line in lines), default=0)
        return round(widest) + 2 * self._gutter if lines else 0

    def _check(self) -> None:
        width, height = self._width, self._height_in_all
        if max(width, height) > _MAX_SIDE or width * height > _MAX_PIXELS:
            raise UsageError(
                f"the sheet would be {width}x{height} pixels; lower --cell, or name fewer styles "
                "and networks"
            )

    def _header_height(self) -> int:
        title = self._height(self._title)
        heads = max(map(self._height, self._heads), default=0)
        text = title + heads + (2 * self._gutter if title and heads else 0)
        return max(text, 0 if self._grid.corner is None else self._cell.height)

    def sheet(self) -> Image.Image:
        image = Image.new("RGB", (self._width, self._height_in_all), _PAPER)
        pen = ImageDraw.Draw(image)
        self._draw_header(image, pen)
        y = self._margin + self._band + self._gutter
        rows = zip(self._labels, self._grid.cells, self._rows, self._cells, strict=True)
        for label, cells, room, cell in rows:
            # On the lower edge: on the upper one the first would look like the corner's caption.
            self._write(pen, self._margin, y + room - self._height(label), label)
            for x, shown in zip(self._xs, cells, strict=True):
                self._draw_cell(image, pen, (x, y + room - cell.height), cell, shown)
            y += room + self._gutter
        return image

    def _draw_header(self, image: Image.Image, pen: ImageDraw.ImageDraw) -> None:
        if self._grid.corner is not None:
            place = self._margin, self._margin
            self._draw_cell(image, pen, place, self._cell, self._grid.corner)
        self._write(pen, self._title_x, self._margin, self._title)
        for x, block in zip(self._xs, self._heads, strict=True):
            # Its last line stands on the header's lower edge, as the corner's picture does.
            self._write(pen, x, self._margin + self._band - self._height(block), block)

    def _draw_cell(
        self,
        image: Image.Image,
        pen: ImageDraw.ImageDraw,
        place: tuple[int, int],
        cell: Size,
        shown: Picture | str,
    ) -> None:
        x, y = place
        if isinstance(shown, str):
            pen.rectangle((x, y, x + cell.width - 1, y + cell.height - 1), fill=_EMPTY)
            words = next(iter(wrapped(shown, self._font(_LINE), cell.width - self._gutter)), "")
            middle = (x + cell.width / 2, y + cell.height / 2)
            pen.text(middle, words, font=self._font(_LINE), fill=_MUTED, anchor="mm")
            return
        small = fitted(shown, cell)
        left, top = (cell.width - small.width) // 2, (cell.height - small.height) // 2
        image.paste(small, (x + left, y + top))

    def _block(self, label: Label, head: int, width: int) -> list[_Line]:
        """The label's lines, wrapped."""
        lines = [_Line(text, head, _INK) for text in wrapped(label.head, self._font(head), width)]
        for line in label.lines:
            for text in wrapped(line, self._font(_LINE), width):
                lines.append(_Line(text, _LINE, _MUTED))
        return lines

    def _height(self, block: Sequence[_Line]) -> int:
        """From the top of the first line's capitals to the last one's baseline."""
        if not block:
            return 0
        return self._capitals(block[0]) + sum(starmap(self._down, pairwise(block)))

    def _write(self, pen: ImageDraw.ImageDraw, x: int, y: int, block: Sequence[_Line]) -> None:
        """``block`` with the top of its first capitals at ``y``."""
        for number, line in enumerate(block):
            y += self._down(block[number - 1], line) if number else self._capitals(line)
            pen.text((x, y), line.text, font=self._font(line.size), fill=line.colour, anchor="ls")

    def _down(self, above: _Line, line: _Line) -> int:
        """From a line's baseline to the next one's; a larger line above wants more room."""
        size = self._sizes[line.size]
        return round(size * _LEADING + 0.35 * (self._sizes[above.size] - size))

    def _capitals(self, line: _Line) -> int:
        return -round(self._font(line.size).getbbox("H", anchor="ls")[1])

    def _font(self, size: int) -> ImageFont.FreeTypeFont:
        return font(self._sizes[size])


def _near(side: int, room: int) -> int:
    """``side``, or all of its room where only rounding leaves a pixel free."""
    return room if room - side <= 1 else max(1, side)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: int
    colour: tuple[int, int, int]
