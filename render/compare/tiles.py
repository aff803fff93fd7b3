"""What stands side by side: videos, what is known of them, and where each goes.

A tile knows the values of its axes (frame rate, size, network …). Those that vary over the tiles
make rows and columns; what is left makes pages, unless nesting it into the rows still leaves cells
large enough to judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from render.compare.axes import ACROSS, DOWN, KEYS
from render.errors import UsageError
from render.media.clip import Clip
from render.media.encoding import CONTAINERS
from render.planning.geometry import Placement
from render.target import Size

GUTTER = 8
"""Pixels between cells."""

# A near square may cost so much of the cells' width; it is no wider than two videos side by side.
_NEARLY = 0.9
_WIDEST = Fraction(2 * 16, 9) + Fraction(1, 10)


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One video of a grid.

    Attributes:
        clip: the file. rate: frames a second that it is shown at.
        title: the large line of its label; lines: the smaller ones. titled: they are a user's own.
        axes: what is known of it, by the keys of `render.compare.axes`, as text; told: the same in
        words. times: what a phone takes for it; here: what this computer took.
        placement: of the clip itself among its previews: what of it to show. None: all of it.
        start, duration: the part to show; seconds.
        over: too slow for the device in question; its label is red.
    """

    clip: Clip
    rate: Fraction
    title: str
    lines: tuple[str, ...] = ()
    axes: Mapping[str, str] = field(default_factory=dict)
    placement: Placement | None = None
    start: Fraction = Fraction(0)
    duration: Fraction | None = None
    over: bool = False
    titled: bool = False
    told: Mapping[str, str] = field(default_factory=dict)
    times: tuple[str, ...] = ()
    here: str = ""

    @property
    def is_source(self) -> bool:
        """Whether it is a clip among its previews."""
        return self.placement is not None

    @property
    def size(self) -> Size:
        """Of what is shown, in square pixels."""
        return self.clip.video.displayed if self.placement is None else self.placement.crop.size

    @property
    def seconds(self) -> Fraction | None:
        """How long it is, by its header."""
        whole = self.clip.duration
        if whole is None:
            return self.duration
        left = max(Fraction(0), whole - self.start)
        return left if self.duration is None else min(left, self.duration)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One grid: tiles by row and column, None where there is none. ``title``: what its tiles have
    in common among several pages, such as ``res3``; empty where there is only one. ``empty``: the
    words that stand where there is none, if any. ``caption``: what stands below all of them."""

    title: str
    cells: tuple[tuple[Tile | None, ...], ...]
    empty: str = ""
    caption: str = ""

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """Each tile once, row by row."""
        return tuple(dict.fromkeys(tile for row in self.cells for tile in row if tile))

    @property
    def columns(self) -> int:
        return len(self.cells[0])


@dataclass(frozen=True, slots=True)
class Room:
    """How large a grid may be, and how narrow its cells; pixels. If it ``turns``, a grid of upright
    videos may stand upright too, where that makes them larger."""

    whole: Size = field(default_factory=lambda: Size(2560, 1440))
    cell: int = 320
    turns: bool = True

    def fits(self, rows: int, columns: int, shape: Size) -> bool:
        return self.cell_for(rows, columns, shape).width >= min(self.cell, shape.width)

    def cell_for(self, rows: int, columns: int, shape: Size, below: int = 0) -> Size:
        """The largest cell of ``shape``'s shape, even and no larger, of which so many fit, with
        ``below`` pixels left under them."""

        def share_of(whole: Size) -> Fraction:
            across = Fraction(whole.width - GUTTER * (columns - 1), columns * shape.width)
            down = Fraction(whole.height - below - GUTTER * (rows - 1), rows * shape.height)
            return min(across, down, Fraction(1))

        upright = shape.height > shape.width and self.turns
        share = max(map(share_of, [self.whole, self.whole.turned()] if upright else [self.whole]))
        width, height = (max(2, int(side * share) // 2 * 2) for side in (shape.width, shape.height))
        return Size(width, height)


def room_for(suffix: str) -> Room:
    """What a grid of this kind of file may take: GIFs are large for what they show."""
    return Room(Size(1280, 720), cell=240) if CONTAINERS[suffix.lower()].palette else Room()


def varying(tiles: Iterable[Tile]) -> list[str]:
    """The axes that all tiles have a value of, and not the same one."""
    tiles = list(tiles)
    return [
        axis
        for axis in KEYS
        if all(axis in tile.axes for tile in tiles) and len({tile.axes[axis] for tile in tiles}) > 1
    ]


def arrange(
    tiles: Sequence[Tile],
    *,
    rows: str | None = None,
    columns: str | None = None,
    sources: Sequence[Tile] = (),
    room: Room | None = None,
) -> list[Page]:
    """The pages on which the tiles stand, in the order given along every axis.

    ``rows`` and ``columns`` name axes; where they do not, what varies decides. Tiles of which too
    little is known stand in a near square, as they come. In every row the one of ``sources`` goes
    first that is its clip. Raises UsageError for an axis that there is not, or that is named twice,
    and for sources of several clips where these are not told by rows.
    """
    room = room or Room()
    vary = varying(tiles)
    check_axes(rows, columns, tiles)
    if columns == "clip" and len(sources) > 1:
        raise UsageError("--cols clip and --source: a row has several clips then; use --rows clip")
    if not vary and rows is None and columns is None:
        return _near_square(tiles, sources, room)
    across = columns or next((a for a in ACROSS if a in vary and a != rows), None)
    down = [rows] if rows else [a for a in DOWN if a in vary and a != across][:1]
    left = [a for a in vary if a != across and a not in down]
    if len(down) + (across is not None) == 1 and not left and rows is None and columns is None:
        # One axis: a row of its own would be a ribbon.
        return _near_square(tiles, sources, room)
    shape = shape_of(tiles)
    extra = int(bool(sources))
    wide = len(_values(tiles, [across] if across else [])) + extra
    # The innermost axes nest first; the outermost (the clip) is what pages are best told by.
    while left and room.fits(len(_values(tiles, [left[-1], *down])), wide, shape):
        down.insert(0, left.pop())
    tables = [
        replace(_page(mine, down, [across] if across else [], sources), title=" ".join(key))
        for key, mine in _by(tiles, left)
    ]
    if rows is None and columns is None and _is_sparse(tables):
        return _near_square(tiles, sources, room)
    return [part for table in tables for part in _split(table, shape, room)]


def _is_sparse(tables: Sequence[Page]) -> bool:
    """Whether more than a third of the places are empty: two previews that differ in two axes, say,
    stand side by side rather than in the corners of a square."""
    cells = [tile for table in tables for row in table.cells for tile in row]
    return cells.count(None) * 3 > len(cells)


def shape_of(tiles: Iterable[Tile]) -> Size:
    """The size that cells are like: of the tile with the most pixels."""
    return max((tile.size for tile in tiles), key=lambda size: size.pixels)


def check_axes(rows: str | None, columns: str | None, tiles: Sequence[Tile] = ()) -> None:
    """Raise the UsageError of axes that there are not, that are one, or that ``tiles`` lack."""
    for option, axis in (("--rows", rows), ("--cols", columns)):
        if axis is not None and axis not in KEYS:
            raise UsageError(f"{option} {axis}: no such axis; there are {', '.join(KEYS)}")
        unknown = [tile.title for tile in tiles if axis is not None and axis not in tile.axes]
        if unknown:
            raise UsageError(
                f"{option} {axis}: not known of {unknown[0]}; previews beside their results.json "
                "have it"
            )
    if rows is not None and rows == columns:
        raise UsageError(f"--rows {rows} and --cols {columns}: name two axes")


def _key(tile: Tile, axes: Sequence[str]) -> tuple[str, ...]:
    return tuple(tile.axes[axis] for axis in axes)


def _values(tiles: Iterable[Tile], axes: Sequence[str]) -> list[tuple[str, ...]]:
    """The combinations of ``axes`` that occur: each axis' values in the order of the tiles."""
    tiles = list(tiles)
    orders = [list(dict.fromkeys(tile.axes[axis] for tile in tiles)) for axis in axes]

    def place(key: tuple[str, ...]) -> list[int]:
        return [order.index(value) for order, value in zip(orders, key, strict=True)]

    return sorted({_key(tile, axes) for tile in tiles}, key=place)


