"""Cells → the tree in which they are rendered: what they share is done once.

A clip is decoded once a pass, resized once a size, stylized once for each branch and picture that
any of its rates shows, and only then dealt out to the previews.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

from render.media.clip import Clip
from render.planning.geometry import Placement
from render.planning.plan import Cell
from render.target import Size

# What one pass may hold at once. A network in OpenVINO, two pictures at a time, takes about 800
# bytes for each pixel of its input (690 MB at 720x1280, hardly depending on its depth), so this is
# some 6 GB; an encoder at 1080p takes 60 to 100 MB. Past that the clip is decoded again, which
# costs a hundredth of the networks that a pass holds.
_PIXELS_A_PASS = 8_000_000
_CELLS_A_PASS = 32


@dataclass(frozen=True, slots=True)
class Branch:
    """One network at one size on one clip, with the cells that show what it paints."""

    style_path: Path
    strength: float
    size: Size
    placement: Placement
    cells: tuple[Cell, ...]

    @property
    def rates(self) -> tuple[Fraction, ...]:
        """Each rate at which its cells sample the clip, once."""
        return tuple(dict.fromkeys(cell.sampled for cell in self.cells))


EngineKey: TypeAlias = tuple[Path, Size, float]


def engine_key(one: Cell | Branch) -> EngineKey:
    """What an engine is loaded for: those of one key share it, whatever their clips."""
    return one.style_path, one.size, one.strength


@dataclass(frozen=True, slots=True)
class Pass:
    """One decode of a clip, and the branches that it feeds."""

    clip: Clip
    canvas: Size
    start: Fraction
    duration: Fraction | None
    branches: tuple[Branch, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(cell for branch in self.branches for cell in branch.cells)

    @property
    def rates(self) -> tuple[Fraction, ...]:
        """Each rate at which its cells sample the clip, once."""
        return tuple(dict.fromkeys(cell.sampled for cell in self.cells))


def passes(cells: Iterable[Cell]) -> tuple[Pass, ...]:
    """Cells with one clip, canvas and part of it share a pass, as far as memory allows; those with
    one network, size and strength a branch. Both keep the order of their first cells."""
    decodes: dict[tuple[Clip, Size, Fraction, Fraction | None], list[Cell]] = {}
    for cell in cells:
        key = (cell.clip, cell.placement.canvas, cell.start, cell.duration)
        decodes.setdefault(key, []).append(cell)
    return tuple(
        Pass(*key, branches)
        for key, shared in decodes.items()
        for branches in _bounded(_branches(shared))
    )


def _branches(cells: Iterable[Cell]) -> Iterator[Branch]:
    found: dict[tuple[Path, float, Size, Placement], list[Cell]] = {}
    for cell in cells:
        key = (cell.style_path, cell.strength, cell.size, cell.placement)
        found.setdefault(key, []).append(cell)
    for key, shared in found.items():
        yield Branch(*key, tuple(shared))


def _bounded(branches: Iterable[Branch]) -> Iterator[tuple[Branch, ...]]:
    held: list[Branch] = []
    pixels = cells = 0
    for branch in branches:
        pixels += branch.size.pixels
        cells += len(branch.cells)
        if held and (pixels > _PIXELS_A_PASS or cells > _CELLS_A_PASS):
            yield tuple(held)
            held, pixels, cells = [], branch.size.pixels, len(branch.cells)
        held.append(branch)
    if held:
        yield tuple(held)
