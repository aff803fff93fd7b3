"""Which cell the others of its clip are compared with.

A style is compared with itself: cells of several styles, strengths, starts or crops show different
pictures on purpose, and each such group has a reference of its own. A group of one cell has
nothing to compare: it loses nothing, and is held against nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath

from render.errors import UsageError
from render.networks.spec import NetworkSpec
from render.planning.geometry import Box
from render.results.results import CellResult, Results
from render.target import Rate, Size

_CLOSE = 0.02
"""Of a side: crops that differ by less are of one group; sizes round to whole pixels."""
_Word = str | NetworkSpec | Size | Fraction
"""What a cell is asked to be: in the user's words, or as another cell is."""


@dataclass(frozen=True, slots=True)
class Group:
    """Cells of one clip that may be compared, and the one that they are compared with."""

    cells: tuple[CellResult, ...]
    reference: CellResult

    @property
    def alone(self) -> bool:
        """Nothing is there to compare its one cell with."""
        return len(self.cells) == 1

    @property
    def held_against(self) -> str | None:
        """The id that stands in its cells' figures."""
        return None if self.alone else self.reference.id


def groups(results: Results, clip: int, wanted: str | None = None) -> list[Group]:
    """The cells of a clip by what may be compared, the largest group first.

    ``wanted`` is a cell's id (its path, or the name of its file), or words that say a network, a
    size, a rate or a style, such as ``res5,720x1280,30``; of several cells that fit, and without
    it, the reference is the largest, deepest, fastest: by the pixels of the network's input, its
    multiply-adds, and the rate. An id means, in the groups that do not hold it, its network, size
    and rate. A group that holds no cell that fits has the default. Previews that play on a phone
    are in none: what they lose is told by their own figures.
    """
    found: list[list[CellResult]] = []
    for cell in results.of_clip(clip):
        if cell.played is not None:
            continue  # it lags behind: no moment of it shows what the reference shows then
        home = next((group for group in found if _alike(group[0], cell)), None)
        if home is None:
            found.append([cell])
        else:
            home.append(cell)
    named = _named(results, wanted)
    words = _words(named, wanted)
    chosen = []
    for group in found:
        candidates = [cell for cell in group if cell in named]
        candidates = candidates or [cell for cell in group if _fits_all(cell, words)]
        chosen.append(Group(tuple(group), max(candidates or group, key=_rank)))
    return sorted(chosen, key=lambda group: -len(group.cells))


def comparable(results: Results, clips: Iterable[int]) -> bool:
    """Whether any previews of these clips may be compared: styles are not, with each other."""
    return any(not group.alone for clip in clips for group in groups(results, clip))


def check_reference(results: Results, wanted: str | None) -> None:
    """Raises UsageError when no cell of the folder fits ``wanted``."""
    if wanted is None or not results.cells:
        return
    words = _words(_named(results, wanted), wanted)
    if not any(_fits_all(cell, words) for cell in results.cells):
        some = results.cells[0].target
        raise UsageError(
            f"--reference {wanted}: no cell fits it; write a preview's name, or what it is, such "
            f"as {some.network},{results.size_of(results.cells[0])},{some.fps}"
        )


def _rank(cell: CellResult) -> tuple[float, ...]:
    target = cell.target
    return (target.size.pixels, cell.cost.macs, float(target.fps), cell.video.size.pixels)


def _alike(first: CellResult, second: CellResult) -> bool:
    a, b = first.target, second.target
    if (a.style, a.strength, first.start) != (b.style, b.strength, second.start):
        return False
    shapes = _views(first, second) or [_shape(first), _shape(second)]
    return all(abs(x - y) <= _CLOSE for x, y in zip(*shapes, strict=True))


def _views(*cells: CellResult) -> list[tuple[float, ...]] | None:
    """What of the clip each cell shows, and where, in shares of the sides; None where that of one
    was not recorded."""
    found = []
    for cell in cells:
        if cell.view is None:
            return None
        crop, inner = cell.view.crop, cell.view.inner
        found.append((*_shares(crop, cell.view.canvas), *_shares(inner, cell.target.size)))
    return found


def _shape(cell: CellResult) -> tuple[float, ...]:
    size = cell.target.size
    return (size.width / size.height,)


def _shares(part: Box, whole: Size) -> tuple[float, ...]:
    return (
        part.x / whole.width,
        part.y / whole.height,
        part.width / whole.width,
        part.height / whole.height,
    )


def _named(results: Results, wanted: str | None) -> list[CellResult]:
    """The cells that ``wanted`` is the id of, or the file's name with or without its ending."""
    return [
        cell
        for cell in results.cells
        if wanted in (cell.id, PurePosixPath(cell.id).name, PurePosixPath(cell.id).stem)
    ]


def _words(named: Sequence[CellResult], wanted: str | None) -> Sequence[_Word]:
    if wanted is None:
        return []
    if named:
        target = named[0].target
        return [target.network, target.size, target.fps]
    return [word.strip() for word in wanted.split(",")]


def _fits_all(cell: CellResult, words: Sequence[_Word]) -> bool:
    return all(_fits(cell, word) for word in words)


def _fits(cell: CellResult, word: _Word) -> bool:
    target = cell.target
    if not isinstance(word, str):
        return word in (target.network, target.size, target.size.turned(), target.fps)
    if word in (target.network.name, target.style):
        return True
    try:
        return Size.parse(word) in (target.size, target.size.turned())
    except UsageError:
        pass
    try:
        return Rate.parse(word).fps == target.fps
    except UsageError:
        return False