def _by(tiles: Sequence[Tile], axes: Sequence[str]) -> Iterator[tuple[tuple[str, ...], list[Tile]]]:
    for key in _values(tiles, axes):
        yield key, [tile for tile in tiles if _key(tile, axes) == key]


def _page(
    tiles: Sequence[Tile], down: Sequence[str], across: Sequence[str], sources: Sequence[Tile]
) -> Page:
    columns = _values(tiles, across)
    table: list[tuple[Tile | None, ...]] = []
    for _, mine in _by(tiles, down):
        found: dict[tuple[str, ...], list[Tile]] = {key: [] for key in columns}
        for tile in mine:
            found[_key(tile, across)].append(tile)
        # Two of one place (rendered at two qualities, say, which is no axis) get a line each.
        for number in range(max(map(len, found.values()))):
            line = (each[number] if number < len(each) else None for each in found.values())
            table.append((*_source_of(mine[0], sources), *line))
    # Beside such a line nothing is missing.
    missing = "not rendered" if len(table) == len(_values(tiles, down)) else ""
    return Page("", tuple(table), missing)


def _source_of(tile: Tile, sources: Sequence[Tile]) -> Sequence[Tile]:
    """None or one."""
    if len(sources) < 2:
        return sources
    return [each for each in sources if each.axes["clip"] == tile.axes["clip"]]


def _split(page: Page, shape: Size, room: Room) -> Iterator[Page]:
    """Rows that would be too small go to further pages; so do columns."""
    rows, columns = len(page.cells), page.columns
    while columns > 1 and not room.fits(1, columns, shape):
        columns -= 1
    while rows > 1 and not room.fits(rows, columns, shape):
        rows -= 1
    rows, columns = _evenly(len(page.cells), rows), _evenly(page.columns, columns)
    for left in range(0, page.columns, columns):
        for top in range(0, len(page.cells), rows):
            lines = (row[left : left + columns] for row in page.cells[top : top + rows])
            part = replace(page, cells=tuple(lines))
            if part.tiles:
                yield part


def _evenly(count: int, most: int) -> int:
    """How many go on each of the fewest pages that hold ``most``: 5 as 3 and 2, not as 4 and 1."""
    return -(-count // -(-count // most))


def _near_square(tiles: Sequence[Tile], sources: Sequence[Tile], room: Room) -> list[Page]:
    """As many columns as make the cells largest; of those about as large, the fullest grid that is
    no ribbon."""
    every = [*sources, *tiles]
    shape = shape_of(every)

    def width(columns: int, count: int) -> int:
        return room.cell_for(-(-count // columns), columns, shape).width

    # The most on one page whose cells are not too small.
    most = len(every)
    while most > 1 and not any(
        room.fits(-(-most // columns), columns, shape) for columns in range(1, most + 1)
    ):
        most -= 1
    pages = []
    count = _evenly(len(every), most)
    largest = max(width(n, count) for n in range(1, count + 1))
    near = [n for n in range(1, count + 1) if width(n, count) >= _NEARLY * largest]
    shapes = {n: Fraction(n * shape.width, -(-count // n) * shape.height) for n in near}
    columns = min(near, key=lambda n: (shapes[n] > _WIDEST, -count % n, -n))
    for first in range(0, len(every), count):
        mine: list[Tile | None] = [*every[first : first + count]]
        mine += [None] * (-len(mine) % columns)
        lines = (tuple(mine[i : i + columns]) for i in range(0, len(mine), columns))
        pages.append(Page("", tuple(lines)))
    return pages
